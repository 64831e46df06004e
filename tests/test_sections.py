"""The part of a posting that each clause belongs to, with and without headings."""

from __future__ import annotations

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
