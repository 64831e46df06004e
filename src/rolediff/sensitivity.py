"""How much a difference hangs on one employer or one source."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rolediff.profiles import Profile
from rolediff.results import Difference, LeftOut, Sensitivity
from rolediff.statistics import Floats
from rolediff.warehouse import Warehouse


def find_sensitivities(
    warehouse: Warehouse, a: Profile, b: Profile, claims: Sequence[Difference]
) -> tuple[Sensitivity, ...]:
    """For each difference the employer and the source without which it would change most.

    The jackknife (Miller 1974, Biometrika 61), with employers and sources as its units. The shares of
    what is left move the difference by as much of their weight as is not borrowed, and its interval moves
    along; a claim stands where that interval still leaves out 0. `members` must hold both roles.
    """
    if not claims:
        return ()
    roles = [p.role for p in (a, b)]
    units = warehouse.ask("units")
    wanted = [{"kind": d.kind, "value": d.value} for d in claims]
    stating = warehouse.ask("stating_units", wanted=wanted, families=[r.family for r in roles])
    found = []
    for d in claims:
        mine = (stating["kind"] == d.kind) & (stating["value"] == d.value)
        own = [1 - c.estimate.borrowed for c in (d.a, d.b)]
        left_out = []
        for unit in ("voice", "origin"):
            names, number = np.unique(units[unit].astype(str), return_inverse=True)
            at = np.searchsorted(names, stating[unit][mine].astype(str))
            moves = []
            for role, weight in zip(roles, own, strict=True):
                of_role, of_stating = units["grp"] == role.slug, stating["grp"][mine] == role.slug
                n = np.bincount(number[of_role], units["n"][of_role], len(names)).astype(float)
                k = np.bincount(at[of_stating], stating["k"][mine][of_stating], len(names)).astype(float)
                moves.append(weight * _moves(k, n))
            left_out.append(_furthest(d, names.tolist(), moves[0] - moves[1]))
        found.append((d, left_out[0], left_out[1]))
    voices = sorted({employer.name for _, employer, _ in found})
    known = {r["voice"]: r["name"] for r in warehouse.rows("employer_names", voices=voices)}
    return tuple(
        Sensitivity(
            claim=d.id,
            label=d.label,
            difference=d.difference,
            employer=_named(employer, known.get(employer.name) or "employers not named"),
            source=_named(source, warehouse.origin_names.get(source.name, source.name)),
            stands=employer.stands and source.stands,
        )
        for d, employer, source in found
    )


def _moves(k: Floats, n: Floats) -> Floats:
    """How much a share moves when each unit is left out; NaN where nothing would be left."""
    with np.errstate(divide="ignore", invalid="ignore"):
        left: Floats = (k.sum() - k) / (n.sum() - n) - k.sum() / n.sum()
    return left


def _furthest(d: Difference, names: Sequence[str], moves: Floats) -> LeftOut:
    """The unit without which the difference is another; one without which a role is empty goes first."""
    gone = np.flatnonzero(np.isnan(moves))
    if len(gone):
        return LeftOut(names[gone[0]], None, False)
    at = int(np.argmax(np.abs(moves)))
    low, high = d.low + moves[at], d.high + moves[at]
    return LeftOut(names[at], d.difference + float(moves[at]), bool(low > 0 or high < 0))


def _named(left_out: LeftOut, name: str) -> LeftOut:
    return LeftOut(name, left_out.difference, left_out.stands)
