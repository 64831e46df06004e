"""Profiles: what the openings of a role state, how often, and how surely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from rolediff import statistics
from rolediff.labels import label_of
from rolediff.reading_errors import shifts_of
from rolediff.results import Claim, Estimate, RoleSummary
from rolediff.roles import Role
from rolediff.titles import seniorities
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
NOT_LENT = ("years", "entry", "pay-stated")

# Asked about by name, so they stand in every profile, with a share of nought where nobody states them.
_ALWAYS = {"degree": ["none"], "entry": ["yes"], "pay-stated": ["yes"]}

#: A role with so many openings read speaks for itself; one with half of them or fewer borrows in full
#: from its family, and in between less and less.
THIN = 100

#: Below this share in each role nothing is shown of a skill, and nothing tested (`tested.LEAST_SHARE` is of
#: both roles together, so one of them has at least that).
SHOWN_FROM = 0.015

#: For each kind the values that some profile holds, sorted: the order of all arrays of that kind.
Facts = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Profile:
    """All shares of one role, over the same facts as the profiles it is read with.

    Attributes:
        role: whose.
        size: the row of sql/sizes.sql; empty where the role has no opening.
        k: by kind, the openings that state each value.
        shares: by kind, share, interval and effective size of each value as read; pooled where it borrows.
            Tests are of these.
        corrected: by kind, the same shares moved and widened by the measured errors of reading, to be shown.
    """

    role: Role
    size: dict[str, Any]
    k: dict[str, npt.NDArray[np.int64]]
    shares: dict[str, statistics.Shares]
    corrected: dict[str, statistics.Shares]

    @property
    def n(self) -> int:
        """Openings read in full."""
        return int(self.size.get("n") or 0)

    def borrowed(self, kind: str, at: int | None = None) -> float:
        """Weight of the family in a share, 0 to 1; without `at` the median over the shares of a kind."""
        shares = self.shares[kind]
        if not isinstance(shares, statistics.Pooled) or not np.isfinite(shares.weight).any():
            return 0.0
        return float(np.nanmedian(shares.weight) if at is None else np.nan_to_num(shares.weight[at]))


def as_group(role: Role) -> dict[str, Any]:
    """A role in the form that the queries of one role take."""
    return {"grp": role.slug, "family": role.family, "seniorities": role.levels}


def as_groups(roles: Sequence[Role]) -> list[dict[str, Any]]:
    """Roles in the form that the queries of several take."""
    return [as_group(role) for role in roles]


def read_profiles(
    warehouse: Warehouse, roles: Sequence[Role], least: float = 0.0
) -> tuple[Facts, list[Profile]]:
    """The profiles of some roles.

    Args:
        warehouse: the snapshot.
        roles: whose profiles; a thin role at one seniority borrows from the rest of its family, unless
            it is to speak alone.
        least: skills that fewer of the openings of each role name get no interval: most skills are rare,
            no page shows them, and intervals cost most of the time.
    """
    rests = {r.slug: r.rest for r in roles if r.rest}
    needed = {r.slug: r for r in [*roles, *(r for r in rests.values() if r)]}.values()
    warehouse.run("members", roles=as_groups(list(needed)))
    sizes = {row["grp"]: row for row in warehouse.rows("sizes")}
    counts = {
        r.slug: warehouse.once(("counts", r.slug), partial(warehouse.ask, "counts", **as_group(r)))
        for r in needed
    }
    facts = {
        kind: sorted(
            {v for c in counts.values() for v in c["value"][c["kind"] == kind].tolist()}
            | {*_ALWAYS.get(kind, ())}
        )
        for kind in KINDS
    }
    # All kinds of a role go through one call: its cost is per call more than per share.
    ends = np.cumsum([0, *(len(found) for found in facts.values())]).tolist()
    slices = {kind: slice(*span) for kind, span in zip(facts, pairwise(ends), strict=True)}
    place = {
        (kind, value): i for i, (kind, value) in enumerate((k, v) for k, vs in facts.items() for v in vs)
    }

    def common(counted: dict[str, npt.NDArray[np.int64]]) -> npt.NDArray[np.bool_]:
        frequent = np.zeros(ends[-1], bool)
        for slug, k in counted.items():
            frequent |= k >= least * int(sizes.get(slug, {}).get("n") or 0)
        for kind, at in slices.items():
            frequent[at] |= kind not in ("skill", "need:required")
        return frequent

    def sums_of(slug: str) -> dict[str, npt.NDArray[np.int64]]:
        found = counts[slug]
        at = np.array([place[key] for key in zip(found["kind"].tolist(), found["value"].tolist(), strict=True)
                       if key in place], np.int64)  # fmt: skip
        rows = np.isin(found["kind"].astype(str), KINDS)
        sums = {name: np.zeros(ends[-1], np.int64) for name in ("k", "sum_x2", "sum_xn")}
        for name, column in sums.items():
            column[at] = found[name][rows]
        return sums

    sums = {r.slug: sums_of(r.slug) for r in needed}
    frequent = common({slug: found["k"] for slug, found in sums.items()}) if least else None

    def own(slug: str) -> tuple[npt.NDArray[np.int64], statistics.Shares]:
        size, found = sizes.get(slug, {}), sums[slug]
        n, employers, sum_n2 = (int(size.get(name) or 0) for name in ("n", "employers", "sum_n2"))
        return found["k"], statistics.cluster_shares(
            n, employers, sum_n2, found["k"], found["sum_x2"], found["sum_xn"], where=frequent
        )

    errors = {kind: shifts_of(kind, values) for kind, values in facts.items()}
    profiles = []
    for role in roles:
        k, alone = own(role.slug)
        shares = {kind: take_shares(alone, at) for kind, at in slices.items()}
        rest = rests.get(role.slug)
        n = int(sizes.get(role.slug, {}).get("n") or 0)
        if rest and n < THIN and sizes.get(rest.slug, {}).get("n"):
            family = own(rest.slug)[1]
            shares = borrow(shares, {kind: take_shares(family, at) for kind, at in slices.items()}, n)
        by_kind = {kind: k[at] for kind, at in slices.items()}
        corrected = {kind: statistics.correct(s, *errors[kind]) for kind, s in shares.items()}
        profiles.append(Profile(role, sizes.get(role.slug, {}), by_kind, shares, corrected))
    return facts, profiles


def borrow(
    own: Mapping[str, statistics.Shares], family: Mapping[str, statistics.Shares], n: int
) -> dict[str, statistics.Shares]:
    """By kind, the shares of a role with `n` openings read, after it borrowed from its family's others."""
    fade = min(max(2 - 2 * n / THIN, 0.0), 1.0)
    return {
        kind: statistics.pool(shares, family[kind], fade)
        if fade and kind not in NOT_LENT and shares.share.size
        else shares
        for kind, shares in own.items()
    }


def take_shares(shares: statistics.Shares, at: npt.NDArray[np.int64] | slice) -> statistics.Shares:
    """The shares of some facts."""
    columns = {f.name: getattr(shares, f.name) for f in fields(shares)}
    taken: dict[str, Any] = {name: c[at] for name, c in columns.items() if isinstance(c, np.ndarray)}
    return replace(shares, **taken)


def join_shares(parts: Sequence[statistics.Shares]) -> statistics.Shares:
    """Shares one after the other; all of one level and padding."""
    arrays = {f.name: [getattr(p, f.name) for p in parts] for f in fields(statistics.Shares)}
    joined = {name: np.concatenate(a) for name, a in arrays.items() if isinstance(a[0], np.ndarray)}
    return statistics.Shares(**joined, level=parts[0].level, padding=parts[0].padding)


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
        unknown_language=count("unknown_language"),
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
    role, shares, value = profile.role, profile.corrected[kind], facts[kind][at]
    n_effective, borrowed = float(shares.n_eff[at]), profile.borrowed(kind, at)
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
            read=float(profile.shares[kind].share[at]),
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
