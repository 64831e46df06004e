"""`import rolediff` as a person in a notebook meets it."""

from __future__ import annotations

import dataclasses
import html.parser
import json
import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from click.testing import CliRunner

import rolediff
import rolediff.compare as by_its_module
from conftest import Invented
from rolediff import api, results
from rolediff.api import Comparison, Evidence, OpenSnapshot, Shown
from rolediff.charts import drawing
from rolediff.cli import main
from rolediff.errors import (
    FilterError,
    RolediffError,
    SameRoleError,
    UnknownClaimError,
    UnknownRoleError,
    WorkspaceError,
)
from rolediff.layout import lay_out

DOCS = Path(__file__).resolve().parents[1] / "docs"
A, B, OTHER, NONE = "data analyst", "machine learning engineer", "data specialist", "data engineer"


@pytest.fixture(scope="module")
def here(invented: Invented) -> OpenSnapshot:
    return rolediff.open(invented.workspace.folder)


@pytest.fixture(scope="module")
def comparison(here: OpenSnapshot) -> Comparison:
    return here.compare(A, B)


# ── import and open ──────────────────────────────────────────────────────────────────────────────


def test_importing_loads_nothing_heavy() -> None:
    code = (
        "import sys, rolediff; own = {m for m in sys.modules if m.startswith('rolediff')}; "
        "print(sorted(own), [m for m in ('duckdb', 'numpy', 'pyarrow', 'jinja2', 'mcp') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "['rolediff', 'rolediff.errors'] []"


def test_compare_stays_a_function_when_its_module_is_imported() -> None:
    assert by_its_module is rolediff.compare  # the name is the function's
    assert sys.modules["rolediff.compare"].compare_roles
    assert callable(rolediff.compare)


def test_all_that_is_promised_is_there() -> None:
    assert [name for name in rolediff.__all__ if not hasattr(rolediff, name)] == []


def test_where_no_workspace_is_named_the_reference_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ROLEDIFF_WORKSPACE", raising=False)
    reference = rolediff.open(snapshot="reference")
    assert rolediff.open().id == reference.id
    assert re.fullmatch(rf"<Snapshot {reference.id}: [\d,]+ openings>", repr(reference))
    assert "rows in =" in str(reference)


def test_what_is_named_has_to_be_there(
    invented: Invented, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(WorkspaceError, match="rolediff ingest"):
        rolediff.open(tmp_path / "nowhere")
    monkeypatch.setenv("ROLEDIFF_WORKSPACE", str(tmp_path / "nowhere"))
    with pytest.raises(WorkspaceError, match="nowhere"):
        rolediff.open()
    monkeypatch.setenv("ROLEDIFF_WORKSPACE", str(invented.workspace.folder))
    assert rolediff.open().id == rolediff.open(snapshot=str(invented.snapshot)).id
    assert isinstance(rolediff.compare(A, B), results.Comparison)


# ── an answer is the result, and shows itself ────────────────────────────────────────────────────


def test_an_answer_is_what_the_command_prints(comparison: Comparison, invented: Invented) -> None:
    def printed(form: str) -> str:
        args = ["compare", A, B, "--format", form, "-w", str(invented.workspace.folder)]
        return CliRunner().invoke(main, args).stdout

    assert comparison.to_json() == printed("json")
    assert str(comparison) == printed("text")
    assert comparison.to_markdown() == printed("markdown")
    assert repr(comparison) == "<Comparison: Data Analyst vs Machine Learning Engineer>"


def test_an_answer_is_frozen_and_can_be_kept(comparison: Comparison) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        comparison.id = "another"  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(comparison)) == comparison


def test_differences_have_all_numbers_once(comparison: Comparison) -> None:
    table = comparison.to_arrow()
    rows = {row["id"]: row for row in table.to_pylist()}
    assert len(rows) == table.num_rows == len(comparison.differences) > 20
    for d in comparison.differences:
        row = rows[d.id]
        for side, claim in (("a", d.a), ("b", d.b)):
            for field in dataclasses.fields(results.Estimate):
                assert row[f"{side}_{field.name}"] == getattr(claim.estimate, field.name)
            assert (row[f"{side}_id"], row[f"{side}_needed"]) == (claim.id, claim.needed)
        assert [row[x] for x in ("kind", "value", "difference", "low", "high", "q", "verdict")] == [
            d.kind, d.value, d.difference, d.low, d.high, d.q, d.verdict
        ]  # fmt: skip
    assert table.schema.field("q").type == pa.float64()
    # No list of differences is forgotten, should the result get another.
    lists = [getattr(comparison, f.name) for f in dataclasses.fields(comparison)]
    every = [x for found in lists if isinstance(found, tuple) for x in found]
    assert {x.id for x in every if isinstance(x, results.Difference)} == set(rows)


def answers(here: OpenSnapshot) -> list[Shown]:
    return [
        here.compare(A, B),
        here.path(A, B),
        here.role(B),
        here.roles(),
        here.evidence("data-analyst/skill/sql"),
    ]


def test_tables_are_those_of_the_documentation(here: OpenSnapshot) -> None:
    text = (DOCS / "python.md").read_text("utf-8")
    table = text.partition("| answer | tables")[2].partition("\n\n")[0]
    told = [re.findall(r"`(\w+)`", line) for line in table.splitlines()[2:]]
    assert told == [list(answer._tables()) for answer in answers(here)]


def test_every_table_has_its_columns_even_without_rows(here: OpenSnapshot) -> None:
    for answer in answers(here):
        for name, (kind, rows) in answer._tables().items():
            table = answer.to_arrow(name)
            assert table.num_rows == len(rows)
            assert api._to_arrow(kind, []).schema == table.schema
        with pytest.raises(FilterError, match=next(iter(answer._tables()))):
            answer.to_arrow("no such table")
    assert here.role(B).to_arrow().column_names[:5] == ["id", "role", "kind", "value", "label"]
    gaps = here.compare(A, B).to_arrow("pay_gaps").schema
    assert gaps.field("adjusted_for").type == pa.list_(pa.string())
    assert gaps.field("stated_a_share").type == pa.float64()


def test_pandas_is_told_how_to_install(comparison: Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "find_spec", lambda name: None)
    with pytest.raises(RolediffError, match="pip install pandas"):
        comparison.to_pandas()


def test_a_frame_of_pandas(comparison: Comparison) -> None:
    pytest.importorskip("pandas")
    assert list(comparison.to_pandas().columns) == comparison.to_arrow().column_names


# ── HTML ─────────────────────────────────────────────────────────────────────────────────────────


class Elements(html.parser.HTMLParser):
    """Checks that every element ends where it should; collects attributes and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag != "br":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html_has_the_sections_and_figures_and_stands_alone(comparison: Comparison) -> None:
    page = Elements(comparison._repr_html_())
    for section in lay_out(comparison):
        assert section.title in page.text
        for paragraph in section.paragraphs:
            assert paragraph in page.text
        for table in section.tables:
            assert all(cell.text in page.text for row in table.rows for cell in row)
    loaded = [a for a in page.attributes if a[1] in ("src", "data") or a[0] in ("script", "link", "iframe")]
    assert loaded == []
    assert [a for a in page.attributes if a[1].startswith("on")] == []
    charts = comparison.charts()
    assert charts
    assert page.attributes.count(("svg", "role", "img")) == sum(map(len, charts.values()))
    assert Elements(charts._repr_html_()).attributes.count(("svg", "role", "img")) >= 1


def test_charts_of_two_answers_do_not_share_ids(here: OpenSnapshot) -> None:
    pages = [Elements(here.compare(A, b)._repr_html_()) for b in (B, OTHER)]
    ids = [{v for _, name, v in p.attributes if name == "id"} for p in pages]
    assert ids[0]
    assert not ids[0] & ids[1]
    for page, own in zip(pages, ids, strict=True):
        named = {
            part for _, name, v in page.attributes if name == "aria-labelledby" for part in str(v).split()
        }
        assert named <= own


def test_without_what_draws_charts_the_numbers_are_shown(
    comparison: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> Any:
        raise RolediffError("Charts need it: pip install it.")

    drawing._compiled.cache_clear()
    monkeypatch.setattr(drawing, "_vl_convert", fail)
    page = Elements(comparison._repr_html_())
    assert "svg" not in {tag for tag, _, _ in page.attributes}
    assert "At a glance" in page.text
    with pytest.raises(RolediffError, match="pip install"):
        comparison.charts()


def test_words_of_postings_are_escaped() -> None:
    hostile = '<script>alert("x")</script>'
    opening = results.Opening("p", hostile, hostile, None, None, None, 'https://x.example/"><i>', hostile, 1)
    quote = results.Quote(hostile, hostile, hostile, 0, 1, None, "rule")
    side = results.Evidence(
        "c", hostile, hostile, None, 1, (results.EvidenceRow(opening, hostile, (quote,)),), hostile
    )
    shown = Evidence("s", "c", 0, (side,))._repr_html_()
    assert "<script" not in shown
    assert "<i>" not in shown
    assert hostile in Elements(shown).text


# ── questions ────────────────────────────────────────────────────────────────────────────────────


def test_skills_one_has_as_list_text_or_file(here: OpenSnapshot, tmp_path: Path) -> None:
    file = tmp_path / "skills.txt"
    file.write_text("SQL\nbasket weaving\n")
    first, *others = (here.path(A, B, have) for have in (["SQL", "basket weaving"], file.read_text(), file))
    assert first.have is not None
    assert (first.have.skills, first.have.unread_lines) == (("SQL",), (2,))
    assert all(other == first for other in others)
    assert here.compare(A, B, ["SQL"]).have == dataclasses.replace(first.have, unread_lines=())
    assert here.compare(A, B).have is None


def test_a_path_shows_only_what_to_learn(here: OpenSnapshot) -> None:
    path = here.path(A, B)
    assert set(json.loads(path.to_json())) == {"snapshot", "a", "b", "moving", "moving_needs", "have"}
    assert "Moving from Data Analyst to Machine Learning Engineer" in str(path)
    assert "At a glance" not in str(path)
    assert set(path.charts()) <= {"moving"}


def test_roles_by_words(here: OpenSnapshot) -> None:
    every = here.roles()
    assert len(every) == every.to_arrow().num_rows > 5
    found = [r.slug for r in here.roles("Lead ML engineers")]
    assert found[:2] == ["lead-machine-learning-engineer", "machine-learning-engineer"]
    assert set(found) == {r.slug for r in every if r.family == "machine-learning-engineer"}
    assert {r.slug for r in here.roles("senior")} == {r.slug for r in every if r.seniority == "senior"}
    assert len(here.roles(NONE)) == 0  # a role that there is, without an opening
    with pytest.raises(UnknownRoleError):
        here.roles("basket weaver")


def test_a_role_without_openings_has_no_shares(here: OpenSnapshot) -> None:
    comparison = here.compare(A, NONE)
    assert "No opening of Data Engineer" in Elements(comparison._repr_html_()).text
    table = comparison.to_arrow()
    assert table["b_share"].null_count == table["difference"].null_count == table.num_rows
    assert table["a_share"].null_count == 0
    assert all("NaN" not in str(answer) for answer in (here.role(NONE), here.path(A, NONE)))


def test_evidence_has_the_words(here: OpenSnapshot) -> None:
    first, second = (
        here.evidence("data-analyst..data-specialist/skill/sql", limit=2, offset=o) for o in (0, 2)
    )
    assert [side.role for side in first.sides] == ["Data Analyst", "Data Specialist"]
    rows = first.to_arrow().to_pylist()
    assert all(row["words"] for row in rows)
    assert all("SQL" in word.upper() for row in rows for word in row["words"])
    assert not {r["posting"] for r in rows} & {r["posting"] for r in second.to_arrow().to_pylist()}
    assert "Postings 3 to" in str(second)


def test_errors_say_what_to_do(here: OpenSnapshot) -> None:
    with pytest.raises(UnknownRoleError, match="machine-learning-engineer") as unknown:
        here.compare("machine lerning enginer", B)
    assert unknown.value.suggestions
    with pytest.raises(SameRoleError):
        here.compare(A, A)
    with pytest.raises(UnknownClaimError):
        here.evidence("data-analyst/skill/no-such-skill")
