"""The employer's industry."""

from __future__ import annotations

import pyarrow as pa
import pytest

from rolediff.extract import headings, industry, sections
from rolediff.extract.batch import TextBatch
from rolediff.extract.matcher import Matcher


def read(*texts: str) -> tuple[list[str | None], list[str]]:
    """Industries, and the quotes of the mentions."""
    batch = TextBatch(pa.array(texts, pa.large_string()))
    found = Matcher({"heading": headings.phrases(), "industry": industry.phrases()}).find(batch)
    parts = sections.Sections(batch, headings.Headings(batch, found.of("heading")))
    ids, mentions = industry.read_industry(batch, found.of("industry"), parts)
    quotes = [batch.quote(s, e) for s, e in zip(mentions.start.tolist(), mentions.end.tolist(), strict=True)]
    return ids.to_pylist(), quotes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hollow Oak is a regional insurance company. We need an analyst.", "insurance"),
        ("Hollow Oak is a credit union with forty branches.", "finance"),
        ("About us\nHollow Oak runs three hospitals.\nRequirements\n- SQL", "healthcare"),
        ("Hollow Oak is a video game studio. Players love our games.", "gaming"),
        ("Hollow Oak is an international nonprofit that brings clean water to villages.", "nonprofit"),
        ("We are a small consulting firm. We need an analyst for our work with ferries.", "consulting"),
        ("Hollow Oak is a not-for-profit hospital with nine wards.", "healthcare"),
        # Benefits say nothing of the business.
        ("We need an analyst.\nBenefits\n- Life insurance company plan, health care, medical clinics", None),
        ("We need an analyst who knows SQL.", None),
        ("", None),
    ],
)
def test_read_industry(text: str, expected: str | None) -> None:
    assert read(text)[0] == [expected]


def test_one_mention_for_each_answer() -> None:
    ids, quotes = read(
        "Hollow Oak is a hospital. The hospital grows.", "Nothing said.", "We are a hedge fund."
    )
    assert ids == ["healthcare", None, "finance"]
    assert quotes == ["hospital", "hedge fund"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Insurance Carriers", "insurance"),
        ("Biotech & Pharmaceuticals", "pharma-biotech"),
        ("Financial,Services", "finance"),
        ("Information,Technology,Services,Computer,Software,Internet", "technology"),
        ("Software Development and Financial Services", "finance"),
        ("Banking, Hospital & Health Care", None),
        ("IT Jobs", None),
        ("-1", None),
        ("", None),
        (None, None),
    ],
)
def test_read_stated_industry(value: str | None, expected: str | None) -> None:
    assert industry.read_stated_industry(value) == expected
