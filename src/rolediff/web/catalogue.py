"""What a snapshot has pages for: roles, comparisons, and which of them say enough."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from rolediff.roles import Role, find_role
from rolediff.snapshots import Snapshot
from rolediff.statistics import MIN_EFFECTIVE
from rolediff.titles import families, seniorities

_LEAD = "lead-machine-learning-engineer"
#: The comparisons that a reader is offered first.
PAIRS = (
    ("data-specialist", _LEAD),
    ("data-operations-specialist", _LEAD),
    ("data-science-engineer", _LEAD),
    ("data-science-manager", _LEAD),
    ("machine-learning-engineer", _LEAD),
)
#: A role is compared with all others from this many employers on: three times the effective size below
#: which no share is shown, since many openings of few employers make little more than one voice each.
LEAST_EMPLOYERS = int(3 * MIN_EFFECTIVE)
#: A comparison in which fewer differences are found than this is thin: it stands, out of the sitemap.
LEAST_FOUND = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """A role that the snapshot has openings of."""

    slug: str
    name: str
    family: str
    seniority: str | None
    openings: int
    readable: int
    employers: int


class Catalogue:
    """The roles of a snapshot, and the pairs of them that can be compared.

    Args:
        snapshot: what is shown.
        chosen: the pairs to offer, in canonical order, and no other roles than theirs.
    """

    def __init__(self, snapshot: Snapshot, chosen: tuple[tuple[str, str], ...] | None = None) -> None:
        self.snapshot = snapshot
        self.chosen = chosen

    @cached_property
    def roles(self) -> tuple[Entry, ...]:
        """Roles of data work with openings: families by name, each followed by its levels."""
        known, levels = families(), seniorities()
        found = []
        for row in self.snapshot.rows("role_sizes"):
            if row["family"] in known and known[row["family"]].kind == "data":
                role = Role(row["family"], row["seniority"])
                counts = row["openings"], row["readable"], row["employers"]
                found.append(Entry(role.slug, role.name, role.family, role.seniority, *counts))
        if self.chosen is not None:
            wanted = {slug for two in self.chosen for slug in two}
            found = [entry for entry in found if entry.slug in wanted]
        order = {seniority: i for i, seniority in enumerate(levels)}
        found.sort(key=lambda e: (known[e.family].name, -1 if e.seniority is None else order[e.seniority]))
        return tuple(found)

    @cached_property
    def by_slug(self) -> dict[str, Entry]:
        """The same by slug."""
        return {entry.slug: entry for entry in self.roles}

    @cached_property
    def families(self) -> tuple[Entry, ...]:
        """The families alone; where only some roles are shown, those."""
        return tuple(entry for entry in self.roles if entry.seniority is None or self.chosen is not None)

    @cached_property
    def named_pairs(self) -> tuple[tuple[str, str], ...]:
        """The comparisons that are offered first, of roles that have openings here."""
        if self.chosen is not None:
            return self.chosen
        return tuple(
            (a, b)
            for a, b in PAIRS
            if find_role(a).family in self._there and find_role(b).family in self._there
        )

    @cached_property
    def _there(self) -> frozenset[str]:
        return frozenset(entry.family for entry in self.families)

    @cached_property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """All comparisons with enough evidence on both sides, in canonical order, and those named first.

        Levels are compared with families and with levels of their own family; two levels of two families
        are a click away, and would be near copies of each other's pages.
        """
        if self.chosen is not None:
            return self.chosen
        # Openings without a level in their title are most of a family: to compare both would tell nothing.
        large = [e for e in self.roles if e.employers >= LEAST_EMPLOYERS and e.seniority != "unspecified"]
        found = dict.fromkeys(self.named_pairs)
        for one, other in combinations(large, 2):
            if one.seniority is None or other.seniority is None or one.family == other.family:
                found[canonical(one.slug, other.slug)] = None
        return tuple(found)

    def address_of(self, asked: str, suggestion: str) -> str:
        """Where a suggestion of an error leads, given the address that was asked for."""
        kind = asked.lstrip("/").partition("/")[0]
        if kind in ("roles", "salaries", "openings", "skills"):
            return f"/{kind}/{suggestion}"
        if kind == "evidence":
            return f"/evidence/{suggestion}"
        return suggestion if suggestion.startswith("/") else f"/roles/{suggestion}"


def canonical(a: str, b: str) -> tuple[str, str]:
    """The one order of a pair: a family before its levels and lower levels first, else by slug."""
    one, other = find_role(a), find_role(b)
    if one.family == other.family:
        order = [None, *seniorities()]
        first, second = sorted((one, other), key=lambda role: order.index(role.seniority))
    else:
        first, second = sorted((one, other), key=lambda role: role.slug)
    return first.slug, second.slug
