"""One family's openings as a matrix, so that a sample of its employers is counted by a product."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rolediff import statistics
from rolediff.profiles import take_shares
from rolediff.tested import LEAST_SHARE, TESTED, Side
from rolediff.warehouse import Warehouse

Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Openings:
    """Openings read in full, sorted by voice.

    Attributes:
        family: whose.
        voice: of each opening, the number of its voice; rises.
        seniority: of each opening.
        kinds: by kind, its columns in `states`.
        facts: by kind, the value of each of its columns.
        states: openings x facts, 1 where the opening states the fact.
    """

    family: str
    voice: npt.NDArray[np.int64]
    seniority: npt.NDArray[np.str_]
    kinds: dict[str, slice]
    facts: dict[str, list[str]]
    states: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.voice)

    def only(self, kept: Bools) -> Openings:
        """The openings in `kept`; voices are numbered anew."""
        voice = np.unique(self.voice[kept], return_inverse=True)[1]
        return replace(self, voice=voice, seniority=self.seniority[kept], states=self.states[kept])


def large_families(warehouse: Warehouse, least: int) -> list[str]:
    """Families with at least so many voices; in a small snapshot, that with the most."""
    rows = warehouse.rows("family_sizes")
    most = max((row["voices"] for row in rows), default=0)
    return [row["family"] for row in rows if row["voices"] >= min(least, most)]


def read_openings(warehouse: Warehouse, family: str, kinds: Sequence[str] = TESTED) -> Openings:
    """The openings of a family."""
    rows = warehouse.ask("openings", family=family, kinds=list(kinds))
    first = np.unique(rows["opening"], return_index=True)[1]
    fact_at = np.unique(rows["fact"], return_index=True)[1]
    kind_of, value_of = rows["kind"][fact_at].astype(str), rows["value"][fact_at].tolist()
    states = np.zeros((len(first), len(fact_at)), np.float32)
    states[rows["opening"], rows["fact"]] = 1
    slices = {
        kind: slice(int(np.searchsorted(kind_of, kind)), int(np.searchsorted(kind_of, kind, "right")))
        for kind in np.unique(kind_of).tolist()
    }
    return Openings(
        family,
        rows["voice"][first].astype(np.int64),
        rows["seniority"][first].astype(str),
        slices,
        {kind: value_of[at] for kind, at in slices.items()},
        states,
    )


class Sums(NamedTuple):
    """What `cluster_shares` asks of several samples: columns of one row a sample, then samples x facts."""

    n: Array
    employers: Array
    sum_n2: Array
    k: Array
    sum_x2: Array
    sum_xn: Array

    def shares(self, seen: Bools | None = None) -> statistics.Shares:
        """Shares, sample after sample, with limits for the facts in `seen` or for all."""
        grid = self.k.shape
        n, employers, sum_n2, k, x2, xn = (np.broadcast_to(column, grid).ravel() for column in self)
        where = None if seen is None else np.broadcast_to(seen, grid).ravel()
        return statistics.cluster_shares(n, employers, sum_n2, k, x2, xn, where=where)


class Voices:
    """The voices of some openings, any sample of which is counted at once.

    Attributes:
        n: openings of each voice.
        x: voices x facts, how many openings of the voice state the fact.
    """

    def __init__(self, openings: Openings) -> None:
        starts = np.flatnonzero(np.diff(openings.voice, prepend=-1))
        self.n: Array = np.diff(starts, append=len(openings)).astype(float)
        self.x: Array = np.add.reduceat(openings.states.astype(float), starts, axis=0)
        self._kinds = openings.kinds
        self._sums = np.hstack([self.x, self.x**2, self.x * self.n[:, None]])

    def __len__(self) -> int:
        return len(self.n)

    def share(self) -> Array:
        """The share of all openings that states each fact."""
        return np.asarray(self.x.sum(axis=0) / self.n.sum())

    def count(self, times: Array | Bools) -> Sums:
        """Several samples, counted.

        Args:
            times: samples x voices, how often each voice is in the sample; each time it is a voice of
                its own.
        """
        drawn = times.astype(float)
        k, x2, xn = np.split(drawn @ self._sums, 3, axis=1)
        n, employers, n2 = (drawn @ c[:, None] for c in (self.n, np.ones(len(self)), self.n**2))
        return Sums(n, employers, n2, k, x2, xn)

    def sides(self, sums: Sums, seen: Bools) -> list[Side]:
        """Samples as sides of comparisons, with limits for the facts in `seen`."""
        return as_sides(sums.shares(seen), self._kinds, len(sums.n))


def often(sums: Sums) -> Bools:
    """Which facts are stated often enough in some sample that a comparison could look at them."""
    return np.asarray((sums.k >= LEAST_SHARE * sums.n).any(axis=0), bool)


def as_sides(shares: statistics.Shares, kinds: dict[str, slice], samples: int) -> list[Side]:
    """Shares of samples that stand one after the other, apart and by kind."""
    ends = np.linspace(0, len(shares.share), samples + 1).astype(int).tolist()
    rows = [take_shares(shares, slice(*span)) for span in pairwise(ends)]
    return [{kind: take_shares(row, at) for kind, at in kinds.items()} for row in rows]


def draw_until(rng: np.random.Generator, n: Array, openings: float) -> Bools:
    """Voices drawn at random until they have so many openings."""
    order = rng.permutation(len(n))
    kept = np.zeros(len(n), bool)
    kept[order[np.cumsum(n[order]) - n[order] < openings]] = True
    return kept


def rate_of(n: npt.ArrayLike, x: npt.ArrayLike) -> tuple[float, float, float]:
    """The share that `x` of `n` are, with an interval in which families are the units.

    Args:
        n: cases of each family.
        x: cases of each family of which something is true.

    Returns:
        The share and its limits, NaN where there are no cases.
    """
    n_, x_ = np.asarray(n, float), np.asarray(x, float)
    if not n_.sum():
        return (math.nan,) * 3
    sums = (n_.sum(), len(n_), (n_**2).sum(), x_.sum(), (x_**2).sum(), (x_ * n_).sum())
    found = statistics.cluster_shares(*sums)
    # To six digits: a limit of 1e-80 is 0 to every reader.
    value, low, high = (round(float(c[0]), 6) for c in (found.share, found.low, found.high))
    return value, low, high
