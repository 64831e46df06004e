"""What `extract_batch` reads of a text depends on nothing but the text."""

from __future__ import annotations

import random

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from rolediff.extract import extract_batch
from rolediff.schema import EXTRACTED, TEXT

# Words that speak for duties, skills, degrees, pay and sections, so that clauses of chance have mentions.
WORDS = [
    "build",
    "and",
    "maintain",
    "data",
    "pipelines",
    "design",
    "dashboards",
    "reports",
    "visualization",
    "for",
    "the",
    "of",
    "with",
    "models",
    "deploy",
    "monitor",
    "python",
    "sql",
    "experience",
    "required",
    "preferred",
    "bachelor's",
    "degree",
    "years",
    "5",
    "remote",
    "hybrid",
    "we",
    "our",
    "customers",
    "insurance",
    "bank",
    "hospital",
    "benefits",
    "salary",
    "$90,000",
    "per",
    "year",
    "equal",
    "opportunity",
    ":",
    ".",
    "-",
    "\n",
]


def batch_of(*texts: str) -> pa.RecordBatch:
    columns = {"posting": [str(n) for n in range(len(texts))], "title": ["Analyst"] * len(texts)}
    columns |= {"place": [None] * len(texts), "text": list(texts)}
    return pa.RecordBatch.from_arrays([pa.array(columns[f.name], f.type) for f in TEXT], schema=TEXT)


def read(*texts: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = extract_batch(batch_of(*texts)).drop_columns(["posting"]).to_pylist()
    return rows


def test_no_rows() -> None:
    extracted = extract_batch(batch_of())
    assert (extracted.num_rows, extracted.schema) == (0, EXTRACTED)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join), min_size=1, max_size=5))
def test_a_row_does_not_depend_on_its_neighbours(texts: list[str]) -> None:
    assert read(*texts) == [read(text)[0] for text in texts]


def test_a_row_does_not_depend_on_its_place_in_a_large_batch() -> None:
    chance = random.Random(7)
    texts = [
        "Responsibilities\n- " + " ".join(chance.choices(WORDS, k=chance.randint(0, 60))) for _ in range(400)
    ]
    together = read(*texts, *reversed(texts))
    assert together[:400] == together[400:][::-1]
    assert together[390:400] == [read(text)[0] for text in texts[390:]]


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=200))
def test_mentions_stand_in_the_text(text: str) -> None:
    for mention in read(text)[0]["mentions"]:  # type: ignore[attr-defined]
        assert 0 <= mention["start"] < mention["end"] <= len(text)
