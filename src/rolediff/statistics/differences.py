"""Differences between shares: interval, p-value, false-discovery rate, verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rolediff.statistics.beta import beta_cdf, log_beta_cdf, t_quantile
from rolediff.statistics.shares import MIN_EFFECTIVE, Floats, Shares

MORE_IN_A = "more-in-a"
MORE_IN_B = "more-in-b"
NO_DIFFERENCE = "no-detectable-difference"
TOO_FEW = "too-few-postings"


@dataclass(frozen=True, slots=True)
class Differences:
    """Share in A minus share in B, its interval, and the two-sided p-value of "no difference"."""

    difference: Floats
    low: Floats
    high: Floats
    p: Floats


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
    d, low, high = mover(a, b)
    p = np.where(np.isfinite(d), 1.0, np.nan)
    ok = np.isfinite(d) & (np.abs(d) > 1e-12) & (a.n_eff > 0) & (b.n_eff > 0)
    if ok.any():
        p[ok] = _mover_p(a, b, ok)
    return Differences(d, low, high, p)


def mover(a: Shares, b: Shares) -> tuple[Floats, Floats, Floats]:
    """The differences of two sets of shares and their limits alone; see `differences`."""
    d = a.share - b.share
    low = d - np.hypot(a.share - a.low, b.high - b.share)
    high = d + np.hypot(a.high - a.share, b.share - b.low)
    return d, np.maximum(low, -1.0), np.minimum(high, 1.0)


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
