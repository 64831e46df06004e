"""An order in which to learn tools, what it opens, and how much of that would hold elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rolediff.statistics.shares import Floats, Shares, cluster_shares

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_Z = 1.959963984540054

#: An order is chosen without one fold of the employers and counted on it, for each fold in turn: of 10
#: folds, so that nine tenths choose, nearly as surely as all would.
FOLDS = 10
#: Weight of plain frequency in the choice. By what opens soonest alone, the later tools of a list chosen
#: on some 50 openings opened less at other employers than the most frequent ones, as few openings stand
#: so near to opening that chance picks among them. Weights from 0.3 to 0.7 did alike.
FREQUENCY = 0.5


@dataclass(frozen=True, slots=True)
class Climb:
    """An order of tools, and which openings are open after each of its steps.

    Attributes:
        order: columns of the tools, first to learn first.
        opened: row k, whether each opening is open after the first k tools; row 0 before any.
        kept: part of what the order opens that it would open at other employers, 0 to 1.
    """

    order: Ints
    opened: Bools
    kept: float

    def shares(self, employer: ArrayLike, ahead: int) -> tuple[Shares, Shares]:
        """Shares of openings with intervals that count employers, the part that would not hold taken off.

        Args:
            employer: number of each opening's employer.
            ahead: length of the longest run of steps that is counted together.

        Returns:
            What is open after each step; and what runs of steps open together: first all runs of one step,
            then of two, and so on, of each length as many as there are steps, the last of them cut short.
        """
        steps = len(self.order)
        then = np.minimum(np.add.outer(np.arange(1, ahead + 1), np.arange(steps)), steps)
        runs = (self.opened[then] & ~self.opened[:-1]).reshape(ahead * steps, self.opened.shape[1])
        found = shares_by_employer(np.concatenate([self.opened, runs]), employer)
        start = np.repeat([found.share[0], 0.0], [steps + 1, ahead * steps])
        share = start + self.kept * (found.share - start)
        # How much has to be taken off is not surely known either: the upper limit does without it.
        low, high = wilson_limits(share, found.n_eff)[0], wilson_limits(found.share, found.n_eff)[1]
        opened, together = (
            Shares(
                share=share[at], low=low[at], high=high[at], n_eff=found.n_eff[at],
                n_design=found.n_design[at], df=found.df[at],
            )
            for at in (slice(steps + 1), slice(steps + 1, None))
        )  # fmt: skip
        return opened, together


def climb(
    asks: ArrayLike, employer: ArrayLike, known: ArrayLike, offered: ArrayLike, threshold: float, steps: int
) -> Climb:
    """Chooses tools to learn one at a time, and measures what the choice owes to chance.

    An opening is open to who knows at least `threshold` of the tools it asks for. The next tool is the one
    with the largest mean of two scores, summed over the openings that ask for it: 1 / (tools still missing)
    where the opening is not open yet; and, open or not, the mean over all openings of 1 / (tools that open
    it), which brings plain frequency to the same scale.

    A greedy choice is within 1 - 1/e of the best set if what it maximises is monotone and submodular
    (Nemhauser, Wolsey and Fisher 1978, Mathematical Programming 14). The number of open openings is not
    submodular (two tools may open a door together and neither alone), so no bound holds here, and an
    order is judged by what it opens at employers kept out of the choice.

    What is counted on the openings that chose is too high: with 40 openings by some 10 points after
    eight tools, with 130 by 2 to 5. `kept` takes that off. It is the slope, through the origin, of what the
    first k tools open of held-out folds of employers, on what they open of the openings that chose them
    (the shrinkage of van Houwelingen and le Cessie 1990, Statistics in Medicine 9, cross-validated). The
    count on the folds itself would do for the share opened, not for a single step: two tools that change
    places between folds would share their gains.

    Args:
        asks: openings by tools, true where the opening asks for the tool; every opening asks for one.
        employer: number of each opening's employer, from 0.
        known: for each tool, whether it is known at the start.
        offered: for each tool, whether it may be put on the list.
        threshold: part of an opening's tools that opens it.
        steps: tools to choose at most; fewer where no more are offered.
    """
    asked, knows = np.asarray(asks, bool), np.asarray(known, bool)
    may = np.flatnonzero(np.asarray(offered, bool) & ~knows)
    needed = np.ceil(threshold * asked.sum(1) - 1e-9)
    missing = np.maximum(needed - asked[:, knows].sum(1), 0)
    fold, row = fold_of(employer), np.arange(len(asked))
    # Row f of what follows is the choice without fold f; the last row is the choice on all openings.
    chooses = np.ones((FOLDS + 1, len(asked)))
    chooses[fold, row] = 0
    table = asked[:, may].astype(float)
    often = chooses @ table * (chooses @ (1 / needed) / np.maximum(chooses.sum(1), 1))[:, None]
    left = np.tile(missing, (FOLDS + 1, 1))
    taken = np.zeros(often.shape, bool)
    order: list[int] = []
    opened, held_out = [missing == 0], [0.0]
    for _ in range(min(steps, len(may))):
        soon = np.where(left > 0, chooses / np.maximum(left, 1), 0) @ table
        # Rounded: the last digits of a sum depend on the machine, and are not to decide between tools.
        score = np.round((1 - FREQUENCY) * soon + FREQUENCY * often, 9)
        best = np.argmax(np.where(taken, -1, score), 1)
        taken[np.arange(FOLDS + 1), best] = True
        left = np.maximum(left - table[:, best].T, 0)
        order.append(int(may[best[-1]]))
        opened.append(left[-1] == 0)
        held_out.append(float((left[fold, row] == 0).mean() - opened[0].mean()))
    chosen_on = np.mean(opened, 1) - np.mean(opened[0])
    seemed = float(chosen_on @ chosen_on)
    kept = min(max(float(chosen_on @ held_out) / seemed, 0.0), 1.0) if seemed else 1.0
    return Climb(np.array(order, np.int64), np.array(opened), kept)


def fold_of(employer: ArrayLike) -> Ints:
    """The fold of each opening: employers are dealt out by size, so that folds are about as large."""
    code = np.asarray(employer, np.int64)
    by_size = np.argsort(-np.bincount(code), kind="stable")
    fold = np.empty(len(by_size), np.int64)
    fold[by_size] = np.resize(np.r_[np.arange(FOLDS), np.arange(FOLDS)[::-1]], len(by_size))
    return fold[code]


def shares_by_employer(holds: ArrayLike, employer: ArrayLike) -> Shares:
    """Shares of openings for which each of several things holds, with intervals that count employers.

    Effective sizes are those of `cluster_shares`; see `wilson_limits` for the limits.

    Args:
        holds: things by openings.
        employer: number of each opening's employer, from 0 without gaps.
    """
    table, code = np.asarray(holds, float), np.asarray(employer, np.int64)
    size = np.bincount(code)
    x = np.add.reduceat(table[:, np.argsort(code, kind="stable")], np.cumsum(size) - size, axis=1)
    found = cluster_shares(
        len(code), len(size), (size**2).sum(), x.sum(1), (x**2).sum(1), x @ size, where=np.zeros(len(x), bool)
    )
    low, high = wilson_limits(found.share, found.n_eff)
    return replace(found, low=low, high=high)


def wilson_limits(share: Floats, n_eff: Floats) -> tuple[Floats, Floats]:
    """Limits at 95% of shares on effective sizes, in closed form.

    Wilson (1927, J. Am. Stat. Assoc. 22) on the effective size, one of the two that Franco, Little, Louis and
    Slud (2019, J. Survey Statistics and Methodology 7) found to cover best with clusters; a path has some
    forty shares, for which the beta quantiles of the other would take half a comparison's time.
    """
    spread = _Z**2 / n_eff
    middle = (share + spread / 2) / (1 + spread)
    reach = np.sqrt(share * (1 - share) * spread + spread**2 / 4) / (1 + spread)
    return np.clip(middle - reach, 0.0, share), np.clip(middle + reach, share, 1.0)
