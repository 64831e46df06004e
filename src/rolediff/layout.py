"""A comparison as sections of paragraphs and tables, in reading order: what all renderings share.

Terminal, Markdown and HTML draw these sections; JSON gives the `Comparison` itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rolediff.results import (
    Claim,
    Comparison,
    Difference,
    Estimate,
    Evidence,
    EvidenceRow,
    LeftOut,
    OfficialLine,
    Opening,
    Path,
    PayClaim,
    PayGap,
    Quote,
    RoleProfile,
    RoleSummary,
    Start,
)
from rolediff.roles import find_role
from rolediff.titles import families, seniorities
from rolediff.wording import say_count, say_interval, say_list, say_money, say_percent, say_points

VERDICTS = {
    "more-in-a": "more in A",
    "more-in-b": "more in B",
    "no-detectable-difference": "no detectable difference",
    "too-few-postings": "too few postings",
    "not-tested": "not tested",
}
#: A share that borrows at least this part of its weight is its family's more than the role's own.
MOSTLY = 0.5
_MEASURES = {
    "employment": "Employed",
    "wage_p10": "Wage, 10th percentile",
    "wage_p25": "Wage, 25th percentile",
    "wage_median": "Wage, median",
    "wage_p75": "Wage, 75th percentile",
    "wage_p90": "Wage, 90th percentile",
    "projected_change_percent": "Projected change in employment",
    "projected_openings_yearly": "Projected openings a year",
}
_SHOWN_INDUSTRIES = 10
_QUOTES = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table; `claim` opens its evidence, `page` is an address of the site, `title` says more."""

    text: str
    claim: str | None = None
    title: str = ""
    url: str | None = None
    whole: bool = False  # a figure that is not to be broken over lines
    page: str | None = None
    quotes: tuple[Quote, ...] = ()  # the words of a posting that the text has in brackets


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a caption."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of a list: what it is, a line about it, and lines below."""

    heading: Cell
    detail: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page. A section without tables says in its paragraphs what is missing."""

    id: str
    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    items: tuple[Item, ...] = ()


def lay_out(c: Comparison) -> list[Section]:
    """The sections of a comparison, in the order in which they are read."""
    a, b = c.a, c.b
    missing = c.missing
    return [
        Section("headline", f"{a.name} vs {b.name}", c.headline),
        Section("glance", "At a glance", tables=(_glance(c),)),
        Section(
            "definition",
            "What they are",
            _definitions(c),
        ),
        Section(
            "responsibilities",
            "Responsibilities",
            _or(missing, "responsibilities"),
            _differences("Share of openings that give the duty", c.responsibilities, c),
        ),
        Section(
            "skills",
            "Skills",
            (
                (
                    f"Compared: {say_count(c.skills_tested, 'skill')} that enough openings name. Shown are the ones "
                    "that differ most surely, and the ones both ask for."
                ),
                *_or(missing, "skills_more_in_a", f"More in {a.name}: "),
                *_or(missing, "skills_more_in_b", f"More in {b.name}: "),
                *_or(missing, "skills_shared", "Shared: "),
            ),
            (
                *_differences(f"More in {a.name}", c.skills_more_in_a, c),
                *_differences(f"More in {b.name}", c.skills_more_in_b, c),
                *_differences("Asked for by both, no detectable difference", c.skills_shared, c),
            ),
        ),
        Section(
            "needs",
            "Required where named",
            _or(missing, "needs"),
            _differences(
                "Share of openings that require the skill, not merely name it (not tested again)", c.needs, c
            ),
        ),
        Section("tools", "Tools by category", _or(missing, "tools"), _by_group(c.tools, c)),
        Section(
            "education",
            "Education and experience",
            (*_or(missing, "education"), *_or(missing, "experience")),
            (
                *_differences("Lowest degree that is enough", c.education, c),
                *_differences("Years of experience asked for", c.experience, c),
                *_differences("Where the work is done", c.work_modes, c),
            ),
        ),
        Section(
            "industries",
            "Industries",
            _or(missing, "industries"),
            _differences("Industry of the employer, where told", c.industries[:_SHOWN_INDUSTRIES], c),
        ),
        Section("pay", "Pay", (*_or(missing, "pay"), *_gaps(c)), _pay(c)),
        Section(
            "outlook", "Outlook", (*_or(missing, "outlook"), *_or(missing, "trend"), *_trends(c)), _outlook(c)
        ),
        Section(
            "moving",
            f"Moving from {a.name} to {b.name}",
            _moving_text(c),
            (*_path_table(c.moving), *_needs(c)),
        ),
        *(_start(c, role, start) for role, start in ((a, c.starting_a), (b, c.starting_b))),
        Section(
            "openings",
            "Openings in this snapshot",
            tuple(missing[k] for k in (f"featured:{a.slug}", f"featured:{b.slug}") if k in missing),
            tuple(
                _openings(role.name, openings)
                for role, openings in ((a, c.featured_a), (b, c.featured_b))
                if openings
            ),
        ),
        Section(
            "related",
            "Related comparisons",
            () if c.related else ("No family is alike enough to name.",),
            _related(c),
        ),
        Section("method", "Evidence and method", _method(c), (_counts(c), *_sensitivity(c))),
    ]


def _or(missing: dict[str, str], section: str, before: str = "") -> tuple[str, ...]:
    return (before + missing[section],) if section in missing else ()


def _definitions(c: Comparison) -> tuple[str, ...]:
    if c.a.family == c.b.family:
        return f"Both: {c.a.definition}", _relation(c)
    return f"{c.a.name}: {c.a.definition}", f"{c.b.name}: {c.b.definition}", _relation(c)


def _relation(c: Comparison) -> str:
    if c.relation == "two families":
        return "They are two families of work."
    return (
        f"They are one family at two seniorities ({c.relation}): what follows is a step within the same work, "
        "and the openings of the two sides do not overlap."
    )


def _glance(c: Comparison) -> Table:
    rows = [(Cell("Openings read"), Cell(_read(c.a)), Cell(_read(c.b)))]
    rows += [(Cell(f.question), Cell(f.a), Cell(f.b)) for f in c.glance]
    return Table("", ("", c.a.name, c.b.name), tuple(rows))


def _read(role: RoleSummary) -> str:
    return f"{say_count(role.n, 'opening')} of {say_count(role.employers, 'employer')}"


def _differences(caption: str, rows: Sequence[Difference], c: Comparison) -> tuple[Table, ...]:
    if not rows:
        return ()
    columns = ("", f"A: {c.a.name}", f"B: {c.b.name}", "Points (95% interval)", "Verdict")
    return (Table(caption, columns, tuple(_difference(d) for d in rows)),)


def _difference(d: Difference) -> tuple[Cell, ...]:
    return (
        Cell(d.label),
        share_cell(d.a),
        share_cell(d.b),
        Cell(say_points(d.difference, d.low, d.high), whole=True),
        Cell(_verdict(d)),
    )


def _verdict(d: Difference) -> str:
    mostly = max(d.a.estimate.borrowed, d.b.estimate.borrowed) >= MOSTLY
    return VERDICTS[d.verdict] + (" *" if mostly and d.verdict.startswith("more") else "")


def share_cell(claim: Claim) -> Cell:
    """A share with its interval; or why it is withheld."""
    e = claim.estimate
    # Employers are told once a role: a page holds hundreds of shares of the same openings.
    base = f"{e.openings:,} of {say_count(e.n, 'opening')}{_say_moved(e)}"
    if claim.needed:
        return Cell(f"{e.openings} of {e.n}: too few, {claim.needed} more needed", claim.id, base)
    own = f", own {e.openings} of {e.n}" if e.borrowed >= MOSTLY else ""
    return Cell(f"{say_percent(e.share)} ({say_interval(e.low, e.high)}){own}", claim.id, base, whole=True)


def say_base(e: Estimate) -> str:
    """What a share stands on."""
    return (
        f"{e.openings:,} of {say_count(e.n, 'opening')}, {say_count(e.employers, 'employer')}{_say_moved(e)}"
    )


def _say_moved(e: Estimate) -> str:
    """What a share took from elsewhere than its own count."""
    text = ""
    if e.borrowed:
        text += f"; borrows {e.borrowed:.0%} from {e.borrowed_from}"
    if say_percent(e.read) != say_percent(e.share):
        text += f"; {say_percent(e.read)} as read"
    return text


def _by_group(rows: Sequence[Difference], c: Comparison) -> tuple[Table, ...]:
    groups: dict[str, list[Difference]] = {}
    for row in rows:
        groups.setdefault(row.group, []).append(row)
    return tuple(t for group, found in groups.items() for t in _differences(group, found[:8], c))


def _gaps(c: Comparison) -> tuple[str, ...]:
    """What the largest gap of each basis says in words, and what the others' pay could change."""
    largest: dict[str, PayGap] = {}
    for gap in c.pay_gaps:
        largest.setdefault(gap.basis, gap)
    sentences = [_say_gap(g, c) for g in largest.values()]
    sentences += [_say_silent(g, c) for g in largest.values() if g.stated_a and g.stated_b]
    if any(g.standardised is None for g in c.pay_gaps):
        sentences.append(
            "Where like for like is not told, what is not alike on the two sides may be all of the gap, or hide one."
        )
    if c.pay and not c.pay_gaps:
        known = {r.name: max((p.n for p in c.pay if p.role == r.slug), default=0) for r in (c.a, c.b)}
        name, most = min(known.items(), key=lambda pair: pair[1])
        sentences.append(
            f"No gap is told: of {name} no basis and currency has more than {say_count(most, 'observation')}, and a "
            "gap needs six independent ones on either side."
        )
    if len({p.currency for p in c.pay}) > 1:
        sentences.append("Currencies stand apart; none is converted.")
    return tuple(sentences)


def _say_gap(g: PayGap, c: Comparison) -> str:
    what = "The pay step between the levels, " if g.step else ""
    text = (
        f"{what}{c.a.name} against {c.b.name}, {g.basis}, {g.currency}: {_say_ratio(g.ratio, g.low, g.high)} at the "
        "median as it stands"
    )
    if g.standardised is None:
        return f"{text}. Not told for like {say_list(g.adjusted_for)}: {g.not_standardised}."
    ratio, low, high = g.best
    level = "; the level is what is compared, and not adjusted for" if g.step else ""
    return f"{text}; for like {say_list(g.adjusted_for)} {_say_ratio(ratio, low, high)}{level}."


def _say_ratio(ratio: float, low: float, high: float) -> str:
    """A ratio as a difference in per cent, with its interval: "+5% (+3% to +7%)"."""
    return f"{_percent(ratio)} ({_percent(low)} to {_percent(high)})"


def _say_silent(g: PayGap, c: Comparison) -> str:
    """What the adverts without pay could do to a gap."""
    assert g.stated_a
    assert g.stated_b
    shares = " and ".join(
        f"{say_percent(s.share)} ({say_interval(s.low, s.high)}) of {r.name} openings"
        for s, r in ((g.stated_a, c.a), (g.stated_b, c.b))
    )
    more, less = (c.a, c.b) if g.best[0] > 1 else (c.b, c.a)
    text = f"Pay is stated in {shares}; what the others pay is not known. "
    if g.tipping is not None and g.tipping_sure is not None:
        text += (
            f"If those of {more.name} paid {say_percent(g.tipping)} less than the ones that state pay, and those of "
            f"{less.name} as theirs, no gap would be left in {g.currency}; at {say_percent(g.tipping_sure)} less none "
            "would be sure."
        )
    elif g.if_unlike is not None:
        text += (
            f"If those of {more.name} paid 10% less than the ones that state pay, and those of {less.name} 10% more, "
            f"the gap in {g.currency} would be {_percent(g.if_unlike)} in place of {_percent(g.best[0])}."
        )
    return text


def _percent(ratio: float) -> str:
    percent = round((ratio - 1) * 100)
    return f"{percent:+d}%".replace("-", "−") if percent else "0%"


def _gap_table(c: Comparison) -> tuple[Table, ...]:
    if not c.pay_gaps:
        return ()
    voices = "n (employers, or pay bands of a table)"
    columns = ("Basis", f"A: {voices}", f"B: {voices}", "Medians as they stand", "Like for like", "Alike in")
    rows = tuple(
        (
            Cell(f"{g.basis}, {g.currency}"),
            Cell(f"{g.n_a:,} ({g.voices_a:,})", whole=True),
            Cell(f"{g.n_b:,} ({g.voices_b:,})", whole=True),
            Cell(_say_ratio(g.ratio, g.low, g.high), whole=True),
            Cell("not told", title=g.not_standardised)
            if g.standardised is None
            else Cell(_say_ratio(*g.best), whole=True),
            Cell(", ".join(g.adjusted_for)),
        )
        for g in c.pay_gaps
    )
    step = "The pay step between the levels: " if c.pay_gaps[0].step else "Pay of A over that of B: "
    return (Table(f"{step}{c.a.name} against {c.b.name} (95% interval)", columns, rows),)


def _pay(c: Comparison) -> tuple[Table, ...]:
    names = {c.a.slug: c.a.name, c.b.slug: c.b.name}
    columns = ("Basis", "Role", "n", "10%", "25%", "Median", "95% interval", "75%", "90%", "Years")
    rows = tuple(
        (
            Cell(f"{p.basis}, {p.currency}", title=p.note),
            Cell(names[p.role]),
            Cell(f"{p.n:,}", p.id, f"{p.employers} employers" if p.employers else "names no employers"),
            _money(p.p10, p),
            _money(p.p25, p),
            Cell("too few" if p.median is None else say_money(p.median, p.currency)),
            Cell(_median_interval(p), whole=True),
            _money(p.p75, p),
            _money(p.p90, p),
            Cell(p.period),
        )
        for p in c.pay
    )
    return (*((Table("Yearly pay", columns, rows),) if rows else ()), *_gap_table(c))


def _money(amount: float | None, p: PayClaim) -> Cell:
    return Cell("–" if amount is None else say_money(amount, p.currency))


def _median_interval(p: PayClaim) -> str:
    if p.median_low is None or p.median_high is None:
        return "–"
    return f"{say_money(p.median_low, p.currency)}–{say_money(p.median_high, p.currency)}"


def _outlook(c: Comparison) -> tuple[Table, ...]:
    by_class: dict[str, list[str]] = {}
    for line in c.outlook:
        families = by_class.setdefault(line.soc, [])
        if line.role not in families:
            families.append(line.role)
    tables = []
    for soc, families in by_class.items():
        lines = [o for o in c.outlook if o.soc == soc and o.role == families[0] and o.measure in _MEASURES]
        fits = {o.role: _FIT[o.fit] for o in c.outlook if o.soc == soc}
        whose = say_list([f"{fits[f]} for {f}" for f in families])
        rows = tuple((Cell(_MEASURES[o.measure]), Cell(_official(o)), Cell(o.period)) for o in lines)
        caption = f"{lines[0].soc_title} (SOC {soc}), United States: {whose}"
        tables.append(Table(caption, ("", "Figure", "Period"), rows))
    releases = {o.release: o.url for o in c.outlook if o.measure in _MEASURES}
    if releases:
        sources = tuple((Cell(release, url=url),) for release, url in releases.items())
        tables.append(Table("Sources: US Bureau of Labor Statistics", ("Release",), sources))
    return tuple(tables)


def _trends(c: Comparison) -> tuple[str, ...]:
    return tuple(
        f"{t.family} among the dated openings of {t.source} ({t.openings:,} of {t.n:,}): {t.before * 100:.1f}% from "
        f"{t.first}, {t.after * 100:.1f}% from {t.middle} to {t.last}, a change of "
        f"{say_points(t.change, t.low, t.high)} points."
        for t in c.trends
    )


_FIT = {
    "exact": "a class that fits",
    "broad": "a broader class",
    "poor": "the nearest class, and a poor fit",
}


def _official(line: OfficialLine) -> str:
    if line.unit == "percent":
        return f"{line.value:+.1f}%"
    if line.unit.startswith("USD"):
        return f"{line.qualifier + ' ' if line.qualifier else ''}{say_money(line.value, 'USD')} a year"
    return f"{line.value:,.0f}"


def _moving_text(c: Comparison) -> tuple[str, ...]:
    return (*_have(c), *_path_text(c))


def _have(c: Comparison) -> tuple[str, ...]:
    if c.have is None:
        return ()
    named = say_list(c.have.skills)
    sentences = [f"Recognised as yours: {named}." if named else "No skill was recognised as yours."]
    if c.have.unread_lines:
        numbers = say_list([str(n) for n in c.have.unread_lines])
        lines = "line" if len(c.have.unread_lines) == 1 else "lines"
        sentences.append(f"Not recognised: {lines} {numbers}.")
    if c.have.not_assumed:
        tools = say_list(c.have.not_assumed)
        sentences.append(f"Usual in {c.a.name} openings and not assumed of you: {tools}.")
    return (" ".join(sentences),)


def _path_text(c: Comparison) -> tuple[str, ...]:
    path = c.moving
    if path is None:
        return (f"Too few openings of {c.b.name}, and of its family, to count which tools open them.",)
    if c.have is not None:
        start = "To someone who knows these tools" if path.known else "To someone who knows no tool"
    elif path.known:
        start = (
            f"To someone who knows the tools that are usual in {c.a.name} openings ({say_list(path.known)})"
        )
    else:
        start = f"No tool is usual in {c.a.name} openings; to someone who knows none"
    before = f"{say_percent(path.opened_before)} ({say_interval(path.before_low, path.before_high)})"
    return (
        f"{start}, {before} of {_counted(path)} are open: two thirds of the tools they ask for are known.",
        _ends(path),
    )


def _counted(path: Path) -> str:
    """The openings of a path."""
    text = f"{say_count(path.n, 'opening')} that ask for tools"
    return (
        text
        if path.counted_on == path.role
        else f"{text} (all of {families()[path.counted_on].name}: the role has too few)"
    )


def _ends(path: Path) -> str:
    """Why a list ends, and what was taken off its figures."""
    if path.kept > 0.995 or not path.steps:
        return path.stop
    return (
        f"{path.stop} Employers kept out of the choice bear out {say_percent(path.kept)} of what the list opens; "
        "only that is shown."
    )


def _needs(c: Comparison) -> tuple[Table, ...]:
    """What no list of tools teaches."""
    sides = {(claim.role, claim.kind, claim.value): claim for claim in c.moving_needs}
    rows = tuple(
        (Cell(claim.label), *(share_cell(sides[key]) if key in sides else Cell("–") for key in keys))
        for claim in c.moving_needs
        if claim.role == c.moving_needs[0].role
        for keys in ([(role.slug, claim.kind, claim.value) for role in (c.a, c.b)],)
    )
    columns = ("", f"A: {c.a.name}", f"B: {c.b.name}")
    return (Table("Not to be learnt from a list", columns, rows),) if rows else ()


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _figure(claim: Claim) -> str:
    e = claim.estimate
    return (
        f"{e.openings} of {e.n}"
        if claim.needed
        else f"{say_percent(e.share)} ({say_interval(e.low, e.high)})"
    )


def _path_table(path: Path | None) -> tuple[Table, ...]:
    if path is None or not path.steps:
        return ()
    rows = tuple(
        (
            Cell(str(i)),
            Cell(s.label),
            Cell(f"{say_percent(s.opened)} ({say_interval(s.opened_low, s.opened_high)})", whole=True),
            Cell(say_points(s.gain, s.gain_low, s.gain_high), whole=True),
        )
        for i, s in enumerate(path.steps, 1)
    )
    caption = "Tools to learn, in order: openings of whose tools two thirds are known by then (95% intervals)"
    return (Table(caption, ("", "Tool", "Open by then", "Points gained"), rows),)


def _start(c: Comparison, role: RoleSummary, start: Start) -> Section:
    paragraphs = []
    if role.n:
        paragraphs.append(
            _door(
                start.entry,
                "are open to beginners: a junior title, or no level in the title and at most one year asked for",
            )
        )
        paragraphs.append(_lowest(start))
    else:
        paragraphs.append("The snapshot holds no opening that was read in full.")
    paragraphs += _levels(role, start)
    tables: tuple[Table, ...] = ()
    if start.first_skills:
        rows = tuple((Cell(s.label), share_cell(s)) for s in start.first_skills)
        tables += (Table("What its openings require most", ("Skill", "Share of openings"), rows),)
    if start.path:
        paragraphs.append(f"From nothing, counted on {_counted(start.path)}: {_lower(_ends(start.path))}")
        tables += _path_table(start.path)
        if not start.neighbours:
            paragraphs.append(
                "No other role is more open to beginners and has usual tools that surely open 1% of these."
            )
        tables += _neighbours(start)
    return Section(
        f"starting-{'a' if role is c.a else 'b'}",
        f"Getting started as {role.name}",
        tuple(paragraphs),
        tables,
    )


def _lowest(start: Start) -> str:
    """The lowest requirements that openings state."""
    stated = [claim for claim in (start.lowest_degree, start.fewest_years) if claim]
    if start.lowest_degree is None or start.lowest_degree.value != "none":
        stated.append(start.no_degree)
    return "Lowest stated: " + "; ".join(f"{_lower(c.label)}, {_figure(c)}" for c in stated) + "."


def _levels(role: RoleSummary, start: Start) -> list[str]:
    """Of a role from lead upwards: the doors of its family below it."""
    if start.family_entry is None:
        return []
    known = seniorities()
    counts = say_list([f"{n:,} {known[level].name.lower()}" for level, n in start.lower_levels.items()])
    below = sum(start.lower_levels.values())
    return [
        f"Below it the family has {say_count(below, 'opening')} read in full ({counts}). "
        f"{_figure(start.family_entry)} of all {families()[role.family].name} openings are open to beginners."
    ]


def _neighbours(start: Start) -> tuple[Table, ...]:
    if not start.neighbours:
        return ()
    rows = tuple(
        (
            Cell(n.name, title=say_list(n.tools)),
            Cell(_figure(n.entry), n.entry.id, say_base(n.entry.estimate), whole=True),
            Cell(
                f"{say_percent(n.reached.share)} ({say_interval(n.reached.low, n.reached.high)})",
                title=say_base(n.reached),
                whole=True,
            ),
        )
        for n in start.neighbours
    )
    columns = ("", "Open to beginners", "Its usual tools open here")
    return (Table("Other ways in: roles more open to beginners", columns, rows),)


def _door(claim: Claim, what: str) -> str:
    if claim.needed:
        e = claim.estimate
        return f"{e.openings} of {e.n} openings {what}; too few for a share, {claim.needed} more are needed."
    return f"{share_cell(claim).text} of the openings {what}."


def _openings(name: str, openings: Sequence[Opening]) -> Table:
    rows = tuple(
        (
            Cell(o.title or "", url=o.url),
            Cell(o.employer or "not stated"),
            Cell(o.place or "not stated"),
            Cell(o.pay or "not stated"),
            Cell(o.posted or "not dated", whole=True),
            Cell(f"{o.origin}, row {o.row}"),
        )
        for o in openings
    )
    return Table(name, ("Title", "Employer", "Place", "Pay", "Posted", "Source row"), rows)


def _related(c: Comparison) -> tuple[Table, ...]:
    if not c.related:
        return ()
    own = find_role(c.b.slug).own.slug
    rows = tuple(
        (
            # They are of two families, which stand in the order of their slugs.
            Cell(f"{r.name} vs {c.b.name}", page="/compare/" + "/".join(sorted((r.role, own)))),
            Cell(f"{r.similarity:.2f} ({r.low:.2f} to {r.high:.2f})", whole=True),
            Cell(f"{r.n:,}"),
        )
        for r in c.related
    )
    columns = ("Comparison", f"Likeness to {families()[c.b.family].name} (95% interval)", "Openings read")
    return (Table("Families that ask for much the same (1 is the same)", columns, rows),)


def _sensitivity(c: Comparison) -> tuple[Table, ...]:
    if not c.sensitivity:
        return ()

    def without(left_out: LeftOut) -> Cell:
        if left_out.difference is None:
            return Cell(f"{left_out.name}: nothing would be left")
        return Cell(f"{left_out.difference * 100:+.0f} without {left_out.name}".replace("-", "−"))

    rows = tuple(
        (
            Cell(s.label, s.claim),
            Cell(f"{s.difference * 100:+.0f}".replace("-", "−")),
            without(s.employer),
            without(s.source),
            Cell("stands" if s.stands else "hangs on it"),
        )
        for s in c.sensitivity
    )
    columns = ("Named in the headline", "Points", "One employer left out", "One source left out", "")
    return (
        Table("What the headline hangs on: the employer and the source that move it most", columns, rows),
    )


def _method(c: Comparison) -> tuple[str, ...]:
    sentences = [
        "A share is of the openings whose full English text was read; a copy of an opening counts once, and "
        "employers, not adverts, are the sampling units of its 95% interval.",
        "Measured errors of reading are taken out of it; where that moves it, what it stands on tells the share as "
        "read.",
        "Verdicts control the false-discovery rate over this whole page at 5%. A share is withheld where it stands "
        "on fewer than ten independent openings' worth of evidence.",
    ]
    sentences += [
        f"{r.name} is thin, so its shares borrow from the other levels of its family: {r.borrowed:.0%} of the weight "
        "of its skills, the median over them. Its own count stands beside each share that is mostly borrowed."
        for r in (c.a, c.b)
        if r.borrowed_from
    ]
    if any(r.borrowed >= MOSTLY for r in (c.a, c.b)):
        sentences.append("* The difference is mostly the family's: at least half of the weight is borrowed.")
    sentences.append(
        f"Snapshot {c.snapshot}. `rolediff evidence CLAIM` opens the postings of any claim, for example "
        f"{_example(c)}."
    )
    return tuple(sentences)


def _example(c: Comparison) -> str:
    rows = [*c.skills_more_in_b, *c.skills_more_in_a, *c.skills_shared, *c.responsibilities]
    return f"`{rows[0].b.id}`" if rows else "the ids that `--format json` lists"


def _counts(c: Comparison) -> Table:
    rows = (
        ("Openings", [f"{r.openings:,}" for r in (c.a, c.b)]),
        ("Read in full, in English", [f"{r.n:,}" for r in (c.a, c.b)]),
        ("In other languages: title, place and pay only", [f"{r.not_english:,}" for r in (c.a, c.b)]),
        ("Language not told: title, place and pay only", [f"{r.unknown_language:,}" for r in (c.a, c.b)]),
        ("Cut texts: title, place and pay only", [f"{r.cut:,}" for r in (c.a, c.b)]),
        ("Employers named", [f"{r.named_employers:,}" for r in (c.a, c.b)]),
        ("Origins", [f"{r.origins:,}" for r in (c.a, c.b)]),
        ("Levels", [", ".join(r.levels) or "–" for r in (c.a, c.b)]),
        ("Posted", [_dates(r) for r in (c.a, c.b)]),
    )
    return Table(
        "What the figures stand on",
        ("", c.a.name, c.b.name),
        tuple((Cell(q), Cell(x), Cell(y)) for q, (x, y) in rows),
    )


def _dates(r: RoleSummary) -> str:
    if not r.first_posted:
        return "no dates stated"
    return f"{r.first_posted} to {r.last_posted} ({r.dated:,} of {r.openings:,} dated)"


def lay_out_evidence(e: Evidence, offset: int = 0) -> list[Section]:
    """The postings behind one side of a claim."""
    paragraphs = []
    if e.estimate is not None:
        s = e.estimate
        share = f"{say_percent(s.share)} of openings (95% interval {say_interval(s.low, s.high)})"
        if e.needed:
            share = f"Too few openings for a share, {e.needed:,} more are needed"
        paragraphs.append(f"{share}: {say_base(s)}.")
    if e.note:
        paragraphs.append(e.note)
    if not e.rows:
        paragraphs.append("No posting in this snapshot." if not offset else "No further posting.")
        return [Section(e.claim, f"{e.label}: {e.role}", tuple(paragraphs))]
    paragraphs.append(
        f"Postings {offset + 1:,} to {offset + len(e.rows):,} of {e.total:,}, the newest first:"
    )
    items = tuple(_evidence_item(row) for row in e.rows)
    return [Section(e.claim, f"{e.label}: {e.role}", tuple(paragraphs), items=items)]


def _evidence_item(row: EvidenceRow) -> Item:
    o = row.opening
    quotes = [f"…{q.before}[{q.words}]{q.after}…" for q in row.quotes[:_QUOTES] if q.words]
    lines = [" ".join(quote.split()) for quote in quotes] or [row.term or o.pay or ""]
    if len(row.quotes) > _QUOTES:
        lines.append(f"and {len(row.quotes) - _QUOTES} more places in this posting")
    detail = ", ".join(
        (o.employer or "employer not stated", o.place or "place not stated", o.posted or "not dated")
    )
    return Item(Cell(o.title or "no title", url=o.url), f"{detail} ({o.origin}, row {o.row})", tuple(lines))


def lay_out_role(p: RoleProfile) -> list[Section]:
    """The sections of a role's own page."""
    r = p.summary
    return [
        Section("role", r.name, (r.definition, f"{_read(r)} were read in full; posted: {_dates(r)}.")),
        *(
            Section(
                id_, title, () if claims else ("Nothing stands in enough of the openings.",), _claims(claims)
            )
            for id_, title, claims in (
                ("responsibilities", "Responsibilities", p.responsibilities),
                ("tools", "Tools", p.tools),
                ("methods", "Methods and fields", p.methods),
                ("education", "Lowest degree that is enough", p.education),
                ("experience", "Years of experience asked for", p.experience),
                ("work-mode", "Where the work is done", p.work_modes),
                ("industries", "Industries of the employers", p.industries),
            )
        ),
        Section(
            "openings",
            "Openings in this snapshot",
            tables=(_openings("Newest", p.featured),) if p.featured else (),
        ),
    ]


def _claims(claims: Sequence[Claim]) -> tuple[Table, ...]:
    if not claims:
        return ()
    rows = tuple((Cell(c.label), share_cell(c), Cell(say_base(c.estimate))) for c in claims)
    return (Table("", ("", "Share of openings (95% interval)", "Stands on"), rows),)
