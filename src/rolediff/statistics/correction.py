"""Errors of reading: what they do to a share, learnt from postings that people labelled too."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from rolediff.statistics.shares import Floats, Shares

#: Facts that a smaller part of the labelled postings state do not tell how much facts differ in their
#: shift: they are mostly right or wrong by one posting.
LEAST_TELLING = 0.03
#: Spreads of the shifts of a group, on the logit scale: from "read nearly as they are" to a factor of two.
#: None of them is 0: of no fact is it known that it is read without error.
_SPREADS = np.array([0.05, 0.1, 0.2, 0.4, 0.8])
#: What the prior weighs, in facts; most of it on the least shift, so that a lone fact is moved little.
_PRIOR = np.array([1.0, 0.2, 0.2, 0.2, 0.2])
_Z = 1.959963984540054  # half of a 95% interval, in standard deviations


@dataclass(frozen=True, slots=True)
class Shifts:
    """By how much the logit of a share has to be moved, and how surely that is known.

    `shift` and `sd` have one element a fact; `spread` is the standard deviation over the group, and
    stands for a fact of which the labels hold nothing.
    """

    shift: Floats
    sd: Floats
    spread: float


def learn_shifts(both: ArrayLike, read_only: ArrayLike, labelled_only: ArrayLike, postings: int) -> Shifts:
    """Learns from labels how far the share that is read lies from the share that is there.

    Rogan and Gladen (1978, American J. Epidemiology 107) solve for the true share from sensitivity and
    specificity. With the few labels that a fact has, both are guesses, and the solution leaves [0, 1]
    (cross-validated on the labels it doubled the error of duties). So one number a fact is learnt, the
    difference of the two shares' logits, as in recalibration in the large (Cox 1958, Biometrika 45), and
    facts of one group borrow from each other by adaptive shrinkage (Stephens 2017, Biostatistics 18): a
    mixture of normals around nought, its weights by expectation and maximisation. Most facts are read as
    they are and a few are far off, which one normal would not allow.

    Args:
        both: Postings in which a person and the program read the fact, one element a fact.
        read_only: Those in which the program alone did.
        labelled_only: Those in which the person alone did.
        postings: All that were labelled.
    """
    tp, fp, fn = (np.asarray(c, float) for c in (both, read_only, labelled_only))
    # Half a posting more on each side (Anscombe 1956, Biometrika 43), so that no logit is infinite.
    read, true, n = tp + fp + 0.5, tp + fn + 0.5, postings + 1.0
    found = np.log(true / (n - true)) - np.log(read / (n - read))
    # Only postings in which the two disagree move the difference.
    variance = (fp + fn + 0.5) / (read * true) / ((1 - read / n) * (1 - true / n))
    total = variance[:, None] + np.square(_SPREADS)
    fit = -0.5 * (np.log(total) + np.square(found)[:, None] / total)
    fit = np.exp(fit - fit.max(axis=1, keepdims=True))
    tells = (read + true) / 2 >= LEAST_TELLING * n
    weights = _PRIOR / _PRIOR.sum()
    for _ in range(200):
        belongs = weights * fit[tells]
        belongs /= belongs.sum(axis=1, keepdims=True)
        weights = (belongs.sum(axis=0) + _PRIOR) / (tells.sum() + _PRIOR.sum())
    belongs = weights * fit
    belongs /= belongs.sum(axis=1, keepdims=True)
    own = np.square(_SPREADS) / total
    means = own * found[:, None]
    shift = (belongs * means).sum(axis=1)
    second = (belongs * (own * variance[:, None] + np.square(means))).sum(axis=1)
    return Shifts(shift, np.sqrt(second - np.square(shift)), float(np.sqrt(weights @ np.square(_SPREADS))))


def correct(shares: Shares, shift: ArrayLike, sd: ArrayLike = 0.0) -> Shares:
    """Shares moved by what reading is known to miss or to see too much, and widened by what it may.

    The limits move with the share; `sd` adds to each distance from the share as an independent error
    does, on the logit scale (MOVER: Zou and Donner 2008, Statistics in Medicine 27). Shares of 0 and 1
    stay and keep their limits' widths. Moving is monotone, so it leaves the order of two roles alone;
    errors that differ between roles are not known and not in it.
    """
    move, error = (np.broadcast_to(np.asarray(c, float), shares.share.shape) for c in (shift, sd))
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        share, low, high = (np.log(p) - np.log1p(-p) for p in (shares.share, shares.low, shares.high))
        inner = np.isfinite(share)
        below = np.where(inner, share - np.hypot(share - low, _Z * error), low)
        above = np.where(inner, share + np.hypot(high - share, _Z * error), high)
        moved = [1 / (1 + np.exp(-(x + move))) for x in (share, below, above)]
    return replace(shares, share=moved[0], low=moved[1], high=moved[2])
