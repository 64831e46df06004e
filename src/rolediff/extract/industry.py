"""The industry of the employer, by a vote of the words in which a posting describes it.

Each cue of data/industry_cues.csv votes for one industry with its weight, by where it stands: most in
a part about the employer, least where skills are asked for. No clear winner means no answer. Where a
source names industries in its own words, data/industry_names.csv translates them.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rolediff.extract.batch import Hits, Ints, TextBatch, longest
from rolediff.extract.mentions import Mentions, take
from rolediff.extract.sections import SECTIONS, Sections
from rolediff.taxonomy import industries, read_table

# What a vote counts, by section. Text without a heading is mostly about the employer, above all at
# the top; benefits speak of insurance and health, legal text of government: neither is the business.
_BY_SECTION = {
    "": 1.0,
    "employer": 2.0,
    "responsibilities": 0.6,
    "requirements": 0.35,
    "preferred": 0.35,
    "pay-benefits": 0.0,
    "legal": 0.0,
    "apply": 0.3,
}
_TOP = 700  # bytes; the first sentences of a posting introduce the employer
_TOP_FACTOR = 1.7
# A word said again convinces less each time: the n-th vote of a cue counts 1/n, up to the third.
_MOST_REPEATS = 3
# The winner needs this much (one strong cue at the top, or several weak ones), and this lead.
_LEAST = 2.5
_LEAD = 1.1


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
    """The cues to look for."""
    return _cues()[0]


def read_industry(batch: TextBatch, hits: Hits, sections: Sections) -> tuple[pa.Array, Mentions]:
    """The industry of the employer of each text.

    Args:
        batch: n texts.
        hits: where the cues of `phrases` stand.
        sections: the parts of the texts.

    Returns:
        n ids of industries, null where the text does not tell; and for each answer one mention, the
        cue that counted most (rule "industry:" and the cue).
    """
    cues, industry_of, weight_of = _cues()
    names = list(industries())
    hits = longest(hits)
    row = batch.row_of(hits.start)
    place = np.array([_BY_SECTION[s] for s in SECTIONS])[sections.at(hits.start)]
    place = np.where(hits.start - batch.starts[row] < _TOP, place * _TOP_FACTOR, place)
    order = np.lexsort((hits.start, -place, hits.index, row))
    hits, row, place = hits.where(order), row[order], place[order]
    repeat = _count_in_group(row * len(cues) + hits.index) + 1
    vote = np.where(repeat <= _MOST_REPEATS, weight_of[hits.index] * place / repeat, 0.0)
    winner_of = industry_of[hits.index]

    scores = np.zeros((len(batch), len(names)))
    np.add.at(scores, (row, winner_of), vote)
    winner = scores.argmax(axis=1)
    best = scores[np.arange(len(batch)), winner]
    rest = scores.copy()
    rest[np.arange(len(batch)), winner] = 0.0
    clear = (best >= _LEAST) & (best >= _LEAD * rest.max(axis=1, initial=0.0))
    answer = pa.array(winner, mask=~clear)

    its_own = np.flatnonzero(clear[row] & (winner_of == winner[row]) & (vote > 0))
    strongest = its_own[np.lexsort((hits.start[its_own], -vote[its_own], row[its_own]))]
    first = strongest[np.r_[True, row[strongest][1:] != row[strongest][:-1]]] if len(strongest) else strongest
    mentions = Mentions(
        "industry",
        hits.start[first],
        hits.end[first],
        take(names, winner_of[first]),
        take([f"industry:{cue}" for cue in cues], hits.index[first]),
    )
    return pa.array(names).take(answer), mentions


def _count_in_group(groups: Ints) -> Ints:
    """How many of the same group stand before each; the groups stand together."""
    if not len(groups):
        return groups
    begins = np.r_[True, groups[1:] != groups[:-1]]
    at = np.arange(len(groups))
    return at - np.maximum.accumulate(np.where(begins, at, 0))


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
