"""Feeds: every kind of file, every error, on invented adverts."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rolediff.errors import FeedError, TaxonomyError
from rolediff.feeds import REASONS, find_sources, open_feed, read_origin
from rolediff.feeds.columns import FIELDS, plan_columns
from rolediff.feeds.pay_tables import PAY_RANGES, pair_pay_rows
from rolediff.feeds.values import unpack_cell, unpack_place, unpack_text, without_blanks
from rolediff.schema import PAY_RECORD, RECORD, REJECTED
from rolediff.taxonomy import read_table

SHARED = Path(os.environ.get("ROLEDIFF_SHARED", Path(__file__).parents[2] / "shared"))

ADVERTS = [
    {"title": "Data Engineer", "company": "Kestrel Mills", "description": "You build pipelines."},
    {
        "title": "Data Analyst",
        "company": "Brontë & Töchter",
        "description": "You answer questions,\nand ask some.",
    },
]


def write(path: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    data = content if isinstance(content, bytes) else content.encode(encoding)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def read(
    path: Path, column_map: dict[str, str] | None = None, batch_rows: int = 2_000
) -> tuple[list[Any], list[Any]]:
    """Records and rejected rows; checks what holds for every feed."""
    records, rejected = [], []
    for batch in open_feed(path, column_map).read(batch_rows):
        assert batch.records.schema in (RECORD, PAY_RECORD)
        assert batch.rejected.schema == REJECTED
        batch.records.validate(full=True)
        records += batch.records.to_pylist()
        rejected += batch.rejected.to_pylist()
    rows = [r["row"] for r in records + rejected]
    assert sorted(rows) == list(range(1, len(rows) + 1))  # every row once, none lost
    assert all(r["reason"].partition(":")[0] in REASONS for r in rejected)
    return records, rejected


def row(**fields: Any) -> dict[str, Any]:
    return {"row": 1, **dict.fromkeys(FIELDS), **fields}


def as_csv(rows: list[dict[str, str]], **options: Any) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n", **options)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


# ── kinds ────────────────────────────────────────────────────────────────────────────────────────

WRITTEN = {
    "a.csv": as_csv(ADVERTS),
    "a.csv.gz": as_csv(ADVERTS),
    "semicolon.csv": as_csv(ADVERTS, delimiter=";"),
    "pipe.csv": as_csv(ADVERTS, delimiter="|"),
    "a.tsv": as_csv(ADVERTS, delimiter="\t"),
    "windows.csv": as_csv(ADVERTS).replace("\n", "\r\n").replace("questions,\r\n", "questions,\n"),
    "list.json": json.dumps(ADVERTS),
    "list.json.gz": json.dumps(ADVERTS),
    "wrapped.json": json.dumps({"date": "2026-01-01", "jobs": ADVERTS, "facets": [{"name": "x"}] * 9}),
    "deep.json": json.dumps({"data": {"page": 1, "results": {"jobs": ADVERTS}}}),
    "by_id.json": json.dumps({"k1": ADVERTS[0], "k2": ADVERTS[1]}),
    "frame.json": json.dumps({key: {str(i): a[key] for i, a in enumerate(ADVERTS)} for key in ADVERTS[0]}),
    "lines.json": "\n".join(map(json.dumps, ADVERTS)) + "\n",
    "a.jsonl": "\n".join(map(json.dumps, ADVERTS)),
    "a.ndjson.gz": "\n\n".join(map(json.dumps, ADVERTS)) + "\n",
}


@pytest.mark.parametrize("name", WRITTEN)
def test_kinds_read_alike(tmp_path: Path, name: str) -> None:
    records, rejected = read(write(tmp_path / name, WRITTEN[name]))
    assert rejected == []
    assert [(r["row"], r["title"], r["employer"], r["description"]) for r in records] == [
        (i, a["title"], a["company"], a["description"]) for i, a in enumerate(ADVERTS, 1)
    ]


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "list.json"])
@pytest.mark.parametrize("batch_rows", [1, 2, 3])
def test_batches_hold_no_more_than_asked(tmp_path: Path, name: str, batch_rows: int) -> None:
    path = write(tmp_path / name, WRITTEN[name])
    sizes = [b.records.num_rows for b in open_feed(path).read(batch_rows)]
    assert max(sizes) <= batch_rows
    assert sum(sizes) == 2


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("cp1252", "cp1252"),
    ],
)
@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "list.json"])
def test_encodings(tmp_path: Path, name: str, encoding: str, told: str) -> None:
    text = (
        as_csv(ADVERTS)
        if name.endswith("csv")
        else "\n".join(json.dumps(a, ensure_ascii=False) for a in ADVERTS)
    )
    if name == "list.json":
        text = json.dumps(ADVERTS, ensure_ascii=False)
    path = write(tmp_path / name, text, encoding)
    assert open_feed(path).encoding == told
    assert [r["employer"] for r in read(path)[0]] == ["Kestrel Mills", "Brontë & Töchter"]


def test_one_bad_byte_does_not_spoil_the_other_letters(tmp_path: Path) -> None:
    data = "title,description\nMüller,Käse\n".encode() + b"Data\x92s,d\n"
    records, _ = read(write(tmp_path / "a.csv", data))
    assert [(r["title"], r["description"]) for r in records] == [("Müller", "Käse"), ("Data’s", "d")]


def test_parquet(tmp_path: Path) -> None:
    table = pa.table(
        {
            "job_title": pa.array(["Data Engineer", "ML Engineer", None]).dictionary_encode(),
            "description": ["One.", "Two.", "Three."],
            "min_annual_salary_eur": [50_000.0, None, 61_000.5],
            "location": [{"city": "Linz", "country": "AT"}, {"city": "Graz", "country": None}, None],
            "posted": pa.array([0, None, 86_400], pa.timestamp("s")),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=2)
    records, rejected = read(tmp_path / "a.parquet", batch_rows=2)
    assert rejected == []
    assert [r["row"] for r in records] == [1, 2, 3]
    assert records[0] == row(
        title="Data Engineer",
        description="One.",
        pay_min="50000",
        pay_period="year",
        pay_currency="EUR",
        place="Linz, AT",
        city="Linz",
        country="AT",
        posted="1970-01-01 00:00:00.000",
    )
    assert records[2]["pay_min"] == "61000.5"


# ── columns ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["job_title", "Job Title", "jobTitle", "JOB-TITLE", " job title "])
def test_names_match_whatever_their_form(name: str) -> None:
    assert plan_columns([name], Path("x")).columns == {name: "title"}


def test_table_of_columns_knows_every_field_once() -> None:
    rows = read_table("columns")
    assert {r["field"] for r in rows} - {"-"} == set(FIELDS)
    names = [("".join(r["source"].split("_")), r["when"]) for r in rows]
    assert len(names) - len(set(names)) == 0


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({"min_daily": "400", "max_daily": "500"}, ("400", "500", "day", None)),
        ({"min_daily": "400", "max_daily": "500", "min_annual_salary": "40000", "max_annual_salary": ""},
         ("40000", None, "year", None)),
        ({"min_daily": "400", "max_daily": "500", "min_annual_salary": "", "max_annual_salary": "nan"},
         ("400", "500", "day", None)),
        ({"salary_min": "1", "salary_max": "2"}, ("1", "2", None, None)),
        ({"salary_min": "1", "salary_max": "2", "pay_period": "HOURLY", "currency": "CAD"},
         ("1", "2", "HOURLY", "CAD")),
        ({"annualSalaryMin": "1", "annualSalaryMax": "2"}, ("1", "2", "year", None)),
        ({"hourly_salary_min_usd": "1", "currency": "CAD"}, ("1", None, "hour", "USD")),
        ({"salary_min": "-1", "salary_max": "-1"}, (None, None, None, None)),
    ],
)  # fmt: skip
def test_pay_takes_period_and_currency_only_from_the_source(
    tmp_path: Path, source: dict[str, str], expected: tuple[str | None, ...]
) -> None:
    records, _ = read(write(tmp_path / "a.jsonl", json.dumps({"description": "Text.", **source})))
    assert (
        tuple(records[0][name] for name in ("pay_min", "pay_max", "pay_period", "pay_currency")) == expected
    )


def test_period_named_beside_a_single_figure(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "title,description,salary_year_avg\nData Engineer,Text.,90000\n")
    assert read(path)[0][0]["pay"] == "90000"
    assert read(path)[0][0]["pay_period"] == "year"


def test_best_column_with_a_value_is_taken(tmp_path: Path) -> None:
    text = "snippet,description,company_id\nshort,whole,7\nshort,,7\n"
    feed = open_feed(write(tmp_path / "a.csv", text))
    assert feed.columns == {"snippet": "description", "description": "description", "company_id": None}
    assert [r["description"] for r in read(tmp_path / "a.csv")[0]] == ["whole", "short"]


def test_parts_of_a_description_come_under_their_names(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv",
        "title,description,candidate_profile,benefits\nA,Main.,Curious.,\nB,,Kind.,N/A\n"
        "C,<p>Main</p>,Kind.,\nD,Main. Kind.,Kind.,\n",
    )
    assert [r["description"] for r in read(path)[0]] == [
        "Main.\n\nCandidate profile\nCurious.",
        "Candidate profile\nKind.",
        "<p>Main</p>\n\n<h3>Candidate profile</h3>\nKind.",
        "Main. Kind.",
    ]


def test_place_from_its_parts(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "description,city,state\nT,Salem,OR\nT,Salem,\nT,,\n")
    assert [(r["place"], r["city"], r["region"]) for r in read(path)[0]] == [
        ("Salem, OR", "Salem", "OR"),
        ("Salem", "Salem", None),
        (None, None, None),
    ]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("1.0", "remote"), ("True", "remote"), ("false", None), ("", None), ("Hybrid", "Hybrid")],
)
def test_remote_flags(tmp_path: Path, cell: str, expected: str | None) -> None:
    assert (
        read(write(tmp_path / "a.csv", f"description,remote_allowed\nT,{cell}\n"))[0][0]["work_mode"]
        == expected
    )


def test_explicit_map_wins(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "title,funktion,description\nold,new,Text.\n")
    assert read(path, {"title": "funktion"})[0][0]["title"] == "new"
    assert open_feed(path, {"title": "Funktion"}).columns == {
        "title": None, "funktion": "title", "description": "description"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("column_map", "message"),
    [
        ({"titel": "title"}, "unknown field 'titel'.*Fields: source_id"),
        ({"title": "nope"}, "no column 'nope'.*Columns: title, description, by"),
        ({"employer": "by"}, "names persons"),
        ({"title": "title", "employer": "title"}, "mapped to"),
    ],
)
def test_map_that_does_not_fit(tmp_path: Path, column_map: dict[str, str], message: str) -> None:
    path = write(tmp_path / "a.csv", "title,description,by\nA,B,C\n")
    with pytest.raises(FeedError, match=message):
        open_feed(path, column_map)


def test_persons_are_never_read(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.jsonl",
        json.dumps({"id": 7, "by": "someone", "author": "x", "time": 1767377545, "text": "Mill | Data"}),
    )
    assert open_feed(path).columns["by"] is None
    assert read(path)[0] == [row(source_id="7", posted="1767377545", description="Mill | Data")]


def test_columns_that_turn_up_late_are_read(tmp_path: Path) -> None:
    lines = [json.dumps({"title": "A", "description": "T"})] * 1_500 + [
        json.dumps({"description": "T", "salary": 9})
    ]
    path = write(tmp_path / "a.jsonl", "\n".join(lines))
    feed = open_feed(path)
    assert "salary" not in feed.columns
    last = list(feed.read(500))[-1].records.to_pylist()[-1]
    assert last["pay"] == "9"
    assert feed.columns["salary"] == "pay"


def test_job_board_objects(tmp_path: Path) -> None:
    adverts = [
        {"id": 1, "title": "A", "content": "T", "location": {"name": "Linz"}, "absolute_url": "https://kestrel.example/1"},
        {"title": "B", "description": "T", "company": {"display_name": "Kestrel"},
         "category": {"label": "IT"},
         "location": {"area": ["Austria", "Tyrol", "Schwaz", "Jenbach"], "display_name": "Jenbach, Schwaz"}},
        {"text": "C", "hostedUrl": "https://kestrel.example/2", "description": "T",
         "categories": {"location": "Graz"},
         "salaryRange": {"min": 1, "max": 2, "currency": "EUR", "interval": "per-year-salary"},
         "lists": [{"text": "Needs", "content": "<li>SQL</li>"}]},
    ]  # fmt: skip
    path = write(tmp_path / "a.json", json.dumps(adverts))
    a, b, c = read(path)[0]
    assert (a["title"], a["place"], a["description"], a["url"]) == (
        "A",
        "Linz",
        "T",
        "https://kestrel.example/1",
    )
    assert (b["employer"], b["industry"], b["place"]) == ("Kestrel", "IT", "Jenbach, Tyrol, Austria")
    assert (c["title"], c["place"], c["pay_min"], c["pay_currency"]) == ("C", "Graz", "1", "EUR")
    assert c["description"] == "T\n\nNeeds\n<li>SQL</li>"


#: Columns of usual dumps, one a line's part: "source=field", or the source alone where it is not used.
DUMPS = [
    """job_id=source_id, company_name=employer, title=title, description=description, max_salary=pay_max,
    pay_period=pay_period, location=place, company_id, med_salary=pay, min_salary=pay_min, applies,
    formatted_work_type=employment_type, original_listed_time=posted, remote_allowed=work_mode, zip_code,
    job_posting_url=url, expiry=expires, currency=pay_currency""",
    """(column 1), Job Title=title, Salary Estimate=pay, Job Description=description, Rating, Headquarters,
    Company Name=employer, Location=place, Size, Industry=industry, Revenue""",
    """job_id=source_id, employer_name=employer, job_title=title, job_description=description, job_city=city,
    job_state=region, job_country=country, job_is_remote=work_mode, job_apply_link=url, job_publisher,
    job_posted_at_datetime_utc=posted, job_min_salary=pay_min, job_max_salary=pay_max,
    job_salary_currency=pay_currency, job_salary_period=pay_period""",
    """id=source_id, site, job_url=url, title=title, company=employer, location=place, date_posted=posted,
    job_type=employment_type, interval=pay_period, min_amount=pay_min, max_amount=pay_max, emails,
    currency=pay_currency, is_remote=work_mode, company_industry=industry, description=description""",
    """Company=employer, Title=title, Category=industry, Location=place, Responsibilities=description,
    Minimum Qualifications=description, Preferred Qualifications=description""",
]


@pytest.mark.parametrize("dump", DUMPS)
def test_columns_of_usual_dumps(dump: str) -> None:
    pairs = [entry.strip().partition("=") for entry in dump.split(",")]
    expected = {name: field or None for name, _, field in pairs}
    assert plan_columns(list(expected), Path("x")).columns == expected


# ── values ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("cell", ["", " ", "-1", "-1.0", "nan", "NaN", "None", "null", "N/A", "[]"])
def test_blanks(tmp_path: Path, cell: str) -> None:
    records, rejected = read(
        write(tmp_path / "a.csv", f'title,description,salary\nA,"Pay: {cell}","{cell}"\nB,"{cell}",1\n')
    )
    assert records == [row(title="A", description=f"Pay: {cell}")]
    assert rejected == [{"row": 2, "reason": "no text", "excerpt": "B"}]


@pytest.mark.parametrize("cell", ["-10", "0", "NA", "none of these", "nano", " x "])
def test_values_stay_verbatim(cell: str) -> None:
    assert without_blanks(pa.array([cell], pa.large_string())).to_pylist() == [cell]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("{'display_name': 'Kestrel', '__CLASS__': 'X'}", "Kestrel"),
        ('{"label": "IT", "tag": "it"}', "IT"),
        ("['Wien']", "Wien"),
        ('["a", "b"]', "a, b"),
        ("[{'name': 'a'}, {'name': 'b'}]", "a, b"),
        ("[Remote] Data Engineer", "[Remote] Data Engineer"),
        ("{broken", "{broken"),
        ("[2024]", "[2024]"),
        ("{'tag': 'x'}", "{'tag': 'x'}"),
        ("['C:\\data']", "C:\\data"),
        ("[" * 5_000, "[" * 5_000),
    ],
)
def test_unpack_cell(cell: str, expected: str) -> None:
    assert unpack_cell(cell) == expected


def test_unpack_for_places_and_texts() -> None:
    assert unpack_place("['Wien', 'Graz']") == "Wien; Graz"
    assert unpack_place("{'area': ['UK', 'London'], 'display_name': 'London'}") == "London, UK"
    assert unpack_place('{"state": "OR", "city": "Salem", "zip": "97301"}') == "Salem, OR"
    assert unpack_place('{"zip": "97301"}') == '{"zip": "97301"}'
    assert unpack_text("['You build.', 'You run.']") == "You build.\nYou run."


# ── broken rows ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("body", "titles", "reasons"),
    [
        ("A,1\nB\nC,3\n", ["A", "C"], ["unreadable: 1 fields, the header has 2"]),
        ("A,1\nB,2,3\nC,3\n", ["A", "C"], ["unreadable: 3 fields, the header has 2"]),
        ('A,1\nB,"2\nC,3\nD,4\n', ["A", "C", "D"], ["unreadable: a quote is not closed"]),
        ('A,"1\nB,"2"\nC,"3 ""x""\ny"\n', ["B", "C"], ["unreadable: ',' expected after '\"'"]),
        ('A,1\nB,"2 "x" 2"\nC,3', ["A", "C"], ["unreadable: ',' expected after '\"'"]),
        ('A,1\nB,"2\nmore of it\nC,3\n', ["A", "C"], ["unreadable: a quote is not closed"]),
        ("\nA,1\n\n\nB,2\n", ["A", "B"], []),
        ("A,\nB,2\n", ["B"], ["no text"]),
    ],
)
def test_broken_csv_rows(tmp_path: Path, body: str, titles: list[str], reasons: list[str]) -> None:
    records, rejected = read(write(tmp_path / "a.csv", "title,description\n" + body))
    assert [r["title"] for r in records] == titles
    assert [r["reason"] for r in rejected] == reasons


def test_backslash_quotes(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", 'title,description\nA,"say \\"data\\", twice"\n')
    assert read(path)[0][0]["description"] == 'say "data", twice'


def test_broken_json_lines(tmp_path: Path) -> None:
    lines = [
        '{"title": "A", "description": "T"}',
        '{"title": "B"',
        "[1]",
        '{"description": "raw\tbreak"}',
        '{"title": "C"}',
    ]
    records, rejected = read(write(tmp_path / "a.jsonl", "\n".join(lines)))
    assert [(r["row"], r["title"]) for r in records] == [(1, "A"), (4, None)]
    assert [r["reason"].partition(":")[0] for r in rejected] == ["unreadable", "not a posting", "no text"]


def test_json_elements_that_are_no_objects(tmp_path: Path) -> None:
    records, rejected = read(write(tmp_path / "a.json", json.dumps(["x", ADVERTS[0], None])))
    assert [r["row"] for r in records] == [2]
    assert [r["reason"] for r in rejected] == ["not a posting: no object"] * 2


@pytest.mark.parametrize("name", ["a.csv.gz", "a.jsonl.gz", "a.json.gz"])
def test_gzip_cut_in_the_middle_keeps_what_was_read(tmp_path: Path, name: str) -> None:
    texts = np.random.default_rng(1).integers(0, 10**9, (400, 40))
    adverts = [{"title": f"T{i}", "description": " ".join(map(str, t))} for i, t in enumerate(texts)]
    whole = {
        "a.csv.gz": as_csv(adverts), "a.jsonl.gz": "\n".join(map(json.dumps, adverts)),
        "a.json.gz": json.dumps(adverts)
    }[name]  # fmt: skip
    packed = gzip.compress(whole.encode())
    path = tmp_path / name
    path.write_bytes(packed[: len(packed) // 2])
    records, rejected = read(path)
    assert 50 < len(records) < 400
    assert records == [row(**a) | {"row": i} for i, a in enumerate(adverts[: len(records)], 1)]
    assert len(rejected) == 1
    assert rejected[0]["row"] == len(records) + 1
    assert "breaks off" in rejected[0]["reason"]


def test_damaged_parquet_tells_every_lost_row(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table = pa.table({"title": ["A"] * 30, "description": [f"Text {i} of an advert." for i in range(30)]})
    pq.write_table(table, path, row_group_size=10, compression="gzip", use_dictionary=False)
    start = pq.read_metadata(path).row_group(1).column(1).data_page_offset
    data = bytearray(path.read_bytes())
    data[start : start + 80] = b"\xff" * 80
    path.write_bytes(data)
    records, rejected = read(path, batch_rows=10)
    assert [r["row"] for r in records] == list(range(1, 11))
    assert [r["row"] for r in rejected] == list(range(11, 31))
    assert {r["reason"].partition(":")[0] for r in rejected} == {"unreadable"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"description": "a", "salary": NaN}', row(description="a")),
        ('{"description": "a \\ud83d b"}', row(description="a \ufffd b")),
        ('{"description": "a", "salary": {"min": 1, "max": 2.5}}',
         row(description="a", pay_min="1", pay_max="2.5")),
        ('{"description": ["One.", "Two."]}', row(description="One.\nTwo.")),
        ('{"description": "a", "is_remote": true, "truncated": false}',
         row(description="a", work_mode="remote", truncated="false")),
    ],
)  # fmt: skip
def test_values_of_json(tmp_path: Path, text: str, expected: dict[str, Any]) -> None:
    assert read(write(tmp_path / "a.jsonl", text)) == ([expected], [])


def test_json_cut_in_the_middle_keeps_what_was_read(tmp_path: Path) -> None:
    records, rejected = read(write(tmp_path / "a.json", json.dumps({"jobs": ADVERTS})[:-20]))
    assert [r["title"] for r in records] == ["Data Engineer"]
    assert [(r["row"], r["reason"].partition(":")[0]) for r in rejected] == [(2, "unreadable")]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.tuples(st.text("ab,\"\n\\;'é [{", min_size=1), st.text("ab,\"\n\\;'é", min_size=1)),
        min_size=1,
        max_size=6,
    )
)
def test_csv_gives_back_what_was_written(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    texts = [(f"T{title}T", f"D{text}D") for title, text in rows]
    path = write(
        tmp_path / "a.csv", as_csv([{"title": a, "description": b} for a, b in texts], quoting=csv.QUOTE_ALL)
    )
    raw = path.read_text(encoding="utf-8")
    if raw.count('\\"') > raw.count('""'):
        return  # reads as a file that writes \" for a quote
    records, _ = read(path)
    assert [(r["title"], r["description"]) for r in records] == texts


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text('ab,"\n', max_size=60))
def test_no_row_of_a_broken_csv_is_lost_or_stops_the_rest(tmp_path: Path, noise: str) -> None:
    path = write(tmp_path / "a.csv", "title,description\n" + noise + '\nlast,"row"\n')
    records, _ = read(path)  # read() checks that the rows are counted without gaps
    if '"' not in noise:
        assert records[-1]["title"] == "last"


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, name: str) -> None:
    def peak(count: int) -> int:
        advert = {"title": "Data Engineer", "description": "You build. " * 50}
        text = as_csv([advert] * count) if name == "a.csv" else (json.dumps(advert) + "\n") * count
        path = write(tmp_path / name, text)
        tracemalloc.start()
        try:
            for _ in open_feed(path).read(200):
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(16_000) < 1.2 * peak(2_000)


# ── web pages ────────────────────────────────────────────────────────────────────────────────────

POSTING: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "JobPosting",
    "title": "Data Engineer",
    "description": "<p>You build.</p>",
    "hiringOrganization": {"@type": "Organization", "name": "Kestrel Mills"},
}


def page(tmp_path: Path, data: Any, head: str = "") -> Path:
    text = data if isinstance(data, str) else json.dumps(data)
    return write(
        tmp_path / "a.html",
        f'<html><head>{head}<script type="application/ld+json">{text}</script></head></html>',
    )


@pytest.mark.parametrize(
    "data",
    [
        POSTING,
        [POSTING],
        {"@context": "https://schema.org", "@graph": [{"@type": "WebSite", "name": "x"}, POSTING]},
        {**POSTING, "@type": ["JobPosting", "Thing"]},
        {**POSTING, "@type": "http://schema.org/JobPosting"},
        {**POSTING, "hiringOrganization": "Kestrel Mills"},
        "<!-- " + json.dumps(POSTING) + " -->",
        json.dumps(POSTING) + ";",
    ],
)
def test_forms_of_json_ld(tmp_path: Path, data: Any) -> None:
    assert read(page(tmp_path, data)) == (
        [row(title="Data Engineer", description="<p>You build.</p>", employer="Kestrel Mills")],
        [],
    )


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"baseSalary": 50000, "salaryCurrency": "EUR"}, {"pay": "50000", "pay_currency": "EUR"}),
        ({"baseSalary": "50.000 €"}, {"pay": "50.000 €"}),
        ({"baseSalary": {"@type": "MonetaryAmount", "currency": "USD", "value": {"@type": "QuantitativeValue",
          "minValue": 40, "maxValue": 50.5, "unitText": "HOUR"}}},
         {"pay_min": "40", "pay_max": "50.5", "pay_currency": "USD", "pay_period": "HOUR"}),
        ({"baseSalary": {"currency": "USD", "value": {"value": 90}, "unitText": "YEAR"}},
         {"pay": "90", "pay_currency": "USD", "pay_period": "YEAR"}),
        ({"baseSalary": {"currency": "USD", "value": 90}}, {"pay": "90", "pay_currency": "USD"}),
        ({"baseSalary": {"currency": "USD", "minValue": 1, "maxValue": 2}},
         {"pay_min": "1", "pay_max": "2", "pay_currency": "USD"}),
        ({"jobLocation": {"@type": "Place", "address": {"addressLocality": "Salem", "addressRegion": "OR",
          "addressCountry": {"@type": "Country", "name": "US"}}}},
         {"place": "Salem, OR, US", "city": "Salem", "region": "OR", "country": "US"}),
        ({"jobLocation": [{"address": {"addressLocality": "Salem"}},
          {"address": {"addressLocality": "Eugene"}}]},
         {"place": "Salem; Eugene"}),
        ({"jobLocation": "Salem"}, {"place": "Salem"}),
        ({"jobLocationType": "TELECOMMUTE"}, {"work_mode": "TELECOMMUTE"}),
        ({"datePosted": "2026-05-01", "validThrough": "2026-06-01T00:00"},
         {"posted": "2026-05-01", "expires": "2026-06-01T00:00"}),
        ({"employmentType": ["FULL_TIME", "CONTRACTOR"]}, {"employment_type": "FULL_TIME, CONTRACTOR"}),
        ({"identifier": {"@type": "PropertyValue", "name": "Kestrel", "value": "R-1"}}, {"source_id": "R-1"}),
        ({"identifier": 17}, {"source_id": "17"}),
        ({"industry": "Milling", "url": "https://kestrel.example/1"},
         {"industry": "Milling", "url": "https://kestrel.example/1"}),
    ],
)  # fmt: skip
def test_properties_of_json_ld(tmp_path: Path, more: dict[str, Any], expected: dict[str, str]) -> None:
    expected = {
        "title": "Data Engineer",
        "description": "<p>You build.</p>",
        "employer": "Kestrel Mills",
        **expected,
    }
    assert read(page(tmp_path, {**POSTING, **more}))[0] == [row(**expected)]


def test_slightly_broken_json_ld(tmp_path: Path) -> None:
    text = json.dumps(POSTING).replace("You build.", "You\nbuild.\t")
    assert read(page(tmp_path, text))[0][0]["description"] == "<p>You\nbuild.\t</p>"


def test_page_without_posting_is_one_rejected_row(tmp_path: Path) -> None:
    path = page(tmp_path, {"@type": "WebSite"}, "<title>About us</title>")
    assert read(path) == (
        [],
        [{"row": 1, "reason": "not a posting: the page has no JobPosting data", "excerpt": "About us"}],
    )


def test_page_with_broken_posting(tmp_path: Path) -> None:
    records, rejected = read(page(tmp_path, '{"@type": "JobPosting", "title": '))
    assert records == []
    assert rejected[0]["reason"].startswith("unreadable: ")


def test_page_names_its_own_address(tmp_path: Path) -> None:
    path = page(tmp_path, POSTING, '<link rel="canonical" href="https://kestrel.example/jobs/1">')
    assert read(path)[0][0]["url"] == "https://kestrel.example/jobs/1"


# ── files that cannot be read ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"\xef\xbb\xbf\n \n", "empty"),
        ("a.jsonl", b"", "empty"),
        ("a.parquet", b"", "empty"),
        ("a.html", b" ", "empty"),
        (
            "a.csv",
            b"id,price\n1,2\n",
            "no column with a title or a description. Columns found: id, price.*--map",
        ),
        ("a.jsonl", b'{"id": 1}\n', "no column with a title"),
        ("a.json", b'{"id": 1}', "no column with a title"),
        ("a.json", b'"text"', "no list of objects"),
        ("a.json", b"[1, 2]", "no objects with values"),
        ("a.json", b"[[", "cannot be read"),
        ("a.jsonl", b"no json\n", "no line of the first"),
        ("a.parquet", b"PAR1 is not all", "cannot be read"),
        ("a.txt", b"text", "unknown ending. Known: .csv"),
        ("a.csv.gz", b"title,description\nA,B\n", "cannot be read"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(FeedError, match=message) as caught:
        open_feed(path)
    assert str(path) in str(caught.value)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="no such file"):
        open_feed(tmp_path / "a.csv")


def test_table_without_rows(tmp_path: Path) -> None:
    pq.write_table(pa.table({"title": pa.array([], pa.string())}), tmp_path / "a.parquet")
    with pytest.raises(FeedError, match="no rows"):
        open_feed(tmp_path / "a.parquet")


# ── sources and origins ──────────────────────────────────────────────────────────────────────────


def test_find_sources(tmp_path: Path) -> None:
    for name in (
        "b.csv",
        "a.jsonl.gz",
        "sub/c.parquet",
        ".hidden.csv",
        "notes.txt",
        "b.csv.origin.toml",
        "origins.toml",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found, skipped = find_sources([tmp_path / "b.csv", tmp_path])
    assert [p.relative_to(tmp_path).as_posix() for p in found] == ["b.csv", "a.jsonl.gz", "sub/c.parquet"]
    assert [(p.name, why.partition(";")[0]) for p, why in skipped] == [
        (".hidden.csv", "hidden"),
        ("notes.txt", "unknown ending"),
    ]


def test_find_sources_finds_nothing(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="no such file or folder"):
        find_sources([tmp_path / "nowhere"])
    (tmp_path / "notes.txt").touch()
    with pytest.raises(FeedError, match=r"no file in this folder.*Known endings: \.csv"):
        find_sources([tmp_path])


def test_origin_is_that_of_the_bytes(tmp_path: Path) -> None:
    a = write(tmp_path / "jobs.v2.csv.gz", "x")
    (tmp_path / "other").mkdir()
    b = tmp_path / "other" / "jobs.v2.csv.gz"
    b.write_bytes(a.read_bytes())
    os.utime(b, (0, 0))
    assert read_origin(a) == read_origin(b)
    origin = read_origin(a, licence="CC0", url=None)
    assert (origin.name, origin.file, origin.licence, origin.url) == (
        "jobs.v2",
        "jobs.v2.csv.gz",
        "CC0",
        None,
    )
    assert origin.id == origin.sha256[:12]
    assert origin.bytes == len(a.read_bytes())


def test_origin_sidecars(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "x")
    write(tmp_path / "origins.toml", '["a.csv"]\npublisher = "Kestrel"\nlicence = "CC0"\ndate = 2026-05-01\n')
    write(tmp_path / "a.csv.origin.toml", 'licence = "MIT"\nnote = "one"\n')
    origin = read_origin(path, note="two")
    assert (origin.publisher, origin.licence, origin.date, origin.note) == (
        "Kestrel",
        "MIT",
        "2026-05-01",
        "two",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("licence", "no TOML"),
        ('license = "x"', "no license"),
        ("note = 1", "no text"),
        ('date = "May"', "ISO date"),
    ],
)
def test_broken_sidecars(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path / "a.csv", "x")
    write(tmp_path / "a.csv.origin.toml", text)
    with pytest.raises(FeedError, match=message):
        read_origin(path)


# ── pay tables ───────────────────────────────────────────────────────────────────────────────────

PAY_HEADER = (
    "work_year,experience_level,employment_type,job_title,salary,salary_currency,salary_in_usd,"
    "employee_residence,remote_ratio,company_location,company_size\n"
)


def test_pay_table(tmp_path: Path) -> None:
    rows = (
        "2025,SE,FT,Data Engineer,150000,EUR,160000,AT,50,AT,M\n"
        "2025,SE,FT,Data Engineer,12k,USD,1,US,0,US,M\n2025,SE,FT,X,1,,1,US,0,US,M\n"
    )
    path = write(tmp_path / "pay.csv", PAY_HEADER + rows)
    feed = open_feed(path)
    assert feed.kind == "pay"
    assert feed.columns["salary_in_usd"] is None
    records, rejected = read(path)
    assert records == [
        {"row": 1, "year": 2025, "title": "Data Engineer", "experience_level": "SE", "employment_type": "FT",
         "amount": 150_000.0, "currency": "EUR", "country": "AT", "residence": "AT", "remote_percent": 50,
         "employer_size": "M"}
    ]  # fmt: skip
    assert [r["reason"] for r in rejected] == [
        "no pay: no figure that can be read",
        "no pay: no currency that can be read",
    ]


@pytest.mark.parametrize(
    ("currency", "read_as"),
    [("EUR", "EUR"), ("eur", None), ("EU", None), ("EURO", None), ("€", None), ("../x", None), ("E1R", None),
     ("ÄÖÜ", None)],
)  # fmt: skip
def test_a_currency_is_three_capital_letters(tmp_path: Path, currency: str, read_as: str | None) -> None:
    path = write(tmp_path / "pay.csv", f"{PAY_HEADER}2025,SE,FT,Miller,9,{currency},9,US,0,US,M\n")
    records, rejected = read(path)
    assert [r["currency"] for r in records] == ([read_as] if read_as else [])
    reasons = [] if read_as else [f"no pay: currency {currency!r} is not three capital letters"]
    assert [(r["reason"], r["excerpt"]) for r in rejected] == [(reason, "Miller") for reason in reasons]


def pay(rows: list[tuple[int, str, float]]) -> pa.Table:
    fixed = {"year": 2025, "experience_level": "SE", "employment_type": "FT", "currency": "USD",
             "country": "US",
             "residence": None, "remote_percent": 0, "employer_size": "M"}  # fmt: skip
    return pa.Table.from_pylist(
        [{**fixed, "row": r, "title": t, "amount": a} for r, t, a in rows], PAY_RECORD
    )


@pytest.mark.parametrize(
    ("rows", "ranges"),
    [
        ([(1, "A", 9), (2, "A", 5)], [(1, 5, 9, 1)]),
        ([(1, "A", 9), (2, "B", 5)], [(1, 9, 9, 1), (2, 5, 5, 1)]),
        ([(1, "A", 9), (3, "A", 5)], [(1, 9, 9, 1), (3, 5, 5, 1)]),  # row 2 stands between them
        ([(1, "A", 5), (2, "A", 9)], [(1, 5, 5, 1), (2, 9, 9, 1)]),  # never minimum first
        ([(1, "A", 7), (2, "A", 7)], [(1, 7, 7, 1)]),
        ([(1, "A", 9), (2, "A", 5), (3, "A", 8), (4, "A", 4)], [(1, 5, 9, 1), (3, 4, 8, 1)]),
        ([(1, "A", 9), (2, "A", 7), (3, "A", 6), (4, "A", 4)], [(1, 7, 9, 1), (3, 4, 6, 1)]),
        ([(1, "A", 3), (2, "A", 9), (3, "A", 5)], [(1, 3, 3, 1), (2, 5, 9, 1)]),
        ([(1, "A", 9), (2, "A", 5), (3, "A", 8)], [(1, 5, 9, 1), (3, 8, 8, 1)]),
        ([(1, "A", 9), (2, "A", 5), (3, "A", 9), (4, "A", 5)], [(1, 5, 9, 2)]),
        ([(1, "A", 9), (2, "A", 5), (3, "B", 5), (4, "A", 9), (5, "A", 5)], [(1, 5, 9, 2), (3, 5, 5, 1)]),
        ([], []),
    ],
)
def test_pairs(rows: list[tuple[int, str, float]], ranges: list[tuple[int, float, float, int]]) -> None:
    paired = pair_pay_rows(pay(rows))
    assert paired.schema == PAY_RANGES
    assert [(r["row"], r["min"], r["max"], r["repeats"]) for r in paired.to_pylist()] == ranges


@given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(1, 4)), max_size=12))
def test_pairs_use_every_row_once(rows: list[tuple[str, int]]) -> None:
    ranges = pair_pay_rows(pay([(i, t, a) for i, (t, a) in enumerate(rows, 1)])).to_pylist()
    single = sum(r["repeats"] for r in ranges if r["min"] == r["max"])
    wide = sum(r["repeats"] for r in ranges if r["min"] < r["max"])
    assert all(r["min"] <= r["max"] for r in ranges)
    assert single + 2 * wide <= len(rows) <= 2 * (single + wide)
    assert {(r["title"], end) for r in ranges for end in (r["min"], r["max"])} == {
        (t, float(a)) for t, a in rows
    }


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared (ROLEDIFF_SHARED)")
def test_public_pay_table() -> None:
    feed = open_feed(SHARED / "salaries" / "aijobs-salaries.csv.gz")
    ranges = pair_pay_rows(pa.Table.from_batches([b.records for b in feed.read(50_000)]))
    assert (len(ranges), sum(ranges["repeats"].to_pylist())) == (49_665, 76_258)


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared (ROLEDIFF_SHARED)")
@pytest.mark.parametrize(
    ("name", "rows"),
    [("freework_fr.csv.gz", 1_350), ("glassdoor_sf.csv.gz", 889), ("greenhouse_boards.csv.gz", 78),
     ("linkedin_va.csv.gz", 719), ("hn_2026-05-05.json.gz", 292)],
)  # fmt: skip
def test_public_dumps(name: str, rows: int) -> None:
    records, rejected = read(SHARED / "raw" / name)
    assert (len(records), rejected) == (rows, [])


def test_broken_table_of_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    from rolediff.feeds import columns
    from rolediff.taxonomy import Row

    bad = Row("columns", 2, {"field": "titel", "source": "x", "use": "first", "when": ""})
    monkeypatch.setattr(columns, "read_table", lambda name: [bad])
    columns._names.cache_clear()
    try:
        with pytest.raises(TaxonomyError, match=r"columns\.csv, line 2: unknown field 'titel'"):
            plan_columns(["x"], Path("x"))
    finally:
        columns._names.cache_clear()
