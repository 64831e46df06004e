"""Sums of money in a text: figures, currencies, ranges, periods.

What the money is for is the matter of `pay` (texts) and `stated_pay` (fields of feeds). The words stand
in data/currencies.csv, pay_periods.csv and dollar_places.csv.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

import pyarrow as pa

from rolediff.schema import PAY
from rolediff.taxonomy import read_table

#: Pay as it stands in a snapshot: the record of the schema without the place in the text.
PAY_READ = pa.struct([field for field in PAY if field.name not in ("start", "end")])

DOLLAR = "$"
UNKNOWN = "?"
_GREAT = frozenset(
    [b"m", b"mm", b"mn", b"mio", b"million", b"millions", b"b", b"bn", b"billion", b"billions"]
) | {
    b"trillion",
    b"t",
}
_TIMES = {
    b"k": 1e3,
    b"lpa": 1e5,
    b"lakh": 1e5,
    b"lakhs": 1e5,
    b"lac": 1e5,
    b"lacs": 1e5,
    b"l": 1e5,
    b"cr": 1e7,
}
_TIMES |= {b"crore": 1e7, b"crores": 1e7}
_INDIAN = frozenset(_TIMES) - {b"k"}
INDIAN_ANCHORS = ("lpa", "lakh", "lakhs", "lac", "lacs", "crore", "crores")


# The figures of a range differ at most this much; more are two figures of different things.
WIDEST = 8.0


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency, the least figure that can be yearly pay in it, and the most that can be hourly pay."""

    code: str
    yearly_least: float
    hourly_most: float


@cache
def currencies() -> dict[str, Currency]:
    """All currencies by their ISO 4217 code."""
    return {
        r["code"]: Currency(r["code"], float(r["yearly_least"]), float(r["hourly_most"]))
        for r in read_table("currencies")
    }


@cache
def currency_signs() -> dict[str, str]:
    """Currency by its spelling; "$" alone stands for any dollar."""
    signs = {DOLLAR: DOLLAR}
    for row in read_table("currencies"):
        for sign in row.items("signs"):
            if sign in signs:
                raise row.broken(f"the sign {sign!r} stands twice")
            signs[sign] = row["code"]
    return signs


@cache
def dollar_places() -> tuple[dict[str, str], dict[str, str]]:
    """What tells whose dollar "$" is: names that count in texts, and codes that count in places only."""
    rows = read_table("dollar_places")
    for row in rows:
        if row["currency"] not in currencies() and row["currency"] != UNKNOWN:
            raise row.broken(f"unknown currency {row['currency']!r}")
    return (
        {r["name"]: r["currency"] for r in rows if r["where"] == "text"},
        {r["name"]: r["currency"] for r in rows if r["where"] == "place"},
    )


@cache
def factors() -> dict[str, float]:
    """How many of each period make the year in which pay is compared; reasons are in the table."""
    return {r["period"]: float(r["yearly_factor"]) for r in read_table("pay_periods")}


def alternatives(spellings: Iterable[str]) -> bytes:
    """A pattern of any of the spellings, the longest that fits first.

    Spellings that begin alike share their beginning, so that few are tried at each byte.
    """
    return _branches(set(spellings)).encode()


def _branches(spellings: Iterable[str]) -> str:
    tails: dict[str, list[str]] = {}
    for spelling in spellings:
        tails.setdefault(spelling[:1], []).append(spelling[1:])
    # Sorted backwards the end of a spelling stands last, behind all that are longer.
    return "|".join(
        re.escape(first) + (f"(?:{_branches(rest)})" if len(rest) > 1 else re.escape(rest[0]))
        for first, rest in sorted(tails.items(), reverse=True)
    )


# "45kpa"; a word glued on where a line break was lost ("$65-75kAbout"), but no unit of measure.
_AFTER_K = rb"p\.?a\b|(?!(?:g|m|w|b|v|hz|wh|bps|n|pa|cal)s?\b)[a-z]"
# What joins the ends of a range, and what stands before a unit of time, in the languages of the postings.
_TO = (
    rb"to|through|and|(?:and )?up to|rising to|increasing to|bis(?: zu)?|und|et|en|tot|do|y|hasta"
    rb"|till|til|och|a|al"
)
# Units short enough to begin other words ("per mo"), but for these: a word may be glued on.
_GLUED = ("day", "hr")
# German and Dutch name the period in one word with the pay: "Jahreszielgehalt", "Bruttomonatsgrundlohn".
# The words are looked for beside the currencies of those who speak so.
_COMPOUND = rb"[a-z]{0,12}(?:%b)[a-z]{0,12}(?:gehalt|lohn|entgelt|bezug|salaris|loon|satz|tarief)"
_STEMS = {"year": rb"jahres|jaar", "month": rb"monats|maand", "day": rb"tages|dag", "hour": rb"stunden|uur"}
_COMPOUNDING = ("EUR", "CHF")
_PER = rb"per|a|an|each|par|pro|im|je|al|por|na"
# Before an adverb stands no letter, but for "tjm", which no word holds and which is often glued to the
# one before; "bi-weekly" and "semi-monthly" are other periods, of which there is none in the schema.
_ALONE = rb"(?:(?<![a-z.])|(?=tjm))(?<!bi-)(?<!bi )(?<!semi-)(?<!semi )"


@dataclass(frozen=True, slots=True)
class _Patterns:
    amount: re.Pattern[bytes]
    reach: int  # how far before its first digit an amount can begin: two signs and what stands between
    joint: re.Pattern[bytes]  # what joins the ends of a range
    loose: re.Pattern[bytes]  # what joins them where they are alike
    period: re.Pattern[bytes]  # groups are named like the periods
    adverb: re.Pattern[bytes]
    compound: re.Pattern[bytes]  # the adverbs, and words that hold the period and the pay in one
    ahead: re.Pattern[bytes]  # a unit right before the figure: "salary per month: 4,000 EUR"


@cache
def _patterns() -> _Patterns:
    signs = currency_signs()
    worded = [s for s in signs if s[0].isascii() and s[0].isalpha()]
    marks = [s for s in signs if s not in worded]
    # "San Francisco, CA$120,000": after a comma "CA" is the state, and the dollar another one.
    signing = [s for s in worded if s != "ca$"]
    sign = rb"(?:(?<![a-z])(?:%b|(?<!, )ca\$)|%b)" % (alternatives(signing), alternatives(marks))
    after = rb"(?:(?:%b)(?![a-z$])|(?:%b)(?:(?<=k\xe2\x82\xac)|(?!\s?\d)))" % (
        alternatives(worded),
        alternatives(marks),
    )
    number = (
        rb"\d{1,2}(?:,\d\d)+,\d{3}(?![\d])|"
        rb"\d{1,3}(?:(?P<gap>[,. ']|\xe2\x80\x99)\d{3})(?:(?P=gap)\d{3})*(?:[.,]\d\d?)?(?![\d])|"
        rb"\d+(?:[.,]\d\d?|\.\d{4})?(?![\d])(?![.,]\d)"
    )
    times = alternatives(t.decode() for t in (*_TIMES, *_GREAT))
    # Within a word begin only figures and marks: telling that first spares trying all signs at every byte.
    inside = re.escape(b"".join(sorted({m.encode()[:1] for m in marks})))
    amount = (
        rb"(?:(?<![a-z])|(?=[\d%b]))"
        rb"(?:(?P<sign>%b)[\s:]{0,2}(?:(?P<sign2>%b)\s?)?|(?<![\d.,a-z])|(?<=[a-z])(?=\d{2,3},\d{3}))"
        rb"(?P<number>%b)(?:[.,]-{1,2}(?!\d)|,\xe2\x80\x93(?!\s?\d))?"
        rb"(?!\s?%%)(?:[\s-]?(?P<times>%b)(?![a-z])|(?P<kilo>k)(?=%b|%b))?(?P<plus>\+)?"
        rb"(?: ?[(\[]?(?P<tail>%b)[)\]]?)?"
    ) % (inside, sign, sign, number, times, sign, _AFTER_K, after)
    rows = read_table("pay_periods")
    period, adverb, compound, ahead = [], [], [], []
    for row in rows:
        units = alternatives(row.items("units"))
        spelled = {a.replace("-", " ") for a in row.items("adverbs")}
        adverbs = alternatives(spelled - {"pa"})
        adverbs += rb"|(?<!, )pa" if "pa" in spelled else b""  # "Pittsburgh, PA"
        # After "per" the next word may follow without a blank, where line breaks were lost.
        whole = alternatives(u for u in row.items("units") if len(u.encode()) > 3 or u in _GLUED)
        name = row["period"].encode()
        period.append(
            rb"(?P<%b>(?:\bper |/\s?)(?:%b)"
            rb"|(?:/|\b(?:%b) |\bl')\s?(?:%b)(?![a-z])"
            rb"|(?<=\d)(?:%b)(?![a-z])"
            rb"|%b(?:%b)(?![a-z]))" % (name, whole, _PER, units, units, _ALONE, adverbs)
        )
        ahead.append(rb"(?P<%b>%b)" % (name, units))
        adverb.append(rb"(?P<%b>%b)" % (name, adverbs))
        stems = _STEMS.get(row["period"])
        compound.append(rb"(?P<%b>%b%b)" % (name, adverbs, b"|" + _COMPOUND % stems if stems else b""))
    any_unit = b"|".join(alternatives(r.items("units")) for r in rows)
    any_adverb = b"|".join(alternatives(r.items("adverbs")) for r in rows)
    unit = rb"\s?(?:/|per |an? |each )\s?(?:%b)" % any_unit
    between = rb"(?:%b(?![a-z])\.?|\s(?:%b)\b)?" % (unit, any_adverb)
    dash = rb"-{1,2}|\xe2\x80[\x90-\x95]|\xe2\x88\x92|~"
    joint = (
        between
        + rb"\s?(?:\([^()\n]{1,24}\)|[(\[]?(?:min|minimum|low)?[)\]]?)\s?(?:%b|\b(?:%b)\b|(?:jusqu')?\xc3\xa0)"
        rb"\s?(?:up to |de )?"
        rb"|(?:%b)?[,;/.]?\s*\b(?:[a-z]+ ){0,2}max(?:imum)?\b(?: [a-z]+){0,2}\s?[:;]?\s?"
    ) % (dash, _TO, unit)
    # "50/55k"; "from $59,500/year in our lowest market up to $143,100/year in our highest".
    loose = rb"\s?/\s?|%b(?: [a-z]+){1,8} (?:up )?to (?:a )?" % unit
    # All of them begin at "/" or where no letter stands before, with one of a few letters: telling that
    # first spares trying each of them at every byte.
    words = [*_PER.decode().split("|"), *(a for r in rows for a in r.items("adverbs"))]
    first = re.escape(b"".join(sorted({*(a.encode()[:1] for a in words), b"/", b"l"})))
    units = re.escape(b"".join(sorted({u.encode()[:1] for r in rows for u in r.items("units")})))
    at_start = rb"(?=[%b%b])(?:(?<![a-z])(?=[%b])|(?=/|tjm)|(?<=\d)(?=[%b]))" % (first, units, first, units)
    return _Patterns(
        re.compile(amount),
        2 * max(len(s.encode()) for s in signs) + 3,
        re.compile(joint),
        re.compile(loose),
        re.compile(rb"%b(?:%b)" % (at_start, b"|".join(period))),
        re.compile(rb"%b(?:%b)(?![a-z])" % (_ALONE, b"|".join(adverb))),
        re.compile(rb"%b(?:%b)(?![a-z])" % (_ALONE, b"|".join(compound))),
        re.compile(
            rb"(?:\b(?:per|pro|par|por)\s|/\s?)(?:%b)\)?\s?[:-]?\s?(?:from |ab |up to |bis )?\Z"
            % b"|".join(ahead)
        ),
    )


# ── figures ──────────────────────────────────────────────────────────────────────────────────────


class Amount(NamedTuple):
    """One figure and where it stands; `value` has "k" and "lakh" multiplied out."""

    start: int
    end: int
    value: float
    currency: str | None  # "$" where it only says dollar
    times: float  # 1 where no "k" or "lakh" stands
    indian: bool
    open: bool  # "120k+"
    great: bool  # millions: not pay


_MILLIONS = re.compile(
    rb"\s?\d[\d,.]*(?:\s?(?:-|to|\xe2\x80\x93)\s?\$?\d[\d,.]*)?\s?\+?(?:m|mm|b|bn|million|billion|trillion)\b"
)


def is_great(text: bytes, after: int) -> bool:
    """Whether millions follow a sign: a quick look at the commonest money that is no pay."""
    return _MILLIONS.match(text, after, after + 30) is not None


_DIGIT = re.compile(rb"\d")


def read_amounts(text: bytes, start: int, end: int) -> list[Amount]:
    """All figures between two positions of a lowered text."""
    signs = currency_signs()
    amount, reach = _patterns().amount, _patterns().reach
    found = []
    # The pattern is dear where no figure stands: from digit to digit, and only the signs before it.
    while digit := _DIGIT.search(text, start, end):
        m = amount.search(text, max(start, digit.start() - reach), end)
        if m is None:
            break
        start = m.end()
        written = {signs[s.decode()] for s in m.group("sign", "sign2", "tail") if s}
        exact = written - {DOLLAR}
        if len(exact) > 1:
            continue
        times = m["times"] or m["kilo"] or b""
        indian = times in _INDIAN
        currency = next(iter(exact), DOLLAR if written else None)
        found.append(
            Amount(
                m.start(),
                m.end(),
                _number(m["number"]) * _TIMES.get(times, 1.0),
                currency or ("INR" if indian else None),
                _TIMES.get(times, 1.0),
                indian,
                m["plus"] is not None,
                times in _GREAT,
            )
        )
    return found


def _number(written: bytes) -> float:
    """The value of digits with separators: three digits after a mark are thousands, fewer a fraction."""
    digits = written.replace(b" ", b"").replace(b"'", b"").replace(b"\xe2\x80\x99", b"")
    last = max(digits.rfind(b","), digits.rfind(b"."))
    if last < 0:
        return float(digits)
    whole, tail = digits[:last], digits[last + 1 :]
    whole = whole.replace(b",", b"").replace(b".", b"")
    return float(whole + tail) if len(tail) == 3 else float(whole + b"." + tail)


class Range(NamedTuple):
    """A range or a single figure; one end is None in "up to" and "from"."""

    start: int
    end: int
    low: float | None
    high: float | None
    currency: str | None
    period: str | None = None
    rule: str = ""
    rank: int = 0  # lower is surer
    open: bool = False  # "120k+": what follows the plus comes on top


_UP_TO = re.compile(
    rb"(?:up ?to|\bmax(?:i(?:mum|male?))?\.?(?: of| de)?|bis zu|\btot|hasta|fino a"
    rb"|jusqu'?(?:\xe2\x80\x99)?(?:\xc3\xa0)?|exceed|as much as)[^\w\n]{0,4}\Z"
)
_FROM = re.compile(
    rb"(?:from|start(?:s|ing)?(?: at| from| salary| pay)?(?: of)?|beg[ia]n(?:s|ning)?(?: at)?"
    rb"|at least|\bmin(?:imum|\.)?(?: of)?:?|vanaf|desde"
    rb"|\bab(?: ca\.?| rund)?(?: brutto)?|\bmind(?:\.|estens)|(?:\xc3[\xa0\x80]|\ba) partir de"
    rb"|over|above|upwards? of|more than|>)[^\w\n]{0,2}\Z"
)
# "$38/hr max", also where the next word is glued on.
_AT_MOST = re.compile(rb"(?:\s?/?\s?(?:per )?(?:h|hr|hour|day|year))?\s?[(,]?\s?max(?:imum\b|(?!i|\w+ed))")
# Austrian law has every advert state the least pay, and employers say that they pay more.
_LEAST_PAY = re.compile(
    rb"mindest[a-z]{0,16}(?:gehalt|entgelt|lohn|bezug)"
    rb"|minimum (?:gross |annual |yearly |monthly )*(?:salary|wage|pay)\b"
)
_OR_MORE = re.compile(rb"\s?(?:and (?:up|above)|or (?:more|higher|above)|plus(?! [a-z])|onwards|upwards)\b")


_NOTICE = 110  # "minimum salary according to the collective agreement of the metal industry is"


def read_range(text: bytes, amounts: Sequence[Amount], anchor: int, begin: int, end: int) -> Range | None:
    """The range or the single figure that an anchor belongs to, in a line from `begin` to `end`."""
    i = next((n for n, a in enumerate(amounts) if a.start <= anchor < a.end), None)
    if i is None or amounts[i].great:
        return None
    for a, b in _neighbours(text, amounts, i):
        if amounts[b].great or not _is_range(text, amounts, a, b):
            continue
        first, last = amounts[a], amounts[b]
        third = amounts[b + 1] if b + 1 < len(amounts) else None
        goes_on = third is not None and third.currency and third.value > last.value > first.value
        if third and goes_on and _patterns().joint.fullmatch(text, last.end, third.start):
            last = third  # "$90,000 - $105,000 - $120,000": least, middle, most
        return _joined(first, last)
    only = amounts[i]
    before = text[max(begin, only.start - 24) : only.start]
    if _UP_TO.search(before) or _AT_MOST.match(text, only.end, end):
        return Range(only.start, only.end, None, only.value, only.currency, rule="up-to")
    notice = text[max(begin, only.start - _NOTICE) : only.start]
    if only.open or _LEAST_PAY.search(notice) or _FROM.search(before) or _OR_MORE.match(text, only.end, end):
        return Range(only.start, only.end, only.value, None, only.currency, rule="from", open=only.open)
    return Range(only.start, only.end, only.value, only.value, only.currency, rule="figure")


_CALENDAR = range(1990, 2040)  # bare figures that are years of the calendar rather than money


def _neighbours(text: bytes, amounts: Sequence[Amount], i: int) -> Iterator[tuple[int, int]]:
    """Pairs of figures that may be a range with figure `i`: the next, the one before, and across a remark."""
    if i + 1 < len(amounts):
        yield i, i + 1
        if text[amounts[i].end : amounts[i].end + 2].strip() == b"(":
            yield from ((i, n) for n in range(i + 2, min(i + 5, len(amounts))))
    if i:
        yield i - 1, i
        if b")" in text[amounts[i - 1].end : amounts[i].start]:
            yield from ((n, i) for n in range(i - 2, max(i - 5, -1), -1))


def _is_range(text: bytes, amounts: Sequence[Amount], a: int, b: int) -> bool:
    """Whether two figures are the ends of one range, by what stands between them and by their size."""
    first, last = amounts[a], amounts[b]
    gap = text[first.end : last.start]
    if any(f.currency is None and f.times == 1 and f.value in _CALENDAR for f in (first, last)):
        return False  # "from April 2026, up to £400 a day"
    if b - a > 1 and (b"(" not in gap or any(amounts[n].currency for n in range(a + 1, b))):
        return False  # only a remark may stand between: "$53,105 (GS-7, step 1) to $84,441"
    if first.currency and last.currency and gap in (b" ", b"\n"):
        return True
    if _patterns().joint.fullmatch(gap):
        # "55k€ - 3 days at home", "grade 5 - $60,000": a bare figure of another size is no money.
        joined = _joined(first, last)
        if joined is None or joined.low is None or joined.high is None:
            return joined is not None or (first.currency is not None and last.currency is not None)
        wild = not joined.low <= joined.high * WIDEST <= joined.low * WIDEST * WIDEST
        return not wild or (first.currency is not None and last.currency is not None)
    return _patterns().loose.fullmatch(gap) is not None and _are_alike(first, last)


def _are_alike(first: Amount, last: Amount) -> bool:
    """Whether two figures can be one range: rising, not far apart, and the last one money.

    "550 / 460" are the pay of two roles, "$20/hour with a bonus up to $5,000" is pay and a bonus, "$25
    per hour for up to 40 hours" pay and a time.
    """
    if last.currency is None or (first.times == last.times and last.value > first.value * WIDEST):
        return False
    found = _joined(first, last)
    return (
        found is not None
        and found.low is not None
        and found.high is not None
        and found.low < found.high <= found.low * WIDEST
    )


def _joined(first: Amount, last: Amount) -> Range | None:
    low, high = first.value, last.value
    if first.times == 1 and last.times > 1 and low * last.times <= high * 1.0001 and low < 1000:
        low *= last.times  # "120-150k"
    elif last.times == 1 and first.times > 1 and high < 1000 <= low:
        high *= first.times  # "120k-150"
    elif (
        first.times == 1
        and low < 1000 <= high
        and low * WIDEST < low * 1000 <= high
        and (first.currency or high < low * 2000)
    ):
        low *= 1000  # "$90 - 110,000", "45 à 50 000 €", but not "band 10 - $63,720"
    known = {c for c in (first.currency, last.currency) if c}
    exact = known - {DOLLAR}
    if len(exact) > 1 or not known:
        return None
    return Range(first.start, last.end, low, high, next(iter(exact), DOLLAR), rule="range", open=last.open)


# ── what the money is ────────────────────────────────────────────────────────────────────────────

# A word before the figure may give a year of at most this many times the least yearly pay: 1.3 million
# dollars where it says "annual", a third of it where it says "weekly" or "monthly".
_MOST_BY_ADVERB = {True: 100.0, False: 33.0}
# How far before a figure its period may stand: "Bruttomonatsgehalt bei Vollzeit (38,5 Stunden): 3.900 €".
_ADVERB = 80
# "Bei 38,5 Stunden / Woche: 3.900 €": the unit is one of working time.
_OF_TIME = re.compile(rb"\d|stunden|hours")
_PER_UNIT = re.compile(rb"/|per ")
_NO_PERIOD_ACROSS = re.compile(rb"[;|]|\.\s|\bplus\b|\+|\bbonus|\band\b|\d")


def read_period(
    text: bytes, found: Range, line: int, line_end: int, code: str
) -> tuple[str | None, int, bool]:
    """The period, the end of the words that state it, and whether it is stated rather than inferred."""
    patterns = _patterns()
    stop = min(line_end, found.end + 45)
    figure = found.low if found.low is not None else found.high
    assert figure is not None
    currency = currencies().get(code)

    def makes_sense(name: str) -> bool:
        most = _MOST_BY_ADVERB[name == "year"]
        return currency is None or figure * factors()[name] <= currency.yearly_least * most

    m = patterns.period.search(text, found.start, stop)
    if (
        m is not None
        and m.lastgroup is not None
        and (m.start() < found.end or not _NO_PERIOD_ACROSS.search(text, found.end, m.start()))
        # "$90,000 is the base of our hourly staff": a period that stands apart must make sense.
        and (_PER_UNIT.match(text, m.start()) is not None or makes_sense(m.lastgroup))
    ):
        return m.lastgroup, max(m.end(), found.end), True
    before = max(line, found.start - _ADVERB)
    adverb = patterns.compound if code in _COMPOUNDING else patterns.adverb
    nearest = [m.lastgroup or "" for m in adverb.finditer(text, before, found.start)]
    m = patterns.ahead.search(text, max(line, found.start - 30), found.start)
    if m is not None and m.lastgroup is not None and not _OF_TIME.search(text, m.start() - 14, m.start()):
        nearest.append(m.lastgroup)
    for name in reversed(nearest):
        # "Weekly pay! $75,000": an adverb that makes no sense with the figure belongs to something else.
        if makes_sense(name):
            return name, found.end, True
    most = found.high if found.high is not None else figure
    if currency is not None and most >= currency.yearly_least and 2 * figure >= currency.yearly_least:
        return "year", found.end, False
    return None, found.end, False


# "Pay rate: $40 to $45", but not "day rate: $900", which has its period.
_AT_RATE = re.compile(
    rb"(?<![a-z])rates?[^a-z0-9.;|\n]{1,3}(?:(?:range|of|is|up|to|from|between|at)[^a-z0-9.;|\n]{1,3}){0,3}\Z"
)
_CENTS, _POINT_CENTS = re.compile(rb"[.,]\d\d(?!\d)"), re.compile(rb"\.\d\d(?!\d)")


def is_hourly(text: bytes, found: Range, code: str) -> bool:
    """Whether pay without a period can only be by the hour: small, and to the cent or called a rate."""
    figures = [f for f in (found.low, found.high) if f is not None]
    # "$220,00" is a slip: figures in dollars and pounds have a point before the cents.
    cents = (_CENTS if code == "EUR" else _POINT_CENTS).search(text, found.start, found.end)
    most, least = currencies()[code].hourly_most, currencies()[code].yearly_least
    known = cents or _AT_RATE.search(text, max(0, found.start - 40), found.start)
    return known is not None and max(figures) <= most and 2 * min(figures) * factors()["hour"] >= least


def pay_record(found: Range) -> dict[str, float | str | None]:
    """A row of `PAY_READ` of a range whose period is known."""
    assert found.period is not None
    factor = factors()[found.period]
    return {
        "min": found.low,
        "max": found.high,
        "currency": found.currency,
        "period": found.period,
        "yearly_min": None if found.low is None else round(found.low * factor, 2),
        "yearly_max": None if found.high is None else round(found.high * factor, 2),
    }


# ── whose dollar ─────────────────────────────────────────────────────────────────────────────────


@cache
def _place_names() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{alternatives(dollar_places()[0]).decode()})(?!\w)")


@lru_cache(4096)  # places repeat; a corpus has no end of them
def _dollar_of_place(place: str | None) -> str | None:
    """The dollar of the country that a place names; "?" where "$" means no dollar there."""
    if not place:
        return None
    low = place.lower()
    names, codes = dollar_places()
    named = {names[n] for n in _place_names().findall(low)}
    words = re.split(r"[^\w]+", low)
    full = {codes[n] for n in codes if len(n) > 2 and n in words}
    if named or full:
        found = named | full
        return found.pop() if len(found) == 1 else None
    # Two letters count only in capitals, after a comma or alone: "Austin, TX".
    short = {
        codes[c.lower()]
        for c in re.findall(r"(?:^|,\s*)([A-Z]{2})(?=\s*(?:$|[,;/(]|\d))", place)
        if c.lower() in codes
    }
    return short.pop() if len(short) == 1 else None


def which_dollar(near: list[str], text: set[str], place: str | None) -> tuple[str | None, str]:
    """Whose dollar "$" is, and by which rule.

    Most signs in postings are US dollars: that is how a bare "$" is read unless its line, the place
    or the text names another country of dollars. The rule stays in the mention.
    """
    if near:
        return near[0], "dollar-near"
    of_place = _dollar_of_place(place)
    if of_place == UNKNOWN:
        return None, "dollar-unknown"
    if of_place:
        return of_place, "dollar-place"
    if len(text) == 1:
        return next(iter(text)), "dollar-text"
    return "USD", "dollar-sign"
