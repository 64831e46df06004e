"""Pages of openings: those of a role, newest first, chosen by filters."""

from __future__ import annotations

from math import ceil
from typing import Any

from rolediff.errors import FilterError
from rolediff.labels import FIELD_VALUES
from rolediff.postings import as_opening
from rolediff.results import FilterValue, ListedOpening, OpeningsPage
from rolediff.roles import Role
from rolediff.titles import seniorities
from rolediff.warehouse import Warehouse
from rolediff.wording import say_count, say_list

#: The most openings of a page: beyond it a page is slow to read and to send.
MOST = 200
_UNKNOWN = "not-stated"
#: Filters in reading order, and their names for people.
FILTERS = {"seniority": "seniority", "country": "country", "work_mode": "work mode"}


def list_openings(
    warehouse: Warehouse,
    snapshot: str,
    role: Role,
    *,
    seniority: str | None = None,
    country: str | None = None,
    work_mode: str | None = None,
    page: int = 1,
    size: int = 50,
) -> OpeningsPage:
    """The openings of a role, one page of them; copies of an opening are left out.

    Args:
        warehouse: the snapshot.
        snapshot: its id.
        role: whose openings.
        seniority: id of a seniority.
        country: its two letters (ISO 3166-1), or "not-stated".
        work_mode: remote, hybrid, onsite or "not-stated".
        page: counts from 1; beyond the last it has no openings.
        size: openings of a page, at most `MOST`.

    Raises:
        FilterError: no opening of the role has the value of a filter, or a page or size that cannot be.
    """
    if not 1 <= size <= MOST:
        raise FilterError(f"A page holds 1 to {MOST} openings; {size} was asked for.")
    if page < 1:
        raise FilterError(f"Pages count from 1; {page} was asked for.")
    chosen = {
        "seniority": seniority,
        "country": country.upper() if country and country != _UNKNOWN else country,
        "work_mode": work_mode,
    }
    asked = {"family": role.family, "seniorities": role.levels, **chosen}
    counts: dict[str, dict[str, int]] = {name: {} for name in (*FILTERS, "all", "total", "undated")}
    for row in warehouse.rows("opening_filters", **asked):
        counts[row["filter"]][row["value"] or ""] = row["openings"]
    for name, value in chosen.items():
        if value is not None and value not in counts[name]:
            raise FilterError(_say_values(role, name, value, counts[name]))
    every, total, undated = (counts[name].get("", 0) for name in ("all", "total", "undated"))
    offset = (page - 1) * size
    rows = []
    if offset < total:
        rows = warehouse.rows("role_openings", **asked, limit=size, offset=offset)
    return OpeningsPage(
        snapshot=snapshot,
        role=role.slug,
        name=role.name,
        filters={name: _values(name, counts[name], chosen[name]) for name in FILTERS},
        all=every,
        total=total,
        undated=undated,
        page=page,
        pages=max(ceil(total / size), 1),
        size=size,
        openings=tuple(_listed(row, warehouse.origin_names) for row in rows),
    )


def _listed(row: dict[str, Any], origin_names: dict[str, str]) -> ListedOpening:
    return ListedOpening(as_opening(row, origin_names), row["seniority"], row["work_mode"] or _UNKNOWN)


def _order(name: str, counts: dict[str, int]) -> list[str]:
    """The values of a filter in reading order: levels from the lowest, countries by name, unknown last."""
    known = {"seniority": list(seniorities()), "work_mode": list(FIELD_VALUES["work-mode"])}.get(name, [])
    place = {value: at for at, value in enumerate(known)}
    return sorted(counts, key=lambda v: (v == _UNKNOWN, place.get(v, len(place)), v))


def label_filter(name: str, value: str) -> str:
    """The name for people of a filter's value."""
    if value == _UNKNOWN:
        return "Not stated"
    if name == "seniority" and value in seniorities():
        return seniorities()[value].name
    return FIELD_VALUES["work-mode"].get(value, value) if name == "work_mode" else value


def _values(name: str, counts: dict[str, int], chosen: str | None) -> tuple[FilterValue, ...]:
    return tuple(
        FilterValue(value, label_filter(name, value), counts[value], value == chosen)
        for value in _order(name, counts)
        if counts[value] or value == chosen
    )


def _say_values(role: Role, name: str, value: str, counts: dict[str, int]) -> str:
    there = say_list([repr(v) for v in _order(name, counts)])
    if not there:
        return f"The snapshot holds no opening of {role.name}; leave out the {FILTERS[name]}."
    return (
        f"No opening of {role.name} has the {FILTERS[name]} {value!r}. "
        f"There {'is' if len(counts) == 1 else 'are'} {say_count(len(counts), 'value')}: {there}."
    )
