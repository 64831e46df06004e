"""Thin roles: whether a share that borrows foretells other employers' openings better than the raw share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from rolediff import statistics
from rolediff.audit import Part, Result
from rolediff.audit.openings import Array, Openings, Voices, as_sides, rate_of, read_openings
from rolediff.layout import Cell, Table
from rolediff.profiles import KINDS, NOT_LENT, take_shares
from rolediff.statistics import Shares
from rolediff.tested import LEAST_SHARE, together
from rolediff.warehouse import Warehouse
from rolediff.wording import say_count

_FEWEST, _MOST = 8, 60  # openings of a thin role
_TARGET = 0.8
#: How much a level's effect on a fact is expected to vary about none, on the scale of log odds.
_SPREAD = 0.5
_LENT = tuple(kind for kind in KINDS if kind not in NOT_LENT)
_UNSTATED = "unspecified"  # no seniority, and no role of its own


def thin_roles(openings: Openings) -> Iterator[tuple[str, Openings, Openings]]:
    """Each level of a family with few openings: its name, its openings, and those of other levels."""
    for seniority in np.unique(openings.seniority).tolist():
        mine = openings.seniority == seniority
        if seniority != _UNSTATED and _FEWEST <= mine.sum() <= _MOST and not mine.all():
            level = openings.only(mine)
            if level.voice[-1] > 0:
                yield seniority, level, openings.only(~mine)


def log_loss(share: Array, k: Array, n: float) -> Array:
    """What is lost an opening by foretelling each fact with `share`, where `k` of `n` openings state it."""
    p = np.clip(share, 1e-3, 1 - 1e-3)
    return np.asarray(-(k * np.log(p) + (n - k) * np.log(1 - p)) / n)


class Levels:
    """What each seniority adds to each fact, in log odds, told by families.

    Peto's one-step estimate over families (Yusuf et al. 1985, Progress in Cardiovascular Diseases 27):
    the sum of observed less expected openings over the sum of their variances. It stays at nought where
    a fact is rare. A normal prior about nought with standard deviation `_SPREAD` draws it in (Gelman et
    al., Bayesian Data Analysis, 3rd ed., 5.4).
    """

    def __init__(self, warehouse: Warehouse) -> None:
        rows = warehouse.ask("level_counts", kinds=[*_LENT, "entry", "years"])
        family, level = rows["family"].astype(str), rows["seniority"].astype(str)
        names = np.char.add(np.char.add(rows["kind"].astype(str), "/"), rows["value"].astype(str))
        self._names, fact = np.unique(names, return_inverse=True)
        self._families, of_family = np.unique(family, return_inverse=True)
        self._levels, of_level = np.unique(level, return_inverse=True)
        counts = np.zeros((len(self._families), len(self._levels), len(self._names)))
        counts[of_family, of_level, fact] = rows["k"]
        # Each opening has just one value of years, so these add up to the openings.
        n = counts[:, :, np.char.startswith(self._names, "years/")].sum(axis=2)[:, :, None]
        everyone, n_everyone = counts.sum(axis=1, keepdims=True), n.sum(axis=1, keepdims=True)
        share = everyone / np.maximum(n_everyone, 1)
        self._excess = counts - n * share
        self._variance = n * share * (1 - share) * (1 - n / np.maximum(n_everyone, 1))

    def shift(self, seniority: str, without: str, facts: list[str]) -> Array:
        """The shift of a level over all families but one; 0 for facts that no other family knows."""
        level = int(np.searchsorted(self._levels, seniority))
        kept = self._families != without
        excess, variance = (c[kept, level].sum(axis=0) for c in (self._excess, self._variance))
        # One employer's openings are alike, so they say less than so many of different ones: half.
        shift = excess / 2 / (variance / 2 + 1 / _SPREAD**2)
        return np.asarray(shift[np.searchsorted(self._names, facts)])


def shifted(family: Shares, shift: Array) -> Shares:
    """A family's shares with the log odds of each moved."""
    share = (family.share * family.n_eff + 0.5) / (family.n_eff + 1)
    return replace(family, share=1 / (1 + np.exp(np.log(1 / share - 1) - shift)))


def run(warehouse: Warehouse, rng: np.random.Generator, quick: bool) -> Part:  # noqa: FBT001 - as all parts
    """Shares from half of a role's employers foretell the openings of the other half."""
    splits = 1 if quick else 4
    rows = warehouse.rows("family_sizes")[:: 3 if quick else 1]
    levels = Levels(warehouse)
    losses: list[Array] = []  # of each role: raw, the family's, pooled, pooled with the level's shift
    families: list[str] = []
    for row in rows:
        if row["n"] < 2 * _FEWEST:
            continue
        openings = read_openings(warehouse, row["family"], _LENT)
        for seniority, level, rest in thin_roles(openings):
            own, family = Voices(level), Voices(rest)
            half = np.arange(len(own)) < len(own) // 2
            learnt = np.stack([rng.permutation(half) for _ in range(splits)]).astype(float)
            shift = {
                kind: levels.shift(seniority, row["family"], [f"{kind}/{value}" for value in values])
                for kind, values in openings.facts.items()
            }
            losses.append(_losses(openings, own, family, learnt, shift))
            families.append(row["family"])
    return _tell(np.array(losses).reshape(-1, 4), families, splits)


def _losses(openings: Openings, own: Voices, family: Voices, learnt: Array, shift: dict[str, Array]) -> Array:
    """Mean loss a fact, of the raw share, the family's, the pooled and the pooled with the shift."""
    lent = as_sides(family.count(np.ones((1, len(family)))).shares(), openings.kinds, 1)[0]
    sides = as_sides(own.count(learnt).shares(), openings.kinds, len(learnt))
    held_out = own.count(1 - learnt)
    total, facts = np.zeros(4), 0
    for i, side in enumerate(sides):
        n = float(learnt[i] @ own.n)
        for kind, columns in openings.kinds.items():
            # The strength of borrowing is told by these alone, so leaving out the others changes nothing.
            at = np.flatnonzero(np.fmax(side[kind].share, lent[kind].share) >= LEAST_SHARE)
            one, rest = (take_shares(s, at) for s in (side[kind], lent[kind]))
            moved = shifted(rest, shift[kind][at])
            kept = together(one, rest) >= LEAST_SHARE
            foretold = (
                (one.share * n + 0.5) / (n + 1),
                (rest.share * rest.n_eff + 0.5) / (rest.n_eff + 1),
                statistics.pool(one, rest).share,
                statistics.pool(one, moved).share,
            )
            k = held_out.k[i, columns][at]
            total += [log_loss(share, k, float(held_out.n[i, 0]))[kept].sum() for share in foretold]
            facts += int(kept.sum())
    return total / max(facts, 1)


def _tell(losses: Array, families: list[str], splits: int) -> Part:
    raw, family, pooled, moved = losses.T
    names = sorted(set(families))

    def share(better: npt.NDArray[np.bool_]) -> tuple[float, float, float]:
        mine = [np.array([f == name for f in families]) for name in names]
        return rate_of([m.sum() for m in mine], [better[m].sum() for m in mine])

    value, low, high = share(pooled < raw)
    results = (
        Result(
            "thin roles: pooled better than raw",
            value,
            low,
            high,
            "at least 0.8",
            value >= _TARGET if len(raw) else None,
        ),
        Result("thin roles: pooled better than the family alone", *share(pooled < family)),
        Result("thin roles: level effects better than plain pooling", *share(moved < pooled)),
    )
    rows = tuple(
        (Cell(name), Cell(f"{loss.mean():.4f}"), Cell(f"{(loss - raw).mean():+.4f}".replace("-", "−")))
        for name, loss in (
            ("raw", raw), ("the family's", family), ("pooled", pooled), ("pooled, with level effects", moved),
        )
    )  # fmt: skip
    paragraphs = (
        (
            f"{say_count(len(raw), 'role')} of {say_count(len(names), 'family', 'families')} at one seniority "
            f"have {_FEWEST} to {_MOST} openings read. Each role's employers are split in halves at random "
            f"({splits} times): one half gives the share, raw ((k + 0.5) / (n + 1)) or pooled with the family's "
            "other levels, and the "
            "openings of the other half score it, by log loss, over what at least 3% of role and family state."
        ),
        (
            "Level effects: what a seniority adds in all other families, in log odds, is added to the family's "
            "share before pooling."
        ),
    )
    table = Table("Log loss an opening and fact", ("Share", "Loss", "Against raw"), rows)
    return Part("thin", "Thin roles", paragraphs, results, (table,))
