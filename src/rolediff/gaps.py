"""Terms that behave like skills and that the taxonomy does not hold: `rolediff taxonomy gaps`.

How a term is found, with no list of terms to look for:

- Every text is cut into items at commas, slashes, brackets, "and", "or", "such as" and the like; items
  so joined make a list. So do short lines one below the other. What leads up to the first item of a list
  ("experience with") is cut off.
- A *name* is a run of up to four words with a capital letter, or with digits or signs inside; so is one
  small word that is a whole item between two known tools. It counts beside a known skill of its list,
  and in a section of requirements unless it opens the sentence, where every word has a capital.
- A *phrase* is a whole item of two or three small words, next to a known method in its list.
- What the taxonomy reads there already, with the tables as they are now, is no gap; nor is a subject of
  a degree, a place, a job, nor a word of the everyday vocabulary: one written small too often elsewhere.

Terms are told apart without regard to case, hyphens as blanks. They are ranked by the employers that use
them, times the share of uses beside a known skill: a place or a benefit has many employers and
stands beside few skills. What is shown is for a person to judge; no term becomes a skill by itself.

Text about the employer, pay, the law and how to apply is left out, and so are copies of an opening and
texts not known to be English.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rolediff.errors import WorkspaceError
from rolediff.extract import matcher
from rolediff.extract.batch import Bools, Ints, TextBatch
from rolediff.extract.education import read_education
from rolediff.extract.headings import Headings
from rolediff.extract.sections import NOT_OF_THE_ROLE, SECTIONS, Sections
from rolediff.extract.skills import read_skills
from rolediff.taxonomy import categories, read_table, skills
from rolediff.warehouse import Warehouse

_BATCH_ROWS = 1_000
# Terms held at once. Above it those of fewest openings are let go, so memory has a bound; the corpus of
# 30,000 postings holds a third of it.
_MOST_HELD = 400_000
# Known skills speak for a term this many items away in its list, if so large a part of the items there
# holds one: "HR, sales, R&D, support and SQL" is a list of something else.
_REACH = 2
_KNOWN_PART = 0.5
# Neighbours shorter than this, line by line, are a list without bullets.
_SHORT_LINE = 48
_MOST_WORDS = 4
_EXAMPLES = 3
_AROUND = 36  # bytes of context on each side of an example
_HELD_EMPLOYERS = 4_096  # a term with more is no question of rank
_SLOTS = 1 << 22  # of everyday words, by hash
# Of all places where a word stands, those where it behaves like a skill must be this share.
_LEAST_SHARE = 0.2

_ASKED = tuple(SECTIONS.index(s) for s in ("requirements", "preferred"))

# What parts the items of a list, first; what ends it, second. Both are looked for in lowered text.
_CUT = re.compile(
    rb"(?P<join>(?:[ ]*[,/()\[\]&][ ,]*)+(?:(?:and/or|and|or)\b[ ]*)?"
    rb"|[ ](?:and/or|and|or|as well as|plus|vs\.?)[ ])"
    rb"|(?P<line>[ ]*\n[ \t]*(?:(?:[-*+o\xb7]|\xe2\x80[\xa2\x93\x94\xa3]|\xc2\xb7|\xe2[\x96-\x9d][\x80-\xbf])[ \t]*)?)"
    # What stands before "such as" or a colon is the class of the items behind it, not one of them.
    rb"|(?P<end>[:,]?[ ](?:such as|including|like|e\.g\.|i\.e\.),?[ ]|:[ ]*|[.!?;][ ]+|[.;](?=\n)"
    rb"|[ ]+(?:[-*]|\xe2\x80[\x93\x94\xa2]|\xc2\xb7)[ ]+|[\"<>{}=|])"
)
# What leads up to an item: "strong experience with", "knowledge of the".
_LEAD = re.compile(
    rb".*\b(?:with|in|using|of|on|via|through|as|to|for|from|by|are|is|be|use|uses|into|at|within|our)\b[ ]+"
    rb"(?:(?:the|a|an|any|other|modern|advanced|basic|various|popular|common|similar)\b[ ]+)*",
    re.IGNORECASE,
)
_NAMED = (
    rb"(?:(?:[A-Z]|\xc3[\x80-\x9e])[\w\x80-\xff+#.'-]*|[a-z]+[-.]?[A-Z0-9][\w\x80-\xff+#.'-]*"
    rb"|[a-z]+(?:\.[a-z]{2,3}|\+\+|#)|\d+[A-Za-z][\w.-]*)"
)
_RUN = re.compile(rb"(?<![\w\x80-\xff@.])" + _NAMED + rb"(?: (?:" + _NAMED + rb"|\d+(?:\.\d+)?))*")
_SMALL = re.compile(rb"[a-z][a-z0-9]{2,24}")
_PHRASE = re.compile(rb"[a-z]{2,}(?:-[a-z]+)*(?: [a-z]{2,}(?:-[a-z]+)*){1,2}")
_TO = re.compile(rb"\b[Tt]o[ ]+$")
_RUN_WORD = re.compile(rb"[^ ]+")
_TWO = re.compile(rb".{2,}")  # one letter is a letter
_ENDS = b" .*-'"
_BULLET = 3  # bytes that a bullet before the first word of a clause takes
# A phrase with one of these is a clause or a judgement, not the name of a practice.
_NO_PHRASE = frozenset(
    b"a an the to of in on for with by at from as is are be our your their its this that these those you we "
    b"who will can able ability skills skill knowledge experience experienced strong excellent good great proven "
    b"proficiency proficient understanding familiarity familiar expertise background years year other others etc "
    b"such more new best related relevant similar equivalent required preferred including across all any both "
    b"large complex multiple various different key high well highly ensure work working team teams develop "
    b"developing build building create creating design-driven provide support drive not no".split()
)
# Words that begin a requirement and end what is no name: they are written large for their place.
_NO_NAME = frozenset(
    b"experience knowledge strong excellent ability proficiency proficient understanding familiarity familiar "
    b"expertise advanced basic working hands-on hands proven demonstrated solid good must minimum preferred "
    b"required requirements qualifications skills responsibilities years year degree bachelor bachelors bachelor's "
    b"master master's masters phd ph.d ph.d. bs ms ba b.s. m.s. b.s m.s the a an we you our your i ii iii etc "
    b"january february march april may june july august september october november december monday tuesday "
    b"wednesday thursday friday saturday sunday".split()
)
# A name or phrase that ends so is of people or of a job.
_PEOPLE = frozenset(
    b"engineer engineers scientist scientists analyst analysts developer developers manager managers architect "
    b"architects director lead leads leader leaders officer specialist consultant consultants intern designer "
    b"designers stakeholders customers users partners leadership researcher researchers department group".split()
)


@dataclass(frozen=True, slots=True)
class Gap:
    """A term that behaves like a skill.

    Attributes:
        term: as it is written most often.
        form: name or phrase.
        openings: openings that use it so.
        employers: distinct employers of those; an origin that names no employer counts as one.
        beside: share of these uses that stand in one list with a known skill.
        examples: a few places, the term in double angle brackets.
    """

    term: str
    form: str
    openings: int
    employers: int
    beside: float
    examples: tuple[str, ...]


@dataclass(slots=True)
class _Term:
    """What is counted of a term while the texts go by."""

    openings: int = 0
    last: int = -1
    uses: int = 0
    beside: int = 0
    voices: set[int] = field(default_factory=set)
    spellings: Counter[bytes] = field(default_factory=Counter)
    phrases: int = 0
    examples: list[str] = field(default_factory=list)


def find_gaps(warehouse: Warehouse, least_employers: int = 5, limit: int = 100) -> list[Gap]:
    """The terms of a snapshot that behave like skills and are none of the taxonomy, most telling first.

    One pass over the texts, batch by batch. What is held grows with the terms and their employers, up
    to a bound, and not with the texts.

    Args:
        warehouse: a snapshot with texts.
        least_employers: employers that a term must be used by; one employer's word is no skill.
        limit: how many.

    Raises:
        WorkspaceError: the snapshot has no texts.
    """
    if not warehouse.has_text:
        raise WorkspaceError(
            f"The snapshot {warehouse.folder} holds facts only, not the texts that gaps are looked for in. "
            "Build one of postings of your own: `rolediff ingest FILE`, then `rolediff build`."
        )
    terms: dict[str, _Term] = {}
    everyday = np.zeros(_SLOTS, np.int64)
    opening = 0
    for texts, voices in _openings(warehouse.folder):
        batch = TextBatch(texts)
        _count_small_words(batch, everyday)
        for use in _uses(batch):
            _count(terms, use, opening + use.row, voices[use.row], batch)
        opening += len(batch)
        _let_go(terms)
    gaps = [
        Gap(
            term.spellings.most_common(1)[0][0].decode("utf-8", "replace"),
            "phrase" if 2 * term.phrases > term.uses else "name",
            term.openings,
            len(term.voices),
            round(term.beside / term.uses, 3),
            tuple(term.examples),
        )
        for key, term in terms.items()
        if len(term.voices) >= least_employers
        and term.beside
        and key not in _places()
        and not _is_everyday(key, term, everyday)
    ]
    gaps.sort(key=lambda gap: (-gap.employers * gap.beside, -gap.openings, gap.term))
    return gaps[:limit]


def _openings(folder: Path) -> Iterator[tuple[pa.Array, list[str]]]:
    """Texts of English openings, and the voice of each: its employer, or the origin that names none."""
    columns = ["id", "opening", "language", "employer_key", "origin"]
    postings = pq.ParquetFile(folder / "postings.parquet").iter_batches(_BATCH_ROWS, columns=columns)
    texts = pq.ParquetFile(folder / "texts.parquet").iter_batches(_BATCH_ROWS, columns=["posting", "text"])
    for rows, held in zip(postings, texts, strict=True):
        if not rows.column("id").equals(held.column("posting")):
            raise WorkspaceError(
                f"The snapshot {folder} is damaged: postings and texts differ in their order. "
                "Build it anew with `rolediff build`."
            )
        keep = pc.and_(
            pc.equal(rows.column("id"), rows.column("opening")), pc.equal(rows.column("language"), "en")
        )
        rows, text = rows.filter(keep), held.column("text").filter(keep)
        origin = pc.binary_join_element_wise("origin", rows.column("origin"), ":")
        if len(text):
            yield text, pc.coalesce(rows.column("employer_key"), origin).to_pylist()


@dataclass(frozen=True, slots=True)
class _Use:
    """A place where a term behaves like a skill."""

    row: int
    start: int
    end: int
    beside: bool
    is_phrase: bool


def _uses(batch: TextBatch) -> Iterator[_Use]:
    """All such places in a batch."""
    found = matcher().find(batch)
    headings = Headings(batch, found.of("heading"))
    parts = Sections(batch, headings)
    degrees = read_education(batch, found.of("education"), headings).degree
    known = read_skills(batch, found.of("skill"), found.of("need"), parts, degrees)
    start, end, joined = _items(batch)
    # Hits of the matcher are known spellings, though their context may forbid them here: no gap either.
    spelt = found.of("skill")
    begins, stops = np.r_[known.start, spelt.start], np.r_[known.end, spelt.end]
    order = np.argsort(begins, kind="stable")
    begins, stops = begins[order], np.maximum.accumulate(stops[order])

    kind = np.array([categories()[s.category].kind == "method" for s in skills().values()])
    number = {id_: i for i, id_ in enumerate(skills())}
    is_method = kind[[number[v] for v in known.value.to_pylist()]] if len(known) else np.zeros(0, bool)
    item = np.searchsorted(start, known.start, "right") - 1
    holds = {
        "tool": np.bincount(item[~is_method], minlength=len(start)) > 0,
        "method": np.bincount(item[is_method], minlength=len(start)) > 0,
    }
    holds["any"] = holds["tool"] | holds["method"]
    near = _near(holds["any"], joined)
    near_method = _near(holds["method"], joined)
    between_tools = _between(holds["tool"], joined)
    tool_follows = np.append(holds["tool"][1:] & joined[1:], False)

    section = parts.at(start)
    asked = np.isin(section, _ASKED)
    of_degree = np.isin(batch.clause_of(start), batch.clause_of(degrees.start))
    worth = (near | asked) & ~np.isin(section, NOT_OF_THE_ROLE) & ~of_degree & (end > start)
    rows = batch.row_of(start)
    clause = batch.clauses[batch.clause_of(start)]
    for i in np.flatnonzero(worth).tolist():
        at, stop = int(start[i]), int(end[i])
        row, beside = int(rows[i]), bool(near[i])
        item_text = batch.data[at:stop].rstrip(_ENDS)
        lead = _LEAD.match(item_text)
        if lead and _TO.search(lead[0]):
            continue  # what follows is done, not known
        begin = at + lead.end() if lead else at
        whole = batch.data[begin:stop].rstrip(_ENDS)
        is_phrase = bool(near_method[i] and _PHRASE.fullmatch(whole))
        if is_phrase or (between_tools[i] and _SMALL.fullmatch(whole)):
            words = whole.split()
            fits = not is_phrase or (_NO_PHRASE.isdisjoint(words) and words[-1] not in _PEOPLE)
            if fits and not _is_known(begins, stops, begin, begin + len(whole)):
                yield _Use(row, begin, begin + len(whole), True, is_phrase)
            continue
        opens = at - int(clause[i]) <= _BULLET
        for run in _RUN.finditer(item_text):
            if opens and run.start() == 0 and not (tool_follows[i] and run.end() == len(item_text)):
                continue
            name = _name(run)
            span = (at + name.start(), at + name.end()) if name else None
            if span and (beside or asked[i]) and not _is_known(begins, stops, *span):
                yield _Use(row, *span, beside, False)


def _name(run: re.Match[bytes]) -> re.Match[bytes] | None:
    """A run of named words without those that are large for their place only, or None."""
    words = list(_RUN_WORD.finditer(run.string, *run.span()))
    while words and words[0][0].lower().rstrip(_ENDS) in _NO_NAME:
        words.pop(0)
    while words and words[-1][0].lower().rstrip(_ENDS) in _NO_NAME:
        words.pop()
    if not words or len(words) > _MOST_WORDS or words[-1][0].lower() in _PEOPLE:
        return None
    name = run.string[words[0].start() : words[-1].end()].rstrip(_ENDS)
    return _TWO.match(run.string, words[0].start(), words[0].start() + len(name))


def _is_known(begins: Ints, stops: Ints, start: int, end: int) -> bool:
    """Whether a known spelling lies over the term or a part of it."""
    last = int(np.searchsorted(begins, end)) - 1
    return last >= 0 and int(stops[last]) > start


def _items(batch: TextBatch) -> tuple[Ints, Ints, Bools]:
    """Items of all texts: where each starts and ends, and whether it goes on with the list before it."""
    starts, ends, joins, lines = [0], [], [False], [True]
    for cut in _CUT.finditer(batch.low):
        ends.append(cut.start())
        starts.append(cut.end())
        joins.append(cut.lastgroup == "join")
        lines.append(cut.lastgroup == "line")
    ends.append(len(batch.low))
    start, end = np.array(starts, np.int64), np.array(ends, np.int64)
    joined, new_line = np.array(joins, bool), np.array(lines, bool)
    # Short lines, each one item, stand one below the other.
    whole = new_line & np.append(new_line[1:], True) & (end - start <= _SHORT_LINE) & (end > start)
    joined[1:] |= whole[1:] & whole[:-1]
    same_row = batch.row_of(np.minimum(start, len(batch.data) - 1))
    joined[1:] &= same_row[1:] == same_row[:-1]
    return start, end, joined


def _near(holds: Bools, joined: Bools) -> Bools:
    """Whether enough of the items around an item, in the same list, hold what is known."""
    list_of = np.cumsum(~joined)
    around, known = np.zeros(len(holds), np.int64), np.zeros(len(holds), np.int64)
    for step in range(1, _REACH + 1):
        same = list_of[step:] == list_of[:-step]
        around[step:] += same
        around[:-step] += same
        known[step:] += holds[:-step] & same
        known[:-step] += holds[step:] & same
    return (known > 0) & (known >= _KNOWN_PART * around)


def _between(holds: Bools, joined: Bools) -> Bools:
    """Whether the items before and behind an item, in the same list, both hold what is known."""
    between = np.zeros(len(holds), bool)
    between[1:-1] = holds[:-2] & holds[2:] & joined[1:-1] & joined[2:]
    return between


def _count(terms: dict[str, _Term], use: _Use, opening: int, voice: str, batch: TextBatch) -> None:
    spelling = batch.data[use.start : use.end]
    key = spelling.decode("utf-8", "replace").lower().replace("-", " ")
    term = terms.get(key)
    if term is None:
        term = terms[key] = _Term()
    number = zlib.crc32(voice.encode())
    if len(term.examples) < _EXAMPLES and number not in term.voices and use.beside:
        term.examples.append(_quote(batch, use))
    if term.last != opening:
        term.openings += 1
        term.last = opening
    if len(term.voices) < _HELD_EMPLOYERS:
        term.voices.add(number)
    term.uses += 1
    term.beside += use.beside
    term.phrases += use.is_phrase
    term.spellings[spelling] += 1


def _quote(batch: TextBatch, use: _Use) -> str:
    """The term in double angle brackets, with whole words around it, on one line."""
    first, last = int(batch.starts[use.row]), int(batch.starts[use.row + 1]) - 1
    begin, stop = max(first, use.start - _AROUND), min(last, use.end + _AROUND)
    before, after = batch.data[begin : use.start], batch.data[use.end : stop]
    before = before if begin == first else before[before.find(b" ") + 1 :]
    after = after if stop == last else after[: after.rfind(b" ") + 1]
    parts = before, b"<<" + batch.data[use.start : use.end] + b">>", after
    return " ".join(b"".join(parts).decode("utf-8", "ignore").split())


def _let_go(terms: dict[str, _Term]) -> None:
    """Drops the terms of fewest openings while there are too many; one that comes back begins anew."""
    few = 1
    while len(terms) > _MOST_HELD:
        for key in [key for key, term in terms.items() if term.openings <= few]:
            del terms[key]
        few += 1


# Letters and digits stay; all else parts words.
_LETTERS = bytes(c if chr(c).isalnum() and c < 128 else 32 for c in range(256))


def _count_small_words(batch: TextBatch, everyday: Ints) -> None:
    """Adds how often each word is written all small, by the slot of its hash."""
    words = pc.ascii_split_whitespace(
        pa.array([batch.data.translate(_LETTERS)], pa.large_binary()).cast(pa.large_string())
    )
    counted = pc.value_counts(words.flatten())
    small = counted.filter(pc.ascii_is_lower(counted.field("values")))
    slots = [zlib.crc32(w.encode()) % _SLOTS for w in small.field("values").to_pylist()]
    np.add.at(everyday, np.array(slots, np.int64), small.field("counts").to_numpy())


@cache
def _places() -> frozenset[str]:
    """Names and codes of places, in lower case."""
    rows = read_table("places")
    return frozenset(
        n.lower() for row in rows for n in (*row.items("names"), *row.items("code"), row["shown"])
    )


def _is_everyday(key: str, term: _Term, everyday: Ints) -> bool:
    """Whether a word is written small so often that it is a word of the language first."""
    if " " in key or not key.isalpha():
        return False
    return term.uses < _LEAST_SHARE * int(everyday[zlib.crc32(key.encode()) % _SLOTS])


def print_gaps(gaps: list[Gap]) -> str:
    """The gaps as aligned text, each with its examples below it."""
    if not gaps:
        return "No term is used so by as many employers."
    width = max(len("term"), *(len(gap.term) for gap in gaps))
    head = f"{'term':<{width}}  form    openings  employers  beside"
    rows = (
        (
            f"{g.term:<{width}}  {g.form:<6}  {g.openings:>8,}  {g.employers:>9,}  {g.beside:>5.0%}",
            *(f"    {example}" for example in g.examples),
        )
        for g in gaps
    )
    return "\n".join((head, *chain.from_iterable(rows)))
