"""Draws a page's sections for a terminal, as Markdown and as HTML; gives results as JSON."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import orjson

from rolediff.layout import Cell, Section, Table


def to_json(result: Any) -> bytes:
    """Any result as indented JSON; what is not a number is null."""
    plain = _finite(dataclasses.asdict(result))
    return orjson.dumps(plain, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(v) for v in value]
    return value


def to_markdown(sections: Sequence[Section]) -> str:
    """Sections as Markdown (tables in the GitHub form)."""
    parts = []
    for level, section in enumerate(sections):
        parts.append(f"{'#' if level == 0 else '##'} {section.title}")
        parts += section.paragraphs
        for table in section.tables:
            if table.caption:
                parts.append(f"**{table.caption}**")
            parts.append(_markdown_table(table))
    return "\n\n".join(parts) + "\n"


def _markdown_table(table: Table) -> str:
    lines = [table.columns, ("---",) * len(table.columns)]
    lines += [tuple(_markdown_cell(cell) for cell in row) for row in table.rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _markdown_cell(cell: Cell) -> str:
    text = cell.text.replace("|", "\\|").replace("\n", " ")
    return f"[{text}]({cell.url})" if cell.url and text else text


def to_terminal(sections: Sequence[Section], *, width: int | None = None, colour: bool | None = None) -> str:
    """Sections as text for a terminal.

    Args:
        sections: what to draw.
        width: columns; None takes the terminal's own, or 110 where there is none.
        colour: whether to use colours; None asks the terminal.
    """
    import io

    from rich.console import Console

    probe = Console(force_terminal=colour)
    buffer = io.StringIO()
    console = Console(
        file=buffer,
        width=width or (probe.width if probe.is_terminal else 110),
        force_terminal=probe.is_terminal if colour is None else colour,
        highlight=False,
        emoji=False,
    )
    for section in sections:
        _draw(console, section)
    return buffer.getvalue()


def _draw(console: Any, section: Section) -> None:
    from rich.markup import escape
    from rich.rule import Rule
    from rich.table import Table as Grid
    from rich.text import Text

    console.print()
    console.print(Rule(Text(section.title, style="bold"), align="left", style="dim"))
    for paragraph in section.paragraphs:
        console.print(escape(paragraph), soft_wrap=False)
    for table in section.tables:
        grid = Grid(
            title=escape(table.caption) or None,
            title_justify="left",
            title_style="italic",
            box=None,
            pad_edge=False,
            padding=(0, 2, 0, 0),
            header_style="dim",
        )
        for column in table.columns:
            grid.add_column(escape(column), overflow="fold")
        for row in table.rows:
            grid.add_row(*(Text(cell.text, style=_style(cell)) for cell in row))
        console.print()
        console.print(grid)


def _style(cell: Cell) -> str:
    if cell.text.startswith("more in"):
        return "bold"
    return "dim" if cell.text.startswith(("withheld", "too few", "no detectable", "not stated")) else ""


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("rolediff.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def to_html(template: str, **context: Any) -> str:
    """A page from a template of web/templates; everything put into it is escaped."""
    page: str = _environment().get_template(template).render(context)
    return page
