"""Figures of official tables about the occupation classes (SOC) that families are mapped to.

data/official.csv holds one figure a row, data/official_releases.csv where each was read;
tools/official.py writes both from the publisher's workbooks. docs/method/official.md says what the
figures mean and what they do not say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType

from rolediff.taxonomy import Row, read_table

#: What is measured, in the order in which a reader meets it, and in which unit.
MEASURES = MappingProxyType(
    {
        "employment": "people",
        "wage_p10": "USD a year",
        "wage_p25": "USD a year",
        "wage_median": "USD a year",
        "wage_p75": "USD a year",
        "wage_p90": "USD a year",
        "wage_mean": "USD a year",
        "projected_employment_start": "people",
        "projected_employment_end": "people",
        "projected_change_percent": "percent",
        "projected_openings_yearly": "people",
    }
)

#: "at least": the publisher gives no figure above its ceiling, and the value is that ceiling.
QUALIFIERS = frozenset({"", "at least"})

# Both publications are yearly: a year past `stale_after` a second newer release is missing, and
# naming the first no longer tells a reader how old the figure is.
_DISCLOSURE = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class OfficialRelease:
    """One publication of an official table.

    `title` is what a reader is shown: the publisher's title and, once there is a newer release than
    the one at hand, its name. `superseded_by` is that name alone, or empty where none is known.
    """

    id: str
    publisher: str
    title: str
    published: date | None  # None: the publisher's date is not known
    url: str
    licence: str
    stale_after: date  # the day after which the figures should have been replaced by newer ones
    superseded_by: str
    sha256: str  # of the workbook that was read


@dataclass(frozen=True, slots=True)
class OfficialFact:
    """One figure about one occupation class, for the whole United States."""

    soc: str  # code of the 2018 Standard Occupational Classification, "15-2051"
    title: str  # the class, as the publisher names it
    measure: str  # one of MEASURES
    value: float
    qualifier: str  # one of QUALIFIERS
    unit: str
    period: str  # "May 2024", "2024-2034"
    release: OfficialRelease


def official_facts(soc: str) -> list[OfficialFact]:
    """All figures about a class, in the order of MEASURES; empty where the tables hold none.

    A figure that the publisher withheld is no row. Wages and `employment` count employees,
    `projected_employment_*` also the self-employed: the two must not be compared.

    Raises:
        TaxonomyError: a row of the tables breaks a rule.
    """
    return list(_facts().get(soc, ()))


def official_releases() -> list[OfficialRelease]:
    """All releases that figures were read from, by id.

    Raises:
        TaxonomyError: a row of the table breaks a rule.
    """
    return list(_releases().values())


def check_releases(today: date) -> list[OfficialRelease]:
    """The releases that are stale on a day: past `stale_after`, whether or not the reader is told."""
    return [release for release in official_releases() if today > release.stale_after]


def undisclosed_releases(today: date) -> list[OfficialRelease]:
    """The stale releases that must be replaced before anything is published with them.

    A stale release may stay for a year if its title names the release that superseded it: the figure
    is still true of its period, and the reader knows that a newer one exists.
    """
    return [
        release
        for release in check_releases(today)
        if not release.superseded_by or today > release.stale_after + _DISCLOSURE
    ]


@cache
def _releases() -> dict[str, OfficialRelease]:
    found: dict[str, OfficialRelease] = {}
    for row in read_table("official_releases"):
        if row["id"] in found:
            raise row.broken(f"the id {row['id']!r} stands twice")
        newer = row["superseded_by"]
        found[row["id"]] = OfficialRelease(
            id=row["id"],
            publisher=row["publisher"],
            title=f"{row['title']} (superseded by {newer})" if newer else row["title"],
            published=_date(row, "published") if row["published"] else None,
            url=row["url"],
            licence=row["licence"],
            stale_after=_date(row, "stale_after"),
            superseded_by=newer,
            sha256=row["sha256"],
        )
    return found


@cache
def _facts() -> dict[str, tuple[OfficialFact, ...]]:
    releases = _releases()
    found: dict[str, dict[str, OfficialFact]] = {}
    for row in read_table("official"):
        of_class = found.setdefault(row["soc"], {})
        measure = row["measure"]
        if measure not in MEASURES:
            raise row.broken(f"unknown measure {measure!r}; known: {', '.join(MEASURES)}")
        if measure in of_class:
            raise row.broken(f"{measure} of {row['soc']} stands twice")
        if row["unit"] != MEASURES[measure]:
            raise row.broken(f"{measure} is in {MEASURES[measure]}, not in {row['unit']!r}")
        if row["qualifier"] not in QUALIFIERS:
            raise row.broken(f"unknown qualifier {row['qualifier']!r}")
        if row["release"] not in releases:
            raise row.broken(f"unknown release {row['release']!r}; known: {', '.join(releases)}")
        of_class[measure] = OfficialFact(
            soc=row["soc"],
            title=row["title"],
            measure=measure,
            value=_number(row),
            qualifier=row["qualifier"],
            unit=row["unit"],
            period=row["period"],
            release=releases[row["release"]],
        )
    return {
        soc: tuple(of_class[measure] for measure in MEASURES if measure in of_class)
        for soc, of_class in found.items()
    }


def _date(row: Row, column: str) -> date:
    try:
        return date.fromisoformat(row[column])
    except ValueError:
        raise row.broken(f"{column} {row[column]!r} is no date like 2025-04-02") from None


def _number(row: Row) -> float:
    try:
        return float(row["value"])
    except ValueError:
        raise row.broken(f"the value {row['value']!r} is no number") from None
