"""Pages of skills and salaries as sections; `layout` has those of comparisons and roles."""

from __future__ import annotations

from collections.abc import Sequence

from rolediff.layout import Cell, Section, Table, say_base, share_cell
from rolediff.results import (
    PayClaim,
    PayGroup,
    SalaryProfile,
    SkillIndex,
    SkillProfile,
    SkillTogether,
)
from rolediff.skill_pages import LEAST_EMPLOYERS, LEAST_NAMED, LEAST_READ
from rolediff.wording import say_count, say_interval, say_list, say_money, say_percent

# ── skills ───────────────────────────────────────────────────────────────────────────────────────


def lay_out_skill_index(index: SkillIndex) -> list[Section]:
    """The sections of the index of skills: one a category."""
    counted = f"{say_count(index.n, 'opening')} of {say_count(index.employers, 'employer')} in data roles"
    first = f"Skills that at least {index.least} of {counted} name, those named most first."
    if not index.groups:
        first = f"Of {counted} no {index.least} name the same skill."
    return [
        Section("skills", "Skills", (first,)),
        *(
            Section(
                group.category,
                group.name,
                tables=(
                    Table(
                        "",
                        ("", "Openings", "Employers"),
                        tuple(
                            (
                                Cell(s.name, page=f"/skills/{s.skill}"),
                                Cell(f"{s.openings:,}"),
                                Cell(f"{s.employers:,}"),
                            )
                            for s in group.skills
                        ),
                    ),
                ),
            )
            for group in index.groups
        ),
    ]


def lay_out_skill(p: SkillProfile) -> list[Section]:
    """The sections of a skill's page."""
    about = [f"{p.category}." if not p.parent_name else f"{p.category}; part of {p.parent_name}."]
    if p.spellings:
        about.append(f"Also read as {p.name}: {say_list(p.spellings)}.")
    named = (
        f"{say_count(p.openings, 'opening')} of {say_count(p.employers, 'employer')}"
        if p.openings
        else "None"
    )
    about.append(f"{named} of {p.n:,} read in data roles {'names' if p.openings < 2 else 'name'} it.")
    told = f"Of {say_count(p.families, 'family', 'families')} of roles with at least {LEAST_READ} openings read, "
    told += f"{len(p.roles)} {'names' if len(p.roles) == 1 else 'name'} it."
    columns = ("", "Openings that name it (95% interval)", "That require it (95% interval)", "Stands on")
    rows = tuple(
        (
            Cell(r.name, page=f"/roles/{r.role}"),
            share_cell(r.named),
            share_cell(r.required),
            Cell(say_base(r.named.estimate)),
        )
        for r in p.roles
    )
    return [
        Section("skill", p.name, tuple(about)),
        Section("roles", "Who asks for it", (told,), (Table("", columns, rows),) if rows else ()),
        _together(p),
    ]


def _together(p: SkillProfile) -> Section:
    title = "What is asked for with it"
    floor = f"at least {LEAST_NAMED} openings of {LEAST_EMPLOYERS} employers"
    if not p.most_with:
        return Section("together", title, (f"No other skill stands beside it in {floor}.",))
    told = (
        f"Skills named beside it in {floor}. Shares are as read, of all data roles together: two skills may go "
        "together only because one role asks for both."
    )
    columns = ("", f"Of openings that name {p.name}", "Of the others", "Ratio (95% interval)")
    tables = [Table("Named most in the same openings", columns, tuple(map(_pair, p.most_with)))]
    if p.rather_with:
        caption = "Named rather there than in other openings, most surely first"
        tables.append(Table(caption, columns, tuple(map(_pair, p.rather_with))))
    return Section("together", title, (told,), tuple(tables))


def _pair(t: SkillTogether) -> tuple[Cell, ...]:
    ratio = "only there" if t.apart else "–"
    if t.ratio is not None:
        ratio = f"{_times(t.ratio)} ({_times(t.ratio_low or 0)} to {_times(t.ratio_high)})"
    sides = (
        Cell(f"{say_percent(e.share)} ({say_interval(e.low, e.high)})", title=say_base(e), whole=True)
        if e
        else Cell("there are none")
        for e in (t.together, t.apart)
    )
    return Cell(t.label, page=f"/skills/{t.skill}"), *sides, Cell(ratio, whole=True)


def _times(ratio: float | None) -> str:
    """A ratio; beyond a hundred the figure says only that the thing is rare elsewhere."""
    return "over 100" if ratio is None or ratio > 100 else f"{ratio:.1f}"


# ── salaries ─────────────────────────────────────────────────────────────────────────────────────

_GROUPS = {
    "seniority": "By seniority",
    "level": "By the levels of the pay table",
    "country": "By country",
    "year": "By year of the pay table",
}


def lay_out_salaries(p: SalaryProfile) -> list[Section]:
    """The sections of the page of a role's pay."""
    told = []
    if p.disclosure is not None:
        share = share_cell(p.disclosure).text
        told.append(f"Of the openings read in full, {share} state pay; what the others pay is not known.")
    if not p.claims:
        told.append("Too few observations of its pay to tell of: no basis and currency has five.")
    told += _notes(p.claims)
    if len({c.currency for c in p.claims}) > 1:
        told.append("Currencies stand apart; none is converted.")
    if p.rows:
        told.append(f"To download: {say_count(p.rows, 'observation')}, also those that are left out here.")
    columns = ("Basis", "n", "Employers", *_QUANTILES, "Years")
    rows = tuple(
        (
            Cell(f"{c.basis}, {c.currency}"),
            Cell(f"{c.n:,}", c.id),
            Cell("not named" if c.employers is None else f"{c.employers:,}"),
            *_quantiles(c),
            Cell(c.period),
        )
        for c in p.claims
    )
    tables = (Table("Yearly pay", columns, rows),) if rows else ()
    sections = [Section("pay", f"Pay: {p.name}", tuple(told), tables)]
    for by, title in _GROUPS.items():
        found = [g for g in p.groups if g.by == by]
        # Where no title of a market names a level, its table would say all of it once more.
        markets = dict.fromkeys((g.basis, g.currency) for g in found if g.value != "unspecified")
        grouped = tuple(
            Table(
                f"{basis[:1].upper()}{basis[1:]}, {currency}",
                ("", "n", "Employers", *_QUANTILES),
                tuple(_group(g) for g in found if (g.basis, g.currency) == (basis, currency)),
            )
            for basis, currency in markets
        )
        if grouped:
            sections.append(Section(by, title, tables=grouped))
    return sections


_QUANTILES = ("10%", "25%", "Median", "95% interval", "75%", "90%")


def _quantiles(c: PayClaim | PayGroup) -> tuple[Cell, ...]:
    def money(amount: float | None, lacking: str = "–") -> Cell:
        return Cell(lacking if amount is None else say_money(amount, c.currency))

    ends = [x for x in (c.median_low, c.median_high) if x is not None]
    interval = "–".join(say_money(x, c.currency) for x in ends) or "–"
    return (
        money(c.p10),
        money(c.p25),
        money(c.median, "too few"),
        Cell(interval, whole=True),
        money(c.p75),
        money(c.p90),
    )


def _group(g: PayGroup) -> tuple[Cell, ...]:
    employers = "not named" if g.employers is None else f"{g.employers:,}"
    return Cell(g.label), Cell(f"{g.n:,}"), Cell(employers), *_quantiles(g)


def _notes(claims: Sequence[PayClaim]) -> list[str]:
    """What each basis is, said once, and what was left out of each currency."""
    bases, left_out = dict[str, None](), []
    for c in claims:
        basis, _, out = c.note.partition("Left out: ")
        name = f"{c.basis[:1].upper()}{c.basis[1:]}"
        bases[f"{name}: {basis[:1].lower()}{basis[1:].strip()}"] = None
        if out:
            left_out.append(f"Left out of {c.basis}, {c.currency}: {out}")
    return [*bases, *left_out]
