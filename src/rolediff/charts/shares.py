"""Shares of one role or two, with their intervals: a row a claim."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rolediff.charts.drawing import NARROW, WIDE, Figure, Paper, draw, text_width, ticks_within, wrap
from rolediff.labels import is_tool
from rolediff.layout import MOSTLY
from rolediff.results import Claim, Comparison, Difference, Estimate, RoleProfile
from rolediff.wording import say_count, say_interval, say_list, say_percent

_DUTIES = 12  # rows that one takes in at a glance; the table holds the rest
_SKILLS = 6  # in each of three groups
_RANKED = 12
# A ratio is said where the smaller share is no smaller than this, and its limits no further apart than so
# many times: else it is mostly chance. Below the least ratio the two shares say more.
_LEAST_SHARE = 0.02
_SURE_ENOUGH = 2.5
_LEAST_RATIO = 1.75
_SIZE = 14  # of labels, as in the specs
_LINE = 17
# Marks of two intervals that overlap stand this far above and below their row.
_APART = 6.0


@dataclass(frozen=True, slots=True)
class Row:
    """A claim's label and its share in one role or in two."""

    label: str
    sides: tuple[tuple[str, Estimate], ...]  # tone and estimate
    told: bool = True  # whether a difference is told; a share by itself always is


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under a heading."""

    heading: str
    tone: str
    rows: tuple[Row, ...]


def draw_responsibilities(c: Comparison) -> tuple[Figure, ...]:
    """The duties that differ most, from those of A to those of B."""
    shown = sorted(_drawable(c.responsibilities)[:_DUTIES], key=lambda d: -d.difference)
    if not shown:
        return ()
    title = _statement(c, c.responsibilities, "ask to") or "No difference between their duties can be told"
    counts = _counts(c, c.responsibilities, "duty", "duties")
    return (_two(c, "responsibilities", title, f"{counts} {_figures(shown)}", [_group("", "ink", shown)]),)


def draw_skills(c: Comparison) -> tuple[Figure, ...]:
    """Skills more in A, asked for by both, more in B."""
    more_a, shared, more_b = (
        _drawable(rows)[:_SKILLS] for rows in (c.skills_more_in_a, c.skills_shared, c.skills_more_in_b)
    )
    groups = [
        _group(heading, tone, rows)
        for heading, tone, rows in (
            (f"More in {c.a.name}", "a", more_a),
            ("Both, no detectable difference", "ink", shared),
            (f"More in {c.b.name}", "b", more_b),
        )
        if rows
    ]
    if not groups:
        return ()
    title = (
        _statement(c, [*more_a, *more_b], "name") or "No difference between the skills they name can be told"
    )
    told = f"Of {say_count(c.skills_tested, 'skill')} compared, those that differ most surely and those both name."
    return (_two(c, "skills", title, f"{told} {_figures([*more_a, *shared, *more_b])}", groups),)


def draw_education(c: Comparison) -> tuple[Figure, ...]:
    """Degrees, years and where the work is done."""
    parts = [
        (heading, what, _drawable(rows, ordered=False))
        for heading, what, rows in (
            ("Lowest degree that is enough", "degrees", c.education),
            ("Years of experience asked for", "years", c.experience),
            ("Where the work is done", "place of work", c.work_modes),
        )
    ]
    shown = [d for *_, rows in parts for d in rows]
    if not shown:
        return ()
    compared = ", ".join(what for _, what, rows in parts if rows)
    title = _strongest_share(c, shown) or f"No difference can be told in: {compared}"
    groups = [_group(heading, "ink", rows) for heading, _, rows in parts if rows]
    return (
        _two(c, "education", title, f"Shares of openings, with 95% intervals. {_figures(shown)}", groups),
    )


def draw_ranked(p: RoleProfile, section: str, claims: Sequence[Claim], what: str) -> tuple[Figure, ...]:
    """What a role's openings state, each share from nought."""
    shown = [claim for claim in claims if not claim.needed and claim.estimate.share > 0][:_RANKED]
    if not shown:
        return ()
    groups = [Group("", "ink", tuple(Row(x.label, (("a", x.estimate),)) for x in shown))]
    top = sorted((x for x in shown if x.value != "not-stated"), key=lambda x: -x.estimate.share)[:3]
    named = say_list([f"{x.label} ({say_percent(x.estimate.share)})" for x in top])
    title = f"{what}: {named}" if top else f"{what}: not stated"
    told = "; ".join(f"{x.label} {_share(x.estimate)}" for x in top)
    description = f"Shares of {say_count(p.summary.n, 'opening')} with their 95% intervals: {told}."
    return (_figure(f"chart-{section}", title, description, groups, {}),)


def _drawable(rows: Sequence[Difference], *, ordered: bool = True) -> list[Difference]:
    """The rows whose shares are shown; told differences first, where the order is free."""
    shown = [d for d in rows if not (d.a.needed or d.b.needed)]
    if not ordered:
        return [d for d in shown if max(d.a.estimate.share, d.b.estimate.share) >= 0.005]
    told = [d for d in shown if _told(d)]
    return told + [d for d in shown if d.verdict == "no-detectable-difference"]


def _told(d: Difference) -> bool:
    return d.verdict in ("more-in-a", "more-in-b")


def _group(heading: str, tone: str, rows: Sequence[Difference]) -> Group:
    return Group(
        heading,
        tone,
        tuple(Row(d.label, (("a", d.a.estimate), ("b", d.b.estimate)), _told(d)) for d in rows),
    )


def _two(c: Comparison, section: str, title: str, description: str, groups: Sequence[Group]) -> Figure:
    note = " ".join(
        f"Shares of {r.name} are estimates that borrow most of their weight from its family."
        for r in (c.a, c.b)
        if r.borrowed >= MOSTLY
    )
    return _figure(f"chart-{section}", title, description, groups, {"a": c.a.name, "b": c.b.name}, note)


# Words ---------------------------------------------------------------------------------------------------


def _statement(c: Comparison, rows: Sequence[Difference], verb: str) -> str:
    """What the surest difference of each side says; empty where none is told."""
    said = []
    for side, other, verdict in ((c.a, c.b, "more-in-a"), (c.b, c.a, "more-in-b")):
        found = [d for d in rows if d.verdict == verdict and not (d.a.needed or d.b.needed)]
        if found:
            said.append((side, other, _how_often(max(found, key=lambda d: d.certain), verb)))
    if len(said) == 1:
        side, other, words = said[0]
        return f"{side.name} adverts {words.replace('as often', f'as often as {other.name} adverts', 1)}"
    return "; ".join(f"{side.name} adverts {words}" for side, _, words in said)


def _how_often(d: Difference, verb: str) -> str:
    """How much more often: by a ratio only where the smaller share is known well enough to carry one."""
    more, less = (d.a.estimate, d.b.estimate) if d.verdict == "more-in-a" else (d.b.estimate, d.a.estimate)
    what = d.label if d.kind == "skill" and is_tool(d.value) else _lower(d.label)
    estimated = max(more.borrowed, less.borrowed) >= MOSTLY
    sure = less.share >= _LEAST_SHARE and less.high <= _SURE_ENOUGH * less.low
    if sure and more.share >= _LEAST_RATIO * less.share:
        times = more.share / less.share
        often = "twice" if times < 2.5 else f"{times:.0f} times"
        return f"{verb} {what} {'an estimated' if estimated else 'about'} {often} as often"
    against = f"{say_percent(more.share)} against {say_percent(less.share)}"
    return f"{verb} {what} more often ({'an estimated ' if estimated else ''}{against})"


def _strongest_share(c: Comparison, rows: Sequence[Difference]) -> str:
    found = [d for d in rows if _told(d) and (d.kind, d.value) != ("work-mode", "not-stated")]
    if not found:
        return ""
    d = max(found, key=lambda d: d.certain)
    first, second = (d.a, d.b) if d.verdict == "more-in-a" else (d.b, d.a)
    names = {d.a.id: c.a.name, d.b.id: c.b.name}
    estimated = max(d.a.estimate.borrowed, d.b.estimate.borrowed) >= MOSTLY
    return (
        f"{d.label}: {'an estimated ' if estimated else ''}{say_percent(first.estimate.share)} of "
        f"{names[first.id]} adverts, {say_percent(second.estimate.share)} of {names[second.id]} adverts"
    )


def _counts(c: Comparison, rows: Sequence[Difference], one: str, many: str) -> str:
    counts: dict[str, int] = defaultdict(int)
    for d in rows:
        counts[d.verdict] += 1
    unsure = len(rows) - counts["more-in-a"] - counts["more-in-b"]
    return (
        f"Of {say_count(len(rows), one, many)} compared, {counts['more-in-a']} are given more often by {c.a.name} "
        f"adverts, {counts['more-in-b']} by {c.b.name} adverts; of {unsure} no difference can be told."
    )


def _figures(rows: Sequence[Difference]) -> str:
    """The largest difference each way, in figures; the table holds the rest."""
    ends = {d.id: d for d in (max(rows, key=lambda d: d.difference), min(rows, key=lambda d: d.difference))}
    return " ".join(
        f"{d.label}: {_share(d.a.estimate)} against {_share(d.b.estimate)}." for d in ends.values()
    )


def _share(e: Estimate) -> str:
    return f"{say_percent(e.share)} ({say_interval(e.low, e.high)})"


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


# Drawing -------------------------------------------------------------------------------------------------


def _figure(
    id_: str, title: str, description: str, groups: Sequence[Group], names: dict[str, str], note: str = ""
) -> Figure:
    svgs = []
    for paper, prefix in ((WIDE, id_), (NARROW, f"{id_}-n")):
        rows, height, top = lay_out_rows(groups, names, note, paper)
        svgs.append(draw("shares", rows, paper, height, (0, top), (prefix, title, description)))
    return Figure(id_, title, description, *svgs)


def lay_out_rows(
    groups: Sequence[Group], names: dict[str, str], note: str, paper: Paper
) -> tuple[dict[str, list[dict[str, Any]]], float, float]:
    """The data of the spec, the height that it takes, and the share at the right end of the scale."""
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    all_rows = [row for group in groups for row in group.rows]
    top = max(e.high for row in all_rows for _, e in row.sides)
    ticks = ticks_within(0, top, 4 if paper.narrow else 5)
    scale = _key(rows, names, paper, hollow=any(not row.told for row in all_rows)) + 14
    y = scale + 12
    for i, group in enumerate(groups):
        if group.heading:
            y += 20 if i else 14 if paper.narrow else 8
            rows["headings"].append({"px": 0, "y": y, "text": group.heading, "tone": group.tone})
            y += 12 if paper.narrow else 14
        start = y
        for row in group.rows:
            y = _row(rows, row, y, paper)
        rows["ticks"] += [
            {"x": t, "top": start, "bottom": y, "y": scale, "text": "" if i else say_percent(t)}
            for t in ticks
        ]
    for line in wrap(note, 12, paper.width):
        y += 18
        rows["notes"].append({"px": 0, "y": y, "text": line, "tone": "quiet"})
    return rows, y + (8 if note else 4), top


def _row(rows: dict[str, list[dict[str, Any]]], row: Row, y: float, paper: Paper) -> float:
    """Adds a row that begins at y; says where it ends."""
    lines = wrap(row.label, _SIZE, paper.width if paper.narrow else paper.left - 44)
    taken = len(lines) * _LINE
    if paper.narrow:
        first, middle, end = y + 12, y + taken + 16, y + taken + 31
    else:
        end = y + max(30, taken + 8)
        middle = (y + end) / 2
        first = middle - (len(lines) - 1) * _LINE / 2
    rows["labels"] += [
        {"px": 0, "y": first + i * _LINE, "text": line, "tone": "ink"} for i, line in enumerate(lines)
    ]
    _marks(rows, row, middle)
    return end


def _marks(rows: dict[str, list[dict[str, Any]]], row: Row, y: float) -> None:
    estimates = [e for _, e in row.sides]
    overlap = len(estimates) == 2 and max(e.low for e in estimates) <= min(e.high for e in estimates)
    apart = _APART if overlap else 0.0
    for i, (tone, e) in enumerate(row.sides):
        at = y + (2 * i - 1) * apart
        rows["intervals"].append({"from": e.low, "to": e.high, "y": at, "tone": tone})
        rows["full" if row.told else "hollow"].append({"x": e.share, "y": at, "tone": tone})
    if len(estimates) == 1:
        tone, e = row.sides[0]
        rows["bands"].append({"from": 0, "to": e.share, "y": y, "tone": tone})
        rows["starts"].append({"x": e.high, "y": y, "text": say_percent(e.share), "tone": tone})
        return
    if row.told:
        rows["bands"].append(
            {
                "from": min(e.share for e in estimates),
                "to": max(e.share for e in estimates),
                "y": y,
                "tone": "ink",
            }
        )
    (left_tone, left), (right_tone, right) = sorted(row.sides, key=lambda side: side[1].share)
    low, high = min(e.low for e in estimates), max(e.high for e in estimates)
    rows["ends"].append({"x": low, "y": y, "text": say_percent(left.share), "tone": left_tone})
    rows["starts"].append({"x": high, "y": y, "text": say_percent(right.share), "tone": right_tone})


def _key(
    rows: dict[str, list[dict[str, Any]]], names: dict[str, str], paper: Paper, *, hollow: bool
) -> float:
    """Adds what the marks mean, in lines; says where it ends."""
    items = [*names.items(), ("rule", "95% interval")]
    if hollow:
        items.append(("hollow", "hollow: no difference can be told"))
    x, y = 0.0, 12.0
    for kind, text in items:
        # Names stand in bold, which is wider.
        width = 20 + text_width(text, _SIZE) * (1.12 if kind in names else 0.95) + 20
        if x and x + width - 20 > paper.width:
            x, y = 0.0, y + 21
        if kind == "rule":
            rows["key_rules"].append({"px": x, "px2": x + 14, "y": y})
        elif kind == "hollow":
            rows["key_hollow"].append({"px": x + 7, "y": y})
        else:
            rows["key"].append({"px": x + 7, "y": y, "tone": kind})
        where = "headings" if kind in names else "notes"
        rows[where].append({"px": x + 20, "y": y, "text": text, "tone": kind if kind in names else "quiet"})
        x += width
    return y + 12
