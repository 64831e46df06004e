"""Headings of the parts of a posting: about the employer, duties, requirements, pay, legal text.

A heading is a known phrase that opens a line (or a sentence) and closes with the line or a colon. In
texts that lost their line breaks a heading shows by its capitals. Some phrases start a part by
themselves ("equal opportunity employer"). The phrases are in data/headings.csv.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import numpy.typing as npt

from rolediff.extract.batch import Bools, Hits, Ints, TextBatch, longest
from rolediff.taxonomy import read_table

#: The parts a text can have; code 0 is text before the first heading, or under one that tells nothing.
SECTIONS = ("", "employer", "responsibilities", "requirements", "preferred", "pay-benefits", "legal", "apply")

# How the table writes code 0: a heading like "Job description" ends the part before it.
_NONE = "none"
# A heading stands alone or with a word or two after the known phrase ("Requirements for this role").
_LONGEST_TAIL = 30
# Before the phrase: marks of lists and Markdown, and at most a few words ("Key", "Your main").
_LONGEST_LEAD = 24
_MOST_WORDS = 4
_SENTENCE_ENDS = np.frombuffer(b".,;", np.uint8)
# The parts from pay on are values as often as lists: what follows their colon is all of them.
_FIRST_OF_VALUES = SECTIONS.index("pay-benefits")
# A sentence longer than this has lost its full stops: a phrase in it does not reach back to its start.
_LONG_CLAUSE = 300
# A line longer than this holds more than a heading and a sentence: its line breaks may be lost.
_FLAT_LINE = 160
# One word alone is a heading by its capitals only from this length on ("REQUIREMENTS", not "ROLE").
_LONG_WORD = 8
# "Experience with Kafka" on a line of its own is an item of a list, not a heading.
_ITEM_TAILS = (b" with ", b" in ", b" of ", b" using ", b" as ", b" working ", b" building ")
# What may follow a heading told by its capitals: the capital, number or bullet of the first item.
_FIRST_ITEM = re.compile(rb"[:\s]*(?:[-*(]\s?)?(?:[A-Z0-9]|\xe2)")
# Several words, all but small ones with a capital.
_CAPITALS = re.compile(rb"[A-Z]\S*(?:\s+(?:[A-Z]\S*|(?i:and|or|of|the|for|to|you|we|a|&|in|have)(?!\S)))+")


@cache
def _table() -> tuple[list[str], Ints, Bools, dict[bytes, int]]:
    """Phrases, the code of each, whether it starts a part by itself, and the labels' codes by word."""
    rows = read_table("headings")
    for row in rows:
        if row["section"] not in (*SECTIONS[1:], _NONE):
            raise row.broken(f"unknown section {row['section']!r}; known: {', '.join(SECTIONS[1:])}, {_NONE}")
        if row["form"] not in ("heading", "label", "phrase"):
            raise row.broken(f"form {row['form']!r} is none of heading, label, phrase")
    codes = [0 if r["section"] == _NONE else SECTIONS.index(r["section"]) for r in rows]
    return (
        [r["phrase"] + (":" if r["form"] == "label" else "") for r in rows],
        np.array(codes, np.int64),
        np.array([r["form"] == "phrase" for r in rows]),
        {r["phrase"].encode(): c for r, c in zip(rows, codes, strict=True) if r["form"] == "label"},
    )


def phrases() -> list[str]:
    """The phrases to look for, in the order of the table."""
    return _table()[0]


class Headings:
    """The parts of all texts of a batch, as their headings tell them.

    Attributes:
        starts: where parts begin, ascending.
    """

    def __init__(self, batch: TextBatch, hits: Hits) -> None:
        _, code, by_itself, _ = _table()
        hits = longest(hits)
        line = batch.line_of(hits.start)
        line_start = batch.lines[line]
        line_end = np.r_[batch.lines[1:], len(batch.data)][line] - 1
        clause = batch.clauses[batch.clause_of(hits.start)]
        alone = by_itself[hits.index]
        headings, colon = _closed(batch, hits, clause, line_start, line_end)
        headings &= ~alone
        is_long = line_end - line_start > _FLAT_LINE
        is_capital = _is_capital(batch.raw[hits.start])
        flat = np.flatnonzero(~headings & ~alone & is_long & is_capital)
        columns = (hits.start[flat], hits.end[flat], line_end[flat])
        headings[flat] = [_stands_out(batch, *at) for at in zip(*(c.tolist() for c in columns), strict=True)]
        # "Location: Berlin" is a line of its own, and the part before it goes on in the next.
        one_line = headings & (code[hits.index] >= _FIRST_OF_VALUES) & (colon < line_end - 2) & ~is_long
        # So does a phrase by itself, for such statements also stand at the top of a text; it begins
        # with its sentence, unless full stops are missing.
        begin = np.where(alone & (hits.start - clause < _LONG_CLAUSE), clause, hits.start)
        one_line |= alone
        lone_at, lone_code = _lone_labels(batch)
        # Every row begins without a section; of several starts at one place the last counts.
        stay = headings & ~one_line
        base_at = np.r_[batch.starts[:-1], lone_at, hits.start[stay]]
        base = np.r_[np.zeros(len(batch), np.int64), lone_code, code[hits.index[stay]]]
        order = np.argsort(base_at, kind="stable")
        base_at, base = base_at[order], base[order]
        after = line_end[one_line] + 1
        after = after[after < len(batch.data)]
        back = base[np.searchsorted(base_at, after, "right") - 1]
        at = np.r_[after, base_at, begin[one_line]]
        what = np.r_[back, base, code[hits.index[one_line]]]
        order = np.argsort(at, kind="stable")
        self.starts, self._what = at[order], what[order]

    def at(self, positions: Ints) -> Ints:
        """The section that the last heading before each position tells, as its number in `SECTIONS`."""
        section: Ints = self._what[np.searchsorted(self.starts, positions, "right") - 1]
        return section


def _is_capital(byte: npt.NDArray[np.uint8]) -> Bools:
    return (byte >= ord("A")) & (byte <= ord("Z"))


def _lone_labels(batch: TextBatch) -> tuple[Ints, Ints]:
    """Where a label stands alone on a line, and its code: common words that only then are headings."""
    labels = _table()[3]
    starts = batch.lines
    ends = np.r_[starts[1:], len(batch.data)] - 1
    short = np.flatnonzero((ends - starts >= 3) & (ends - starts < _LONGEST_TAIL))
    low = batch.low
    found = [
        (at, labels.get(low[at:end].strip(b" -*#_")))
        for at, end in zip(starts[short].tolist(), ends[short].tolist(), strict=True)
    ]
    known = [(at, label) for at, label in found if label is not None]
    columns = np.array(known, np.int64).reshape(-1, 2)
    return columns[:, 0], columns[:, 1]


def _closed(
    batch: TextBatch, hits: Hits, clause: Ints, line_start: Ints, line_end: Ints
) -> tuple[Bools, Ints]:
    """Whether a phrase opens its sentence and closes with a colon or the line; where the next colon is."""
    is_label = batch.raw[np.maximum(hits.end - 1, 0)] == ord(":")
    opens = hits.start - clause <= _LONGEST_LEAD
    colons = np.r_[np.flatnonzero(batch.raw == ord(":")), len(batch.data)]
    colon = colons[np.searchsorted(colons, hits.end - 1)]
    colon_near = colon < np.minimum(line_end, hits.end + _LONGEST_TAIL)
    line_near = (line_end - hits.end < _LONGEST_TAIL) & (clause == line_start)
    # Behind a sentence in the same line only the bare phrase is a heading.
    line_near |= (line_end - hits.end <= 2) & (hits.start == clause) & _is_capital(batch.raw[hits.start])
    # A line that ends like a sentence is one; this spares most of the close look below.
    line_near &= ~np.isin(batch.raw[np.maximum(line_end - 1, 0)], _SENTENCE_ENDS)
    near = opens & (colon_near | line_near)
    stop = np.where(colon_near, np.maximum(colon, hits.end), line_end)
    # Most headings are the bare phrase: nothing before it, nothing between it and what closes it.
    is_bare = (hits.start == clause) & (stop == hits.end)
    closed = near & is_bare
    look = np.flatnonzero(near & ~is_bare)
    # Only marks may stand before a label; "Requirements for this role:" is not the label "role".
    most = np.where(is_label, 0, _MOST_WORDS)
    columns = (clause[look], hits.start[look], hits.end[look], stop[look], most[look])
    closed[look] = [_is_closed(batch, *row) for row in zip(*(c.tolist() for c in columns), strict=True)]
    return closed, colon


def _is_closed(batch: TextBatch, clause: int, start: int, end: int, stop: int, most: int) -> bool:
    """The close look: at most so many words may stand before a phrase, a few behind it, and no sentence."""
    lead = batch.data[clause:start]
    if lead.strip(b" -*#") and (b"," in lead or b":" in lead or len(lead.split()) > most):
        return False
    tail = batch.low[end:stop].rstrip()
    if tail.startswith(_ITEM_TAILS) and not batch.data.startswith(b":", stop):
        return False
    is_sentence = b"," in tail or tail.startswith((b" is ", b" are ")) or len(tail.split()) > _MOST_WORDS
    return not is_sentence and not tail.endswith((b".", b";"))


def _stands_out(batch: TextBatch, start: int, end: int, line_end: int) -> bool:
    """Whether a phrase within a long line is written like a heading: in capitals, before an item."""
    phrase = batch.data[start:end]
    if phrase.isupper():
        return len(phrase) >= _LONG_WORD or len(phrase.split()) > 1
    return _CAPITALS.fullmatch(phrase) is not None and (
        _FIRST_ITEM.match(batch.data, end, min(end + 8, line_end)) is not None
    )
