"""Profiles: what the openings of a role state, how often, and how surely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rolediff import statistics
from rolediff.extract.titles import seniorities
from rolediff.labels import label_of
from rolediff.results import Claim, Estimate, RoleSummary
from rolediff.roles import Role
from rolediff.warehouse import Warehouse

#: Kinds of facts that a profile holds shares of, in reading order.
KINDS = (
    "responsibility",
    "skill",
    "need:required",
    "degree",
    "years",
    "work-mode",
    "industry",
    "pay-stated",
    "entry",
)
# How senior one must be is the very thing in which a level differs from its family, and a handful of
# pay statements says little of what another level states: these stay the role's own.
_NOT_LENT = ("years", "entry", "pay-stated")

# Asked about by name, so they stand in every profile, with a share of nought where nobody states them.
_ALWAYS = {"degree": ["none"], "entry": ["yes"], "pay-stated": ["yes"]}

#: For each kind the values that some profile holds, sorted: the order of all arrays of that kind.
Facts = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Profile:
    """All shares of one role, over the same facts as the profiles it is read with.

    Attributes:
        role: whose.
        size: the row of sql/sizes.sql; empty where the role has no opening.
        k: by kind, the openings that state each value.
        shares: by kind, share, interval and effective size of each value; pooled where it borrows.
    """

    role: Role
    size: dict[str, Any]
    k: dict[str, npt.NDArray[np.int64]]
    shares: dict[str, statistics.Shares]

    @property
    def n(self) -> int:
        """Openings read in full."""
        return int(self.size.get("n") or 0)

    def borrowed(self, kind: str) -> float:
        """Weight of the family in the shares of a kind, 0 to 1."""
        shares = self.shares[kind]
        if isinstance(shares, statistics.Pooled) and np.isfinite(shares.weight).any():
            return float(np.nanmedian(shares.weight))
        return 0.0


def as_groups(roles: Sequence[Role]) -> list[dict[str, Any]]:
    """Roles in the form that the queries take."""
    return [{"grp": r.slug, "family": r.family, "seniorities": r.levels} for r in roles]


def read_profiles(
    warehouse: Warehouse, roles: Sequence[Role], *, borrow: bool = True
) -> tuple[Facts, list[Profile]]:
    """The profiles of some roles.

    Args:
        warehouse: the snapshot.
        roles: whose profiles; a role at one seniority borrows from the rest of its family.
        borrow: False compares what the openings of each role say by themselves, as two levels of
            one family must be: pooled towards the same family they would differ too little.
    """
    rests = {r.slug: r.rest for r in roles if borrow and r.rest}
    families = [Role(r.family) for r in roles]  # a thin role's path is counted on its family
    everyone = {r.slug: r for r in [*roles, *families, *(r for r in rests.values() if r)]}
    warehouse.run("members", roles=as_groups(list(everyone.values())))
    sizes = {row["grp"]: row for row in warehouse.rows("sizes")}
    counts = warehouse.ask("counts")
    columns = {name: counts[name].to_numpy() for name in ("k", "sum_x2", "sum_xn")}
    group, kinds, values = (counts[name].to_numpy(zero_copy_only=False) for name in ("grp", "kind", "value"))
    rows_of = {kind: np.flatnonzero(kinds == kind) for kind in KINDS}
    facts = {
        kind: sorted({*values[rows].tolist(), *_ALWAYS.get(kind, ())}) for kind, rows in rows_of.items()
    }

    def own(slug: str, kind: str) -> tuple[npt.NDArray[np.int64], statistics.Shares]:
        rows = rows_of[kind]
        rows = rows[group[rows] == slug]
        at = np.searchsorted(facts[kind], values[rows].astype(str))
        sums = {name: np.zeros(len(facts[kind]), np.int64) for name in columns}
        for name, column in columns.items():
            sums[name][at] = column[rows]
        size = sizes.get(slug, {})
        n, employers, sum_n2 = (int(size.get(name) or 0) for name in ("n", "employers", "sum_n2"))
        return sums["k"], statistics.cluster_shares(n, employers, sum_n2, **sums)

    profiles = []
    for role in roles:
        k: dict[str, npt.NDArray[np.int64]] = {}
        shares: dict[str, statistics.Shares] = {}
        rest = rests.get(role.slug)
        has_family = rest is not None and bool(sizes.get(rest.slug, {}).get("n"))
        for kind in KINDS:
            k[kind], shares[kind] = own(role.slug, kind)
            if rest and has_family and kind not in _NOT_LENT and len(facts[kind]):
                shares[kind] = statistics.pool(shares[kind], own(rest.slug, kind)[1])
        profiles.append(Profile(role, sizes.get(role.slug, {}), k, shares))
    return facts, profiles


def summarise(profile: Profile, levels: tuple[str, ...]) -> RoleSummary:
    """What a reader is told of a role and of what its figures stand on."""
    role, size = profile.role, profile.size
    rest = role.rest

    def count(name: str) -> int:
        return int(size.get(name) or 0)

    return RoleSummary(
        slug=role.slug,
        name=role.name,
        family=role.family,
        seniority=role.seniority,
        definition=role.definition,
        openings=count("openings"),
        n=count("n"),
        not_english=count("not_english"),
        cut=count("cut"),
        employers=count("employers"),
        named_employers=count("named_employers"),
        origins=count("origins"),
        first_posted=size["first_posted"].isoformat() if size.get("first_posted") else None,
        last_posted=size["last_posted"].isoformat() if size.get("last_posted") else None,
        dated=count("dated"),
        borrowed=profile.borrowed("skill"),
        borrowed_from=rest.family if rest and profile.borrowed("skill") else None,
        levels=levels,
    )


def claim(profile: Profile, facts: Facts, kind: str, at: int) -> Claim:
    """The claim that a fact makes about a role."""
    role, shares, value = profile.role, profile.shares[kind], facts[kind][at]
    n_effective, borrowed = float(shares.n_eff[at]), profile.borrowed(kind)
    needed = int(statistics.openings_needed(profile.n, n_effective)) or None
    return Claim(
        id=f"{role.slug}/{kind}/{value}",
        role=role.slug,
        kind=kind,
        value=value,
        label=label_of(kind, value),
        estimate=Estimate(
            share=float(shares.share[at]),
            low=float(shares.low[at]),
            high=float(shares.high[at]),
            openings=int(profile.k[kind][at]),
            n=profile.n,
            employers=int(profile.size.get("employers") or 0),
            n_effective=n_effective,
            borrowed=borrowed,
            borrowed_from=role.family if borrowed else None,
        ),
        needed=needed,
    )


def levels_of(warehouse: Warehouse, role: Role) -> tuple[str, ...]:
    """The seniorities that the openings of a role hold, most frequent first."""
    known = seniorities()
    rows = warehouse.rows("levels", grp=role.slug)
    return tuple(f"{known[r['seniority']].name} {r['openings']}" for r in rows)
