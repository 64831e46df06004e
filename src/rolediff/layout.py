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
    OfficialLine,
    Opening,
    Path,
    PayClaim,
    RoleProfile,
    RoleSummary,
    Start,
)
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
    """A cell of a table; `claim` opens its evidence, `title` says more on demand."""

    text: str
    claim: str | None = None
    title: str = ""
    url: str | None = None
    whole: bool = False  # a figure that is not to be broken over lines


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
        Section("outlook", "Outlook", (*_or(missing, "outlook"), missing["trend"]), _outlook(c)),
        Section("moving", f"Moving from {a.name} to {b.name}", _moving_text(c), _path_table(c.moving)),
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
        Section("method", "Evidence and method", _method(c), (_counts(c),)),
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
        Cell(_verdict(d), title=f"q = {d.q:.3g}" if d.q is not None else "not tested"),
    )


def _verdict(d: Difference) -> str:
    mostly = max(d.a.estimate.borrowed, d.b.estimate.borrowed) >= MOSTLY
    return VERDICTS[d.verdict] + (" *" if mostly and d.verdict.startswith("more") else "")


def share_cell(claim: Claim) -> Cell:
    """A share with its interval; or why it is withheld."""
    e = claim.estimate
    if claim.needed:
        return Cell(f"{e.openings} of {e.n}: too few, {claim.needed} more needed", claim.id, say_base(e))
    own = f", own {e.openings} of {e.n}" if e.borrowed >= MOSTLY else ""
    return Cell(
        f"{say_percent(e.share)} ({say_interval(e.low, e.high)}){own}", claim.id, say_base(e), whole=True
    )


def say_base(e: Estimate) -> str:
    """What a share stands on."""
    text = f"{e.openings:,} of {say_count(e.n, 'opening')}, {say_count(e.employers, 'employer')}"
    if e.borrowed:
        text += f"; borrows {e.borrowed:.0%} from {e.borrowed_from}"
    return text


def _by_group(rows: Sequence[Difference], c: Comparison) -> tuple[Table, ...]:
    groups: dict[str, list[Difference]] = {}
    for row in rows:
        groups.setdefault(row.group, []).append(row)
    return tuple(t for group, found in groups.items() for t in _differences(group, found[:8], c))


def _gaps(c: Comparison) -> tuple[str, ...]:
    sentences = []
    for g in c.pay_gaps:
        percent, low, high = ((x - 1) * 100 for x in (g.ratio, g.low, g.high))
        sentences.append(
            f"Median pay of {c.a.name} against {c.b.name}, {g.basis}, {g.currency}: {percent:+.0f}% "
            f"(95% interval {low:+.0f}% to {high:+.0f}%), as it stands, not adjusted for country, year or seniority."
        )
        sentences[-1] = sentences[-1].replace(" -", " −")
    return tuple(sentences)


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
    return (Table("Yearly pay", columns, rows),) if rows else ()


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
    path = c.moving
    if path is None:
        return (f"Too few openings of {c.b.name}, and of its family, to count which tools open them.",)
    start = (
        f"To someone who knows the tools that at least a quarter of {c.a.name} openings name ({say_list(path.known)}), "
        if path.known
        else f"No tool stands in a quarter of {c.a.name} openings; to someone who starts from none, "
    )
    return (
        start
        + f"{say_percent(path.opened_before)} of {say_count(path.n, 'opening')} that ask for tools are open. "
        + _threshold(path),
        path.stop,
        "Not to be learnt from a list: the methods, the years, the degree and the people one has led.",
    )


def _threshold(path: Path) -> str:
    counted = (
        ""
        if path.counted_on == path.role
        else f" Counted on all openings of {path.counted_on}, as the role has too few."
    )
    return f"Open means that two thirds of the tools an opening asks for are known.{counted}"


def _path_table(path: Path | None) -> tuple[Table, ...]:
    if path is None or not path.steps:
        return ()
    rows = tuple(
        (
            Cell(str(i)),
            Cell(s.label),
            Cell(say_percent(s.opened)),
            Cell(f"{s.gain * 100:+.0f}".replace("-", "−")),
        )
        for i, s in enumerate(path.steps, 1)
    )
    return (Table("Tools to learn, in order", ("", "Tool", "Open by then", "Points gained"), rows),)


def _start(c: Comparison, role: RoleSummary, start: Start) -> Section:
    paragraphs = []
    if role.n:
        paragraphs.append(
            _door(
                start.entry,
                "are open to beginners: a junior title, or no level in the title and at most one year asked for",
            )
        )
        paragraphs.append(_door(start.no_degree, "say that no degree is needed"))
    else:
        paragraphs.append("The snapshot holds no opening that was read in full.")
    if start.note:
        paragraphs.append(start.note)
    tables: tuple[Table, ...] = ()
    if start.first_skills:
        rows = tuple((Cell(s.label), share_cell(s)) for s in start.first_skills)
        tables += (Table("What its openings require most", ("Skill", "Share of openings"), rows),)
    if start.path:
        paragraphs.append(f"Starting from nothing, learn in this order. {_threshold(start.path)}")
        tables += _path_table(start.path)
    return Section(
        f"starting-{'a' if role is c.a else 'b'}",
        f"Getting started as {role.name}",
        tuple(paragraphs),
        tables,
    )


def _door(claim: Claim, what: str) -> str:
    if claim.needed:
        return f"Too few openings to say how many {what}: {claim.needed} more are needed."
    return f"{share_cell(claim).text} of the openings {what}."


def _openings(name: str, openings: Sequence[Opening]) -> Table:
    rows = tuple(
        (
            Cell(o.title or "", url=o.url),
            Cell(o.employer or "not stated"),
            Cell(o.place or "not stated"),
            Cell(o.pay or "not stated"),
            Cell(o.posted or "not dated"),
            Cell(f"{o.origin}, row {o.row}"),
        )
        for o in openings
    )
    return Table(name, ("Title", "Employer", "Place", "Pay", "Posted", "Source row"), rows)


def _related(c: Comparison) -> tuple[Table, ...]:
    if not c.related:
        return ()
    rows = tuple(
        (Cell(f"{r.name} vs {c.b.name}"), Cell(f"{r.similarity:.2f}"), Cell(f"{r.n:,}")) for r in c.related
    )
    columns = ("Comparison", f"Likeness to {c.b.family}", "Openings read")
    return (Table("Families that ask for much the same (1 is the same)", columns, rows),)


def _method(c: Comparison) -> tuple[str, ...]:
    sentences = [
        "A share is of the openings whose full English text was read; a copy of an opening counts once, and "
        "employers, not adverts, are the sampling units of its 95% interval.",
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
        paragraphs.append(
            f"{say_percent(s.share)} of openings (95% interval {say_interval(s.low, s.high)}): {say_base(s)}."
        )
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
