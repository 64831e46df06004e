"""Headings of the parts of a posting."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from rolediff.extract import headings
from rolediff.extract.batch import TextBatch
from rolediff.extract.matcher import Matcher


def section_of(text: str, words: str) -> str:
    """The section that the heading above `words` tells."""
    batch = TextBatch(pa.array([text], pa.large_string()))
    parts = headings.Headings(batch, Matcher({"heading": headings.phrases()}).find(batch).of("heading"))
    at = batch.data.index(words.encode())
    return headings.SECTIONS[parts.at(np.array([at]))[0]]


LINES = """Zumbrota Labs makes kites.
About Us
We have flown kites since 1999.
Key Responsibilities:
- Build kite models
- Location: every beach
Requirements
- Five years of string theory
Education: BSc in Wind
- Patience
Nice to have
- Own kite
Benefits
- Free string
Zumbrota is an equal opportunity employer and welcomes all kites.
- Paid wind leave
How to apply
Send a kite."""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Zumbrota Labs makes", ""),
        ("flown kites", "employer"),
        ("Build kite", "responsibilities"),
        ("every beach", "pay-benefits"),
        ("string theory", "requirements"),
        ("BSc in Wind", "requirements"),
        ("Patience", "requirements"),
        ("Own kite", "preferred"),
        ("Free string", "pay-benefits"),
        ("welcomes all kites", "legal"),
        ("Paid wind leave", "pay-benefits"),
        ("Send a kite", "apply"),
    ],
)
def test_lines(words: str, expected: str) -> None:
    assert section_of(LINES, words) == expected


FLAT = (
    "Zumbrota Labs makes kites and everything that goes with a kite, for beaches of all sizes in the world. "
    "WHAT YOU'LL DO Build kites and the models behind them, day after day after day and in all weathers "
    "Minimum Qualifications Five years of string, some of them spent outdoors, and a head for heights "
    "PREFERRED QUALIFICATIONS A kite of your own. Your benefits and requirements are on our mind. The end."
)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("makes kites", ""),
        ("Build kites", "responsibilities"),
        ("years of string", "requirements"),
        ("A kite of", "preferred"),
        ("The end", "preferred"),
    ],
)
def test_lost_line_breaks(words: str, expected: str) -> None:
    assert section_of(FLAT, words) == expected


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        # A phrase in a sentence is no heading.
        ("Our requirements, in short, are few.\nWind", "Wind", ""),
        ("We meet the requirements of kites.\nWind", "Wind", ""),
        ("Requirements for this role:\nWind", "Wind", "requirements"),
        ("### Requirements ###\nWind", "Wind", "requirements"),
        # A heading that tells nothing ends the part before it.
        ("Benefits\nstring\nFull Job Description\nWind", "Wind", ""),
        # A label is a heading alone on its line or before a colon only.
        ("Skills\nWind", "Wind", "requirements"),
        ("preferred: Wind", "Wind", "preferred"),
        ("It is preferred that kites fly\nWind", "Wind", ""),
        # A statement at the top does not swallow the text.
        ("We are an equal opportunity employer.\nResponsibilities\nWind", "Wind", "responsibilities"),
        ("Aufgaben:\nWind", "Wind", "responsibilities"),
        ("Profil recherché :\nWind", "Wind", "requirements"),
    ],
)
def test_headings(text: str, words: str, expected: str) -> None:
    assert section_of(text, words) == expected


def test_rows_do_not_leak() -> None:
    batch = TextBatch(pa.array(["Requirements\nwind", "string", ""], pa.large_string()))
    parts = headings.Headings(batch, Matcher({"heading": headings.phrases()}).find(batch).of("heading"))
    assert parts.at(np.array([14, batch.data.index(b"string")])).tolist() == [3, 0]


def test_headings_are_distinct() -> None:
    assert len(set(headings.phrases())) == len(headings.phrases())
