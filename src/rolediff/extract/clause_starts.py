"""Clauses that begin inside a line, where a source lost a line break or a full stop.

"Maintain all dashboards Build new ones Experience with SQL": a capital in the midst of small letters
tells where an item began, if its word is one that opens a duty or a requirement (data/clause_starts.csv).
What stands beside it tells names apart ("Power Automate", "the Design team").
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from rolediff.extract.batch import SPACE, Bools, Ints, TextBatch
from rolediff.extract.hashing import Hashes, HashTable, hash_strings
from rolediff.extract.inflection import verb_forms
from rolediff.taxonomy import read_table

Bytes = npt.NDArray[np.uint8]

# Verbs; those that are nouns as well, in the plain form only and only behind a small word, for more often
# than others they are parts of names; words of requirements; and words that no item ends with.
_KINDS = ("verb", "noun-too", "asked", "inside")
_VERB, _NOUN_TOO, _ASKED, _INSIDE = range(len(_KINDS))
_LEAST_SURE = 2  # breaks surely lost
_APOSTROPHES = (ord("'"), "’".encode()[-1])  # their last bytes
_LETTERS = 26
_BRACKET = ord(")")
_LEAST_IN_BRACKETS = 3  # letters of the last word in brackets; fewer are "401(k)" and "a)"


def find_lost_starts(batch: TextBatch) -> Ints:
    """Where such clauses begin, ascending."""
    raw = batch.raw
    if len(raw) < 4:
        return np.zeros(0, np.int64)
    at = np.flatnonzero(_is_capital(raw[2:-1])) + 2
    at = at[
        (raw[at - 1] == SPACE) & _is_small(raw[at + 1]) & (_is_small(raw[at - 2]) | (raw[at - 2] == _BRACKET))
    ]
    begin, stop = batch.word_spans
    word = np.searchsorted(begin, at)
    keep = (word > 0) & (word + 1 < len(begin))
    at, word = at[keep], word[keep]
    kind = _kind_of(batch.word_hashes[word])
    keep = (kind >= 0) & (kind != _INSIDE)
    at, word, kind = at[keep], word[keep], kind[keep]
    following, before = begin[word + 1], begin[word - 1]
    goes_on = (following == stop[word] + 1) & (raw[following - 1] == SPACE) & _is_small(raw[following])
    is_bracket = raw[at - 2] == _BRACKET
    behind = _kind_of(batch.word_hashes[word - 1])
    is_word = ~is_bracket & (behind != _INSIDE) & ~np.isin(raw[before - 1], _APOSTROPHES)
    is_sure = _is_small(raw[before]) & is_word
    is_sure |= is_bracket & (stop[word - 1] - before >= _LEAST_IN_BRACKETS) & (kind != _NOUN_TOO)
    is_sure &= goes_on
    # A text that has lost some breaks has lost more: there a name may stand before.
    row = batch.row_of(at)
    is_known = np.bincount(row[is_sure], minlength=len(batch))[row] >= _LEAST_SURE
    is_likely = _is_capital(raw[before]) & is_word & goes_on & is_known & (kind != _NOUN_TOO)
    starts: Ints = at[is_sure | is_likely]
    return starts


def opens_requirement(batch: TextBatch, words: Ints) -> Bools:
    """Whether each of these words of the batch opens a requirement ("experience", "strong")."""
    is_asked: Bools = _kind_of(batch.word_hashes[words]) == _ASKED
    return is_asked


def _is_small(letters: Bytes) -> Bools:
    return letters - np.uint8(ord("a")) < _LETTERS  # those below wrap round


def _is_capital(letters: Bytes) -> Bools:
    return letters - np.uint8(ord("A")) < _LETTERS


def _kind_of(words: Hashes) -> Ints:
    """The number of the kind of each word, -1 where it is of none."""
    table, kinds = _words()
    kind: Ints = kinds[table.numbers(words)]
    return kind


@cache
def _words() -> tuple[HashTable, Ints]:
    """The words, and the kind of each; last that of a word which is none of them."""
    kind_of: dict[str, int] = {}
    for row in read_table("clause_starts"):
        if row["kind"] not in _KINDS:
            raise row.broken(f"kind {row['kind']!r} is none of {', '.join(_KINDS)}")
        kind = _KINDS.index(row["kind"])
        for word in row.items("words"):
            for form in verb_forms(word) if row["kind"] == "verb" else [word]:
                kind_of.setdefault(form, kind)
    hashes = hash_strings([word.encode() for word in kind_of])
    return HashTable(hashes), np.array([*kind_of.values(), -1], np.int64)
