"""Reads the family from the text where the title says too little: "Engineer II", "Associate", no title.

Only words that name the advertised job are read, and only near the top: a line that is labelled as the
title, the header of a forum post ("Acme | Data Engineer | Remote"), or the words behind an opening such as
"we are looking for a". `data/role_openings.csv` holds the openings; the words behind them are read as a
title is. Answers that differ give none. A title that names another job is never overruled.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rolediff.taxonomy import read_table
from rolediff.titles import CONFIDENCE, TitleReading, families, read_title

__all__ = ["CONFIDENCE_IN_TEXT", "fill_families", "read_role"]

#: Confidence by how the text names the job: below that of any clear title, for what a text says near its
#: top may be said of others. With clear titles hidden, 0.92 of the answers named the family of the title
#: (of labelled lines 0.94, of sentences 0.92); lists and headers have no titles to compare with.
CONFIDENCE_IN_TEXT = {"label": 0.7, "header": 0.7, "list": 0.6, "sentence": 0.7}

#: A title no surer than the first says too little, one no surer than the second says nothing.
_SAYS_TOO_LITTLE, _SAYS_NOTHING = CONFIDENCE["science"], CONFIDENCE["bare"]
#: Code points from the top in which the job is named; further down stand colleagues and other openings.
_NEAR_THE_TOP = 2_500
#: Answers of these rules are clear; a head among words that are no area ("a talented analyst") is not.
_CLEAR = frozenset({"role", "left", "right", "closed"})
_SENTENCE_ENDS = ".!?:\n"
#: Longest title in a sentence, in words, and on a line, in code points.
_WORDS, _LINE = 10, 120
#: Lines of a list that are read.
_LISTED = 12
#: Of a bare "Manager" the text must name one who leads, or it speaks of those led.
_LEADS = frozenset({"manager", "director", "executive"})
_SOFTWARE = "software-engineer"

_Answer = str | Literal[False] | None  # a family; False where answers differ; None where there is none


@dataclass(frozen=True, slots=True)
class _Openings:
    """The table as words and patterns of what stands beside them: words are found many times faster."""

    calls: tuple[str, ...]
    joins: tuple[str, ...]
    lists: tuple[str, ...]
    label: re.Pattern[str]
    behind_call: re.Pattern[str]
    behind_join: re.Pattern[str]
    holder: re.Pattern[str]
    subject: re.Pattern[str]
    post: re.Pattern[str]
    end: re.Pattern[str]
    never: re.Pattern[str]


@cache
def _openings() -> _Openings:
    rows = {row["kind"]: tuple(row.items("phrases")) for row in read_table("role_openings")}

    def either(kind: str) -> str:
        return "|".join(re.escape(phrase) for phrase in sorted(rows[kind], key=len, reverse=True))

    capitals = r"(?P<title>(?:[A-Z(/&][\w/&().,+#-]*\s+){1,8})"
    behind = rf"(?P<title>\S[^.;:!?|()\[\]\n]{{2,{_LINE}}})"
    return _Openings(
        calls=rows["call"],
        joins=rows["join"],
        lists=rows["list"],
        label=re.compile(
            rf"^[ \t*•#-]*(?:{either('label')})[ \t]*(?::|\s[-–—]\s)[ \t]*(?P<title>\S[^\n]{{1,{_LINE}}})$",
            re.IGNORECASE | re.MULTILINE,
        ),
        behind_call=re.compile(rf"\s+(?:(?:{either('article')})\s+){{0,3}}{behind}", re.IGNORECASE),
        behind_join=re.compile(
            rf"(?:\b[^.;:!?\n]{{0,60}}?\bas)?\s+(?:an?|our|the)\s+{behind}", re.IGNORECASE
        ),
        holder=re.compile(rf"\s+(?:an?|our|the)\s+{behind}"),
        subject=re.compile(rf"\s+{capitals}(?:will\b|is responsible|works\b|reports to|plays\b)"),
        post=re.compile(rf"\b(?:[Aa]n?|[Tt]he|[Tt]his|[Oo]ur|created|new|exciting)\s+{capitals}\Z"),
        end=re.compile(rf"[.;:!?|()\[\]\n]|\s[-–—]\s|(?:^|\s)(?:{either('end')})(?=\s)", re.IGNORECASE),
        never=re.compile(rf"\b(?:{either('never')})\b", re.IGNORECASE),
    )


@lru_cache(maxsize=4096)
def _read(words: str) -> TitleReading | None:
    """The reading of words that name a job clearly."""
    reading = read_title(words)
    if reading.rule in _CLEAR or (reading.rule == "head" and reading.family == _SOFTWARE):
        return reading
    return None


def _places(text: str, words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where each of some words stands, and where it ends: a plain search is many times faster than a pattern."""
    for word in words:
        at = text.find(word)
        while at >= 0:
            yield at, at + len(word)
            at = text.find(word, at + 1)


def _behind(top: str, low: str, words: Sequence[str], behind: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """What stands behind each of some whole words."""
    for at, end in _places(low, words):
        if not low[at - 1 : at].isalnum() and (match := behind.match(top, end)):
            yield match


def _heads_sentence(top: str, words: Sequence[str], behind: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """What stands behind words at the head of a sentence: not "experience as a data analyst"."""
    for at, end in _places(top, words):
        before = top[max(at - 3, 0) : at].rstrip(" ")
        if (not before or before[-1] in _SENTENCE_ENDS) and (match := behind.match(top, end)):
            yield match


def _before(top: str, words: Sequence[str], before: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """What stands before some words: "a newly created Data Analyst role"."""
    for at, _ in _places(top, words):
        if match := before.search(top, max(at - _LINE, 0), at + 1):
            yield match


def _in_sentences(top: str) -> Iterator[TitleReading | None]:
    openings = _openings()
    low = top.lower()
    if len(low) != len(top):
        low = top  # some capitals beyond Latin grow: places must stay the same
    matches = chain(
        _behind(top, low, openings.calls, openings.behind_call),
        _behind(top, low, openings.joins, openings.behind_join),
        _heads_sentence(top, ("As",), openings.holder),
        _heads_sentence(top, ("The", "This", "Our"), openings.subject),
        _before(top, (" role", " position"), openings.post),
    )
    for match in matches:
        words = match["title"]
        end = openings.end.search(words)
        if end is not None:
            words = words[: end.start()]
        words = " ".join(words.split()[:_WORDS])
        if words and not openings.never.search(words):
            yield _read(words)


def _agreed(readings: Sequence[TitleReading | None], seniority: str | None) -> _Answer:
    found = {
        r.family for r in readings if r is not None and (seniority not in _LEADS or r.seniority in _LEADS)
    }
    if not found:
        return None
    return found.pop() if len(found) == 1 else False


def _first(readings: Sequence[TitleReading | None], seniority: str | None) -> _Answer:
    """Of several jobs in one advert the first data role, else the family of them all."""
    for reading in readings:
        family = None if reading is None or seniority in _LEADS else reading.family
        if family is not None and families()[family].kind == "data":
            return family
    return _agreed(readings, seniority)


def _header(top: str, seniority: str | None) -> _Answer:
    """The parts of the first line of a forum post, without the employer's name, which comes first."""
    parts = top.lstrip().split("\n", 1)[0].split("|")[1:]
    return _first([_read(part.strip()) for part in parts if len(part.split()) <= _WORDS], seniority)


def _label(top: str, seniority: str | None) -> _Answer:
    return _agreed([_read(match["title"]) for match in _openings().label.finditer(top)], seniority)


def _list(top: str, seniority: str | None) -> _Answer:
    """The lines below "We are hiring:"."""
    lines = top.split("\n")
    for n, line in enumerate(lines):
        if line.endswith(":") and line[:-1].rstrip().lower().endswith(_openings().lists):
            listed = (line.strip(" \t-*•·") for line in lines[n + 1 : n + 1 + _LISTED])
            return _first([_read(line) for line in listed if 0 < len(line.split()) <= _WORDS], seniority)
    return None


def _sentence(top: str, seniority: str | None) -> _Answer:
    found: _Answer = None
    for reading in _in_sentences(top):
        answer = _agreed([reading], seniority)
        if found and answer and answer != found:
            return False
        found = found or answer
    return found


#: The ways in which a text names the job, the surest first.
_WAYS: dict[str, Callable[[str, str | None], _Answer]] = {
    "header": _header,
    "label": _label,
    "list": _list,
    "sentence": _sentence,
}


def read_role(text: str, seniority: str | None = None) -> tuple[str | None, float]:
    """The family that a text names near its top, and how sure; None and 0 where it names none or several.

    Args:
        text: The text of a posting.
        seniority: That of the title: of a "Manager" the text must name one who leads.
    """
    top = text[:_NEAR_THE_TOP]
    for kind, read in _WAYS.items():
        family = read(top, seniority)
        if family is False:
            break
        if family:
            return family, CONFIDENCE_IN_TEXT[kind]
    return None, 0.0


def fill_families(
    family: pa.Array, seniority: pa.Array, confidence: pa.Array, text: pa.Array
) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Families, seniorities and confidences of titles, with those that say too little read from the text.

    Where the text names no job either, the family is null, but for a bare "Scientist" or "Researcher":
    most of these are in other sciences. A posting without a title whose family is read has the seniority
    `unspecified`, as has a title without a word of level.
    """
    sure = confidence.to_numpy(zero_copy_only=False)
    little = np.flatnonzero(sure <= np.float32(_SAYS_TOO_LITTLE))
    if not len(little):
        return family, seniority, confidence
    rows = pa.array(little)
    titles = zip(*(column.take(rows).to_pylist() for column in (text, family, seniority)), strict=True)
    filled: list[tuple[str | None, str | None, float]] = []
    for (row_text, row_family, row_seniority), row_sure in zip(titles, sure[little].tolist(), strict=True):
        found, how_sure = read_role(row_text, row_seniority)
        if found is not None:
            filled.append((found, row_seniority or "unspecified", how_sure))
        elif row_sure <= np.float32(_SAYS_NOTHING):
            filled.append((None, row_seniority, 0.0))
        else:
            filled.append((row_family, row_seniority, row_sure))
    mask = np.zeros(len(family), bool)
    mask[little] = True
    columns = zip((family, seniority, confidence), zip(*filled, strict=True), strict=True)
    by_title = [pc.replace_with_mask(c, mask, pa.array(list(v), c.type)) for c, v in columns]
    return by_title[0], by_title[1], by_title[2]
