"""Duties."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolediff.extract import duty_rules, headings, linear, responsibilities, sections
from rolediff.extract.batch import TextBatch
from rolediff.extract.matcher import Matcher
from rolediff.taxonomy import responsibilities as duties

if TYPE_CHECKING:
    from rolediff.extract.mentions import Mentions

MATCHER = Matcher({"heading": headings.phrases(), "duty": duty_rules.phrases()})


def read(*texts: str) -> tuple[TextBatch, Mentions]:
    batch = TextBatch(pa.array(texts, pa.large_string()))
    found = MATCHER.find(batch)
    parts = sections.Sections(batch, headings.Headings(batch, found.of("heading")))
    return batch, responsibilities.read_responsibilities(batch, found.of("duty"), parts)


def codes(text: str) -> set[str]:
    return {duties()[value].code for value in read(text)[1].value.to_pylist()}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Collect data from weather balloons", "R01"),
        ("Clean and organize the balloon data", "R02"),
        ("Building and running data pipelines for balloons", "R03"),
        ("Design the data warehouse", "R04"),
        ("Ensure data quality across all balloons", "R05"),
        ("Ensures compliance with balloon rules", "R06"),
        ("Analyze data and find trends", "R07"),
        ("Create dashboards in any tool", "R08"),
        ("Present findings to the captain", "R09"),
        ("Translate business needs into balloons", "R10"),
        ("Run A/B tests of balloon colours", "R11"),
        ("Train machine learning models", "R12"),
        ("Design feature engineering steps", "R13"),
        ("Evaluate models on fresh balloons", "R14"),
        ("Deploy models to production", "R15"),
        ("Monitor models in production for drift", "R16"),
        ("Build our machine learning platform", "R17"),
        ("Stay current with balloon science", "R18"),
        ("Build LLM applications", "R19"),
        ("Write production code and unit tests", "R20"),
        ("Optimize the performance of balloons", "R21"),
        ("Write documentation", "R22"),
        ("Lead a team of five", "R23"),
        ("Mentor the newcomers", "R24"),
        ("Plan project timelines", "R25"),
        ("Define the data strategy", "R26"),
        ("Collaborate with pilots", "R27"),
        ("Evaluate and recommend new tools and technologies", "R28"),
        ("Define KPIs for balloons", "R29"),
        ("Manage the budget", "R30"),
        ("Troubleshoot issues of end users", "R31"),
        ("Conduct training for pilots", "R32"),
        ("Advise clients on balloons", "R33"),
        ("Automate manual processes", "R34"),
        ("Maintain SQL Server databases", "R35"),
    ],
)
def test_reads(text: str, code: str) -> None:
    advert = f"We are looking for a data analyst.\nResponsibilities\n- Fly balloons\n- {text}.\n- Land them."
    assert code in codes(advert)


@pytest.mark.parametrize(
    "text",
    [
        # Asked for, not given to the holder.
        "Experience building data pipelines",
        "Requirements\n- Proven record of how to create dashboards",
        "Comfortable with software, code and the performance of engines",
        # About the employer, benefits, law.
        "About us\nFor years people here build dashboards and collaborate",
        "Benefits\n- Health insurance and paid holidays\n- Coaches who mentor you",
        # Two cues in two sentences are no duty.
        "Be ready to build. Dashboards are on all walls.",
        "Fly balloons all day",
        "",
    ],
)
def test_reads_nothing(text: str) -> None:
    assert codes(text) == set()


def test_requirement_that_opens_with_a_duty() -> None:
    assert codes("Requirements\n- Build dashboards for pilots") == {"R08"}


def test_duties_of_a_line_that_lost_its_breaks() -> None:
    text = "Responsibilities\n- Fly balloons in calm winds Create dashboards for pilots Mentor the newcomers"
    assert {"R08", "R24"} <= codes(text)


def test_mention_spans_both_cues() -> None:
    batch, mentions = read("Nothing here.", "- You will design and build all new dashboards for us.")
    at = mentions.value.to_pylist().index("build-dashboards-and-reports")
    assert batch.quote(mentions.start[at], mentions.end[at]) == "build all new dashboards"
    assert mentions.rule[at].as_py() == "duty:rule"
    assert batch.row_of(mentions.start).tolist() == [1] * len(mentions)


@given(
    st.lists(st.sampled_from(["build", "data", "pipelines", "dashboards", "mentor", "experience", ".", "\n"]))
)
def test_any_words(words: list[str]) -> None:
    text = " ".join(words)
    batch, mentions = read(text, text)
    assert (mentions.start < mentions.end).all()
    half = len(mentions) // 2
    # The same text twice gives the same mentions twice.
    assert (mentions.start[:half] + batch.starts[1] == mentions.start[half:]).all()
    assert mentions.value[:half] == mentions.value[half:]
    assert not any("\n" in batch.quote(s, e) for s, e in zip(mentions.start, mentions.end, strict=True))


def test_every_duty_has_a_rule() -> None:
    listed = [r.code for r in duties().values()]
    assert {listed[code] for code in duty_rules._tables().code} == set(listed)


def test_the_model_knows_every_duty() -> None:
    assert sorted(linear.load("duty").classes) == sorted(r.code for r in duties().values())
