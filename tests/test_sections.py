"""The part of a posting that each clause belongs to, with and without headings."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from rolediff.extract import headings, sections
from rolediff.extract.batch import TextBatch
from rolediff.extract.matcher import Matcher

MATCHER = Matcher({"heading": headings.phrases()})


def parts_of(*texts: str) -> tuple[TextBatch, sections.Sections]:
    batch = TextBatch(pa.array(texts, pa.large_string()))
    return batch, sections.Sections(batch, headings.Headings(batch, MATCHER.find(batch).of("heading")))


def section_of(text: str, words: str) -> str:
    batch, parts = parts_of(text)
    return sections.SECTIONS[parts.at(np.array([batch.data.index(words.encode())]))[0]]


# No heading tells where these parts begin.
PLAIN = """Zumbrota Labs is a leading provider of weather software, and our customers span the globe.
Founded in 2011, we are a team of 200 people who love what we do.
Work closely with analysts to define metrics and create dashboards.
Design, develop and maintain data pipelines, and ensure data quality.
Provide support to users and document processes.
Bachelor's degree in computer science or a related field.
3+ years of experience with Python and SQL.
Strong communication skills and the ability to work in a team.
We offer a competitive salary, health insurance, a 401(k) plan and paid holidays.
Zumbrota Labs does not discriminate on the basis of race, religion, gender, age or disability."""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("leading provider", "employer"),
        ("Founded in", "employer"),
        ("maintain data pipelines", "responsibilities"),
        ("Work closely", "responsibilities"),
        ("computer science", "requirements"),
        ("experience with Python", "requirements"),
        ("communication skills", "requirements"),
        ("health insurance", "pay-benefits"),
        ("discriminate", "legal"),
    ],
)
def test_without_headings(words: str, expected: str) -> None:
    assert section_of(PLAIN, words) == expected


HEADED = """What you'll do
- Build data pipelines for weather stations
- Maintain the warehouse and its models
Requirements
- Experience with Spark and Airflow
- Knowledge of data modelling
Nice to have
- Experience with Kafka
- Knowledge of forecasting methods
Founded in 2009, Zumbrota Labs is a leading weather company.
Our mission is to help our customers, the farmers of four continents."""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Build data", "responsibilities"),
        ("Spark", "requirements"),
        ("data modelling", "requirements"),
        ("Kafka", "preferred"),
        ("forecasting", "preferred"),
        # The part before ends without a heading.
        ("Our mission", "employer"),
    ],
)
def test_with_headings(words: str, expected: str) -> None:
    assert section_of(HEADED, words) == expected


def test_a_row_does_not_depend_on_others() -> None:
    texts = [PLAIN, "", HEADED, "SQL", PLAIN]
    _, parts = parts_of(*texts)
    for row, text in enumerate(texts):
        alone = parts_of(text)[1].code
        assert parts.code[parts.clauses.row == row].tolist() == alone.tolist()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        # Line breaks were lost.
        (
            "Feed the herons Repair all nets Maintain boats",
            ["Feed the herons ", "Repair all nets ", "Maintain boats"],
        ),
        ("Count herons at dawn Experience with boats", ["Count herons at dawn ", "Experience with boats"]),
        ("Knows birds (herons, gulls) Strong swimmer", ["Knows birds (herons, gulls) ", "Strong swimmer"]),
        ("We count herons Maintaining old boats", ["We count herons ", "Maintaining old boats"]),
        # Two surely lost: then also behind a name.
        (
            "Feed herons Build new nests Develop maps of Sweden Maintain boats",
            ["Feed herons ", "Build new nests ", "Develop maps of Sweden ", "Maintain boats"],
        ),
        # Names, titles and others that go on.
        ("Uses Heron Automate every day", ["Uses Heron Automate every day"]),
        ("Ask the Design team or our Support desk", ["Ask the Design team or our Support desk"]),
        (
            "Knows Machine Learning and a (small) Lead role",
            ["Knows Machine Learning and a (small) Lead role"],
        ),
        ("A 401(k) Plan and Heron's Guide to nests", ["A 401(k) Plan and Heron's Guide to nests"]),
        ("Talk to the team Lead Engineer", ["Talk to the team Lead Engineer"]),
    ],
)
def test_lost_breaks(text: str, parts: list[str]) -> None:
    batch, read = parts_of(text)
    starts = [*read.clauses.starts.tolist(), len(text)]
    assert [batch.quote(a, b) for a, b in pairwise(starts)] == parts


def test_lost_breaks_can_be_left() -> None:
    batch, _ = parts_of("Feed the herons Maintain all nets")
    told = headings.Headings(batch, MATCHER.find(batch).of("heading"))
    assert len(sections.Clauses(batch, told, split=False)) == 1
