"""The tables that titles are read by, loaded once and checked; and the words of a title."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from rolediff.taxonomy import Row, read_table

SPLIT = "|"  # the token of a hard break
#: Arabic and Roman grades and the seniority they stand for.
GRADES = {
    **dict.fromkeys(("i", "1"), "entry"),
    **dict.fromkeys(("ii", "2"), "unspecified"),
    **dict.fromkeys(("iii", "3"), "senior"),
    **dict.fromkeys(("iv", "v", "4", "5"), "staff"),
}

# endings for both genders: "Ingénieur·e", "Entwickler:in", "Consultor/a"; marks such as (m/w/d) are no words
_GENDER = re.compile(
    r"(?<=\w)(?:[:*·•/_]\s?(?:in|innen|e|ne|a|o|trice|rice|es|euse)s?\b|\((?:e|ne|a|in|rice|ffe|fe)s?\))"
    r"(?:[·•]s\b)?",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"[:*·•/_(\[]")
# "Backend (Python) Engineer": what stands in brackets goes to the end, so that the words around it meet
_BRACKETS = re.compile(r"(?<=\w) ?[(\[]([^()\[\]]*)[)\]](?=\s+\w)")
_CAMEL = re.compile(r"(?<=[a-z][a-z])(?=[A-Z])")
_HARD = re.compile(r"\s[-–—]+|[-–—]+(?:\s|$)|[–—|,;:()\[\]{}@•·_~!?>*]")
_WORD = re.compile(r"(?<![a-z0-9])[a-z]&[a-z]{1,2}(?![a-z0-9])|[a-z0-9]+(?:\+\+|#)?|[|&/+]")
# letters that are no letter with an accent: they would be lost with the accents
_LETTERS = str.maketrans({"ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "ı": "i", "æ": "ae", "Æ": "ae"})
_JOINERS = {"and": "&", "und": "&", "et": "&", "y": "&", "+": "&", "or": "/", "ou": "/", "oder": "/"}


@dataclass(frozen=True, slots=True)
class Family:
    """A row of data/families.csv; onet, soc and soc_fit are None where no official class fits."""

    id: str
    name: str
    plural: str
    discipline: str
    kind: str
    onet: str | None
    soc: str | None
    soc_fit: str | None
    definition: str


@dataclass(frozen=True, slots=True)
class Seniority:
    """A row of data/seniorities.csv; rank counts from 1, the lowest."""

    id: str
    name: str
    rank: int
    experience_level: str | None


@cache
def families() -> dict[str, Family]:
    """All families by id, in the order of the table.

    Raises:
        TaxonomyError: an unknown kind or fit, or a fit without a class.
    """
    found = {}
    for row in read_table("families"):
        if row["kind"] not in ("data", "other"):
            raise row.broken(f"kind {row['kind']!r} is neither data nor other")
        if row["soc_fit"] not in ("exact", "broad", "poor", "") or bool(row["soc"]) != bool(row["soc_fit"]):
            raise row.broken("soc_fit is exact, broad or poor where soc is given, and empty where it is not")
        found[row["id"]] = Family(
            id=row["id"],
            name=row["name"],
            plural=row["plural"],
            discipline=row["discipline"],
            kind=row["kind"],
            onet=row["onet"] or None,
            soc=row["soc"] or None,
            soc_fit=row["soc_fit"] or None,
            definition=row["definition"],
        )
    return found


@cache
def seniorities() -> dict[str, Seniority]:
    """All seniorities by id, lowest first."""
    rows = sorted(read_table("seniorities"), key=lambda row: int(row["rank"]))
    return {
        r["id"]: Seniority(r["id"], r["name"], int(r["rank"]), r["experience_level"] or None) for r in rows
    }


#: Words of tables from this length on are known with one letter lost, doubled or swapped ("Enginer"). The
#: first and the last letters must stand: "managed" is no manager.
_MEND_FROM, _LAST_LETTERS = 6, 2
#: Words that are themselves, though a letter from a word of the tables.
_THEMSELVES = frozenset(
    {"contact", "drivers", "funding", "projects", "leaning", "alternate", "patent", "investigator"}
    | {"reactive", "planer", "intern", "marine", "casual", "trailer", "trainers", "patents", "rotational"}
)
#: Heads that close compounds: "Datenanalystin", "Systemingenieur". A compound has this many letters more.
_CLOSING_HEADS = frozenset(
    {"engineer", "developer", "analyst", "architect", "administrator", "scientist", "specialist"}
)
_CLOSING_FROM, _OPENING_FROM = 6, 2
_WORDS_KEPT = 20_000

_Entry = tuple[str, str]  # (kind, value) of a phrase
_Found = tuple[tuple[str, ...], _Entry]
#: first word -> the phrase of that word alone, and second word -> longer phrases, longest first
Phrases = dict[str, tuple[_Found | None, dict[str, list[_Found]]]]


@dataclass(frozen=True, slots=True)
class Mark:
    """When a word of seniority counts: its rank, and the words that must not stand beside it."""

    rank: int
    needs_role: bool
    not_before: frozenset[str]
    not_after: frozenset[str]


class Tables:
    """The tables of titles, indexed by the first words of their phrases.

    Attributes:
        cells: family by area and head.
        strong: areas that no weak area hides.
        data: families of kind data.
        words: phrases of areas, heads, roles and noise.
        sciences: first letters of words of the sciences outside AI.
        marks: phrases of seniority; their value is a place in `mark_rules`.
        mark_firsts: every word that a phrase of seniority or a grade may begin with.
        last_words: words that end a head or a role: a grade may follow ("Data Scientist II").
        known: every word of a phrase.
    """

    def __init__(self) -> None:
        rows = read_table("title_families")
        self.cells = {row["area"]: row.values for row in rows}
        self.data = frozenset(id_ for id_, family in families().items() if family.kind == "data")
        disciplines = {f"={family}" for family in families()}
        self.strong = (
            frozenset(a for a, row in self.cells.items() if row["strength"] == "strong") | disciplines
        )
        words = read_table("title_words")
        self.words = _index((row, (row["kind"], row["value"])) for row in words if row["kind"] != "science")
        self.sciences = tuple(
            stem for row in words if row["kind"] == "science" for stem in row.items("phrases")
        )
        marks = read_table("title_seniorities")
        self.marks = _index((row, ("", str(n))) for n, row in enumerate(marks))
        self.mark_rules = [_mark(row) for row in marks]
        self.mark_firsts = frozenset(self.marks) | frozenset(GRADES)
        self.last_words = frozenset(w[-1] for w, (kind, _) in _each(self.words) if kind in ("head", "role"))
        self.known = frozenset(w for index in (self.words, self.marks) for ws, _ in _each(index) for w in ws)
        self.known |= {stem for row in words for phrase in row.items("phrases") for stem in phrase.split()}
        self._closing = tuple(
            w[0]
            for w, (kind, value) in _each(self.words)
            if len(w) == 1 and kind == "head" and value in _CLOSING_HEADS
            if len(w[0]) >= _CLOSING_FROM and not w[0].endswith("tion")
        )
        self._mended = lru_cache(maxsize=_WORDS_KEPT)(self._mend)  # words of titles come again and again
        self._lacking: dict[str, str] = {}  # a word without one of its letters -> the word
        for word in sorted(w for w in self.known if len(w) >= _MEND_FROM):
            for lacking in _without_one(word):
                self._lacking.setdefault(lacking, word)
        known = {"area": self.cells.keys() | disciplines, "role": families().keys()}
        for row in words:
            if row["value"] not in known.get(row["kind"], {row["value"]}):
                raise row.broken(f"no such {row['kind']}: {row['value']!r}")
        for row in rows:
            for column, cell in row.values.items():
                if column not in ("area", "strength") and cell != "=" and cell not in families():
                    raise row.broken(f"{column} names no family: {cell!r}")

    def mend(self, tokens: list[str]) -> list[str]:
        """The words with slips of spelling mended and compounds that end in a head parted."""
        if self.known.issuperset(tokens):
            return tokens
        mended: list[str] = []
        for token in tokens:
            if len(token) < _MEND_FROM or token in self.known:
                mended.append(token)
            else:
                mended += self._mended(token)
        return mended

    def _mend(self, token: str) -> list[str]:
        if token in _THEMSELVES or not token.isalpha():
            return [token]
        if token in self._lacking:
            return [self._lacking[token]]
        for lacking in _without_one(token):
            if lacking in self.known and len(lacking) >= _MEND_FROM:
                return [lacking]
            word = self._lacking.get(lacking)
            if word and sorted(word) == sorted(token):
                return [word]
        if token.endswith(self._closing):
            head = max((c for c in self._closing if token.endswith(c)), key=len)
            first = token.removesuffix(head)
            if len(first) >= _OPENING_FROM:
                return [first.removesuffix("s") if first.removesuffix("s") in self.known else first, head]
        return [token]


def _without_one(word: str) -> Iterator[str]:
    """A word without each of its letters but the first and the last ones."""
    for n in range(1, len(word) - _LAST_LETTERS):
        yield word[:n] + word[n + 1 :]


def _mark(row: Row) -> Mark:
    needs_role = row["seniority"] == "entry-role"
    seniority = seniorities().get("entry" if needs_role else row["seniority"])
    if seniority is None:
        raise row.broken(f"no such seniority: {row['seniority']!r}")
    not_before, not_after = frozenset(row.items("not_before")), frozenset(row.items("not_after"))
    return Mark(seniority.rank, needs_role, not_before, not_after)


def _index(rows: Iterable[tuple[Row, _Entry]]) -> Phrases:
    """Of a phrase that stands twice the first row counts."""
    seen: dict[tuple[str, ...], _Entry] = {}
    for row, entry in rows:
        for phrase in row.items("phrases"):
            seen.setdefault(tuple(phrase.split()), entry)
    index: Phrases = {}
    for words in sorted(seen, key=len, reverse=True):
        alone, longer = index.get(words[0], (None, {}))
        if len(words) == 1:
            alone = (words, seen[words])
        else:
            longer.setdefault(words[1], []).append((words, seen[words]))
        index[words[0]] = (alone, longer)
    return index


def _each(index: Phrases) -> Iterator[_Found]:
    for alone, longer in index.values():
        if alone:
            yield alone
        for found in longer.values():
            yield from found


@cache
def tables() -> Tables:
    """The tables, loaded at the first call.

    Raises:
        TaxonomyError: a row names a family, an area or a seniority that is not there.
    """
    return Tables()


def tokenise(title: str) -> list[str]:
    """Lower-case ASCII words of a title; `|` stands for a hard break, `&` and `/` for joiners."""
    if not title.isascii():
        title = unicodedata.normalize("NFKC", title).replace("\u2019", "'").translate(_LETTERS)
    if _SIGNS.search(title):
        title = _GENDER.sub(" ", title)
        inner = _BRACKETS.findall(title)
        if inner:
            title = " | ".join([_BRACKETS.sub("", title), *inner])
    title = _CAMEL.sub(" ", title)
    title = _HARD.sub(" | ", title).casefold()
    if not title.isascii():
        title = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return [_JOINERS.get(word, word) for word in _WORD.findall(title)]


def longest(index: Phrases, tokens: list[str], at: int) -> _Found | None:
    """The longest phrase that starts at a token."""
    entry = index.get(tokens[at])
    if entry is None:
        return None
    alone, longer = entry
    if longer and at + 1 < len(tokens):
        for found in longer.get(tokens[at + 1], ()):
            size = len(found[0])
            if size == 2 or tuple(tokens[at : at + size]) == found[0]:
                return found
    return alone
