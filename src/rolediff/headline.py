"""The two or three sentences that open a comparison, built from its strongest claims.

A sentence never says more than its verdict: it names only tested differences, and says so where
none was found.
"""

from __future__ import annotations

from collections.abc import Sequence

from rolediff.labels import is_tool
from rolediff.results import Difference, PayGap, RoleSummary
from rolediff.statistics import MIN_EFFECTIVE
from rolediff.wording import say_count, say_list, say_share

# A difference that may be as small as this many points is true but no headline.
_LEAST_CERTAIN = 0.05
_NAMED = 3
_LEAST_GAP = 1.005
# Of a role with fewer openings the headline says how many.
_FEW = 30
# Medians of fewer observations than this stay in the pay section, with their n.
_LEAST_PAID = 20


def write_headline(
    a: RoleSummary, b: RoleSummary, tested: Sequence[Difference], gaps: Sequence[PayGap]
) -> tuple[str, ...]:
    """Sentences from the strongest differences; what cannot be told, and on how little, comes last."""
    # On how little it stands comes first where that is less than would be shown without borrowing.
    first = [line for r in (a, b) if r.n < MIN_EFFECTIVE for line in _caution(r)]
    last = [line for r in (a, b) if r.n >= MIN_EFFECTIVE for line in _caution(r)]
    sentences: list[str] = []
    for side, other, verdict in ((a, b, "more-in-a"), (b, a, "more-in-b")):
        sentences += _about(side, other, verdict, tested)
    if not sentences:
        sentences.append(_small_found(a, b, tested) or _nothing_found(a, b, tested))
    sentences += _about_pay(a, b, gaps)
    return (*first, *sentences, *last)


def _small_found(a: RoleSummary, b: RoleSummary, tested: Sequence[Difference]) -> str:
    """The largest difference where none of a skill or duty is large enough to be named; empty where none is."""
    found = sorted((d for d in tested if d.verdict in ("more-in-a", "more-in-b")), key=_rank)
    if not found:
        return ""
    d = found[0]
    return (
        f"Little tells them apart. Most surely: {_lower(d.label)}, {say_share(d.a.estimate.share)} of {a.name} adverts "
        f"against {say_share(d.b.estimate.share)} of {b.name} adverts."
    )


def _nothing_found(a: RoleSummary, b: RoleSummary, tested: Sequence[Difference]) -> str:
    """What may be said where no difference was found: too little evidence, or enough and none seen."""
    none = [r.name for r in (a, b) if not r.n]
    if none:
        return f"No opening of {say_list(none)} was read in full, so nothing can be compared."
    sizes = f"{say_count(a.n, 'opening')} of {a.name} against {b.n:,} of {b.name}"
    judged = [d for d in tested if d.verdict != "not-tested"]
    unclear = [d for d in judged if d.verdict == "too-few-postings"]
    if len(unclear) * 2 > len(judged):
        needed = max((c.needed or 0 for d in unclear for c in (d.a, d.b)), default=0)
        more = f" It would take at least {needed:,} more." if needed else ""
        return f"There are too few openings to tell the two apart: {sizes} were read in full.{more}"
    widths = sorted((d.high - d.low) / 2 for d in tested if d.kind == "responsibility")
    reach = (
        f"; the intervals of the differences reach about {widths[len(widths) // 2] * 100:.0f} points"
        if widths
        else ""
    )
    return (
        f"No difference between what their adverts ask for can be detected: {sizes} were read in full{reach}."
    )


def strongest(tested: Sequence[Difference], verdict: str) -> tuple[list[Difference], list[Difference]]:
    """The skills and the duty that the headline names of one side: the largest at the least."""
    found = sorted((d for d in tested if d.verdict == verdict and d.certain >= _LEAST_CERTAIN), key=_rank)
    skills, duties = ([d for d in found if d.kind == kind] for kind in ("skill", "responsibility"))
    return skills[:_NAMED], duties[:1]


def _about(side: RoleSummary, other: RoleSummary, verdict: str, tested: Sequence[Difference]) -> list[str]:
    skills, duties = strongest(tested, verdict)
    sentences = []
    if skills:
        first = skills[0]
        mine, theirs = _shares(first, verdict)
        stands = say_share(mine)
        if side.borrowed >= 0.5:
            stands = f"an estimated {stands.removeprefix('about ')}"
        names = say_list([_inside(d) for d in skills])
        sentences.append(
            f"{side.name} adverts name {names} more often than {other.name} adverts do; "
            f"{_inside(first)} stands in {stands} of them, against {say_share(theirs)}."
        )
    if duties:
        first = duties[0]
        mine, theirs = _shares(first, verdict)
        sentences.append(
            f"The duty that marks them most: {_lower(first.label)} ({say_share(mine)}, against {say_share(theirs)})."
            if skills
            else f"{side.name} adverts more often ask to {_lower(first.label)} ({say_share(mine)}, against "
            f"{say_share(theirs)} of {other.name} adverts)."
        )
    return sentences


def _about_pay(a: RoleSummary, b: RoleSummary, gaps: Sequence[PayGap]) -> list[str]:
    for gap in [g for g in gaps if min(g.n_a, g.n_b) >= _LEAST_PAID][:1]:
        source = {"stated": "adverts that state it", "pay table": "pay tables"}.get(
            gap.basis, "estimates of job boards"
        )
        found, least, most = gap.best
        like = gap.standardised is not None
        where = f"for like {say_list(gap.adjusted_for)}" if like else "at the median"
        caveat = "" if like else f", not adjusted for {say_list(gap.adjusted_for)}"
        # A gap whose interval ends within half a percent of none is not told as one.
        if least > _LEAST_GAP or most < 1 / _LEAST_GAP:
            more, less, ratio = (a, b, found) if found > 1 else (b, a, 1 / found)
            low, high = (least, most) if found > 1 else (1 / most, 1 / least)
            step = "The pay step between the levels: by" if gap.step else "By"
            return [
                (
                    f"{step} {source}, {more.name} pays about {(ratio - 1) * 100:.0f}% more than {less.name} {where} "
                    f"({gap.currency}; 95% interval {(low - 1) * 100:.0f}% to {(high - 1) * 100:.0f}%){caveat}."
                )
            ]
        return [f"By {source}, no difference in pay can be told {where} ({gap.currency}){caveat}."]
    return []


def _caution(role: RoleSummary) -> list[str]:
    if not role.n or (role.n >= _FEW and not role.borrowed_from):
        return []
    only = (
        f"Only {say_count(role.n, 'opening')} of {role.name} {'was' if role.n == 1 else 'were'} read in full"
    )
    if not role.borrowed_from:
        return [f"{only}, so its shares are uncertain; their intervals are in the tables."]
    borrowed = f"{role.borrowed * 100:.0f}% of their weight from the other levels of the family"
    return [f"{only}; its shares borrow about {borrowed}."]


def _rank(d: Difference) -> tuple[float, str]:
    return -d.certain, d.value


def _shares(d: Difference, verdict: str) -> tuple[float, float]:
    shares = d.a.estimate.share, d.b.estimate.share
    return shares if verdict == "more-in-a" else shares[::-1]


def _inside(skill: Difference) -> str:
    """A skill's name inside a sentence: methods are common nouns, tools are names."""
    return skill.label if is_tool(skill.value) else _lower(skill.label)


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:] if label[1:2].islower() else label
