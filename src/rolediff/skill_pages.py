"""Pages of skills: which roles ask for a skill and with what else, and the index of all skills."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from rolediff import statistics
from rolediff.errors import UnknownSkillError
from rolediff.labels import group_of, label_of
from rolediff.profiles import Profile, claim, take_shares
from rolediff.reading_errors import shifts_of
from rolediff.results import (
    Claim,
    Estimate,
    SkillCount,
    SkillGroup,
    SkillIndex,
    SkillInRole,
    SkillProfile,
    SkillTogether,
)
from rolediff.roles import Role
from rolediff.taxonomy import Skill, categories, skills
from rolediff.titles import families
from rolediff.warehouse import Warehouse

#: Openings read that a family needs to be told of, as to be likened to others.
LEAST_READ = 30
#: Openings that name a skill of the index, and both skills of a pair ...
LEAST_NAMED = 10
#: ... which are of so many employers: a pair that two of them copy along is theirs, not the skill's.
LEAST_EMPLOYERS = 5
_SHOWN = 15
# Pairs whose ratio gets an interval: those that can be among the shown ones.
_CANDIDATES = 25
_SPELLINGS = 8
_SUGGESTIONS = 3
_KINDS = ("skill", "need:required")
_SUMS = ("n", "employers", "sum_n2", "k", "sum_x2", "sum_xn")


@cache
def _spellings() -> dict[str, str]:
    """Ids by all that a skill is called; ids go before names, and names before aliases."""
    found: dict[str, str] = {}
    for names in (lambda s: [s.id], lambda s: [s.name], lambda s: s.aliases):
        for skill in skills().values():
            for name in names(skill):
                found.setdefault(_fold(name), skill.id)
    return found


def _fold(name: str) -> str:
    return re.sub(r"[\s_-]+", "-", name.strip().casefold())


def find_skill(words: str) -> Skill:
    """The skill that an id, a name or another spelling names: "kubernetes", "K8s".

    Raises:
        UnknownSkillError: with up to three of the nearest skills there are.
    """
    known, asked = _spellings(), _fold(words)
    if asked in known:
        return skills()[known[asked]]
    near = get_close_matches(asked, known, n=2 * _SUGGESTIONS, cutoff=0.7)
    # Who leaves a word out, or says one too many, spells nothing nearly.
    parts = set(asked.split("-"))
    near += sorted((key for key in known if parts & {*key.split("-")}), key=lambda key: (len(key), key))
    raise UnknownSkillError(words, list(dict.fromkeys(known[key] for key in near))[:_SUGGESTIONS])


def _read_facts(warehouse: Warehouse) -> None:
    """Makes the table that the queries of skills ask: of data roles, as software at large would drown them."""
    data = [family.id for family in families().values() if family.kind == "data"]
    warehouse.run("skill_facts", families=data)


def index_skills(warehouse: Warehouse, snapshot: str) -> SkillIndex:
    """All skills that enough openings of data roles name, by category."""
    _read_facts(warehouse)
    rows = warehouse.rows("skill_counts", least=LEAST_NAMED)
    whole = next(row for row in rows if not row["skill"])
    groups: dict[str, list[SkillCount]] = {category: [] for category in categories()}
    for row in sorted(rows, key=lambda row: (-row["openings"], row["skill"])):
        # A snapshot of another version may hold skills that this taxonomy does not.
        if skill := skills().get(row["skill"]):
            groups[skill.category].append(SkillCount(skill.id, skill.name, row["openings"], row["employers"]))
    return SkillIndex(
        snapshot=snapshot,
        least=LEAST_NAMED,
        n=whole["openings"],
        employers=whole["employers"],
        groups=tuple(
            SkillGroup(category, categories()[category].name, tuple(found))
            for category, found in groups.items()
            if found
        ),
    )


def describe_skill(warehouse: Warehouse, snapshot: str, skill_id: str) -> SkillProfile:
    """Everything the snapshot says of one skill.

    Args:
        warehouse: the snapshot.
        snapshot: its id.
        skill_id: id, name or another spelling of the skill.

    Raises:
        UnknownSkillError: with the nearest skills there are.
    """
    skill = find_skill(skill_id)
    _read_facts(warehouse)
    sizes = {row["side"]: row for row in warehouse.rows("skill_sizes", skill=skill.id, least=LEAST_READ)}
    by_role = _role_sums(warehouse, skill.id)
    pairs = _pair_sums(warehouse, skill.id)
    rows = [*by_role, *pairs]
    roles: list[SkillInRole] = []
    together: list[SkillTogether] = []
    if rows:
        # One call for all shares: a page is made while a reader waits.
        n, employers, n2, k, x2, xn = ([row[name] for row in rows] for name in _SUMS)
        shares = statistics.cluster_shares(n, employers, n2, k, x2, xn)
        roles = _roles(skill.id, by_role, take_shares(shares, slice(len(by_role))))
        together = _pairs(pairs, take_shares(shares, slice(len(by_role), None)))
    most = sorted(together, key=lambda t: (-t.together.share, t.skill))
    rather = sorted(
        (t for t in together if t.ratio_low is not None and t.ratio_low > 1),
        key=lambda t: (-(t.ratio_low or 0), t.skill),
    )
    return SkillProfile(
        snapshot=snapshot,
        skill=skill.id,
        name=skill.name,
        category=group_of("skill", skill.id),
        parent=skill.parent,
        parent_name=label_of("skill", skill.parent) if skill.parent else None,
        spellings=skill.aliases[:_SPELLINGS],
        openings=sizes["named"]["openings"],
        employers=sizes["named"]["employers"],
        n=sizes["read"]["openings"],
        n_employers=sizes["read"]["employers"],
        families=sizes["read"]["families"],
        roles=tuple(roles),
        most_with=tuple(most[:_SHOWN]),
        rather_with=tuple(rather[:_SHOWN]),
    )


def _role_sums(warehouse: Warehouse, skill: str) -> list[dict[str, Any]]:
    """Two rows a family that names the skill: of those that name it, and of those that require it."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row in warehouse.rows("skill_roles", skill=skill, least=LEAST_READ):
        found.setdefault(row["family"], {})[row["kind"]] = row
    none = {"kind": "need:required", "k": 0, "sum_x2": 0, "sum_xn": 0}
    return [
        row
        for kinds in found.values()
        for row in (kinds["skill"], kinds.get("need:required") or {**kinds["skill"], **none})
    ]


def _roles(skill: str, rows: Sequence[dict[str, Any]], shares: statistics.Shares) -> list[SkillInRole]:
    claims: dict[str, list[Claim]] = {}
    for first, kind in enumerate(_KINDS):
        at = slice(first, None, len(_KINDS))
        mine, own = rows[at], take_shares(shares, at)
        facts = {kind: [skill] * len(mine)}
        corrected = statistics.correct(own, *shifts_of(kind, facts[kind]))
        k = np.array([row["k"] for row in mine], np.int64)
        claims[kind] = [
            claim(
                Profile(Role(row["family"]), row, {kind: k}, {kind: own}, {kind: corrected}), facts, kind, i
            )
            for i, row in enumerate(mine)
        ]
    roles = [
        SkillInRole(named.role, Role(named.role).name, named, required)
        for named, required in zip(*claims.values(), strict=True)
    ]
    return sorted(roles, key=lambda r: (r.named.needed is not None, -r.named.estimate.share, r.role))


def _pair_sums(warehouse: Warehouse, skill: str) -> list[dict[str, Any]]:
    """Two rows a pair: of the openings that name the skill, and of the others."""
    sums = warehouse.ask("skill_others", skill=skill, least=LEAST_NAMED, employers=LEAST_EMPLOYERS)
    k, apart = sums["k"], sums["total"] - sums["k"]
    # Roughly the lower end of the ratio: the noise of a count is its square root.
    rather = (k - 2 * np.sqrt(k)) / (apart + 2 * np.sqrt(apart + 1))
    chosen = {*_first(k, _SHOWN), *_first(rather, _CANDIDATES)}
    names = sorted(sums["skill"][list(chosen)].tolist()) if chosen else []
    rows = warehouse.rows("skill_together", skill=skill, others=names) if names else []
    found = {(row["skill"], row["together"]): row for row in rows}
    sizes = {row["together"]: row for row in rows}
    # Where all name the other skill with this one, or none does, a side has no row of its own.
    none = {"n": 0, "employers": 0, "sum_n2": 0} | dict.fromkeys(("k", "sum_x2", "sum_xn"), 0)
    empty = {side: {**sizes.get(side, none), "k": 0, "sum_x2": 0, "sum_xn": 0} for side in (True, False)}
    return [
        found.get((name, side)) or {**empty[side], "skill": name} for name in names for side in (True, False)
    ]


def _first(score: npt.NDArray[Any], count: int) -> list[int]:
    return [int(at) for at in np.argsort(-score, kind="stable")[:count]]


def _pairs(rows: Sequence[dict[str, Any]], shares: statistics.Shares) -> list[SkillTogether]:
    def estimate(at: int) -> Estimate:
        # The errors of reading one skill do not correct what is read of a pair: its share stays as read.
        share, low, high, n_eff = (
            float(x[at]) for x in (shares.share, shares.low, shares.high, shares.n_eff)
        )
        row = rows[at]
        return Estimate(share, low, high, row["k"], row["n"], row["employers"], n_eff, share)

    ratios = zip(*_ratios(*(take_shares(shares, slice(side, None, 2)) for side in (0, 1))), strict=True)
    return [
        SkillTogether(
            skill=rows[2 * i]["skill"],
            label=label_of("skill", rows[2 * i]["skill"]),
            category=group_of("skill", rows[2 * i]["skill"]),
            together=estimate(2 * i),
            apart=estimate(2 * i + 1) if rows[2 * i + 1]["n"] else None,
            ratio=ratio,
            ratio_low=low,
            ratio_high=high,
        )
        for i, (ratio, low, high) in enumerate(ratios)
    ]


def _ratios(a: statistics.Shares, b: statistics.Shares) -> list[list[float | None]]:
    """Ratios of shares, with the limits that MOVER gives on the log scale (Zou and Donner 2008)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        (p, p_low, p_high), (q, q_low, q_high) = (np.log([s.share, s.low, s.high]) for s in (a, b))
        ratio = p - q
        low = ratio - np.hypot(p - p_low, q_high - q)
        # Of what is never named apart only the lower end is known.
        ends = ratio, np.where(q == -np.inf, p_low - q_high, low), ratio + np.hypot(p_high - p, q - q_low)
    return [[float(x) if np.isfinite(x) else None for x in np.exp(end)] for end in ends]
