"""Every kind of page: its address, what it is made from, and how it is described to machines.

A page is a function from the catalogue and the parts of its address to a `Document`. The table `PAGES` is
the one list of them: the server's routes, the static site, the sitemap and the OpenAPI come from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from rolediff.charts import draw_comparison, draw_role
from rolediff.compare import compare_roles
from rolediff.describe import describe_role
from rolediff.errors import UnknownPageError
from rolediff.layout import Cell, Section, Table, lay_out, lay_out_evidence, lay_out_role
from rolediff.postings import find_evidence
from rolediff.results import (
    Comparison,
    Evidence,
    Holdings,
    OpeningsPage,
    PostingProfile,
    RoleProfile,
    SalaryProfile,
    SkillIndex,
    SkillProfile,
)
from rolediff.roles import find_role
from rolediff.titles import families
from rolediff.web import linked_data, listings, manual
from rolediff.web.catalogue import LEAST_EMPLOYERS, LEAST_FOUND, Catalogue, Entry, canonical
from rolediff.web.data_pages import data_page
from rolediff.web.document import HOME, ROLES, Document, Moved, Query, read_number
from rolediff.wording import say_count, say_list, say_percent

_COMPARISONS = ("Comparisons", "/compare")
EVIDENCE_ROWS = 20


@dataclass(frozen=True, slots=True)
class Page:
    """A kind of page.

    Attributes:
        pattern: its address; each part in braces is a parameter of `make`.
        make: from the catalogue and the parameters to the page.
        result: what its JSON holds.
        summary: for the OpenAPI.
        example: a value for each part in braces.
        addresses: the pages of this kind that a static site and the sitemap list by themselves.
        query: parameters after the question mark, passed by name where they are given.
        list: whether the JSON is a list of `result`.
    """

    pattern: str
    make: Callable[..., Document | Moved]
    result: type | None
    summary: str
    example: Mapping[str, str] = field(default_factory=dict)
    addresses: Callable[[Catalogue], Iterable[str]] = lambda catalogue: ()
    query: tuple[Query, ...] = ()
    list: bool = False

    @property
    def regex(self) -> re.Pattern[str]:
        """What an address of this kind looks like."""
        return _regex(self.pattern)


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(pattern)) + r"\Z")


def find_page(path: str, catalogue: Catalogue, query: Mapping[str, str]) -> Document | Moved:
    """The page at an address.

    Raises:
        UnknownPageError: there is none.
        RolediffError: the address names a role, a claim or a value that does not exist.
    """
    for page in PAGES:
        found = page.regex.match(path)
        if found:
            known = {q.name for q in page.query}
            return page.make(catalogue, **found.groupdict(), **{k: v for k, v in query.items() if k in known})
    # Only to a page of ours: "//elsewhere/" without its end would be another site.
    stripped = path.rstrip("/")
    if stripped != path and any(page.regex.match(stripped) for page in PAGES):
        return Moved(stripped)
    raise UnknownPageError(path, [])


def known_query(path: str, query: Mapping[str, str]) -> dict[str, str]:
    """The parameters that the page at an address reads; any others would make copies of it."""
    known = {q.name for page in PAGES if page.regex.match(path) for q in page.query}
    return {name: value for name, value in query.items() if name in known}


# ── the first page ───────────────────────────────────────────────────────────────────────────────


def _home(catalogue: Catalogue) -> Document:
    manifest = catalogue.snapshot.manifest
    counts = manifest["counts"]
    described = [
        compare_roles(catalogue.snapshot, catalogue.snapshot.id, find_role(a), find_role(b))
        for a, b in catalogue.named_pairs
    ]
    offered = [{"address": address_of(c), "title": title_of(c), "sentence": _in_short(c)} for c in described]
    sections = [
        Section("about", "How two roles differ, with evidence", (_PROMISE,)),
        Section(
            "comparisons",
            "Comparisons people look for",
            tables=(
                _links_table(
                    ("Comparison", "In short"), [(o["title"], o["address"], o["sentence"]) for o in offered]
                ),
            ),
        ),
    ]  # fmt: skip
    return Document(
        path="/",
        title="rolediff: how two roles differ, with evidence",
        description=_PROMISE,
        sections=sections,
        result={
            "snapshot": catalogue.snapshot.id,
            "openings": counts["openings"],
            "origins": len(manifest["inputs"]["origins"]),
            "comparisons": offered,
        },
        template="home.html",
        extra={
            "offered": offered,
            "counts": counts,
            "origins": manifest["inputs"]["origins"],
            "families": catalogue.families,
            "roles": catalogue.roles,
        },
        linked_data=(linked_data.website(),),
    )


def _in_short(c: Comparison) -> str:
    """The first sentence of a headline that tells a difference; what it stands on is told on the page."""
    telling = [s for s in c.headline if not s.startswith("Only ")]
    return (telling or [*c.headline, ""])[0]


_PROMISE = (
    "Two roles in data, analytics, machine learning or AI, told apart by what job postings state. Every figure carries "
    "its sample size and its interval, and opens the postings it was read from; where there is no difference, "
    "that is what is said."
)


# ── comparisons ──────────────────────────────────────────────────────────────────────────────────


def address_of(c: Comparison) -> str:
    """The address of a comparison: roles by their own names, not as the two sides are cut apart."""
    return "/compare/" + "/".join(_own(side) for side in c.id.split(".."))


def _own(slug: str) -> str:
    """A role's own slug, from that of a side of a comparison."""
    return find_role(slug).own.slug


def title_of(c: Comparison) -> str:
    """Both roles by name."""
    return f"{c.a.name} vs {c.b.name}"


def _comparison(catalogue: Catalogue, a: str, b: str) -> Document | Moved:
    one, other = find_role(a), find_role(b)
    wanted = canonical(one.slug, other.slug)
    if (a, b) != wanted:
        return Moved(f"/compare/{wanted[0]}/{wanted[1]}")
    comparison = compare_roles(catalogue.snapshot, catalogue.snapshot.id, one, other)
    return comparison_document(comparison)


def comparison_document(c: Comparison) -> Document:
    """A comparison as a page."""
    found = [
        d
        for d in (*c.responsibilities, *c.skills_more_in_a, *c.skills_more_in_b)
        if d.verdict.startswith("more")
    ]
    small = [r.name for r in (c.a, c.b) if r.employers < LEAST_EMPLOYERS]
    thin = ""
    if len(found) < LEAST_FOUND:
        thin = f"Fewer than {LEAST_FOUND} differences were found"
        thin += (
            f": {say_list(small)} {'has' if len(small) == 1 else 'have'} too few openings." if small else "."
        )
    return Document(
        path=address_of(c),
        title=title_of(c),
        description=" ".join(c.headline)[:300],
        sections=lay_out(c),
        result=c,
        figures=draw_comparison(c),
        linked_data=linked_data.comparison(c),
        crumbs=(HOME, _COMPARISONS),
        template="comparison.html",
        extra={"c": c, "roles": (_own(c.a.slug), _own(c.b.slug))},
        thin=thin,
    )


def _comparisons(catalogue: Catalogue, a: str = "", b: str = "") -> Document | Moved:
    """The list of all; with two roles given, as the form without JavaScript does, the way to their page."""
    if a and b:
        first, second = canonical(find_role(a).slug, find_role(b).slug)
        return Moved(f"/compare/{first}/{second}")
    names = {e.slug: e.name for e in catalogue.roles}

    def name(slug: str) -> str:
        return names.get(slug) or find_role(slug).name

    groups: dict[str, list[tuple[str, str, str]]] = {}
    for one, other in catalogue.pairs:
        family = families()[find_role(one).family].name
        groups.setdefault(family, []).append((f"{name(one)} vs {name(other)}", f"/compare/{one}/{other}", ""))
    sections = [
        Section(
            "comparisons",
            "Comparisons",
            (
                (
                    f"{say_count(len(catalogue.pairs), 'pair')} of roles, each with openings of at least "
                    f"{LEAST_EMPLOYERS} employers on both sides, and the pairs that people look for most."
                ),
            ),
        )
    ]
    sections += [
        Section(_anchor(family), family, tables=(_links_table(("Comparison",), rows),))
        for family, rows in groups.items()
    ]
    return Document(
        path="/compare",
        title="Comparisons",
        description="All comparisons of two roles that have enough evidence.",
        sections=sections,
        result=[
            {"a": one, "b": other, "address": f"/compare/{one}/{other}"} for one, other in catalogue.pairs
        ],
        crumbs=(HOME,),
        template="lists.html",
        extra={"roles": catalogue.roles},
    )


def _anchor(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def _links_table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Table:
    return Table(
        "",
        columns,
        tuple(
            (Cell(name, page=where), *(Cell(text) for text in rest if len(columns) > 1))
            for name, where, *rest in rows
        ),
    )


# ── roles ────────────────────────────────────────────────────────────────────────────────────────


def _roles(catalogue: Catalogue) -> Document:
    rows = [
        (
            Cell(e.name, page=f"/roles/{e.slug}")
            if e.seniority is None
            else Cell(f"  {e.name}", page=f"/roles/{e.slug}"),
            Cell(f"{e.openings:,}"),
            Cell(f"{e.readable:,}"),
            Cell(f"{e.employers:,}"),
        )
        for e in catalogue.roles
    ]
    columns = ("Role", "Openings", "Read in full", "Employers of these")
    return Document(
        path="/roles",
        title="Roles",
        description="All roles in data, analytics, machine learning and AI that this snapshot has openings of.",
        sections=[
            Section(
                "roles",
                "Roles",
                (
                    (
                        "A family holds all openings of the same work; its levels are those that name a seniority "
                        "in the title. Openings read in full are in English and not cut off; only of these is said "
                        "what they ask for."
                    ),
                ),
                (Table("", columns, tuple(rows)),),
            )
        ],
        result=list(catalogue.roles),
        crumbs=(HOME,),
    )


def _role(catalogue: Catalogue, role: str) -> Document | Moved:
    found = find_role(role)
    own = found.own.slug
    if role != own:
        return Moved(f"/roles/{own}")
    profile = describe_role(catalogue.snapshot, catalogue.snapshot.id, found)
    s = profile.summary
    named = say_list(
        [f"{c.label} ({say_percent(c.estimate.share)})" for c in profile.tools[:3] if not c.needed]
    )
    description = f"{s.name}: {s.definition}" + (f" Named most: {named}." if named else "")
    compared = [
        (catalogue.by_slug[x].name, f"/compare/{one}/{other}")
        for one, other in catalogue.pairs
        if own in (one, other)
        for x in (one, other)
        if x != own and x in catalogue.by_slug
    ]
    levels = [e for e in catalogue.roles if e.family == found.family and e.seniority and e.slug != own]
    sections = [
        *lay_out_role(profile),
        Section(
            "levels", "Levels of this family",
            () if levels else ("The snapshot has openings of no other level.",),
            (_levels_table(levels),) if levels else (),
        ),
        Section(
            "compare", f"Compare {s.name} with",
            () if compared else (f"Its openings are of {say_count(s.employers, 'employer')}: too few for a list.",),
            (_links_table(("Role",), compared),) if compared else (),
        ),
    ]  # fmt: skip
    return Document(
        path=f"/roles/{own}",
        title=s.name,
        description=description[:300],
        sections=sections,
        result=profile,
        figures=draw_role(profile),
        linked_data=linked_data.role(profile),
        crumbs=(HOME, ROLES),
        extra={"also": [("Openings", f"/openings/{own}"), ("Salaries", f"/salaries/{own}")]},
        thin=""
        if s.employers >= LEAST_EMPLOYERS
        else f"Openings of {say_count(s.employers, 'employer')} only.",
    )


def _levels_table(levels: list[Entry]) -> Table:
    rows = tuple(
        (Cell(e.name, page=f"/roles/{e.slug}"), Cell(f"{e.openings:,}"), Cell(f"{e.readable:,}"))
        for e in levels
    )
    return Table("", ("Level", "Openings", "Read in full"), rows)


# ── evidence ─────────────────────────────────────────────────────────────────────────────────────


def _evidence(catalogue: Catalogue, role: str, kind: str, value: str, page: str = "1") -> Document | Moved:
    if ".." not in role and (own := find_role(role).slug) != role:
        return Moved(f"/evidence/{own}/{kind}/{value}")
    claim = f"{role}/{KIND_OF.get(kind, kind)}/{value}"
    number = read_number("page", page, 10_000)
    found = find_evidence(catalogue.snapshot, claim, EVIDENCE_ROWS, (number - 1) * EVIDENCE_ROWS)
    return evidence_document(claim, found, number)


#: How kinds with a colon are written in addresses, which become names of files.
KIND_OF = {"need-required": "need:required"}


def evidence_address(claim: str) -> str:
    """The address of a claim's evidence."""
    return "/evidence/" + claim.replace(":", "-")


def evidence_document(claim: str, found: list[Evidence], number: int = 1) -> Document:
    """The evidence of a claim as a page; of a difference, both sides."""
    offset = (number - 1) * EVIDENCE_ROWS
    sections = [section for e in found for section in lay_out_evidence(e, offset)]
    total = max(e.total for e in found)
    address = evidence_address(claim)
    return Document(
        path=address,
        title=sections[0].title,
        description=f"The postings behind one figure: {sections[0].title}.",
        sections=sections,
        result=found,
        crumbs=(HOME, ROLES, *((e.role, f"/roles/{_own(e.claim.split('/')[0])}") for e in found)),
        template="evidence.html",
        extra={
            "evidence": found,
            "number": number,
            "last": max(1, -(-total // EVIDENCE_ROWS)),
            "address": address,
        },
        thin="Evidence stands behind a figure, not by itself.",
    )


# ── method ───────────────────────────────────────────────────────────────────────────────────────


def _method(_: Catalogue, name: str = "index") -> Document:
    return manual.document(name)


def _audit(_: Catalogue) -> Moved:
    return Moved("/method/audit")


def _of_families(kind: str) -> Callable[[Catalogue], list[str]]:
    return lambda catalogue: [f"/{kind}/{e.slug}" for e in catalogue.roles]


_ROLE = {"role": "data-engineer"}

PAGES: tuple[Page, ...] = (
    Page("/", _home, None, "What the snapshot holds, and the comparisons people look for", addresses=lambda c: ["/"]),
    Page("/compare", _comparisons, None, "All comparisons with enough evidence", addresses=lambda c: ["/compare"],
         query=(Query("a", "with b: the way to the comparison of two roles, in any words", "data analyst"),
                Query("b", "see a", "data engineer"))),
    Page("/compare/{a}/{b}", _comparison, Comparison, "How two roles differ",
         {"a": "data-specialist", "b": "lead-machine-learning-engineer"}),
    Page("/roles", _roles, Entry, "All roles", addresses=lambda c: ["/roles"], list=True),
    Page("/roles/{role}", _role, RoleProfile, "What the openings of a role state", _ROLE, _of_families("roles")),
    Page("/skills", listings.skills, SkillIndex, "All skills that enough openings name",
         addresses=lambda c: [] if c.chosen is not None else ["/skills"]),
    Page("/skills/{skill}", listings.skill, SkillProfile, "Which roles ask for a skill, and what else is asked with it",
         {"skill": "python"}, listings.skill_addresses),
    Page("/salaries/{role}", listings.salaries, SalaryProfile, "What a role pays, by level, country and year", _ROLE,
         _of_families("salaries")),
    Page("/openings/{role}", listings.openings, OpeningsPage, "The openings of a role in this snapshot", _ROLE,
         _of_families("openings"), listings.OPENINGS_QUERY),
    Page("/postings/{posting}", listings.posting, PostingProfile, "What was read in one posting",
         {"posting": "0e3af662c81e-752"}),
    Page("/evidence/{role}/{kind}/{value}", _evidence, Evidence, "The postings behind a claim",
         {"role": "data-engineer", "kind": "skill", "value": "sql"},
         query=(Query("page", f"which {EVIDENCE_ROWS} postings, from 1", "2"),), list=True),
    Page("/data", data_page, Holdings, "What the snapshot holds, and all of it to download",
         addresses=lambda c: ["/data"]),
    Page("/method", _method, None, "How the figures are made", addresses=lambda c: ["/method"]),
    Page("/method/{name}", _method, None, "How one kind of figure is made", {"name": "shares"},
         lambda c: [f"/method/{name}" for name in manual.NAMES if name != "index"]),
    Page("/audit", _audit, None, "Where the proof of the statistics stands"),
)  # fmt: skip
