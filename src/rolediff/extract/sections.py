"""Which part of a posting each clause belongs to, by what it says.

Headings tell much (`headings.py`), but many texts have none, and in others a part ends without one. So
each clause is judged by its words, by the heading above it, by its place in the text and by the clauses
beside it, with weights learnt from labelled clauses (`linear.py`).
"""

from __future__ import annotations

import numpy as np
from scipy.special import softmax

from rolediff.extract import linear
from rolediff.extract.batch import Ints, TextBatch
from rolediff.extract.clause_starts import find_lost_starts
from rolediff.extract.headings import SECTIONS, Headings
from rolediff.extract.linear import Spans

__all__ = ["SECTIONS", "Clauses", "Sections"]

#: Classes of the model that speak of a neighbour of the clause carry this prefix.
NEAR = "near "
#: Tenths of a text.
PLACES = 10
#: Least words of each range of lengths but the first.
LENGTHS = (1, 4, 9, 21)
#: Least clauses since the heading of each range of ages but the first, the heading itself.
AGES = (1, 4, 9, 17)

#: Sections that say nothing of the role: what stands in them does not count for it.
NOT_OF_THE_ROLE = tuple(SECTIONS.index(s) for s in ("employer", "pay-benefits", "legal", "apply"))
# A clause is put aside where these together are as likely as not, though a section of the role may be
# likelier than each of them alone.
_LEAST_ASIDE = 0.5
_REQUIREMENTS, _PREFERRED = SECTIONS.index("requirements"), SECTIONS.index("preferred")


class Clauses:
    """The clauses of a batch; a heading inside one begins another, as does a lost break (`clause_starts.py`).

    Args:
        batch: the texts.
        headings: their headings.
        split: whether lost breaks begin clauses.

    Attributes:
        starts: where they begin, ascending.
        row: the row of each.
        heading: the section that the heading above each tells, as its number in `SECTIONS`.
        age: the range of `AGES` that the clauses since that heading are in: a heading says less of what
            stands far below it.
        place: the tenth of the text in which each begins.
        length: the range of `LENGTHS` that its words are in.
    """

    def __init__(self, batch: TextBatch, headings: Headings, *, split: bool = True) -> None:
        # Each of these ascends.
        begun = [batch.clauses, headings.starts, *([find_lost_starts(batch)] if split else [])]
        starts: Ints = np.sort(np.concatenate(begun), kind="stable")
        self.starts: Ints = starts[np.append(True, starts[1:] != starts[:-1])[: len(starts)]]
        self.row: Ints = batch.row_of(self.starts)
        self.heading: Ints = headings.at(self.starts)
        last = np.searchsorted(headings.starts, self.starts, "right") - 1
        since = np.arange(len(self.starts)) - self.number_of(headings.starts[last])
        self.age: Ints = np.searchsorted(AGES, since, "right")
        begin = batch.starts[self.row]
        self.place: Ints = (self.starts - begin) * PLACES // (batch.starts[self.row + 1] - begin)
        first = np.searchsorted(batch.word_spans[0], self.starts)
        words = np.diff(first, append=len(batch.word_spans[0]))
        self.length: Ints = np.searchsorted(LENGTHS, words, "right")

    def __len__(self) -> int:
        return len(self.starts)

    def number_of(self, positions: Ints) -> Ints:
        """The number of the clause of each position."""
        return np.searchsorted(self.starts, positions, "right") - 1


class Sections:
    """The parts of all texts of a batch.

    Attributes:
        clauses: the clauses.
        spans: the known words of each clause.
        code: the section of each clause, as its number in `SECTIONS`.
    """

    def __init__(self, batch: TextBatch, headings: Headings, *, split: bool = True) -> None:
        self.clauses = Clauses(batch, headings, split=split)
        self.spans: Spans = Spans(batch, self.clauses.starts)
        self.code: Ints = _classify(self.clauses, self.spans)

    def at(self, positions: Ints) -> Ints:
        """The section of each position, as its number in `SECTIONS`."""
        code: Ints = self.code[self.clauses.number_of(positions)]
        return code


def _classify(clauses: Clauses, spans: Spans) -> Ints:
    model = linear.load("section")
    scores = spans.score_words("section")
    told = [f"{heading}:{age}" for heading in SECTIONS for age in range(len(AGES) + 1)]
    scores += model.rows_of("heading", told)[clauses.heading * (len(AGES) + 1) + clauses.age]
    scores += model.rows_of("place", range(PLACES))[clauses.place]
    scores += model.rows_of("length", range(len(LENGTHS) + 1))[clauses.length]
    names = [name for name in model.classes if not name.startswith(NEAR)]
    total = scores[:, [model.classes.index(name) for name in names]]
    near = scores[:, [model.classes.index(NEAR + name) for name in names]]
    together = (clauses.row[1:] == clauses.row[:-1])[:, None]
    total[1:] += near[:-1] * together
    total[:-1] += near[1:] * together
    code_of = np.array([SECTIONS.index(name) for name in names])
    aside = np.isin(code_of, NOT_OF_THE_ROLE)
    is_aside = softmax(total, axis=1)[:, aside].sum(axis=1) >= _LEAST_ASIDE
    total[:, aside] += np.where(is_aside, 0, -np.inf)[:, None]
    code: Ints = code_of[total.argmax(axis=1)]
    # What is asked for and what is wished for are worded alike: there the heading decides.
    wished = (clauses.heading == _PREFERRED) & (code == _REQUIREMENTS) & (clauses.age < len(AGES))
    code[wished] = _PREFERRED
    return code
