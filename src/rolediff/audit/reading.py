"""Are shares corrected for errors of reading nearer to the truth? Cross-validated on the labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from rolediff.audit import Part, Result
from rolediff.layout import Cell, Table
from rolediff.reading_errors import Counts, count_errors, folds
from rolediff.statistics import Floats, Shares, correct, learn_shifts
from rolediff.warehouse import Warehouse

#: Facts that fewer of the labelled postings state say nothing of their shares.
_LEAST = 0.03
#: An error is material where what is learnt from shows it: so many points, and twice its standard error.
_MATERIAL, _SURE = 0.03, 2.0
#: Corrected intervals are to hold at least this part of the labelled shares.
_HOLD = 0.93
_Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class _Checked:
    """Held-out errors (share less labelled share) of one fact, in each of two folds and in both together."""

    group: str
    material: bool
    read: tuple[float, float]
    corrected: tuple[float, float]
    read_in_both: float
    corrected_in_both: float
    held: bool


def run(warehouse: Warehouse, rng: np.random.Generator, quick: bool) -> Part:  # noqa: ARG001, FBT001 - as all parts
    """The part of the report on errors of reading: it is of the labels there are, and draws nothing."""
    checked = list(_cross_validate())
    material = [c for c in checked if c.material]
    change = np.array([abs(c.corrected_in_both) - abs(c.read_in_both) for c in checked])
    # Each fact is checked once for each pair of folds: that many checks are one voice.
    pairs = len(list(combinations(folds(), 2)))
    spread = _Z * change.std(ddof=1) / np.sqrt(len(change) / pairs)
    mean, low, high = float(change.mean()), float(change.mean() - spread), float(change.mean() + spread)
    plain = _mean_error(material, corrected=True) / _mean_error(material, corrected=False)
    systematic = _systematic(material, corrected=True) / _systematic(material, corrected=False)
    held = float(np.mean([c.held for c in checked]))
    results = (
        Result("reading: mean absolute error of corrected shares, less that of shares as read",
               mean, low, high, "not above 0 beyond noise", low <= 0),
        Result("reading: mean absolute error where it is material, corrected over as read",
               plain, target="at most 0.5", holds=plain <= 0.5),
        Result("reading: the same without the chance of the labels held out",
               systematic, target="at most 0.5", holds=systematic <= 0.5),
        Result("reading: corrected intervals that hold the labelled share",
               held, target=f"at least {_HOLD}", holds=held >= _HOLD),
    )  # fmt: skip
    rows = []
    for group in sorted({c.group for c in checked}):
        own = [c for c in checked if c.group == group]
        errors = [
            f(own, corrected=corrected) for f in (_mean_error, _systematic) for corrected in (False, True)
        ]
        figures = [f"{len(own) / pairs:.0f}", *(f"{e * 100:.1f}" for e in errors)]
        rows.append((Cell(group), *map(Cell, figures), Cell(f"{np.mean([c.held for c in own]):.2f}")))
    postings, _ = count_errors(folds())
    columns = (
        "Facts",
        "Number",
        "Error as read",
        "corrected",
        "Systematic part",
        "corrected",
        "Intervals that hold",
    )
    return Part(
        "reading",
        "Errors of reading",
        (
            f"People labelled {postings} English postings from which nothing is learnt. Shares are corrected by what "
            f"three of {len(folds())} folds of them show and compared with the labels of the two left out, for facts "
            f"that at least {_LEAST:.0%} of the postings state. An error is material where the three folds show at "
            f"least {_MATERIAL * 100:.0f} points and twice their standard error: {len(material)} of "
            f"{len(checked)} cases.",
            "Errors are in points. Most of an error is the chance of the few labels left out; its systematic part is "
            "what two folds have in common (the root of the mean product of their errors).",
            f"Where reader and program differ in a tenth of the postings, it takes {_needed():,} labelled postings "
            "for an error of 3 points to be twice its standard error. With fewer, shares are moved little, and their "
            "intervals carry what is not known.",
        ),
        results,
        (Table("Mean absolute errors in points, on folds left out", columns, tuple(rows)),),
    )  # fmt: skip


def _needed() -> int:
    """Labelled postings at which an error of 3 points is twice its standard error, a tenth being misread."""
    return round(_SURE**2 * 0.1 / _MATERIAL**2)


def _mean_error(checked: list[_Checked], *, corrected: bool) -> float:
    return float(np.mean([abs(c.corrected_in_both if corrected else c.read_in_both) for c in checked]))


def _systematic(checked: list[_Checked], *, corrected: bool) -> float:
    """Root of the mean product of the errors in two folds: their chance is independent and drops out."""
    products = [np.prod(c.corrected if corrected else c.read) for c in checked]
    return float(np.sqrt(max(np.mean(products), 0.0)))


def _cross_validate() -> Iterator[_Checked]:
    for left_out in combinations(folds(), 2):
        postings, learnt = count_errors(set(folds()) - set(left_out))
        held = [count_errors([fold]) for fold in left_out]
        for group, (values, counts) in learnt.items():
            both, read_only, labelled_only = counts.T
            shifts = learn_shifts(both, read_only, labelled_only, postings)
            error = (read_only - labelled_only) / postings
            se = np.sqrt(np.maximum((read_only + labelled_only) / postings - error**2, 1e-9) / postings)
            material = (np.abs(error) >= _MATERIAL) & (np.abs(error) >= _SURE * se)
            common = (2 * both + read_only + labelled_only) / 2 >= _LEAST * postings
            folds_ = [(n, _of_group(found, group, values)) for n, found in held]
            parts = [_errors(c, n, shifts.shift) for n, c in folds_]
            together, n = sum((c for _, c in folds_), np.zeros_like(counts)), sum(n for n, _ in folds_)
            read, corrected = _errors(together, n, shifts.shift)
            within = _holds(together, n, shifts.shift, shifts.sd)
            for i in np.flatnonzero(common).tolist():
                yield _Checked(
                    group=group,
                    material=bool(material[i]),
                    read=(float(parts[0][0][i]), float(parts[1][0][i])),
                    corrected=(float(parts[0][1][i]), float(parts[1][1][i])),
                    read_in_both=float(read[i]),
                    corrected_in_both=float(corrected[i]),
                    held=bool(within[i]),
                )


def _of_group(found: Counts, group: str, values: list[str]) -> Floats:
    """The counts of some facts of a group; nought where a fold has none of a fact."""
    names, counts = found.get(group, ([], np.zeros((0, 3))))
    at = {name: i for i, name in enumerate(names)}
    return np.array([counts[at[v]] if v in at else np.zeros(3) for v in values])


def _errors(counts: Floats, n: int, shift: Floats) -> tuple[Floats, Floats]:
    """Share as read and corrected share, less the labelled share."""
    share, truth = (counts[:, 0] + counts[:, 1]) / n, (counts[:, 0] + counts[:, 2]) / n
    return share - truth, _corrected(share, shift).share - truth


def _holds(counts: Floats, n: int, shift: Floats, sd: Floats) -> npt.NDArray[np.bool_]:
    """Whether the interval of a corrected share holds the labelled share.

    The share as read is known of these very postings, so the interval is of the correction alone, and of
    the chance by which reader and program differ in so few postings.
    """
    share, truth = (counts[:, 0] + counts[:, 1]) / n, (counts[:, 0] + counts[:, 2]) / n
    found = _corrected(share, shift, sd)
    chance = _Z * np.sqrt((counts[:, 1] + counts[:, 2] + 0.5) / n**2)
    below, above = np.hypot(found.share - found.low, chance), np.hypot(found.high - found.share, chance)
    inside: npt.NDArray[np.bool_] = (truth >= found.share - below) & (truth <= found.share + above)
    return inside


def _corrected(share: Floats, shift: Floats, sd: Floats | float = 0.0) -> Shares:
    exact = Shares(share=share, low=share, high=share, n_eff=share, n_design=share, df=share)
    return correct(exact, shift, sd)
