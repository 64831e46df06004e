"""The official projection of employment."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from rolediff.charts.drawing import NARROW, WIDE, Figure, Paper, draw, ticks_within, wrap
from rolediff.results import Comparison, OfficialLine
from rolediff.wording import say_list

_CHANGE, _OPENINGS = "projected_change_percent", "projected_openings_yearly"
_ROOM = 1.2
_FITS = {"broad": "a broader class", "poor": "a poor fit"}


def draw_outlook(c: Comparison) -> tuple[Figure, ...]:
    """The projected change of each class of work, where the roles have a class each."""
    lines = {(o.soc, o.measure): o for o in c.outlook}
    classes = list(dict.fromkeys(o.soc for o in c.outlook if o.measure == _CHANGE))
    if len(classes) < 2:
        return ()  # one bar compares nothing: the table says it
    changes = [lines[soc, _CHANGE] for soc in classes]
    said = say_list([f"{o.soc_title} {_change(o)}" for o in changes])
    period = changes[0].period.replace("-", "–")
    title = f"Official projection of employment, {period}: {said}"
    details = "; ".join(
        f"{o.soc_title}: {_change(o)}{_openings(lines.get((o.soc, _OPENINGS)))}" for o in changes
    )
    description = f"Projected change in employment in the United States, {period}: {details}."
    svgs = []
    for paper, prefix in ((WIDE, "chart-outlook"), (NARROW, "chart-outlook-n")):
        rows, height, scale = lay_out_bars(c, changes, lines, paper)
        svgs.append(draw("outlook", rows, paper, height, scale, (prefix, title, description)))
    return (Figure("chart-outlook", title, description, *svgs),)


def _change(o: OfficialLine) -> str:
    return f"{o.value:+.1f}%".replace("-", "−")


def _openings(o: OfficialLine | None) -> str:
    return f", {o.value:,.0f} openings a year" if o else ""


def lay_out_bars(
    c: Comparison,
    changes: list[OfficialLine],
    lines: dict[tuple[str, str], OfficialLine],
    paper: Paper,
) -> tuple[dict[str, list[dict[str, Any]]], float, tuple[float, float]]:
    """The data of the spec, the height that it takes, and the ends of the scale."""
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    low, high = min(0.0, *(o.value for o in changes)), max(0.0, *(o.value for o in changes))
    y = 4.0
    for o in changes:
        families = {x.role for x in c.outlook if x.soc == o.soc}
        mine, theirs = c.a.family in families, c.b.family in families
        tone = "ink" if mine and theirs else "a" if mine else "b"
        labels = wrap(o.soc_title, 14, paper.width if paper.narrow else paper.left - 70)
        fits = sorted({_FITS[x.fit] for x in c.outlook if x.soc == o.soc and x.fit in _FITS})
        note = ", ".join([*fits, _openings(lines.get((o.soc, _OPENINGS))).removeprefix(", ")])
        top = y + 12
        rows["labels"] += [
            {"px": 0, "y": top + i * 17, "text": t, "tone": tone} for i, t in enumerate(labels)
        ]
        rows["notes"].append({"px": 0, "y": top + len(labels) * 17, "text": note, "tone": "quiet"})
        end = top + len(labels) * 17 + (34 if paper.narrow else 14)
        middle = end - 16 if paper.narrow else (y + end) / 2
        rows["bars"].append({"from": 0, "to": o.value, "y": middle, "tone": tone})
        rows["ends" if o.value < 0 else "starts"].append(
            {"x": o.value, "y": middle, "text": _change(o), "tone": tone}
        )
        y = end + 4
    rows["ticks"] = [
        {"x": t, "top": 4, "bottom": y, "y": 0, "text": ""} for t in ticks_within(low, high, 4) if t == 0
    ]
    # The figure stands beyond the end of its bar.
    return rows, y, (low * _ROOM, high * _ROOM)
