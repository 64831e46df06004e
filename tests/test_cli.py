"""The command line as a user meets it: what each command prints, where, and its exit status."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import orjson
import pytest
from click.testing import CliRunner, Result

from conftest import Invented
from rolediff import __version__
from rolediff.cli import main
from rolediff.roles import find_role
from rolediff.storage import locked

PUBLIC = {
    "id", "title", "family", "seniority", "language", "work_mode", "industry", "degree", "years", "pay", "skills",
    "responsibilities", "text",
}  # fmt: skip
PAIR = ("data specialist", "lead machine learning engineer")


def run(*args: str | Path, status: int = 0) -> Result:
    result = CliRunner().invoke(main, [str(a) for a in args])
    assert result.exit_code == status, result.output
    # A user sees messages, never a traceback.
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    return result


@pytest.fixture
def ws(invented: Invented) -> tuple[str, Path]:
    return "-w", invented.workspace.folder


# ── help ─────────────────────────────────────────────────────────────────────────────────────────


def commands(group: click.Group = main, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


def test_all_commands_are_there() -> None:
    assert {" ".join(c) for c in commands()} >= {
        "ingest", "build", "compare", "evidence", "roles", "site", "extract", "titles", "eval", "snapshot",
        "snapshot show", "snapshot export",
    }  # fmt: skip


@pytest.mark.parametrize("path", [(), *commands()], ids=" ".join)
def test_every_command_helps(path: tuple[str, ...]) -> None:
    text = run(*path, "--help").stdout
    assert text.startswith("Usage: ")
    # Every option says what it does.
    for line in re.findall(r"(?m)^  (-.*)$", text):
        assert re.search(r"\S  +\S", line) or re.search(rf"{re.escape(line)}\n {{6,}}\S", text), line


def test_version() -> None:
    assert __version__ in run("--version").stdout


def test_an_unknown_command_or_option_is_a_usage_error() -> None:
    assert "No such command" in run("compair", status=2).stderr
    assert "No such option" in run("roles", "--workspaec", "x", status=2).stderr


# ── ingest and build ─────────────────────────────────────────────────────────────────────────────


def test_ingest_build_compare(invented: Invented, tmp_path: Path) -> None:
    ws = ("-w", tmp_path / "w")
    result = run("ingest", invented.folder, "--licence", "CC0", "--date", "2026-05-01", *ws)
    written = invented.written
    rejected = sum(written.rejected.values())
    assert (
        f"{written.rows} rows from 4 of 4 files: {written.rows - rejected} kept, {rejected} rejected"
        in result.stdout
    )
    told = {
        Path(name).name: line for name, _, line in (x.partition(": ") for x in result.stdout.splitlines())
    }
    assert re.search(r"81 rows\b.* 80 postings\b.*\bno text", told["adverts.csv"])
    assert re.search(r"51 rows\b.* 50 postings\b.*\bunreadable", told["board.jsonl"])
    assert re.search(r"113 rows\b.* 112 \w.*\bno pay", told["salaries.csv"])
    assert result.stderr == ""
    assert (
        "already here"
        in run("ingest", invented.folder, "--licence", "CC0", "--date", "2026-05-01", *ws).stdout
    )
    result = run("build", "--processes", "1", *ws)
    assert f"{written.rows} rows in = {written.openings} openings + {written.copies} copies" in result.stdout
    assert "Reading" in result.stderr  # progress is not part of the answer
    assert run("snapshot", "show", *ws).stdout in result.stdout
    assert (tmp_path / "w" / "CURRENT").read_text().strip() == invented.snapshot.name
    assert "Data Specialist vs Lead Machine Learning Engineer" in run("compare", *PAIR, *ws).stdout


def test_ingest_takes_a_map_and_an_origin(tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text(
        "was,wer,worum\nData Analyst,Kestrel Mills,You write SQL for the mill.\n"
    )
    result = run("ingest", tmp_path / "odd.csv", "-w", tmp_path / "w", status=1)
    assert "--map" in result.stderr
    run("ingest", tmp_path / "odd.csv", "-w", tmp_path / "w", "--map", "title=was", "--map", "employer=wer",
        "--map", "description=worum", "--publisher", "Example Board", "--licence", "CC0")  # fmt: skip
    (origin,) = [orjson.loads(p.read_bytes()) for p in (tmp_path / "w" / "raw").glob("*/origin.json")]
    assert origin["origin"]["publisher"] == "Example Board"
    assert origin["columns"] == {"was": "title", "wer": "employer", "worum": "description"}
    assert (
        "FIELD=COLUMN"
        in run("ingest", tmp_path / "odd.csv", "--map", "title", "-w", tmp_path / "w", status=2).stderr
    )


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", b"", "empty"),
        ("empty.jsonl", b"", "empty"),
        ("other.csv", b"a,b\n1,2\n", "title"),
        ("broken.json", b'{"title": "Data An', "Unterminated"),
        ("broken.parquet", b"PAR1 and no more", "Parquet|parquet"),
        ("broken.csv.gz", b"\x1f\x8b\x08\x00half", "gz|damaged|compressed"),
        ("notes.txt", b"Dear all", "unknown ending"),
    ],
)
def test_a_file_without_postings_is_named_with_the_reason(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    result = run("ingest", path, "-w", tmp_path / "w", status=1)
    assert name in result.stderr
    assert re.search(said, result.stderr), result.stderr
    # Nothing came of it, and building says so.
    assert "holds no postings" in run("build", "-w", tmp_path / "w", status=1).stderr


@pytest.mark.parametrize(
    ("name", "content", "ledger"),
    [
        ("header.csv", "title,description\n", "0 rows in = 0 openings"),
        ("letter.html", "<html><body><p>Dear all</p></body></html>", "1 rejected"),
    ],
)
def test_postings_of_nothing_compare_to_nothing(tmp_path: Path, name: str, content: str, ledger: str) -> None:
    (tmp_path / name).write_text(content)
    said = run("ingest", tmp_path / name, "-w", tmp_path / "w", status=1).stdout
    assert "nothing to build" in said
    assert ledger in run("build", "-w", tmp_path / "w").stdout
    assert "nothing can be compared" in run("compare", *PAIR, "-w", tmp_path / "w").stdout
    assert run("roles", "-w", tmp_path / "w").stdout == ""
    run("evidence", "data-analyst/skill/sql", "-w", tmp_path / "w")


def test_missing_files_and_folders_without_postings(tmp_path: Path) -> None:
    result = run("ingest", tmp_path / "nothing.csv", "-w", tmp_path / "w", status=1)
    assert "nothing.csv" in result.stderr
    assert "no such file" in result.stderr
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "to-grandmother.txt").write_text("Dear")
    assert (
        "no file in this folder" in run("ingest", tmp_path / "letters", "-w", tmp_path / "w", status=1).stderr
    )
    assert run("ingest", status=2).stderr
    assert not (tmp_path / "w").exists()


def test_a_bad_file_does_not_stop_a_good_one(invented: Invented, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "a-bad.json").write_text("{ half")
    shutil.copy(invented.folder / "board.jsonl", folder / "b-good.jsonl")
    (folder / "notes.txt").write_text("Dear all")
    result = run("ingest", folder, "-w", tmp_path / "w", status=1)
    told = result.stderr.splitlines()
    assert any("a-bad.json" in line and "cannot be read" in line for line in told)
    assert any("notes.txt" in line and "unknown ending" in line for line in told)
    assert re.search(r"b-good\.jsonl: 51 rows\b.* 50 postings", result.stdout)
    assert "from 1 of 2 files" in result.stdout
    assert "51 rows in = " in run("build", "--processes", "1", "-w", tmp_path / "w").stdout


# ── compare, evidence, roles ─────────────────────────────────────────────────────────────────────


def test_compare_in_all_forms(ws: tuple[str, Path]) -> None:
    text = run("compare", *PAIR, *ws).stdout
    assert "More in Data Specialist" in text
    assert max(map(len, text.splitlines())) <= 120
    assert "\x1b" not in text
    found = json.loads(run("compare", *PAIR, "--format", "json", *ws).stdout)
    assert found["id"] == "data-specialist..lead-machine-learning-engineer"
    assert run("compare", *PAIR, "--format", "markdown", *ws).stdout.startswith("# Data Specialist vs ")
    page = run("compare", *PAIR, "--format", "html", *ws).stdout
    assert page.startswith("<!doctype html>")
    assert 'href="../' not in page  # one page by itself has nothing to link to


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html"])
def test_compare_from_a_list_of_ones_own(ws: tuple[str, Path], tmp_path: Path, form: str) -> None:
    mine = tmp_path / "skills.txt"
    mine.write_text("Python\nSQL\nwhittling\n", encoding="utf-8")
    result = run("compare", *PAIR, "--have", mine, "--format", form, *ws)
    assert "whittling" not in result.output
    if form == "json":
        have = json.loads(result.stdout)["have"]
        assert (have["skills"], have["unread_lines"]) == (["Python", "SQL"], [3])
    else:
        assert "Recognised as yours: Python and SQL." in " ".join(result.stdout.split())
    assert [p.name for p in tmp_path.iterdir()] == ["skills.txt"]


def test_a_file_that_is_no_list_of_skills(ws: tuple[str, Path], tmp_path: Path) -> None:
    mine = tmp_path / "cv.pdf"
    for data, what in ((b"", "is empty"), (b"%PDF-1.7\xff\xfe", "is not plain text")):
        mine.write_bytes(data)
        result = run("compare", *PAIR, "--have", mine, *ws, status=1)
        assert what in result.stderr
        assert result.stdout == ""
    assert "cannot be read" in run("compare", *PAIR, "--have", tmp_path / "no.txt", *ws, status=1).stderr


def test_slugs_words_and_abbreviations_name_the_same_role(ws: tuple[str, Path]) -> None:
    expected = run("compare", *PAIR, *ws).stdout
    for a, b in (
        ("data-specialist", "lead-machine-learning-engineer"),
        ("Data Specialist", "lead ML engineer"),
    ):
        assert run("compare", a, b, *ws).stdout == expected


@pytest.mark.parametrize(
    ("command", "suggested"),
    [
        (("compare", "data anaalyst", "data specialist"), "data-analyst"),
        (("compare", "data analyst", "machine lerning engineer"), "machine-learning-engineer"),
        (("evidence", "data-anaalyst/skill/sql"), "data-analyst"),
        (("evidence", "data-analyst/skill/tableu"), "data-analyst/skill/tableau"),
        (("evidence", "data-analyst/skil/sql"), "data-analyst/skill/sql"),
        (("evidence", "data-analyst/pay/statd-usd"), "data-analyst/pay/stated-usd"),
        (("evidence", "sql"), "lead-machine-learning-engineer/skill/python"),
    ],
)
def test_unknown_names_end_with_status_2_and_suggestions(
    ws: tuple[str, Path], command: tuple[str, ...], suggested: str
) -> None:
    result = run(*command, *ws, status=2)
    assert result.stdout == ""
    assert "Did you mean" in result.stderr
    assert suggested in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_role_is_not_compared_with_itself(ws: tuple[str, Path]) -> None:
    assert "two different roles" in run("compare", "data analyst", "Data Analysts", *ws, status=2).stderr


def test_evidence_shows_the_words(ws: tuple[str, Path], invented: Invented) -> None:
    claim = "lead-machine-learning-engineer/skill/python"
    text = run("evidence", claim, *ws).stdout
    assert "[Python]" in text
    (side,) = json.loads(run("evidence", claim, "--format", "json", "--limit", "1000", *ws).stdout)
    assert side["claim"] == claim
    assert side["total"] == len(side["rows"]) > 3
    for row in side["rows"]:
        assert [q["words"] for q in row["quotes"]] == ["Python"] * len(row["quotes"]) != []
    # Page by page, each posting once.
    paged = []
    for offset in range(0, side["total"] + 2, 2):
        page = run("evidence", claim, "--format", "json", "--limit", "2", "--offset", str(offset), *ws)
        paged += json.loads(page.stdout)[0]["rows"]
    assert paged == side["rows"]


def test_evidence_of_a_difference_has_two_sides(ws: tuple[str, Path]) -> None:
    sides = json.loads(
        run("evidence", "data-analyst..data-specialist/skill/sql", "--format", "json", *ws).stdout
    )
    assert [s["claim"] for s in sides] == ["data-analyst/skill/sql", "data-specialist/skill/sql"]


def test_evidence_of_what_no_advert_states_is_empty(ws: tuple[str, Path]) -> None:
    assert "No posting in this snapshot." in run("evidence", "data-specialist/skill/pytorch", *ws).stdout


def test_roles(ws: tuple[str, Path], invented: Invented) -> None:
    rows = [line.split("\t") for line in run("roles", *ws).stdout.splitlines()]
    listed = {slug: (name, int(openings), int(read)) for slug, name, openings, read in rows}
    assert listed["lead-machine-learning-engineer"] == ("Lead Machine Learning Engineer", 14, 14)
    families = [listed[f] for f in ("data-analyst", "data-specialist", "machine-learning-engineer")]
    assert sum(openings for _, openings, _ in families) == invented.written.openings - 1  # one has no title
    assert sum(n - read for _, n, read in families) == invented.written.german + invented.written.cut
    for slug, (name, *_) in listed.items():  # every role listed can be asked for, by slug and by name
        assert find_role(slug).slug == slug
        if "no level" not in name:
            assert find_role(name).slug == slug


# ── snapshots ────────────────────────────────────────────────────────────────────────────────────


def test_snapshot_export(ws: tuple[str, Path], tmp_path: Path) -> None:
    run("snapshot", "export", tmp_path / "facts", "--without-text", *ws)
    assert not (tmp_path / "facts" / "texts.parquet").exists()
    assert run("compare", *PAIR, "-s", tmp_path / "facts").stdout == run("compare", *PAIR, *ws).stdout
    text = run("evidence", "data-analyst/skill/sql", "-s", tmp_path / "facts").stdout
    assert "holds facts only" in text
    assert "[SQL]" not in text
    assert "exists already" in run("snapshot", "export", tmp_path / "facts", *ws, status=1).stderr
    run("snapshot", "export", tmp_path / "whole", *ws)
    assert (tmp_path / "whole" / "texts.parquet").is_file()


def test_a_folder_that_is_no_snapshot(tmp_path: Path) -> None:
    assert "no manifest.json" in run("compare", *PAIR, "-s", tmp_path, status=1).stderr
    (tmp_path / "w").mkdir()
    assert "rolediff build" in run("compare", *PAIR, "-w", tmp_path / "w", status=1).stderr


def test_the_workspace_can_be_set_in_the_environment(
    invented: Invented, monkeypatch: pytest.MonkeyPatch, ws: tuple[str, Path]
) -> None:
    monkeypatch.setenv("ROLEDIFF_WORKSPACE", str(invented.workspace.folder))
    assert run("snapshot", "show").stdout == run("snapshot", "show", *ws).stdout


@pytest.mark.parametrize(
    "command",
    [
        ("compare", *PAIR),
        ("evidence", "data-analyst/skill/sql"),
        ("roles",),
        ("site", "out"),
        ("snapshot", "show"),
        ("snapshot", "export", "out"),
    ],
    ids=" ".join,
)
def test_a_named_workspace_that_is_not_there_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ROLEDIFF_WORKSPACE", raising=False)
    result = run(*command, "-w", tmp_path / "mine", status=1)
    assert f"There is no workspace {tmp_path / 'mine'}." in result.stderr
    assert "rolediff ingest" in result.stderr
    monkeypatch.setenv("ROLEDIFF_WORKSPACE", "other")
    assert "There is no workspace other." in run(*command, status=1).stderr
    assert list(tmp_path.iterdir()) == []


def test_the_reference_answers_where_no_workspace_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ROLEDIFF_WORKSPACE", raising=False)
    reference = run("snapshot", "show", "-s", "reference").stdout
    assert run("snapshot", "show").stdout == reference
    assert run("snapshot", "show", "-w", "mine", "-s", "reference").stdout == reference


def test_a_command_that_finds_another_at_work_says_so(invented: Invented, tmp_path: Path) -> None:
    pytest.importorskip("fcntl", reason="this system has no fcntl")
    with locked(tmp_path / "w"):
        for command in (("ingest", invented.folder), ("build",)):
            assert "Another rolediff is working" in run(*command, "-w", tmp_path / "w", status=1).stderr
    # Nothing was written, so nothing is left.
    assert not (tmp_path / "w").exists()


def test_site(ws: tuple[str, Path], tmp_path: Path) -> None:
    result = run("site", tmp_path / "out", "--pair", "data analyst", "data specialist", *ws)
    assert f"{len(list((tmp_path / 'out').rglob('*.html')))} pages written" in result.stdout.replace(",", "")
    assert (tmp_path / "out" / "compare" / "data-analyst" / "data-specialist" / "index.html").is_file()
    run("site", tmp_path / "other", "--pair", "data analyst", "data anaalyst", *ws, status=2)
    assert not (tmp_path / "other").exists()


# ── extract and titles ───────────────────────────────────────────────────────────────────────────


def test_extract_prints_the_public_form(invented: Invented) -> None:
    result = run("extract", invented.folder / "board.jsonl")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(lines) == 50
    assert "row 5: unreadable" in result.stderr
    assert "1 rows" in result.stderr or "1 row" in result.stderr
    spans = 0
    for line in lines:
        assert set(line) == PUBLIC
        assert set(line["degree"]) == {"min", "preferred", "or_experience"}
        assert set(line["years"]) == {"min", "max"}
        for skill in line["skills"]:
            assert set(skill) == {"skill", "text", "start", "end", "need"}
        for duty in line["responsibilities"]:
            assert set(duty) == {"responsibility", "code", "text", "start", "end"}
        for span in (*line["skills"], *line["responsibilities"]):
            assert line["text"][span["start"] : span["end"]] == span["text"] != ""
            spans += 1
        if pay := line["pay"]:
            assert set(pay) == {
                "min", "max", "currency", "period", "yearly_min", "yearly_max", "start", "end",
            }  # fmt: skip
            words = line["text"][pay["start"] : pay["end"]]
            assert words.startswith(f"${pay['min']:,.0f} - ${pay['max']:,.0f}")
    assert spans > 300
    assert {line["language"] for line in lines} == {"en", "de"}
    assert any(line["pay"] for line in lines)


def test_extract_of_bad_input(invented: Invented, tmp_path: Path) -> None:
    assert "no such file" in run("extract", tmp_path / "nothing.csv", status=1).stderr
    assert "pay table" in run("extract", invented.folder / "salaries.csv", status=1).stderr


def test_titles(tmp_path: Path) -> None:
    path = tmp_path / "titles.txt"
    path.write_text(
        "Lead Machine Learning Engineer\r\nSenior Data Analyst (m/w/d)\n\nBaker\nDaten-Übermensch ü", "utf-8"
    )
    rows = [line.split("\t") for line in run("titles", path).stdout.splitlines()]
    assert [len(row) for row in rows] == [4] * 5
    assert rows[0][:3] == ["Lead Machine Learning Engineer", "machine-learning-engineer", "lead"]
    assert rows[1][:3] == ["Senior Data Analyst (m/w/d)", "data-analyst", "senior"]
    assert rows[2][:2] == ["", ""]
    assert all(0 <= float(row[3]) <= 1 for row in rows)
    assert run("titles", tmp_path / "nothing.txt", status=2).stderr


def test_eval(invented: Invented, tmp_path: Path) -> None:
    labels = tmp_path / "titles.tsv"
    labels.write_text(
        "1\tdata-analyst\tunspecified\tData Analyst\n"
        "2\tmachine-learning-engineer\tlead\tLead ML Engineer\n"
        "3\tdata-engineer\tsenior\tLead Data Analyst\n"  # labelled wrongly on purpose
    )
    measures = json.loads(run("eval", labels, "--format", "json").stdout)["measures"]
    found = {name: (m["value"], m["n"]) for name, m in measures.items() if m["n"]}
    assert found["family.accuracy"] == (pytest.approx(2 / 3, abs=1e-4), 3)
    assert found["seniority.accuracy"] == (pytest.approx(2 / 3, abs=1e-4), 3)
    assert "family" in run("eval", labels).stdout
    assert run("eval", tmp_path / "nothing.jsonl", status=1).stderr
