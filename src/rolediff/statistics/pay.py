"""Pay: quantiles, the median with its interval, gaps between medians."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rolediff.statistics.beta import beta_cdf, t_quantile
from rolediff.statistics.shares import LEVEL, MIN_EFFECTIVE, Floats, cluster_shares

QUANTILES = (0.10, 0.25, 0.50, 0.75, 0.90)
#: Correlation of pay inside one employer, of adverts of one family. Over nine families and currencies of the
#: corpus its median is 0.5 for "at most the median" and 0.7 for log pay, more than of what adverts mention.
PAY_CORRELATION = 0.6
# Voices' worth of that correlation in the design effect of a median.
_STEADY = 10.0
# Beyond so many voices the normal approximation of the binomial distribution does.
_EXACT_RANK = 300.0


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
    """The answer of `median_intervals` for one sample."""
    return median_intervals([(values, clusters)], per_employer=per_employer, level=level)[0]


def median_intervals(
    samples: Sequence[tuple[ArrayLike, ArrayLike | None]],
    *,
    per_employer: bool = False,
    level: float = LEVEL,
) -> list[Quantiles]:
    """Quantiles of pay, and an interval for the median that assumes no distribution, sample by sample.

    The limits are order statistics by the binomial distribution (David and Nagaraja, Order Statistics,
    3rd ed., 7.1), interpolated between neighbours as these alone cover more than they promise (Nyblom
    1992, Stat. Probab. Lett. 14). Where adverts share employers, the effective number of voices for "at
    most the median" stands for n (Woodruff 1952, J. Am. Stat. Assoc. 47; `cluster_shares`), drawn
    towards their number at `PAY_CORRELATION` where voices are few. Below six voices no interval can be had at
    95%. Of adverts some employers of which have very many the limits cover 85% to 90% (docs/method/pay.md).
    `per_employer` asks for the median over employers.

    Args:
        samples: Of each the pay, one number an observation (not finite ones are left out), and the
            employer of each observation; where none are given, each is a voice of its own.
        per_employer: Whether an employer's observations share one vote, or have one each.
        level: Coverage of the interval, at least.

    Returns:
        `n` and `n_eff` count what was used; NaN stands where there is nothing to say.
    """
    sides, sums = [], []
    for values, clusters in samples:
        v = np.asarray(values, float)
        keep = np.isfinite(v)
        v = v[keep]
        codes = np.arange(len(v))
        if clusters is not None:
            codes = np.unique(np.asarray(clusters)[keep], return_inverse=True)[1]
        sizes = np.bincount(codes).astype(float)
        weights = 1 / sizes[codes] if per_employer else np.ones(len(v))
        found = weighted_quantiles(v, weights, QUANTILES)
        sides.append((v, weights, found))
        if len(v):
            total = np.bincount(codes, weights)
            below = np.bincount(codes, weights * (v <= found[QUANTILES.index(0.50)]))
            products = [(x * y).sum() for x, y in ((total, total), (below, below), (below, total))]
            sums.append((total.sum(), len(total), products[0], below.sum(), *products[1:]))
    # One call for all samples: its cost is per call more than per sample.
    sizes_of = iter(_effective(np.array(sums), level) if sums else ())
    n_eff = np.array([next(sizes_of) if len(v) else 0.0 for v, _, _ in sides])
    limits = zip(sides, n_eff.tolist(), _ranks(n_eff, level).tolist(), strict=True)
    return [
        Quantiles(found, *_order_limits(v, weights, voices, rank), len(v), voices)
        for (v, weights, found), voices, rank in limits
    ]


def _effective(sums: Floats, level: float) -> list[float]:
    """Effective numbers of voices, by `cluster_shares` and no more than the usual likeness of pay allows.

    The design effect that few voices show says little; as many as `_STEADY` voices it is drawn towards the
    one at `PAY_CORRELATION`, where that is the larger.
    """
    n, employers, n2, k, x2, xn = sums.T
    none = np.zeros(len(n), bool)  # no limits of these shares are wanted
    found = cluster_shares(n, employers, n2, k, x2, xn, level=level, where=none)
    voices = n**2 / n2
    usual = 1 + (n / voices - 1) * PAY_CORRELATION
    deff = (voices * n / found.n_design + _STEADY * usual) / (voices + _STEADY)
    spread = t_quantile(np.maximum(n - 1, found.df), level) / t_quantile(found.df, level)
    most = np.maximum(n / deff * spread**2, 1.0)
    return [float(x) for x in np.minimum(found.n_eff, most)]


def _ranks(n_eff: Floats, level: float) -> Floats:
    """For each size the largest rank r with P(Binomial(n_eff, 1/2) < r) <= (1 - level) / 2; NaN below 1."""
    n = np.maximum(n_eff, 1.0)
    about = n / 2 + 0.5 + NormalDist().inv_cdf((1 - level) / 2) * np.sqrt(n) / 2
    # The normal approximation errs by less than 1 in the rank, and beyond a size by less than 0.01. Up to
    # it three ever finer grids around it give the exact rank.
    small = np.flatnonzero(n <= _EXACT_RANK)
    m, at = n[small], np.arange(len(small))
    low, high = np.clip(about[small] - 2, m * 1e-6, m / 2), np.clip(about[small] + 2, 0.1, m / 2)
    for _ in range(3):
        grid = np.linspace(low, high, 25)
        half = np.full_like(grid, 0.5)
        last = (beta_cdf(m - grid + 1, grid, half, half) <= (1 - level) / 2).sum(axis=0) - 1
        low, high = grid[np.maximum(last, 0), at], grid[np.minimum(last + 1, 24), at]
    about[small] = low
    return np.where((n_eff > 0) & (about >= 1 - 1e-3), about, np.nan)


def _order_limits(v: Floats, weights: Floats, n_eff: float, rank: float) -> tuple[float, float]:
    """The values at a rank from below and from above, in between two of them by interpolation."""
    if not rank >= 0:
        return math.nan, math.nan
    order = np.argsort(v, kind="stable")
    at = rank / n_eff * float(weights.sum()) + 1e-9
    limits = []
    for values, weight in ((v[order], weights[order]), (v[order][::-1], weights[order][::-1])):
        reached = np.cumsum(weight)
        limits.append(float(np.interp(at, reached, values)) if at >= reached[0] else math.nan)
    return limits[0], limits[1]


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


def tipping_point(ratio: float, silent: float) -> float:
    """By what part the silent adverts of the role that pays more must pay less for the ratio to be 1.

    What adverts without pay would state is not known. Bounds that assume nothing (Manski 1990, Am. Econ. Rev.
    80; 2003, Partial Identification of Probability Distributions) have no end for a median where fewer
    than half state pay, as nearly everywhere here. So the question is turned round: how unlike must the silent be
    (Rubin 1977, J. Am. Stat. Assoc. 72; as a tipping point Yan, Lee and Li 2009, J. Biopharm. Stat. 19)? On the
    log scale the mean of all adverts moves by the share of the silent times their difference; the
    silent of the other role are taken to pay as its stating ones.

    Args:
        ratio: Pay of one role over the other's, from the adverts that state it.
        silent: Share of adverts without pay, of the role that pays more.

    Returns:
        A part, 0.2 for "20% less"; NaN where none are silent.
    """
    return 1 - math.exp(-abs(math.log(ratio)) / silent) if silent > 0 else math.nan


def ratio_if_silent_differ(ratio: float, silent_a: float, silent_b: float, part: float) -> float:
    """The ratio if silent adverts pay less by a part in the role that pays more, and more in the other."""
    less, more = math.log1p(-part), math.log1p(part)
    in_a, in_b = (less, more) if ratio > 1 else (more, less)
    return ratio * math.exp(silent_a * in_a - silent_b * in_b)


#: A factor is left out of the model's levels below this many observations: they share one level.
_LEAST_LEVEL = 5
#: Of each role's observations this part must have a like in the other, or no gap for like is told.
LEAST_ALIKE = 0.10
# Spread of the levels of a factor on the log scale that is expected beforehand, with the weight of one
# level: seniorities and countries differ by some 20%. With two or three levels the estimate would
# otherwise often be nought, and the factor not adjusted for at all.
_EXPECTED_SPREAD = 0.2


@dataclass(frozen=True, slots=True)
class LikeGap:
    """Ratio of the pay of A to that of B where the factors are alike, with its interval.

    `alike` says, factor by factor and under "together", for how many observations a role has a like in
    the other: the harmonic mean over the two roles, in voices. Ratio and limits are NaN where these are
    too few (`lacking` names the factor), the limits also where a role has no more than one voice.
    """

    ratio: float
    low: float
    high: float
    alike: dict[str, float]
    lacking: str = ""


def like_gap(
    pay: ArrayLike,
    in_a: ArrayLike,
    factors: Mapping[str, ArrayLike],
    clusters: ArrayLike,
    level: float = LEVEL,
) -> LikeGap:
    """How much more A pays than B for like factors, from a model of pay on the log scale.

    log pay = constant + role + level of each factor + employer + rest. The levels of a factor are drawn
    from one normal distribution whose variance the data tell (empirical Bayes, the fixed point of MacKay
    1992, Neural Computation 4, which is that of REML; kept off nought as by Chung et al. 2013, Psychometrika
    78): the thinner a level, the more it is drawn to the others. So are the employers, whose
    adverts then count together as one correlated voice (random intercept; Laird and Ware 1982, Biometrics
    38). Role and constant are not drawn.

    The variance of the role's coefficient is robust to what the model says of employers (Liang and Zeger
    1986, Biometrika 73), with the effective number of voices of each role in place of their number
    (Carter, Schnepel and Steigerwald 2017, Rev. Econ. Stat. 99), weighed by the leverage that each has on
    this coefficient, and Welch-Satterthwaite degrees of freedom. Added is the variance from levels that
    the roles do not share and that were drawn together: the fewer likes, the wider the interval.

    What the model cannot say it does not: where fewer than `MIN_EFFECTIVE` voices, or `LEAST_ALIKE` of
    them, have a like in the other role, nothing is told. A role may pay better at one level and worse at
    another; the ratio is the mean over the levels that both have.

    Args:
        pay: Pay, above 0, one number an observation.
        in_a: Whether the observation is of A; the others are of B.
        factors: By name the level of each observation, as whole numbers from 0.
        clusters: The employer of each observation, as whole numbers.
        level: Coverage of the interval.
    """
    voice = np.unique(np.asarray(clusters), return_inverse=True)[1]
    order = np.argsort(voice, kind="stable")  # the observations of an employer stand together
    voice = voice[order]
    y, side = np.log(np.asarray(pay, float)[order]), np.asarray(in_a, bool)[order]
    sizes = np.bincount(voice)
    # Observations of one employer as independent voices, at the usual correlation.
    votes = 1 / (1 + (sizes[voice] - 1) * PAY_CORRELATION)
    levels = {name: np.asarray(codes)[order] for name, codes in factors.items()}
    coded = {name: _merge_thin(codes) for name, codes in levels.items()}
    coded = {name: codes for name, codes in coded.items() if codes.max(initial=0) > 0}
    alike = {name: _alike(votes, side, codes) for name, codes in levels.items()}
    most = _harmonic(votes[side].sum(), votes[~side].sum())
    alike["together"] = most * _untold(votes, side, coded)
    for name, found in alike.items():
        if found < max(MIN_EFFECTIVE, LEAST_ALIKE * most):
            return LikeGap(math.nan, math.nan, math.nan, alike, name)
    columns = [np.ones((len(y), 1)), side[:, None].astype(float), *map(_dummies, coded.values())]
    x = np.concatenate(columns, axis=1)
    ends = np.cumsum([part.shape[1] for part in columns]).tolist()
    spans = [slice(*span) for span in pairwise(ends[1:])]
    y = y - y.mean()
    correlation = PAY_CORRELATION
    for rounds in (3, 50):  # the correlation inside employers needs the residuals of a first, rough fit
        fit = _fit(x, y, voice, sizes, correlation, spans, rounds)
        residual = y - x @ fit.coefficients
        correlation = _correlation(residual, voice, sizes)
    # The weight of each observation in the coefficient of the role.
    weight = _decorrelate(x @ fit.inverse[:, 1], voice, sizes, fit.correlation)
    error, df = _robust(weight, residual, side, voice, fit.correlation)
    # Fitted levels take a part of the residuals' variance with them.
    error *= votes.sum() / max(votes.sum() - fit.free, 1.0)
    for span, spread in zip(spans, fit.spreads, strict=True):
        error += spread * float(((weight @ x[:, span]) ** 2).sum())
    ratio = float(fit.coefficients[1])
    reach = float(t_quantile(np.array([df]), level)[0]) * math.sqrt(error) if df > 0 else math.nan
    return LikeGap(math.exp(ratio), math.exp(ratio - reach), math.exp(ratio + reach), alike)


def _dummies(codes: NDArray[np.int64]) -> Floats:
    """A column for each level: 1 where an observation has it."""
    return np.asarray(codes[:, None] == np.arange(codes.max() + 1), float)


def _merge_thin(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Levels from 0 on, those of few observations together as the last one."""
    counts = np.bincount(codes)
    thin = counts < _LEAST_LEVEL
    order = np.cumsum(~thin) - 1
    return np.asarray(np.where(thin, order[-1] + 1, order)[codes]) if len(codes) else codes


def _harmonic(a: ArrayLike, b: ArrayLike) -> float:
    """Sum of the harmonic means of pairs of counts."""
    first, second = np.asarray(a, float), np.asarray(b, float)
    return float((2 * first * second / np.maximum(first + second, 1e-300)).sum())


def _alike(votes: Floats, side: NDArray[np.bool_], codes: NDArray[np.int64]) -> float:
    """How many voices of a role have a like in the other at the levels of a factor.

    The harmonic mean n of the counts of A and B at a level is what the level tells of their difference,
    whose variance is 2 / n.
    """
    size = int(codes.max(initial=0)) + 1
    return _harmonic(*(np.bincount(codes[mine], votes[mine], size) for mine in (side, ~side)))


def _untold(votes: Floats, side: NDArray[np.bool_], coded: dict[str, NDArray[np.int64]]) -> float:
    """The part of the role that the factors together do not tell: the tolerance of regression."""
    told = side - votes[side].sum() / votes.sum() if len(votes) else np.zeros(0)
    total = float((votes * told**2).sum())
    if not coded or not total:
        return 1.0
    x = np.concatenate([_dummies(c) for c in coded.values()], axis=1)
    moment = x.T @ (votes * told)
    gram = (x * votes[:, None]).T @ x + 1e-6 * np.eye(x.shape[1])
    return max(1 - float(moment @ np.linalg.solve(gram, moment)) / total, 0.0)


@dataclass(frozen=True, slots=True)
class _Fit:
    coefficients: Floats
    inverse: Floats
    spreads: list[float]  # variance of the levels, factor by factor
    free: float  # how many levels the fit had to itself, after drawing them together
    correlation: float


def _decorrelate(values: Floats, voice: NDArray[np.int64], sizes: NDArray[np.int64], rho: float) -> Floats:
    """The inverse of the correlation inside employers times the values, or times columns of them."""
    m = sizes.astype(float)
    several = m > 1
    shared = np.where(several, rho / (1 - rho + m * rho), 0.0)[voice]
    scale = np.where(several, 1 - rho, 1.0)[voice]
    sums = np.add.reduceat(values, np.cumsum(sizes) - sizes, axis=0)[voice]
    return np.asarray(((values.T - shared * sums.T) / scale).T)


def _fit(
    x: Floats,
    y: Floats,
    voice: NDArray[np.int64],
    sizes: NDArray[np.int64],
    rho: float,
    spans: list[slice],
    rounds: int,
) -> _Fit:
    """Coefficients by the mixed-model equations of Henderson 1975 (Biometrics 31)."""
    turned = _decorrelate(x, voice, sizes, rho)
    gram, moment = turned.T @ x, turned.T @ y
    square = float(y @ _decorrelate(y, voice, sizes, rho))
    spreads, noise = [_EXPECTED_SPREAD**2] * len(spans), square / len(y)
    for _ in range(rounds):
        drawn = np.zeros(len(gram))
        for span, spread in zip(spans, spreads, strict=True):
            drawn[span] = noise / spread
        inverse = np.linalg.inv(gram + np.diag(drawn))
        b = inverse @ moment
        held = drawn * inverse.diagonal()
        free = [span.stop - span.start - float(held[span].sum()) for span in spans]
        before = [noise, *spreads]
        spreads = [
            (float(b[span] @ b[span]) + _EXPECTED_SPREAD**2) / (count + 1)
            for span, count in zip(spans, free, strict=True)
        ]
        left = square - 2 * float(b @ moment) + float(b @ gram @ b)
        noise = max(left / max(len(y) - 2 - sum(free), 1.0), 1e-12)
        if np.allclose([noise, *spreads], before, rtol=1e-4, atol=0):
            break
    return _Fit(b, np.asarray(inverse, np.float64), spreads, sum(free), rho)


def _correlation(residual: Floats, voice: NDArray[np.int64], sizes: NDArray[np.int64]) -> float:
    """Correlation of the residuals of one employer, each observation counting the same.

    Ten observations' worth of the usual correlation keep it steady where few employers repeat.
    """
    several = sizes > 1
    sums, squares = np.bincount(voice, residual), np.bincount(voice, residual**2)
    agree = ((sums**2 - squares)[several] / (sizes[several] - 1)).sum()
    count = float(sizes[several].sum())
    found = agree / max(float(squares[several].sum()), 1e-300)
    return float(np.clip((count * found + 10 * PAY_CORRELATION) / (count + 10), 0.0, 0.95))


def _robust(
    weight: Floats, residual: Floats, side: NDArray[np.bool_], voice: NDArray[np.int64], rho: float
) -> tuple[float, float]:
    """Variance of a weighted sum of the residuals over employers, and its degrees of freedom."""
    score, expected, parts = np.zeros(int(voice.max()) + 1), 0.0, 0.0
    for mine in (side, ~side):
        at = voice[mine]
        h = weight[mine]
        lever = (1 - rho) * np.bincount(at, h**2, len(score)) + rho * np.bincount(at, h, len(score)) ** 2
        voices = lever.sum() ** 2 / (lever**2).sum()
        if voices <= 1 + 1e-9:
            return math.nan, 0.0
        score += np.bincount(at, h * residual[mine], len(score)) * math.sqrt(voices / (voices - 1))
        expected += lever.sum()
        parts += lever.sum() ** 2 / (voices - 1)
    return float((score**2).sum()), max(expected**2 / parts, 1.0)
