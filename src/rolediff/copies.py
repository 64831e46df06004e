"""Which postings are copies of one opening: reposts, other boards' copies, the same advert elsewhere.

Two postings of one group are copies if their sets of 6-word shingles have a Jaccard index of at least
0.75. Candidates come from MinHash bands (Broder 1997; banding after Leskovec, Rajaraman, Ullman,
"Mining of Massive Datasets", ch. 3); every candidate is then verified on the full sets, so that no
pair is called a copy by chance.

Copies are joined by single link: an advert that is edited a little at each repost is one opening,
although its first and its last text may differ by more than the threshold. What could make a chain
harmful is boilerplate that two openings of one employer share; the group (family and seniority, or
the title where the family is unknown) stands against that: no link crosses it.

A cut text is compared by employer, title and its first 300 bytes instead, for its shingles say
nothing of what was cut off.

The work is split: `sign_batch` is a pure function of texts, for any number of processes; `link` holds
92 bytes a posting and fetches again only the texts of candidates, a few thousand at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from rensa import RMinHash
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from rolediff.fields import map_distinct

WORDS = 6  # words of a shingle: five and fewer are shared by stock phrases
THRESHOLD = 0.75
# 20 bands of 6 rows find a pair of J = 0.75 with probability 0.98, of 0.8 with 0.997, of 0.5 with 0.27.
BANDS, ROWS = 20, 6
_SEED = 7
HEAD = 300  # bytes by which a cut text is compared
_MOST = 256  # failed comparisons after which a posting in a crowd of look-alikes is left alone
_BATCH = 1000  # texts signed at a time
_FETCH = 4096  # rows of candidates whose texts are held at a time

_U64 = npt.NDArray[np.uint64]
_I64 = npt.NDArray[np.int64]

_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so that it has an inverse modulo 2**64
_BASE_INVERSE = np.uint64(pow(0x9E3779B97F4A7C15, -1, 2**64))
_STEP = np.uint64(0xD6E8FEB86659FD93)

# ASCII letters and digits, and all bytes of other letters, are parts of words.
_IS_WORD = np.zeros(256, dtype=bool)
_IS_WORD[[*range(0x30, 0x3A), *range(0x61, 0x7B), *range(0x80, 0x100)]] = True
_BYTE_VALUE = np.random.default_rng(_SEED).integers(1, 2**63, 256, dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class Signatures:
    """What is kept of a batch of texts to find their copies, row for row; 92 bytes a text."""

    bands: npt.NDArray[np.uint32]  # BANDS keys a text
    shingles: npt.NDArray[np.int32]  # 0: too short to compare
    heads: _U64  # hash of the words in the first 300 bytes; 0: fewer than six

    def __len__(self) -> int:
        return len(self.shingles)


def sign_batch(texts: pa.Array) -> Signatures:
    """Signatures of cleaned texts, row for row; a pure function, the same on any machine."""
    words, row, ends = _hash_words(texts)
    hashes, offsets = _shingle(words, row, len(texts))
    digests = RMinHash.digest_matrix_from_flat_token_hashes(hashes, offsets, BANDS * ROWS, _SEED)
    rows = np.array(digests.to_rows(), np.uint64).reshape(len(texts), BANDS, ROWS)
    keys = _mix((rows * _powers(_STEP, ROWS)).sum(axis=2, dtype=np.uint64))
    return Signatures(
        (keys >> np.uint64(32)).astype(np.uint32),
        np.diff(offsets).astype(np.int32),
        _hash_heads(words, row, ends, len(texts)),
    )


def shingle(texts: pa.Array) -> tuple[_U64, _I64]:
    """Hashes of all runs of six words of each text, flat, and where each text's begin.

    Words are runs of letters and digits, without case.
    """
    words, row, _ = _hash_words(texts)
    return _shingle(words, row, len(texts))


def _hash_words(texts: pa.Array) -> tuple[_U64, _I64, _I64]:
    """Hash of each word of a batch, the row it stands in, and the byte of its row at which it ends.

    Everything is done on the bytes of the whole batch at once: a prefix sum of byte values times
    powers of an odd base gives the hash of any word as a difference.
    """
    if len(texts) == 0:
        return np.zeros(0, np.uint64), np.zeros(0, np.int64), np.zeros(0, np.int64)
    lowered = pc.utf8_lower(pc.cast(pc.fill_null(texts, ""), pa.large_string()))
    empty, blank = pa.scalar("", pa.large_string()), pa.scalar(" ", pa.large_string())
    joined = pc.binary_join_element_wise(lowered, empty, blank)  # a blank behind each text keeps words apart
    _, offset_buffer, data = joined.buffers()
    at = np.frombuffer(offset_buffer, np.int64)[joined.offset : joined.offset + len(joined) + 1]
    raw = np.frombuffer(data, np.uint8)[at[0] : at[-1]]
    at = at - at[0]
    word = _IS_WORD[raw]
    # U+2000..U+203F (E2 80 xx in UTF-8) are dashes, quotation marks and the like, not letters.
    marks = np.flatnonzero((raw[:-2] == 0xE2) & (raw[1:-1] == 0x80))
    for n in range(3):
        word[marks + n] = False
    edges = np.flatnonzero(np.diff(word, prepend=False, append=False))
    starts, ends = edges[::2], edges[1::2]
    prefix = np.zeros(len(raw) + 1, np.uint64)
    np.cumsum(_BYTE_VALUE[raw] * _powers(_BASE, len(raw)), out=prefix[1:])
    words = (prefix[ends] - prefix[starts]) * _powers(_BASE_INVERSE, len(raw))[starts]
    row = np.searchsorted(at, starts, side="right") - 1
    return _mix(words), row, ends - at[row]


def _shingle(words: _U64, row: _I64, rows: int) -> tuple[_U64, _I64]:
    last = len(words) - WORDS + 1
    if last < 1:
        return np.zeros(0, np.uint64), np.zeros(rows + 1, np.int64)
    runs = np.zeros(last, np.uint64)
    for n, factor in enumerate(_powers(_STEP, WORDS)):
        runs += words[n : n + last] * factor
    inside = row[:last] == row[WORDS - 1 :]  # not across two texts
    counts = np.bincount(row[:last][inside], minlength=rows)
    return _mix(runs[inside]), np.concatenate([[0], np.cumsum(counts)])


def _hash_heads(words: _U64, row: _I64, ends: _I64, rows: int) -> _U64:
    """Hash of the words that end in the first 300 bytes of each text, 0 where they are fewer than six."""
    inside = ends <= HEAD
    words, row = words[inside], row[inside]
    counts = np.bincount(row, minlength=rows)
    begin = np.concatenate([[0], np.cumsum(counts)])
    place = np.arange(len(words)) - begin[row]
    prefix = np.zeros(len(words) + 1, np.uint64)
    np.cumsum(words * _powers(_STEP, HEAD + 1)[place], out=prefix[1:])
    heads = _mix(prefix[begin[1:]] - prefix[begin[:-1]])
    return np.where(counts >= WORDS, np.maximum(heads, np.uint64(1)), np.uint64(0))


def find_copies(postings: pa.Table) -> pa.Array:
    """The opening of each posting: the id of the first posting, in the order given, that it copies.

    Args:
        postings: columns id, text (cleaned), and those that `link` reads.

    Returns:
        string, row for row; a posting that copies none is its own opening.
    """
    texts = postings.column("text").combine_chunks()
    signatures = [sign_batch(texts.slice(at, _BATCH)) for at in range(0, len(texts), _BATCH)]
    first = link(postings, signatures, lambda rows: texts.take(pa.array(rows)))
    return postings.column("id").combine_chunks().take(pa.array(first))


def link(postings: pa.Table, signatures: Sequence[Signatures], fetch: Callable[[_I64], pa.Array]) -> _I64:
    """Row number of each posting's opening: the first row, in the order given, of those that are copies.

    Args:
        postings: columns family, seniority, title, employer_key (string) and cut (bool), any null
            where unknown. Of a text that is cut or has fewer than six words only its beginning is
            compared, and only where employer and title are known and equal.
        signatures: of the same postings in the same order, in batches.
        fetch: the texts of given rows, in that order. Called with some 4,000 rows at a time.
    """
    if len(postings) != sum(map(len, signatures)):
        raise ValueError(f"{len(postings)} postings, but signatures of {sum(map(len, signatures))}")
    if not len(postings):
        return np.zeros(0, np.int64)
    shingles = np.concatenate([s.shingles for s in signatures])
    cut = pc.fill_null(postings.column("cut"), False).to_numpy()
    partial = cut | (shingles == 0)
    groups = _groups(postings)
    bands = np.concatenate([s.bands for s in signatures])
    openings = _link_full(bands, np.where(partial, -1, groups), fetch)
    return _link_partial(openings, np.concatenate([s.heads for s in signatures]), groups, partial, postings)


def _groups(postings: pa.Table) -> _I64:
    """A number for each family and seniority, or for each title where the family is unknown; -1: neither."""
    family, seniority = (pc.cast(postings.column(name), pa.string()) for name in ("family", "seniority"))
    known = pc.binary_join_element_wise(family, pc.fill_null(seniority, ""), "\x1f")
    title = map_distinct(lambda title: "\x1e" + _words(title), postings.column("title"), pa.string())
    group = pc.coalesce(known.combine_chunks(), title)
    numbers = pc.cast(pc.dictionary_encode(group).indices, pa.int64())
    return np.asarray(pc.fill_null(numbers, -1), np.int64)


def _link_full(
    bands: npt.NDArray[np.uint32],
    groups: npt.NDArray[np.int64],
    fetch: Callable[[_I64], pa.Array],
) -> _I64:
    """Openings by the words of whole texts; rows of a negative group are left alone."""
    openings = np.arange(len(bands))
    for rows in _candidate_sets(bands, groups):
        hashes, offsets = shingle(fetch(rows))
        sets = [np.unique(hashes[a:b]) for a, b in pairwise(offsets)]
        openings[rows] = _join(rows, bands[rows], groups[rows], sets)
    return openings


def _candidate_sets(bands: npt.NDArray[np.uint32], groups: _I64) -> list[_I64]:
    """Rows that share a band within a group, as sets closed under that, a few thousand rows together."""
    live = np.flatnonzero(groups >= 0)
    left, right = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for band in range(bands.shape[1]):
        key = (groups[live].astype(np.uint64) << np.uint64(32)) | bands[live, band]
        order = np.argsort(key, kind="stable")
        same = np.flatnonzero(key[order][1:] == key[order][:-1])
        left.append(live[order[same]])
        right.append(live[order[same + 1]])
    one, other = np.concatenate(left), np.concatenate(right)
    graph = coo_array((np.ones(len(one), np.int8), (one, other)), shape=(len(bands), len(bands)))
    _, component = connected_components(graph, directed=False)
    rows = np.unique(np.concatenate([one, other]))
    rows = rows[np.argsort(component[rows], kind="stable")]
    borders = np.flatnonzero(np.diff(component[rows])) + 1  # where a set begins
    wanted = np.searchsorted(borders, np.arange(_FETCH, len(rows), _FETCH))
    cuts = borders[np.unique(wanted[wanted < len(borders)])]
    return [part for part in np.split(rows, cuts) if part.size]


def _join(rows: _I64, bands: npt.NDArray[np.uint32], groups: _I64, sets: list[_U64]) -> _I64:
    """Single-link union of rows whose sets are alike; the opening of each row."""
    order = np.argsort(rows)
    parent = np.arange(len(rows))
    sizes = np.array([s.size for s in sets])
    buckets: dict[tuple[int, int, int], list[int]] = {}
    for j in order.tolist():
        tried, failed = set(), 0
        for band, key in enumerate(bands[j].tolist()):
            bucket = buckets.setdefault((int(groups[j]), band, key), [])
            for i in bucket:
                if failed >= _MOST:
                    break
                if i in tried or _root(parent, i) == _root(parent, j):
                    continue
                tried.add(i)
                if _alike(sets[i], sets[j], int(sizes[i]), int(sizes[j])):
                    a, b = sorted((_root(parent, i), _root(parent, j)), key=lambda k: int(rows[k]))
                    parent[b] = a
                else:
                    failed += 1
            bucket.append(j)
    return rows[[_root(parent, i) for i in range(len(rows))]]


def _root(parent: _I64, i: int) -> int:
    while (up := int(parent[i])) != i:
        parent[i] = parent[up]
        i = up
    return i


def _alike(one: _U64, other: _U64, n: int, m: int) -> bool:
    if not n or not m or min(n, m) < THRESHOLD * max(n, m):
        return False
    at = np.searchsorted(one, other)
    shared = int(np.count_nonzero(one[np.minimum(at, n - 1)] == other))
    return shared >= THRESHOLD * (n + m - shared)


def _link_partial(
    openings: _I64, heads: _U64, groups: _I64, partial: npt.NDArray[np.bool_], postings: pa.Table
) -> _I64:
    """Openings with cut and very short texts joined to the posting that begins alike.

    A full text goes before a cut one as the anchor, and full texts are never joined through a cut
    one: their bodies have been compared.
    """
    wanted = np.unique(heads[partial & (heads != 0)])
    rows = np.flatnonzero(np.isin(heads, wanted) & (heads != 0) & (groups >= 0))
    employers = postings.column("employer_key").take(pa.array(rows)).to_pylist()
    titles = map(_words, postings.column("title").take(pa.array(rows)).to_pylist())
    keys = {row: key for row, *key in zip(rows.tolist(), employers, titles, strict=True) if all(key)}
    result, anchors = openings.copy(), dict[tuple[object, ...], int]()
    for row in sorted(keys, key=lambda row: (bool(partial[row]), row)):
        anchor = anchors.setdefault((int(groups[row]), int(heads[row]), *keys[row]), row)
        if partial[row]:
            result[row] = openings[anchor]
    return _first_rows(result)


def _first_rows(openings: _I64) -> _I64:
    """Each opening named by its first row."""
    order = np.arange(len(openings))
    first = np.full(len(openings), len(openings))
    np.minimum.at(first, openings, order)
    return first[openings]


def _words(text: str | None) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split()) if text else ""


def _powers(base: np.uint64, n: int) -> _U64:
    powers = np.full(n, base, np.uint64)
    powers[:1] = 1
    return np.cumprod(powers, dtype=np.uint64)


def _mix(values: _U64) -> _U64:
    """Finaliser of SplitMix64 (Steele, Lea, Flood 2014): every input bit reaches every output bit."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
