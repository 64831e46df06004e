"""How far shares that are read lie from shares that are there, by fact (data/reading_errors.csv)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from functools import cache

import numpy as np

from rolediff.labels import is_tool
from rolediff.statistics import Floats, Shifts, learn_shifts
from rolediff.taxonomy import read_table

_COLUMNS = ("both", "read_only", "labelled_only")

#: By group, the facts of the labels and (facts, 3) counts: read and labelled, read only, labelled only.
Counts = dict[str, tuple[list[str], Floats]]


def group_of(kind: str, value: str) -> str:
    """Facts that are read alike, and so learn from each other: tools apart from methods."""
    if kind == "skill" or kind.startswith("need:"):
        return f"{kind}:{'tool' if is_tool(value) else 'method'}"
    return kind


@cache
def folds() -> tuple[int, ...]:
    """The parts into which the labelled postings are dealt."""
    return tuple(int(row["fold"]) for row in read_table("reading_errors") if row["kind"] == "postings")


def count_errors(parts: Collection[int]) -> tuple[int, Counts]:
    """The labelled postings of some folds, and their counts by group.

    Raises:
        TaxonomyError: a row whose counts are no numbers.
    """
    postings = 0
    sums: dict[str, Counter[tuple[str, int]]] = {}
    for row in read_table("reading_errors"):
        try:
            fold, counts = int(row["fold"]), [int(row[name]) for name in _COLUMNS]
        except ValueError:
            raise row.broken("fold and counts must be whole numbers") from None
        if fold not in parts:
            continue
        if row["kind"] == "postings":
            postings += counts[0]
            continue
        group = sums.setdefault(group_of(row["kind"], row["value"]), Counter())
        group.update({(row["value"], column): count for column, count in enumerate(counts)})
    found: Counts = {}
    for name, counter in sums.items():
        values = sorted({value for value, _ in counter})
        found[name] = values, np.array([[counter[v, column] for column in range(3)] for v in values], float)
    return postings, found


@cache
def _learnt() -> dict[str, tuple[dict[str, int], Shifts]]:
    postings, groups = count_errors(folds())
    return {
        name: (
            {v: i for i, v in enumerate(values)},
            learn_shifts(counts[:, 0], counts[:, 1], counts[:, 2], postings),
        )
        for name, (values, counts) in groups.items()
    }


def shifts_of(kind: str, values: Sequence[str]) -> tuple[Floats, Floats]:
    """Shift of the logit of each fact's share, and its standard deviation.

    A fact that no label holds is not moved, and as unsure as its group.
    """
    shift, sd = np.zeros((2, len(values)))
    learnt = _learnt()
    for i, value in enumerate(values):
        group = learnt.get(group_of(kind, value))
        if group is not None:
            places, found = group
            at = places.get(value)
            shift[i], sd[i] = (0.0, found.spread) if at is None else (found.shift[at], found.sd[at])
    return shift, sd
