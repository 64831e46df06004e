"""Which source column feeds which field of a record, by the names in data/columns.csv.

A name matches whatever its case and its separators: "jobTitle", "Job Title" and "job_title" are one.
Where a source has several columns for a field, each row takes the first of them that has a value, in
the order of the table. Columns of the use "part" are joined after the description, each under its own
name; those of the use "sections" bring their own headings. A period or a currency that stands in the
name of a pay column ("max_annual_salary_eur") is what the source says of its figures; pay by the year
is taken before any other. Columns of the use "person" hold names of persons and are never read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from rolediff.errors import FeedError
from rolediff.feeds.values import name_words
from rolediff.schema import RECORD
from rolediff.taxonomy import Row, read_table

_PERIODS = {
    "year": ("annual", "annually", "yearly", "year", "yr", "annum"),
    "month": ("monthly", "month"),
    "week": ("weekly", "week"),
    "day": ("daily", "day", "tjm"),  # taux journalier moyen
    "hour": ("hourly", "hour", "hr"),
}
_PERIOD_OF = {word: period for period, words in _PERIODS.items() for word in words}
_PAY = ("pay", "pay_min", "pay_max")
_USES = ("first", "remote", "part", "sections", "person")
#: Fields of a record that a source column can feed.
FIELDS = tuple(name for name in RECORD.names if name != "row")


@dataclass(frozen=True, slots=True)
class _Name:
    """A line of the table: a column's usual name, and what it feeds."""

    field: str
    use: str
    when: str  # only where the source also has this column
    rank: int


@dataclass(slots=True)
class PayColumns:
    """Pay columns whose names state one period and one currency, or neither."""

    period: str | None
    currency: str | None
    pay: list[str] = field(default_factory=list)
    pay_min: list[str] = field(default_factory=list)
    pay_max: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """How the columns of one source become a record."""

    columns: dict[str, str | None]  # source column -> field
    first: dict[str, list[str]]  # field -> source columns, best first
    parts: dict[str, bool]  # joined after the description -> whether under the column's name
    flags: dict[str, str]  # yes-or-no columns -> the word for yes
    pay: list[PayColumns]

    @property
    def has_posting(self) -> bool:
        """Whether a title or a description is among the columns."""
        return bool(self.first.get("title") or self.first.get("description") or self.parts)


def _key(name: str) -> str:
    return "".join(name_words(name))


@cache
def _names() -> dict[str, list[_Name]]:
    found: dict[str, list[_Name]] = {}
    for rank, row in enumerate(read_table("columns")):
        _check(row)
        found.setdefault(_key(row["source"]), []).append(
            _Name(row["field"], row["use"], _key(row["when"]), rank)
        )
    return found


def _check(row: Row) -> None:
    if row["use"] not in _USES:
        raise row.broken(f"use {row['use']!r} is none of {', '.join(_USES)}")
    if row["field"] not in FIELDS and row["use"] != "person":
        raise row.broken(f"unknown field {row['field']!r}; known: {', '.join(FIELDS)}")


@cache
def _currencies() -> frozenset[str]:
    return frozenset(row["code"].lower() for row in read_table("currencies"))


def usual_names() -> dict[str, list[str]]:
    """Usual names of the columns that a posting cannot do without, for messages."""
    rows = read_table("columns")
    return {
        name: [r["source"] for r in rows if r["field"] == name and r["use"] == "first" and not r["when"]]
        for name in ("title", "description")
    }


def plan_columns(names: Sequence[str], path: Path, column_map: Mapping[str, str] | None = None) -> Plan:
    """Understands the columns of a source.

    Args:
        names: the source's columns.
        path: for messages.
        column_map: field -> source column; such a column feeds its field alone.

    Raises:
        FeedError: `column_map` names an unknown field, a column that the source does not have, or one
            that names persons.
    """
    given = _given(names, path, column_map or {})
    present = {_key(name) for name in names}
    ranked = []
    plan = Plan(dict.fromkeys(names), {}, {}, {}, [])
    for position, name in enumerate(names):
        if name in given:
            ranked.append((-1, position, name, _Name(given[name], _use(name, given[name]), "", -1)))
        elif (known := _find(name, present)) and known.field not in given.values() and known.use != "person":
            ranked.append((known.rank, position, name, known))
    pays: dict[tuple[str | None, str | None], PayColumns] = {}
    for _, _, name, known in sorted(ranked, key=lambda entry: entry[:2]):
        plan.columns[name] = known.field
        if known.field in _PAY:
            words = name_words(name)
            period = next((_PERIOD_OF[word] for word in words if word in _PERIOD_OF), None)
            currency = next((word.upper() for word in words if word in _currencies()), None)
            group = pays.setdefault((period, currency), PayColumns(period, currency))
            getattr(group, known.field).append(name)
        elif known.use in ("part", "sections"):
            plan.parts[name] = known.use == "part"
        else:
            plan.first.setdefault(known.field, []).append(name)
            if known.use == "remote":
                plan.flags[name] = known.use
    plan.pay = sorted(pays.values(), key=lambda group: group.period != "year")
    return plan


def _find(name: str, present: Iterable[str]) -> _Name | None:
    """The line of the table for a column; pay columns also without the period and currency in them."""
    words = name_words(name)
    bare = [word for word in words if word not in _PERIOD_OF and word not in _currencies()]
    for key in ("".join(words), "".join(bare)):
        for known in _names().get(key, ()):
            if (key == "".join(words) or known.field in _PAY) and (not known.when or known.when in present):
                return known
    return None


def _use(name: str, field_: str) -> str:
    known = _find(name, ())
    return "remote" if field_ == "work_mode" and known is not None and known.use == "remote" else "first"


def _given(names: Sequence[str], path: Path, column_map: Mapping[str, str]) -> dict[str, str]:
    """Source column -> field, of an explicit map."""
    found: dict[str, str] = {}
    for field_, column in column_map.items():
        if field_ not in FIELDS:
            raise FeedError(f"{path}: unknown field {field_!r}. Fields: {', '.join(FIELDS)}.")
        exact = [name for name in names if name == column] or [n for n in names if _key(n) == _key(column)]
        if not exact:
            raise FeedError(f"{path}: no column {column!r}. Columns: {', '.join(names)}.")
        if any(known.use == "person" for known in _names().get(_key(exact[0]), ())):
            raise FeedError(f"{path}: the column {exact[0]!r} names persons; rolediff does not read it.")
        if exact[0] in found:
            raise FeedError(
                f"{path}: the column {exact[0]!r} is mapped to {found[exact[0]]!r} and {field_!r}."
            )
        found[exact[0]] = field_
    return found
