"""What roles pay: claims by basis and currency, and the gap between two roles."""

from __future__ import annotations

from functools import cache

import numpy as np

from rolediff import statistics
from rolediff.profiles import as_groups
from rolediff.results import PayClaim, PayGap
from rolediff.roles import Role
from rolediff.taxonomy import read_table
from rolediff.warehouse import Warehouse
from rolediff.wording import say_count, say_money

#: Bases in reading order; each is a market of its own and none is mixed with another.
BASES = ("stated", "board estimate", "pay table")
_NOTES = {
    "stated": "Base pay that employers state in their adverts; the middle of a range counts.",
    "board estimate": "Estimates of the job board, not of the employer.",
    "pay table": (
        "Yearly pay gathered by aijobs.net, its latest two years; the two rows of a range count as one "
        "observation, repeats as one voice. It names no employers."
    ),
}
# A currency is shown where one of the roles has this many observations; a gap needs an interval on both sides.
_LEAST_OBSERVATIONS = 5


@cache
def pay_bounds() -> list[dict[str, str | float]]:
    """Yearly amounts between which pay in adverts is plausible, by currency (data/pay_bounds.csv).

    A source that labels pay by the hour as yearly ("17 a year") is beyond them. Rows of a pay table are
    yearly by definition and have no bounds, nor has a currency without a row.

    Raises:
        TaxonomyError: bounds that are no numbers, or in the wrong order.
    """
    bounds: list[dict[str, str | float]] = []
    for row in read_table("pay_bounds"):
        try:
            least, most = float(row["yearly_least"]), float(row["yearly_most"])
        except ValueError:
            raise row.broken("yearly_least and yearly_most must be numbers") from None
        if not 0 < least < most:
            raise row.broken("yearly_least must be above nought and below yearly_most")
        bounds.append({"currency": row["currency"], "yearly_least": least, "yearly_most": most})
    return bounds


def say_left_out(count: int, currency: str) -> str:
    """Says how many observations were implausible; empty for none."""
    for row in pay_bounds() if count else ():
        if row["currency"] == currency:
            least, most = (say_money(float(row[end]), currency) for end in ("yearly_least", "yearly_most"))
            return (
                f"Left out: {say_count(count, 'posting')} with pay below {least} or above {most} a year, "
                "which points to a wrong period or a slip of the source."
            )
    return ""


def count_pay(warehouse: Warehouse, role: Role, basis: str, currency: str) -> tuple[int, int]:
    """How many observations stand behind a pay claim, and how many were left out as implausible."""
    table = warehouse.ask("pay", roles=as_groups([role]), bounds=pay_bounds())
    mine = (table["basis"] == basis) & (table["currency"] == currency)
    plausible = table["plausible"].astype(bool)
    return int((mine & plausible).sum()), int((mine & ~plausible).sum())


def read_pay_claims(warehouse: Warehouse, a: Role, b: Role) -> tuple[list[PayClaim], list[PayGap]]:
    """Pay of two roles by basis and currency, and the ratios of their medians."""
    table = warehouse.ask("pay", roles=as_groups([a, b]), bounds=pay_bounds())
    group, basis, currency, voice = (table[name] for name in ("grp", "basis", "currency", "voice"))
    pay, year, plausible = table["pay"], table["year"], table["plausible"].astype(bool)
    claims, gaps = [], []
    for wanted in BASES:
        rows = (basis == wanted) & plausible
        currencies, counts = np.unique(currency[rows].astype(str), return_counts=True)
        for money in currencies[np.argsort(-counts, kind="stable")].tolist():
            rows_of = [rows & (currency == money) & (group == role.slug) for role in (a, b)]
            if max(int(mine.sum()) for mine in rows_of) < _LEAST_OBSERVATIONS:
                continue
            sides = []
            for role, mine in zip((a, b), rows_of, strict=True):
                clusters = None if wanted == "pay table" else voice[mine].astype(str)
                sides.append((role, mine, statistics.median_interval(pay[mine], clusters)))
            for role, mine, found in sides:
                if found.n:
                    years = sorted({int(y) for y in year[mine].tolist() if y is not None})
                    employers = None if wanted == "pay table" else len(set(voice[mine].tolist()))
                    beyond = (basis == wanted) & (currency == money) & (group == role.slug) & ~plausible
                    note = " ".join(filter(None, (_NOTES[wanted], say_left_out(int(beyond.sum()), money))))
                    claims.append(_claim(role, wanted, money, found, employers, years, note))
            ratio, low, high = statistics.median_gap(sides[0][2], sides[1][2])
            if np.isfinite([ratio, low, high]).all():
                gaps.append(PayGap(wanted, money, ratio, low, high, sides[0][2].n, sides[1][2].n))
    return claims, gaps


def _claim(
    role: Role,
    basis: str,
    currency: str,
    found: statistics.Quantiles,
    employers: int | None,
    years: list[int],
    note: str,
) -> PayClaim:
    quantiles = [float(v) if np.isfinite(v) else None for v in found.values.tolist()]
    # Five adverts of one employer say what it pays, not what the role pays: nothing is shown of pay whose
    # median has no interval. The tails of a few observations are noise: some must lie beyond them.
    sure = bool(np.isfinite([found.low, found.high]).all())
    p10, p25, median, p75, p90 = quantiles
    return PayClaim(
        id=f"{role.slug}/pay/{basis.replace(' ', '-')}-{currency.lower()}",
        role=role.slug,
        basis=basis,
        currency=currency,
        n=found.n,
        employers=employers,
        p10=p10 if sure and found.n >= 20 else None,
        p25=p25 if sure and found.n >= 8 else None,
        median=median if sure else None,
        p75=p75 if sure and found.n >= 8 else None,
        p90=p90 if sure and found.n >= 20 else None,
        median_low=found.low if sure else None,
        median_high=found.high if sure else None,
        period=f"{years[0]}–{years[-1]}"
        if len(years) > 1
        else "".join(map(str, years)) or "dates not stated",
        note=note,
    )
