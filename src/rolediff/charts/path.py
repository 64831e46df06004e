"""The order of tools to learn, and what it opens."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from rolediff.charts.drawing import WIDE, Figure, Paper, draw, ticks_within, wrap
from rolediff.results import Comparison, Path
from rolediff.titles import families
from rolediff.wording import say_count, say_interval, say_percent

_LINE = 17
# Names of tools are short: they stand beside the scale on a narrow page too.
_NARROW = Paper(340, 140, 300, narrow=True)


def draw_moving(c: Comparison) -> tuple[Figure, ...]:
    """What each tool opens of B's openings, to someone who comes from A."""
    path = c.moving
    if path is None or not path.steps:
        return ()
    last = path.steps[-1]
    tools = say_count(len(path.steps), "tool")
    whose = c.b.name if path.counted_on == path.role else f"all {families()[path.counted_on].name}"
    title = (
        f"{tools[:1].upper()}{tools[1:]}, learnt in this order, open {say_percent(last.opened)} of {whose} openings "
        f"that ask for tools, up from {say_percent(path.opened_before)}"
    )
    description = (
        f"Share of {say_count(path.n, 'opening')} that is open by then, with its 95% interval: "
        f"{say_percent(path.opened_before)} ({say_interval(path.before_low, path.before_high)}) at the start, "
        f"{say_percent(last.opened)} ({say_interval(last.opened_low, last.opened_high)}) after {last.label}."
    )
    start = "With the usual tools of " + c.a.name if path.known else "Knowing no tool"
    if c.have is not None:
        start = "With the tools on your list" if path.known else "Knowing no tool"
    svgs = []
    for paper, prefix in ((WIDE, "chart-moving"), (_NARROW, "chart-moving-n")):
        rows, height, top = lay_out_path(path, start, paper)
        svgs.append(draw("path", rows, paper, height, (0, top), (prefix, title, description)))
    return (Figure("chart-moving", title, description, *svgs),)


def lay_out_path(
    path: Path, start: str, paper: Paper
) -> tuple[dict[str, list[dict[str, Any]]], float, float]:
    """The data of the spec, the height that it takes, and the share at the right end of the scale."""
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    states = [(start, path.opened_before, path.before_low, path.before_high)]
    states += [(f"{i} {s.label}", s.opened, s.opened_low, s.opened_high) for i, s in enumerate(path.steps, 1)]
    top = max(high for *_, high in states)
    y, before, before_y = 26.0, 0.0, 0.0
    for i, (label, opened, low, high) in enumerate(states):
        room = paper.left - (12 if paper.narrow else 20)
        lines = wrap(label, 14, paper.width if paper.narrow and i == 0 else room)
        height = max(27, len(lines) * _LINE + 8)
        if paper.narrow and i == 0:
            rows["labels"].append({"px": 0, "y": y + 12, "text": " ".join(lines), "tone": "ink"})
            y, height, lines = y + 20, 27, []
        middle = y + height / 2
        first = middle - (len(lines) - 1) * _LINE / 2
        rows["labels"] += [
            {"px": 0, "y": first + k * _LINE, "text": line, "tone": "ink"} for k, line in enumerate(lines)
        ]
        if i:
            rows["gains"].append({"from": before, "to": opened, "y": middle, "tone": "b"})
            rows["links"].append({"x": before, "y": before_y, "y2": middle})
        rows["intervals"].append({"from": low, "to": high, "y": middle, "tone": "b"})
        rows["full"].append({"x": opened, "y": middle, "tone": "b"})
        rows["starts"].append({"x": high, "y": middle, "text": say_percent(opened), "tone": "b"})
        before, before_y, y = opened, middle, y + height
    rows["ticks"] = [
        {"x": t, "top": 24, "bottom": y, "y": 12, "text": say_percent(t)}
        for t in ticks_within(0, top, 4 if paper.narrow else 5)
    ]
    return rows, y + 4, top
