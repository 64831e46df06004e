"""schema.org objects of the pages, for search engines."""

from __future__ import annotations

from typing import Any

from rolediff.results import Comparison, PayClaim, RoleProfile, SalaryProfile
from rolediff.roles import find_role
from rolediff.titles import families


def breadcrumbs(document: Any, site: Any) -> dict[str, Any]:
    """The way from the first page to a page; full addresses, which a site without its own cannot give."""
    steps = [*document.crumbs, (document.title, document.path)]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": i, "name": name, "item": site.canonical(path)}
            for i, (name, path) in enumerate(steps, 1)
        ],
    }


def website() -> dict[str, Any]:
    """The site itself."""
    return {"@type": "WebSite", "name": "rolediff", "description": "How two roles differ, with evidence."}


def comparison(c: Comparison) -> tuple[dict[str, Any], ...]:
    """The figures of a comparison as a data set, and both roles as occupations."""
    return (
        {
            "@type": "Dataset",
            "name": f"{c.a.name} vs {c.b.name}: what job postings state",
            "description": " ".join(c.headline) or f"{c.a.name} and {c.b.name}, compared by job postings.",
            "version": c.snapshot,
            "isAccessibleForFree": True,
            "measurementTechnique": (
                "Shares of job openings with 95% intervals clustered by employer; differences tested at a "
                "false-discovery rate of 5%."
            ),
            "variableMeasured": ["responsibilities", "skills", "degree", "years of experience", "pay"],
        },
        *(_occupation(r.name, r.definition, [p for p in c.pay if p.role == r.slug]) for r in (c.a, c.b)),
    )


def role(p: RoleProfile) -> tuple[dict[str, Any], ...]:
    """A role as an occupation, with the skills that its openings name most."""
    occupation = _occupation(p.summary.name, p.summary.definition, [])
    skills = [c.label for c in (*p.tools[:8], *p.methods[:8]) if not c.needed]
    return ({**occupation, "skills": skills} if skills else occupation,)


def salaries(p: SalaryProfile) -> tuple[dict[str, Any], ...]:
    """A role as an occupation with its pay."""
    return (_occupation(p.name, families()[find_role(p.role).family].definition, list(p.claims)),)


def _occupation(name: str, definition: str, pay: list[PayClaim]) -> dict[str, Any]:
    found: dict[str, Any] = {"@type": "Occupation", "name": name, "description": definition}
    salaries = [_distribution(p) for p in pay if p.median is not None]
    return {**found, "estimatedSalary": salaries} if salaries else found


def _distribution(p: PayClaim) -> dict[str, Any]:
    points = {
        "percentile10": p.p10,
        "percentile25": p.p25,
        "median": p.median,
        "percentile75": p.p75,
        "percentile90": p.p90,
    }
    return {
        "@type": "MonetaryAmountDistribution",
        "name": f"base pay, {p.basis}",
        "currency": p.currency,
        "duration": "P1Y",
        **{key: round(value) for key, value in points.items() if value is not None},
    }
