"""Write data/official.csv and official_releases.csv from workbooks of the US Bureau of Labor Statistics.

    python tools/official.py SHARED_FOLDER     read SHARED_FOLDER/reference/bls, write both tables
    python tools/official.py --check [DATE]    fail if stale figures would be shown as if they were new

A new release: put its workbook into the folder, change its row in RELEASES, run, read the difference.
"""

from __future__ import annotations

import argparse
import csv
import io
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import openpyxl

from rolediff.official import MEASURES, check_releases, undisclosed_releases

DATA = Path(__file__).resolve().parents[1] / "src" / "rolediff" / "data"
FOLDER = Path("reference") / "bls"

# Classes of data and AI posts that no family is mapped to (yet), and their neighbours: a family may
# be mapped to one of these without a new reading. The classes in families.csv are always read.
MORE_CLASSES = (
    "11-1021", "11-2021", "11-3021",
    "13-1111", "13-1161", "13-2051", "13-2054", "13-2099",
    "15-1211", "15-1221", "15-1231", "15-1232", "15-1241", "15-1242", "15-1243", "15-1252",
    "15-1299", "15-2031", "15-2041", "15-2051", "15-2099",
    "17-2112", "17-2199",
    "19-1029",
    "43-9021", "43-9111",
)  # fmt: skip

# Both publications come once a year, in no fixed week: a year, and a quarter to fetch and review.
LIFE = timedelta(days=365 + 90)


@dataclass(frozen=True)
class Release:
    """A workbook, and what its publisher says about it elsewhere."""

    id: str
    file: str
    title: str
    period: str
    published: date  # from the news release of the same figures, see docs/method/official.md
    url: str
    superseded_by: str = ""  # the newer release, where one is known that is not at hand


WAGES = Release(
    id="bls-oews-2024-05",
    file="national_M2024_dl.xlsx",
    title="Occupational Employment and Wage Statistics, May 2024",
    period="May 2024",
    published=date(2025, 4, 2),
    url="https://www.bls.gov/oes/",
    superseded_by="May 2025",
)
PROJECTIONS = Release(
    id="bls-projections-2024-2034",
    file="projections_occupation.xlsx",
    title="Employment Projections, 2024-2034",
    period="2024-2034",
    published=date(2025, 8, 28),
    url="https://www.bls.gov/emp/",
    superseded_by="2025-2035",
)
RELEASES = (WAGES, PROJECTIONS)

WAGE_COLUMNS = {
    "employment": "TOT_EMP",
    "wage_p10": "A_PCT10",
    "wage_p25": "A_PCT25",
    "wage_median": "A_MEDIAN",
    "wage_p75": "A_PCT75",
    "wage_p90": "A_PCT90",
    "wage_mean": "A_MEAN",
}
FACT_HEADER = ("soc", "title", "measure", "value", "qualifier", "unit", "period", "release")
RELEASE_HEADER = (
    "id", "publisher", "title", "published", "url", "licence", "stale_after", "superseded_by", "sha256",
)  # fmt: skip


class WorkbookError(Exception):
    """A workbook does not hold what it should; the message says what and where."""


@dataclass(frozen=True)
class Reading:
    """What one workbook says of one class."""

    title: str
    figures: Mapping[str, tuple[float, str]]  # measure -> value, qualifier
    median: object = None  # the median wage that the projections repeat, as it stands


def read_wages(path: Path, period: str, classes: Iterable[str]) -> dict[str, Reading]:
    """Employment and yearly wages of each class, from the national OEWS workbook.

    Raises:
        WorkbookError: another edition than `period`, a missing class or column, an unknown mark.
    """
    notes = [str(row[0]) for row in _rows(path, "Field Descriptions") if row and row[0]]
    if not notes or notes[0] != f"{period} OEWS Estimates":
        raise WorkbookError(f"{path.name}: expected the estimates of {period}, found {notes[:1]}")
    ceilings = [m for n in notes if (m := re.search(r"# .*\$([\d,]+) per year", n))]
    if len(ceilings) != 1:
        raise WorkbookError(f"{path.name}: the note on '#' no longer states one ceiling a year")
    ceiling = float(ceilings[0][1].replace(",", ""))

    rows = _rows(path, f"national_M{period[-4:]}_dl")
    columns = _columns(
        path, rows[0], ["AREA", "I_GROUP", "OCC_CODE", "OCC_TITLE", "O_GROUP", *WAGE_COLUMNS.values()]
    )
    found = {}
    for row in rows[1:]:
        # Some classes stand twice, as "broad" and "detailed" with the same code.
        if row[columns["O_GROUP"]] != "detailed" or row[columns["I_GROUP"]] != "cross-industry":
            continue
        figures = {}
        for measure, column in WAGE_COLUMNS.items():
            cell = row[columns[column]]
            if cell == "#":
                figures[measure] = (ceiling, "at least")
            elif isinstance(cell, int | float):
                figures[measure] = (float(cell), "")
            elif cell not in ("*", "**"):  # withheld by the publisher
                raise WorkbookError(f"{path.name}: {column} of {row[columns['OCC_CODE']]} is {cell!r}")
        found[str(row[columns["OCC_CODE"]])] = Reading(str(row[columns["OCC_TITLE"]]).strip(), figures)
    return _only(path, found, classes)


def read_projections(path: Path, period: str, classes: Iterable[str]) -> dict[str, Reading]:
    """Employment now and in ten years, change and openings a year of each class.

    Raises:
        WorkbookError: another edition than `period`, a missing class or column, an unknown mark.
    """
    start, end = period.split("-")
    span = f"{start}–{end[2:]}"
    thousands = {
        "projected_employment_start": f"Employment, {start}",
        "projected_employment_end": f"Employment, {end}",
        "projected_openings_yearly": f"Occupational openings, {span} annual average",
    }
    percent = f"Employment change, percent, {span}"
    code, title = f"{start} National Employment Matrix code", f"{start} National Employment Matrix title"
    median = f"Median annual wage, dollars, {start}[1]"
    rows = _rows(path, "Table 1.2")
    if "Employment in thousands" not in str(rows[0][0]):
        raise WorkbookError(f"{path.name}: Table 1.2 no longer counts in thousands: {rows[0][0]!r}")
    columns = _columns(path, rows[1], [title, code, "Occupation type", median, percent, *thousands.values()])
    found = {}
    for row in rows[2:]:
        if row[columns["Occupation type"]] != "Line item":
            continue
        figures = {}
        for measure, column in {**thousands, "projected_change_percent": percent}.items():
            cell = row[columns[column]]
            if isinstance(cell, int | float):
                # Counts stand in thousands with one decimal: whole hundreds of people.
                figures[measure] = (float(round(cell * 10) * 100) if column != percent else float(cell), "")
            elif cell != "—":  # not available
                raise WorkbookError(f"{path.name}: {column} of {row[columns[code]]} is {cell!r}")
        found[str(row[columns[code]])] = Reading(
            str(row[columns[title]]).strip(), figures, row[columns[median]]
        )
    return _only(path, found, classes)


def check_readings(wages: Mapping[str, Reading], projections: Mapping[str, Reading]) -> None:
    """Hold the two workbooks against each other: same titles, same medians, sums that add up.

    Raises:
        WorkbookError: the first class for which they disagree.
    """
    for soc, wage in wages.items():
        projection = projections[soc]
        if wage.title.casefold() != projection.title.casefold():
            raise WorkbookError(
                f"{soc} is {wage.title!r} in one workbook and {projection.title!r} in the other"
            )
        # The projections repeat the median of the OEWS release of their first year.
        median = wage.figures.get("wage_median")
        if median and not median[1] and projection.median != median[0]:
            raise WorkbookError(
                f"{soc}: the projections repeat the median {projection.median!r}, not {median[0]:.0f}"
            )
        names = ("projected_employment_start", "projected_employment_end", "projected_change_percent")
        if all(name in projection.figures for name in names):
            first, last, change = (projection.figures[name][0] for name in names)
            # The publisher computes the change before rounding both counts to hundreds.
            low, high = (last - 50) / (first + 50), (last + 50) / (first - 50)
            if not 100 * (low - 1) - 0.05 <= change <= 100 * (high - 1) + 0.05:
                raise WorkbookError(
                    f"{soc}: a change of {change}% does not lead from {first:.0f} to {last:.0f}"
                )


def build_tables(shared: Path) -> tuple[str, str]:
    """The text of official.csv and of official_releases.csv.

    Raises:
        WorkbookError: a workbook is missing or does not hold what it should.
    """
    folder = shared / FOLDER
    for release in RELEASES:
        if not (folder / release.file).is_file():
            raise WorkbookError(f"{FOLDER / release.file} is not in the shared folder")
    with (DATA / "families.csv").open(encoding="utf-8", newline="") as file:
        mapped = {row["soc"] for row in csv.DictReader(file) if row["soc"]}
    classes = sorted(mapped | set(MORE_CLASSES))
    wages = read_wages(folder / WAGES.file, WAGES.period, classes)
    projections = read_projections(folder / PROJECTIONS.file, PROJECTIONS.period, classes)
    check_readings(wages, projections)

    facts = []
    for soc in classes:
        for measure, unit in MEASURES.items():
            release, reading = (
                (WAGES, wages[soc]) if measure in WAGE_COLUMNS else (PROJECTIONS, projections[soc])
            )
            if measure in reading.figures:
                value, qualifier = reading.figures[measure]
                shown = f"{value:.1f}" if unit == "percent" else f"{value:.0f}"
                title = wages[soc].title
                facts.append((soc, title, measure, shown, qualifier, unit, release.period, release.id))
    releases = [
        (
            release.id,
            "US Bureau of Labor Statistics",
            release.title,
            release.published.isoformat(),
            release.url,
            "public domain",
            (release.published + LIFE).isoformat(),
            release.superseded_by,
            sha256((folder / release.file).read_bytes()).hexdigest(),
        )
        for release in sorted(RELEASES, key=lambda r: r.id)
    ]
    return _csv(FACT_HEADER, facts), _csv(RELEASE_HEADER, releases)


def report_stale(today: date) -> int:
    """Name the stale releases; 1 if one of them would be shown as if it were new."""
    must_go = undisclosed_releases(today)
    for release in check_releases(today):
        verdict = "must be replaced" if release in must_go else "shown as superseded"
        print(f"{release.title}: stale since {release.stale_after}, {verdict}. Newer figures: {release.url}")
    return 1 if must_go else 0


def _rows(path: Path, sheet: str) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        if sheet not in book.sheetnames:
            raise WorkbookError(f"{path.name} has no sheet {sheet!r}, only {', '.join(book.sheetnames)}")
        return list(book[sheet].iter_rows(values_only=True))
    finally:
        book.close()


def _columns(path: Path, header: tuple[object, ...], names: list[str]) -> dict[str, int]:
    missing = [name for name in names if name not in header]
    if missing:
        raise WorkbookError(f"{path.name} has no column {', '.join(map(repr, missing))}")
    return {name: header.index(name) for name in names}


def _only(path: Path, found: Mapping[str, Reading], classes: Iterable[str]) -> dict[str, Reading]:
    wanted = list(classes)
    missing = [soc for soc in wanted if soc not in found]
    if missing:
        raise WorkbookError(
            f"{path.name} has no detailed class {', '.join(missing)}: "
            "mend the code in families.csv or in MORE_CLASSES"
        )
    return {soc: found[soc] for soc in wanted}


def _csv(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("shared", nargs="?", type=Path, metavar="SHARED_FOLDER")
    parser.add_argument(
        "--check", nargs="?", type=date.fromisoformat, const=datetime.now(UTC).date(), metavar="DATE"
    )
    options = parser.parse_args(arguments)
    if (options.shared is None) == (options.check is None):
        parser.error("give either SHARED_FOLDER or --check")
    if options.check:
        return report_stale(options.check)
    try:
        facts, releases = build_tables(options.shared)
    except WorkbookError as error:
        print(error, file=sys.stderr)
        return 1
    for name, text in (("official.csv", facts), ("official_releases.csv", releases)):
        (DATA / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"{name}: {text.count(chr(10)) - 1} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
