"""Texts of a batch in one buffer, and the phrases found in it: what every extractor works on.

Positions inside are bytes of that buffer; they become code points of one text only at the edge
(`TextBatch.code_points`). One pass over the words of a batch finds the phrases of all extractors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rolediff.extract.hashing import Hashes, hash_words

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

SPACE = 32
_NEWLINE = 10

# ASCII letters (lowered), digits and "_" make words; all other ASCII separates them.
_TO_WORDS = bytes(
    c + 32 if 65 <= c <= 90 else c if chr(c).isalnum() or c == 95 or c >= 128 else SPACE for c in range(256)
)


def blank_signs(data: bytes) -> bytes:
    """UTF-8 with ASCII letters lowered and a blank in place of every byte that is no part of a word.

    Letters beyond ASCII are parts of words, except in scripts that write without blanks: there a Latin
    name stands directly beside them. So 3- and 4-byte characters other than U+0800-1FFF separate, as
    does U+0080-00BF (signs and no-break space).
    """
    buffer = np.frombuffer(data.translate(_TO_WORDS), np.uint8).copy()
    leads = np.flatnonzero((buffer >= 0xE2) | (buffer == 0xC2))
    lead = buffer[leads]
    for offset, least in enumerate((0, 0, 0xE2, 0xF0)):
        buffer[leads[lead >= least] + offset] = SPACE
    return buffer.tobytes()


class TextBatch:
    """Rows of text, joined in one buffer, each row ended by a new line.

    Args:
        texts: n texts (Arrow string or large_string array, no nulls).

    Attributes:
        data: the buffer, UTF-8.
        low: the same with ASCII letters lowered: byte for byte in the same place.
        starts: n + 1 positions; row i is `data[starts[i] : starts[i + 1] - 1]`.
    """

    def __init__(self, texts: pa.Array) -> None:
        joined = pc.binary_join_element_wise(
            texts.cast(pa.large_string()),
            pa.scalar("", pa.large_string()),
            pa.scalar("\n", pa.large_string()),
        )
        offsets = np.frombuffer(joined.buffers()[1], np.int64)[
            joined.offset : joined.offset + len(joined) + 1
        ]
        self.data: bytes = joined.buffers()[2].to_pybytes()[offsets[0] : offsets[-1]] if len(joined) else b""
        self.starts: Ints = offsets - offsets[0]
        self.low: bytes = self.data.lower()

    def __len__(self) -> int:
        return len(self.starts) - 1

    @cached_property
    def raw(self) -> npt.NDArray[np.uint8]:
        """`data` as numbers."""
        return np.frombuffer(self.data, np.uint8)

    @cached_property
    def words(self) -> bytes:
        """`low` with a blank in place of every byte that is no part of a word."""
        return blank_signs(self.data)

    @cached_property
    def is_word(self) -> Bools:
        """Whether a byte is part of a word."""
        is_word: Bools = np.frombuffer(self.words, np.uint8) != SPACE
        return is_word

    @cached_property
    def word_spans(self) -> tuple[Ints, Ints]:
        """Where words begin and where they end, ascending."""
        is_word = np.r_[False, self.is_word, False]
        edges = np.flatnonzero(is_word[1:] != is_word[:-1])
        return edges[::2], edges[1::2]

    @cached_property
    def word_hashes(self) -> Hashes:
        """The hash of each word."""
        begin, stop = self.word_spans
        return hash_words(self.words, begin, stop - begin)

    @cached_property
    def lines(self) -> Ints:
        """Where lines start, ascending; every row starts a line."""
        lines: Ints = np.r_[0, np.flatnonzero(self.raw == _NEWLINE) + 1][:-1]
        return lines

    @cached_property
    def clauses(self) -> Ints:
        """Where clauses (sentences, list items, parts between semicolons) start, ascending."""
        raw = self.raw
        if len(raw) < 3:
            return self.lines
        ends = np.flatnonzero((raw == 46) | (raw == 33) | (raw == 63) | (raw == 59))  # . ! ? ;
        ends = ends[(ends >= 2) & (ends < len(raw) - 2)]
        after, following = raw[ends + 1], raw[ends + 2]
        is_end = (after == SPACE) & ~((following >= 97) & (following <= 122) & (raw[ends] != 59))
        # "e.g. Spark", "U.S. citizens": a full stop two bytes before tells an abbreviation.
        is_end &= raw[ends - 2] != 46
        starts: Ints = np.sort(
            np.concatenate((self.lines, ends[is_end] + 2)), kind="stable"
        )  # merges two runs
        once: Ints = starts[np.append(True, starts[1:] != starts[:-1])]
        return once

    def row_of(self, positions: Ints) -> Ints:
        """The row of each position."""
        return np.searchsorted(self.starts, positions, "right") - 1

    def line_of(self, positions: Ints) -> Ints:
        """The number of the line of each position, counted over the batch."""
        return np.searchsorted(self.lines, positions, "right") - 1

    def clause_of(self, positions: Ints) -> Ints:
        """The number of the clause of each position, counted over the batch."""
        return np.searchsorted(self.clauses, positions, "right") - 1

    @cached_property
    def _continuations(self) -> Ints:
        return np.flatnonzero((self.raw & 0xC0) == 0x80)

    def code_points(self, positions: Ints) -> Ints:
        """Positions as code points into the text of their row."""
        begin = self.starts[self.row_of(np.minimum(positions, max(len(self.data) - 1, 0)))]
        inside = self._continuations
        return positions - begin - (np.searchsorted(inside, positions) - np.searchsorted(inside, begin))

    def quote(self, start: int, end: int) -> str:
        """The text between two positions."""
        return self.data[start:end].decode()


@dataclass(frozen=True, slots=True)
class Hits:
    """Phrases found in a batch: `index` counts in the list of phrases of their kind."""

    index: Ints
    start: Ints
    end: Ints

    def __len__(self) -> int:
        return len(self.index)

    def where(self, keep: Bools | Ints) -> Hits:
        """The hits that are kept, by mask or by number."""
        return Hits(self.index[keep], self.start[keep], self.end[keep])


@dataclass(frozen=True, slots=True)
class Matches:
    """What a matcher found, by kind on demand."""

    _index_of: Mapping[str, npt.NDArray[np.int32]]
    _surface: Ints
    _start: Ints
    _end: Ints

    def of(self, kind: str) -> Hits:
        """The hits of one kind, by start, then end; they may overlap."""
        index = self._index_of[kind][self._surface]
        keep = np.flatnonzero(index >= 0)
        return Hits(index[keep].astype(np.int64), self._start[keep], self._end[keep])


def longest(hits: Hits) -> Hits:
    """Of overlapping hits the leftmost, and of those the longest; ties by lower index.

    Args:
        hits: by start, then end, as `Matches.of` gives them.
    """
    follows = hits.start[1:] == hits.start[:-1]
    if np.any(follows & (hits.end[1:] == hits.end[:-1])):
        hits = hits.where(np.lexsort((-hits.index, hits.end, hits.start)))
    hits = hits.where(np.append(~follows, True)[: len(hits)])
    while True:
        reach = np.maximum.accumulate(hits.end)
        overlaps = np.append(False, hits.start[1:] < reach[:-1])[: len(hits)]
        if not overlaps.any():
            return hits
        # What overlaps nothing before it stays and rules out all that begins inside it; a hit behind
        # that overlapped only what was ruled out is settled in the next round.
        head = np.maximum.accumulate(np.where(overlaps, 0, np.arange(len(hits))))
        hits = hits.where(~overlaps | (hits.start >= hits.end[head]))
