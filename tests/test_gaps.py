"""Missing terms are found beside known skills, and nothing else is taken for one."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from conftest import Invented
from rolediff.cli import main
from rolediff.errors import WorkspaceError
from rolediff.extract.batch import TextBatch
from rolediff.gaps import _items, _uses, find_gaps
from rolediff.schema import POSTINGS, TEXTS
from rolediff.warehouse import Warehouse


def uses(text: str) -> list[tuple[str, bool]]:
    batch = TextBatch(pa.array([text]))
    return [(batch.quote(u.start, u.end), u.beside) for u in _uses(batch)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("You have worked with Python, Zorbix and SQL.", [("Zorbix", True)]),
        ("We use Python/Zorbix/SQL daily.", [("Zorbix", True)]),
        ("Clouds such as AWS (Zorbix, EC2).", [("Zorbix", True)]),
        ("Tools such as Zorbix, Python and Airflow.", [("Zorbix", True)]),
        ("You have worked with Python, zorb2vec and SQL.", [("zorb2vec", True)]),
        ("Requirements\n- Experience with Python, zorbix.js and SQL", [("zorbix.js", True)]),
        ("You have worked with Python, Zorbix Query Studio and SQL.", [("Zorbix Query Studio", True)]),
        ("You have worked with Python, zorbix, SQL.", [("zorbix", True)]),  # small, between known tools
        ("You have worked with Python and zorbix.", []),
        ("Requirements\n- Three projects done in Zorbix", [("Zorbix", False)]),
        ("Requirements\n- Zorbix is something we like", []),  # large because it opens the line
        ("Skills\nPython\nZorbix\nSQL", [("Zorbix", True)]),  # short lines are a list
        ("Experience in machine learning, quibble sorting and deep learning.", [("quibble sorting", True)]),
        ("Experience in machine learning, our great team and deep learning.", []),
        ("You will meet Data Engineers, Python and SQL.", []),  # people
        ("You know Python, machine learning and SQL.", []),  # nothing is missing
        ("About us\nWe love Python, Zorbix and SQL.", []),
        ("Benefits\nHealth insurance, paid holidays and courses in Python, Zorbix and SQL.", []),
        ("A degree in Zorbology, Statistics or Computer Science.", []),
        ("HR, Sales, Finance, Zorbix, Legal and SQL.", []),  # one known skill speaks for no long list
        ("", []),
        (",", []),
        ("Ünïcödé: Python, Zörbix, SQL", [("Zörbix", True)]),
    ],
)
def test_uses(text: str, found: list[tuple[str, bool]]) -> None:
    assert uses(text) == found


def test_items_end_with_their_text() -> None:
    batch = TextBatch(pa.array(["Python, Zorbix", "SQL, Quix"]))
    start, end, joined = _items(batch)
    items = [batch.quote(s, e) for s, e in zip(start.tolist(), end.tolist(), strict=True)]
    assert [i for i in items if i] == ["Python", "Zorbix", "SQL", "Quix"]
    assert [j for i, j in zip(items, joined.tolist(), strict=True) if i] == [False, True, False, True]


ADVERTS = [
    # employer, text, language, copy of
    ("brackwater mills", "You know Python, Zorbix and SQL.", "en", None),
    ("brackwater mills", "You know Python, Zorbix and Tableau.", "en", None),
    ("brackwater mills", "You know Python, Zorbix and SQL.", "en", 0),
    ("ostrand", "You know Java, Zorbix 2 and SQL, or Zorbix and SQL.", "en", None),
    ("felling", "Sie kennen Python, Zorbix und SQL.", "de", None),
    (None, "Requirements\n- Reports made with Zorbix for all\n- Quix, SQL", "en", None),
    (
        "tarn & sons",
        "You know Python, Quix, Leeds and SQL. All know what felts are: felts felts.",
        "en",
        None,
    ),
    (
        "ostrand",
        "You know Python, Quix, Felts and SQL. We wash felts, felts, felts, felts and felts.",
        "en",
        None,
    ),
]


@pytest.fixture
def warehouse(invented: Invented, tmp_path: Path) -> Warehouse:
    """A snapshot of the adverts above, in two row groups."""
    for path in invented.snapshot.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    rows = [
        {
            "id": f"o-{i}",
            "origin": "o",
            "row": i,
            "opening": f"o-{i if of is None else of}",
            "language": language,
            "employer_key": employer,
            "text_hash": "",
        }
        for i, (employer, _, language, of) in enumerate(ADVERTS)
    ]
    texts = [{"posting": f"o-{i}", "text": advert[1]} for i, advert in enumerate(ADVERTS)]
    pq.write_table(pa.Table.from_pylist(rows, POSTINGS), tmp_path / "postings.parquet", row_group_size=5)
    pq.write_table(pa.Table.from_pylist(texts, TEXTS), tmp_path / "texts.parquet", row_group_size=3)
    return Warehouse(tmp_path)


def test_terms_are_counted_by_openings_and_employers(warehouse: Warehouse) -> None:
    found = {gap.term: (gap.form, gap.openings, gap.employers, gap.beside) for gap in find_gaps(warehouse, 1)}
    # Copies and other languages do not count; an origin that names no employer is one voice; Leeds is a
    # place, and felts are written small too often.
    assert found == {
        "Zorbix": ("name", 4, 3, 0.75),
        "Quix": ("name", 3, 3, 1.0),
        "Zorbix 2": ("name", 1, 1, 1.0),
    }


def test_one_employers_word_is_no_skill(warehouse: Warehouse) -> None:
    assert [gap.term for gap in find_gaps(warehouse, 2)] == ["Quix", "Zorbix"]
    assert [gap.term for gap in find_gaps(warehouse, 2, limit=1)] == ["Quix"]
    assert find_gaps(warehouse, 4) == []


def test_examples_show_the_term_in_its_place(warehouse: Warehouse) -> None:
    examples = find_gaps(warehouse, 2)[1].examples
    assert examples == (
        "You know Python, <<Zorbix>> and SQL.",
        "You know Java, Zorbix 2 and SQL, or <<Zorbix>> and SQL.",
    )


def test_the_command(warehouse: Warehouse) -> None:
    run = CliRunner().invoke(main, ["taxonomy", "gaps", "--least", "2", "-s", str(warehouse.folder)])
    assert run.exit_code == 0, run.output
    head, first, *_ = run.output.splitlines()
    assert head.split() == ["term", "form", "openings", "employers", "beside"]
    assert first.split() == ["Quix", "name", "3", "3", "100%"]
    run = CliRunner().invoke(
        main, ["taxonomy", "gaps", "--least", "2", "--format", "json", "-s", str(warehouse.folder)]
    )
    assert [gap["term"] for gap in json.loads(run.output)] == ["Quix", "Zorbix"]
    run = CliRunner().invoke(main, ["taxonomy", "gaps", "--least", "9", "-s", str(warehouse.folder)])
    assert "No term" in run.output


def test_without_texts_there_is_nothing_to_look_in(warehouse: Warehouse) -> None:
    (warehouse.folder / "texts.parquet").unlink()
    with pytest.raises(WorkspaceError, match="rolediff build"):
        find_gaps(Warehouse(warehouse.folder))
    run = CliRunner().invoke(main, ["taxonomy", "gaps", "-s", "reference"])
    assert run.exit_code == 1
    assert "not the texts" in run.output


def test_postings_and_texts_in_another_order_are_damage(warehouse: Warehouse) -> None:
    path = warehouse.folder / "texts.parquet"
    pq.write_table(pq.read_table(path).take(list(range(len(ADVERTS)))[::-1]), path)
    with pytest.raises(WorkspaceError, match="damaged"):
        find_gaps(Warehouse(warehouse.folder))
