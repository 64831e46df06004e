"""Pages of skills, salaries, openings and single postings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from rolediff.charts import draw_salaries
from rolediff.job_posting import job_posting
from rolediff.layout_pages import lay_out_salaries, lay_out_skill, lay_out_skill_index
from rolediff.layout_postings import lay_out_openings, lay_out_posting
from rolediff.openings import FILTERS, MOST, list_openings
from rolediff.posting_pages import describe_posting
from rolediff.roles import find_role
from rolediff.salary_pages import describe_salaries
from rolediff.skill_pages import describe_skill, find_skill, index_skills
from rolediff.web import linked_data
from rolediff.web.catalogue import Catalogue
from rolediff.web.document import HOME, ROLES, Document, Moved, Query, read_number
from rolediff.wording import say_count, say_money, say_percent

_SKILLS = ("Skills", "/skills")
_SIZE = 50
#: A skill that fewer openings name has its page on the server; as a file it would hold little but withheld shares.
_LEAST_NAMED = 150
#: A skill has a page in the sitemap from this many roles on: of fewer its page says next to nothing.
_LEAST_ROLES = 2

OPENINGS_QUERY = (
    Query("page", "which openings, from 1", "2"),
    Query("size", f"openings on a page, at most {MOST}", "50"),
    *(Query(name, f"only of this {words}", example) for (name, words), example in
      zip(FILTERS.items(), ("senior", "US", "remote"), strict=True)),
)  # fmt: skip


def skills(catalogue: Catalogue) -> Document:
    """All skills that enough openings name."""
    index = index_skills(catalogue.snapshot, catalogue.snapshot.id)
    return Document(
        path="/skills",
        title="Skills",
        description=f"The tools, methods and fields that {say_count(index.n, 'opening')} in data roles name.",
        sections=lay_out_skill_index(index),
        result=index,
        crumbs=(HOME,),
    )


def skill_addresses(catalogue: Catalogue) -> Iterable[str]:
    """The pages of the skills of the index; of a site of chosen comparisons none, it would be mostly skills."""
    if catalogue.chosen is not None:
        return []
    index = index_skills(catalogue.snapshot, catalogue.snapshot.id)
    return [
        f"/skills/{s.skill}" for group in index.groups for s in group.skills if s.openings >= _LEAST_NAMED
    ]


def skill(catalogue: Catalogue, skill: str) -> Document | Moved:
    """Which roles ask for a skill, how much, and with what else."""
    found = find_skill(skill)
    if found.id != skill:
        return Moved(f"/skills/{found.id}")
    profile = describe_skill(catalogue.snapshot, catalogue.snapshot.id, found.id)
    shown = [r for r in profile.roles if not r.named.needed]
    most = ", ".join(f"{r.name} {say_percent(r.named.estimate.share)}" for r in shown[:4])
    return Document(
        path=f"/skills/{found.id}",
        title=f"{profile.name}: who asks for it",
        description=f"{profile.name} stands in {say_count(profile.openings, 'opening')}. Most often: {most}.",
        sections=lay_out_skill(profile),
        result=profile,
        crumbs=(HOME, _SKILLS),
        thin="" if len(shown) >= _LEAST_ROLES else "Too few roles name it often enough to tell.",
    )


def salaries(catalogue: Catalogue, role: str) -> Document | Moved:
    """What a role pays, by level, country and year."""
    found = find_role(role)
    own = found.own.slug
    if own != role:
        return Moved(f"/salaries/{own}")
    profile = describe_salaries(catalogue.snapshot, catalogue.snapshot.id, found)
    told = [p for p in profile.claims if p.median is not None]
    medians = "; ".join(
        f"{p.basis}: median {say_money(p.median or 0, p.currency)}, n = {p.n:,}" for p in told[:2]
    )
    return Document(
        path=f"/salaries/{own}",
        title=f"{profile.name}: pay",
        description=f"Yearly pay of {profile.name}. {medians or 'Too few figures to tell'}.",
        sections=lay_out_salaries(profile),
        result=profile,
        figures=draw_salaries(profile),
        linked_data=linked_data.salaries(profile),
        crumbs=(HOME, ROLES, (profile.name, f"/roles/{own}")),
        thin="" if told else "Too few figures of pay.",
        data=tuple(
            (f"All {profile.rows:,} rows ({form})", f"/data/rows/{own}.{form.lower()}")
            for form in ("CSV", "XLSX")
        ),
    )


def openings(
    catalogue: Catalogue, role: str, page: str = "1", size: str = str(_SIZE), **chosen: str
) -> Document | Moved:
    """The openings of a role, newest first."""
    found = find_role(role)
    own = found.own.slug
    if own != role:
        return Moved(f"/openings/{own}")
    listed = list_openings(
        catalogue.snapshot, catalogue.snapshot.id, found,
        page=read_number("page", page, 100_000), size=read_number("size", size, MOST),
        **{name: value for name, value in chosen.items() if value},
    )  # fmt: skip
    return Document(
        path=f"/openings/{own}",
        title=f"{listed.name}: openings",
        description=f"{say_count(listed.all, 'opening')} of {listed.name} in this snapshot, each with its source.",
        sections=lay_out_openings(listed),
        result=listed,
        crumbs=(HOME, ROLES, (listed.name, f"/roles/{own}")),
        template="openings.html",
        extra={
            "listed": listed,
            "size": listed.size,
            "chosen": {k: v for k, v in chosen.items() if v},
            "words": FILTERS,
        },
        thin="Openings come and go; the role's page stays.",
    )


def posting(catalogue: Catalogue, posting: str) -> Document:
    """What was read in one posting."""
    profile = describe_posting(catalogue.snapshot, catalogue.snapshot.id, posting)
    found, _ = job_posting(profile, datetime.now(UTC).date())
    title = profile.opening.title or "Posting without a title"
    role = ((profile.role_name, f"/roles/{profile.role}"),) if profile.role and profile.role_name else ()
    return Document(
        path=f"/postings/{posting}",
        title=title,
        description=f"{title}, {profile.opening.employer or 'employer not stated'}: what was read in this posting.",
        sections=lay_out_posting(profile),
        result=profile,
        linked_data=(found,) if found else (),
        crumbs=(HOME, ROLES, *role),
        thin=""
        if found
        else "A posting that is no open position, or does not state what search engines ask for.",
    )


__all__ = ["openings", "posting", "salaries", "skill", "skill_addresses", "skills"]
