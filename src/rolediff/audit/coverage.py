"""Coverage: how often 95% intervals hold the truth, where real employers are the population."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from rolediff import statistics
from rolediff.audit import Part, Result
from rolediff.audit.openings import Array, Bools, Voices, large_families, rate_of, read_openings
from rolediff.layout import Cell, Table
from rolediff.profiles import take_shares
from rolediff.warehouse import Warehouse
from rolediff.wording import say_count

_SIZES = (20, 50, 100, 300)  # openings of a sample, as expected
POPULATION = 300  # voices of a family that stands for a population
_BANDS = (0.03, 0.05, 0.15, 0.5, 1.0)  # of true shares; rarer statements are not shown

_LOW, _HIGH = 0.93, 0.97


def covers(low: Array, high: Array, truth: Array | float) -> Bools:
    """Where an interval holds the truth; a limit that equals it counts."""
    return np.asarray((low <= truth + 1e-9) & (truth <= high + 1e-9))


def draw(rng: np.random.Generator, voices: Voices, openings: int, count: int) -> Array:
    """Samples of voices with replacement, with so many openings as expected.

    With replacement, so that the family's own share is the truth and no sample exhausts the employers.
    The number of voices is fixed: a sample that ends when it is large enough would favour large ones.
    """
    size = max(round(openings / float(voices.n.mean())), 2)
    return rng.multinomial(size, np.full(len(voices), 1 / len(voices)), size=count).astype(float)


class _Tally:
    """By test and cell, for each family the intervals looked at and those that hold the truth."""

    def __init__(self) -> None:
        self._cells: dict[tuple[str, ...], list[tuple[int, int]]] = {}

    def add(self, *cell: object, held: Bools) -> None:
        if held.size:
            self._cells.setdefault(tuple(map(str, cell)), []).append((held.size, int(held.sum())))

    def rate(self, *cell: object) -> tuple[float, float, float]:
        return rate_of(*zip(*self._cells.get(tuple(map(str, cell)), [(0, 0)]), strict=True))


def run(warehouse: Warehouse, rng: np.random.Generator, quick: bool) -> Part:  # noqa: FBT001 - as all parts
    """Draws employers of large families, and asks whether the intervals hold the families' own figures."""
    count = 8 if quick else 60
    families = large_families(warehouse, POPULATION)[: 3 if quick else None]
    tally = _Tally()
    # The family before, whose samples stand on the other side of a difference.
    before: dict[int, tuple[dict[str, int], Array, statistics.Shares]] = {}
    for family in families:
        openings = read_openings(warehouse, family)
        voices = Voices(openings)
        truth = voices.share()
        place = {
            f"{k}/{v}": openings.kinds[k].start + i
            for k, vs in openings.facts.items()
            for i, v in enumerate(vs)
        }
        known = truth >= _BANDS[0]
        for n in _SIZES:
            shares = voices.count(draw(rng, voices, n, count)).shares(known)
            grid = (count, len(truth))
            held = covers(shares.low.reshape(grid), shares.high.reshape(grid), truth)
            tally.add("shares", "all", held=held[:, known])
            tally.add("shares", n, held=held[:, known])
            for low, high in pairwise(_BANDS):
                tally.add("shares", n, low, held=held[:, (truth >= low) & (truth < high + (high == 1))])
            if n in before:
                held = _differ(before[n], (place, truth, shares), count)
                tally.add("differences", "all", held=held)
                tally.add("differences", n, held=held)
            before[n] = place, truth, shares
        first = np.stack([rng.permutation(np.arange(len(voices)) < len(voices) // 2) for _ in range(count)])
        halves = [voices.count(half).shares(known) for half in (first, ~first)]
        at = np.flatnonzero(np.tile(known, count))
        found = statistics.differences(take_shares(halves[0], at), take_shares(halves[1], at))
        tally.add("halves", held=covers(found.low, found.high, 0.0))
    return _tell(tally, families, count)


def _differ(
    a: tuple[dict[str, int], Array, statistics.Shares],
    b: tuple[dict[str, int], Array, statistics.Shares],
    count: int,
) -> Bools:
    """Whether the intervals of the differences between samples of two families hold the families' own."""
    both = sorted(a[0].keys() & b[0].keys())
    at_a, at_b = (np.array([side[0][name] for name in both], int) for side in (a, b))
    share_a, share_b = a[1][at_a], b[1][at_b]
    # Only where limits were asked for on both sides.
    kept = np.minimum(share_a, share_b) >= _BANDS[0]
    sides = [
        take_shares(side[2], (np.arange(count)[:, None] * len(side[1]) + at[kept]).ravel())
        for side, at in ((a, at_a), (b, at_b))
    ]
    found = statistics.differences(*sides)
    return covers(found.low, found.high, np.tile((share_a - share_b)[kept], count))


def _tell(tally: _Tally, families: list[str], count: int) -> Part:
    results = []
    for test, cell in (
        ("shares", ("shares", "all")),
        ("differences", ("differences", "all")),
        ("halves", ("halves",)),
    ):
        value, low, high = tally.rate(*cell)
        name = "differences of halves of a family" if test == "halves" else test
        results.append(Result(f"coverage: {name}", value, low, high, "0.93 to 0.97", _LOW <= value <= _HIGH))
    paragraphs = (
        (
            f"The employers of {say_count(len(families), 'large family', 'large families')} stand for a population "
            f"each. {count} samples of employers for each family and size are drawn from it with replacement. The 95% "
            "intervals of a sample's shares are held against the family's own shares, of at least 3% since rarer "
            "statements are not shown; those of differences between samples of two families against the families' "
            "own differences. Halves: a family's employers are split at random; the difference is then 0 but for "
            "the draw, and the interval should hold 0."
        ),
        (
            "Counts are whole, so no interval of a rare statement in a small sample covers just 95%: these are "
            "covered oftener. Large samples of a family with one very large voice (an origin that names no employer) "
            "are covered less: few samples hold that voice."
        ),
    )
    heads = [f"{low * 100:.0f} to {high * 100:.0f}%" for low, high in pairwise(_BANDS)]
    rows = tuple(
        (
            Cell(str(n)),
            *(Cell(f"{tally.rate('shares', n, low)[0]:.3f}") for low in _BANDS[:-1]),
            Cell(f"{tally.rate('shares', n)[0]:.3f}"),
            Cell(f"{tally.rate('differences', n)[0]:.3f}"),
        )
        for n in _SIZES
    )
    columns = ("Openings", *heads, "all shares", "differences")
    return Part("coverage", "Coverage of 95% intervals", paragraphs, tuple(results), (
        Table("Coverage by openings of the sample and true share", columns, rows),
    ))  # fmt: skip
