"""How much two profiles have in common."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike


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
