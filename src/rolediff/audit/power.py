"""Power: how often a comparison finds differences that were planted among real openings."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from rolediff import statistics
from rolediff.audit import Part, Result
from rolediff.audit.coverage import POPULATION, draw
from rolediff.audit.openings import Array, Openings, Voices, large_families, often, rate_of, read_openings
from rolediff.layout import Cell, Table
from rolediff.tested import judge_pairs
from rolediff.warehouse import Warehouse
from rolediff.wording import say_count

_SIZES = (30, 100, 1000)  # openings of each side, as expected
_POINTS = (0.05, 0.1, 0.2)
_PLANTED = 10  # facts of a page that are made to differ
_RANGE = (0.05, 0.6)  # shares of facts that are made to differ: what is asked for, and not by nearly all


def plant(voices: Voices, at: npt.NDArray[np.int64], by: float, rng: np.random.Generator) -> Array:
    """Openings of each voice that state each fact of `at` once its share is raised by `by`.

    Voices drawn at random now state it in all of their openings, as an employer that asks for a thing
    does in most: the share rises from p to p + by if each is drawn with probability by / (1 - p).
    """
    x = voices.x[:, at]
    chance = by / np.maximum(1 - x.sum(axis=0) / voices.n.sum(), by)
    turned = rng.random(x.shape) < chance
    return np.where(turned, voices.n[:, None], x)


def run(warehouse: Warehouse, rng: np.random.Generator, quick: bool) -> Part:  # noqa: FBT001 - as all parts
    """Draws two sides from one family, plants differences, and compares as the product does."""
    count = 3 if quick else 20
    families = large_families(warehouse, POPULATION)[: 3 if quick else None]
    found: dict[tuple[int, float], list[tuple[int, int]]] = {(n, by): [] for n in _SIZES for by in _POINTS}
    for family in families:
        openings = read_openings(warehouse, family)
        voices = Voices(openings)
        for cell, tally in found.items():
            seen = list(_compare(openings, voices, *cell, rng, count))
            tally.append((sum(s.size for s in seen), int(sum(s.sum() for s in seen))))
    rates = {cell: rate_of(*zip(*tally, strict=True)) for cell, tally in found.items()}
    results = tuple(
        Result(f"power: {by * 100:.0f} points at n = {n:,}", *rate) for (n, by), rate in rates.items()
    )
    paragraphs = (
        (
            "Two samples of employers are drawn from one family "
            f"({say_count(len(families), 'large family', 'large families')}, {count} draws for each cell), and on "
            f"one side {_PLANTED} facts that 5 to 60% of its openings state are "
            "raised: employers drawn at random now state them in all their openings. Found means that the "
            "comparison claims the difference on its right side, at the q-value of the whole page. Facts that have "
            "too few openings to be tested count as not found."
        ),
    )
    table = Table(
        "Share of planted differences that are found",
        ("Openings a side", *(f"{by * 100:.0f} points" for by in _POINTS)),
        tuple((Cell(f"{n:,}"), *(Cell(f"{rates[n, by][0]:.2f}") for by in _POINTS)) for n in _SIZES),
    )
    return Part("power", "Power", paragraphs, results, (table,))


def _compare(
    openings: Openings, voices: Voices, n: int, by: float, rng: np.random.Generator, count: int
) -> Iterator[npt.NDArray[np.bool_]]:
    """For each draw, which of the planted differences are claimed."""
    share = voices.share()
    eligible = np.flatnonzero((share >= _RANGE[0]) & (share <= _RANGE[1]))
    if not eligible.size:
        return
    planted = [np.sort(rng.permutation(eligible)[:_PLANTED]) for _ in range(count)]
    times = [draw(rng, voices, n, count) for _ in range(2)]
    first, second = (voices.count(t) for t in times)
    for i, at in enumerate(planted):
        x = plant(voices, at, by, rng)
        for sums, column in zip(first[3:], (x, x**2, x * voices.n[:, None]), strict=True):
            sums[i, at] = times[0][i] @ column
    seen = often(first) | often(second)
    pairs = list(zip(voices.sides(first, seen), voices.sides(second, seen), strict=True))
    for at, answer in zip(planted, judge_pairs(pairs), strict=True):
        claimed = np.zeros(len(share), bool)
        for kind, tested in answer.items():
            claimed[openings.kinds[kind].start + tested.at[tested.verdicts == statistics.MORE_IN_A]] = True
        yield claimed[at]
