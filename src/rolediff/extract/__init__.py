"""Reads postings: `extract_batch`, the only function that an engine calls.

Pure: the same rows give the same columns, whatever the batch, the process or the machine.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa

from rolediff.extract import (
    duty_rules,
    education,
    headings,
    industry,
    pay,
    responsibilities,
    role_in_text,
    sections,
    skills,
    work,
)
from rolediff.extract.batch import Ints, TextBatch
from rolediff.extract.matcher import Matcher
from rolediff.extract.mentions import Mentions, every, take
from rolediff.schema import EXTRACTED, MENTION, PAY
from rolediff.titles import read_titles

__all__ = ["extract_batch"]

_LARGEST_BLOCK = 31 << 20  # bytes; glibc heeds blocks up to 32 MB


@cache
def matcher() -> Matcher:
    """The one matcher, made once a process from the phrases of all extractors."""
    # glibc gives freed memory back to the system, and takes it anew with a fault for every page, above a
    # threshold that it raises to the largest block freed so far. Columns of a batch are of some
    # megabytes: one large block, never touched, freed at once, saves an eighth of the time of a batch.
    np.empty(_LARGEST_BLOCK, np.uint8)
    return Matcher(
        {
            "heading": headings.phrases(),
            "skill": skills.phrases(),
            "need": skills.need_phrases(),
            "duty": duty_rules.phrases(),
            "industry": industry.phrases(),
            "pay": pay.phrases(),
            "education": education.phrases(),
            "work": work.phrases(),
        }
    )


def extract_batch(batch: pa.RecordBatch) -> pa.RecordBatch:
    """What each posting states, and where.

    Args:
        batch: `schema.TEXT`: posting, title, place, text.

    Returns:
        `schema.EXTRACTED`, row for row. Offsets of mentions and pay are code points into the text:
        `text[start:end]` is the mention.
    """
    texts = TextBatch(batch.column("text"))
    found = matcher().find(texts)
    told = headings.Headings(texts, found.of("heading"))
    parts = sections.Sections(texts, told)
    family, seniority, confidence = role_in_text.fill_families(
        *read_titles(batch.column("title")), batch.column("text")
    )
    stated_pay, pay_mentions = pay.read_pay(texts, found.of("pay"), batch.column("place"))
    asked = education.read_education(texts, found.of("education"), told)
    work_mode, employment_type, *worked = work.read_work(
        texts, found.of("work"), batch.column("title"), batch.column("place"), told
    )
    trade, trade_mentions = industry.read_industry(texts, found.of("industry"), parts)
    mentions = [
        skills.read_skills(texts, found.of("skill"), found.of("need"), parts, asked.degree),
        responsibilities.read_responsibilities(texts, found.of("duty"), parts),
        pay_mentions,
        trade_mentions,
        asked.degree,
        asked.years,
        *worked,
    ]
    columns = {
        "posting": batch.column("posting"),
        "family": family,
        "seniority": seniority,
        "title_confidence": confidence,
        "work_mode": work_mode,
        "employment_type": employment_type,
        "industry": trade,
        "degree_min": asked.degree_min,
        "degree_preferred": asked.degree_preferred,
        "degree_or_experience": asked.degree_or_experience,
        "years_min": asked.years_min,
        "years_max": asked.years_max,
        "pay": _with_span(texts, stated_pay, pay_mentions),
        "mentions": _as_lists(texts, parts, mentions),
    }
    return pa.RecordBatch.from_arrays([columns[f.name].cast(f.type) for f in EXTRACTED], schema=EXTRACTED)


def _with_span(texts: TextBatch, stated: pa.StructArray, mentions: Mentions) -> pa.StructArray:
    """Pay with the code points of its mention."""
    rows = texts.row_of(mentions.start)
    start, end = np.zeros(len(texts), np.int32), np.zeros(len(texts), np.int32)
    start[rows], end[rows] = texts.code_points(mentions.start), texts.code_points(mentions.end - 1) + 1
    values = [stated.field(f.name).cast(f.type) for f in list(PAY)[:-2]]
    mask = stated.is_null()
    return pa.StructArray.from_arrays([*values, pa.array(start), pa.array(end)], fields=list(PAY), mask=mask)


def _as_lists(texts: TextBatch, parts: sections.Sections, all_mentions: list[Mentions]) -> pa.ListArray:
    """The mentions of all extractors as one list a row, by place in the text."""
    start: Ints = np.concatenate([m.start for m in all_mentions])
    end: Ints = np.concatenate([m.end for m in all_mentions])
    order = np.lexsort((end, start))
    start, end = start[order], end[order]

    def column(parts: list[pa.Array]) -> pa.Array:
        return pa.concat_arrays([p.cast(pa.string()) for p in parts]).take(pa.array(order))

    needs = [m.need if m.need is not None else pa.nulls(len(m), pa.string()) for m in all_mentions]
    struct = pa.StructArray.from_arrays(
        [
            column([every(m.kind, len(m)) for m in all_mentions]),
            column([m.value for m in all_mentions]),
            pa.array(texts.code_points(start).astype(np.int32)),
            # The end may be the end of the row: count to the last byte inside, then one further.
            pa.array((texts.code_points(end - 1) + 1).astype(np.int32)),
            column(needs),
            take(list(sections.SECTIONS), parts.at(start)),
            column([m.rule for m in all_mentions]),
        ],
        fields=list(MENTION),
    )
    counts = np.bincount(texts.row_of(start), minlength=len(texts))
    offsets = np.r_[0, np.cumsum(counts)].astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), struct)
