"""Texts of a batch in one buffer, and the phrases found in it: what every extractor works on.

Positions inside are bytes of that buffer; they become code points of one text only at the edge
(`TextBatch.code_points`). One pass over the words of a batch finds the phrases of all extractors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_SPACE = 32
_NEWLINE = 10

# ASCII letters (lowered), digits and "_" make words; all other ASCII separates them.
_TO_WORDS = bytes(
    c + 32 if 65 <= c <= 90 else c if chr(c).isalnum() or c == 95 or c >= 128 else _SPACE for c in range(256)
)
# Inside a phrase of several words only a blank, a hyphen or an apostrophe may stand between them:
# "machine-learning" is the phrase, "machine, learning" is two list items, and a new line begins
# another thought.
_JOINS_WORDS = np.zeros(256, bool)
_JOINS_WORDS[[_SPACE, ord("-"), ord("'")]] = True
_APOSTROPHE = "’".encode()  # three bytes, and by far the commonest sign of its kind

_MIX = np.uint64(0x9E3779B97F4A7C15)  # odd, its bits spread: 2^64 over the golden ratio
_MASKS = np.array([(1 << 8 * n) - 1 for n in range(9)], np.uint64)  # the first n bytes of eight
_SLOT_BITS = 18  # 1 MB of slots stays in the cache and holds tens of thousands of keys on three levels
_SLOT_MASK = np.uint64((1 << _SLOT_BITS) - 1)
_JOINED = b" "  # any of the signs that join the words of a phrase
_WORD = re.compile(rb"[a-z0-9_\x80-\xff]+")
_WORDS_ONLY = re.compile(r"[a-z0-9_\u00c0-\u1fff]+([ -][a-z0-9_\u00c0-\u1fff]+)*\Z")


def _blank_signs(data: bytes) -> bytes:
    """UTF-8 with ASCII letters lowered and a blank in place of every byte that is no part of a word.

    Letters beyond ASCII are parts of words, except in scripts that write without blanks: there a Latin
    name stands directly beside them. So 3- and 4-byte characters other than U+0800-1FFF separate, as
    does U+0080-00BF (signs and no-break space).
    """
    buffer = np.frombuffer(data.translate(_TO_WORDS), np.uint8).copy()
    leads = np.flatnonzero((buffer >= 0xE2) | (buffer == 0xC2))
    lead = buffer[leads]
    for offset, least in enumerate((0, 0, 0xE2, 0xF0)):
        buffer[leads[lead >= least] + offset] = _SPACE
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
        return _blank_signs(self.data)

    @cached_property
    def is_word(self) -> Bools:
        """Whether a byte is part of a word."""
        is_word: Bools = np.frombuffer(self.words, np.uint8) != _SPACE
        return is_word

    @cached_property
    def word_spans(self) -> tuple[Ints, Ints]:
        """Where words begin and where they end, ascending."""
        is_word = np.r_[False, self.is_word, False]
        edges = np.flatnonzero(is_word[1:] != is_word[:-1])
        return edges[::2], edges[1::2]

    @cached_property
    def joined(self) -> Bools:
        """Whether the next word follows each word at once, as within a phrase."""
        begin, stop = self.word_spans
        joined = np.zeros(len(begin), bool)
        if len(begin) > 1:
            gap, raw = stop[:-1], self.raw
            width = begin[1:] - gap
            joined[:-1] = (width == 1) & _JOINS_WORDS[raw[gap]]
            first, second, third = _APOSTROPHE
            at = np.flatnonzero((width == 3) & (raw[gap] == first))
            joined[at] = (raw[gap[at] + 1] == second) & (raw[gap[at] + 2] == third)
        return joined

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
        is_end = (after == _SPACE) & ~((following >= 97) & (following <= 122) & (raw[ends] != 59))
        # "e.g. Spark", "U.S. citizens": a full stop two bytes before tells an abbreviation.
        is_end &= raw[ends - 2] != 46
        return np.union1d(self.lines, ends[is_end] + 2)

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


class Matcher:
    """Finds the phrases of all kinds in one pass over the words of a batch.

    A phrase matches whatever its case, between word boundaries; blank, hyphen and apostrophe between
    its words match each other, other signs ("ci/cd", "c++") only themselves. Hits may overlap;
    `longest` settles that for one kind.

    All words of the buffer are hashed at once, eight bytes at a time, and looked up among the words of
    the phrases. Phrases are paths in a trie over word numbers, walked for all places of the batch at
    once, one word a step. An automaton goes through the text byte by byte and hands over each raw hit
    to Python; this does neither, and is several times faster (`make bench`).

    Args:
        phrases: for each kind its phrases; within a kind no phrase stands twice.

    Raises:
        ValueError: a phrase that stands twice in its kind.
    """

    def __init__(self, phrases: Mapping[str, Sequence[str]]) -> None:
        surfaces: dict[bytes, int] = {}
        entries = [
            (kind, index, surfaces.setdefault(_spelling(phrase), len(surfaces)))
            for kind, listed in phrases.items()
            for index, phrase in enumerate(listed)
        ]
        self._index_of = {kind: np.full(len(surfaces), -1, np.int32) for kind in phrases}
        for kind, index, surface in entries:
            if self._index_of[kind][surface] not in (-1, index):
                raise ValueError(f"{kind}: the phrase {phrases[kind][index]!r} stands twice")
            self._index_of[kind][surface] = index
        # "$" has no word to stand at; such signs are few, and sought by themselves.
        self._bare = [(s, number) for s, number in surfaces.items() if not _blank_signs(s).strip()]
        bare = {number for _, number in self._bare}
        self._trie = _Trie([(s, number) for s, number in surfaces.items() if number not in bare])

    def find(self, batch: TextBatch) -> Matches:
        """All hits of all kinds in a batch."""
        surface, start, end = self._trie.walk(batch)
        signs = []
        for sign, number in self._bare:
            at = batch.low.find(sign)
            while at >= 0:
                signs.append((number, at, at + len(sign)))
                at = batch.low.find(sign, at + 1)
        found = np.array(signs, np.int64).reshape(-1, 3)
        surface, start, end = np.r_[surface, found[:, 0]], np.r_[start, found[:, 1]], np.r_[end, found[:, 2]]
        # By start, then end; the hits of each depth of the trie are in order, which a stable sort uses.
        order = np.argsort((start << 20) | (end - start), kind="stable")
        return Matches(self._index_of, surface[order], start[order], end[order])


class _Table:
    """Numbers of 64-bit keys, looked up for many keys at once; the keys' bits must be spread."""

    def __init__(self, keys: npt.NDArray[np.uint64]) -> None:
        if len(np.unique(keys)) < len(keys):
            raise ValueError("two keys of a table are the same")
        self._keys = np.append(keys, np.uint64(0))
        self._levels: list[tuple[np.uint64, npt.NDArray[np.int32]]] = []
        left = np.arange(len(keys), dtype=np.int32)
        for shift in (64 - _SLOT_BITS, 64 - 2 * _SLOT_BITS, 64 - 3 * _SLOT_BITS):
            slots = np.full(1 << _SLOT_BITS, len(keys), np.int32)
            place = (keys[left] >> np.uint64(shift)) & _SLOT_MASK
            slots[place] = left  # of keys that fall into one slot the last stays, the others go on
            self._levels.append((np.uint64(shift), slots))
            left = left[slots[place] != left]
            if not len(left):
                return
        raise ValueError(f"{len(left)} keys of a table found no slot: raise _SLOT_BITS")

    def numbers(self, keys: npt.NDArray[np.uint64]) -> Ints:
        """The number of each key, -1 where the table does not hold it."""
        numbers = np.full(len(keys), -1, np.int64)
        left = None
        for shift, slots in self._levels:
            wanted = keys if left is None else keys[left]
            number = slots[(wanted >> shift) & _SLOT_MASK]
            same = self._keys[number] == wanted
            same &= number < len(self._keys) - 1
            at = np.flatnonzero(same)
            numbers[at if left is None else left[at]] = number[at]
            missed = np.flatnonzero(~same)
            left = missed if left is None else left[missed]
        return numbers


class _Trie:
    """Phrases as paths of words and of the signs between them.

    What stands before the first word of a phrase or behind its last (".net", "c++") is compared where
    the path ends, up to eight bytes on each side.
    """

    def __init__(self, surfaces: Sequence[tuple[bytes, int]]) -> None:
        parsed = [(_parse(surface), number) for surface, number in surfaces]
        words = sorted({w for (_, path, _), _ in parsed for w in path[::2]})
        gaps = sorted({g for (_, path, _), _ in parsed for g in path[1::2] if g != _JOINED})
        word_of, gap_of = {w: i for i, w in enumerate(words)}, {g: i for i, g in enumerate([_JOINED, *gaps])}
        self._longest = max(map(len, words), default=1)
        joined = b" ".join(words) + b" "
        lengths = np.array([len(w) for w in words], np.int64)
        self._vocabulary = _Table(
            _hash_words(joined, np.cumsum(lengths + 1) - lengths - 1, lengths, self._longest)
        )
        widths = np.array([len(g) for g in gaps], np.int64)
        self._gaps = _Table(_hash_gaps(np.array([_as_number(g) for g in gaps], np.uint64), widths))

        nodes: dict[tuple[int, int, int], int] = {}
        ends: dict[int, list[tuple[int, bytes, bytes]]] = {}
        for (prefix, path, suffix), number in parsed:
            node = nodes.setdefault((0, 0, word_of[path[0]]), len(nodes) + 1)
            for gap, word in zip(path[1::2], path[2::2], strict=True):
                node = nodes.setdefault((node, gap_of[gap], word_of[word]), len(nodes) + 1)
            ends.setdefault(node, []).append((number, prefix, suffix))
        self._first = np.zeros(len(words) + 1, np.int64)
        self._goes_on = np.zeros(len(nodes) + 1, bool)
        self._follows = np.zeros(len(words) + 1, bool)
        for (node, _, number), following in nodes.items():
            if node:
                self._goes_on[node] = self._follows[number] = True
            else:
                self._first[number] = following
        steps = np.array([(*key, n) for key, n in nodes.items() if key[0]], np.int64).reshape(-1, 4)
        self._next, self._next_of = _Table(self._key(*steps.T[:3])), steps[:, 3]
        # The phrases that end at each node stand one after the other, from `_begin` on.
        listed = [
            (number, prefix, suffix)
            for n in range(len(nodes) + 1)
            for number, prefix, suffix in ends.get(n, [])
        ]
        self._count = np.array([len(ends.get(n, ())) for n in range(len(nodes) + 1)], np.int64)
        self._begin = np.cumsum(self._count) - self._count
        self._surface = np.array([number for number, _, _ in listed], np.int64)
        self._before, self._behind = (
            (np.array([_as_number(s) for s in signs], np.uint64), np.array([len(s) for s in signs], np.int64))
            for signs in ([prefix for _, prefix, _ in listed], [suffix for _, _, suffix in listed])
        )

    @staticmethod
    def _key(node: Ints, gap: Ints, word: Ints) -> npt.NDArray[np.uint64]:
        mixed = ((node << 40) | (gap << 32) | word).astype(np.uint64) * _MIX
        return (mixed ^ (mixed >> np.uint64(32))) * _MIX

    def walk(self, batch: TextBatch) -> tuple[Ints, Ints, Ints]:
        """All phrases in a batch: number of the surface, start, end."""
        begin, stop = batch.word_spans
        known = self._vocabulary.numbers(_hash_words(batch.words, begin, stop - begin, self._longest))
        windows = _windows(batch.low)
        node = self._first[known]  # of an unknown word, -1, the last: nought
        first = last = np.flatnonzero(node)
        node = node[first]
        end_of_words = len(begin) - 1
        found = []
        while len(node):
            at = np.flatnonzero(self._count[node])
            found.append((node[at], first[at], last[at]))
            # Most words that can begin a phrase ("the", "you") stand before one that can go on none.
            on = np.flatnonzero(
                self._goes_on[node] & self._follows[known[np.minimum(last + 1, end_of_words)]]
            )
            on = on[last[on] < end_of_words]
            node, first, last = node[on], first[on], last[on]
            gap = np.where(batch.joined[last], 0, -1)
            apart = np.flatnonzero(gap < 0)
            width = begin[last[apart] + 1] - stop[last[apart]]
            signs = windows[stop[last[apart]]] & _MASKS[np.minimum(width, 8)]
            gap[apart] = self._gaps.numbers(_hash_gaps(signs, width)) + 1
            gap[apart[gap[apart] == 0]] = -1
            word = known[last + 1]
            on = np.flatnonzero(gap >= 0)
            number = self._next.numbers(self._key(node[on], gap[on], word[on]))
            on, number = on[number >= 0], number[number >= 0]
            node, first, last = self._next_of[number], first[on], last[on] + 1
        node, first, last = (np.concatenate([f[i] for f in found]) if found else known[:0] for i in range(3))
        count = self._count[node]
        entry = np.repeat(self._begin[node] - np.cumsum(count) + count, count) + np.arange(count.sum())
        start, end = np.repeat(begin[first], count), np.repeat(stop[last], count)
        signed = np.flatnonzero(self._before[1][entry] + self._behind[1][entry])
        keep = np.ones(len(entry), bool)
        keep[signed] = self._signs_fit(batch, windows, entry[signed], start[signed], end[signed])
        start, end = start - self._before[1][entry], end + self._behind[1][entry]
        return self._surface[entry[keep]], start[keep], end[keep]

    def _signs_fit(
        self, batch: TextBatch, windows: npt.NDArray[np.uint64], entry: Ints, start: Ints, end: Ints
    ) -> Bools:
        """Whether the signs before and behind phrases stand there; ".net" after a letter is another name."""
        (before, ahead), (behind, _) = self._before, self._behind
        width = ahead[entry]
        from_ = start - width
        fits = from_ >= 0
        from_ = np.maximum(from_, 0)
        fits &= (windows[from_] & _MASKS[width]) == before[entry]
        fits &= (width == 0) | (from_ == 0) | ~batch.is_word[from_ - 1]
        fits &= (windows[end] & _MASKS[self._behind[1][entry]]) == behind[entry]
        return fits


def _parse(surface: bytes) -> tuple[bytes, list[bytes], bytes]:
    """A phrase as the signs before it, its words with the signs between them, and the signs behind it."""
    spans = [m.span() for m in _WORD.finditer(_blank_signs(surface))]
    path = [surface[slice(*spans[0])]]
    for (_, stop), (begin, end) in pairwise(spans):
        gap = surface[stop:begin]
        path += [_JOINED if gap in (b" ", b"-", b"'", _APOSTROPHE) else gap, surface[begin:end]]
    prefix, suffix = surface[: spans[0][0]], surface[spans[-1][1] :]
    if max(map(len, (prefix, suffix, *path[1::2]))) > 8:
        raise ValueError(f"the phrase {surface.decode()!r} has more than eight bytes of signs in one place")
    return prefix, path, suffix


def _as_number(signs: bytes) -> int:
    return int.from_bytes(signs, "little")


def _windows(buffer: bytes) -> npt.NDArray[np.uint64]:
    """The eight bytes from each place of a buffer on, as one number; nought beyond its end."""
    padded = np.frombuffer(buffer + bytes(16), np.uint8)
    return np.ndarray((len(buffer) + 1,), "<u8", padded, strides=(1,))


def _hash_gaps(signs: npt.NDArray[np.uint64], width: Ints) -> npt.NDArray[np.uint64]:
    mixed = (signs ^ (width.astype(np.uint64) << np.uint64(58))) * _MIX
    return (mixed ^ (mixed >> np.uint64(32))) * _MIX


def _hash_words(buffer: bytes, begin: Ints, lengths: Ints, longest: int) -> npt.NDArray[np.uint64]:
    """64-bit hashes of the words of a buffer; of words above `longest` bytes, of their beginning.

    Eight bytes a step: multiply and fold, the core of wyhash and its kin.
    """
    windows = _windows(buffer)

    def fold(hashes: npt.NDArray[np.uint64], places: Ints, left: Ints) -> npt.NDArray[np.uint64]:
        mixed = (hashes ^ (windows[places] & _MASKS[np.minimum(left, 8)])) * _MIX
        return mixed ^ (mixed >> np.uint64(29))

    hashes = fold(lengths.astype(np.uint64) * _MIX, begin, lengths)
    rows = np.flatnonzero(lengths > 8)
    for offset in range(8, longest, 8):
        hashes[rows] = fold(hashes[rows], begin[rows] + offset, lengths[rows] - offset)
        rows = rows[lengths[rows] > offset + 8]
    return hashes * _MIX


@dataclass(frozen=True, slots=True)
class Matches:
    """What a matcher found, by kind on demand."""

    _index_of: Mapping[str, npt.NDArray[np.int32]]
    _surface: Ints
    _start: Ints
    _end: Ints

    def of(self, kind: str) -> Hits:
        """The hits of one kind, by start, then end; they may overlap."""
        index = self._index_of[kind][self._surface].astype(np.int64)
        keep = np.flatnonzero(index >= 0)
        return Hits(index[keep], self._start[keep], self._end[keep])


def longest(hits: Hits, rank: Ints | None = None) -> Hits:
    """Of overlapping hits the leftmost, and of those the longest; ties by lower `rank`."""
    if not len(hits):
        return hits
    ties = rank if rank is not None else hits.index
    hits = hits.where(np.lexsort((ties, -hits.end, hits.start)))
    reach = np.maximum.accumulate(hits.end)
    overlaps = np.r_[False, hits.start[1:] < reach[:-1]]
    if not overlaps.any():
        return hits
    keep = np.ones(len(hits), bool)
    # Few hits overlap; only those need to be settled one after the other.
    starts, ends = hits.start.tolist(), hits.end.tolist()
    covered = 0
    for i in np.flatnonzero(overlaps).tolist():
        if not overlaps[i - 1]:
            covered = ends[i - 1]
        if starts[i] < covered:
            keep[i] = False
        else:
            covered = ends[i]
    return hits.where(keep)


def _is_plain(surface: bytes) -> bool:
    """Whether a phrase is words with one blank between."""
    return _blank_signs(surface) == surface and b"  " not in surface and surface == surface.strip()


def _spelling(phrase: str) -> bytes:
    """How a phrase stands in a buffer: lower case, its hyphens and apostrophes as blanks."""
    low = phrase.lower()
    plain = low.replace("-", " ").replace("'", " ").encode()
    return plain if _is_plain(plain) else low.encode()
