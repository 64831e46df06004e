"""Roles: a family, a family at one seniority, or a family but for one seniority."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rolediff.errors import SameRoleError
from rolediff.titles import families, resolve_role, role_name, role_slug, seniorities

_EXCEPT = "-except-"
_ALONE = "-alone"


@dataclass(frozen=True, slots=True)
class Role:
    """A role, and which openings speak for it.

    Attributes:
        family: id of the family.
        seniority: the one seniority, or None.
        without: the one seniority left out, or None. A family is compared with one of its own levels
            by its other levels: otherwise the same openings would stand on both sides.
        alone: whether its own openings speak without borrowing from the family. Two levels of one
            family are compared so: both drawn towards the same family they would differ too little.
    """

    family: str
    seniority: str | None = None
    without: str | None = None
    alone: bool = False

    @property
    def slug(self) -> str:
        """Its name in claim ids."""
        return self.page + (_ALONE if self.alone else "")

    @property
    def page(self) -> str:
        """Its name in addresses of pages."""
        if self.without:
            return f"{self.family}{_EXCEPT}{self.without}"
        return role_slug(self.family, self.seniority)

    @property
    def own(self) -> Role:
        """The role by itself: without what a comparison took out of it."""
        return Role(self.family, self.seniority)

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
        return Role(self.family, without=self.seniority) if self.seniority and not self.alone else None


def find_role(query: str) -> Role:
    """The role that a person's words or a slug name.

    Raises:
        UnknownRoleError: with the nearest roles there are.
    """
    if query.endswith(_ALONE):
        return replace(find_role(query.removesuffix(_ALONE)), alone=True)
    family, found, level = query.partition(_EXCEPT)
    if found and family in families() and level in seniorities():
        return Role(family, without=level)
    return Role(*resolve_role(query))


def pair(a: Role, b: Role) -> tuple[Role, Role]:
    """The two sides of a comparison: disjoint openings.

    Raises:
        SameRoleError: both are the same role.
    """
    if (a.family, a.seniority) == (b.family, b.seniority):
        raise SameRoleError(a.name)
    if a.family != b.family:
        return a, b
    if a.seniority is None:
        a = Role(a.family, without=b.seniority)
    if b.seniority is None:
        b = Role(b.family, without=a.seniority)
    return replace(a, alone=a.seniority is not None), replace(b, alone=b.seniority is not None)
