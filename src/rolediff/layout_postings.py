"""Pages of openings and of single postings as sections; `layout` has those of comparisons and roles."""

from __future__ import annotations

from collections.abc import Sequence

from rolediff.layout import Cell, Section, Table
from rolediff.openings import FILTERS, label_filter
from rolediff.results import OpeningsPage, PostingProfile, Stated
from rolediff.wording import say_count, say_list

# ── openings ─────────────────────────────────────────────────────────────────────────────────────


def lay_out_openings(p: OpeningsPage) -> list[Section]:
    """The sections of one page of a role's openings."""
    chosen = [
        f"{FILTERS[name]} {label_filter(name, v.value).lower() if name != 'country' else v.label}"
        for name, values in p.filters.items()
        for v in values
        if v.chosen
    ]
    told = [_say_openings(p, chosen)]
    tables: tuple[Table, ...] = ()
    if p.openings:
        first = (p.page - 1) * p.size + 1
        told.append(f"{first:,} to {first + len(p.openings) - 1:,}, page {p.page:,} of {p.pages:,}.")
        columns = ("Title", "Employer", "Place", "Level", "Work mode", "Pay", "Posted", "Source row")
        rows = tuple(
            (
                Cell(o.title or "no title", page=f"/postings/{o.posting}"),
                Cell(o.employer or "not stated", url=o.url),
                Cell(o.place or "not stated"),
                Cell(_told("seniority", listed.seniority)),
                Cell(_told("work_mode", listed.work_mode)),
                Cell(o.pay or "not stated"),
                Cell(o.posted or "not dated", whole=True),
                Cell(f"{o.origin}, row {o.row}"),
            )
            for listed in p.openings
            for o in [listed.opening]
        )
        tables = (Table("", columns, rows),)
    elif p.total:
        told.append(f"Page {p.page:,} lies beyond the last, page {p.pages:,}.")
    sections = [Section("openings", f"Openings: {p.name}", tuple(told), tables)]
    filters = tuple(
        Table(
            f"By {FILTERS[name]}",
            ("", "Openings"),
            tuple(
                (Cell(v.label + (" (chosen)" if v.chosen else "")), Cell(f"{v.openings:,}")) for v in values
            ),
        )
        for name, values in p.filters.items()
        if values
    )
    return [*sections, Section("filters", "Choose among them", tables=filters)] if filters else sections


def _told(name: str, value: str | None) -> str:
    """A filter's value in a cell; what is not stated is said as in the other cells."""
    label = label_filter(name, value or "unspecified")
    return "not stated" if value == "unspecified" or label == "Not stated" else label


def _say_openings(p: OpeningsPage, chosen: Sequence[str]) -> str:
    if not p.all:
        return "This snapshot holds no opening of the role."
    what = f" of {say_list(chosen)}" if chosen else ""
    whole = f" of {p.all:,}" if chosen else ""
    text = f"{p.total:,}{whole} {'opening' if p.total == 1 and not whole else 'openings'}{what}"
    if not p.total:
        return f"None of {say_count(p.all, 'opening')} is{what}."
    dates = f"; {p.undated:,} without a date, last" if p.undated else ""
    return f"{text}, the newest first{dates}. A copy of an opening counts once."


# ── postings ─────────────────────────────────────────────────────────────────────────────────────

_FIELDS = {
    "pay": "Pay",
    "degree": "Degree",
    "years": "Experience",
    "work-mode": "Work mode",
    "industry": "Industry",
}


def lay_out_posting(p: PostingProfile) -> list[Section]:
    """The sections of a posting's page."""
    o = p.opening
    told = [
        f"{o.employer or 'Employer not stated'}, {o.place or 'place not stated'}, {o.posted or 'not dated'}."
    ]
    if p.expires:
        told.append(f"Open until {p.expires}.")
    if p.role_name and p.confidence is not None:
        told.append(
            f"Its title was read as {p.role_name}, with a confidence of {p.confidence:.2f} (1 is sure)."
        )
    else:
        told.append("Its title names no role that is known.")
    facts = tuple((Cell(_FIELDS[s.kind]), Cell(s.label), _words(s)) for s in p.stated)
    if p.employment_type:
        facts += ((Cell("Employment"), Cell(p.employment_type), Cell("")),)
    skills = tuple(
        (Cell(s.label, page=f"/skills/{s.value}"), Cell(s.need or ""), _words(s)) for s in p.skills
    )
    duties = tuple((Cell(s.label), _words(s)) for s in p.responsibilities)
    sections = [
        Section("posting", o.title or "No title", (*told, *p.notes), _with_words(("", "Stated"), facts)),
        Section(
            "skills",
            "Skills",
            () if skills else ("None was read.",),
            _with_words(("", "Need"), skills),
        ),
        Section(
            "responsibilities",
            "Responsibilities",
            () if duties else ("None was read.",),
            _with_words(("",), duties),
        ),
    ]
    if p.copies:
        rows = tuple(
            (
                Cell(c.title or "no title", page=f"/postings/{c.posting}"),
                Cell(c.place or "not stated"),
                Cell(c.posted or "not dated", whole=True),
                Cell(f"{c.origin}, row {c.row}"),
            )
            for c in p.copies
        )
        columns = ("Title", "Place", "Posted", "Source row")
        sections.append(Section("copies", "The same opening elsewhere", tables=(Table("", columns, rows),)))
    return [*sections, _source(p)]


def _with_words(columns: tuple[str, ...], rows: tuple[tuple[Cell, ...], ...]) -> tuple[Table, ...]:
    """A table whose last column has the words; without it where no row has any."""
    if not rows:
        return ()
    if any(row[-1].text for row in rows):
        return (Table("", (*columns, "Words"), rows),)
    return (Table("", columns, tuple(row[:-1] for row in rows)),)


def _words(s: Stated) -> Cell:
    quotes = tuple(q for q in s.quotes if q.words)
    told = [f"…{q.before}[{q.words}]{q.after}…" if q.before or q.after else f"[{q.words}]" for q in quotes]
    return Cell(" ".join(" ".join(told).split()), quotes=quotes)


def _source(p: PostingProfile) -> Section:
    s = p.source
    advert = "its page at the employer or the board" if p.opening.url else "no address"
    rows = [
        (Cell("Advert"), Cell(advert, url=p.opening.url)),
        (Cell("Read from"), Cell(f"{s.name}, row {s.row}", url=s.url)),
        (Cell("Publisher"), Cell(s.publisher or "not stated")),
        (Cell("Licence"), Cell(s.licence or "not stated")),
        (Cell("Published or read"), Cell(s.date or "not stated")),
        (Cell("Id"), Cell(p.opening.posting)),
    ]
    return Section("source", "Where it was read", tables=(Table("", ("", ""), tuple(rows)),))
