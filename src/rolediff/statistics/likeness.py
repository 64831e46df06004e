"""How much two profiles have in common."""

from __future__ import annotations

import numpy as np

from rolediff.statistics.beta import t_quantile
from rolediff.statistics.shares import LEVEL, Floats


def similarity(shares: Floats) -> Floats:
    """How much of what either of two profiles asks for both ask for: sum(min) / sum(max), in [0, 1].

    Ružička's index, the weighted Jaccard (Cha 2007, Int. J. Math. Models 1). Chosen over cosine, which
    calls profiles alike when one asks for everything half as often, and over Jensen-Shannon, which
    rewards the many values that neither mentions.

    Args:
        shares: (..., profiles, values), each in [0, 1].

    Returns:
        (..., profiles, profiles); NaN where neither of two asks for anything.
    """
    # min and max of two numbers have the sum of both, so one of the two sums is enough.
    total = shares.sum(axis=-1)
    both = np.empty((*total.shape, total.shape[-1]))
    for i in range(total.shape[-1]):
        both[..., i, :] = np.minimum(shares[..., i : i + 1, :], shares).sum(axis=-1)
    either = total[..., :, None] + total[..., None, :] - both
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.where(either > 0, both / either, np.nan)
    return found


def similarity_interval(k: Floats, n: Floats) -> tuple[Floats, Floats, Floats]:
    """The similarity of profiles with its limits, by the jackknife over parts of the employers.

    Delete-a-group jackknife (Kott 2001, J. Official Statistics 17): everything is computed again without
    each part, and the spread of the answers is that of the index. It takes out the bias too (Quenouille
    1956, Biometrika 43): noise lowers the index, so that thin profiles look less alike than they are.

    Args:
        k: (parts, profiles, values) openings that state each value, by part of the employers.
        n: (parts, profiles) openings.

    Returns:
        similarity, low and high, each (profiles, profiles), in [0, 1]; NaN where a profile has openings in
        one part alone, which says nothing of its spread.
    """
    parts = len(n)
    with np.errstate(divide="ignore", invalid="ignore"):
        whole = similarity(k.sum(axis=0) / n.sum(axis=0)[:, None])
        left = n.sum(axis=0) - n
        without = similarity((k.sum(axis=0) - k) / left[:, :, None])
    mean = without.mean(axis=0)
    spread = np.sqrt((parts - 1) / parts * np.square(without - mean).sum(axis=0))
    bias = (parts - 1) * (mean - whole)
    value = whole - bias
    # What is taken out is known no better than what is left: with few openings limits would be too narrow.
    reach = t_quantile(np.array([parts - 1.0]), LEVEL) * np.hypot(spread, bias / 2)
    np.fill_diagonal(value, 1.0)
    low, high = (np.clip(value + sign * reach, 0.0, 1.0) for sign in (-1, 1))
    return np.clip(value, 0.0, 1.0), low, high
