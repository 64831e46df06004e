"""Linear models over the words of a text: what a clause is about, which duties it states.

A model is a table of weights, data/<name>_weights.parquet, learnt from labelled postings by
tools/learn.py. Its features are words ("insurance"), pairs of neighbouring words ("data pipelines"), and
features of other kinds that the caller computes ("<heading:legal>"). A stretch of text scores, for each
class, the sum of the weights of its features.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from scipy import sparse

from rolediff.extract.batch import Ints, TextBatch
from rolediff.extract.hashing import Hashes, HashTable, hash_strings

Floats = npt.NDArray[np.float32]

#: The models there are.
MODELS = ("section", "duty", "industry")
#: Weights are stored as whole numbers of this size: finer steps change no answer.
STEP = 0.01
_SPREAD = np.uint64(0xD6E8FEB86659FD93)  # odd, its bits spread (Steele and Vigna 2021)


@dataclass(frozen=True, slots=True)
class Model:
    """Weights of one model.

    Attributes:
        classes: its classes, in the order of the columns of the weights.
        words: (words of the lexicon, classes).
        pairs: (pairs of the lexicon, classes).
        others: of features that are neither, (classes,) each.
    """

    classes: tuple[str, ...]
    words: Floats
    pairs: Floats
    others: dict[str, Floats]

    def rows_of(self, kind: str, values: Iterable[object]) -> Floats:
        """The weights of the features "<kind:value>", a row for each value; noughts for an unknown one."""
        none = np.zeros(len(self.classes), np.float32)
        return np.stack([self.others.get(f"<{kind}:{value}>", none) for value in values])


class Spans:
    """The known words of consecutive stretches of a batch, and what they score.

    Args:
        batch: the texts.
        starts: where stretches begin, ascending, the first at 0; each ends where the next begins.

    Attributes:
        bounds: the number of the first word of each stretch, and last the number of words.
    """

    def __init__(self, batch: TextBatch, starts: Ints) -> None:
        self._hashes = batch.word_hashes
        self._numbers = _lexicon()[0].numbers(self._hashes)
        self.bounds: Ints = np.append(np.searchsorted(batch.word_spans[0], starts), len(self._hashes))

    @cached_property
    def words(self) -> sparse.csr_matrix:
        """How often each known word stands in each stretch: (stretches, words of the lexicon), sparse."""
        keep = self._numbers >= 0
        before = np.append(0, np.cumsum(keep))
        return _as_counts(self._numbers[keep], before[self.bounds], len(_lexicon()[0]))

    def entries(self, stretches: Ints) -> tuple[Ints, Ints]:
        """All words of some stretches, one after the other: number of the word, and place of its stretch."""
        count = self.bounds[stretches + 1] - self.bounds[stretches]
        place = np.repeat(np.arange(len(stretches)), count)
        return np.repeat(self.bounds[stretches] - np.cumsum(count) + count, count) + np.arange(
            count.sum()
        ), place

    def score_words(self, name: str) -> Floats:
        """Sums of the weights of words: (stretches, classes of the model)."""
        scores: Floats = self.words @ load(name).words
        return scores

    def score(self, name: str, stretches: Ints) -> Floats:
        """Sums of the weights of words and pairs of some stretches: (these stretches, classes)."""
        model = load(name)
        word, place = self.entries(stretches)
        known = self._numbers[word]
        pair = self._pairs(word, place)
        scores = np.zeros((len(stretches), len(model.classes)), np.float32)
        for numbers, weights in ((known, model.words), (pair, model.pairs)):
            keep = numbers >= 0
            counts = np.bincount(place[keep], minlength=len(stretches))
            bounds = np.append(0, np.cumsum(counts))
            scores += _as_counts(numbers[keep], bounds, len(weights)) @ weights
        return scores

    def shares(self, name: str, word: Ints, place: Ints, column: Ints) -> Floats:
        """What single words add to a class: their own weight, and half of those of the pairs they are in.

        Args:
            name: the model.
            word: numbers of words of the batch, stretch by stretch as `entries` gives them.
            place: for each word, the place of its stretch.
            column: for each word, the number of the class.
        """
        model = load(name)
        known, pair = self._numbers[word], self._pairs(word, place)
        share = np.where(known >= 0, model.words[known, column], 0)
        half = np.where(pair >= 0, model.pairs[pair, column], 0) / 2
        share += half
        share[1:] += half[:-1]
        return share

    def _pairs(self, word: Ints, place: Ints) -> npt.NDArray[np.int32]:
        """The pair that each word opens; the last word of a stretch opens none."""
        following = self._hashes[np.minimum(word + 1, len(self._hashes) - 1)]
        pair = _lexicon()[1].numbers(_join(self._hashes[word], following))
        pair[np.append(place[1:] != place[:-1], True)[: len(place)]] = -1
        return pair


def load(name: str) -> Model:
    """One of `MODELS`."""
    return _lexicon()[2][name]


def _as_counts(column: npt.NDArray[np.int32], bounds: Ints, width: int) -> sparse.csr_matrix:
    # The words are in order, so that nothing is sorted; a word said twice is two entries, which add up.
    data = np.ones(len(column), np.float32)
    return sparse.csr_matrix((data, column, bounds), (len(bounds) - 1, width))


def _join(left: Hashes, right: Hashes) -> Hashes:
    mixed = (left ^ (right >> np.uint64(1))) * _SPREAD
    return mixed ^ (mixed >> np.uint64(32))


@cache
def _lexicon() -> tuple[HashTable, HashTable, dict[str, Model]]:
    tables = {name: _read(name) for name in MODELS}
    features = {feature for table in tables.values() for feature in table["feature"].to_pylist()}
    plain = sorted(feature for feature in features if not feature.startswith("<"))
    words = [feature for feature in plain if " " not in feature]
    pairs = [feature for feature in plain if " " in feature]
    models = {name: _as_model(table, words, pairs) for name, table in tables.items()}
    left, right = zip(*(pair.split(" ") for pair in pairs), strict=True) if pairs else ((), ())
    joined = _join(*(hash_strings([word.encode() for word in side]) for side in (left, right)))
    return HashTable(hash_strings([word.encode() for word in words])), HashTable(joined), models


def _as_model(table: pa.Table, words: list[str], pairs: list[str]) -> Model:
    classes = tuple(table.column_names[1:])
    weights = np.stack([table[c].to_numpy() for c in classes], axis=1).astype(np.float32) * np.float32(STEP)
    number = {feature: n for n, feature in enumerate(table["feature"].to_pylist())}
    none = len(number)
    padded = np.vstack([weights, np.zeros((1, len(classes)), np.float32)])
    dense = [padded[[number.get(feature, none) for feature in listed]] for listed in (words, pairs)]
    return Model(classes, dense[0], dense[1], {f: weights[n] for f, n in number.items() if f[0] == "<"})


def _read(name: str) -> pa.Table:
    path = resources.files("rolediff") / "data" / f"{name}_weights.parquet"
    with path.open("rb") as file:
        return pq.read_table(file)
