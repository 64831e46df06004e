"""Base pay stated in a text: figures, currency, period.

Anchors (signs and codes of currencies, lakh) come from the matcher; figures, ranges, periods and what
the money is for are read in a window round an anchor, never over whole texts. A figure counts only
where its currency and its period are known; data/pay_cues.csv holds the words that tell pay from other
money.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from rolediff.extract.mentions import Mentions
from rolediff.extract.money import (
    DOLLAR,
    INDIAN_ANCHORS,
    PAY_READ,
    WIDEST,
    Range,
    alternatives,
    currencies,
    currency_signs,
    dollar_places,
    factors,
    is_great,
    is_hourly,
    pay_record,
    read_amounts,
    read_period,
    read_range,
    which_dollar,
)
from rolediff.extract.stated_pay import StatedPay, read_stated_pay, read_stated_pays
from rolediff.taxonomy import read_table

if TYPE_CHECKING:
    from rolediff.extract.batch import Bools, Hits, TextBatch

__all__ = ["PAY_READ", "StatedPay", "phrases", "read_pay", "read_stated_pay", "read_stated_pays"]

# How far round an anchor the figures of one range may stand, and how far before it the words that
# say what the money is for: a long clause of an American pay notice.
_BEFORE, _AFTER, _CONTEXT = 40, 90, 130
_DOLLAR_BYTE = ord("$")
# A line this short before the figure can be its heading ("Salary range").
_HEADING = 80
# Pay of a year below a tenth of the least, or 200 times it, is money for something else.
# "Up to" so much a year is pay by itself only above twice the least: allowances are smaller.
_ALLOWANCE = 2.0
_LEAST_PART, _MOST_TIMES = 0.1, 200.0
# Headings that often follow the pay in texts that lost their lines.
_LABELS = (b"benefits", b"perks", b"insurance", b"equity")


@cache
def _anchors() -> list[str]:
    # "$" and "€" find "us$" and "k€" as well; a full stop after "rs" needs no phrase of its own.
    spelled = [s for s in currency_signs() if s == DOLLAR or (not s.endswith(("$", ".")) and s != "k€")]
    return [*spelled, *INDIAN_ANCHORS]


def phrases() -> list[str]:
    """Signs and codes of currencies, then names that tell whose dollar is meant."""
    return [*_anchors(), *dollar_places()[0]]


@dataclass(frozen=True, slots=True)
class _Cues:
    any: re.Pattern[bytes]
    says: dict[bytes, str]
    other_after: re.Pattern[bytes]
    other_next: re.Pattern[bytes]


@cache
def _cues() -> _Cues:
    cues = read_table("pay_cues")
    says = {r["cue"].encode(): r["says"] for r in cues}
    for row in cues:
        if row["says"] not in ("pay", "total", "other"):
            raise row.broken(f"says {row['says']!r}, not pay, total or other")
    cue = rb"(?<![a-z])(?:%b)(?![a-z])" % alternatives(says_cue.decode() for says_cue in says)
    # What follows the figure: "$5,000 sign-on bonus", "$2M in funding"; a label of the next part
    # ("Benefits:", "Bonus:") and what comes on top ("+ bonus", "plus equity") do not count.
    other = alternatives(c.decode() for c, kind in says.items() if kind == "other" and c not in _LABELS)
    words = rb"(?:(?!(?:and|plus|or|with|base|salary|pay|depending)\b)[a-z]+[ -]){0,%d}"
    other_after = rb"[^a-z0-9+,.;|&]{0,4}" + words + rb"(?:%b)(?![a-z]|\s?:)"
    return _Cues(
        re.compile(cue), says, re.compile(other_after % (4, other)), re.compile(other_after % (0, other))
    )


# The second half of a range that became a list item of its own: "$118,000 a year", then "- $131,000".
_GOES_ON = re.compile(rb"\n(?:-|\xe2\x80[\x93\x94])\s?(?:usd\s?)?(?:\$|\xe2\x82\xac|\xc2\xa3)\d")
# "Per" something that is no period: a class, a credit hour, a fortnight.
_PER_SOMETHING = re.compile(rb"\s?per\b")
# A figure alone between the bars of a header line, or with more pay on top of it, is pay.
_BARRED_BEFORE = re.compile(rb"(?:\||^|\n)\s*(?:up to |from )?\Z")
_BARRED_AFTER = re.compile(rb"\+?\s*(?:\||\n|\+\s*(?:bonus|equity|benefits|super|ote))")


# ── what the money is ────────────────────────────────────────────────────────────────────────────


def _purpose(text: bytes, start: int, end: int) -> str | None:
    """What the last cue in a stretch says: pay, total or other."""
    says = None
    for m in _cues().any.finditer(text, start, end):
        says = _cues().says[m.group()]
    return says


def _speaks_of_other(text: bytes, start: int, end: int) -> bool:
    says = _cues().says
    return any(says[m.group()] == "other" for m in _cues().any.finditer(text, start, end))


class _Bounds(NamedTuple):
    """Where the row, the line and the clause of a figure begin, and where its row and line end."""

    row: int
    line: int
    clause: int
    line_end: int
    row_end: int


def _judge(text: bytes, found: Range, at: _Bounds, code: str) -> Range | None:
    """The range with its period and rank, or None where the money is no base pay."""
    line, line_end = at.line, at.line_end
    period, end, stated = read_period(text, found, line, line_end, code)
    if b"," in text[found.end : end] and text[end - 6 : end] == b"annual":
        end = found.end  # "$98,500 - $115,740, an annual bonus": the year is right, the bonus is another sum
    begin = max(at.clause, found.start - _CONTEXT)
    purpose = _purpose(text, begin, found.start)
    if purpose == "other":
        return None
    # A range that is called pay, or has its period, is ruled out only by the very next word: in texts
    # that lost their lines the next sentence follows at once.
    sure = found.rule == "range" and (purpose == "pay" or stated)
    after = _cues().other_next if sure else _cues().other_after
    if after.match(text, end, min(end + 60, line_end)):
        return None
    figures = [f for f in (found.low, found.high) if f is not None]
    currency = currencies()[code]
    if purpose is None:
        # The clause before, or the heading line above it.
        purpose = _purpose(text, max(at.row, begin - _HEADING), begin)
        if purpose == "other":
            purpose = None
    if not stated and _PER_SOMETHING.match(text, end, line_end):
        return None
    rule = found.rule
    if period is None:
        if purpose == "pay" and is_hourly(found, code):
            period, rule = "hour", f"{rule}:hour-by-size"
        else:
            return None
    elif not stated:
        rule = f"{rule}:year-by-size"
    yearly = [f * factors()[period] for f in figures]
    least = currency.yearly_least
    if min(yearly) < least * _LEAST_PART or max(yearly) > least * _MOST_TIMES:
        return None
    if max(figures) > min(figures) * WIDEST:
        return None
    if found.low is None and purpose != "pay" and max(yearly) < _ALLOWANCE * least:
        return None  # "up to $10,000 a year" is how allowances are worded
    single = found.low is None or found.high is None or found.low == found.high
    if single and purpose is None and not (stated and period in ("hour", "year", "day")):
        before = text[max(line, found.start - 12) : found.start]
        alone = _BARRED_AFTER.match(text, found.end) and (
            line == found.start or _BARRED_BEFORE.search(before)
        )
        if not alone:
            return None
    if (
        found.low is None
        and b"(" in text[max(line, found.start - 8) : found.start]
        and _speaks_of_other(text, begin, found.start)
    ):
        return None  # "insurance of twice the salary (up to $200,000)"
    rank = (0 if purpose == "pay" else 2) + (4 if purpose == "total" else 0) + int(single)
    return found._replace(end=max(end, found.end), period=period, rule=rule, rank=rank)


# ── batches ──────────────────────────────────────────────────────────────────────────────────────


def read_pay(batch: TextBatch, hits: Hits, places: pa.Array | None = None) -> tuple[pa.StructArray, Mentions]:
    """Base pay of each row.

    Args:
        batch: n texts.
        hits: hits of `phrases`.
        places: n places of work as the source states them, used only to tell whose dollar "$" is.

    Returns:
        n records of `PAY_READ`, null where no pay is stated that can be read; and at most one mention
        a row, kind "pay", its value the pay as stated. A pay whose minimum is above its maximum is
        mentioned with the rule "rejected:min-above-max" and read as null.
    """
    count = len(_anchors())
    is_anchor = hits.index < count
    anchors = hits.where(is_anchor)
    # Most codes are words of a sentence ("CAD" is also software): those beside a digit belong to a
    # figure, and those after "in" say what figures are in.
    beside = _beside_digits(batch, anchors)
    named = anchors.where(beside | _after_in(batch, anchors))
    anchors = anchors.where(beside)
    names = hits.where(~is_anchor)
    rows = batch.row_of(anchors.start)
    lines = batch.line_of(anchors.start)
    line_ends = np.r_[batch.lines[1:], len(batch.data)][lines] - 1 if len(lines) else lines
    line_starts = batch.lines[lines] if len(lines) else lines
    clauses = batch.clauses[batch.clause_of(anchors.start)] if len(lines) else lines
    best: dict[int, Range] = {}
    broken: dict[int, Range] = {}
    covered = 0
    columns = (
        rows,
        anchors.start,
        batch.starts[rows],
        line_starts,
        clauses,
        line_ends,
        batch.starts[rows + 1],
    )
    for row, start, *bounds in zip(*(c.tolist() for c in columns), strict=True):
        if start < covered or (batch.low[start] == _DOLLAR_BYTE and is_great(batch.low, start + 1)):
            continue
        at = _Bounds(*bounds)
        if at.line_end < at.row_end - 1 and _GOES_ON.match(batch.low, at.line_end):
            at = at._replace(line_end=min(at.line_end + _AFTER, at.row_end - 1))
        amounts = read_amounts(batch.low, max(at.line, start - _BEFORE), min(at.line_end, start + _AFTER))
        found = read_range(batch.low, amounts, start, at.line, at.line_end)
        if found is None:
            continue
        covered = found.end
        code, how = found.currency, ""
        if code == DOLLAR:
            place = places[row].as_py() if places is not None else None
            code, how = which_dollar(*_dollars_named(batch, named, names, row, found, at), place)
        if code is None or code not in currencies():
            continue
        judged = _judge(batch.low, found, at, code)
        if judged is None:
            continue
        judged = judged._replace(currency=code, rule=f"{judged.rule}:{how}" if how else judged.rule)
        if judged.low is not None and judged.high is not None and judged.low > judged.high:
            broken.setdefault(row, judged)
        elif row not in best or judged.rank < best[row].rank:
            best[row] = judged
    return _as_structs(len(batch), best), _as_mentions(best, broken)


def _beside_digits(batch: TextBatch, anchors: Hits) -> Bools:
    """Whether a digit stands within a few bytes of an anchor."""
    raw, last = batch.raw, len(batch.data) - 1
    found = np.zeros(len(anchors), bool)
    for step in range(1, 5):
        for at in (anchors.start - step, anchors.end + step - 1):
            byte = raw[np.clip(at, 0, max(last, 0))]
            found |= (byte >= 48) & (byte <= 57)
    return found


def _after_in(batch: TextBatch, anchors: Hits) -> Bools:
    """Whether "in " stands before an anchor: "all figures in CAD"."""
    return np.array([batch.low[max(0, s - 4) : s] == b" in " for s in anchors.start.tolist()], bool)


def _dollars_named(
    batch: TextBatch, anchors: Hits, names: Hits, row: int, found: Range, at: _Bounds
) -> tuple[list[str], set[str]]:
    """The dollars that a line names near a figure, nearest first, and those that the row names."""
    spelled, signs = _anchors(), currency_signs()
    places = list(dollar_places()[0].values())
    begin, end = int(batch.starts[row]), int(batch.starts[row + 1])
    named: list[tuple[int, str]] = []
    lo, hi = np.searchsorted(anchors.start, [begin, end])
    for index, place in zip(anchors.index[lo:hi].tolist(), anchors.start[lo:hi].tolist(), strict=True):
        code = signs.get(spelled[index])
        if code and code.endswith("D") and code != "AED":
            named.append((place, code))
    lo, hi = np.searchsorted(names.start, [begin, end])
    offset = len(spelled)
    text = {code for _, code in named}
    for index in names.index[lo:hi].tolist():
        text.add(places[index - offset])
    near = sorted(
        (abs(place - found.start), code)
        for place, code in named
        if max(at.line, found.start - 120) <= place < min(at.line_end, found.end + 40)
    )
    return [code for _, code in near], text


def _as_structs(count: int, found: dict[int, Range]) -> pa.StructArray:
    rows = list(found)
    take = np.full(count, -1, np.int64)
    take[rows] = np.arange(len(rows))
    records = pa.array([pay_record(r) for r in found.values()], PAY_READ)
    return records.take(pa.array(take, mask=take < 0))


def _as_mentions(best: dict[int, Range], broken: dict[int, Range]) -> Mentions:
    shown = sorted(
        [
            *best.values(),
            *(r._replace(rule="rejected:min-above-max") for row, r in broken.items() if row not in best),
        ],
        key=lambda r: r.start,
    )
    return Mentions(
        "pay",
        np.array([r.start for r in shown], np.int64),
        np.array([r.end for r in shown], np.int64),
        pa.array([_stated(r) for r in shown], pa.string()),
        pa.array([r.rule for r in shown], pa.string()),
    )


def _stated(found: Range) -> str:
    low, high = (f"{f:.2f}".rstrip("0").rstrip(".") if f is not None else "" for f in (found.low, found.high))
    figures = low if low == high else f"{low}-{high}"
    return f"{found.currency} {figures} {found.period}"
