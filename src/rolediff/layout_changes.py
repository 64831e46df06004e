"""What changed between two snapshots, as sections: what the terminal, Markdown and the site draw."""

from __future__ import annotations

from collections.abc import Sequence

from rolediff.layout import VERDICTS, Cell, Section, Table
from rolediff.results import (
    ClaimChange,
    OriginChange,
    PayChange,
    RoleChange,
    ShareChange,
    SnapshotChanges,
    VerdictChange,
)
from rolediff.wording import say_count, say_list, say_money, say_percent, say_points

#: Rows of a table; all of them are in the JSON.
SHOWN = 25
_RULES = {
    "version": "the version of rolediff",
    "taxonomy": "the taxonomy",
    "readers": "the code that reads postings",
}
_CHANGES = {
    "moved": "moved",
    "read-otherwise": "read otherwise",
    "within-chance": "within chance",
    "too-few-postings": "too few postings",
    "unchanged": "unchanged",
}


def lay_out_changes(c: SnapshotChanges) -> list[Section]:
    """The sections of what changed, in reading order."""
    moved = [s for s in c.shares if s.verdict == "moved"]
    read = [s for s in c.shares if s.verdict == "read-otherwise"]
    other = len(c.shares) - len(moved) - len(read)
    return [
        Section("changes", f"From snapshot {c.old.id} to {c.new.id}", say_changes(c)),
        Section("openings", "Openings, employers and origins", _turnover(c), (_states(c), *_origins(c.origins))),
        Section("roles", "Roles", *_or(_roles(c.roles), "No role has other openings than before.")),
        Section(
            "moved",
            "Shares that moved",
            _none(moved, "No share moved by more than the openings that came and went would make it by chance."),
            _shares(moved),
        ),
        Section(
            "read-otherwise",
            "Shares of the same openings, read otherwise",
            _none(read, "No share changed by half a point because the same openings are read otherwise."),
            _shares(read),
        ),
        Section("shown", "Claims that appeared and vanished", *_shown(c.shown)),
        Section(
            "verdicts",
            "Verdicts that turned",
            _none(c.verdicts, f"None, in {say_count(c.pairs, 'pair')} of roles looked at."),
            _verdicts(c.verdicts),
        ),
        Section("pay", "Medians of pay", *_or(_pay(c.pay), "No median stands on other observations than before.")),
        Section("method", "How this is counted", _method(c, other)),
    ]  # fmt: skip


def say_changes(c: SnapshotChanges) -> tuple[str, ...]:
    """The most important of it in sentences; a change of the rules first."""
    if c.old.id == c.new.id:
        return ("Both are the same snapshot: the same postings, read by the same rules.",)
    sentences = []
    if c.rules:
        what = say_list([_RULES[name] for name in c.rules])
        sentences.append(
            f"The rules of reading changed: {what} {'is' if len(c.rules) == 1 else 'are'} another. A share that "
            "changed need not be the market's doing; the column “read otherwise” says how much of it is not."
        )
    else:
        sentences.append("Both were read by the same rules, so what changed are the postings.")
    t = c.turnover
    sentences.append(
        f"{say_count(t.came, 'opening')} came and {t.went:,} went; {t.still_there:,} are in both."
        if t.came or t.went
        else "The openings are the same."
    )
    moved = [s for s in c.shares if s.verdict == "moved"]
    turned = f"; {say_count(len(c.verdicts), 'verdict')} of the named pairs turned" if c.verdicts else ""
    sentences.append(
        f"Of {say_count(c.claims, 'share')} that both show, {len(moved):,} moved beyond chance and "
        f"{sum(s.verdict == 'read-otherwise' for s in c.shares):,} changed because the same openings are read "
        f"otherwise{'' if c.rules else ', from another copy of the advert'}{turned}."
    )
    return tuple(sentences)


def say_share_change(s: ShareChange) -> str:
    """One change in words."""
    return (
        f"{s.label}: {say_percent(s.old)} of {s.old_n:,} before, {say_percent(s.new)} of {s.new_n:,} now, "
        f"{say_points(s.change, s.low, s.high)} points; {s.came:,} of the {s.came_n:,} openings that came and "
        f"{s.went:,} of the {s.went_n:,} that went state it."
    )


def _none(rows: Sequence[object], text: str) -> tuple[str, ...]:
    return () if rows else (text,)


def _or(tables: tuple[Table, ...], text: str) -> tuple[tuple[str, ...], tuple[Table, ...]]:
    return () if tables else (text,), tables


def _cut(caption: str, rows: Sequence[object]) -> str:
    """A caption that says how many rows are left out."""
    return f"{caption}: {SHOWN} of {len(rows):,}, all in the JSON" if len(rows) > SHOWN else caption


def _turnover(c: SnapshotChanges) -> tuple[str, ...]:
    t = c.turnover
    sentences = [
        f"{c.old.openings:,} openings before = {t.went:,} that went + {t.stayed:,} that stayed; "
        f"{c.new.openings:,} now = {t.came:,} that came + {t.still_there:,} that were there."
    ]
    if t.stayed != t.still_there:
        sentences.append(
            "The counts of those in both differ where adverts are now taken, or no longer taken, to be copies."
        )
    if t.other_role:
        are = "is" if t.other_role == 1 else "are"
        sentences.append(f"{say_count(t.other_role, 'opening')} of these {are} read as of another family.")
    if t.employers_came or t.employers_went:
        sentences.append(f"{t.employers_came:,} named employers came, {t.employers_went:,} went.")
    return (" ".join(sentences),)


def _states(c: SnapshotChanges) -> Table:
    rows = [
        (name, f"{x:,}", f"{y:,}", f"{y - x:+,}".replace("-", "−") if x != y else "–")
        for name, x, y in (
            ("Rows in", c.old.rows, c.new.rows),
            ("Openings", c.old.openings, c.new.openings),
            ("Copies of them", c.old.copies, c.new.copies),
            ("Employers named", c.old.employers, c.new.employers),
            ("Origins", c.old.origins, c.new.origins),
        )
    ]
    rows.append(("Newest posting", c.old.last_posted or "not dated", c.new.last_posted or "not dated", ""))
    rows += [
        (_RULES[name].partition("the ")[2].capitalize(), x[:12], y[:12], "another" if x != y else "–")
        for name, x, y in (
            ("version", c.old.version, c.new.version),
            ("taxonomy", c.old.taxonomy, c.new.taxonomy),
            ("readers", c.old.readers, c.new.readers),
        )
    ]
    return Table("", ("", "Before", "Now", "Change"), tuple(tuple(map(Cell, row)) for row in rows))


def _origins(origins: Sequence[OriginChange]) -> tuple[Table, ...]:
    if not origins:
        return ()
    rows = tuple(
        (
            Cell(o.name, title=o.id),
            Cell(f"{o.change}, in another state" if o.other_state else o.change),
            Cell(f"{o.rows:,}"),
            Cell(o.date or "not dated"),
        )
        for o in origins[:SHOWN]
    )
    return (Table(_cut("Origins that came and went", origins), ("Origin", "", "Rows", "Date"), rows),)


def _roles(roles: Sequence[RoleChange]) -> tuple[Table, ...]:
    changed = [r for r in roles if r.came or r.went or r.old_n != r.new_n or r.old_openings != r.new_openings]
    if not changed:
        return ()
    rows = tuple(
        (
            Cell(r.name),
            Cell(f"{r.old_openings:,}"),
            Cell(f"{r.new_openings:,}"),
            Cell(f"{r.old_n:,}"),
            Cell(f"{r.new_n:,}"),
            Cell(f"{r.came:,}"),
            Cell(f"{r.went:,}"),
        )
        for r in changed
    )
    columns = ("Role", "Openings before", "now", "Read in full before", "now", "of these came", "went")
    return (Table("", columns, rows),)


def _shares(shares: Sequence[ShareChange]) -> tuple[Table, ...]:
    if not shares:
        return ()
    rows = tuple(
        (
            Cell(f"{s.label}, {s.role}", s.claim),
            Cell(say_percent(s.old), title=f"{s.old_openings:,} of {s.old_n:,} openings", whole=True),
            Cell(say_percent(s.new), title=f"{s.new_openings:,} of {s.new_n:,} openings", whole=True),
            Cell(say_points(s.change, s.low, s.high), whole=True),
            Cell(_points(s.by_went), title=f"{s.went:,} of {s.went_n:,} that went"),
            Cell(_points(s.by_came), title=f"{s.came:,} of {s.came_n:,} that came"),
            Cell(_points(s.by_reading)),
            Cell(_CHANGES[s.verdict], title=f"q = {s.q:.3g}" if s.q is not None else "not tested"),
        )
        for s in shares[:SHOWN]
    )
    columns = ("", "Before", "Now", "Points (95% interval)", "went", "came", "read otherwise", "")
    return (Table(_cut("Share of openings, as read, and what made it change", shares), columns, rows),)


def _points(part: float) -> str:
    text = f"{part * 100:+.1f}".replace("-", "−")
    return "0" if text in ("+0.0", "−0.0") else text


def _shown(claims: Sequence[ClaimChange]) -> tuple[tuple[str, ...], tuple[Table, ...]]:
    if not claims:
        return ("Both show the same claims.",), ()
    tables = []
    for change, caption, other in (
        ("appeared", "Appeared", "Before"),
        ("vanished", "Vanished", "Now"),
    ):
        found = [c for c in claims if c.change == change]
        rows = tuple(
            (
                Cell(f"{c.label}, {c.role}", c.claim if change == "appeared" else None),
                Cell(f"{say_percent(c.share)} ({c.openings:,} of {c.n:,})", whole=True),
                Cell(c.why),
            )
            for c in found[:SHOWN]
        )
        if rows:
            columns = ("", "Now" if change == "appeared" else "Before", other)
            tables.append(Table(_cut(caption, found), columns, rows))
    return (), tuple(tables)


def _verdicts(verdicts: Sequence[VerdictChange]) -> tuple[Table, ...]:
    if not verdicts:
        return ()

    def say(verdict: str | None, difference: float | None) -> str:
        if verdict is None or difference is None:
            return "not shown"
        return f"{VERDICTS[verdict]} ({difference * 100:+.0f})".replace("-", "−")

    rows = tuple(
        (
            Cell(f"{v.a} (A) vs {v.b} (B)"),
            Cell(v.label, v.claim),
            Cell(say(v.old_verdict, v.old_difference)),
            Cell(say(v.new_verdict, v.new_difference)),
        )
        for v in verdicts[:SHOWN]
    )
    return (Table(_cut("", verdicts), ("Pair", "Claim", "Before (points)", "Now (points)"), rows),)


def _pay(pay: Sequence[PayChange]) -> tuple[Table, ...]:
    if not pay:
        return ()

    def say(median: float | None, n: int, currency: str) -> str:
        return f"too few (n = {n:,})" if median is None else f"{say_money(median, currency)} (n = {n:,})"

    def gap(p: PayChange) -> str:
        if p.ratio is None or p.low is None or p.high is None:
            return "–"
        percent = [f"{(x - 1) * 100:+.0f}%" for x in (p.ratio, p.low, p.high)]
        text = f"{percent[0]} ({percent[1]} to {percent[2]})"
        return text.replace("-", "−").replace("+0%", "0%").replace("−0%", "0%")

    rows = tuple(
        (
            Cell(f"{p.role}, {p.basis}, {p.currency}", p.claim if p.new is not None else None),
            Cell(say(p.old, p.old_n, p.currency), whole=True),
            Cell(say(p.new, p.new_n, p.currency), whole=True),
            Cell(gap(p), whole=True),
            Cell(_CHANGES[p.verdict]),
        )
        for p in pay[:SHOWN]
    )
    columns = ("", "Before", "Now", "Change (95% interval)", "")
    return (Table(_cut("Median yearly pay", pay), columns, rows),)


def _method(c: SnapshotChanges, other: int) -> tuple[str, ...]:
    return (
        (
            "Two snapshots hold mostly the same openings, so they are not compared as two samples. A change of a share "
            "is the sum of three: what the openings that went took away, what the openings that stayed state when read "
            "by the rules of the newer snapshot, and what the openings that came add. The second is counted; the "
            "interval is of the other two, with employers as the sampling units, and takes what went, stayed and came "
            "to be drawn independently. An employer among several of them makes it rather too wide."
        ),
        (
            "“Moved” is said where openings that came and went differ from those that stayed by more than chance, with "
            f"the false-discovery rate at 5% over the {say_count(c.tested, 'share')} that enough of them can tell of. "
            f"{say_count(other, 'more share')} changed by half a point at least, within chance or with too few "
            "openings that came and went to tell."
        ),
        (
            "Shares here are of a role's own openings, as read: not moved by the measured errors of reading, and not "
            "borrowed from a family, as they may be on the role's page. The same opening is one with the same row of "
            "the same file, or the same title, employer and text, or the same title and address. Medians of pay are "
            "compared as if no observation were in both, so their intervals are too wide."
        ),
    )  # fmt: skip
