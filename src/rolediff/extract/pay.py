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
# How far from the start of a text its first words reach.
_AHEAD = 120
# Clients of contractors call the rate that they pay a budget: "budget: 580 - 620 €/day".
_BUDGETS = (b"budget", b"budgets")
# How far a word stands that is tied to the figure by nothing but small words.
_LINK = 60
_DOLLAR_BYTE = ord("$")
# A line this short before the figure can be its heading ("Salary range").
_HEADING = 80
# Pay of a year below a tenth of the least, or 200 times it, is money for something else.
# "Up to" so much a year is pay by itself only above twice the least: allowances are smaller.
_ALLOWANCE = 2.0
_LEAST_PART, _MOST_TIMES = 0.1, 200.0
# Headings that often follow the pay in texts that lost their lines.
_LABELS = (b"benefits", b"perks", b"insurance", b"equity")


_GLUED_CODES = ("usd", "eur", "gbp", "cad", "aud", "chf", "inr", "pln")


@cache
def _anchors() -> list[str]:
    # "$" and "€" find "us$" and "k€" as well; a full stop after "rs" needs no phrase of its own.
    spelled = [s for s in currency_signs() if s == DOLLAR or (not s.endswith(("$", ".")) and s != "k€")]
    # A code glued to its figure makes one word with its last digits: "133,500.00USD", "120000EUR".
    glued = [f"{zeros}{code}" for code in _GLUED_CODES for zeros in ("00", "000")]
    return [*spelled, *glued, *INDIAN_ANCHORS]


@cache
def _dollar_of() -> list[str | None]:
    """The dollar that each of `phrases` names, if it names one."""
    signs = currency_signs()
    codes = [signs.get(a.lstrip("0"), "") for a in _anchors()]
    named = [c if c.endswith("D") and c != "AED" else None for c in codes]
    return [*named, *dollar_places()[0].values()]


def phrases() -> list[str]:
    """Signs and codes of currencies, then names that tell whose dollar is meant."""
    return [*_anchors(), *dollar_places()[0]]


# Cues that German and Dutch put at the end of longer words: "Vollzeitgehalt", "brutosalaris".
_SUFFIXES = rb"gehalt|lohn|entgelt|salaris|loon"
_IS_SUFFIX = re.compile(_SUFFIXES)
# Where a line break was lost two words are one, and the second may begin with a capital. A pattern that
# opens with the letter itself, not with what stands before it, is searched for four times as fast.
_GLUE = re.compile(rb"[A-Z](?<=[a-zA-Z][A-Z])[a-z]")


@dataclass(frozen=True, slots=True)
class _Cues:
    any: re.Pattern[bytes]
    glued: re.Pattern[bytes]  # the same, where a word may begin inside a word
    says: dict[bytes, str]
    other_after: re.Pattern[bytes]
    other_next: re.Pattern[bytes]
    other_linked: re.Pattern[bytes]
    pay_linked: re.Pattern[bytes]
    total_next: re.Pattern[bytes]


@cache
def _cues() -> _Cues:
    cues = read_table("pay_cues")
    says = {r["cue"].encode(): r["says"] for r in cues}
    for row in cues:
        if row["says"] not in ("pay", "total", "other"):
            raise row.broken(f"says {row['says']!r}, not pay, total or other")
    cue = rb"(?:%b)(?![a-z])" % alternatives(says_cue.decode() for says_cue in says)
    word = rb"(?:(?<![a-z])|(?=(?:%b)(?![a-z])))" % _SUFFIXES
    # What follows the figure: "$5,000 sign-on bonus", "$2M in funding"; a label of the next part
    # ("Benefits:", "Bonus:") and what comes on top ("+ bonus", "plus equity") do not count.
    other = alternatives(c.decode() for c, kind in says.items() if kind == "other" and c not in _LABELS)
    words = rb"(?:(?!(?:and|plus|or|with|before|excluding|base|salary|pay|depending)\b)[a-z]+[ -]){0,%d}"
    other_after = rb"[^a-z0-9+,.;|&]{0,4}" + words + rb"(?:%b)(?![a-z]|\s?:)"
    total = alternatives(c.decode() for c, kind in says.items() if kind == "total")
    paid = alternatives(c.decode() for c, kind in says.items() if kind == "pay")
    linked = rb"(?<![a-z])(?:%b)[^a-z0-9.;|]{1,3}(?:(?:%b)[^a-z0-9.;|]{1,3}){0,4}\Z"
    return _Cues(
        re.compile(word + cue),
        re.compile(cue),
        says,
        re.compile(other_after % (4, other)),
        re.compile(other_after % (0, other)),
        re.compile(linked % (other, _LINKS)),
        re.compile(linked % (paid, _LINKS)),
        re.compile(rb"[^a-z0-9+.;|]{0,3}(?:per (?:year|annum) )?(?:in )?(?:%b)(?![a-z])" % total),
    )


# Words that tie a figure to the noun before it: "funding of up to $100,000", "bonus range: $5,000".
_LINKS = (
    rb"of|is|are|in|to|up|from|between|range|ranges|ranging|at|a|an|the|about|around|approximately|over|with"
    rb"|potential|target|total|totaling|budgets?|amount|sums?|plan|for"
)
# The second half of a range that became a line of its own: "$118,000 a year", then "- $131,000"; "Salary
# min: $50,000", then "Salary max: $60,000"; a figure alone in its line, then "to" or another one.
_GOES_ON = re.compile(
    rb"\n(?:(?:-|\xe2\x80[\x93\x94])\s?(?:usd\s?)?(?:\$|\xe2\x82\xac|\xc2\xa3)\d"
    rb"|(?:[a-z]+ ){0,2}max(?:imum)?\b[a-z ]{0,20}[:;]?\s?(?:usd\s?)?(?:\$|\xe2\x82\xac|\xc2\xa3)\s?\d)"
)
_ALONE_GOES_ON = re.compile(
    rb"\n(?:(?:to|bis|-|\xe2\x80[\x93\x94])\n)?(?:\$|\xe2\x82\xac|\xc2\xa3|eur |usd )\s?\d[\d,.]*[k-]{0,2}(?:\n|\Z)"
)
# What a figure is for, said after it: "$120k base", "35,000 basic salary".
_PAY_NEXT = re.compile(
    rb"[\s(]{0,2}(?:(?:annual|yearly|gross|basic|base)\s){0,2}"
    rb"(?:basic|base|salary(?! pack| sacri)|brutto|bruto|brut|gross|doe)\b"
)
_SHORTEST, _OF_FIGURES = 24, b"0123456789,.-k $\xe2\x82\xac\xc2\xa3eurusd"
_ANNUAL = re.compile(rb"(?<![a-z])annual\Z")
# "Per" something that is no period: a class, a credit hour, a fortnight.
_SHARE_OF = re.compile(rb"%\s?(?:of|match)\b")
_PER_SOMETHING = re.compile(rb"\s?(?:per\b|(?:bi|semi)[ -]?(?:week|month)|fortnight)")
_OTE_NEXT = re.compile(rb"\s?[(]?OTE")  # also with the next word glued on
# Australian pension money: "$120k + super", "$100-120k super", "$900 inc. 11.5% super".
_SUPER = re.compile(
    rb"\s?(?:p\.?a\.?|per annum|per day|pd)?\s?(?:\+|plus|incl?\.?|including)?\s?(?:[\d.]{1,4}%\s?)?super\b"
    rb"|(?:[^.;|$\n]|\.\d){0,60}\bsuperannuation\b"
)
# A figure alone between the bars of a header line, or with more pay on top of it, is pay.
_BARRED_BEFORE = re.compile(rb"(?:\||^|\n)\s*(?:up to |from )?\Z")
_BARRED_AFTER = re.compile(
    rb"\+?\s*(?:\||\n|[+&]\s*(?:[a-z]+ ){0,3}(?:bonus|equity|benefits|super|stock|package))"
)


# ── what the money is ────────────────────────────────────────────────────────────────────────────


def _spoken(text: _Text, start: int, end: int) -> list[bytes]:
    """The cues in a stretch, in their order."""
    cues = _cues()
    if not _GLUE.search(text.data, start + 1, end):  # nearly always, and the dear way is dear
        return [m.group() for m in cues.any.finditer(text.low, start, end)]
    return [
        m.group()
        for m in cues.glued.finditer(text.low, start, end)
        if _starts_word(text, m.start()) or _IS_SUFFIX.fullmatch(m.group())
    ]


def _is_total(text: _Text, end: int, line_end: int) -> bool:
    """Whether the words after a figure say that more than base pay is in it."""
    return (
        _cues().total_next.match(text.low, end, line_end) is not None
        or _OTE_NEXT.match(text.data, end, line_end) is not None
    )


def _starts_word(text: _Text, at: int) -> bool:
    """Whether a word begins: after no letter, or, where a line break was lost, with a capital."""
    return not text.low[at - 1 : at].isalpha() or _GLUE.match(text.data, at) is not None


class _Text(NamedTuple):
    """The text of a batch, lowered and as it stands."""

    low: bytes
    data: bytes


class _Bounds(NamedTuple):
    """Where the row, the line and the clause of a figure begin, and where its row and line end."""

    row: int
    line: int
    clause: int
    line_end: int
    row_end: int


def _judge(whole: _Text, found: Range, at: _Bounds, code: str) -> Range | None:
    """The range with its period and rank, or None where the money is no base pay."""
    text = whole.low
    line, line_end = at.line, at.line_end
    period, end, stated = read_period(text, found, line, line_end, code)
    if not stated and _PER_SOMETHING.match(text, end, line_end):
        return None
    by_size = period or ("hour" if is_hourly(text, found, code) else None)
    if by_size is None:
        return None
    figures = [f for f in (found.low, found.high) if f is not None]
    yearly = [f * factors()[by_size] for f in figures]
    least = currencies()[code].yearly_least
    if min(yearly) < least * _LEAST_PART or max(yearly) > least * _MOST_TIMES:
        return None
    if max(figures) > min(figures) * WIDEST:
        return None
    cues = _cues()
    is_range = found.rule == "range"
    if _ANNUAL.search(text, max(found.end, end - 6), end) and cues.other_next.match(text, end, line_end):
        # "$98,500 - $115,740 annual bonus": the adverb belongs to the bonus, and the range may be pay.
        end = found.end
        stated = False
    begin = max(at.clause, found.start - _CONTEXT)
    near = max(begin, found.start - _LINK)
    spoken = _spoken(whole, begin, found.start)
    said = [cues.says[cue] for cue in spoken]
    purpose = said[-1] if said else None
    ends = {found.end, end}
    said_after = any(_PAY_NEXT.match(text, place, line_end) for place in ends)
    daily = stated and by_size in ("day", "hour")
    if purpose == "other" and daily and spoken[-1] in _BUDGETS:
        purpose = "pay"
    if purpose == "other":
        # A range of the size of pay, and pay by the hour, are for something else only where they are tied
        # to that: in texts that lost their lines anything may stand before them.
        free = said_after or daily or (is_range and period is not None)
        if not free or cues.other_linked.search(text, near, found.start):
            return None
        purpose = "pay" if is_range and "pay" in said else None
    if purpose == "total" or any(_is_total(whole, place, line_end) for place in ends):
        return None
    # What is called pay at once, or is a range of pay, is ruled out only by the very next word.
    sure = (
        purpose == "pay" or period is not None
        if is_range
        else purpose == "pay" and cues.pay_linked.search(text, near, found.start)
    )
    after = cues.other_next if sure else cues.other_after
    if not found.open and after.match(text, end, min(end + 60, line_end)):
        return None
    if purpose is None and said_after:
        purpose = "pay"
    if purpose is None:
        # The clause before, or the heading line above it.
        earlier = _spoken(whole, max(at.row, begin - _HEADING), begin)
        purpose = "pay" if earlier and cues.says[earlier[-1]] == "pay" else None
    rule = found.rule
    if period is None:
        alone = not text[line : found.start].strip() and not text[end:line_end].strip()
        if purpose != "pay" and not (is_range and alone):
            return None
        rule = f"{rule}:hour-by-size"
    elif not stated:
        rule = f"{rule}:year-by-size"
    if found.low is None and purpose != "pay" and max(yearly) < _ALLOWANCE * least:
        return None  # "up to $10,000 a year" is how allowances are worded
    single = found.low is None or found.high is None or found.low == found.high
    if single and purpose is None:
        if max(yearly) < least:
            return None  # "$2,000 annually for training"
        before = text[max(line, found.start - 12) : found.start]
        barred = _BARRED_AFTER.match(text, found.end) and (
            line == found.start or _BARRED_BEFORE.search(before)
        )
        # The first words of an advert: "Data analyst, Leeds, up to £55,000".
        ahead = found.start - at.row < _AHEAD and max(yearly) > _ALLOWANCE * least
        if not (barred or ahead or daily or (stated and by_size == "year")):
            return None
    if found.low is None and (
        (b"(" in text[max(line, found.start - 8) : found.start] and "other" in said)
        or _SHARE_OF.search(text, near, found.start)
    ):
        return None  # "insurance of twice the salary (up to $200,000)", "60% of earnings up to $2,500"
    # A range that is called pay, or has its period; a figure that is called pay; the rest.
    rank = (0 if purpose == "pay" else 1 if stated else 3) if is_range else 2 if purpose == "pay" else 4
    return found._replace(end=max(end, found.end), period=by_size, rule=rule, rank=rank)


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
    signed = _dollars_by_row(batch, anchors.where(beside | _after_in(batch, anchors)))
    anchors = anchors.where(beside)
    worded = _dollars_by_row(batch, hits.where(~is_anchor))
    rows = batch.row_of(anchors.start)
    lines = batch.line_of(anchors.start)
    line_ends = np.r_[batch.lines[1:], len(batch.data)][lines] - 1 if len(lines) else lines
    line_starts = batch.lines[lines] if len(lines) else lines
    clauses = batch.clauses[batch.clause_of(anchors.start)] if len(lines) else lines
    best: dict[int, Range] = {}
    broken: dict[int, Range] = {}
    covered = 0
    text = _Text(batch.low, batch.data)
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
        if at.line_end < at.row_end - 1 and _goes_on(batch.low, at):
            at = at._replace(line_end=min(at.line_end + _AFTER, at.row_end - 1))
        amounts = read_amounts(batch.low, max(at.line, start - _BEFORE), min(at.line_end, start + _AFTER))
        found = read_range(batch.low, amounts, start, at.line, at.line_end)
        if found is None:
            continue
        covered = found.end
        code, how = found.currency, ""
        if code == DOLLAR:
            place = places[row].as_py() if places is not None else None
            named, in_text = signed.get(row, []), worded.get(row, [])
            near = _nearest(named, found, at)
            is_super = batch.low.find(b"super", found.end, at.line_end) >= 0
            if is_super and not near and _SUPER.match(batch.low, found.end, at.line_end):
                near = ["AUD"]
            code, how = which_dollar(near, {dollar for _, dollar in (*named, *in_text)}, place)
        if code is None or code not in currencies():
            continue
        judged = _judge(text, found, at, code)
        if judged is None:
            continue
        judged = judged._replace(currency=code, rule=f"{judged.rule}:{how}" if how else judged.rule)
        if judged.low is not None and judged.high is not None and judged.low > judged.high:
            broken.setdefault(row, judged)
        elif row not in best or judged.rank < best[row].rank:
            best[row] = judged
    return _as_structs(len(batch), best), _as_mentions(best, broken)


def _goes_on(text: bytes, at: _Bounds) -> bool:
    """Whether the line of a figure is continued by the next."""
    if _GOES_ON.match(text, at.line_end):
        return True
    short = at.line_end - at.line < _SHORTEST and not text[at.line : at.line_end].strip(_OF_FIGURES)
    return short and _ALONE_GOES_ON.match(text, at.line_end, at.row_end) is not None


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


def _dollars_by_row(batch: TextBatch, hits: Hits) -> dict[int, list[tuple[int, str]]]:
    """Where rows name dollars, and which."""
    dollars = _dollar_of()
    found: dict[int, list[tuple[int, str]]] = {}
    columns = (batch.row_of(hits.start), hits.index, hits.start)
    for row, index, start in zip(*(c.tolist() for c in columns), strict=True):
        if code := dollars[index]:
            found.setdefault(row, []).append((start, code))
    return found


def _nearest(named: list[tuple[int, str]], found: Range, at: _Bounds) -> list[str]:
    """The dollars that a line names near a figure, nearest first."""
    begin, end = max(at.line, found.start - 120), min(at.line_end, found.end + 40)
    near = sorted((abs(place - found.start), code) for place, code in named if begin <= place < end)
    return [code for _, code in near]


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
