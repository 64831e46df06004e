"""Yearly pay: strips from the 10th to the 90th percentile, by basis and currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rolediff.charts.drawing import NARROW, WIDE, Figure, Paper, draw, ticks_within, wrap
from rolediff.results import Comparison, PayClaim, PayGap, PayGroup, SalaryProfile
from rolediff.wording import say_list, say_money

_BASES = {
    "stated": "Adverts that state pay",
    "board estimate": "Estimates of job boards",
    "pay table": "Pay tables",
    "official": "Official statistics",
}
# Currencies of a comparison that are drawn: the table holds all.
_CURRENCIES = 2
# A currency in which no basis has this many observations of both roles is left to the table.
_LEAST = 20
# Countries drawn, those with most observations; levels and years are few.
_GROUPS = 10
_KEY = "Line: 10% to 90% of what is paid; bar: the middle half; mark: the median with its 95% interval"
_HEIGHT = 42


@dataclass(frozen=True, slots=True)
class Strip:
    """Pay of one role, or of a part of it."""

    label: str
    tone: str
    pay: PayClaim | PayGroup


@dataclass(frozen=True, slots=True)
class Block:
    """Strips that belong together, and what is said of them."""

    heading: str
    sentence: str
    strips: tuple[Strip, ...]


def draw_pay(c: Comparison) -> tuple[Figure, ...]:
    """A figure for each of the currencies in which most pay of both roles is known."""
    names = {c.a.slug: (c.a.name, "a"), c.b.slug: (c.b.name, "b")}
    pairs: dict[tuple[str, str], dict[str, PayClaim]] = defaultdict(dict)
    for claim in c.pay:
        if claim.median is not None:
            pairs[claim.currency, claim.basis][claim.role] = claim
    gaps = {(g.currency, g.basis): g for g in c.pay_gaps}
    blocks: dict[str, list[Block]] = defaultdict(list)
    known: dict[str, int] = defaultdict(int)
    for (currency, basis), pair in pairs.items():
        if len(pair) < 2:
            continue
        gap = gaps.get((currency, basis))
        strips = tuple(Strip(*names[role], pair[role]) for role in (c.a.slug, c.b.slug))
        blocks[currency].append(Block(_basis(basis), say_gap(gap, c) if gap else "", strips))
        known[currency] = max(known[currency], min(p.n for p in pair.values()))
    currencies = sorted((x for x in blocks if known[x] >= _LEAST), key=lambda x: (-known[x], x))
    return tuple(
        _figure(
            f"chart-pay-{currency.lower()}",
            _title(c, currency, [gaps[key] for key in pairs if key in gaps and key[0] == currency]),
            blocks[currency],
        )
        for currency in currencies[:_CURRENCIES]
    )


def draw_salaries(p: SalaryProfile) -> dict[str, tuple[Figure, ...]]:
    """A role's pay by basis, and by the groups that are known, each in its largest market."""
    drawn: dict[str, tuple[Figure, ...]] = {}
    by_currency: dict[str, list[PayClaim]] = defaultdict(list)
    for claim in p.claims:
        if claim.median is not None:
            by_currency[claim.currency].append(claim)
    if by_currency:
        currency, claims = max(by_currency.items(), key=lambda found: sum(x.n for x in found[1]))
        block = Block("", "", tuple(Strip(_basis(x.basis), "a", x) for x in claims))
        title = f"Median yearly pay of {p.name}: {_range(claims, currency)}, by what is counted ({currency})"
        drawn["pay"] = (_figure("chart-pay", title, [block]),)
    markets: dict[str, dict[tuple[str, str], list[PayGroup]]] = defaultdict(lambda: defaultdict(list))
    for group in p.groups:
        if group.median is not None and group.value != "unspecified":
            markets[group.by][group.basis, group.currency].append(group)
    for by, found in markets.items():
        (basis, currency), groups = max(found.items(), key=lambda x: (len(x[1]) > 1, sum(g.n for g in x[1])))
        most = sorted(groups, key=lambda g: -g.n)[:_GROUPS]
        shown = [g for g in groups if g in most]
        if len(shown) > 1:
            block = Block("", "", tuple(Strip(g.label, "a", g) for g in shown))
            title = (
                f"Median yearly pay by {by}: {_range(shown, currency)} ({_basis(basis).lower()}, {currency})"
            )
            drawn[by] = (_figure(f"chart-{by}", title, [block]),)
    return drawn


def _range(pay: Sequence[PayClaim] | Sequence[PayGroup], currency: str) -> str:
    medians = sorted(p.median for p in pay if p.median is not None)
    low, high = say_money(medians[0], currency), say_money(medians[-1], currency)
    return low if low == high else f"{low} to {high}"


# Words ---------------------------------------------------------------------------------------------------


def _basis(basis: str) -> str:
    return _BASES.get(basis, basis)


def _title(c: Comparison, currency: str, gaps: Sequence[PayGap]) -> str:
    """The gap on the first basis; never more than its interval says."""
    if not gaps:
        return f"Yearly pay in {currency}"
    gap = gaps[0]
    by = f"By {_basis(gap.basis)[:1].lower()}{_basis(gap.basis)[1:]}"
    ratio, low, high = gap.best
    if low <= 1 <= high:
        return f"{by}, no difference between the pay of {c.a.name} and {c.b.name} can be told ({currency})"
    more, less = (c.a.name, c.b.name) if ratio > 1 else (c.b.name, c.a.name)
    alike = "like for like" if gap.standardised is not None else "as it stands"
    return f"{by}, {more} pays {_percent(max(ratio, 1 / ratio))} more than {less}, {alike} ({currency})"


def say_gap(gap: PayGap, c: Comparison) -> str:
    """The gap with its interval."""
    ratio, low, high = gap.best
    alike = f"for like {say_list(gap.adjusted_for)}" if gap.standardised is not None else "as it stands"
    if low <= 1 <= high:
        return (
            f"No difference can be told: {c.a.name} {_signed(low)} to {_signed(high)} against {c.b.name} "
            f"(95% interval), {alike}"
        )
    more, less = (c.a.name, c.b.name) if ratio > 1 else (c.b.name, c.a.name)
    if ratio < 1:
        ratio, low, high = 1 / ratio, 1 / high, 1 / low
    return f"{more} {_percent(ratio)} more than {less} (95% interval {_percent(low)} to {_percent(high)}), {alike}"


def _percent(ratio: float) -> str:
    return f"{(ratio - 1) * 100:.0f}%"


def _signed(ratio: float) -> str:
    percent = round((ratio - 1) * 100)
    return f"{percent:+d}%".replace("-", "−") if percent else "0%"


def _median(strip: Strip) -> str:
    p = strip.pay
    interval = ""
    if p.median_low is not None and p.median_high is not None:
        interval = f" ({say_money(p.median_low, p.currency)}–{say_money(p.median_high, p.currency)})"
    return f"{strip.label} {say_money(p.median or 0, p.currency)}{interval}"


# Drawing -------------------------------------------------------------------------------------------------


def _figure(id_: str, title: str, blocks: Sequence[Block]) -> Figure:
    medians = " ".join(
        f"{f'{block.heading}: ' if block.heading else ''}{', '.join(_median(s) for s in block.strips)}."
        for block in blocks
    )
    description = f"Median yearly pay with its 95% interval. {medians}"
    svgs = []
    for paper, prefix in ((WIDE, id_), (NARROW, f"{id_}-n")):
        rows, height, scale = lay_out_strips(blocks, paper)
        svgs.append(draw("pay", rows, paper, height, scale, (prefix, title, description)))
    return Figure(id_, title, description, *svgs)


def lay_out_strips(
    blocks: Sequence[Block], paper: Paper
) -> tuple[dict[str, list[dict[str, Any]]], float, tuple[float, float]]:
    """The data of the spec, the height that it takes, and the ends of the scale."""
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    pay = [strip.pay for block in blocks for strip in block.strips]
    values = [
        v for p in pay for v in (p.p10, p.p25, p.median, p.p75, p.p90, p.median_low, p.median_high) if v
    ]
    low, high = min(values), max(values)
    ticks = ticks_within(low, high, 3 if paper.narrow else 4)
    y = scale = 0.0
    for i, block in enumerate(blocks):
        y += 26 if i else 12
        if block.heading:
            rows["headings"].append({"px": 0, "y": y, "text": block.heading, "tone": "ink"})
        for line in wrap(block.sentence, 12, paper.width):
            y += 16
            rows["notes"].append({"px": 0, "y": y, "text": line, "tone": "quiet"})
        if i == 0:
            scale = y + (24 if block.heading else 0)
            y = scale
        start = y = y + 8
        for strip in block.strips:
            y = _strip(rows, strip, y, paper)
        currency = block.strips[0].pay.currency
        rows["ticks"] += [
            {"x": t, "top": start, "bottom": y, "y": scale, "text": "" if i else say_money(t, currency)}
            for t in ticks
        ]
    y += 4
    for line in wrap(_KEY, 12, paper.width):
        y += 16
        rows["notes"].append({"px": 0, "y": y, "text": line, "tone": "quiet"})
    return rows, y + 10, (low, high)


def _strip(rows: dict[str, list[dict[str, Any]]], strip: Strip, y: float, paper: Paper) -> float:
    """Adds a strip that begins at y; says where it ends."""
    p, tone = strip.pay, strip.tone
    money = say_money(p.median or 0, p.currency)
    if paper.narrow:
        for line in wrap(f"{strip.label}: {money}, n = {p.n:,}", 14, paper.width):
            y += 17
            rows["labels"].append({"px": 0, "y": y, "text": line, "tone": tone})
        y -= 9
    middle = y + 27
    if not paper.narrow:
        lines = wrap(strip.label, 14, paper.left - 40)
        top = middle - len(lines) * 8.5
        rows["labels"] += [
            {"px": 0, "y": top + i * 17, "text": line, "tone": tone} for i, line in enumerate(lines)
        ]
        rows["notes"].append({"px": 0, "y": top + len(lines) * 17, "text": f"n = {p.n:,}", "tone": "quiet"})
        rows["starts"].append({"x": p.median, "y": middle - 16, "text": money, "tone": tone})
    for data, low, high in (
        ("lines", p.p10 or p.p25, p.p90 or p.p75),
        ("boxes", p.p25, p.p75),
        ("medians", p.median_low, p.median_high),
    ):
        if low is not None and high is not None:
            rows[data].append({"from": low, "to": high, "y": middle, "tone": tone})
    # The bar is pale, so that the median stands out of it; its ends are not.
    rows["edges"] += [
        {"x": edge, "y": middle - 7, "y2": middle + 7, "tone": tone}
        for edge in (p.p25, p.p75)
        if edge is not None
    ]
    rows["full"].append({"x": p.median, "y": middle, "tone": tone})
    return y + _HEIGHT
