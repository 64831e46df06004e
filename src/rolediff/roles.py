"""Roles: a family, a family at one seniority, or a family but for one seniority."""

from __future__ import annotations

from dataclasses import dataclass

from rolediff.errors import UnknownRoleError
from rolediff.titles import families, resolve_role, role_name, role_slug, seniorities

_EXCEPT = "-except-"


@dataclass(frozen=True, slots=True)
class Role:
    """A role, and which openings speak for it.

    Attributes:
        family: id of the family.
        seniority: the one seniority, or None.
        without: the one seniority left out, or None. A family is compared with one of its own levels
            by its other levels: otherwise the same openings would stand on both sides.
    """

    family: str
    seniority: str | None = None
    without: str | None = None

    @property
    def slug(self) -> str:
        """Its name in addresses and claim ids."""
        if self.without:
            return f"{self.family}{_EXCEPT}{self.without}"
        return role_slug(self.family, self.seniority)

    @property
    def name(self) -> str:
        """Its name for people."""
        if self.without:
            level = seniorities()[self.without].name.lower()
            return f"{role_name(self.family, None)} (all levels but {level})"
        return role_name(self.family, self.seniority)

    @property
    def definition(self) -> str:
        """What the family is, in our words."""
        return families()[self.family].definition

    @property
    def levels(self) -> list[str]:
        """The seniorities whose openings speak for it."""
        if self.seniority:
            return [self.seniority]
        return [s for s in seniorities() if s != self.without]

    @property
    def rest(self) -> Role | None:
        """The other openings of its family, from which a thin role borrows."""
        return Role(self.family, without=self.seniority) if self.seniority else None


def find_role(query: str) -> Role:
    """The role that a person's words or a slug name.

    Raises:
        UnknownRoleError: with the nearest roles there are.
    """
    family, found, level = query.partition(_EXCEPT)
    if found and family in families() and level in seniorities():
        return Role(family, without=level)
    return Role(*resolve_role(query))


def pair(a: Role, b: Role) -> tuple[Role, Role]:
    """The two sides of a comparison: disjoint openings.

    Raises:
        UnknownRoleError: both are the same role.
    """
    if a == b:
        raise UnknownRoleError(f"{a.name} vs {b.name}", [r for r in families() if r != a.family][:3])
    if a.family == b.family:
        if a.seniority is None and b.seniority:
            a = Role(a.family, without=b.seniority)
        elif b.seniority is None and a.seniority:
            b = Role(b.family, without=a.seniority)
    return a, b
