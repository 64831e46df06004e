"""What to learn for a role, and in which order: from another role, or from nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from rolediff.labels import is_tool, label_of
from rolediff.profiles import Facts, Profile, claim
from rolediff.results import Path, Start, Step
from rolediff.roles import Role
from rolediff.titles import families
from rolediff.warehouse import Warehouse

#: An opening is open to someone who knows this part of the tools it asks for: adverts describe the
#: ideal, so all of them would open hardly any door. Methods and fields are not counted: who knows the
#: tools of the trade has met them, and nobody ticks "analytics" off a list.
THRESHOLD = 2 / 3
# A role with fewer openings than this is counted on its whole family.
_LEAST_OPENINGS = 30
_MOST_STEPS = 12
# Three steps in a row that add less than this share of the openings end the list.
_WORTH = 0.01
_FIRST_SKILLS = 6
_NOT_AT_THE_START = ("lead", "staff", "principal", "manager", "director", "executive")


def find_path(warehouse: Warehouse, profile: Profile, known: Sequence[str]) -> Path | None:
    """The tools that open the most openings of a role next, in order.

    Greedy on the sum over openings of min(known part, threshold): a step may open nothing by itself
    and still bring many openings nearer, so the count of open ones alone would stop too early.

    Args:
        warehouse: the snapshot.
        profile: the role to reach.
        known: ids of the skills one starts with.

    Returns:
        None where the role's family has too few openings too.
    """
    role = profile.role
    counted = role
    asked = warehouse.ask("asked", **_of(role))
    if profile.n < _LEAST_OPENINGS and (role.seniority or role.without):
        counted = Role(role.family)
        asked = warehouse.ask("asked", **_of(counted))
    tool = np.array([is_tool(skill) for skill in asked["skill"].tolist()], bool)
    asked = {name: column[tool] for name, column in asked.items()}
    postings, row = np.unique(asked["posting"].astype(str), return_inverse=True)
    if len(postings) < _LEAST_OPENINGS:
        return None
    skills, column = np.unique(asked["skill"].astype(str), return_inverse=True)
    asks = np.zeros((len(postings), len(skills)), np.float32)
    asks[row, column] = 1
    steps, before, stop = _climb(asks, np.isin(skills, list(known)))
    return Path(
        role=role.slug,
        counted_on=counted.slug,
        n=len(postings),
        threshold=THRESHOLD,
        known=tuple(label_of("skill", s) for s in sorted(set(known)) if is_tool(s)),
        opened_before=before,
        steps=tuple(
            Step(str(skills[at]), label_of("skill", str(skills[at])), opened, gain, count)
            for at, opened, gain, count in steps
        ),
        stop=stop,
    )


def _climb(
    asks: npt.NDArray[np.float32], known: npt.NDArray[np.bool_]
) -> tuple[list[tuple[int, float, float, int]], float, str]:
    """Steps (skill, share open after it, gain, openings open after it), the share before, why it ends."""
    need = asks.sum(1)
    have = asks[:, known].sum(1)
    learnt = known.copy()

    def open_to(have: npt.NDArray[np.float32]) -> int:
        return int((have >= THRESHOLD * need - 1e-6).sum())

    count = open_to(have)
    before = count / len(asks)
    steps: list[tuple[int, float, float, int]] = []
    stop = f"The list ends after {_MOST_STEPS} tools."
    for _ in range(_MOST_STEPS):
        short = np.maximum(THRESHOLD * need - have, 0)
        helps = (np.minimum(short, 1) / need) @ asks
        helps[learnt] = 0
        best = int(np.argmax(helps))
        if helps[best] <= 0:
            stop = "Every opening counted is open by then."
            break
        have = have + asks[:, best]
        learnt[best] = True
        now = open_to(have)
        steps.append((best, now / len(asks), (now - count) / len(asks), now))
        count = now
        if len(steps) >= 3 and sum(s[2] for s in steps[-3:]) < _WORTH:
            stop = f"The last three tools together open less than {_WORTH:.0%} more of the openings."
            break
    return steps, before, stop


def _of(role: Role) -> dict[str, Any]:
    return {"family": role.family, "seniorities": role.levels}


def find_start(warehouse: Warehouse, profile: Profile, facts: Facts) -> Start:
    """The entry door of a role: how wide it is, what stands behind it, what to learn first."""
    required = np.nan_to_num(profile.shares["need:required"].share)
    first = np.argsort(-required, kind="stable")[:_FIRST_SKILLS].tolist()
    note = ""
    if profile.role.seniority in _NOT_AT_THE_START:
        note = (
            f"Hardly anybody starts here: the usual way leads through {families()[profile.role.family].name}, "
            "the same work at earlier levels."
        )
    return Start(
        role=profile.role.slug,
        entry=claim(profile, facts, "entry", facts["entry"].index("yes")),
        first_skills=tuple(claim(profile, facts, "need:required", i) for i in first) if profile.n else (),
        no_degree=claim(profile, facts, "degree", facts["degree"].index("none")),
        path=find_path(warehouse, profile, known=()),
        note=note,
    )
