"""Null pairs: openings of one and the same role on both sides, so that every claimed difference is false."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rolediff.audit import Part, Result
from rolediff.audit.openings import (
    Bools,
    Openings,
    Voices,
    draw_until,
    large_families,
    often,
    rate_of,
    read_openings,
)
from rolediff.layout import Cell, Table
from rolediff.profiles import borrow
from rolediff.tested import Side, judge_pairs
from rolediff.warehouse import Warehouse
from rolediff.wording import say_count

_LARGE = 50  # voices of a family that is split: each half then has enough to be judged
_LEVEL = 60  # openings of a level that is split
_THIN = 30  # openings of a role that borrows
_TARGET = 0.05

Pair = tuple[Side, Side]

#: By kind of null pair, what stands on its two sides.
_KINDS = {
    "halves": "half of a family's employers against the other half",
    "few": "some 30 openings of a family against all its others",
    "borrowing": "some 30 openings that borrow from half of their family's others, against the other half",
    "levels": "some 30 openings of a level that borrow from the family's other levels, against the level's others",
}


def pair_up(voices: Voices, first: Bools) -> list[Pair]:
    """Samples of voices against all the others."""
    sums = voices.count(first), voices.count(~first)
    seen = often(sums[0]) | often(sums[1])
    return list(zip(*(voices.sides(s, seen) for s in sums), strict=True))


def pair_borrowing(voices: Voices, thin: Bools, family: Voices, lends: Bools, others: Bools) -> list[Pair]:
    """Samples of `voices` that borrow from samples of `family`, against other samples of `voices`."""
    sums = voices.count(thin), family.count(lends), voices.count(others)
    seen = often(sums[0]) | often(sums[1]) | often(sums[2])
    own, lent, against = (voices.sides(s, seen) for s in sums)
    n = sums[0].n[:, 0].astype(int).tolist()
    return [(borrow(a, f, k), b) for a, f, k, b in zip(own, lent, n, against, strict=True)]


def levels_of(openings: Openings) -> Iterator[tuple[Openings, Openings]]:
    """Each level of a family that has enough openings, and the family's other levels."""
    for seniority in np.unique(openings.seniority).tolist():
        mine = openings.seniority == seniority
        if mine.sum() >= _LEVEL and (~mine).sum() >= _LEVEL:
            yield openings.only(mine), openings.only(~mine)


def count_claims(pairs: list[Pair]) -> list[int]:
    """How many differences each comparison claims."""
    return [sum(int(t.claimed.sum()) for t in answer.values()) for answer in judge_pairs(pairs)]


def run(warehouse: Warehouse, rng: np.random.Generator, quick: bool) -> Part:  # noqa: FBT001 - as all parts
    """Splits the openings of large families at random by employer, and compares as the product does."""
    splits = 10 if quick else 100
    large = large_families(warehouse, _LARGE)[: 10 if quick else None]
    claims: dict[str, list[list[int]]] = {kind: [] for kind in _KINDS}
    for family in large:
        openings = read_openings(warehouse, family)
        for kind, found in _split(openings, rng, splits).items():
            claims[kind].append(found)
    return _tell({kind: found for kind, found in claims.items() if found}, large)


def _split(openings: Openings, rng: np.random.Generator, splits: int) -> dict[str, list[int]]:
    """By kind, how many differences each comparison within a family claims."""
    voices = Voices(openings)

    def draw_few(of: Voices, count: int) -> Bools:
        return np.stack([draw_until(rng, of.n, _THIN) for _ in range(count)])

    half = np.arange(len(voices)) < len(voices) // 2
    halves = np.stack([rng.permutation(half) for _ in range(splits)])
    claims = {
        "halves": count_claims(pair_up(voices, halves)),
        "few": count_claims(pair_up(voices, draw_few(voices, splits // 2))),
    }
    few = draw_few(voices, max(splits // 10, 1))
    lends = (rng.random(few.shape) < 0.5) & ~few
    claims["borrowing"] = count_claims(pair_borrowing(voices, few, voices, lends, ~few & ~lends))
    for level, rest in levels_of(openings):
        own, family = Voices(level), Voices(rest)
        few = draw_few(own, max(splits // 10, 3))
        everyone = np.ones((len(few), len(family)), bool)
        found = count_claims(pair_borrowing(own, few, family, everyone, ~few))
        claims["levels"] = claims.get("levels", []) + found
    return claims


def _tell(claims: dict[str, list[list[int]]], families: list[str]) -> Part:
    results = []
    rows = []
    for kind, found in claims.items():
        counts = [len(c) for c in found]
        value, low, high = rate_of(counts, [sum(x > 0 for x in c) for c in found])
        name = f"null pairs: {_KINDS[kind]}"
        results.append(Result(name, value, low, high, "at most 0.05", value <= _TARGET))
        rows.append(
            (
                Cell(_KINDS[kind]),
                Cell(f"{sum(counts):,}"),
                Cell(str(sum(x > 0 for c in found for x in c))),
                Cell(str(sum(map(sum, found)))),
            )
        )
    paragraphs = (
        (
            f"Openings of {say_count(len(families), 'family', 'families')} are split by employer at random into two "
            "roles, which are compared exactly as the product compares: the same facts, tests, q-values and verdicts. "
            "Nothing differs but by the draw, so each claimed difference is false. The interval takes families as "
            "the units."
        ),
        (
            "The last kind is the hard one: a level differs from the rest of its family, so what it borrows is "
            "biased. Adverts that state no seniority count as a level here."
        ),
    )
    table = Table(
        "Comparisons of a role with itself",
        ("Sides", "Comparisons", "Claim anything", "Claims in all"),
        tuple(rows),
    )
    return Part("null-pairs", "Null pairs", paragraphs, tuple(results), (table,))
