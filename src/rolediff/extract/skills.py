"""Skills in a text, and how much they are needed.

A plain spelling is the skill wherever it stands; a spelling that is also a common word counts only
in the context that data/ambiguous.csv asks for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np

from rolediff.extract.batch import Bools, Hits, Ints, TextBatch, longest
from rolediff.extract.mentions import Mentions, take
from rolediff.extract.sections import SECTIONS, Sections
from rolediff.taxonomy import AmbiguousSurface, ambiguous_surfaces, categories, read_table, skills

#: How much a posting needs a skill, weakest first.
NEEDS = ("mentioned", "preferred", "required")
_MENTIONED, _PREFERRED, _REQUIRED = range(3)

# An ambiguous name counts beside a sure one within this many bytes of the same line: the length of a
# list item or two.
_NEAR = 60
# How far from its skill a word such as "preferred" still speaks of it, before and after.
_CUE_BEFORE, _CUE_AFTER = 120, 160
_FAR = 1_000  # farther than any cue reaches
# The subjects of a degree: from "in" or "of" behind it to the first word that is about something else.
_SUBJECTS_REACH = 240
_SUBJECTS_OPEN = re.compile(rb"[^\n]{0,45}?\b(?:in|of)\b|[ ,(:-]{1,3}")
_SUBJECTS_CLOSE = re.compile(
    rb"\b(?:with|experience|years?|plus|field|fields|discipline|disciplines|equivalent|preferred|required|and \d)\b|\n"
)
_NEXT_WORD = re.compile(rb"[^a-z0-9]{0,3}([a-z0-9]+)")
# The word before is found by blanks put for signs: a pattern would be tried at each byte before it.
_SIGNS_TO_BLANKS = bytes(
    c if chr(c).isascii() and (chr(c).islower() or chr(c).isdigit()) else 32 for c in range(256)
)
# A single letter joined by these to its neighbour is part of something else: R&D, C-level, "A.R.".
_GLUE = frozenset(b"&'@#+*_-.")


@dataclass(frozen=True, slots=True)
class _Surfaces:
    """Spellings and what they may mean.

    Attributes:
        phrases: all spellings; the first `sure` of them mean their skill wherever they stand.
        meanings: for each other spelling, by its index, the meanings to be tried in this order.
        capital: whether a spelling can only be a skill with a capital letter first, by its index.
        lonely: whether a spelling can only be a skill with a sure one beside it, by its index.
        skill: number of the skill of each sure spelling, then of each meaning.
        near: whether a meaning needs a sure skill beside it, likewise.
        is_method: whether the skill is a method or field, not a tool, likewise.
        ids: ids of the skills.
    """

    phrases: list[str]
    sure: int
    meanings: dict[int, list[tuple[int, AmbiguousSurface]]]
    capital: Bools
    lonely: Bools
    skill: Ints
    near: Bools
    is_method: Bools
    ids: list[str]


@cache
def _surfaces() -> _Surfaces:
    known = skills()
    number = {skill: i for i, skill in enumerate(known)}
    # What asks for no company goes first: it settles more.
    ambiguous = sorted(ambiguous_surfaces(), key=lambda a: a.near)
    unsure = {_key(a.surface) for a in ambiguous}
    owner: dict[str, int] = {}
    for skill in known.values():
        for phrase in (skill.name, *skill.aliases):
            if _key(phrase) not in unsure:
                owner.setdefault(_key(phrase), number[skill.id])
    sure = len(owner)
    phrases = list(owner)
    places: dict[str, int] = {}
    meanings: dict[int, list[tuple[int, AmbiguousSurface]]] = {}
    for i, surface in enumerate(ambiguous):
        key = _key(surface.surface)
        if key not in places:
            places[key] = len(phrases)
            phrases.append(key)
        meanings.setdefault(places[key], []).append((sure + i, surface))
    number_of_skill = np.array([*owner.values(), *(number[a.skill] for a in ambiguous)], np.int64)
    return _Surfaces(
        phrases,
        sure,
        meanings,
        np.array(
            [i in meanings and all(_is_capital(m) for _, m in meanings[i]) for i in range(len(phrases))]
        ),
        np.array([i in meanings and all(m.near for _, m in meanings[i]) for i in range(len(phrases))]),
        number_of_skill,
        np.array([False] * sure + [a.near for a in ambiguous]),
        np.array([categories()[s.category].kind == "method" for s in known.values()])[number_of_skill],
        list(known),
    )


def _is_capital(surface: AmbiguousSurface) -> bool:
    return surface.cased and surface.surface[:1].isupper()


def _key(phrase: str) -> str:
    """Spellings that the matcher cannot tell apart: case, and hyphens between words."""
    return phrase.lower().replace("-", " ")


def phrases() -> list[str]:
    """All spellings of all skills."""
    return _surfaces().phrases


@cache
def _need_cues() -> tuple[list[str], Ints, Bools]:
    """Phrases, the need each tells, and whether it tells it firmly ("required", not "experience with")."""
    rows = read_table("need_cues")
    for row in rows:
        if row["need"] not in NEEDS[1:]:
            raise row.broken(f"unknown need {row['need']!r}; known: {', '.join(NEEDS[1:])}")
        if row["strength"] not in ("firm", "soft"):
            raise row.broken(f"strength {row['strength']!r} is neither firm nor soft")
    needs = np.array([NEEDS.index(r["need"]) for r in rows], np.int64)
    return [r["phrase"] for r in rows], needs, np.array([r["strength"] == "firm" for r in rows])


def need_phrases() -> list[str]:
    """Words that say how much something is needed."""
    return _need_cues()[0]


def read_skills(
    batch: TextBatch, hits: Hits, need_hits: Hits, sections: Sections, degrees: Mentions
) -> Mentions:
    """The skills of a batch of texts, each mention with its need.

    Args:
        batch: the texts.
        hits: hits of `phrases()`.
        need_hits: hits of `need_phrases()`.
        sections: the parts of the texts.
        degrees: where degrees are asked for; what they are to be in is a subject, not a skill.
    """
    table = _surfaces()
    index = hits.index.copy()
    # "can" is hardly ever CAN: most such words are told by their first letter, all at once.
    is_lower = (batch.raw[hits.start] >= ord("a")) & (batch.raw[hits.start] <= ord("z"))
    index[table.capital[hits.index] & is_lower] = -1
    # Likewise a word that needs a sure skill beside it, and has none whatever it may mean.
    is_sure = hits.index < table.sure
    index[table.lonely[hits.index] & ~_has_sure_neighbour(batch, hits, is_sure)] = -1
    unsure = np.flatnonzero(index >= table.sure)
    columns = (c[unsure].tolist() for c in (hits.index, hits.start, hits.end))
    index[unsure] = [_meaning(batch, table, *hit) for hit in zip(*columns, strict=True)]
    hits = longest(Hits(index, hits.start, hits.end).where(index >= 0))
    is_sure = hits.index < table.sure
    alone = table.near[hits.index] & ~_has_sure_neighbour(batch, hits, is_sure)
    hits, is_sure = hits.where(~alone), is_sure[~alone]
    subject = table.is_method[hits.index] & _in_subjects(batch, hits, degrees)
    hits, is_sure = hits.where(~subject), is_sure[~subject]
    need = _read_need(batch, hits, need_hits, sections)
    return Mentions(
        kind="skill",
        start=hits.start,
        end=hits.end,
        value=take(table.ids, table.skill[hits.index]),
        rule=take(["skill:context", "skill:name"], is_sure.astype(np.int64)),
        need=take(list(NEEDS), need),
    )


def _meaning(batch: TextBatch, table: _Surfaces, index: int, start: int, end: int) -> int:
    """The first meaning that the context of a spelling allows, or -1."""
    for number, surface in table.meanings[index]:
        if _context_fits(batch, surface, start, end):
            return number
    return -1


def _context_fits(batch: TextBatch, wanted: AmbiguousSurface, start: int, end: int) -> bool:
    if wanted.cased and batch.data[start:end] != wanted.surface.encode():
        return False
    before, after = batch.low[max(0, start - 32) : start], batch.low[end : end + 32]
    if end - start == 1 and (
        (before and before[-1] in _GLUE) or (after[:1] and after[0] in _GLUE and after[1:2].strip())
    ):
        return False
    if wanted.not_next and (word := _NEXT_WORD.match(after)) and word[1].decode() in wanted.not_next:
        return False
    return not (wanted.not_prev and _last_word(before) in wanted.not_prev)


def _last_word(before: bytes) -> str:
    """The word that ends a stretch of lowered text, up to three bytes of signs behind it."""
    blanked = before.translate(_SIGNS_TO_BLANKS)
    words = blanked.rstrip()
    return words[words.rfind(b" ") + 1 :].decode() if len(blanked) - len(words) <= 3 else ""


def _has_sure_neighbour(batch: TextBatch, hits: Hits, sure: Bools) -> Bools:
    """Whether a sure skill stands near each hit in the same line."""
    starts, ends = hits.start[sure], hits.end[sure]
    if not len(starts):
        return np.zeros(len(hits), bool)
    line, sure_line = batch.line_of(hits.start), batch.line_of(starts)
    following = np.searchsorted(starts, hits.end)
    preceding = np.searchsorted(ends, hits.start, "right") - 1
    after, before = np.minimum(following, len(starts) - 1), np.maximum(preceding, 0)
    is_after = (following < len(starts)) & (starts[after] - hits.end <= _NEAR) & (sure_line[after] == line)
    is_before = (preceding >= 0) & (hits.start - ends[before] <= _NEAR) & (sure_line[before] == line)
    near: Bools = is_after | is_before
    return near


def _in_subjects(batch: TextBatch, hits: Hits, degrees: Mentions) -> Bools:
    """Which hits name what a degree is to be in: "a degree in statistics, physics or a related field"."""
    ends = np.r_[batch.clauses[1:], len(batch.data)][batch.clause_of(degrees.start)]
    spans = []
    for degree_end, clause_end in zip(degrees.end.tolist(), ends.tolist(), strict=True):
        window = batch.low[degree_end : min(clause_end, degree_end + _SUBJECTS_REACH)]
        if opening := _SUBJECTS_OPEN.match(window):
            closing = _SUBJECTS_CLOSE.search(window, opening.end())
            stop = closing.start() if closing else len(window)
            spans.append((degree_end + opening.end(), degree_end + stop))
    first, last = np.searchsorted(hits.start, np.array(spans, np.int64).reshape(-1, 2)).T
    # How many spans have begun, less how many have ended, before each hit.
    change = np.zeros(len(hits) + 1, np.int64)
    np.add.at(change, first, 1)
    np.add.at(change, np.maximum(first, last), -1)
    return np.cumsum(change)[:-1] > 0


def _read_need(batch: TextBatch, hits: Hits, cues: Hits, sections: Sections) -> Ints:
    _, needs, firm = _need_cues()
    told, is_firm = needs[cues.index], firm[cues.index]
    # Where line breaks were lost, "Experience with ..." begins the next item inside a clause.
    is_capital = (batch.raw[cues.start] >= ord("A")) & (batch.raw[cues.start] <= ord("Z"))
    items = np.sort(np.concatenate((batch.clauses, cues.start[is_capital & ~is_firm])), kind="stable")
    preferred = _distance(hits, cues.where(told == _PREFERRED), items)
    required = _distance(hits, cues.where(told == _REQUIRED), items)
    demanded = _distance(hits, cues.where((told == _REQUIRED) & is_firm), items)
    section = sections.at(hits.start)
    need = np.full(len(hits), _MENTIONED, np.int64)
    need[(required < _FAR) | (section == SECTIONS.index("requirements"))] = _REQUIRED
    # "SQL (required), Python (nice to have)": of two firm words the nearer speaks of the skill.
    wish = (preferred < _FAR) & (preferred <= demanded)
    need[wish | ((section == SECTIONS.index("preferred")) & (demanded == _FAR))] = _PREFERRED
    return need


def _distance(hits: Hits, cues: Hits, items: Ints) -> Ints:
    """Bytes from each hit, in its item, to the nearest of the cues there; `_FAR` where none is near enough."""
    if not len(cues):
        return np.full(len(hits), _FAR, np.int64)
    item, cue_item = (np.searchsorted(items, found.start, "right") for found in (hits, cues))
    following = np.searchsorted(cues.start, hits.end)
    after, before = np.minimum(following, len(cues) - 1), np.maximum(following - 1, 0)
    ahead, behind = cues.start[after] - hits.end, hits.start - cues.end[before]
    is_after = (ahead >= 0) & (ahead <= _CUE_AFTER) & (cue_item[after] == item)
    is_before = (behind >= 0) & (behind <= _CUE_BEFORE) & (cue_item[before] == item)
    return np.minimum(np.where(is_after, ahead, _FAR), np.where(is_before, behind, _FAR))
