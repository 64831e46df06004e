"""The tables of the taxonomy in data/, loaded once and checked.

A table is a CSV with a header line. One row adds a thing; a row that breaks a rule stops the load
with its file and line.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources

from rolediff.errors import TaxonomyError

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: its values by column, and where it stands."""

    table: str
    line: int
    values: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    def items(self, column: str) -> list[str]:
        """The parts of a cell that holds several, separated by "|"."""
        return [part for part in self.values[column].split("|") if part]

    def broken(self, rule: str) -> TaxonomyError:
        """The error that names this row and the rule it breaks."""
        return TaxonomyError(f"data/{self.table}.csv, line {self.line}: {rule}")


def read_table(name: str) -> list[Row]:
    """All rows of `data/<name>.csv`, cells stripped.

    Raises:
        TaxonomyError: a row with more or fewer cells than the header.
    """
    path = resources.files("rolediff") / "data" / f"{name}.csv"
    rows = []
    with io.StringIO(path.read_text(encoding="utf-8")) as file:
        reader = csv.reader(file)
        header = next(reader)
        for cells in reader:
            row = Row(name, reader.line_num, dict(zip(header, (c.strip() for c in cells), strict=False)))
            if len(cells) != len(header):
                raise row.broken(f"{len(cells)} cells, the header has {len(header)}")
            rows.append(row)
    return rows


def fingerprint() -> str:
    """Hash of all tables in data/, the part of a snapshot's identity that readers' rules make."""
    digest = sha256()
    folder = resources.files("rolediff") / "data"
    for path in sorted(folder.iterdir(), key=lambda p: p.name):
        if path.name.endswith((".csv", ".parquet")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Category:
    """A group of skills; kind is tool or method."""

    id: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Skill:
    """A tool, technology, language, platform, method or field of knowledge."""

    id: str
    name: str
    category: str
    parent: str | None
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AmbiguousSurface:
    """A spelling that is also a common word, and the context that makes it the skill."""

    surface: str
    skill: str
    cased: bool
    near: bool
    not_next: frozenset[str]
    not_prev: frozenset[str]


@dataclass(frozen=True, slots=True)
class Named:
    """A row of a small table: a responsibility, an industry, a seniority."""

    id: str
    name: str
    code: str = ""


@cache
def categories() -> dict[str, Category]:
    """Skill categories by id, in the order in which a reader meets them."""
    found = {r["id"]: Category(r["id"], r["name"], r["kind"]) for r in read_table("skill_categories")}
    for row in read_table("skill_categories"):
        if row["kind"] not in ("tool", "method"):
            raise row.broken(f"kind {row['kind']!r} is neither tool nor method")
    return found


@cache
def skills() -> dict[str, Skill]:
    """All skills by id.

    Raises:
        TaxonomyError: an id that stands twice or is no slug, an unknown category or parent.
    """
    known = categories()
    rows = read_table("skills")
    ids = {row["id"] for row in rows}
    found: dict[str, Skill] = {}
    for row in rows:
        if row["id"] in found:
            raise row.broken(f"the id {row['id']!r} stands twice")
        _check_slug(row)
        if row["category"] not in known:
            raise row.broken(f"unknown category {row['category']!r}; known: {', '.join(known)}")
        if row["parent"] and row["parent"] not in ids:
            raise row.broken(f"unknown parent {row['parent']!r}")
        found[row["id"]] = Skill(
            row["id"], row["name"], row["category"], row["parent"] or None, tuple(row.items("aliases"))
        )
    return found


@cache
def ambiguous_surfaces() -> tuple[AmbiguousSurface, ...]:
    """Spellings that need a context.

    Raises:
        TaxonomyError: a skill that does not exist.
    """
    known = skills()
    found = []
    for row in read_table("ambiguous"):
        if row["skill"] not in known:
            raise row.broken(f"unknown skill {row['skill']!r}")
        found.append(
            AmbiguousSurface(
                row["surface"],
                row["skill"],
                row["cased"] == "1",
                row["near"] == "1",
                frozenset(row.items("not_next")),
                frozenset(row.items("not_prev")),
            )
        )
    return tuple(found)


@cache
def responsibilities() -> dict[str, Named]:
    """The duties by id."""
    return {r["id"]: Named(r["id"], r["name"], r["code"]) for r in _checked("responsibilities")}


@cache
def industries() -> dict[str, Named]:
    """The industries of employers by id."""
    return {r["id"]: Named(r["id"], r["name"]) for r in _checked("industries")}


def _checked(table: str) -> Iterator[Row]:
    seen = set()
    for row in read_table(table):
        _check_slug(row)
        if row["id"] in seen:
            raise row.broken(f"the id {row['id']!r} stands twice")
        seen.add(row["id"])
        yield row


def _check_slug(row: Row) -> None:
    if not _SLUG.match(row["id"]):
        raise row.broken(f"the id {row['id']!r} is not made of lower-case letters, digits and hyphens")
