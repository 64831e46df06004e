"""Changes of a share between two samples that overlap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rolediff.statistics.beta import beta_cdf, t_quantile
from rolediff.statistics.shares import Floats, Shares


@dataclass(frozen=True, slots=True)
class Changes:
    """New share minus old share and its three parts, whose sum it is; one element a value.

    `p` is of "what came and what went are like what stayed", `n_eff` the independent openings among
    what came and went.
    """

    change: Floats
    low: Floats
    high: Floats
    by_went: Floats
    by_reading: Floats
    by_came: Floats
    p: Floats
    n_eff: Floats


def changes(went: Shares, before: Shares, after: Shares, came: Shares, old: Floats, new: Floats) -> Changes:
    """Changes of shares, told apart by what went, what is read otherwise and what came.

    Two samples of mostly the same openings are not independent, and an interval that takes them to be is
    far too wide. What went, what stayed and what came hold different openings, so the change is a sum of
    three independent shares, each with its weight; what the same openings state when they are read anew
    is counted, not sampled. The interval of the sum is MOVER for a linear function (Zou and Donner 2008,
    Statistics in Medicine 27), the p-value the tail of Student's t at which it touches 0, with the degrees
    of freedom of Satterthwaite (1946, Biometrics Bulletin 2). An employer with openings in two parts makes
    these alike, which the interval does not know: it is then rather too wide.

    Args:
        went: Shares of the old sample's openings that the new one lacks; NaN where there are none.
        before: Of those that stayed, as they were read before.
        after: Of the same, as they are read now.
        came: Of the new sample's openings that the old one lacks.
        old: Part of the old sample that went, 0 to 1.
        new: Part of the new sample that came.
    """
    there = np.isfinite(before.share), np.isfinite(after.share)
    # Where nothing stayed the old sample is compared with the new one, and this share has no weight.
    stayed = np.where(there[1], after.share, np.nan_to_num(before.share))
    read = np.where(there[0] & there[1], after.share - before.share, 0.0)
    gone, added = (np.nan_to_num(s.share) for s in (went, came))
    by_went, by_came = -old * (gone - stayed), new * (added - stayed)
    composed = by_went + by_came

    below, above = np.zeros_like(composed), np.zeros_like(composed)
    spread, freedom = np.zeros_like(composed), np.zeros_like(composed)
    for shares, weight in ((went, -old), (_either(after, before, there[1]), old - new), (came, new)):
        used = np.isfinite(shares.share) & (weight != 0)
        down = np.where(
            used, weight * np.where(weight > 0, shares.share - shares.low, shares.share - shares.high), 0
        )
        up = np.where(
            used, weight * np.where(weight > 0, shares.high - shares.share, shares.low - shares.share), 0
        )
        below, above = np.hypot(below, down), np.hypot(above, up)
        half = np.square((down + up) / 2)
        spread, freedom = (
            spread + half,
            freedom + np.where(used, np.square(half) / np.maximum(shares.df, 1), 0),
        )
    df = np.maximum(np.divide(np.square(spread), freedom, out=np.ones_like(spread), where=freedom > 0), 1.0)
    near = np.where(composed > 0, below, above)
    moved = (np.abs(composed) > 1e-12) & (near > 0)
    ratio = np.divide(np.abs(composed), near, out=np.zeros_like(near), where=moved)
    t2 = np.square(ratio * t_quantile(df, came.level))
    p = np.where(moved, beta_cdf(df / 2, np.full_like(df, 0.5), df / (df + t2), t2 / (df + t2)), 1.0)
    return Changes(
        change=composed + read,
        low=np.maximum(composed - below + read, -1.0),
        high=np.minimum(composed + above + read, 1.0),
        by_went=by_went,
        by_reading=read,
        by_came=by_came,
        p=p,
        n_eff=np.where(old > 0, went.n_eff, 0.0) + np.where(new > 0, came.n_eff, 0.0),
    )  # fmt: skip


def _either(first: Shares, second: Shares, where: np.typing.NDArray[np.bool_]) -> Shares:
    """The one set of shares where it is known, else the other."""
    names = ("share", "low", "high", "n_eff", "n_design", "df")
    columns = {name: np.where(where, getattr(first, name), getattr(second, name)) for name in names}
    return Shares(**columns, level=first.level, padding=first.padding)


def share_of(part: int, whole: int) -> float:
    """A part of a whole; of nothing, all of it, since nothing of it stayed."""
    return part / whole if whole else 1.0


__all__ = ["Changes", "changes", "share_of"]
