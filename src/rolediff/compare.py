"""Two profiles and the tested differences between them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rolediff import statistics
from rolediff.headline import strongest, write_headline
from rolediff.labels import FIELD_VALUES, group_of, is_tool, label_of
from rolediff.learning import (
    find_needs,
    find_path,
    find_start,
    read_asked,
    read_doors,
    read_have,
    usual_skills,
)
from rolediff.official import official_facts
from rolediff.paying import read_pay_claims
from rolediff.postings import featured_openings
from rolediff.profiles import (
    SHOWN_FROM,
    Facts,
    Profile,
    claim,
    levels_of,
    read_profiles,
    summarise,
)
from rolediff.reading_errors import shifts_of
from rolediff.results import (
    Claim,
    Comparison,
    Difference,
    Fact,
    OfficialLine,
    Opening,
    PayClaim,
    Related,
    Start,
)
from rolediff.roles import Role, pair
from rolediff.sensitivity import find_sensitivities
from rolediff.tested import COMPARED, TESTED, judge_pair
from rolediff.titles import families
from rolediff.trend import read_trends
from rolediff.warehouse import Warehouse
from rolediff.wording import say_interval, say_money, say_percent

# How many skills of one list a reader is shown.
_SHOWN = 20
_NEEDS_SHOWN = 12
# A tool is listed in its category where either role's adverts name it this often.
_NAMED = 0.07
# A skill is shared where both roles' adverts name it at least this often.
_SHARED = 0.10
_RELATED = 5


def compare_roles(
    warehouse: Warehouse, snapshot: str, a: Role, b: Role, have: Sequence[str] | None = None
) -> Comparison:
    """Everything the snapshot says about how two roles differ.

    Args:
        warehouse: the snapshot's tables.
        snapshot: its id.
        a: one role.
        b: another; of a family and one of its levels, the family is taken without that level.
        have: the lines of a list of skills or of a CV; what to learn is then counted from these skills,
            not from those that are usual in A.

    Raises:
        SameRoleError: both are the same role.
    """
    a, b = pair(a, b)
    facts, (profile_a, profile_b) = read_profiles(warehouse, [a, b], SHOWN_FROM)
    tested = _test(facts, profile_a, profile_b)
    by_kind = {kind: [d for d in tested if d.kind == kind] for kind in COMPARED}
    skills = by_kind["skill"]
    shared = [
        d
        for d in skills
        if d.verdict == "no-detectable-difference" and min(d.a.estimate.share, d.b.estimate.share) >= _SHARED
    ]
    more_a = _strongest(skills, "more-in-a")
    more_b = _strongest(skills, "more-in-b")
    in_view = {d.value for d in (shared + more_a + more_b)}
    pay, gaps = read_pay_claims(warehouse, a, b)
    doors = read_doors(warehouse)
    asked_a, asked_b = (read_asked(warehouse, p) for p in (profile_a, profile_b))
    starts = [
        find_start(warehouse, p, facts, asked, doors)
        for p, asked in ((profile_a, asked_a), (profile_b, asked_b))
    ]
    known = usual_skills(facts, profile_a)
    found = None
    if have is not None:
        known, found = read_have(have, usual=known)
    featured = featured_openings(warehouse, [a, b])
    summaries = [summarise(p, levels_of(warehouse, p.role)) for p in (profile_a, profile_b)]
    comparison_id = f"{a.page}..{b.page}"
    parts = {
        "responsibilities": tuple(sorted(by_kind["responsibility"], key=_by_size)),
        "skills_shared": tuple(sorted(shared, key=lambda d: (-_both(d), d.value))[:_SHOWN]),
        "skills_more_in_a": tuple(more_a[:_SHOWN]),
        "skills_more_in_b": tuple(more_b[:_SHOWN]),
        "needs": tuple(
            sorted(
                (d for d in by_kind["need:required"] if d.value in in_view),
                key=lambda d: (-_both(d), d.value),
            )
        )[:_NEEDS_SHOWN],
        "tools": _tools(skills),
        "education": _in_order(by_kind["degree"], "degree"),
        "experience": _in_order(by_kind["years"], "years"),
        "work_modes": _in_order(by_kind["work-mode"], "work-mode"),
        "industries": tuple(
            sorted(by_kind["industry"], key=lambda d: (d.value == "not-stated", -_both(d), d.value))
        ),
    }
    outlook = tuple(line for role in dict.fromkeys([a.family, b.family]) for line in _outlook(role))
    trends, no_trend = read_trends(warehouse, list(dict.fromkeys([a.family, b.family])))
    named = [d for verdict in ("more-in-a", "more-in-b") for part in strongest(tested, verdict) for d in part]
    return Comparison(
        id=comparison_id,
        snapshot=snapshot,
        a=summaries[0],
        b=summaries[1],
        relation=_relation(a, b),
        headline=write_headline(summaries[0], summaries[1], tested, gaps),
        glance=_glance(facts, profile_a, profile_b, pay, starts),
        skills_tested=len(skills),
        pay=tuple(pay),
        pay_gaps=tuple(gaps),
        outlook=outlook,
        trends=trends,
        moving=find_path(b, asked_b, known),
        moving_needs=find_needs(facts, profile_a, profile_b),
        have=found,
        starting_a=starts[0],
        starting_b=starts[1],
        featured_a=featured[a.slug],
        featured_b=featured[b.slug],
        related=_related(warehouse, b, without={a.family, b.family}),
        sensitivity=find_sensitivities(warehouse, profile_a, profile_b, named),
        missing=_missing(parts, profile_a, profile_b, pay, outlook, no_trend, featured, a, b),
        **parts,
    )


def _test(facts: Facts, a: Profile, b: Profile) -> list[Difference]:
    """The differences of all facts common enough to be shown, with the page's verdicts."""
    rows = []
    for kind, found in judge_pair(a.shares, b.shares).items():
        values = [facts[kind][place] for place in found.at.tolist()]
        # What is read wrongly alike in both roles makes no difference, so the test is of the shares as
        # read; its size is told of the corrected ones. How surely the error is known is common to both.
        shift, _ = shifts_of(kind, values)
        size = statistics.mover(statistics.correct(found.a, shift), statistics.correct(found.b, shift))
        for i, (place, value) in enumerate(zip(found.at.tolist(), values, strict=True)):
            difference, low, high = (float(column[i]) for column in size)
            rows.append(
                Difference(
                    id=f"{a.role.slug}..{b.role.slug}/{kind}/{value}",
                    kind=kind,
                    value=value,
                    label=label_of(kind, value),
                    group=group_of(kind, value),
                    a=claim(a, facts, kind, place),
                    b=claim(b, facts, kind, place),
                    difference=difference,
                    low=low,
                    high=high,
                    q=float(found.q[i]) if np.isfinite(found.q[i]) else None,
                    verdict=str(found.verdicts[i]) if kind in TESTED else "not-tested",
                )
            )
    return rows


def _strongest(rows: list[Difference], verdict: str) -> list[Difference]:
    return sorted((d for d in rows if d.verdict == verdict), key=lambda d: (-d.certain, d.value))


def _by_size(d: Difference) -> tuple[float, str]:
    return -abs(d.difference), d.value


def _both(d: Difference) -> float:
    return d.a.estimate.share + d.b.estimate.share


def _in_order(rows: list[Difference], kind: str) -> tuple[Difference, ...]:
    order = list(FIELD_VALUES[kind])
    return tuple(sorted(rows, key=lambda d: order.index(d.value)))


def _tools(skills: list[Difference]) -> tuple[Difference, ...]:
    """Tools by category, in each the ones most named by either role."""
    tools = [d for d in skills if is_tool(d.value) and max(d.a.estimate.share, d.b.estimate.share) >= _NAMED]
    return tuple(sorted(tools, key=lambda d: (d.group, -_both(d), d.value)))


def _relation(a: Role, b: Role) -> str:
    if a.family != b.family:
        return "two families"
    if a.without or b.without:
        return "a family and one of its levels"
    return "two levels of one family"


def _outlook(family: str) -> list[OfficialLine]:
    row = families()[family]
    if not row.soc or not row.soc_fit:
        return []
    return [
        OfficialLine(
            role=family,
            soc=fact.soc,
            soc_title=fact.title,
            fit=row.soc_fit,
            measure=fact.measure,
            value=fact.value,
            qualifier=fact.qualifier,
            unit=fact.unit,
            period=fact.period,
            release=fact.release.title,
            url=fact.release.url,
        )
        for fact in official_facts(row.soc)
    ]


def _glance(
    facts: Facts, a: Profile, b: Profile, pay: list[PayClaim], starts: list[Start]
) -> tuple[Fact, ...]:
    def top(profile: Profile, kind: str, keep: object, count: int) -> tuple[str, list[str]]:
        share = np.nan_to_num(profile.corrected[kind].share)
        names: list[str] = []
        ids: list[str] = []
        for i in np.argsort(-share, kind="stable").tolist():
            value = facts[kind][i]
            if len(names) < count and share[i] >= 0.1 and (not callable(keep) or keep(value)):
                known = claim(profile, facts, kind, i)
                counted = f"{known.estimate.openings} of {known.estimate.n}"
                names.append(f"{known.label} {counted if known.needed else say_percent(share[i])}")
                ids.append(f"{profile.role.slug}/{kind}/{value}")
        return ", ".join(names) or "no value in 10%" if profile.n else "no postings read in full", ids

    rows = []
    for question, kind, keep, count in (
        ("Main duties", "responsibility", None, 3),
        ("Most named tools", "skill", is_tool, 5),
        ("Most named methods and fields", "skill", lambda v: not is_tool(v), 5),
        ("Degree asked for", "degree", lambda v: v != "not-stated", 2),
        ("Years asked for", "years", lambda v: v != "not-stated", 2),
        ("Where the work is done", "work-mode", lambda v: v != "not-stated", 3),
    ):
        (text_a, ids_a), (text_b, ids_b) = top(a, kind, keep, count), top(b, kind, keep, count)
        rows.append(Fact(question, text_a, text_b, (*ids_a, *ids_b)))
    entry = [_say_share(s.entry) for s in starts]
    rows.append(Fact("Open to beginners", entry[0], entry[1], tuple(s.entry.id for s in starts)))
    paid = {(c.role, c.basis, c.currency): c for c in pay}
    for basis, question in (
        ("stated", "Median pay stated in adverts"),
        ("pay table", "Median pay in pay tables"),
    ):
        claims = [paid.get((p.role.slug, basis, "USD")) for p in (a, b)]
        if any(claims):
            texts = [_say_pay(c) for c in claims]
            rows.append(Fact(question, texts[0], texts[1], tuple(c.id for c in claims if c)))
    return tuple(rows)


def _say_share(claim: Claim) -> str:
    estimate = claim.estimate
    if not estimate.n:
        return "no postings read in full"
    if claim.needed:
        return f"{estimate.openings} of {estimate.n}"
    return f"{say_percent(estimate.share)} ({say_interval(estimate.low, estimate.high)})"


def _say_pay(claim: PayClaim | None) -> str:
    if claim is None or claim.median is None:
        return "not stated" if claim is None else f"too few (n = {claim.n})"
    return f"{say_money(claim.median, claim.currency)} a year (n = {claim.n:,})"


def _related(warehouse: Warehouse, role: Role, without: set[str]) -> tuple[Related, ...]:
    """Families of data work whose openings ask for much the same as a role's family."""
    known = families()
    alike = [
        Related(r["family"], known[r["family"]].name, r["similarity"], r["low"], r["high"], r["n"])
        for r in warehouse.rows("related", family=role.family)
        if r["family"] not in without and known[r["family"]].kind == "data"
    ]
    return tuple(alike[:_RELATED])


def _missing(
    parts: dict[str, tuple[Difference, ...]],
    a: Profile,
    b: Profile,
    pay: list[PayClaim],
    outlook: tuple[OfficialLine, ...],
    no_trend: str,
    featured: dict[str, tuple[Opening, ...]],
    role_a: Role,
    role_b: Role,
) -> dict[str, str]:
    """What each empty section lacks, in words."""
    missing = {}
    empty = [p.role.name for p in (a, b) if not p.n]
    for section, rows in parts.items():
        if rows:
            continue
        if empty:
            missing[section] = f"The snapshot holds no opening of {' or '.join(empty)} that was read in full."
        elif section.startswith("skills_more"):
            missing[section] = "No skill is named detectably more often."
        else:
            missing[section] = "No statement stands in enough of the openings of either role to be compared."
    if not pay:
        missing["pay"] = "No opening of either role states its pay, and no pay table names them."
    if not outlook:
        missing["outlook"] = "No official occupation class fits either role."
    if no_trend:
        missing["trend"] = no_trend
    for role in (role_a, role_b):
        if not featured[role.slug]:
            missing[f"featured:{role.slug}"] = (
                f"No opening of {role.name} with a known employer is in the snapshot."
            )
    return missing
