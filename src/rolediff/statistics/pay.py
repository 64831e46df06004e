"""Pay: quantiles, the median with its interval, gaps between medians."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rolediff.statistics.beta import beta_cdf
from rolediff.statistics.shares import LEVEL, Floats, cluster_shares

QUANTILES = (0.10, 0.25, 0.50, 0.75, 0.90)


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Quantiles of pay at `QUANTILES`, with an interval for the median (NaN where too few to bound)."""

    values: Floats
    low: float
    high: float
    n: int
    n_eff: float

    @property
    def median(self) -> float:
        """The middle of `values`."""
        return float(self.values[QUANTILES.index(0.50)])


def weighted_quantiles(values: ArrayLike, weights: ArrayLike, probabilities: ArrayLike) -> Floats:
    """Quantiles of weighted values: the inverse of the distribution, averaged where it is flat.

    Type 2 of Hyndman and Fan (1996, American Statistician 50), so the median of an even number of
    equal weights is the mean of the middle two. NaN if there are no values; values must be finite.
    """
    order = np.argsort(np.asarray(values, float), kind="stable")
    v = np.asarray(values, float)[order]
    if not len(v):
        return np.full(np.shape(probabilities), np.nan)
    reached = np.cumsum(np.asarray(weights, float)[order])
    target = np.asarray(probabilities, float) * reached[-1]
    slack, last = 1e-12 * reached[-1], len(v) - 1
    first = np.minimum(np.searchsorted(reached, target - slack, side="left"), last)
    second = np.minimum(np.searchsorted(reached, target + slack, side="right"), last)
    return np.asarray((v[first] + v[second]) / 2)


def median_interval(
    values: ArrayLike, clusters: ArrayLike | None = None, *, per_employer: bool = False, level: float = LEVEL
) -> Quantiles:
    """Quantiles of pay, and an interval for the median that assumes no distribution.

    The limits are order statistics by the binomial distribution (David and Nagaraja, Order Statistics,
    3rd ed., 7.1). Where adverts share employers, the effective number of voices for "at most the
    median" stands for n (Woodruff 1952, J. Am. Stat. Assoc. 47; `cluster_shares`): it falls to the
    number of employers only if each pays alike throughout. Below six voices no interval can be had at 95%.
    Where one employer has 40% of the adverts and all pay nearly alike within, the limits cover as little as
    85%; `per_employer` covers 95% there, and is the choice where one employer dominates.

    Args:
        values: Pay, one number an observation; not finite ones are left out.
        clusters: The employer of each observation; none given, each is a voice of its own.
        per_employer: Whether an employer's observations share one vote, or have one each.
        level: Coverage of the interval, at least.

    Returns:
        `n` and `n_eff` count what was used; NaN stands where there is nothing to say.
    """
    v = np.asarray(values, float)
    keep = np.isfinite(v)
    v = v[keep]
    codes = np.arange(len(v))
    if clusters is not None:
        codes = np.unique(np.asarray(clusters)[keep], return_inverse=True)[1]
    if not len(v):
        return Quantiles(np.full(len(QUANTILES), np.nan), math.nan, math.nan, 0, 0.0)
    sizes = np.bincount(codes).astype(float)
    weights = 1 / sizes[codes] if per_employer else np.ones(len(v))
    found = weighted_quantiles(v, weights, QUANTILES)
    total = np.bincount(codes, weights)
    below = np.bincount(codes, weights * (v <= found[QUANTILES.index(0.50)]))
    sums = (total.sum(), len(total), (total**2).sum(), below.sum(), (below**2).sum(), (below * total).sum())
    n_eff = float(cluster_shares(*sums, level=level).n_eff[0])
    low, high = _median_limits(v, weights, n_eff, level)
    return Quantiles(found, low, high, len(v), n_eff)


def _median_limits(v: Floats, weights: Floats, n_eff: float, level: float) -> tuple[float, float]:
    """Outermost values that leave a binomial tail of at most (1 - level) / 2 beyond each."""
    rank, top = n_eff * 1e-6, n_eff / 2
    for _ in range(5):  # ever finer grids for the largest rank r with P(Binomial(n_eff, 1/2) < r) <= tail
        grid = np.linspace(rank, top, 25)
        half = np.full_like(grid, 0.5)
        tails = beta_cdf(n_eff - grid + 1, grid, half, half)
        last = int(np.searchsorted(tails, (1 - level) / 2, side="right")) - 1
        rank, top = float(grid[max(last, 0)]), float(grid[min(last + 1, 24)])
    if rank < 1 - 1e-6:
        return math.nan, math.nan
    order = np.argsort(v, kind="stable")
    allowed = (rank + 1e-6) / n_eff * weights.sum()
    from_left = np.flatnonzero(np.cumsum(weights[order]) <= allowed)
    from_right = np.flatnonzero(np.cumsum(weights[order][::-1]) <= allowed)
    low = v[order][from_left[-1]] if len(from_left) else math.nan
    high = v[order][::-1][from_right[-1]] if len(from_right) else math.nan
    return float(low), float(high)


def median_gap(a: Quantiles, b: Quantiles) -> tuple[float, float, float]:
    """Ratio of the medians A / B with its limits: MOVER on the log scale (Zou and Donner 2008).

    NaN where a median is unknown or not above 0, and limits NaN where an interval is.
    """
    numbers = np.array([[a.median, a.low, a.high], [b.median, b.low, b.high]])
    (m1, l1, u1), (m2, l2, u2) = np.log(np.where(numbers > 0, numbers, np.nan))
    ratio = m1 - m2
    limits = ratio, ratio - np.hypot(m1 - l1, u2 - m2), ratio + np.hypot(u1 - m1, m2 - l2)
    first, low, high = (float(np.exp(x)) for x in limits)
    return first, low, high
