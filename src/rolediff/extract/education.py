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
    from rolediff.extract.sections import Sections

#: Degrees, lowest first; "none" where the text says that no degree is needed.
LEVELS = ("none", "associate", "bachelor", "master", "phd")


@cache
def _degrees() -> tuple[list[str], list[int], list[str]]:
    rows = read_table("degrees")
    for row in rows:
        if row["level"] not in LEVELS:
            raise row.broken(f"unknown level {row['level']!r}; known: {', '.join(LEVELS)}")
        if row["form"] not in ("word", "cased", "bare", "study"):
            raise row.broken(f"form {row['form']!r} is none of word, cased, bare, study")
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


def read_education(batch: TextBatch, hits: Hits, sections: Sections | None = None) -> Education:
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


def _sections_of(hits: Hits, sections: Sections | None) -> list[int]:
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
    preferred: bool = False
    or_experience: bool = False


# "BS", "MS", "BA", "BE" are degrees only beside another degree, or before what degrees are followed by.
_ABBREVIATION_AFTER = re.compile(
    rb"\s?(?:/|,? ?(?:and/)?or |,? ?and |&|\+|,)\s?(?:an? )?(?:b\.?s|b\.?a|m\.?s|m\.?a|mba|ph\.?d|b\.?tech"
    rb"|b\.?e|m\.?tech|masters?|advanced|higher|equivalent|m\.?e|doctor|above)\b"
    rb"|\s?\.?(?:degree|in (?!office|excel|word|access|sql|project|power|the )|\(|required"
    rb"|preferred|with a|from|level|\+|,? ?or (?:higher|equivalent|above|better))"
)
_ABBREVIATION_BEFORE = re.compile(
    rb"(?:b\.?s\.?c?|b\.?a|m\.?s\.?c?|m\.?a|ph\.?d\.?|b\.?tech|b\.?e|bachelor'?s?"
    rb"|bachelor\xe2\x80\x99s|degree)\.?\s?(?:/|,|or|and|&|\()\s?(?:or |an? )?\Z"
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
    rb"|certain|any|lesser|varying|reasonable|significant|third"
    rb"|second|first|to a|to the|same|high school|nth|this|that|your|full)[ -]\Z"
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
_LIST = re.compile(rb"['\xe2\x80\x99s]{0,4}(?: degree)?\W{0,3}\Z")

_WORDS_OF_EXPERIENCE = (
    rb"equivalent|equal|equally|comparable|similar|related|relevant|commensurate|demonstrated"
    rb"|practical|professional|"
    rb"work|working|industry|job|hands on|real world|significant|proven|years?|yrs?|of|in|and|or"
    rb"|training|combination|"
    rb"education|military|technical|sufficient|additional|applicable|direct|the|an?|any|some|on the|life|"
    rb"minimum|at least|substantial|extensive|business|level|career|\d+|prior|previous"
)
# Before a degree fewer words do: "asset management" or "your ideal day" may stand there.
_PREFER_BEFORE = re.compile(
    rb"\bprefer(?:red|ably|ence)?\b|\bdesir(?:ed|able)\b|\bnice to have\b|\bideally\b|\bgood to have\b"
    rb"|\bbonus points\b"
)
_OR_EXPERIENCE = re.compile(
    rb"\bor\b[ ,:]{0,2}(?!equivalent \d)(?:(?:%b)[ ,/()+-]{1,3}){0,9}experience"
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
    columns = (hits.index, hits.start, hits.end, batch.clauses[clause], ends[clause], rows)
    for (index, start, end, begin, stop, row), section in zip(
        zip(*(c.tolist() for c in columns), strict=True), sections, strict=True
    ):
        if section in NOT_ASKED:
            continue
        form = forms[index]
        if form != "word" and not _is_degree(batch, form, start, end, begin, stop, found):
            continue
        level = levels[index]
        row_start, row_end = batch.starts[row : row + 2].tolist()
        if form == "bare" and (glued := _GLUED.search(batch.low, max(begin, start - 14), start)):
            level = LEVELS.index(
                "associate" if glued["associate"] else "bachelor" if glued["bachelor"] else "master"
            )
        found.append(
            _Degree(row, row_start, row_end, start, end, begin, stop, level, f"degree:{form}", section)
        )
    groups = _groups(batch.low, found)
    stops = [group[0].start for group in groups[1:]] + [len(batch.low)] * bool(groups)
    for group, stop in zip(groups, stops, strict=True):
        _tell_need(batch.low, group, stop)
    return found


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


def _groups(low: bytes, found: list[_Degree]) -> list[list[_Degree]]:
    """Degrees of one clause that stand as alternatives: "BS, MS or PhD"."""
    groups: list[list[_Degree]] = []
    for degree in found:
        last = groups[-1][-1] if groups else None
        if last is not None and last.clause == degree.clause:
            glue = low[last.end : degree.start]
            if _JOINS.search(glue) or (len(glue) < 14 and _LIST.match(glue)):
                groups[-1].append(degree)
                continue
        groups.append([degree])
    return groups


_LINE_LOST_IN = re.compile(rb"['\xe2\x80\x99s]{0,4}(?: degree)? in:? ?")


def _tell_need(low: bytes, group: list[_Degree], stop: int) -> None:
    """Whether the degrees of a group are preferred only, from the words up to the next degree at `stop`."""
    first, last = group[0], group[-1]
    after = low[last.end : min(last.clause_end, last.end + 150)]
    prefer = PREFER.search(after)
    demand = DEMAND.search(after) if prefer else None
    preferred = first.section == PREFERRED or _headed_preferred(low, first.row_start, first.clause)
    if _DIRECTLY.match(after):
        preferred = True
    elif prefer and prefer.start() < 130 and not (demand and demand.start() < prefer.start()):
        # Another degree between the two takes the word ("Bachelor's, Master's preferred"), and so do
        # years or experience ("PhD with 2 years in industry (biotech preferred)").
        preferred = preferred or _OTHER_MATTER.search(after[: prefer.start()]) is None
    elif not prefer and _PREFER_BEFORE.search(low, max(first.clause, first.start - 60), first.start):
        preferred = DEMAND.search(after) is None
    line_end = _line_end(low, last.end)
    end = last.clause_end
    if _LINE_LOST_IN.fullmatch(low, last.end, max(end - 1, last.end)) and end < last.row_end:
        end = _line_end(low, end)  # "degree in", then the subjects on a line of their own
    near = low[last.end : min(last.end + 420, end, stop)]
    told = b"experience" in near or b"equivalent combination" in near
    instead = told and _OR_EXPERIENCE.search(near) is not None
    if not instead and low.find(b"experience", last.end, min(last.end + 200, line_end)) >= 0:
        instead = _SUBSTITUTE.search(low, last.end, min(last.end + 200, line_end)) is not None
    for degree in group:
        degree.preferred = preferred
        degree.or_experience = instead


_NEXT_DEGREE = re.compile(
    rb"bachelor|master'?s|master\xe2\x80\x99s|\bph\.?d|\bm\.?s\b|\bmba\b"
    rb"|advanced degree|graduate degree|doctorate"
)


_OTHER_MATTER = re.compile(rb"%b|experience|\byears\b|\(" % _NEXT_DEGREE.pattern)
_DIRECTLY = re.compile(
    rb"['\xe2\x80\x99s]{0,4}(?: degree)?,? \(?(?:is |are )?(?:strongly "
    rb"|highly )?preferred|['\xe2\x80\x99s]{0,4}(?: degree)? preferabl"
)
_SUBSTITUTE = re.compile(
    rb"\bexperience[^.\n]{0,40}(?:substitut|in lieu of|considered in place)"
    rb"|\bsubstitut\w* (?:for|of) [^.\n]{0,20}(?:degree|education)"
    rb"|\bin lieu of (?:an? |the |formal )?(?:degree|education|bachelor)"
)


def _headed_preferred(low: bytes, begin: int, clause: int) -> bool:
    """Whether the line before a clause is a heading that speaks of preference."""
    if clause - begin < 2 or low[clause - 2 : clause] != b":\n":
        return False
    heading = low[max(begin, clause - 42) : clause - 1]
    heading = heading[max(heading.rfind(b"\n"), heading.rfind(b". ")) + 1 :]
    return PREFER.search(heading) is not None


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
        if d.preferred and (least is None or d.level > least):
            preferred[d.row] = d.level if now is None else min(now, d.level)
        # "BS or equivalent experience" may stand a second time under what is preferred.
        if not d.preferred or least is None or d.level <= least:
            instead[d.row] = bool(instead[d.row]) or d.or_experience
    return low, preferred, instead
