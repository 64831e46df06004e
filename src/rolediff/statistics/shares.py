"""Shares of openings, with intervals that count employers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rolediff.statistics.beta import beta_quantile, t_quantile

Floats = NDArray[np.float64]


LEVEL = 0.95
#: Correlation, within one employer, of whether adverts mention a value: 0.05 to 0.5 with a median of
#: about 0.25 over twenty public sets of adverts for data roles. Used where a role's own data cannot say.
PRIOR_CORRELATION = 0.25
#: How surely that correlation is held against the design effect seen: as if so many openings had told it.
PRIOR_WEIGHT = 2.0
#: Half of the step by which Clopper and Pearson's limits are set apart; see `Shares`.
PADDING = 0.5
#: Below this effective size a claim is withheld: at 10 against 10 only a difference of some 60
#: percentage points is detectable, so a verdict would say more about the sample than about the roles.
MIN_EFFECTIVE = 10.0


@dataclass(frozen=True, kw_only=True)
class Shares:
    """Shares of a role's openings with their intervals; every field an array, one element a value.

    `share`, `low` and `high` are in [0, 1], NaN where there are no openings. `n_eff` is the number of
    independent openings that would say as much, `df` the degrees of freedom that employers leave, and
    `n_design` the openings over their design effect, which `n_eff` lowers where employers are few.
    The limits are quantiles of Beta(k, n_eff - k + padding) and Beta(k + padding, n_eff - k) with
    k = share * n_eff: padding 1 is Clopper-Pearson, 0 a posterior, and `PADDING` lies between, as mid-P
    limits do.
    """

    share: Floats
    low: Floats
    high: Floats
    n_eff: Floats
    n_design: Floats
    df: Floats
    level: float = LEVEL
    padding: float = PADDING


def limits(share: Floats, n_eff: Floats, level: float, padding: float) -> tuple[Floats, Floats]:
    """Equal-tailed limits of shares on effective sizes; see `Shares` for `padding`."""
    low, high = np.full(share.shape, np.nan), np.full(share.shape, np.nan)
    ok = np.isfinite(share) & (n_eff > 0)
    k, misses = (share * n_eff)[ok], ((1 - share) * n_eff)[ok]
    none, all_ = k < 1e-9, misses < 1e-9
    # A limit at 0 or 1 is not a quantile; its parameter is set to 1 to keep the iteration quiet. A
    # posterior of a share of 0 or 1 exactly has no other end; it is given that of Clopper-Pearson.
    above_all, above_none = (np.where(end & (padding == 0), 1.0, padding) for end in (all_, none))
    below, _ = beta_quantile(np.where(none, 1.0, k), np.where(all_, 0.0, misses) + above_all, (1 - level) / 2)
    _, above = beta_quantile(
        np.where(all_, 1.0, misses), np.where(none, 0.0, k) + above_none, (1 - level) / 2
    )
    low[ok] = np.where(none, 0.0, np.minimum(below, share[ok]))
    high[ok] = np.where(all_, 1.0, np.maximum(above, share[ok]))
    return low, high


def cluster_shares(
    n: ArrayLike,
    employers: ArrayLike,
    sum_n2: ArrayLike,
    k: ArrayLike,
    sum_x2: ArrayLike,
    sum_xn: ArrayLike,
    level: float = LEVEL,
    where: NDArray[np.bool_] | None = None,
) -> Shares:
    """Shares of openings that mention each value, with intervals that count employers.

    The interval is that of a binomial count on the effective size n / deff * (t_{n-1} / t_df)^2, never
    more than n (Korn and Graubard 1998, Survey Methodology 24). Four choices go beyond the paper;
    simulations in tools/simulate_statistics.py, and samples of real employers (audit/coverage.py), led
    to each:

    - The effective number of employers G* = n^2 / sum_n2 stands for G in the factor G / (G - 1) and in
      df = G* - 1 (after Carter, Schnepel and Steigerwald 2017, Rev. Econ. Stat. 99). With even sizes
      G* = G; with one employer at 40% of the adverts, G would let 95% intervals cover 83%.
    - A variance seen through few mentions says little, and at shares of 0 or 1 it is 0. The design
      effect is a mean of the observed one, weighted by the rarer of mentions and non-mentions, and,
      weighted `PRIOR_WEIGHT`, of the expected 1 + (n / G* - 1) * `PRIOR_CORRELATION` (Kish 1965).
    - The design effect compares with p (1 - p) / (n - 1), so that openings of n different employers
      count in full.
    - Clopper-Pearson limits cover at least 95% at the worst share, and more at most others: over samples
      of real employers 97 to 98%. With `PADDING` they cover about 95% on average, as mid-P limits do
      (Berry and Armitage 1995, The Statistician 44; Brown, Cai and DasGupta 2001, Statistical Science 16).

    One employer alone is one voice: `n_eff` is 1.

    Args:
        n: Openings of the role; one number, or one for each value.
        employers: Employers of these openings, likewise.
        sum_n2: Sum over employers of the square of their openings, likewise.
        k: Openings that mention the value, one for each value.
        sum_x2: Sum over employers of the square of their openings that mention it.
        sum_xn: Sum over employers of their openings times those that mention it.
        level: Coverage of the interval.
        where: Values whose limits are wanted, which cost most of the time; the others' are NaN.

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
    deff = (rarer * observed + PRIOR_WEIGHT * expected) / (rarer + PRIOR_WEIGHT)
    # Below one degree of freedom t has no use; one voice and a bit is treated as two voices.
    df = np.maximum(np.nan_to_num(voices) - 1, 1.0)
    spread = t_quantile(np.maximum(n_ - 1, df), level) / t_quantile(df, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        n_design = np.where(alone, 1.0, np.clip(n_ / deff, np.minimum(n_, 1.0), n_))
        n_eff = np.where(alone, 1.0, np.clip(n_ / deff * spread**2, np.minimum(n_, 1.0), n_))
    n_design, n_eff = np.where(n_ > 0, n_design, 0.0), np.where(n_ > 0, n_eff, 0.0)
    wanted = share if where is None else np.where(where, share, np.nan)
    low, high = limits(wanted, n_eff, level, PADDING)
    return Shares(share=share, low=low, high=high, n_eff=n_eff, n_design=n_design, df=df, level=level)


def openings_needed(n: ArrayLike, n_eff: ArrayLike, floor: float = MIN_EFFECTIVE) -> NDArray[np.int64]:
    """How many more openings would lift each effective size to `floor`, at its design effect n / n_eff.

    That is, if they come from a like mix of employers; openings of employers new to the role add more. 0
    where the floor is reached. With no openings the design effect is unknown and taken as 1, so the answer
    is the least it could be.
    """
    n_, e = np.broadcast_arrays(np.asarray(n, float), np.asarray(n_eff, float))
    deff = np.divide(n_, e, out=np.ones(n_.shape), where=e > 0)
    return np.asarray(np.where(e >= floor, 0, np.ceil(floor * deff - 1e-9) - n_), dtype=np.int64)
