"""A page before it is drawn: what its HTML, JSON and Markdown all come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rolediff.charts import Figure
from rolediff.errors import UnknownPageError
from rolediff.layout import Section

#: Name and address of the pages that others stand under.
HOME = ("rolediff", "/")
ROLES = ("Roles", "/roles")


@dataclass(frozen=True, slots=True)
class Document:
    """One page.

    Attributes:
        path: its address, from the root.
        title: of the window; the first section has the heading.
        description: one or two sentences for search engines and previews.
        sections: what it says, in reading order.
        result: what its JSON holds.
        figures: by section id, the charts that stand above the tables.
        linked_data: schema.org objects, without their context.
        crumbs: name and address of the pages above it.
        template: of web/templates.
        extra: what else the template needs.
        thin: why the page is left out of the sitemap; empty where it is not.
        data: links to files with the numbers: label and address.
    """

    path: str
    title: str
    description: str
    sections: Sequence[Section]
    result: Any
    figures: Mapping[str, tuple[Figure, ...]] = field(default_factory=dict)
    linked_data: tuple[dict[str, Any], ...] = ()
    crumbs: tuple[tuple[str, str], ...] = ()
    template: str = "page.html"
    extra: Mapping[str, Any] = field(default_factory=dict)
    thin: str = ""
    data: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Moved:
    """A page that has another address."""

    path: str


@dataclass(frozen=True, slots=True)
class Query:
    """A parameter after the question mark."""

    name: str
    description: str
    example: str


def read_number(name: str, text: str, most: int) -> int:
    """A whole number of an address, from 1 on.

    Raises:
        UnknownPageError: it is none, or too large.
    """
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most):
        raise UnknownPageError(f"{name}={text[:40]}", [])
    return int(text)
