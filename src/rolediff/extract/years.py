"""Years of experience that a text asks for.

Words for years come from the matcher; the figure before one of them, and whether it is experience that
is asked for, are read in the clause round it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rolediff.extract.money import alternatives
from rolediff.extract.sections import SECTIONS

if TYPE_CHECKING:
    from rolediff.extract.batch import Hits, TextBatch

YEAR_WORDS = (
    "year",
    "years",
    "yr",
    "yrs",
    "year's",
    "years'",
    "yoe",
    # Texts that lost their blanks.
    "yearsof",
    "yearsrsquo",
    "yearsexperience",
    "ans",
    "jahre",
    "jahren",
    "anos",
    "años",
)
#: Phrases that say that no experience is asked for.
NO_EXPERIENCE = tuple(
    f"no {kind}experience {end}"
    for kind in ("", "prior ", "previous ", "work ", "prior work ", "previous work ")
    for end in (*(f"{be}{word}" for be in ("", "is ") for word in ("required", "needed", "necessary")),)
)

#: Sections in which nothing is asked of the holder.
NOT_ASKED = frozenset(SECTIONS.index(s) for s in ("employer", "pay-benefits", "legal"))
PREFERRED = SECTIONS.index("preferred")

#: What makes a demand only a preference; "preferably in statistics" speaks of the subject.
PREFER = re.compile(
    rb"\bprefer(?:red|able|ably|ence|s)?(?![a-z])(?! in\b| from\b| within\b"
    rb"| fields?\b| subjects?\b)|\b(?:a|an?|big"
    rb"|huge|strong|definite|is|are) plus\b(?! if\b)|\bplus\b(?=[.;,)\n]|\Z)"
    rb"|\bdesir(?:ed|able)\b|\bnice to have\b|\bideally\b(?! in\b)|\badvantage|\bbonus\b"
    rb"|\ban asset\b|\brecommended\b|\bespecially interested\b"
    rb"|\bhighly regarded\b|\bpriority\b|\bbeneficial\b|\bgood to have\b|\bvon vorteil\b"
)
#: What makes it firm.
DEMAND = re.compile(rb"\brequired?\b|\bmust\b|\bminimum\b|\bat least\b|\bmandatory\b|\bessential\b")


class Years(NamedTuple):
    """Years asked for at one place; `degree` is the level that they go with, if one stands before them."""

    row: int
    start: int
    end: int
    low: int
    high: int | None
    preferred: bool
    overall: bool
    degree: int | None
    clause: int
    rule: str

    def __str__(self) -> str:
        return f"{self.low}-{self.high}" if self.high is not None else f"{self.low}+"


_NUMBERS = {
    w: n
    for n, w in enumerate(
        (
            b"zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
        ).split()
    )
}
_NUMBERS[b"twenty"] = 20
# A pattern that opens with a letter or digit is searched for faster than one that looks behind first.
_FIRST = rb"\d(?<![\d$]\d)(?<!\d[.,]\d)"
_TAIL = rb"\d?(?:[.,](?:5|50|0|00))?"
_DIGITS = rb"\d" + _TAIL
_WORDS = b"|".join(sorted(_NUMBERS, reverse=True))
_SEVERAL_PATTERN = (
    rb"(?P<low>%b)(?:\s?\(\d{1,2}\+?\))?\s?(?P<plus>\+|plus|or more)?"
    rb"(?:\s?(?:years?|yrs?)?\s?(?:-|\xe2\x80[\x90-\x95]|~|to|or|/|and|bis|a"
    rb"|\xc3\xa0)\s?(?P<high>%b)(?:\s?\(\d{1,2}\))?)?"
    rb"\s?(?P<more>\+|plus\b|or more|\(\d{1,2}\+?\))?[\s-]{0,2}(?:of\s)?(?:full |calendar )?\Z"
)
# Most figures are digits; looking for words as well costs three times as much.
_SEVERAL = re.compile(
    _SEVERAL_PATTERN
    % (rb"%b%b|(?<![\d$])(?<!\d[.,])(?:%b)" % (_FIRST, _TAIL, _WORDS), rb"(?:%b|%b)" % (_DIGITS, _WORDS))
)
_SEVERAL_DIGITS = re.compile(_SEVERAL_PATTERN % (_FIRST + _TAIL, _DIGITS))
_EXPERIENCE = re.compile(
    rb"experience|expertise|background|track record|hands[ -]on|exp\xc3\xa9rience|erfahrung|experi\xc3\xaancia"
    rb"|\b(?:(?:exp|working|worked|in an?|as an?|in the|using|writing|building|with|developing|programming|managing"
    rb"|coding|leading|designing|practice|knowledge|management|development|industry)\b|proficien"
    rb"|in (?:data|software|analytics|business|machine|product|investment|consulting|finance|engineering|development"
    rb"|building|similar|related))"
)
_NOT_EXPERIENCE = re.compile(
    rb"['\xe2\x80\x99s]{0,4}[\s-](?:old\b|of age|in a row|running|contract|warranty|vest|degree"
    rb"|program|college|university|of service"
    rb"|of innovation|of history|of support|of full support|of funding|of (?:relevant )?coursework"
    rb"|of (?:\w+ )?residen|(?:\w+ )?residency|checkable|high school|or fewer|or less"
    rb"|ago\b|from (?:now|the)|later|anniversar|of age|plan\b|term\b"
    rb"|roadmap|of college|of university|of study|of education|cliff|appointment|fixed|lease|period"
    rb"|of growth|visa|and counting|we |our |in business|of post[- ]?(?:secondary|high)|limit|look ?back|of excellence"
    rb"|of success|rotation|olds?\b|of heritage|of continuous|consecutive|bond|commitment"
    rb"|assignment|after |masters? program)"
)
_NOT_BEFORE = re.compile(
    rb"(?:%b|celebrat\w+|less(?<!no less)(?<!not less) than)\s(?:\w+\s)?\Z"
    % alternatives(
        (
            *("past", "last", "next", "every", "each", "previous", "following", "first", "nearly", "almost"),
            *("founded", "within", "until", "through", "in under", "in just", "in less than", "history of"),
            *("history of over", "for over", "for more than", "for nearly", "after", "fewer than"),
            *("contract for", "contract of"),
            *(f"fixed{blank}term{end}" for blank in " -" for end in ("", " for", " of")),
        )
    )
)
_COMPANY = re.compile(
    rb"\bwe(?:'ve|\xe2\x80\x99ve| have| are| were)\b|\bcompany(?:'s)? (?:has|with)|\bfounded\b"
    rb"|\bsince\b|\bhas (?:been|earned|grown|helped|built|delivered|provided|served)"
    rb"|\bfirm\b.{0,30}\bwith\b|\blegacy\b|\bcombined\b.{0,20}experience|\bhave been\b"
)
# "Our" before years speaks of the firm too, but seldom where the figure is open ("8+ years").
_OUR = re.compile(rb"\bour\b(?! (?:ideal|next|perfect|new|candidate|future))")
_COMPANY_AFTER = re.compile(
    rb"\bhas (?:been|earned|grown|helped|built|delivered|provided|served"
    rb"|become)|\bwe(?:'ve|\xe2\x80\x99ve| have| are)\b|\bour (?:company|firm|team|clients"
    rb"|customers)\b"
)
# "We are looking for an analyst with 5 years": behind these words it is no longer the firm that is spoken of.
_ASKS = re.compile(
    rb"\byou\b|\byour\b|\blooking for\b|\bseeking\b|\bsearching for\b|\bhiring\b|\bcandidates?\b|\bmust\b"
    rb"|\brecruiting\b|\brequire|\bneed\b|\bqualifi|\bideal\b|\bideally\b"
)
# "(3-10 yrs)" behind a role, "4+ years of" anything: figures that stand so are experience.
_HOLDER = re.compile(
    rb"(?:experienced?|engineers?|developers?|analysts?|scientists?|architects?|managers?|builders?|designers?|consultants?"
    rb"|professionals?|candidates?|level|seniors?|juniors?)[^.,;\n]{0,12}\(\Z"
)
_OPEN_OF = re.compile(
    rb"['\xe2\x80\x99]{0,3} of (?!age\b|service\b|growth\b|history\b|innovation\b|success\b)"
)
_OVERALL = re.compile(rb"overall|total|cumulative")
_OVERALL_BEFORE = re.compile(rb"(?:\btotal|\boverall)(?: experience)?(?: of|:)?\s?\Z")
_INSTEAD_BEFORE = re.compile(
    rb"degree[^.;\n]{0,200}\bor\b\W{0,3}(?:at least |an? "
    rb"|(?:a )?minimum (?:of )?)?\Z|combination of education and experience"
    rb"(?: \w+)? (?:total|equal)\w*[^.;\n]{0,20}\Z"
    rb"|in lieu of[^.;\n]{0,40}\Z|substitut\w+[^.;\n]{0,40}\Z|equivalent to[^.;\n]{0,40}\Z"
)
# "8 years of experience may be substituted for education"; not "required, but a degree may substitute".
_STANDS_IN = re.compile(rb"(?:(?!degree|required|[.;\n]).)*\b(?:may|can|will)(?: be)? substitut")
_SOME_YEARS = re.compile(rb"\d\+? ?(?:years|yrs)")
# More is the age of a firm or a person.
_OLDEST = 15
# How far behind the word "years" a clause is read.
_AFTER = 140


_IN_DIGITS = re.compile(rb"(?<![(\d])\d{1,2}[ +-]{0,2}\Z")
_NUMBER_ENDS = (*_NUMBERS, b"more", b"plus", b"of", b"full", b"calendar")


def _number(written: bytes) -> int:
    return _NUMBERS[written] if written in _NUMBERS else int(float(written.replace(b",", b".")))


def read_years(
    batch: TextBatch, hits: Hits, sections: Sequence[int], degrees: Sequence[tuple[int, int]]
) -> list[Years]:
    """All years of experience that stand in a batch.

    Args:
        batch: n texts.
        hits: hits of `YEAR_WORDS`, then `NO_EXPERIENCE`.
        sections: the number of the section of each hit.
        degrees: where each degree begins, ascending, and its level: years behind one in a clause go with it.
    """
    if not len(hits):
        return []
    low = batch.low
    clause = batch.clause_of(hits.start)
    ends = np.r_[batch.clauses[1:], len(batch.data)]
    rows = batch.row_of(hits.start)
    columns = (
        hits.index,
        hits.start,
        hits.end,
        batch.clauses[clause],
        ends[clause],
        rows,
        batch.starts[rows],
    )
    degree_starts = [at for at, _ in degrees]
    found: list[Years] = []
    grades_end = 0
    for (index, word, end, begin, stop, row, row_start), section in zip(
        zip(*(c.tolist() for c in columns), strict=True), sections, strict=True
    ):
        if index >= len(YEAR_WORDS):
            found.append(Years(row, word, end, 0, None, False, False, None, begin, "no-experience-needed"))
            continue
        if section in NOT_ASKED or not _follows_number(low[max(begin, word - 12) : word]):
            continue
        pattern = _SEVERAL_DIGITS if _IN_DIGITS.search(low, max(begin, word - 5), word) else _SEVERAL
        m = pattern.search(low, max(begin, word - 34), word)
        if m is None:
            continue
        start = m.start()
        before, grades_end = grades_end, end
        if before > begin and low[before:start].strip() == b"|":
            continue  # "0-3 years | 4-8 years": grades of one advert, the first counts
        least = _number(m["low"])
        most = _number(m["high"]) if m["high"] else None
        if most is not None and most <= least:
            most = None
        if _INSTEAD_BEFORE.search(low[max(begin, start - 230) : start]):
            continue  # "a bachelor's degree or 8 years of experience" asks for no years beside the degree
        after = low[end : min(stop, end + _AFTER)]
        if least > _OLDEST or not _is_experience(low, after, row_start, start, end, begin, stop, section):
            continue
        rule = "range" if most is not None else "least"
        preferred = section == PREFERRED or _years_preferred(after)
        overall = bool(
            _OVERALL.search(after, 0, 24) or _OVERALL_BEFORE.search(low, max(begin, start - 40), start)
        )
        at = bisect_left(degree_starts, start) - 1
        goes_with = at >= 0 and degree_starts[at] >= max(begin, start - 200)
        degree = degrees[at][1] if goes_with else None
        found.append(Years(row, start, end, least, most, preferred, overall, degree, begin, rule))
    return found


def _follows_number(before: bytes) -> bool:
    """A cheap look whether a number can end here, before the pattern that reads it."""
    before = before.rstrip(b" -+)'")
    if not before:
        return False
    if 48 <= before[-1] <= 57:
        return True
    return before.endswith(_NUMBER_ENDS)


def _is_experience(
    low: bytes, after: bytes, row_start: int, start: int, end: int, begin: int, stop: int, section: int
) -> bool:
    if b" substitut" in after and _STANDS_IN.match(after):
        return False
    if after.find(b"training program", 0, 80) >= 0:
        return False
    if _NOT_EXPERIENCE.match(after, 0, 40) or _NOT_BEFORE.search(low[max(begin, start - 40) : start]):
        return False
    since = max(begin, start - 120)
    firm = _COMPANY.search(low, since, start)
    if firm and not _ASKS.search(low, firm.end(), start):
        return False
    if _COMPANY_AFTER.search(after, 0, 100):
        return False
    is_open = b"+" in low[start:end]
    if not is_open and (ours := _OUR.search(low, since, start)) and not _ASKS.search(low, ours.end(), start):
        return False
    if is_open and _OPEN_OF.match(after, 0, 20):
        return True
    if (
        low[start - 1 : start] == b"("
        and after.startswith(b")")
        and _HOLDER.search(low, max(begin, start - 40), start)
    ):
        return True
    if start == begin and stop - end <= 2 and b"-" in low[start:end]:
        return True  # "5-9 years", alone on its line
    if _EXPERIENCE.search(after, 0, 110) or _EXPERIENCE.search(low, max(begin, start - 70), start):
        return True
    return (
        SECTIONS[section] in ("requirements", "preferred")
        or b"experience" in low[max(row_start, begin - 40) : begin]
    )


def _years_preferred(after: bytes) -> bool:
    # Behind a comma it would speak of something else; no word of the patterns holds one.
    after = after[: after.find(b",") + 1] or after
    prefer = PREFER.search(after)
    if prefer is None or _SOME_YEARS.search(after[: prefer.start()]):
        return False
    return not DEMAND.search(after[: prefer.start()])


def choose_years(asked: list[Years]) -> dict[int, Years]:
    """The years that count in each row: firm before preferred, overall before a skill's, the most."""
    by_row: dict[int, list[Years]] = {}
    for years in asked:
        by_row.setdefault(years.row, []).append(years)
    return {row: _main(several) for row, several in by_row.items()}


def _main(several: list[Years]) -> Years:
    if len(several) == 1:
        return several[0]
    firm = [y for y in several if not y.preferred] or several
    with_degree = [y for y in firm if y.degree is not None]
    if len({y.degree for y in with_degree}) > 1:
        lowest = min(y.degree for y in with_degree if y.degree is not None)
        # Alternatives by degree: the lowest degree's, the first time it stands.
        of_lowest = next(y for y in with_degree if y.degree == lowest)
        firm = [of_lowest, *(y for y in firm if y.degree is None and y.overall)]
    overall = [y for y in firm if y.overall]
    return max(overall or firm, key=lambda y: y.low)
