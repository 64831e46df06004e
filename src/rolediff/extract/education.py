"""Degree and years of experience that a text asks for.

Phrases of degrees (data/degrees.csv) and words for years come from the matcher; what is asked for and
how firmly is read in the clause round each of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from rolediff.extract.batch import Hits, TextBatch, longest
from rolediff.extract.mentions import Mentions
from rolediff.extract.years import (
    DEMAND,
    NO_EXPERIENCE,
    NOT_ASKED,
    PREFER,
    PREFERRED,
    YEAR_WORDS,
    choose_years,
    read_years,
)
from rolediff.taxonomy import read_table

if TYPE_CHECKING:
    from rolediff.extract.headings import Headings

# How a phrase counts: anywhere, in capitals beside another degree, where it names no angle or accuracy, as
# a study or a skill ("masters" and "master"), and where nothing else names a degree (a student's post).
_FORMS = ("word", "cased", "bare", "study", "master", "enrolled")

#: Degrees, lowest first; "none" where the text says that no degree is needed.
LEVELS = ("none", "associate", "bachelor", "master", "phd")


@cache
def _degrees() -> tuple[list[str], list[int], list[str]]:
    rows = read_table("degrees")
    for row in rows:
        if row["level"] not in LEVELS:
            raise row.broken(f"unknown level {row['level']!r}; known: {', '.join(LEVELS)}")
        if row["form"] not in _FORMS:
            raise row.broken(f"form {row['form']!r} is none of {', '.join(_FORMS)}")
    return [r["phrase"] for r in rows], [LEVELS.index(r["level"]) for r in rows], [r["form"] for r in rows]


def phrases() -> list[str]:
    """Degrees in the order of the table, words for years, and "no experience needed"."""
    return [*_degrees()[0], *YEAR_WORDS, *NO_EXPERIENCE]


@dataclass(frozen=True, slots=True)
class Education:
    """What each of n texts asks for; null where it says nothing.

    Attributes:
        degree_min: the lowest degree that satisfies (a name of `LEVELS`).
        degree_preferred: a higher degree that is only preferred.
        degree_or_experience: whether experience may stand in for the degree; null without a degree.
        years_min: fewest years of experience, int32.
        years_max: most years, int32.
        degree: mentions, value the level or "preferred:<level>".
        years: mentions, value "3-5" or "5+"; the one that was taken, at most one a row.
    """

    degree_min: pa.Array
    degree_preferred: pa.Array
    degree_or_experience: pa.Array
    years_min: pa.Array
    years_max: pa.Array
    degree: Mentions
    years: Mentions


def read_education(batch: TextBatch, hits: Hits, sections: Headings | None = None) -> Education:
    """Degree and years of each row.

    Args:
        batch: n texts.
        hits: hits of `phrases`.
        sections: the parts of the texts; what stands about the employer, benefits or the law is not asked.
    """
    count = len(_degrees()[0])
    # "be" is hardly ever B.E.: what must be in capitals is told by its first letter, all at once.
    is_cased = np.append(np.array(_degrees()[2]) == "cased", False)[np.minimum(hits.index, count)]
    hits = hits.where(~is_cased | ((batch.raw[hits.start] >= ord("A")) & (batch.raw[hits.start] <= ord("Z"))))
    degrees = longest(hits.where(hits.index < count))
    years = hits.where(hits.index >= count)
    years = Hits(years.index - count, years.start, years.end)
    found = _read_degrees(batch, degrees, _sections_of(degrees, sections))
    asked = read_years(batch, years, _sections_of(years, sections), [(d.start, d.level) for d in found])
    n = len(batch)
    low, preferred, instead = _degree_columns(n, found)
    chosen = choose_years(asked)
    year_rows = sorted(chosen)
    return Education(
        pa.array([None if v is None else LEVELS[v] for v in low], pa.string()),
        pa.array([None if v is None else LEVELS[v] for v in preferred], pa.string()),
        pa.array(instead, pa.bool_()),
        _column(n, {row: chosen[row].low for row in year_rows}),
        _column(n, {row: chosen[row].high for row in year_rows}),
        Mentions(
            "degree",
            np.array([d.start for d in found], np.int64),
            np.array([d.end for d in found], np.int64),
            pa.array([("preferred:" if d.preferred else "") + LEVELS[d.level] for d in found], pa.string()),
            pa.array([d.rule for d in found], pa.string()),
            pa.array(["preferred" if d.preferred else "required" for d in found], pa.string()),
        ),
        Mentions(
            "years",
            np.array([chosen[row].start for row in year_rows], np.int64),
            np.array([chosen[row].end for row in year_rows], np.int64),
            pa.array([str(chosen[row]) for row in year_rows], pa.string()),
            pa.array([chosen[row].rule for row in year_rows], pa.string()),
            pa.array(
                ["preferred" if chosen[row].preferred else "required" for row in year_rows], pa.string()
            ),
        ),
    )


def _sections_of(hits: Hits, sections: Headings | None) -> list[int]:
    if sections is None or not len(hits):
        return [0] * len(hits)
    numbers: list[int] = sections.at(hits.start).tolist()
    return numbers


def _column(count: int, values: dict[int, int | None]) -> pa.Array:
    return pa.array([values.get(row) for row in range(count)], pa.int32())


# ── degrees ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Degree:
    row: int
    row_start: int
    row_end: int
    start: int
    end: int
    clause: int
    clause_end: int
    level: int
    rule: str
    section: int
    aside: bool
    preferred: bool = False
    wished: bool = False  # a wish beside a lower degree, firm where it stands alone
    or_experience: bool = False


# "BS", "MS", "BA", "BE" are degrees only beside another degree, or before what degrees are followed by.
_ABBREVIATION_AFTER = re.compile(
    rb"\s?(?:/|,? ?(?:and/)?or |,? ?and |&|\+|,)\s?(?:an? )?(?:b\.?s|b\.?a|m\.?s|m\.?a|mba|ph\.?d|b\.?tech"
    rb"|b\.?e|m\.?tech|masters?|advanced|higher|equivalent|m\.?e|doctor|above)\b"
    rb"|\s?\.?(?:degree|and (?:\d|at least|minimum)|with (?:\d|at least|a?\s?minimum|relevant)"
    rb"|in (?!office|excel|word|access|sql|project|power|the )|\(|required"
    rb"|preferred|with a|from|level|\+|,? ?or (?:higher|equivalent|above|better))"
)
_ABBREVIATION_BEFORE = re.compile(
    rb"(?:b\.?s\.?c?|b\.?a|m\.?s\.?c?|m\.?a|ph\.?d\.?|b\.?tech|b\.?e|bachelor'?s?"
    rb"|bachelor\xe2\x80\x99s|degree)\.?\s?(?:/|,|or|and|&|\()\s?(?:or |an? )?\Z"
    rb"|(?:education|education required|minimum education|qualifications?|degree)\s?:\s?\Z"
)
# "1 year if the candidate holds an advanced degree" asks for none.
_IF_BEFORE = re.compile(
    rb"(?:years|experience) if (?:the |you )?(?:candidate|applicant|have|hold|possess)[^.,;\n]{0,40}\Z"
)
# "Master" is a degree before its subject, its peers and what may stand higher; a scrum master is none.
_MASTER_AFTER = re.compile(
    rb"\s?[/,]\s?(?:ph\.?d|doctor|bachelor|b\.?s\b|diploma|mba)|\s(?:or|and) (?:above|higher|better|ph\.?d|doctor"
    rb"|equivalent|bachelor|mba)|\s(?:in|of) (?:an? |the )?(?:relevant|related|quantitative|computer|data|statist|econ"
    rb"|math|physic|engineer|business|information|science|machine|operations|finance|artificial|ai\b|public|bio|chem"
    rb"|electr|mechan|applied|technology|law|arts|commerce|social|management|software|marketing|psycho|physics)"
    rb"|\s?level|['\xe2\x80\x99]{0,3}\s?\(?(?:is )?(?:preferred|required|thesis|student)|\s?\("
)
_MASTER_BEFORE = re.compile(
    rb"(?:scrum|web|task|grand|quiz|game|build|property|post|release|head|toast|dungeon|station|ring|pay|past)[ -]?\Z"
)
_PEER_BEFORE = re.compile(
    rb"(?:bachelor'?s?|bachelor\xe2\x80\x99s|ph\.?d\.?|b\.?sc?|diploma|doctorate)\s?(?:/|or|and|,|&)\s?(?:or |an? )?\Z"
    rb"|(?:education|qualifications?|degree)[^.\n]{0,30}:\s?\Z"
)
_MICROSOFT = re.compile(
    rb"[ -](?:office|excel|word|sql|access|project|power|dynamics|azure|teams|visio|outlook"
    rb"|sharepoint|windows|suite|stack|bi\b|visual|product|\.net|server|365|o365|access)"
)
_DEGREE_OF = re.compile(
    rb"\s(?:of\b(?! bachelor)|celsius|fahrenheit|angle|view|feedback|program"
    rb"|programme|apprentice)"
)
_NO_DEGREE_BEFORE = re.compile(
    rb"(?:\d+|lieu of|lieu of a|lieu of the|place of a|for a|for the|high|some|large|great|greater"
    rb"|certain|to any|with any|lesser|varying|reasonable|significant|third"
    rb"|second|first|to a|to the|same|high school|nth|this|that|your|full)[ -]\Z"
)
_SURE_FORMS = ("word", "cased", "master")
_BACHELOR = LEVELS.index("bachelor")
_DEMAND_AFTER = re.compile(
    rb"['\xe2\x80\x99s]{0,4}(?: degree)?(?:,? (?:in|is required|required|from|or|preferred|with)\b|/)"
)
_OFFERED = re.compile(
    rb"tuition|reimburs|assistan|tutor|financ(?:ial|ing) (?:aid|support)|sponsor|scholar|\bour (?:team|staff|people"
    rb"|employees|colleagues|scientists|engineers|found)|team of|founded|founder|alumni|background|\bwe have\b"
    rb"|\bpursu|stud(?:y|ies) (?:for|towards?)"
    rb"|\bsupport|salary|\bpay\b|compensation|regardless"
)
_SCHOOL = re.compile(
    rb"[^.\n]{0,60}?(?:program|universit|college|school|institution|course of study|degree|student)"
)
# "pursue a master's degree with our help", "we support you with your PhD" are no demand.
_STUDY_AFTER = re.compile(
    rb"\s?(?:'|\xe2\x80\x99|degree|in |student|or |/|program|level|,|from "
    rb"|prefer|\()"
)

_JOINS = re.compile(
    rb"(?:\bor\b|/|\band\b|&|\bto\b|\bthrough\b|\bsuch as\b|\be\.g\.|\bi\.e\."
    rb"|\blike\b)\W{0,2}(?:an? |advanced |higher "
    rb"|other |equivalent |graduate )?\Z"
)
# Longer than all that the pattern finds; what stands between two degrees of a clause may be long.
_LONGEST_JOIN = 32
_LIST = re.compile(rb"['\xe2\x80\x99s]{0,4}(?: degree)?\W{0,3}\Z")

_WORDS_OF_EXPERIENCE = (
    rb"equivalent|equal|equally|comparable|similar|related|relevant|commensurate|demonstrated"
    rb"|practical|professional|"
    rb"work|working|industry|job|hands[ -]on|real[ -]world|significant|proven|years?|yrs?|of|in|and|or"
    rb"|training|combination|"
    rb"education|military|technical|sufficient|additional|applicable|direct|the|an?|any|some|on[ -]the|life|"
    rb"minimum|at least|substantial|extensive|business|level|career|\d+|prior|previous|equiv|to|one|two|three"
    rb"|four|five|six|seven|eight|ten"
)
_OR_YEARS = re.compile(
    rb"\bor (?:at least |an? minimum of |minimum (?:of )?|an? )?(?:\d{1,2}|two|three|four|five|six|seven|eight|ten)\+?"
    rb"(?: ?\(\d+\))? (?:or more )?years[^.;\n]{0,80}?\bexperience(?! with an? (?:\Z|master|ph|bach))"
)
_SOME_YEARS = re.compile(rb"\d\+?\)? ?(?:years|yrs)|\byears")
_EQUAL = re.compile(rb"equiv|equal|combination|commensurate|in lieu|practical")
# Before a degree fewer words do: "asset management" or "your ideal day" may stand there.
_PREFER_BEFORE = re.compile(
    rb"\bprefer(?:red|ably|ence)?\b|\bdesir(?:ed|able)\b|\bnice to have\b|\bideally\b|\bgood to have\b"
    rb"|\bbonus points\b|\bplus if\b"
)
_OR_EXPERIENCE = re.compile(
    rb"\bor\b[ ,:]{0,2}(?!equivalent \d)(?:(?:%b)[ ,/()+-]{1,3}){0,9}experience(?! with an? (?:\Z|master|ph|bach))"
    rb"|\bequivalent (?:[a-z]+[ /]){0,4}experience|\bequivalent combination"
    rb"|\bcombination of (?:[a-z]+[ ,]+){1,5}experience" % _WORDS_OF_EXPERIENCE
)


def _read_degrees(batch: TextBatch, hits: Hits, sections: list[int]) -> list[_Degree]:
    if not len(hits):
        return []
    _, levels, forms = _degrees()
    clause = batch.clause_of(hits.start)
    ends = np.r_[batch.clauses[1:], len(batch.data)]
    rows = batch.row_of(hits.start)
    found: list[_Degree] = []
    columns = (
        *(hits.index, hits.start, hits.end, batch.clauses[clause], ends[clause]),
        *(rows, batch.starts[rows], batch.starts[rows + 1]),
    )
    for (index, start, end, begin, stop, row, row_start, row_end), section in zip(
        zip(*(c.tolist() for c in columns), strict=True), sections, strict=True
    ):
        form = forms[index]
        if form != "word" and not _is_degree(batch, form, start, end, begin, stop, found):
            continue
        outside = section in NOT_ASKED
        if outside and (form not in _SURE_FORMS or not _is_demanded(batch.low, start, end, begin, stop)):
            continue
        if b" if " in batch.low[max(begin, start - 60) : start] and _IF_BEFORE.search(
            batch.low, max(begin, start - 80), start
        ):
            continue
        level = levels[index]
        aside = outside or form == "enrolled"
        if level > _BACHELOR and (
            lost := _GLUED_ABBREVIATION.search(batch.data, max(begin, start - 14), start)
        ):
            at, lower = lost.start(1), _BACHELOR if lost["bachelor"] else _BACHELOR + 1
            found.append(
                _Degree(
                    row, row_start, row_end, at, lost.end(1), begin, stop, lower, _GLUED_RULE, section, aside
                )
            )
        if form == "bare" and (glued := _GLUED.search(batch.low, max(begin, start - 14), start)):
            level = LEVELS.index(
                "associate" if glued["associate"] else "bachelor" if glued["bachelor"] else "master"
            )
        found.append(
            _Degree(row, row_start, row_end, start, end, begin, stop, level, f"degree:{form}", section, aside)
        )
    # What stands aside speaks only where nothing else does: sections are now and then read wrongly.
    told = {d.row for d in found if not d.aside}
    found = [d for d in found if not d.aside or d.row not in told]
    groups = _groups(batch.low, found)
    stops = _stops(batch.low, groups)
    before = 0
    for group, stop in zip(groups, stops, strict=True):
        _tell_need(batch.low, group, before, stop)
        said = _DIRECTLY.match(batch.low, group[-1].end, group[-1].end + 40)
        before = said.end() if said else group[-1].end
    return found


def _stops(low: bytes, groups: list[list[_Degree]]) -> list[int]:
    """How far the words of each group reach: to the next degree, but over one in brackets ("(PhD preferred)")."""
    starts = [group[0].start for group in groups] + [len(low)] * 2
    stops = []
    for n, group in enumerate(groups):
        glue = low[group[-1].end : min(starts[n + 1], group[-1].end + 60)]
        in_brackets = b"(" in glue and b")" not in glue and b"\n" not in glue
        stops.append(starts[n + 2] if in_brackets else starts[n + 1])
    return stops


def _is_demanded(low: bytes, start: int, end: int, clause: int, stop: int) -> bool:
    """Whether a degree in text about the employer, benefits or the law is written like a demand."""
    return bool(_DEMAND_AFTER.match(low, end, min(stop, end + 40))) and not _OFFERED.search(
        low, max(clause, start - 120), min(stop, end + 120)
    )


def _is_degree(
    batch: TextBatch, form: str, start: int, end: int, clause: int, stop: int, found: list[_Degree]
) -> bool:
    low = batch.low
    before = low[max(clause, start - 24) : start]
    if form == "cased":
        if not batch.data[start:end].isupper() or _MICROSOFT.match(low, end, min(stop, end + 14)):
            return False
        return bool(
            _ABBREVIATION_AFTER.match(low, end, min(stop, end + 30)) or _ABBREVIATION_BEFORE.search(before)
        )
    if form == "master":
        return _MASTER_BEFORE.search(before) is None and bool(
            _MASTER_AFTER.match(low, end, min(stop, end + 30)) or _PEER_BEFORE.search(before)
        )
    if form == "enrolled":
        return _SCHOOL.match(low, end, min(stop, end + 70)) is not None
    if form == "study":
        return bool(_STUDY_AFTER.match(low, end, min(stop, end + 12)))
    # A bare "degree" after a named one is that one.
    named = bool(found) and found[-1].clause == clause and start - found[-1].end < 60
    return not (named or _DEGREE_OF.match(low, end, min(stop, end + 16)) or _NO_DEGREE_BEFORE.search(before))


# In texts that lost their lines a heading runs into the phrase: "SkillsAdvanced degree".
_GLUED = re.compile(
    rb"(?:(?P<associate>associate'?s?)|(?P<bachelor>bachelor'?s?)|advanced|graduate|master'?s?"
    rb"|master\xe2\x80\x99s)\s\Z"
)


_GLUED_RULE = "degree:glued"
_GLUED_ABBREVIATION = re.compile(
    rb"[a-z.)]((?P<bachelor>B\.?Sc?|B\.?A|B\.?S\.?|BE|BTech)|M\.?Sc?|M\.?S\.?|MA|MBA)"
    rb"\s?(?:/|,? or|,? and|,)\s?(?:an? )?\Z"
)


def _groups(low: bytes, found: list[_Degree]) -> list[list[_Degree]]:
    """Degrees of one clause that stand as alternatives: "BS, MS or PhD"."""
    groups: list[list[_Degree]] = []
    for degree in found:
        last = groups[-1][-1] if groups else None
        if last is not None and last.clause == degree.clause:
            glue = low[last.end : degree.start]
            if _stands_apart(low, groups[-1], glue, degree):
                groups.append([degree])
                continue
            if _JOINS.search(glue[-_LONGEST_JOIN:]) or (len(glue) < 14 and _LIST.match(glue)):
                groups[-1].append(degree)
                continue
        groups.append([degree])
    return groups


_ONLY_COMMA = re.compile(rb"['\xe2\x80\x99s]{0,4}(?: degree)?, ?(?:an? )?")


def _stands_apart(low: bytes, group: list[_Degree], glue: bytes, degree: _Degree) -> bool:
    """Whether a degree is preferred for itself: "a Bachelor's (Master's preferred)", "a Master's, PhD preferred"."""
    last = group[-1]
    if _DIRECTLY.match(low, last.end, min(last.clause_end, last.end + 40)):
        return True
    if _DIRECTLY_IN_BRACKETS.match(low, degree.end, min(degree.clause_end, degree.end + 40)):
        return True
    if b"(" in glue and b")" not in glue:
        close = low.find(b")", degree.end, min(degree.row_end, degree.end + 60))
        return close >= 0 and PREFER.search(low, degree.end, close) is not None
    return (
        len(group) == 1
        and degree.level > last.level
        and _ONLY_COMMA.fullmatch(glue) is not None
        and _DIRECTLY.match(low, degree.end, min(degree.clause_end, degree.end + 40)) is not None
    )


_LINE_LOST_IN = re.compile(rb"['\xe2\x80\x99s]{0,4}(?: degree)? in:? ?")


# A clause goes on behind a semicolon or a line break before "or", and behind a line that ends in mid-sentence.
_OR_NEXT = re.compile(rb"[-*\s]{0,3}(?:and/)?or\b")
_UNFINISHED = re.compile(rb"\b(?:in|of|or|and|be|a|an|as|with|the)\Z")
# These make a degree firm whatever the heading above it says.
_FIRM_AFTER = re.compile(rb"(?<!not )(?<!not be )(?<!n't )\b(?:required|mandatory)\b")
_FIRM_BEFORE = re.compile(rb"\bmust (?:be|have|hold|possess|also)\b|(?<!not )\bmandatory\b")


def _tell_need(low: bytes, group: list[_Degree], before: int, stop: int) -> None:
    """Whether the degrees of a group are preferred only, and whether experience may stand in for them.

    Args:
        low: the texts.
        group: degrees that stand as alternatives.
        before: where the degree before them ends.
        stop: where the next degree begins.
    """
    first, last = group[0], group[-1]
    end = _end_of_thought(low, last)
    after = low[last.end : min(end, last.end + 150)]
    prefer = PREFER.search(after)
    demand = DEMAND.search(after) if prefer else None
    begin = max(first.clause, first.start - 60, before)
    said = after[: min(prefer.start() if prefer else len(after), max(stop - last.end, 0))]
    before_it = low[begin : first.start]
    preferred = first.section == PREFERRED or _headed_preferred(low, first.row_start, first.clause)
    if _DIRECTLY.match(after):
        preferred = True
    elif _is_firm(said, before_it):
        preferred = False
    elif prefer and prefer.start() < 130 and not (demand and demand.start() < prefer.start()):
        # Another degree between the two takes the word ("Bachelor's, Master's preferred"), and so do
        # years or experience ("PhD with 2 years in industry (biotech preferred)").
        # "(preferred)" speaks of the degree, "(preferably physics)" of its subject.
        between = after[: prefer.start()]
        between = between.removesuffix(b"(") if after[prefer.end() : prefer.end() + 1] == b")" else between
        preferred = preferred or _OTHER_MATTER.search(between) is None
    elif not prefer and first.rule != _GLUED_RULE and _PREFER_BEFORE.search(low, begin, first.start):
        preferred = DEMAND.search(after) is None
    stops = (*(d.start for d in group[1:]), stop)
    instead = any(_may_be_experience(low, d, end, at) for d, at in zip(group, stops, strict=True))
    wished = _WISHED.match(after) is not None and len({d.level for d in group}) == 1
    for degree in group:
        degree.preferred = preferred
        degree.or_experience = instead
        degree.wished = wished


def _end_of_thought(low: bytes, degree: _Degree) -> int:
    """Where the clause of a degree ends, or the line behind it where the clause goes on there."""
    end = degree.clause_end
    for _ in range(2):
        if end >= degree.row_end or not _goes_on(low, degree.end, end):
            break
        end = min(_line_end(low, end) + 1, degree.row_end)
    return end


def _goes_on(low: bytes, start: int, end: int) -> bool:
    """Whether what follows a clause belongs to it: "or ...", or the rest of a line that was broken."""
    if _OR_NEXT.match(low, end, end + 12):
        return True
    if low[end - 1 : end] != b"\n":
        return False
    return (
        low[end : end + 1] == b","
        or _UNFINISHED.search(low, max(start, end - 9), end - 1) is not None
        or _LINE_LOST_IN.fullmatch(low, start, max(end - 1, start)) is not None
    )


def _is_firm(after: bytes, before: bytes) -> bool:
    # Most words hold none of these; looking first saves most searches.
    return ((b"required" in after or b"mandatory" in after) and _FIRM_AFTER.search(after) is not None) or (
        (b"must" in before or b"mandatory" in before) and _FIRM_BEFORE.search(before) is not None
    )


def _may_be_experience(low: bytes, degree: _Degree, end: int, stop: int) -> bool:
    near = low[degree.end : min(degree.end + 420, end, stop)]
    if b"experience" in near or b"equivalent combination" in near:
        if b"years" in near and _OR_YEARS.search(near):
            return True
        # "3 years as an analyst or related experience" speaks of the experience itself.
        for m in _OR_EXPERIENCE.finditer(near):
            if not _SOME_YEARS.search(near, 0, m.start()) or _EQUAL.search(m.group()):
                return True
    # "Further experience in lieu of the degree" stands in the next line as well.
    next_line = min(_line_end(low, degree.end) + 1, degree.row_end)
    further = low[degree.end : min(degree.end + 300, degree.row_end, _line_end(low, next_line))]
    return (
        b"experience" in further
        and (b"in lieu" in further or b"substitut" in further or b"consider" in further)
        and _SUBSTITUTE.search(further) is not None
    )


_NEXT_DEGREE = re.compile(
    rb"bachelor|master'?s|master\xe2\x80\x99s|\bph\.?d|\bm\.?s\b|\bmba\b"
    rb"|advanced degree|graduate degree|doctorate"
)


_OTHER_MATTER = re.compile(rb"%b|experience|\byears\b|\(" % _NEXT_DEGREE.pattern)
_DIRECTLY = re.compile(
    rb"['\xe2\x80\x99s]{0,4}(?: degree)?,? \(?(?:is |are )?(?:strongly "
    rb"|highly )?(?:preferred|desired|desirable|a plus)\b|['\xe2\x80\x99s]{0,4}(?: degree)? preferabl[ey]"
    rb"(?! in\b| from\b| within\b| with\b| of\b)"
)
# "An advanced degree preferably in physics": firm where it stands alone, a wish beside a lower degree.
_WISHED = re.compile(rb"['\xe2\x80\x99s]{0,4}(?: degree)?,? (?:preferably|ideally) in\b")
_DIRECTLY_IN_BRACKETS = re.compile(
    rb"['\xe2\x80\x99s]{0,4}(?: degree)? ?\((?:is |are )?(?:strongly |highly )?(?:preferred|desired|desirable|a plus)\b"
)
_SUBSTITUTE = re.compile(
    rb"\bconsider(?:ed)? (?:a combination of |relevant |equivalent |related )[^.\n]{0,40}experience|"
    rb"\bexperience[^.\n]{0,40}(?:substitut|in lieu of|considered in place)"
    rb"|\bsubstitut\w* (?:for|of) [^.\n]{0,20}(?:degree|education)"
    rb"|\bin lieu of (?:an? |the |formal )?(?:degree|education|bachelor)"
)


# Without a colon only these are headings: "SQL preferred" may be the item before.
_PREFER_HEADINGS = frozenset(
    (b"advantage", b"advantages", b"pluses", b"plus", b"bonus", b"preferred", b"desirable", b"desired")
)


def _headed_preferred(low: bytes, begin: int, clause: int) -> bool:
    """Whether the line before a clause is a heading that speaks of preference."""
    if clause - begin < 2 or low[clause - 1 : clause] != b"\n":
        return False
    heading = low[max(begin, clause - 120) : clause].rstrip()
    heading = heading[max(heading.rfind(b"\n"), heading.rfind(b". ")) + 1 :]
    if heading.endswith(b":"):
        return PREFER.search(heading) is not None
    return heading.strip(b" -*#") in _PREFER_HEADINGS


def _line_end(low: bytes, start: int) -> int:
    end = low.find(b"\n", start)
    return len(low) if end < 0 else end


def _degree_columns(
    count: int, found: list[_Degree]
) -> tuple[list[int | None], list[int | None], list[bool | None]]:
    low: list[int | None] = [None] * count
    preferred: list[int | None] = [None] * count
    instead: list[bool | None] = [None] * count
    for d in found:
        if not d.preferred:
            now = low[d.row]
            low[d.row] = d.level if now is None else min(now, d.level)
    for d in found:
        least = low[d.row]
        now = preferred[d.row]
        wished = d.preferred or (d.wished and least is not None and d.level > least)
        if wished and (least is None or d.level > least):
            preferred[d.row] = d.level if now is None else min(now, d.level)
        # "BS or equivalent experience" may stand a second time under what is preferred.
        if not d.preferred or least is None or d.level <= least:
            instead[d.row] = bool(instead[d.row]) or d.or_experience
    return low, preferred, instead
