"""Draws a page's sections for a terminal, as Markdown and as HTML; gives results as JSON."""

from __future__ import annotations

import dataclasses
import math
import re
import textwrap
from collections.abc import Sequence
from functools import cache
from typing import Any

import orjson

from rolediff.layout import Cell, Section, Table

# A column is not folded below this many characters.
_NARROWEST = 12


def to_json(result: Any) -> bytes:
    """Any result, or a list or mapping of them, as indented JSON; what is not a number is null."""
    return orjson.dumps(_plain(result), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value


def to_markdown(sections: Sequence[Section]) -> str:
    """Sections as Markdown (tables in the GitHub form)."""
    parts = []
    for level, section in enumerate(sections):
        parts.append(f"{'#' if level == 0 else '##'} {_markdown_prose(section.title)}")
        parts += map(_markdown_prose, section.paragraphs)
        for table in section.tables:
            if table.caption:
                parts.append(f"**{table.caption}**")
            parts.append(_markdown_table(table))
        for item in section.items:
            lines = "".join(f"\n  - {_markdown_text(line)}" for line in item.lines)
            parts.append(f"- **{_markdown_cell(item.heading)}**, {_markdown_text(item.detail)}{lines}")
    return "\n\n".join(parts) + "\n"


def _markdown_table(table: Table) -> str:
    lines = [table.columns, ("---",) * len(table.columns)]
    lines += [tuple(_markdown_cell(cell) for cell in row) for row in table.rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _markdown_cell(cell: Cell) -> str:
    text = _markdown_text(cell.text)
    if not (cell.url and text):
        return text
    return f"[{text}]({cell.url.replace('(', '%28').replace(')', '%29')})"


def _markdown_prose(text: str) -> str:
    """A sentence of ours, in which a title or an employer may stand: commands in it stay as they are."""
    return re.sub(r"<(?=[a-zA-Z/!?])|\](?=\()", r"\\\g<0>", text)


def _markdown_text(text: str) -> str:
    """Words of a posting, so that nothing in them is read as Markdown or HTML."""
    return re.sub(r"[\\`*\[\]<|]", r"\\\g<0>", text).replace("\n", " ")


def to_terminal(sections: Sequence[Section], *, width: int = 120, colour: bool = False) -> str:
    """Sections as text for a terminal.

    Args:
        sections: what to draw.
        width: columns of the terminal; cells are folded to fit.
        colour: whether headings and verdicts carry terminal codes.
    """
    lines: list[str] = []
    for section in sections:
        title = f" {section.title} ".center(4)
        lines += ["", _styled(f"──{title}" + "─" * max(width - len(title) - 2, 0), "1", colour=colour)]
        for paragraph in section.paragraphs:
            # An id of a claim is copied from here: it must not be broken at its hyphens.
            lines += textwrap.wrap(paragraph, width, break_on_hyphens=False) or [""]
        for table in section.tables:
            lines += ["", *([_styled(table.caption, "3", colour=colour)] if table.caption else [])]
            lines += _grid(table, width, colour=colour)
        for item in section.items:
            lines += ["", _styled(item.heading.text, "1", colour=colour), *textwrap.wrap(item.detail, width)]
            for line in item.lines:
                lines += textwrap.wrap(line, width, initial_indent="  ", subsequent_indent="    ")
    return "\n".join(lines) + "\n"


def _grid(table: Table, width: int, *, colour: bool) -> list[str]:
    """The lines of a table: columns as wide as their text where it fits, the widest folded where not."""
    texts = [[line.strip() for line in table.columns]] + [[c.text for c in row] for row in table.rows]
    widths = [
        max(len(part) for row in texts for part in row[i].split("\n")) for i in range(len(table.columns))
    ]
    # A heading may fold; it does not make its column wider than what stands below.
    for i, column in enumerate(table.columns):
        body = max((len(part) for row in texts[1:] for part in row[i].split("\n")), default=0)
        widths[i] = max(body, max(map(len, column.split()), default=0))
    room = width - 2 * (len(widths) - 1)
    while sum(widths) > room and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    lines = []
    for number, row in enumerate(texts):
        folded = [
            [part for line in text.split("\n") for part in textwrap.wrap(line, w) or [""]]
            for text, w in zip(row, widths, strict=True)
        ]
        for level in range(max(map(len, folded))):
            cells = [
                (part[level] if level < len(part) else "").ljust(w)
                for part, w in zip(folded, widths, strict=True)
            ]
            line = "  ".join(cells).rstrip()
            style = "2" if not number else "1" if row[-1].startswith("more in") else ""
            lines.append(_styled(line, style, colour=colour))
    return lines


def _styled(text: str, code: str, *, colour: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colour and code and text else text


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
