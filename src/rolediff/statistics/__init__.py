"""Intervals, tests, pooling and error control: numbers in, numbers out, one array element a claim.

Employers are the sampling units, not adverts. Everything here is deterministic and reads nothing but
its arguments.
"""

from rolediff.statistics.correction import Shifts, correct, learn_shifts
from rolediff.statistics.differences import (
    MORE_IN_A,
    MORE_IN_B,
    NO_DIFFERENCE,
    TOO_FEW,
    Differences,
    adjust_fdr,
    differences,
    enough,
    mover,
    verdicts,
)
from rolediff.statistics.likeness import similarity, similarity_interval
from rolediff.statistics.paths import Climb, climb, shares_by_employer
from rolediff.statistics.pay import (
    LEAST_ALIKE,
    QUANTILES,
    LikeGap,
    Quantiles,
    like_gap,
    median_gap,
    median_interval,
    median_intervals,
    ratio_if_silent_differ,
    tipping_point,
    weighted_quantiles,
)
from rolediff.statistics.pooling import LEAST_INFORMING, MOST_LENT, Pooled, pool
from rolediff.statistics.shares import (
    LEVEL,
    MIN_EFFECTIVE,
    PADDING,
    PRIOR_CORRELATION,
    PRIOR_WEIGHT,
    Floats,
    Shares,
    cluster_shares,
    openings_needed,
)

__all__ = [
    "LEAST_ALIKE",
    "LEAST_INFORMING",
    "LEVEL",
    "MIN_EFFECTIVE",
    "MORE_IN_A",
    "MORE_IN_B",
    "MOST_LENT",
    "NO_DIFFERENCE",
    "PADDING",
    "PRIOR_CORRELATION",
    "PRIOR_WEIGHT",
    "QUANTILES",
    "TOO_FEW",
    "Climb",
    "Differences",
    "Floats",
    "LikeGap",
    "Pooled",
    "Quantiles",
    "Shares",
    "Shifts",
    "adjust_fdr",
    "climb",
    "cluster_shares",
    "correct",
    "differences",
    "enough",
    "learn_shifts",
    "like_gap",
    "median_gap",
    "median_interval",
    "median_intervals",
    "mover",
    "openings_needed",
    "pool",
    "ratio_if_silent_differ",
    "shares_by_employer",
    "similarity",
    "similarity_interval",
    "tipping_point",
    "verdicts",
    "weighted_quantiles",
]
