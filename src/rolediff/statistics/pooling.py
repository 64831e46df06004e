"""Thin roles borrow from their family."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rolediff.statistics.beta import log_beta
from rolediff.statistics.shares import LEVEL, Floats, Shares, limits

#: Range of the pooling strength: from "the family says next to nothing" to "no different from it".
CONCENTRATIONS = (0.5, 2000.0)
#: Values that a smaller part of role and family together state do not tell how alike the two are.
LEAST_INFORMING = 0.03
#: A role borrows at most so many times its own effective size: two thirds of a share's weight.
MOST_LENT = 2.0


@dataclass(frozen=True, kw_only=True)
class Pooled(Shares):
    """Shares of a thin role after borrowing from its family.

    `weight` is the part of each share that is borrowed (0.7: "borrows 70%"); `concentration` is the
    number of openings that the family's share counts for, one number for all values.
    """

    weight: Floats
    concentration: float


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
    that what clearly sets a role apart stays. Nor does it borrow more than `MOST_LENT` times its own
    size: one m for all values is wrong for the few in which a level differs most, such as the duty to
    lead people, and a claimed difference on one of these was false in 8% of comparisons of a level with
    itself (audit/null_pairs.py); with this bound in 1 to 3%, at little loss in foretelling (audit/thin.py).

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
        The posterior. NaN, with weight NaN, where role or family has no openings; limits that `child`
        does not have are not computed.
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
    lent = np.minimum(fade * strength(m, size), MOST_LENT * child.n_eff)
    own = np.where(ok, child.share * child.n_eff, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = (lent * centre + own) / (lent + child.n_eff)
        bound = np.fmax(np.fmin(drawn, child.high), child.low)
        lent = np.where(drawn == bound, lent, child.n_eff * (child.share - bound) / (bound - centre))
    n_eff = np.where(ok, lent + child.n_eff, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(ok, (lent * centre + child.share * child.n_eff) / n_eff, np.nan)
        weight = np.where(ok, lent / n_eff, np.nan)
    low, high = limits(np.where(np.isfinite(child.low), share, np.nan), n_eff, level, 0.0)
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
