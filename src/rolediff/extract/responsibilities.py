"""Which duties a posting gives the holder, and in which words.

A clause states a duty where a linear model says so, over its words, its pairs of neighbouring words, the
duties that rules find in it (`duty_rules.py`), its section and its length (`linear.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rolediff.extract import linear
from rolediff.extract.clause_starts import opens_requirement
from rolediff.extract.duty_rules import find_duties
from rolediff.extract.mentions import Mentions, take
from rolediff.extract.sections import LENGTHS, SECTIONS, Sections
from rolediff.taxonomy import responsibilities

if TYPE_CHECKING:
    from rolediff.extract.batch import Hits, Ints, TextBatch
    from rolediff.extract.duty_rules import Found
    from rolediff.extract.linear import Floats

# A duty is read from this score on. In cross-validation over the labelled postings it makes the most of
# precision and recall together.
_LEAST_SCORE = -0.9
# Sections whose clauses are looked at; one of another section is where a rule finds a duty in it.
_LIKELY = [SECTIONS.index(s) for s in ("", "responsibilities")]
# A word belongs to the mention where it brings more than this to the score, or leads on to words that do.
_PRICE = 0.2
_FALL = 10**9  # more than the words of any clause can sum up to


def read_responsibilities(batch: TextBatch, hits: Hits, sections: Sections) -> Mentions:
    """The duties of the holder, each once a clause.

    Args:
        batch: the texts.
        hits: where the cues of `duty_rules.phrases` stand.
        sections: the parts of the texts.

    Returns:
        Mentions of kind "responsibility"; value is the id of the duty; rule says whether a rule found it
        ("duty:rule", and the mention is its words) or the model alone ("duty:words", and the mention is
        the stretch of the clause that speaks most for it).
    """
    listed = list(responsibilities().values())
    ruled = find_duties(hits, sections)
    likely = np.isin(sections.code, _LIKELY)
    # A clause of signs alone, whose range of lengths is the first, says nothing.
    has_words = sections.clauses.length > 0
    number = np.flatnonzero(likely & has_words)
    likely[number[opens_requirement(batch, sections.spans.bounds[number])]] = False
    likely[ruled.clause] = True
    number = np.flatnonzero(likely & has_words)
    scores = score(sections, ruled, number)
    clause, column = np.nonzero(scores > _LEAST_SCORE)
    clause = number[clause]
    classes = linear.load("duty").classes
    duty = np.array([[r.code for r in listed].index(code) for code in classes])[column]
    key = ruled.clause * len(listed) + ruled.duty  # ascending
    wanted = clause * len(listed) + duty
    at = np.minimum(np.searchsorted(key, wanted), max(len(key) - 1, 0))
    by_rule = key[at] == wanted if len(key) else np.zeros(len(wanted), bool)
    start, end = np.empty((2, len(clause)), np.int64)
    start[by_rule], end[by_rule] = ruled.start[at[by_rule]], ruled.end[at[by_rule]]
    start[~by_rule], end[~by_rule] = _stretch(batch, sections, clause[~by_rule], column[~by_rule])
    return Mentions(
        "responsibility",
        start,
        end,
        take([r.id for r in listed], duty),
        take(["duty:words", "duty:rule"], by_rule.astype(np.int64)),
    )


def score(sections: Sections, ruled: Found, clauses: Ints) -> Floats:
    """How much each clause speaks for each class of the model: (clauses, classes)."""
    model = linear.load("duty")
    scores = sections.spans.score("duty", clauses)
    scores += model.rows_of("section", SECTIONS)[sections.code[clauses]]
    scores += model.rows_of("length", range(len(LENGTHS) + 1))[sections.clauses.length[clauses]]
    place = np.full(len(sections.code), -1)
    place[clauses] = np.arange(len(clauses))
    at = place[ruled.clause]
    np.add.at(
        scores,
        at[at >= 0],
        model.rows_of("rule", [r.code for r in responsibilities().values()])[ruled.duty[at >= 0]],
    )
    return scores


def _stretch(batch: TextBatch, sections: Sections, clause: Ints, column: Ints) -> tuple[Ints, Ints]:
    """The words of each clause that together speak most for a class, less a price for each word.

    That is the stretch of greatest sum (Bentley 1984, Programming Pearls), of all clauses at once.
    """
    word, place = sections.spans.entries(clause)
    if not len(word):
        return word, word
    # Whole numbers: sums are exact, so that a tie falls alike wherever a clause stands in the batch.
    share = sections.spans.shares("duty", word, place, column[place])
    gain = np.rint((share - _PRICE) / (linear.STEP / 2)).astype(np.int64)
    # Sums up to each word, lower by a fall from clause to clause, so that no earlier clause has the least.
    upto = np.cumsum(gain) - place * _FALL
    before = upto - gain
    least = np.minimum.accumulate(before)
    opened = np.maximum.accumulate(np.where(before == least, np.arange(len(word)), 0))
    most = np.maximum.reduceat(upto - least, np.searchsorted(place, np.arange(len(clause))))
    best = np.flatnonzero(upto - least == most[place])
    best = best[np.append(True, place[best][1:] != place[best][:-1])]
    begin, stop = batch.word_spans
    return begin[word[opened[best]]], stop[word[best]]
