"""Two profiles and the tested differences between them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rolediff import statistics
from rolediff.headline import write_headline
from rolediff.labels import FIELD_VALUES, group_of, is_tool, label_of
from rolediff.learning import find_path, find_start
from rolediff.official import official_facts
from rolediff.paying import read_pay_claims
from rolediff.postings import featured_openings
from rolediff.profiles import (
    Facts,
    Profile,
    claim,
    join_shares,
    levels_of,
    read_profiles,
    summarise,
    take_shares,
)
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
from rolediff.titles import families
from rolediff.warehouse import Warehouse
from rolediff.wording import say_interval, say_money, say_percent

#: Kinds whose differences are tested together: the false-discovery rate is that of the whole page.
TESTED = ("responsibility", "skill", "degree", "years", "work-mode", "industry")
# Shown with their differences and not tested: a skill is named oftener where it is required oftener,
# and to ask the same thing twice would halve the power of the first answer.
_UNTESTED = ("need:required",)
_COMPARED = (*TESTED, *_UNTESTED)
# A fact is shown if this share of the openings of both roles together states it ...
_LEAST_SHARE = 0.03
# ... and tested if so many independent openings of the thinner role would be expected to.
_LEAST_STATING = 2.0
# How many skills of one list a reader is shown.
_SHOWN = 20
# A skill is shared where both roles' adverts name it at least this often.
_SHARED = 0.10
_ALIKE_LEAST = 30  # openings a family needs to be offered as a related role
_RELATED = 5


def compare_roles(warehouse: Warehouse, snapshot: str, a: Role, b: Role) -> Comparison:
    """Everything the snapshot says about how two roles differ.

    Args:
        warehouse: the snapshot's tables.
        snapshot: its id.
        a: one role.
        b: another; of a family and one of its levels, the family is taken without that level.

    Raises:
        SameRoleError: both are the same role.
    """
    a, b = pair(a, b)
    facts, (profile_a, profile_b) = read_profiles(warehouse, [a, b])
    tested = _test(facts, profile_a, profile_b)
    by_kind = {kind: [d for d in tested if d.kind == kind] for kind in _COMPARED}
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
    starts = [find_start(warehouse, p, facts) for p in (profile_a, profile_b)]
    featured = featured_openings(warehouse, [a, b])
    summaries = [summarise(p, levels_of(warehouse, p.role)) for p in (profile_a, profile_b)]
    moving = find_path(warehouse, profile_b, known=_asked_skills(facts, profile_a))
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
        )[:_SHOWN],
        "tools": _tools(skills),
        "education": _in_order(by_kind["degree"], "degree"),
        "experience": _in_order(by_kind["years"], "years"),
        "work_modes": _in_order(by_kind["work-mode"], "work-mode"),
        "industries": tuple(
            sorted(by_kind["industry"], key=lambda d: (d.value == "not-stated", -_both(d), d.value))
        ),
    }
    outlook = tuple(line for role in dict.fromkeys([a.family, b.family]) for line in _outlook(role))
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
        moving=moving,
        starting_a=starts[0],
        starting_b=starts[1],
        featured_a=featured[a.slug],
        featured_b=featured[b.slug],
        related=_related(warehouse, b, without={a.family, b.family}),
        missing=_missing(parts, profile_a, profile_b, pay, outlook, featured, a, b),
        **parts,
    )


def _test(facts: Facts, a: Profile, b: Profile) -> list[Difference]:
    """The differences of all facts common enough to be shown, with the page's verdicts."""
    # One call for all kinds that were pooled alike: the cost is per call.
    thinner = min(float(np.median(p.shares["skill"].n_eff)) if facts["skill"] else 0.0 for p in (a, b))
    together = {k: _together(a.shares[k], b.shares[k]) for k in _COMPARED}
    chosen = {k: np.flatnonzero(share >= _LEAST_SHARE) for k, share in together.items()}
    worth = {k: together[k][at] >= _LEAST_STATING / max(thinner, 1.0) for k, at in chosen.items()}
    parts: dict[tuple[float, float], list[str]] = {}
    for kind in _COMPARED:
        parts.setdefault((a.shares[kind].padding, b.shares[kind].padding), []).append(kind)
    found: dict[str, tuple[statistics.Differences, npt.NDArray[np.bool_]]] = {}
    for kinds in parts.values():
        one, other = (join_shares([take_shares(p.shares[k], chosen[k]) for k in kinds]) for p in (a, b))
        difference, enough = statistics.differences(one, other), statistics.enough(one, other)
        begin = 0
        for kind in kinds:
            mine = slice(begin, begin + len(chosen[kind]))
            begin = mine.stop
            columns = (difference.difference, difference.low, difference.high, difference.p)
            found[kind] = (
                statistics.Differences(*(c[mine] for c in columns)),
                enough[mine] & worth[kind] & (kind in TESTED),
            )
    q_all = statistics.adjust_fdr(
        np.concatenate([np.where(found[k][1], found[k][0].p, np.nan) for k in _COMPARED])
    )
    rows = []
    for kind, q in zip(
        _COMPARED, np.split(q_all, np.cumsum([len(chosen[k]) for k in _COMPARED])[:-1]), strict=True
    ):
        at, difference = chosen[kind], found[kind][0]
        one, other = take_shares(a.shares[kind], at), take_shares(b.shares[kind], at)
        verdicts = statistics.verdicts(one, other, difference, q)
        for i, place in enumerate(at.tolist()):
            value = facts[kind][place]
            rows.append(
                Difference(
                    id=f"{a.role.slug}..{b.role.slug}/{kind}/{value}",
                    kind=kind,
                    value=value,
                    label=label_of(kind, value),
                    group=group_of(kind, value),
                    a=claim(a, facts, kind, place),
                    b=claim(b, facts, kind, place),
                    difference=float(difference.difference[i]),
                    low=float(difference.low[i]),
                    high=float(difference.high[i]),
                    q=float(q[i]) if np.isfinite(q[i]) else None,
                    verdict=str(verdicts[i]) if kind in TESTED else "not-tested",
                )
            )
    return rows


def _together(a: statistics.Shares, b: statistics.Shares) -> npt.NDArray[np.float64]:
    """The share of both roles' openings together that states each fact.

    It says nothing of the difference, so leaving facts out by it keeps the test honest; a fact that no
    outcome could make significant would only cost the others power (Tarone 1990, Biometrics 46;
    Bourgon, Gentleman and Huber 2010, PNAS 107).
    """
    size = np.maximum(a.n_eff + b.n_eff, 1e-9)
    return (np.nan_to_num(a.share) * a.n_eff + np.nan_to_num(b.share) * b.n_eff) / size


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
    tools = [d for d in skills if is_tool(d.value) and max(d.a.estimate.share, d.b.estimate.share) >= 0.05]
    return tuple(sorted(tools, key=lambda d: (d.group, -_both(d), d.value)))


def _asked_skills(facts: Facts, profile: Profile, least: float = 0.25) -> list[str]:
    """Skills that at least a quarter of a role's openings name: what someone in it may be taken to know."""
    share = profile.shares["skill"].share
    return [facts["skill"][i] for i in np.flatnonzero(np.nan_to_num(share) >= least).tolist()]


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
        share = np.nan_to_num(profile.shares[kind].share)
        names: list[str] = []
        ids: list[str] = []
        for i in np.argsort(-share, kind="stable").tolist():
            value = facts[kind][i]
            if len(names) < count and share[i] >= 0.1 and (not callable(keep) or keep(value)):
                known = claim(profile, facts, kind, i)
                counted = f"{known.estimate.openings} of {known.estimate.n}"
                names.append(f"{known.label} {counted if known.needed else say_percent(share[i])}")
                ids.append(f"{profile.role.slug}/{kind}/{value}")
        return ", ".join(names) or "rarely stated" if profile.n else "no postings read in full", ids

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
    """Families whose openings ask for much the same as a role's family."""
    table = warehouse.ask("family_shares", least=_ALIKE_LEAST, least_share=_LEAST_SHARE)
    family, share = table["family"], table["share"]
    n_of = dict(zip(family.tolist(), table["n"].tolist(), strict=True))
    facts = np.char.add(table["kind"].astype(str), table["value"].astype(str))
    names, number = np.unique(facts, return_inverse=True)
    profiles = {}
    for name in n_of:
        rows = family == name
        profiles[name] = np.zeros(len(names))
        profiles[name][number[rows]] = share[rows]
    if role.family not in profiles:
        return ()
    known = families()
    alike = sorted(
        (
            (statistics.similarity(profiles[role.family], profile), name)
            for name, profile in profiles.items()
            if name not in without and known[name].kind == "data"
        ),
        key=lambda pair: (-pair[0], pair[1]),
    )
    return tuple(Related(name, known[name].name, likeness, n_of[name]) for likeness, name in alike[:_RELATED])


def _missing(
    parts: dict[str, tuple[Difference, ...]],
    a: Profile,
    b: Profile,
    pay: list[PayClaim],
    outlook: tuple[OfficialLine, ...],
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
    missing["trend"] = (
        "No trend of openings is shown: the sources were gathered at different times by different means, so "
        "counts by month would show the gathering, not the market."
    )
    for role in (role_a, role_b):
        if not featured[role.slug]:
            missing[f"featured:{role.slug}"] = (
                f"No opening of {role.name} with a known employer is in the snapshot."
            )
    return missing
