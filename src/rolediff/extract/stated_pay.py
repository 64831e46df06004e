"""Pay from the pay fields of a feed, each as its source said it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyarrow as pa

from rolediff.extract.money import (
    DOLLAR,
    PAY_READ,
    UNKNOWN,
    currencies,
    currency_signs,
    is_hourly,
    pay_record,
    read_amounts,
    read_period,
    read_range,
    which_dollar,
)
from rolediff.taxonomy import read_table

# "(Glassdoor est.)" is the board's guess; "(Employer est.)" and no word at all are the employer's.
_BOARD_ESTIMATE = re.compile(r"(?<!employer )\best(?:imate[ds]?|\.|\b)", re.IGNORECASE)
_NOTHING = re.compile(
    r"\W*(?:-?1?(?:\.0)?|0(?:\.0)?|nan|none|null|n/a|unknown|competitive|negotiable)\W*", re.IGNORECASE
)
_BARE_FIGURE = re.compile(r"\s*-?\d[\d,.]*\s*")
_PERIODS = re.compile(r"[^a-z]+")

STATED, BOARD_ESTIMATE = "stated", "board estimate"


@dataclass(frozen=True, slots=True)
class StatedPay:
    """Pay fields of a feed, read.

    Attributes:
        pay: a record of `PAY_READ`, or None.
        basis: "stated" or "board estimate"; None without pay.
        reason: why a field that is not empty could not be used; None otherwise.
    """

    pay: dict[str, float | str | None] | None
    basis: str | None
    reason: str | None


def read_stated_pay(
    pay: str | None,
    pay_min: str | None = None,
    pay_max: str | None = None,
    currency: str | None = None,
    period: str | None = None,
    place: str | None = None,
) -> StatedPay:
    """Pay from the fields of a feed, each as the source said it.

    Args:
        pay: one field of free text, "$53K-$91K (Glassdoor est.)".
        pay_min: the least as a figure; used where `pay` holds none.
        pay_max: the most as a figure.
        currency: a code or sign, "USD"; without one only a sign in `pay` tells the currency.
        period: "YEAR", "per hour"; without one it is read from `pay`, or is the year where the
            figures have the size of yearly pay.
        place: the place of work, to tell whose dollar "$" is.
    """
    figures = [f for f in (pay_min, pay_max) if f and not _NOTHING.fullmatch(f)]
    if (not pay or _NOTHING.fullmatch(pay)) and not figures:
        return StatedPay(None, None, None)
    basis = BOARD_ESTIMATE if pay and _BOARD_ESTIMATE.search(pay) else STATED
    text = (pay or "").strip()
    if figures and not re.search(r"\d", text):
        if not all(_BARE_FIGURE.fullmatch(f) for f in figures):
            return StatedPay(None, None, "no figure")
        text = (
            f"{pay_min} - {pay_max}"
            if len(figures) == 2
            else f"{'from' if pay_min in figures else 'up to'} {figures[0]}"
        )
    if not re.search(r"\d", text):
        return StatedPay(None, None, "no figure")
    if re.fullmatch(r"[-\s\d.]+", text) and re.match(r"-1\b", text):
        return StatedPay(None, None, None)
    low = re.sub(r"\s+", " ", text).lower().encode()
    amounts = read_amounts(low, 0, len(low))
    if not any(a.currency for a in amounts):
        amounts = [a._replace(currency=UNKNOWN) for a in amounts]
    found = None
    for amount in amounts:
        # A field is all about pay: any figure is its anchor; the currency may stand in another field.
        found = read_range(low, amounts, amount.start, 0, len(low))
        if found is not None:
            break
    if found is None:
        return StatedPay(None, None, "no figure")
    code = found.currency if found.currency != UNKNOWN else None
    stated = _currency_of(currency)
    if stated is not None and code in (None, DOLLAR):
        code = stated
    if code is None:
        return StatedPay(None, None, "no currency")
    if code == DOLLAR:
        code, _ = which_dollar([], set(), place)
    if code is None or code not in currencies():
        return StatedPay(None, None, "no currency")
    name = _period_of(period) or read_period(low, found, 0, len(low), code)[0]
    if name is None and is_hourly(low, found, code):
        name = "hour"
    if name is None:
        return StatedPay(None, None, "no period")
    if found.low is not None and found.high is not None and found.low > found.high:
        return StatedPay(None, None, "min above max")
    if max(f for f in (found.low, found.high) if f is not None) <= 0:
        return StatedPay(None, None, "no figure")
    return StatedPay(pay_record(found._replace(currency=code, period=name)), basis, None)


def _currency_of(written: str | None) -> str | None:
    if not written:
        return None
    code = written.strip().upper()
    return code if code in currencies() else currency_signs().get(written.strip().lower())


def _period_of(written: str | None) -> str | None:
    if not written:
        return None
    words = _PERIODS.split(written.lower())
    for row in read_table("pay_periods"):
        if {*row.items("units"), *row.items("adverbs"), f"{row['period']}s"} & set(words):
            return row["period"]
    return None


def read_stated_pays(records: pa.RecordBatch) -> tuple[pa.StructArray, pa.Array, pa.Array]:
    """Pay from the pay fields of feed records (`schema.RECORD`).

    Returns:
        Per row the pay (`PAY_READ`), its basis ("stated", "board estimate"), and the reason why
        fields that are not empty could not be used ("no currency", "no period", "no figure",
        "min above max"); each null where it does not apply.
    """
    names = ("pay", "pay_min", "pay_max", "pay_currency", "pay_period", "place")
    columns = [records.column(name).to_pylist() for name in names]
    known: dict[tuple[str | None, ...], StatedPay] = {}
    read = []
    for values in zip(*columns, strict=True):
        if values not in known:
            known[values] = read_stated_pay(*values)
        read.append(known[values])
    return (
        pa.array([r.pay for r in read], PAY_READ),
        pa.array([r.basis for r in read], pa.string()),
        pa.array([r.reason for r in read], pa.string()),
    )
