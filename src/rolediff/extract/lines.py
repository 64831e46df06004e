"""What each posting of a file states, as JSON lines: the public form of `rolediff extract`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from rolediff import fields
from rolediff.clean import clean_batch
from rolediff.errors import FeedError
from rolediff.extract import extract_batch
from rolediff.extract.sections import NOT_OF_THE_ROLE, SECTIONS
from rolediff.feeds import open_feed
from rolediff.schema import TEXT
from rolediff.taxonomy import responsibilities

_BATCH_ROWS = 1_000
# Named in text about the employer, the law or benefits, a skill is not asked of the holder.
_NOT_OF_THE_ROLE = tuple(SECTIONS[code] for code in NOT_OF_THE_ROLE)


def extract_lines(path: Path) -> Iterator[tuple[bytes, list[tuple[int, str]]]]:
    """Reads a file of postings batch by batch.

    Yields:
        The JSON lines of a batch, and the rows that could not be read with their reasons.

    Raises:
        FeedError: the file cannot be read, or holds no postings.
    """
    feed = open_feed(path)
    if feed.kind != "postings":
        raise FeedError(f"{path} is a pay table; `rolediff extract` reads postings.")
    for batch in feed.read(_BATCH_ROWS):
        rejected = batch.rejected.to_pylist()
        lines = b""
        if batch.records.num_rows:
            lines = b"".join(
                orjson.dumps(posting, option=orjson.OPT_APPEND_NEWLINE)
                for posting in extract_records(batch.records)
            )
        yield lines, [(row["row"], row["reason"]) for row in rejected]


def extract_records(records: pa.RecordBatch) -> list[dict[str, Any]]:
    """What each of a batch of records (`schema.RECORD`) states, in the public form."""
    text, language, _ = clean_batch(records)
    title = fields.map_distinct(fields.clean_title, records.column("title"), pa.string())
    posting = records.column("row").cast(pa.string())
    extracted = extract_batch(
        pa.RecordBatch.from_arrays([posting, title, records.column("place"), text], schema=TEXT)
    )
    columns = (
        records.column("source_id").to_pylist(),
        title.to_pylist(),
        language.to_pylist(),
        text.to_pylist(),
        extracted.to_pylist(),
    )
    return [_as_line(*row) for row in zip(*columns, strict=True)]


def _as_line(
    source_id: str | None, title: str | None, language: str | None, text: str, found: dict[str, Any]
) -> dict[str, Any]:
    codes = {duty.id: duty.code for duty in responsibilities().values()}
    spans = [m for m in found["mentions"] if m["section"] not in _NOT_OF_THE_ROLE]

    def span(mention: dict[str, Any]) -> dict[str, Any]:
        start, end = mention["start"], mention["end"]
        return {"text": text[start:end], "start": start, "end": end}

    return {
        "id": source_id if source_id is not None else found["posting"],
        "title": title,
        "family": found["family"],
        "seniority": found["seniority"],
        "language": language,
        "work_mode": found["work_mode"],
        "industry": found["industry"],
        "degree": {
            "min": found["degree_min"],
            "preferred": found["degree_preferred"],
            # True or false, as the labels have it: a posting that asks for no degree offers no way round it.
            "or_experience": bool(found["degree_or_experience"]),
        },
        "years": {"min": found["years_min"], "max": found["years_max"]},
        "pay": found["pay"],
        "skills": [
            {"skill": m["value"], **span(m), "need": m["need"]} for m in spans if m["kind"] == "skill"
        ],
        "responsibilities": [
            {"responsibility": m["value"], "code": codes[m["value"]], **span(m)}
            for m in spans
            if m["kind"] == "responsibility"
        ],
        "text": text,
    }
