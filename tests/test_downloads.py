"""Downloads: each form read back holds the same, the same bytes each time, and no cell runs."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import openpyxl
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conftest import Invented
from make_postings import hostile_advert
from rolediff.compare import compare_roles
from rolediff.downloads import (
    TABLES,
    Column,
    Facts,
    comparison_table,
    data_roles,
    origins_table,
    snapshot_table,
)
from rolediff.errors import UnknownPageError, UnknownRoleError
from rolediff.pipeline import build
from rolediff.profiles import claim, read_profiles
from rolediff.roles import find_role
from rolediff.salary_pages import salary_rows
from rolediff.snapshots import Snapshot
from rolediff.table_files import FORMS, safe_text
from rolediff.web.catalogue import Catalogue
from rolediff.web.data_pages import data_files, data_page, make
from rolediff.workspace import Workspace

DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=cmd|' /C calc'!A0", "＝1+1"]


@pytest.fixture(scope="module")
def snapshot(invented: Invented) -> Snapshot:
    return Snapshot(invented.snapshot)


@pytest.fixture(scope="module")
def tables(snapshot: Snapshot) -> dict[str, Facts]:
    return {table: snapshot_table(snapshot, table) for table in TABLES}


def rows_of(facts: Facts) -> list[tuple[Any, ...]]:
    return list(zip(*(facts.values[c.name] for c in facts.columns), strict=True))


def written(facts: Facts, form: str) -> bytes:
    return FORMS[form][1](facts, "0123")


def read_csv(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def read_xlsx(body: bytes, sheet: int = 1) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(body))
    return list(book.worksheets[sheet].iter_rows(values_only=True))


# ── the forms ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("table", TABLES)
def test_every_form_holds_the_same(tables: dict[str, Facts], table: str) -> None:
    facts = tables[table]
    names, rows = [c.name for c in facts.columns], rows_of(facts)
    assert rows
    from_parquet = pq.read_table(io.BytesIO(written(facts, "parquet")))
    assert from_parquet.column_names == names
    assert list(zip(*(c.to_pylist() for c in from_parquet.columns), strict=True)) == rows
    from_json = orjson.loads(written(facts, "json"))
    assert [c["name"] for c in from_json["columns"]] == names
    assert [tuple(row) for row in from_json["rows"]] == rows
    head, *lines = read_csv(written(facts, "csv"))
    assert head == names
    texts = [
        ["" if v is None else safe_text(v) if isinstance(v, str) else str(v) for v in row] for row in rows
    ]
    assert lines == texts
    head, *cells = read_xlsx(written(facts, "xlsx"))
    assert list(head) == names
    assert [tuple(safe_text(v) if isinstance(v, str) else v for v in row) for row in rows] == cells


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("table", TABLES)
def test_the_same_bytes_twice(invented: Invented, tables: dict[str, Facts], table: str, form: str) -> None:
    again = snapshot_table(Snapshot(invented.snapshot), table)
    assert written(again, form) == written(tables[table], form)


def test_a_workbook_bears_no_time_and_explains_itself(tables: dict[str, Facts]) -> None:
    body = written(tables["claims"], "xlsx")
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        assert {member.date_time[:3] for member in book.infolist()} == {(1980, 1, 1)}
        properties = book.read("docProps/core.xml").decode()
        assert properties.count("1980-01-01T00:00:00Z") == 2
        assert not [name for name in book.namelist() if "external" in name.lower()]
    about = [row for row in read_xlsx(body, 0) if row[0]]
    assert about[1][:2] == ("Snapshot", "0123")
    explained = {row[0]: row[3] for row in about}
    assert all(explained.get(c.name) == c.description for c in tables["claims"].columns)


def test_every_column_of_parquet_says_what_it_is(tables: dict[str, Facts]) -> None:
    for facts in tables.values():
        schema = pq.read_schema(io.BytesIO(written(facts, "parquet")))
        assert schema.metadata[b"snapshot"] == b"0123"
        for field in schema:
            assert field.metadata[b"description"], field.name


# ── formulas ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_begins_a_formula(text: str) -> None:
    columns = (Column("text", "string", "", "a text"), Column("number", "double", "", "a number"))
    facts = Facts("hostile", "Hostile", columns, {"text": [text], "number": [-1.5]})
    _, (cell, number) = read_csv(written(facts, "csv"))
    assert (cell, number) == ("'" + text, "-1.5")  # a number below nought is no formula, and stays a number
    book = openpyxl.load_workbook(io.BytesIO(written(facts, "xlsx")))
    sheet = book.worksheets[1]
    assert sheet["A2"].data_type == "s"
    assert str(sheet["A2"].value).startswith("'")
    assert (sheet["B2"].data_type, sheet["B2"].value) == ("n", -1.5)
    # Forms that no spreadsheet runs hold the text as it is.
    assert orjson.loads(written(facts, "json"))["rows"] == [[text, -1.5]]


@pytest.mark.parametrize("text", ["data-analyst", "C++", "'quoted", "", "a=b", "5-7"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert safe_text(text) == text


def test_fields_of_a_hostile_advert_stay_texts(tmp_path: Path) -> None:
    advert = hostile_advert() | {
        "title": '=HYPERLINK("http://x.example","Data Analyst")',
        "company": "@Thorn",
    }
    advert["description"] += "The salary is $50,000 - $60,000 per year.\n"
    (tmp_path / "=1.jsonl").write_bytes(orjson.dumps(advert))
    workspace = Workspace(tmp_path / "workspace")
    workspace.ingest(
        [tmp_path / "=1.jsonl"], publisher="=cmd|' /C calc'!A0", licence="+1", url="javascript:1"
    )
    snapshot = Snapshot(build(workspace, processes=1))
    paid = Facts.from_arrow("pay", "Pay", salary_rows(snapshot, find_role("data analyst")))
    assert paid.height == 1
    for facts in (origins_table(snapshot), paid):
        _, *lines = read_csv(written(facts, "csv"))
        texts = [v for line, row in zip(lines, rows_of(facts), strict=True)
                 for v, was in zip(line, row, strict=True) if isinstance(was, str)]  # fmt: skip
        assert texts
        assert not [t for t in texts if t.startswith(("=", "+", "-", "@", "\t", "\r"))]
        book = openpyxl.load_workbook(io.BytesIO(written(facts, "xlsx")))
        cells = [cell for row in book.worksheets[1].iter_rows() for cell in row]
        assert {cell.data_type for cell in cells} <= {"s", "n"}
        assert not [cell for cell in cells if cell.hyperlink]
    page = data_page(Catalogue(snapshot))
    (origins,) = [s for s in page.sections if s.id == "origins"]
    assert [cell.url for row in origins.tables[0].rows for cell in row if cell.url] == []


# ── what they hold ───────────────────────────────────────────────────────────────────────────────


def test_claims_are_those_of_the_pages(snapshot: Snapshot, tables: dict[str, Facts]) -> None:
    values = tables["claims"].values
    at = {c: i for i, c in enumerate(values["claim"])}
    assert len(at) == tables["claims"].height
    seen = 0
    for role in data_roles(snapshot):
        facts, (profile,) = read_profiles(snapshot, [role])
        for kind, found in facts.items():
            for i in np.flatnonzero(profile.k[kind] > 0).tolist():
                page, row = claim(profile, facts, kind, i), at[f"{role.slug}/{kind}/{found[i]}"]
                seen += 1
                for name in ("share", "low", "high", "read"):
                    told = None if page.needed else round(getattr(page.estimate, name), 6)
                    assert values[name][row] == told, (page.id, name)
                assert values["needed"][row] == page.needed
                assert values["openings"][row] == page.estimate.openings
                assert values["borrowed"][row] == pytest.approx(page.estimate.borrowed, abs=1e-6)
    assert seen == len(at)
    assert any(values["borrowed"])
    assert any(values["needed"])


def test_counts_add_up(snapshot: Snapshot, tables: dict[str, Facts]) -> None:
    roles = tables["roles"].values
    for row in zip(*(roles[c] for c in ("openings", "n", "not_english", "cut")), strict=True):
        assert row[0] == sum(row[1:])
    whole = {
        f: n
        for f, s, n in zip(roles["family"], roles["seniority"], roles["openings"], strict=True)
        if s is None
    }
    for family, openings in whole.items():
        levels = [n for f, s, n in zip(roles["family"], roles["seniority"], roles["openings"], strict=True)
                  if f == family and s is not None]  # fmt: skip
        assert sum(levels) == openings
    origins = tables["origins"].values
    assert all(
        r == k + j for r, k, j in zip(origins["rows"], origins["kept"], origins["rejected"], strict=True)
    )
    held = data_page(Catalogue(snapshot)).result
    assert (
        held.rows == held.openings + held.copies + held.rejected + held.pay_table_rows == sum(origins["rows"])
    )
    assert sum(held.rejected for held in held.origins) == held.rejected


def test_a_comparison_has_each_difference_once(snapshot: Snapshot) -> None:
    c = compare_roles(snapshot, snapshot.id, find_role("data analyst"), find_role("data specialist"))
    facts = comparison_table(c, "differences")
    ids = facts.values["claim"]
    assert len(set(ids)) == len(ids)
    assert {d.id for d in (*c.responsibilities, *c.skills_more_in_a, *c.needs, *c.industries)} <= set(ids)
    assert set(facts.values["verdict"]) <= {
        "more-in-a", "more-in-b", "no-detectable-difference", "too-few-postings", "not-tested",
    }  # fmt: skip
    facts.to_arrow().validate(full=True)


# ── the page and its files ───────────────────────────────────────────────────────────────────────


def test_the_page_leads_to_its_files(snapshot: Snapshot) -> None:
    page = data_page(Catalogue(snapshot))
    site: Any = SimpleNamespace(snapshot=snapshot, base="", static=False)
    links = {
        cell.page for s in page.sections for t in s.tables for row in t.rows for cell in row if cell.page
    }
    assert links == {d.address for d in page.result.downloads} == set(data_files()) - {"/feed.atom"}
    for download in page.result.downloads:
        media, body = make(site, download.address) or ("", b"")
        assert media == FORMS[download.form][0]
        assert len(body) == download.bytes
    assert make(site, "/feed.atom")
    assert page.result.no_previous
    assert all(section.paragraphs or section.tables for section in page.sections)


def test_parts_of_a_snapshot_can_be_had(snapshot: Snapshot) -> None:
    site: Any = SimpleNamespace(snapshot=snapshot)
    for address in ("/data/roles/data-analyst.csv", "/data/pay/data-analyst.json",
                    "/data/compare/data-specialist/data-analyst.parquet"):  # fmt: skip
        made = make(site, address)
        assert made
        assert len(made[1]) > 500
    table = pq.read_table(io.BytesIO(make(site, "/data/compare/data-specialist/data-analyst.parquet")[1]))  # type: ignore[index]
    assert all(c.startswith("data-analyst..data-specialist/") for c in table["claim"].to_pylist())
    assert isinstance(table["share_a"].type, type(pa.float64()))
    assert make(site, "/compare/data-analyst/data-specialist.json") is None
    assert make(site, "/data.json") is None
    with pytest.raises(UnknownRoleError):
        make(site, "/data/roles/no-such-role-at-all.csv")
    for address in ("/data/secrets.csv", "/data/../claims/x/y/z.csv"):
        with pytest.raises(UnknownPageError):
            make(site, address)
