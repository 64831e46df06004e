"""The official figures: rules of the tables, what the workbooks say, and when figures are stale."""

import csv
import importlib.util
import os
import re
import sys
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest

from rolediff import official, taxonomy
from rolediff.errors import TaxonomyError
from rolediff.official import MEASURES, QUALIFIERS, check_releases, official_facts, undisclosed_releases

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "src" / "rolediff" / "data"
SHARED = Path(os.environ.get("ROLEDIFF_SHARED", ROOT.parent / "shared"))
BLS = SHARED / "reference" / "bls"
TODAY = date(2026, 11, 21)


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


FACTS = rows("official")
RELEASES = rows("official_releases")
CLASSES = sorted({row["soc"] for row in FACTS})
WAGES = ("wage_p10", "wage_p25", "wage_median", "wage_p75", "wage_p90")


# ── the tables ───────────────────────────────────────────────────────────────────────────────────


def test_a_measure_of_a_class_stands_once() -> None:
    keys = [(row["soc"], row["measure"]) for row in FACTS]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("row", FACTS, ids=lambda r: f"{r['soc']}-{r['measure']}")
def test_every_row_keeps_the_rules(row: dict[str, str]) -> None:
    assert re.fullmatch(r"\d\d-\d{4}", row["soc"])
    assert row["title"]
    assert row["unit"] == MEASURES[row["measure"]]
    assert row["qualifier"] in QUALIFIERS
    assert row["release"] in {r["id"] for r in RELEASES}
    # The period is the release's own, so that a line of the page never mixes two.
    assert row["period"] in next(r["title"] for r in RELEASES if r["id"] == row["release"])
    if row["measure"] != "projected_change_percent":
        assert float(row["value"]) > 0


@pytest.mark.parametrize("soc", CLASSES)
def test_wages_do_not_fall_with_the_percentile(soc: str) -> None:
    of_class = {f.measure: f.value for f in official_facts(soc)}
    wages = [of_class[m] for m in WAGES if m in of_class]
    assert all(low <= high for low, high in pairwise(wages))
    assert wages[0] < of_class["wage_mean"] < wages[-1]


def test_only_a_ceiling_is_qualified() -> None:
    qualified = [row for row in FACTS if row["qualifier"]]
    ceilings = {row["value"] for row in qualified}
    assert qualified
    assert len(ceilings) == 1
    assert {row["measure"] for row in qualified} <= {*WAGES, "wage_mean"}
    assert max(float(r["value"]) for r in FACTS if r["measure"].startswith("wage")) == float(ceilings.pop())


def test_every_class_that_a_family_is_mapped_to_has_facts() -> None:
    mapped = {row["soc"] for row in rows("families") if row["soc"]}
    assert mapped
    assert mapped <= set(CLASSES)


@pytest.mark.parametrize("row", RELEASES, ids=lambda r: r["id"])
def test_every_release_says_where_it_is_from(row: dict[str, str]) -> None:
    assert row["publisher"]
    assert row["licence"]
    assert row["url"].startswith("https://www.bls.gov/")
    assert re.fullmatch(r"[0-9a-f]{64}", row["sha256"])
    assert date.fromisoformat(row["published"]) < date.fromisoformat(row["stale_after"])
    assert row["id"] in {fact["release"] for fact in FACTS}


# ── reading them ─────────────────────────────────────────────────────────────────────────────────


def test_facts_come_in_reading_order_joined_with_their_release() -> None:
    facts = official_facts("15-2051")
    assert [f.measure for f in facts] == list(MEASURES)
    median = next(f for f in facts if f.measure == "wage_median")
    assert (median.title, median.unit, median.period) == ("Data Scientists", "USD a year", "May 2024")
    assert median.release.published == date(2025, 4, 2)
    # A reader is told that this is not the newest figure.
    assert median.release.title.endswith("(superseded by May 2025)")


def test_a_capped_wage_says_so() -> None:
    p90 = next(f for f in official_facts("11-3021") if f.measure == "wage_p90")
    assert p90.qualifier == "at least"


def test_an_unknown_class_has_no_facts_and_the_cache_cannot_be_spoilt() -> None:
    assert official_facts("99-9999") == []
    official_facts("15-2051").clear()
    assert official_facts("15-2051")


GOOD_FACT = {
    "soc": "15-2051",
    "title": "Data Scientists",
    "measure": "wage_median",
    "value": "1000",
    "qualifier": "",
    "unit": "USD a year",
    "period": "May 2024",
    "release": "wages",
}
GOOD_RELEASE = {
    "id": "wages",
    "publisher": "An Office",
    "title": "Wages, May 2024",
    "published": "2025-04-02",
    "url": "https://www.example.org/",
    "licence": "public domain",
    "stale_after": "2026-07-01",
    "superseded_by": "",
    "sha256": "0" * 64,
}


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch):
    """Put other rows in place of the tables."""

    def put(facts: list[dict[str, str]], releases: list[dict[str, str]]) -> None:
        held = {"official": facts, "official_releases": releases}
        monkeypatch.setattr(
            official,
            "read_table",
            lambda name: [taxonomy.Row(name, i, row) for i, row in enumerate(held[name], start=2)],
        )
        official._facts.cache_clear()
        official._releases.cache_clear()

    yield put
    official._facts.cache_clear()
    official._releases.cache_clear()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"measure": "wage_p99"}, "unknown measure 'wage_p99'"),
        ({"unit": "USD an hour"}, "is in USD a year, not in 'USD an hour'"),
        ({"qualifier": "about"}, "unknown qualifier 'about'"),
        ({"release": "elsewhere"}, "unknown release 'elsewhere'"),
        ({"value": "#"}, "'#' is no number"),
    ],
)
def test_a_fact_that_breaks_a_rule_is_refused(tables, change: dict[str, str], message: str) -> None:
    tables([GOOD_FACT | change], [GOOD_RELEASE])
    with pytest.raises(TaxonomyError, match=re.escape(message)):
        official_facts("15-2051")


def test_a_repeated_fact_and_a_repeated_release_are_refused(tables) -> None:
    tables([GOOD_FACT, GOOD_FACT], [GOOD_RELEASE])
    with pytest.raises(TaxonomyError, match="line 3: wage_median of 15-2051 stands twice"):
        official_facts("15-2051")
    tables([], [GOOD_RELEASE, GOOD_RELEASE])
    with pytest.raises(TaxonomyError, match="line 3: the id 'wages' stands twice"):
        official_facts("15-2051")


@pytest.mark.parametrize("column", ["published", "stale_after"])
def test_a_date_that_is_none_is_refused(tables, column: str) -> None:
    tables([GOOD_FACT], [GOOD_RELEASE | {column: "April 2025"}])
    with pytest.raises(TaxonomyError, match=f"{column} 'April 2025' is no date"):
        official_facts("15-2051")


def test_an_unknown_date_of_publication_stays_unknown(tables) -> None:
    tables([GOOD_FACT], [GOOD_RELEASE | {"published": ""}])
    assert official_facts("15-2051")[0].release.published is None


# ── staleness ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("today", "superseded_by", "stale", "undisclosed"),
    [
        ("2026-07-01", "", False, False),
        ("2026-07-02", "", True, True),
        ("2026-07-02", "May 2025", True, False),
        ("2027-07-01", "May 2025", True, False),
        ("2027-07-02", "May 2025", True, True),
    ],
)
def test_a_release_grows_stale(
    tables, today: str, superseded_by: str, stale: bool, undisclosed: bool
) -> None:
    tables([GOOD_FACT], [GOOD_RELEASE | {"superseded_by": superseded_by}])
    day = date.fromisoformat(today)
    assert bool(check_releases(day)) is stale
    assert bool(undisclosed_releases(day)) is undisclosed


def test_the_wages_are_stale_today_and_the_reader_is_told() -> None:
    assert [release.id for release in check_releases(TODAY)] == ["bls-oews-2024-05"]
    assert undisclosed_releases(TODAY) == []


def test_stale_releases_are_found_once_disclosure_ends() -> None:
    last = max(date.fromisoformat(row["stale_after"]) for row in RELEASES)
    later = last + timedelta(days=366)
    assert {r.id for r in undisclosed_releases(later)} == {row["id"] for row in RELEASES}


# ── the workbooks ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    pytest.importorskip("openpyxl", reason="tools/official.py needs openpyxl")
    spec = importlib.util.spec_from_file_location("tools_official", ROOT / "tools" / "official.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


with_workbooks = pytest.mark.skipif(not BLS.is_dir(), reason="no reference/bls in the folder ROLEDIFF_SHARED")


@with_workbooks
def test_the_tables_are_what_the_workbooks_give(tool: ModuleType) -> None:
    facts, releases = tool.build_tables(SHARED)
    assert facts == (DATA / "official.csv").read_text(encoding="utf-8")
    assert releases == (DATA / "official_releases.csv").read_text(encoding="utf-8")


@with_workbooks
@pytest.mark.parametrize(
    ("soc", "measure", "file", "sheet", "code", "column", "factor"),
    [
        # Columns by position, another way than the tool goes.
        ("15-2051", "wage_median", "national_M2024_dl.xlsx", "national_M2024_dl", 8, 27, 1),
        ("15-1252", "employment", "national_M2024_dl.xlsx", "national_M2024_dl", 8, 11, 1),
        ("43-9111", "wage_p10", "national_M2024_dl.xlsx", "national_M2024_dl", 8, 25, 1),
        ("19-1029", "wage_p90", "national_M2024_dl.xlsx", "national_M2024_dl", 8, 29, 1),
        ("15-2051", "projected_change_percent", "projections_occupation.xlsx", "Table 1.10", 1, 6, 1),
        ("15-1242", "projected_change_percent", "projections_occupation.xlsx", "Table 1.10", 1, 6, 1),
        ("15-2041", "projected_openings_yearly", "projections_occupation.xlsx", "Table 1.10", 1, 13, 1000),
        ("13-1111", "projected_employment_end", "projections_occupation.xlsx", "Table 1.10", 1, 4, 1000),
    ],
)
def test_figures_stand_in_the_workbook(
    soc: str, measure: str, file: str, sheet: str, code: int, column: int, factor: int
) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(BLS / file, read_only=True)
    try:
        cells = {row[code]: row[column] for row in book[sheet].iter_rows(values_only=True)}
    finally:
        book.close()
    value = next(f.value for f in official_facts(soc) if f.measure == measure)
    assert value == pytest.approx(cells[soc] * factor, abs=0.01)


@with_workbooks
def test_another_edition_reads_the_same_way(tool: ModuleType) -> None:
    read = tool.read_wages(BLS / "national_M2023_dl.xlsx", "May 2023", ["15-2051", "11-3021"])
    assert read["15-2051"].figures["wage_median"] == (108020.0, "")
    assert read["11-3021"].figures["wage_p90"] == (239200.0, "at least")


@with_workbooks
def test_the_wrong_edition_and_a_missing_class_are_named(tool: ModuleType) -> None:
    wages = BLS / "national_M2023_dl.xlsx"
    with pytest.raises(tool.WorkbookError, match="expected the estimates of May 2024"):
        tool.read_wages(wages, "May 2024", ["15-2051"])
    with pytest.raises(tool.WorkbookError, match="no detailed class 15-2059, 99-9999"):
        tool.read_wages(wages, "May 2023", ["15-2051", "15-2059", "99-9999"])
    with pytest.raises(tool.WorkbookError, match=r"no column .*code"):
        tool.read_projections(BLS / "projections_occupation.xlsx", "2023-2033", ["15-2051"])


@with_workbooks
def test_workbooks_of_different_years_do_not_pass_together(tool: ModuleType) -> None:
    older = tool.read_wages(BLS / "national_M2023_dl.xlsx", "May 2023", ["15-2051"])
    projections = tool.read_projections(BLS / "projections_occupation.xlsx", "2024-2034", ["15-2051"])
    with pytest.raises(tool.WorkbookError, match="repeat the median 112590, not 108020"):
        tool.check_readings(older, projections)


def test_a_folder_without_workbooks_is_an_error_on_one_line(
    tool: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (DATA / "official.csv").read_bytes()
    assert tool.main([str(tmp_path)]) == 1
    assert capsys.readouterr().err == ("reference/bls/national_M2024_dl.xlsx is not in the shared folder\n")
    assert (DATA / "official.csv").read_bytes() == before


@pytest.mark.parametrize(("day", "status"), [("2026-11-21", 0), ("2027-07-02", 1)])
def test_the_check_fails_when_figures_must_be_replaced(tool: ModuleType, day: str, status: int) -> None:
    assert tool.main(["--check", day]) == status
