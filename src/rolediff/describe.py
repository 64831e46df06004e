"""The profile of one role, as a reader sees it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rolediff.labels import FIELD_VALUES, is_tool
from rolediff.postings import featured_openings
from rolediff.profiles import SHOWN_FROM, claim, levels_of, read_profiles, summarise
from rolediff.results import Claim, RoleProfile
from rolediff.roles import Role
from rolediff.warehouse import Warehouse

# What fewer openings state is left to the data files.
_LEAST_SHARE = 0.03
_SHOWN = 25


def describe_role(warehouse: Warehouse, snapshot: str, role: Role) -> RoleProfile:
    """Everything the snapshot says of one role."""
    facts, (profile,) = read_profiles(warehouse, [role], SHOWN_FROM)

    def most(kind: str, keep: Callable[[str], bool] = lambda value: True) -> tuple[Claim, ...]:
        share = np.nan_to_num(profile.corrected[kind].share)
        order = np.argsort(-share, kind="stable").tolist()
        found = [i for i in order if share[i] >= _LEAST_SHARE and keep(facts[kind][i])]
        return tuple(claim(profile, facts, kind, i) for i in found[:_SHOWN])

    def in_order(kind: str) -> tuple[Claim, ...]:
        return tuple(
            claim(profile, facts, kind, facts[kind].index(v)) for v in FIELD_VALUES[kind] if v in facts[kind]
        )

    return RoleProfile(
        snapshot=snapshot,
        summary=summarise(profile, levels_of(warehouse, role)),
        responsibilities=most("responsibility"),
        tools=most("skill", is_tool),
        methods=most("skill", lambda value: not is_tool(value)),
        education=in_order("degree"),
        experience=in_order("years"),
        work_modes=in_order("work-mode"),
        industries=most("industry", lambda value: value != "not-stated"),
        featured=featured_openings(warehouse, [role])[role.slug],
    )
