"""Intervals, tests, pooling and error control: numbers in, numbers out, one array element a claim.

Employers are the sampling units, not adverts. Everything here is deterministic and reads nothing but
its arguments.
"""

from rolediff.statistics.differences import (
    MORE_IN_A,
    MORE_IN_B,
    NO_DIFFERENCE,
    TOO_FEW,
    Differences,
    adjust_fdr,
    differences,
    enough,
    verdicts,
)
from rolediff.statistics.likeness import similarity
from rolediff.statistics.pay import QUANTILES, Quantiles, median_gap, median_interval, weighted_quantiles
from rolediff.statistics.pooling import LEAST_INFORMING, Pooled, pool
from rolediff.statistics.shares import (
    LEVEL,
    MIN_EFFECTIVE,
    PRIOR_CORRELATION,
    Floats,
    Shares,
    cluster_shares,
    openings_needed,
)

__all__ = [
    "LEAST_INFORMING",
    "LEVEL",
    "MIN_EFFECTIVE",
    "MORE_IN_A",
    "MORE_IN_B",
    "NO_DIFFERENCE",
    "PRIOR_CORRELATION",
    "QUANTILES",
    "TOO_FEW",
    "Differences",
    "Floats",
    "Pooled",
    "Quantiles",
    "Shares",
    "adjust_fdr",
    "cluster_shares",
    "differences",
    "enough",
    "median_gap",
    "median_interval",
    "openings_needed",
    "pool",
    "similarity",
    "verdicts",
    "weighted_quantiles",
]
