"""Intervals, tests, pooling and error control: numbers in, numbers out, one array element a claim.

Employers are the sampling units, not adverts. Everything here is deterministic and reads nothing but
its arguments.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rolediff.beta import beta_cdf, beta_quantile, log_beta, log_beta_cdf, t_quantile

Floats = NDArray[np.float64]

LEVEL = 0.95
#: Correlation, within one employer, of whether adverts mention a value: 0.05 to 0.5 with a median of
#: about 0.25 over twenty public sets of adverts for data roles. Used where a role's own data cannot say.
PRIOR_CORRELATION = 0.25
#: Below this effective size a claim is withheld: at 10 against 10 only a difference of some 60
#: percentage points is detectable, so a verdict would say more about the sample than about the roles.
MIN_EFFECTIVE = 10.0
#: Range of the pooling strength: from "the family says next to nothing" to "no different from it".
CONCENTRATIONS = (0.5, 2000.0)
#: Values that a smaller part of role and family together state do not tell how alike the two are.
LEAST_INFORMING = 0.03
QUANTILES = (0.10, 0.25, 0.50, 0.75, 0.90)

MORE_IN_A = "more-in-a"
MORE_IN_B = "more-in-b"
NO_DIFFERENCE = "no-detectable-difference"
TOO_FEW = "too-few-postings"


@dataclass(frozen=True, kw_only=True)
class Shares:
    """Shares of a role's openings with their intervals; every field an array, one element a value.

    `share`, `low` and `high` are in [0, 1], NaN where there are no openings. `n_eff` is the number of
    independent openings that would say as much, `df` the degrees of freedom that employers leave, and
    `n_design` the openings over their design effect, which `n_eff` lowers where employers are few.
    The limits are quantiles of Beta(k, n_eff - k + padding) and Beta(k + padding, n_eff - k) with
    k = share * n_eff: padding 1 is Clopper-Pearson, 0 a posterior.
    """

    share: Floats
    low: Floats
    high: Floats
    n_eff: Floats
    n_design: Floats
    df: Floats
    level: float = LEVEL
    padding: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Pooled(Shares):
    """Shares of a thin role after borrowing from its family.

    `weight` is the part of each share that is borrowed (0.7: "borrows 70%"); `concentration` is the
    number of openings that the family's share counts for, one number for all values.
    """

    weight: Floats
    concentration: float


@dataclass(frozen=True, slots=True)
class Differences:
    """Share in A minus share in B, its interval, and the two-sided p-value of "no difference"."""

    difference: Floats
    low: Floats
    high: Floats
    p: Floats


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


def _limits(share: Floats, n_eff: Floats, level: float, padding: float) -> tuple[Floats, Floats]:
    """Equal-tailed limits of shares on effective sizes; see `Shares` for `padding`."""
    low, high = np.full(share.shape, np.nan), np.full(share.shape, np.nan)
    ok = np.isfinite(share) & (n_eff > 0)
    k, misses = (share * n_eff)[ok], ((1 - share) * n_eff)[ok]
    none, all_ = k < 1e-9, misses < 1e-9
    # A limit at 0 or 1 is not a quantile; its parameter is set to 1 to keep the iteration quiet.
    below, _ = beta_quantile(
        np.where(none, 1.0, k), np.where(all_, 0.0, misses) + np.maximum(padding, all_), (1 - level) / 2
    )
    _, above = beta_quantile(
        np.where(all_, 1.0, misses), np.where(none, 0.0, k) + np.maximum(padding, none), (1 - level) / 2
    )
    low[ok] = np.where(none, 0.0, np.minimum(below, share[ok]))
    high[ok] = np.where(all_, 1.0, np.maximum(above, share[ok]))
    return low, high


# ── shares ───────────────────────────────────────────────────────────────────────────────────────


def cluster_shares(
    n: ArrayLike,
    employers: ArrayLike,
    sum_n2: ArrayLike,
    k: ArrayLike,
    sum_x2: ArrayLike,
    sum_xn: ArrayLike,
    level: float = LEVEL,
) -> Shares:
    """Shares of openings that mention each value, with intervals that count employers.

    The interval is Clopper-Pearson on the effective size n / deff * (t_{n-1} / t_df)^2, never more than
    n (Korn and Graubard 1998, Survey Methodology 24). Three choices go beyond the paper; simulations
    in tools/simulate_statistics.py led to each:

    - The effective number of employers G* = n^2 / sum_n2 stands for G in the factor G / (G - 1) and in
      df = G* - 1 (after Carter, Schnepel and Steigerwald 2017, Rev. Econ. Stat. 99). With even sizes
      G* = G; with one employer at 40% of the adverts, G would let 95% intervals cover 83%.
    - A variance seen through few mentions says little, and at shares of 0 or 1 it is 0. The design
      effect is a mean of the observed one, weighted by the rarer of mentions and non-mentions, and,
      weighted 1, of the expected 1 + (n / G* - 1) * `PRIOR_CORRELATION` (Kish 1965).
    - The design effect compares with p (1 - p) / (n - 1), so that openings of n different employers
      give plain Clopper-Pearson.

    One employer alone is one voice: `n_eff` is 1.

    Args:
        n: Openings of the role; one number, or one for each value.
        employers: Employers of these openings, likewise.
        sum_n2: Sum over employers of the square of their openings, likewise.
        k: Openings that mention the value, one for each value.
        sum_x2: Sum over employers of the square of their openings that mention it.
        sum_xn: Sum over employers of their openings times those that mention it.
        level: Coverage of the interval.

    Raises:
        ValueError: If sums contradict each other, as no employers could have produced them.
    """
    columns = np.broadcast_arrays(*(np.atleast_1d(np.asarray(c, float)) for c in (n, employers, sum_n2)))
    n_, g, n2, k_, x2, xn = np.broadcast_arrays(
        *columns, *(np.atleast_1d(np.asarray(c, float)) for c in (k, sum_x2, sum_xn))
    )
    slack = 1e-9 * (1 + n_**2)
    if np.any((k_ < 0) | (k_ > n_ + slack) | (g > n_ + slack)):
        raise ValueError("cluster_shares needs 0 <= k <= n and employers <= n.")
    if np.any((n2 * g < n_**2 - slack) | (n2 > n_**2 + slack) | (xn > n2 + slack) | (x2 > xn + slack)):
        raise ValueError(
            "cluster_shares needs n^2 / employers <= sum_n2 <= n^2 and sum_x2 <= sum_xn <= sum_n2."
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(n_ > 0, np.minimum(k_ / n_, 1), np.nan)
        voices = np.where(n2 > 0, n_**2 / n2, 0.0)
        residual = np.maximum(x2 - 2 * share * xn + share**2 * n2, 0.0)
        variance = voices / (voices - 1) * residual / n_**2
        observed = variance * (n_ - 1) / (share * (1 - share))
        expected = 1 + (n_ / voices - 1) * PRIOR_CORRELATION
    rarer = np.minimum(k_, n_ - k_)
    alone = voices <= 1 + 1e-9
    observed = np.where((rarer > 0) & ~alone & np.isfinite(observed), observed, expected)
    deff = (rarer * observed + expected) / (rarer + 1)
    # Below one degree of freedom t has no use; one voice and a bit is treated as two voices.
    df = np.maximum(np.nan_to_num(voices) - 1, 1.0)
    spread = t_quantile(np.maximum(n_ - 1, df), level) / t_quantile(df, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        n_design = np.where(alone, 1.0, np.clip(n_ / deff, np.minimum(n_, 1.0), n_))
        n_eff = np.where(alone, 1.0, np.clip(n_ / deff * spread**2, np.minimum(n_, 1.0), n_))
    n_design, n_eff = np.where(n_ > 0, n_design, 0.0), np.where(n_ > 0, n_eff, 0.0)
    low, high = _limits(share, n_eff, level, 1.0)
    return Shares(share=share, low=low, high=high, n_eff=n_eff, n_design=n_design, df=df, level=level)


# ── differences ──────────────────────────────────────────────────────────────────────────────────


def differences(a: Shares, b: Shares) -> Differences:
    """Differences of two independent sets of shares, value by value.

    The interval is MOVER: the two shares' own limits, recovered as variances (Newcombe 1998, Statistics
    in Medicine 17, method 10; Zou and Donner 2008, Statistics in Medicine 27). The p-value inverts that
    interval: the tail at which it would just touch 0. So p < 1 - level exactly where the interval leaves
    out 0, which a separate score test would not ensure. Beyond that point it falls as Student's t with the
    smaller df, since the effective sizes were scaled for one level only.

    NaN where either share is. Raises ValueError if `a` and `b` differ in level.
    """
    if a.level != b.level:
        raise ValueError(f"differences needs one level, got {a.level} and {b.level}.")
    d = a.share - b.share
    low = d - np.hypot(a.share - a.low, b.high - b.share)
    high = d + np.hypot(a.high - a.share, b.share - b.low)
    p = np.where(np.isfinite(d), 1.0, np.nan)
    ok = np.isfinite(d) & (np.abs(d) > 1e-12) & (a.n_eff > 0) & (b.n_eff > 0)
    if ok.any():
        p[ok] = _mover_p(a, b, ok)
    return Differences(d, np.maximum(low, -1.0), np.minimum(high, 1.0), p)


def _mover_p(a: Shares, b: Shares, ok: NDArray[np.bool_]) -> Floats:
    """p-values at which the MOVER interval touches 0, for the values in `ok`, whose shares differ."""
    a_more = (a.share > b.share)[ok]

    def pick(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        return np.where(a_more, x[ok], y[ok]), np.where(a_more, y[ok], x[ok])

    (p1, p2), (n1, n2) = pick(a.share, b.share), pick(a.n_eff, b.n_eff)
    pad1, pad2 = np.where(a_more, a.padding, b.padding), np.where(a_more, b.padding, a.padding)
    # The larger share's lower limit is I_l(k1, n1 - k1 + pad); mirrored, the smaller one's upper is too.
    shape_1 = np.concatenate([p1 * n1, (1 - p2) * n2])
    shape_2 = np.concatenate([(1 - p1) * n1 + pad1, p2 * n2 + pad2])
    centre, gap = np.concatenate([p1, 1 - p2]), p1 - p2

    def tails(angle: Floats) -> tuple[Floats, Floats]:
        reach = np.concatenate([gap * np.cos(angle), gap * np.sin(angle)])
        x = np.clip(centre - reach, 1e-300, 1.0)
        log_tail = log_beta_cdf(shape_1, np.maximum(shape_2, 1e-9), x, np.clip(1 - x, 1e-300, 1.0))
        first, second = np.split(np.sqrt(np.maximum(-log_tail, 0.0)), 2)
        return first, second

    # The limits that touch 0 lie on a quarter circle of radius `gap`; where both tails are equal is
    # found by false position (Illinois rule), on a scale where tails fall off nearly linearly.
    left, right = np.zeros_like(gap), np.full_like(gap, math.pi / 2)
    f_left, f_right = (np.subtract(*tails(edge)) for edge in (left, right))
    was_left = gap < 0
    for _ in range(14):
        # Shares that nearly agree may have no crossing; an edge then gives them p near 1, as it should.
        slope = np.where(f_right == f_left, -1.0, f_right - f_left)
        middle = np.clip((left * f_right - right * f_left) / slope, left, right)
        f = np.subtract(*tails(middle))
        is_left = f > 0
        again = np.where(is_left == was_left, 0.5, 1.0)
        f_left, f_right = np.where(is_left, f, f_left * again), np.where(is_left, f_right * again, f)
        was_left = is_left
        left, right = np.where(is_left, middle, left), np.where(is_left, right, middle)
    tail = np.exp(-np.square(np.add(*tails(middle)) / 2))

    quantile = NormalDist().inv_cdf
    z = np.array([-quantile(min(max(t, 1e-290), 0.5)) for t in tail.tolist()])
    df = np.minimum(a.df[ok], b.df[ok])
    t2 = np.square(z * t_quantile(df, a.level) / quantile((1 + a.level) / 2))
    return beta_cdf(df / 2, np.full_like(df, 0.5), df / (df + t2), t2 / (df + t2))


def adjust_fdr(p: ArrayLike) -> Floats:
    """q-values of Benjamini and Hochberg (1995, J. R. Stat. Soc. B 57). NaN stays NaN, uncounted."""
    p_ = np.asarray(p, float)
    q = np.full(p_.shape, np.nan)
    tested = np.flatnonzero(np.isfinite(p_))
    order = tested[np.argsort(p_[tested], kind="stable")]
    scaled = p_[order] * len(order) / np.arange(1, len(order) + 1)
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q


def enough(a: Shares, b: Shares, floor: float = MIN_EFFECTIVE) -> NDArray[np.bool_]:
    """Where both sides reach the floor. Only these p-values should enter `adjust_fdr`."""
    return (a.n_eff >= floor) & (b.n_eff >= floor)


def verdicts(
    a: Shares, b: Shares, diff: Differences, q: ArrayLike, floor: float = MIN_EFFECTIVE, alpha: float = 0.05
) -> NDArray[np.str_]:
    """One of `MORE_IN_A`, `MORE_IN_B`, `NO_DIFFERENCE`, `TOO_FEW` for each value.

    Too few where either side's effective size is below `floor`, or there is no q-value; a difference
    where q <= alpha; none detectable otherwise.
    """
    q_ = np.asarray(q, float)
    sure = enough(a, b, floor) & np.isfinite(q_)
    found = sure & (q_ <= alpha)
    choices = [found & (diff.difference > 0), found & (diff.difference < 0), sure]
    return np.select(choices, [MORE_IN_A, MORE_IN_B, NO_DIFFERENCE], default=TOO_FEW)


def openings_needed(n: ArrayLike, n_eff: ArrayLike, floor: float = MIN_EFFECTIVE) -> NDArray[np.int64]:
    """How many more openings would lift each effective size to `floor`, at its design effect n / n_eff.

    That is, if they come from a like mix of employers; openings of employers new to the role add more. 0
    where the floor is reached. With no openings the design effect is unknown and taken as 1, so the answer
    is the least it could be.
    """
    n_, e = np.broadcast_arrays(np.asarray(n, float), np.asarray(n_eff, float))
    deff = np.divide(n_, e, out=np.ones(n_.shape), where=e > 0)
    return np.asarray(np.where(e >= floor, 0, np.ceil(floor * deff - 1e-9) - n_), dtype=np.int64)


# ── pooling ──────────────────────────────────────────────────────────────────────────────────────


def pool(child: Shares, parent: Shares, fade: float = 1.0, level: float = LEVEL) -> Pooled:
    """Shares of a thin role, drawn towards the shares of its family.

    Empirical Bayes with a beta-binomial model (Casella 1985, American Statistician 39; Gelman et al.,
    Bayesian Data Analysis, 3rd ed., ch. 5): the role's share of value i has the prior Beta(m p_i,
    m (1 - p_i)), p_i the family's share. One m for all values says how alike role and family are: the
    mode of the marginal likelihood on `n_design` times the uniform shrinkage prior n / (n + m)^2 (Daniels
    1999, Canadian J. Statistics 27), n the role's usual size. Without that prior, or on `n_eff`, few
    employers often gave an unbounded m, and limits that covered half of what they should.

    Only values that at least `LEAST_INFORMING` of both together state tell m: the many rare ones, near
    0 in role and family alike, would lend the common ones far too much. And a share is never drawn out
    of the role's own interval (limited translation: Efron and Morris 1972, J. Am. Stat. Assoc. 67), so
    that what clearly sets a role apart stays.

    A family that is thin itself lends less: its share, Beta with effective size N, adds to the prior's
    variance, which leaves m N / (m + N + 1) in place of m (the two variances matched exactly). The
    limits are quantiles of the posterior; the uncertainty of m is not in them, so with few values
    (about 25) they cover 88% to 100% in place of 95%.

    Args:
        child: Shares of the role, one element a value.
        parent: Shares of its family over the same values, computed without the role's own openings.
        fade: Part of the family's strength that is lent, 0 to 1.
        level: Coverage of the interval.

    Returns:
        The posterior. NaN, with weight NaN, where role or family has no openings.
    """
    ok = np.isfinite(child.share) & np.isfinite(parent.share) & (child.n_eff > 0) & (parent.n_eff > 0)
    size = np.where(ok, parent.n_eff, np.nan)
    # Half a mention and half a non-mention (Jeffreys): a family's 0 of 300 is rare, not impossible.
    centre = (parent.share * size + 0.5) / (size + 1)
    both = np.where(ok, child.n_design + parent.n_eff, 1.0)
    together = (
        np.nan_to_num(child.share) * child.n_design + np.nan_to_num(parent.share) * parent.n_eff
    ) / both
    tells = ok & (together >= LEAST_INFORMING)
    n, k = child.n_design[tells], (child.share * child.n_design)[tells]
    typical = float(np.median(n)) if len(n) else 1.0

    def strength(m: Floats | float, family: Floats) -> Floats:
        return np.asarray(m * family / (m + family + 1))

    def likelihood(log_m: Floats) -> Floats:
        m = strength(np.exp(log_m)[:, None], size[tells])
        first, second = m * centre[tells], m * (1 - centre[tells])
        fit = (log_beta(k + first, n - k + second) - log_beta(first, second)).sum(axis=1)
        return np.asarray(fit + log_m - 2 * np.log(typical + np.exp(log_m)))

    m = CONCENTRATIONS[0] if ok.any() else math.nan  # where nothing tells, next to nothing is lent
    if tells.any():
        m = math.exp(_maximise(likelihood, *map(math.log, CONCENTRATIONS)))
    lent = fade * strength(m, size)
    own = np.where(ok, child.share * child.n_eff, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = (lent * centre + own) / (lent + child.n_eff)
        bound = np.clip(drawn, child.low, child.high)
        lent = np.where(drawn == bound, lent, child.n_eff * (child.share - bound) / (bound - centre))
    n_eff = np.where(ok, lent + child.n_eff, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(ok, (lent * centre + child.share * child.n_eff) / n_eff, np.nan)
        weight = np.where(ok, lent / n_eff, np.nan)
    low, high = _limits(share, n_eff, level, 0.0)
    df = np.where(ok, weight * parent.df + (1 - weight) * child.df, 1.0)
    return Pooled(
        share=share, low=low, high=high, n_eff=n_eff, n_design=n_eff, df=df, level=level, padding=0.0,
        weight=weight, concentration=m,
    )  # fmt: skip


def _maximise(f: Callable[[Floats], Floats], low: float, high: float) -> float:
    """The place of the maximum of `f`: a grid, then three finer grids around its best point."""
    for _ in range(4):
        grid = np.linspace(low, high, 25)
        best = int(np.argmax(f(grid)))
        low, high = float(grid[max(best - 1, 0)]), float(grid[min(best + 1, 24)])
    return float(grid[best])


# ── pay ──────────────────────────────────────────────────────────────────────────────────────────


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


# ── likeness ─────────────────────────────────────────────────────────────────────────────────────


def similarity(shares_a: ArrayLike, shares_b: ArrayLike, weights: ArrayLike = 1.0) -> float:
    """How much of what either profile asks for both ask for: weighted sum(min) / sum(max), in [0, 1].

    Ružička's index, the weighted Jaccard (Cha 2007, Int. J. Math. Models 1). Chosen over cosine, which
    calls profiles alike when one asks for everything half as often, and over Jensen-Shannon, which
    rewards the many values that neither mentions. Values with NaN on a side are left out; NaN if none
    is left or neither side asks for anything. Noise lowers it, so thin profiles look less alike.
    """
    a, b, w = np.broadcast_arrays(*(np.asarray(x, float) for x in (shares_a, shares_b, weights)))
    ok = np.isfinite(a) & np.isfinite(b)
    most = float((w * np.maximum(a, b))[ok].sum())
    return float((w * np.minimum(a, b))[ok].sum()) / most if most > 0 else math.nan
