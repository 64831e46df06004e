"""Scores of invented readings against invented labels, worked out by hand."""

from __future__ import annotations

import copy
import gzip
import json
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from rolediff import evaluate
from rolediff.cli import main
from rolediff.errors import LabelsError
from rolediff.evaluate import MEASURES, Tally, evaluate_labels, print_scores, read_labels, summarise

NOTHING_READ: dict[str, Any] = {
    "family": None,
    "seniority": None,
    "language": None,
    "work_mode": None,
    "industry": None,
    "degree": {"min": None, "preferred": None, "or_experience": None},
    "years": {"min": None, "max": None},
    "pay": None,
    "skills": [],
    "responsibilities": [],
}


def skill(text, need="required", kind=None):
    return {"text": text, "need": need} | ({"kind": kind} if kind else {})


def score(label, **read):
    return score_all([(label, read)])


def score_all(pairs):
    tally = Tally()
    for label, read in pairs:
        tally.add(label, NOTHING_READ | read)
    return summarise(tally)


def shares(scores):
    """Measure -> (right, of how many), from value and n; F1 as its value."""
    return {
        name: m["value"] if name.endswith(".f1") else (round(m["value"] * m["n"]), m["n"])
        for name, m in scores["measures"].items()
    }


@pytest.mark.parametrize(
    ("a", "b", "match"),
    [
        ("sql", "sql", True),
        ("sql", "sql server", True),
        ("azure sql database", "sql", True),
        ("sql", "mysql", False),
        ("sql", "sqlite", False),
        ("c", "c++", False),
        ("c", "c#", False),
        ("c++", "c/c++", True),
        ("c", "c/c++", True),
        (".net", "asp.net", False),
        ("java", "javascript, java", True),  # the second place counts, not the first
        ("r", "r_base", False),
        ("zürich", "rich", False),
    ],
)
def test_surfaces_match_as_whole_words(a, b, match):
    assert evaluate.surfaces_match(a, b) is match
    assert evaluate.surfaces_match(b, a) is match


SKILLS = ("precision", "recall", "f1", "recall_tools", "recall_methods", "need")


@pytest.mark.parametrize(
    ("labelled", "found", "expected"),
    [
        pytest.param(
            [skill("SQL", kind="T"), skill("data  modelling", kind="M")],
            [skill("sql"), skill("Data\nModelling"), skill("Excel")],
            ((2, 3), (2, 2), 0.8, (1, 1), (1, 1), (2, 2)),
            id="case and white space are folded",
        ),
        pytest.param(
            [skill("SQL", kind="T")],
            [skill("SQL"), skill("sql"), skill("Sql")],
            ((1, 1), (1, 1), 1.0, (1, 1), None, (1, 1)),
            id="strings count once",
        ),
        pytest.param(
            [skill("insight mindset", kind="V"), skill("Python", kind="T")],
            [skill("insight mindset")],
            (None, (0, 1), 0.0, (0, 1), None, None),
            id="V alone: neither right nor wrong, nor to be found",
        ),
        pytest.param(
            [skill("modern data mindset", kind="V"), skill("data", kind="M")],
            [skill("data")],
            ((1, 1), (1, 1), 1.0, None, (1, 1), (1, 1)),
            id="V and another: the other counts",
        ),
        pytest.param(
            [
                skill("Spark", kind="V"),
                skill("spark", kind="T"),
                skill("Dask", kind="T"),
                skill("dask", kind="V"),
            ],
            [skill("Spark"), skill("Dask")],
            ((2, 2), (2, 2), 1.0, (2, 2), None, (2, 2)),
            id="one string under two kinds counts",
        ),
        pytest.param(
            [skill("Azure SQL Database", kind="T")],
            [skill("Azure"), skill("SQL"), skill("Oracle")],
            ((2, 3), (1, 1), 0.8, (1, 1), None, (1, 1)),
            id="one labelled, several found: each found is right, the labelled is found once",
        ),
        pytest.param(
            [skill("Power BI", kind="T"), skill("Power Query", kind="T"), skill("BI", kind="M")],
            [skill("Power BI")],
            ((1, 1), (2, 3), 0.8, (1, 2), (1, 1), (2, 2)),
            id="one found, several labelled",
        ),
        pytest.param(
            [skill("SQL", "required", "T")],
            [skill("SQL", "mentioned"), skill("sql", "required")],
            ((1, 1), (1, 1), 1.0, (1, 1), None, (1, 1)),
            id="need: the strongest of one string",
        ),
        pytest.param(
            [skill("SQL", "mentioned", "T")],
            [skill("SQL", "mentioned"), skill("SQL Server", "preferred")],
            ((2, 2), (1, 1), 1.0, (1, 1), None, (0, 1)),
            id="need: the strongest of all that match",
        ),
        pytest.param(
            [skill("SQL", "preferred"), skill("R", None, "T")],
            [skill("SQL", "preferred"), skill("R", "required")],
            ((2, 2), (2, 2), 1.0, (1, 1), None, (1, 1)),
            id="no kind: counts in neither kind's recall; no need labelled: not scored",
        ),
        pytest.param([], [skill("SQL")], ((0, 1), None, 0.0, None, None, None), id="nothing labelled"),
        pytest.param([], [], (None,) * 6, id="nothing at all"),
    ],
)
def test_skills(labelled, found, expected):
    measured = shares(score({"skills": labelled}, skills=found))
    wanted = {
        f"skills.{name}": value for name, value in zip(SKILLS, expected, strict=True) if value is not None
    }
    assert measured == wanted


PAY = {"min": 40_000, "max": 50_000, "currency": "EUR", "period": "year"}
DEGREE = {"min": "bachelor", "preferred": None, "or_experience": False}


@pytest.mark.parametrize(
    ("label", "read", "expected"),
    [
        ({"family": "data-analyst"}, {"family": "data-analyst"}, {"family.accuracy": (1, 1)}),
        ({"family": "data-analyst"}, {"family": None}, {"family.accuracy": (0, 1)}),
        ({"family": None}, {"family": None}, {"family.accuracy": (1, 1)}),
        ({"family": None}, {"family": "other"}, {"family.accuracy": (0, 1)}),
        ({"seniority": "lead"}, {"seniority": "senior"}, {"seniority.accuracy": (0, 1)}),
        ({"work_mode": None}, {"work_mode": "remote"}, {"work_mode.accuracy": (0, 1)}),
        ({"language": "en"}, {"language": "en"}, {"language.accuracy": (1, 1)}),
        # pay: exact, or both wrong and missed
        (
            {"salary": PAY},
            {"pay": PAY | {"yearly_min": 1.0}},
            {"pay.precision": (1, 1), "pay.recall": (1, 1)},
        ),
        ({"salary": PAY}, {"pay": PAY | {"max": None}}, {"pay.precision": (0, 1), "pay.recall": (0, 1)}),
        (
            {"salary": PAY},
            {"pay": PAY | {"currency": "USD"}},
            {"pay.precision": (0, 1), "pay.recall": (0, 1)},
        ),
        (
            {"salary": PAY},
            {"pay": PAY | {"period": "month"}},
            {"pay.precision": (0, 1), "pay.recall": (0, 1)},
        ),
        ({"salary": PAY}, {}, {"pay.recall": (0, 1)}),
        ({"salary": None}, {"pay": PAY}, {"pay.precision": (0, 1)}),
        ({"salary": None}, {}, {}),
        # an unread substitute for the degree is no substitute
        (
            {"degree": DEGREE},
            {"degree": {"min": "bachelor", "preferred": "master", "or_experience": None}},
            {"degree.min": (1, 1), "degree.preferred": (0, 1), "degree.or_experience": (1, 1)},
        ),
        ({"degree": {"or_experience": True}}, {}, {"degree.or_experience": (0, 1)}),
        ({"years": {"min": 0, "max": None}}, {}, {"years.min": (0, 1), "years.max": (1, 1)}),
        # industry: labelled and read have each their own n
        ({"industry": "finance"}, {}, {"industry.accuracy": (0, 1)}),
        ({"industry": None}, {"industry": "finance"}, {"industry.precision": (0, 1)}),
        ({"industry": None}, {}, {}),
        (
            {"industry": "finance"},
            {"industry": "finance"},
            {"industry.accuracy": (1, 1), "industry.precision": (1, 1)},
        ),
        # responsibilities: codes count once a posting
        (
            {"responsibilities": ["R01", "R02", "R03"]},
            {"responsibilities": [{"code": "R01"}, {"code": "R01"}, {"code": "R09"}]},
            {
                "responsibilities.precision": (1, 2),
                "responsibilities.recall": (1, 3),
                "responsibilities.f1": 0.4,
            },
        ),
        # what a row does not label is not scored
        ({}, {"family": "other", "skills": [skill("SQL")], "pay": PAY}, {}),
    ],
)
def test_fields(label, read, expected):
    assert shares(score(label, **read)) == expected


def test_shares_are_over_all_postings_together():
    scores = score_all(
        [
            ({"responsibilities": ["R01", "R02", "R03"]}, {"responsibilities": [{"code": "R01"}]}),
            ({"responsibilities": ["R04"]}, {"responsibilities": [{"code": "R04"}, {"code": "R05"}]}),
        ]
    )
    measured = shares(scores)
    assert measured["responsibilities.precision"] == (2, 3)
    assert measured["responsibilities.recall"] == (2, 4)
    assert scores["measures"]["responsibilities.f1"]["n"] == 4
    assert measured["responsibilities.f1"] == pytest.approx(2 * (2 / 3) * 0.5 / (2 / 3 + 0.5), abs=1e-4)


def test_an_industry_neither_labelled_nor_read_counts_nowhere():
    finance = {"industry": "finance"}
    measured = shares(
        score_all([(finance, {"industry": "energy"}), ({"industry": None}, {}), (finance, finance)])
    )
    assert measured == {"industry.accuracy": (1, 2), "industry.precision": (1, 2)}


# ── intervals and breakdowns ─────────────────────────────────────────────────────────────────────


def family_pairs(right: int, wrong: int):
    label = {"family": "data-analyst"}
    return [(label, {"family": "data-analyst"})] * right + [(label, {"family": "business-analyst"})] * wrong


def test_intervals_are_the_same_every_time_and_in_any_block_size(monkeypatch):
    pairs = family_pairs(30, 10)
    first = score_all(pairs)
    assert score_all(copy.deepcopy(pairs)) == first
    monkeypatch.setattr(evaluate, "_BLOCK", 40 * 7)  # seven resamples at once: 1,000 is no multiple
    assert score_all(pairs) == first
    monkeypatch.setattr(evaluate, "SEED", evaluate.SEED + 1)
    assert score_all(pairs)["measures"]["family.accuracy"]["value"] == 0.75


def test_interval_is_as_wide_as_theory_says():
    measured = score_all(family_pairs(300, 100))["measures"]["family.accuracy"]
    width = 2 * 1.96 * np.sqrt(0.75 * 0.25 / 400)
    assert measured["high"] - measured["low"] == pytest.approx(width, rel=0.15)
    assert measured["low"] < 0.75 < measured["high"]


def test_postings_are_the_units_not_strings():
    """Ten strings of one posting, right or wrong together, are worth one posting."""
    names = [f"tool{chr(97 + i)}" for i in range(10)]
    good = ({"skills": [skill(n) for n in names]}, {"skills": [skill(n) for n in names]})
    bad = ({"skills": [skill(n) for n in names]}, {"skills": []})
    clustered = score_all([good, bad] * 20)["measures"]["skills.recall"]
    assert clustered["n"] == 400
    assert clustered["high"] - clustered["low"] == pytest.approx(2 * 1.96 * np.sqrt(0.25 / 40), rel=0.2)


def test_breakdowns_need_ten_postings_and_ten_counted():
    tally = Tally()
    for i in range(19):
        label = {
            "family": "data-analyst" if i < 10 else "data-engineer",
            "salary": PAY if i == 0 else None,
            "seniority": "senior",
        }
        tally.add(label, NOTHING_READ | {"seniority": "senior"}, "board" if i < 12 else "dump")
    by = summarise(tally)["by"]
    assert set(by["family"]) == {"data-analyst"}
    assert set(by["source"]) == {"board"}
    assert by["source"]["board"]["postings"] == 12
    assert set(by["source"]["board"]["measures"]) == {"family.accuracy", "seniority.accuracy"}
    assert by["source"]["board"]["measures"]["seniority.accuracy"]["value"] == 1.0


def test_confusions_and_frequent_errors_are_ranked():
    label = {
        "family": "other",
        "responsibilities": ["R01"],
        "skills": [skill("SQL"), skill("R"), skill("tact", kind="V")],
    }
    read = {"family": None, "responsibilities": [{"code": "R02"}], "skills": [skill("Excel")]}
    scores = score_all(
        [(label, read), (label, read), (label, read | {"family": "data-analyst", "skills": [skill("sql")]})]
    )
    assert scores["confusions"] == {
        "family": [
            {"label": "other", "read": None, "count": 2},
            {"label": "other", "read": "data-analyst", "count": 1},
        ]
    }
    assert scores["frequent"] == {
        "responsibilities_wrong": [{"text": "R02", "count": 3}],
        "responsibilities_missed": [{"text": "R01", "count": 3}],
        "skills_wrong": [{"text": "excel", "count": 2}],
        "skills_missed": [{"text": "r", "count": 3}, {"text": "sql", "count": 2}],
    }


# ── files ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "holds no labels"),
        ("title,family\nData Analyst,data-analyst\n", "line 1: 1 columns where four belong"),
        ("number\tfamily\tseniority\ttitle\n", "'family' is no family"),
        ("1\tdata-analyst\tjunior\tJunior Data Analyst\n", "'junior' is no seniority"),
        ('{"family": "data-analyst"}\n', "line 1: no id"),
        ('{"id": "a"}\n{"id": "b"\n', "line 2: no JSON"),
        ('{"id": "a"}\n{"id": "a"}\n', "line 2: the id a is there twice"),
        ('{"id": "a", "family": "data analyst"}\n', "'data analyst' is no family"),
        ('{"id": "a", "years": 3}\n', "years is neither an object nor null"),
        ('{"id": "a", "responsibilities": [1]}\n', "responsibilities is no list of codes"),
        ('{"id": "a", "skills": ["SQL"]}\n', "a skill without a text"),
        ('{"id": "a", "skills": [{"text": "SQL", "kind": "tool"}]}\n', "skill 'SQL': kind is one of T, M, V"),
        (
            '{"id": "a", "skills": [{"text": "SQL", "need": "must"}]}\n',
            "need of mentioned, preferred, required",
        ),
    ],
)
def test_another_form_is_refused(tmp_path, content, says):
    path = tmp_path / "labels.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(LabelsError) as raised:
        read_labels(path)
    assert says in str(raised.value)
    assert "Labels are JSON lines" in str(raised.value)


def test_a_file_that_is_no_text_or_not_there_is_refused(tmp_path):
    (tmp_path / "labels.tsv").write_bytes(b"\xff\xfe\x00")
    for name in ("labels.tsv", "absent.tsv"):
        with pytest.raises(LabelsError, match="cannot be read"):
            read_labels(tmp_path / name)


def test_titles_are_scored_without_postings(tmp_path):
    path = tmp_path / "titles.tsv.gz"
    rows = ["4\tdata-analyst\tsenior\tSenior Data Analyst", "9\tdata-engineer\tintern\tData Analyst"]
    path.write_bytes(gzip.compress("\r\n".join(rows).encode()))
    scores = evaluate_labels(path)
    assert (scores["form"], scores["rows"], scores["scored"]) == ("titles", 2, 2)
    assert shares(scores) == {"family.accuracy": (1, 2), "seniority.accuracy": (1, 2)}
    assert scores["confusions"]["seniority"] == [{"label": "intern", "read": "unspecified", "count": 1}]


TEXT = (
    "Harbour Lamp Works looks for a data analyst. Requirements: strong SQL and Python, three years at least. "
    "You will build dashboards for our warehouse team and present what you find to the board every month."
)


@pytest.fixture
def labelled(tmp_path):
    """Three labels; two files of postings that hold two of them, one of these twice."""

    def write(name, rows):
        (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")

    def posting(i):
        return {
            "id": i,
            "title": "Senior Data Analyst",
            "company": "Harbour Lamp Works",
            "description": f"{TEXT} {i}",
        }

    (tmp_path / "postings").mkdir()
    write("postings/first.jsonl", [posting("x1"), posting("a"), posting("x2")])
    write("postings/second.jsonl", [posting("b"), posting("a")])
    label = {
        "family": "data-analyst",
        "seniority": "senior",
        "skills": [skill("SQL", kind="T")],
        "language": "en",
    }
    write("labels.jsonl", [{"id": i} | label for i in ("a", "b", "gone")])
    return tmp_path


def test_labels_are_joined_by_id_and_every_loss_is_named(labelled):
    scores = evaluate_labels(labelled / "labels.jsonl", [labelled / "postings"])
    assert (scores["rows"], scores["scored"]) == (3, 2)
    assert (scores["missing"], scores["repeated"]) == (["gone"], ["a"])
    measured = shares(scores)
    assert measured["family.accuracy"] == (2, 2)
    assert measured["skills.recall_tools"] == (2, 2)
    assert list(measured) == [m for m in MEASURES if m in measured]
    printed = print_scores(scores)
    assert "2 of 3 labelled postings scored" in printed
    assert "Labelled postings that were not found, 1: gone" in printed
    json.dumps(scores)


def test_only_labelled_postings_are_extracted(labelled, monkeypatch):
    extracted = []
    whole = evaluate.extract_records

    def watch(records):
        extracted.extend(records.column("source_id").to_pylist())
        return whole(records)

    monkeypatch.setattr(evaluate, "extract_records", watch)
    evaluate_labels(labelled / "labels.jsonl", [labelled / "postings"])
    assert sorted(extracted) == ["a", "b"]


def test_labelled_postings_need_postings(labelled):
    with pytest.raises(LabelsError, match="--postings PATH"):
        evaluate_labels(labelled / "labels.jsonl")
    (labelled / "labels.jsonl").write_text('{"id": "unknown"}\n')
    with pytest.raises(LabelsError, match="None of the 1 ids"):
        evaluate_labels(labelled / "labels.jsonl", [labelled / "postings"])


def test_print_scores_names_the_weakest_groups():
    tally = Tally()
    for family, right in (("data-analyst", 12), ("data-engineer", 3)):
        for i in range(12):
            tally.add({"family": family}, NOTHING_READ | {"family": family if i < right else "other"})
    scores = {
        "labels": "l",
        "form": "titles",
        "rows": 24,
        "missing": [],
        "repeated": [],
        "unread": [],
        **summarise(tally),
    }
    lines = print_scores(scores).splitlines()
    assert lines[0] == "l: 24 of 24 labelled titles scored."
    assert lines[3].split()[:2] == ["family.accuracy", "0.625"]
    assert [line.split()[:4] for line in lines if "data-" in line] == [
        ["family.accuracy,", "family", "data-engineer", "0.250"]
    ]


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_command_line_scores_titles_without_postings(tmp_path, form):
    path = tmp_path / "titles.tsv"
    path.write_text("1\tdata-engineer\tlead\tLead Data Engineer\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["eval", str(path), "--format", form])
    assert result.exit_code == 0, result.output
    if form == "json":
        assert json.loads(result.output)["measures"]["family.accuracy"]["value"] == 1.0
    else:
        assert "family.accuracy" in result.output


def test_the_command_line_says_what_is_wrong(tmp_path):
    result = CliRunner().invoke(main, ["eval", str(tmp_path / "absent.jsonl")])
    assert result.exit_code == 1
    assert result.stderr.startswith("rolediff: ")
