"""The industry of the employer, from the words in which a posting describes it.

A linear model (`linear.py`) weighs the words of a posting, most those about the employer and at the top,
and the cues of data/industry_cues.csv, phrases that name a trade. Where it is not sure enough there is
no answer. Where a source names industries in its own words, data/industry_names.csv translates them.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import sparse
from scipy.special import softmax

from rolediff.extract import linear
from rolediff.extract.batch import Bools, Hits, Ints, TextBatch, longest
from rolediff.extract.mentions import Mentions, take
from rolediff.extract.sections import SECTIONS, Sections
from rolediff.taxonomy import industries, read_table

# Benefits speak of insurance and health, legal text of government: neither is the business.
_SILENT = [SECTIONS.index(s) for s in ("pay-benefits", "legal", "apply")]
_EMPLOYER = SECTIONS.index("employer")
_TOP = 700  # bytes; the first sentences of a posting introduce the employer
#: What a word counts elsewhere, where duties and skills speak of the trade by the way.
ELSEWHERE = 0.4
_MOST_CUES = 3.0  # the votes of cues count up to this: a posting that says "bank" ten times is no surer
# The employer is called by a trade where a cue of at least this weight follows one of data/employer_openings.csv
# ("is a", "we are an") within so many bytes.
_NAMES_A_TRADE, _REACH = 3.5, 60
# The least probability of an answer. On labelled postings kept apart from learning, 0.68 of the industries
# were found and 0.68 of the answers were right at 0.3; without a bound 0.71 and 0.58, at 0.4 0.64 and 0.72.
_LEAST = 0.3
_LEAST_UNTOLD = 0.4  # where no clause is about the employer


@cache
def _cues() -> tuple[list[str], Ints, npt.NDArray[np.float64]]:
    """Cues, the number of the industry of each, and its weight."""
    ids = list(industries())
    rows = read_table("industry_cues")
    for row in rows:
        if row["industry"] not in ids:
            raise row.broken(f"unknown industry {row['industry']!r}; known: {', '.join(ids)}")
    numbers = np.array([ids.index(r["industry"]) for r in rows], np.int64)
    return [r["phrase"] for r in rows], numbers, np.array([float(r["weight"]) for r in rows])


def phrases() -> list[str]:
    """The cues to look for, and then the words before which an employer is named by its trade."""
    return _cues()[0] + _openings()


def is_cue(hits: Hits) -> Bools:
    """Which hits are cues, of a trade."""
    return hits.index < len(_cues()[0])


@cache
def _openings() -> list[str]:
    return [row["phrase"] for row in read_table("employer_openings")]


def read_industry(batch: TextBatch, hits: Hits, sections: Sections) -> tuple[pa.Array, Mentions]:
    """The industry of the employer of each text.

    Args:
        batch: n texts.
        hits: where the cues of `phrases` stand.
        sections: the parts of the texts.

    Returns:
        n ids of industries, null where the text does not tell; and for each answer one mention, the cue
        or word that speaks most for it (rule "industry:cue" or "industry:word").
    """
    model = linear.load("industry")
    said = said_of_itself(batch, hits, sections)
    hits = longest(hits.where(is_cue(hits)))
    words, votes = features(batch, hits, sections)
    # Sparse throughout: a dense product sets threads spinning, and may round by the size of the batch.
    scores = (
        words @ model.words
        + sparse.csr_matrix(votes) @ model.rows_of("cue", industries())
        + sparse.csr_matrix(said) @ model.rows_of("said", industries())
        + model.rows_of("all", [""])
    )
    chances = softmax(scores, axis=1)
    column = chances.argmax(axis=1)
    about = sections.clauses.row[sections.code == _EMPLOYER]
    is_untold = np.bincount(about, minlength=len(batch)) == 0
    sure = chances[np.arange(len(batch)), column] >= np.where(is_untold, _LEAST_UNTOLD, _LEAST)
    names = pa.array(model.classes)
    return names.take(pa.array(column, mask=~sure)), _mentions(batch, hits, sections, column, sure)


def features(
    batch: TextBatch, hits: Hits, sections: Sections
) -> tuple[sparse.csr_matrix, npt.NDArray[np.float32]]:
    """What the model weighs of each text.

    Returns:
        (n, words of the lexicon): 1 where a word stands in the text about the employer or at the top,
        less where it stands elsewhere; and (n, industries): the votes of the cues.
    """
    clauses = sections.clauses
    loud, quiet = zones(batch, sections)
    parts = []
    for zone in (loud, quiet):
        number = np.flatnonzero(zone)
        rows = sparse.csr_matrix(
            (np.ones(len(number), np.float32), (clauses.row[number], number)), (len(batch), len(zone))
        )
        found = rows @ sections.spans.words
        found.data[:] = 1.0
        parts.append(found)
    words = parts[0].maximum(parts[1] * np.float32(ELSEWHERE))
    _, industry_of, weight_of = _cues()
    clause = clauses.number_of(hits.start)
    vote = weight_of[hits.index] / 2 * np.where(loud[clause], 1.0, ELSEWHERE * quiet[clause])
    votes = np.zeros((len(batch), len(industries())), np.float32)
    np.add.at(votes, (clauses.row[clause], industry_of[hits.index]), vote)
    return words.tocsr(), np.minimum(votes, _MOST_CUES)


def said_of_itself(batch: TextBatch, hits: Hits, sections: Sections) -> npt.NDArray[np.float32]:
    """Whether each text calls its employer by a trade ("we are a nonprofit"): (n, industries)."""
    _, industry_of, weight_of = _cues()
    is_opening = ~is_cue(hits)
    opening, cue = hits.where(is_opening), longest(hits.where(~is_opening))
    cue = cue.where(weight_of[cue.index] >= _NAMES_A_TRADE)
    clauses = sections.clauses
    number = clauses.number_of(cue.start)
    last = np.searchsorted(opening.end, cue.start, "right") - 1
    at = np.append(opening.end, 0)[last]
    near = (last >= 0) & (at >= clauses.starts[number]) & (cue.start - at <= _REACH)
    near &= zones(batch, sections)[0][number]
    said = np.zeros((len(batch), len(industries())), np.float32)
    said[clauses.row[number[near]], industry_of[cue.index[near]]] = 1.0
    return said


def zones(batch: TextBatch, sections: Sections) -> tuple[Bools, Bools]:
    """Which clauses speak of the employer, and which others may."""
    clauses = sections.clauses
    top = clauses.starts - batch.starts[clauses.row] < _TOP
    headed = np.isin(clauses.heading, _SILENT)
    loud = (top & ~headed) | (sections.code == _EMPLOYER)
    return loud, ~loud & ~headed & ~np.isin(sections.code, _SILENT)


def _mentions(batch: TextBatch, hits: Hits, sections: Sections, column: Ints, sure: Bools) -> Mentions:
    classes = linear.load("industry").classes
    _, industry_of, weight_of = _cues()
    ids = list(industries())
    loud, quiet = zones(batch, sections)
    clause = sections.clauses.number_of(hits.start)
    row = sections.clauses.row[clause]
    # Cues of the industry that was read; they go before single words, for a person would quote them.
    wanted = np.array([ids.index(name) for name in classes])[column]
    cue = np.flatnonzero(sure[row] & (industry_of[hits.index] == wanted[row]) & (loud | quiet)[clause])
    weight = weight_of[hits.index[cue]] + loud[clause[cue]]
    by_cue = np.zeros(len(batch), bool)
    by_cue[row[cue]] = True
    number = np.flatnonzero(loud & (sure & ~by_cue)[sections.clauses.row])
    word, place = sections.spans.entries(number)
    of_word = sections.clauses.row[number[place]]
    share = sections.spans.shares("industry", word, place, column[of_word])
    begin, stop = batch.word_spans
    start = np.concatenate([hits.start[cue], begin[word]])
    end = np.concatenate([hits.end[cue], stop[word]])
    of = np.concatenate([row[cue], of_word])
    order = np.lexsort((start, -np.concatenate([weight, share]), of))
    first = order[np.append(True, of[order][1:] != of[order][:-1])] if len(order) else order
    return Mentions(
        "industry",
        start[first],
        end[first],
        take(list(classes), column[of[first]]),
        take(["industry:cue", "industry:word"], (first >= len(cue)).astype(np.int64)),
    )


@cache
def _stated_names() -> dict[str, str]:
    known: dict[str, str] = {}
    ids = industries()
    for row in read_table("industry_names"):
        if row["industry"] not in ids:
            raise row.broken(f"unknown industry {row['industry']!r}; known: {', '.join(ids)}")
        for name in row.items("names"):
            if known.setdefault(" ".join(_words(name)), row["industry"]) != row["industry"]:
                raise row.broken(f"the name {name!r} stands under two industries")
    return known


def read_stated_industry(value: str | None) -> str | None:
    """Our id for the industry that a source names, as Glassdoor and LinkedIn write it.

    Several names in one value are told apart by the longest known name at each place. Technology
    beside one other industry gives the other ("Software, Financial Services": finance); two others
    give None, as does a value with a part that is no known name.
    """
    known = _stated_names()
    words = _words(value or "")
    found = []
    at = 0
    while at < len(words):
        ends = [n for n in range(len(words), at, -1) if " ".join(words[at:n]) in known]
        if not ends:
            return None
        found.append(known[" ".join(words[at : ends[0]])])
        at = ends[0]
    others = set(found) - {"technology"} or set(found)
    return others.pop() if len(others) == 1 else None


def _words(name: str) -> list[str]:
    """Lower-case words; "and", "&" and commas separate as blanks do, for sources confuse them."""
    words = name.lower().replace("&", " ").replace(",", " ").split()
    return [word for word in words if word != "and"]
