"""Duties by cues: what is done to what.

A duty is a pair of cues in one clause: what is done ("build", "maintain") and to what ("pipelines");
a few cues tell a duty alone ("mentor"). data/duty_cues.csv holds the cues by class, data/duty_rules.csv
the pairs of classes that mean a duty. Requirements ("experience building pipelines") and sentences
about the employer ("we build pipelines") are told by guards: cues that void what follows them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from rolediff.extract.inflection import add_s, verb_forms
from rolediff.extract.sections import SECTIONS, Sections
from rolediff.taxonomy import Row, read_table, responsibilities

if TYPE_CHECKING:
    from rolediff.extract.batch import Bools, Hits, Ints

# Pairs are sought among the next cues of a clause; more lie too far apart to belong together.
_MOST_SHIFT = 5
# A guard voids what stands within so many bytes after it in its clause: beyond, another thought has begun.
_GUARD_REACH = 100
_OTHERS_REACH = 60
# A line under requirements states a duty only where it opens with it.
_OPENS = 20
_FAR = 1 << 30
# Sections in which nothing is a duty of the holder.
_NOT_DUTIES = [SECTIONS.index(s) for s in ("pay-benefits", "legal", "apply")]
_DUTIES = SECTIONS.index("responsibilities")
_ASKED = [SECTIONS.index(s) for s in ("employer", "requirements", "preferred")]

# The classes of guards: what is asked of the holder, what others do, and what gives a duty after all
# ("we are looking for someone who will build ...").
_ASKED_FOR, _OF_OTHERS, _GIVEN = "asked", "others", "given"
_KINDS = ("verb", "object", "guard")


@dataclass(frozen=True, slots=True)
class _Tables:
    """Cues and rules as arrays; a symbol is a set of classes, for a cue may stand in several.

    Attributes:
        cues: the phrases.
        symbol: of each cue.
        is_asked, is_others, is_given: whether a symbol is a guard, and which.
        single: layers of rules by symbol that is a duty alone, or -1.
        under_heading: whether a rule of one cue fires only under a heading of duties.
        pair: layers of rules by (first symbol, second symbol) in the order of the text, or -1.
        gap: greatest number of bytes between the cues, by rule.
        code: number of the duty, by rule.
    """

    cues: list[str]
    symbol: Ints
    is_asked: Bools
    is_others: Bools
    is_given: Bools
    single: npt.NDArray[np.int16]
    under_heading: Bools
    pair: npt.NDArray[np.int16]
    gap: Ints
    code: Ints


def phrases() -> list[str]:
    """The cues to look for."""
    return _tables().cues


@dataclass(frozen=True, slots=True)
class Found:
    """Duties that rules find: in each clause each duty once, in its fewest words.

    Attributes:
        clause: the number of the clause.
        duty: the number of the duty in `responsibilities()`.
        start, end: the words, from the first cue to the last.
    """

    clause: Ints
    duty: Ints
    start: Ints
    end: Ints


def find_duties(hits: Hits, sections: Sections) -> Found:
    """Duties of the holder that rules find.

    Args:
        hits: where the cues of `phrases` stand.
        sections: the parts of the texts.
    """
    tables = _tables()
    hits = _outermost(hits)
    clause = sections.clauses.number_of(hits.start)
    symbol = tables.symbol[hits.index]
    asked = _last(hits, clause, tables.is_asked[symbol], _GUARD_REACH)
    others = _last(hits, clause, tables.is_others[symbol], _OTHERS_REACH)
    given = _last(hits, clause, tables.is_given[symbol], _FAR)
    opens = hits.start - sections.clauses.starts[clause] <= _OPENS
    section = sections.code[clause]
    duties = section == _DUTIES
    may_begin = (asked < 0) & (given >= others)
    may_begin &= ~np.isin(section, _NOT_DUTIES)
    may_begin &= ~np.isin(section, _ASKED) | opens

    first, last, rule = _fire(tables, hits, clause, symbol, may_begin, duties)
    start, end, code = hits.start[first], hits.end[last], tables.code[rule]
    # The shortest of each clause and duty.
    order = np.lexsort((start, end - start, code, clause[first]))
    key = clause[first][order] * len(responsibilities()) + code[order]
    order = order[np.r_[True, key[1:] != key[:-1]]] if len(order) else order
    return Found(clause[first][order], code[order], start[order], end[order])


def _outermost(hits: Hits) -> Hits:
    """The cues that lie in no longer cue; "data" in "data pipeline" is none of its own.

    Unlike `longest` this keeps cues that overlap in part, and settles all at once.
    """
    if not len(hits):
        return hits
    reach = np.r_[-1, np.maximum.accumulate(hits.end)[:-1]]
    continued = np.r_[hits.start[1:] == hits.start[:-1], False]
    return hits.where(~continued & (hits.end > reach))


def _last(hits: Hits, clause: Ints, which: Bools, reach: int) -> Ints:
    """The number of the last of `which` before each hit in its clause and within `reach`, or -1."""
    last = np.maximum.accumulate(np.where(which, np.arange(len(hits)), -1))
    at = np.maximum(last, 0)
    near = (last >= 0) & (clause[at] == clause) & (hits.start - hits.end[at] <= reach)
    return np.where(near, last, -1)


def _fire(
    tables: _Tables, hits: Hits, clause: Ints, symbol: Ints, may_begin: Bools, duties: Bools
) -> tuple[Ints, Ints, npt.NDArray[np.int16]]:
    """First cue, last cue and rule of every duty found."""
    firsts, lasts, rules = [], [], []
    found = np.flatnonzero((tables.single[0][symbol] >= 0) & may_begin)
    for single in tables.single:
        rule = single[symbol[found]]
        fits = (rule >= 0) & (duties[found] | ~tables.under_heading[rule])
        firsts.append(found[fits])
        lasts.append(found[fits])
        rules.append(rule[fits])
    # Only cues with a rule are partners: guards stand between them but do not count.
    kept = np.flatnonzero(~(tables.is_asked | tables.is_others | tables.is_given)[symbol])
    symbol, clause, start, end = symbol[kept], clause[kept], hits.start[kept], hits.end[kept]
    begins = may_begin[kept]
    for shift in range(1, min(_MOST_SHIFT, len(kept) - 1) + 1):
        near = np.flatnonzero((clause[shift:] == clause[:-shift]) & begins[:-shift])
        # The first layer tells whether there are others.
        near = near[tables.pair[0][symbol[near], symbol[near + shift]] >= 0]
        gap = start[near + shift] - end[near]
        for layer in tables.pair:
            rule = layer[symbol[near], symbol[near + shift]]
            fits = (rule >= 0) & (gap <= tables.gap[rule])
            firsts.append(kept[near[fits]])
            lasts.append(kept[near[fits] + shift])
            rules.append(rule[fits])
    return np.concatenate(firsts), np.concatenate(lasts), np.concatenate(rules)


@cache
def _tables() -> _Tables:
    classes: dict[str, list[str]] = {}
    kinds: dict[str, str] = {}
    of_cue: dict[str, set[str]] = {}
    for row in read_table("duty_cues"):
        if row["kind"] not in _KINDS:
            raise row.broken(f"kind {row['kind']!r} is none of {', '.join(_KINDS)}")
        if row["class"] in kinds:
            raise row.broken(f"the class {row['class']!r} stands twice")
        kinds[row["class"]] = row["kind"]
        classes[row["class"]] = row.items("phrases")
        for cue in row.items("phrases"):
            for form in _forms(cue, row["kind"]):
                of_cue.setdefault(form.replace("-", " "), set()).add(row["class"])
    symbols: dict[frozenset[str], int] = {}
    cues = list(of_cue)
    symbol = np.array([symbols.setdefault(frozenset(of_cue[c]), len(symbols)) for c in cues], np.int64)

    ids = responsibilities()
    number = {duty.code: n for n, duty in enumerate(ids.values())}
    gaps: list[int] = []
    codes: list[int] = []
    under_heading: list[bool] = []
    pairs: dict[tuple[int, ...], list[int]] = {}
    singles: dict[tuple[int, ...], list[int]] = {}
    members = {c: [n for s, n in symbols.items() if c in s] for c in kinds}
    for row in read_table("duty_rules"):
        if row["code"] not in number:
            raise row.broken(f"unknown code {row['code']!r}")
        for first, second in _pairs_of(row, kinds):
            rule = len(codes)
            codes.append(number[row["code"]])
            under_heading.append(row["order"] == "under-heading")
            gaps.append(int(row["max_gap"] or _FAR))
            if not second:
                for a in members[first]:
                    singles.setdefault((a,), []).append(rule)
                continue
            for a in members[first]:
                for b in members[second]:
                    pairs.setdefault((a, b), []).append(rule)
                    if row["order"] == "any":
                        pairs.setdefault((b, a), []).append(rule)
    return _Tables(
        cues,
        symbol,
        np.array([_ASKED_FOR in s for s in symbols]),
        np.array([_OF_OTHERS in s for s in symbols]),
        np.array([_GIVEN in s for s in symbols]),
        _layers(singles, 1, len(symbols), codes, gaps),
        np.array(under_heading),
        _layers(pairs, 2, len(symbols), codes, gaps),
        np.array(gaps, np.int64),
        np.array(codes, np.int64),
    )


def _layers(
    rules_at: dict[tuple[int, ...], list[int]], axes: int, symbols: int, codes: list[int], gaps: list[int]
) -> npt.NDArray[np.int16]:
    """Rules by symbols, -1 where there is none; one layer for each duty that symbols can mean at once."""
    chosen = {}
    for place, rules in rules_at.items():
        widest: dict[int, int] = {}
        for rule in rules:
            known = widest.setdefault(codes[rule], rule)
            widest[codes[rule]] = max(known, rule, key=lambda r: gaps[r])
        chosen[place] = list(widest.values())
    layers = np.full((max(map(len, chosen.values()), default=1), *[symbols] * axes), -1, np.int16)
    for place, rules in chosen.items():
        for layer, rule in enumerate(rules):
            layers[(layer, *place)] = rule
    return layers


def _pairs_of(row: Row, kinds: dict[str, str]) -> Iterator[tuple[str, str]]:
    if row["order"] not in ("any", "verb-first", "under-heading"):
        raise row.broken(f"order {row['order']!r} is none of any, verb-first, under-heading")
    for first in row.items("first"):
        for second in row.items("second") or [""]:
            for name in filter(None, (first, second)):
                if name not in kinds:
                    raise row.broken(f"unknown class {name!r}; known: {', '.join(kinds)}")
            yield first, second


def _forms(cue: str, kind: str) -> list[str]:
    """A cue and its inflections: of a verb those of its first word, of an object its plural.

    Guards and cues written with "=" stand for themselves alone.
    """
    if kind == "guard" or cue.startswith("="):
        return [cue.removeprefix("=")]
    if kind == "verb":
        verb, _, rest = cue.partition(" ")
        rest = rest and f" {rest}"
        if verb.endswith("ing"):
            return [cue]
        return [form + rest for form in verb_forms(verb)]
    return [cue] if cue.endswith("s") else [cue, add_s(cue)]
