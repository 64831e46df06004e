"""Reads job titles: which family and which seniority a title names, and the names of roles.

A title is cut into segments at dashes, commas, bars and brackets. Within a segment the *head* (engineer,
analyst, manager ...) takes the nearest *area* (data, machine learning, security ...) before it, else one
after it; `data/title_families.csv` says which family the pair makes. A head without an area of its own may
take one from a segment without a head ("Software Engineer, Machine Learning"). Of several roles in a title
the first data role wins. The words stand in `data/title_words.csv`, the seniorities in
`data/title_seniorities.csv`; all are matched as whole words, the longest phrase first.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from rolediff.errors import UnknownRoleError
from rolediff.taxonomy import read_table
from rolediff.titles.grammar import read_family, read_seniority
from rolediff.titles.tables import Family, Seniority, families, seniorities, tables, tokenise

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "CONFIDENCE",
    "Family",
    "Seniority",
    "TitleReading",
    "families",
    "read_title",
    "read_titles",
    "resolve_role",
    "role_name",
    "role_slug",
    "seniorities",
]

#: Confidence by the rule that read the family: near the share read rightly of 328 labelled titles before
#: anybody looked at the errors on them (left 157 of 163, role 67 of 73, cross 25 of 32, head 20 of 26,
#: right 6 of 11, with errors since mended); a rule with few labelled titles gets a cautious value.
CONFIDENCE = {
    "role": 0.9,  # the phrase is a whole role: "DBA", "data scientist"
    "left": 0.95,  # area before the head: "Machine Learning Engineer"
    "right": 0.8,  # area after the head: "Head of Data Science"
    "closed": 0.9,  # an occupation that is never a data role: "Recruiter"
    "cross": 0.75,  # area from another segment: "Manager, Analytics"
    "head": 0.75,  # a head with words that are no area: "Pricing Analyst"
    "area": 0.6,  # an area and no head: "Machine Learning"
    "words": 0.4,  # neither head nor area
    "science": 0.3,  # a head of a science and nothing else: "Scientist II"
    "bare": 0.2,  # a head and nothing else: "Engineer II", "Consultant"
    "empty": 0.0,
}
#: Words of a person are read as a role down to this: below, the title says too little.
_RESOLVES_FROM = 0.6
#: A reading less sure than this is taken only where every word is a word of titles ("ml wizard" is not).
_SURE = 0.8
_SUGGESTIONS = 3
#: A family is suggested where likeness of spelling and shared words (each 0 to 1) sum to more than this.
_ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class TitleReading:
    """What a title says: family and seniority ids, how sure of the family (0 to 1), and by which rule.

    `family` is None where the title holds no word that says anything; `seniority` is then still read.
    """

    family: str | None
    seniority: str
    confidence: float
    rule: str


def read_title(title: str | None) -> TitleReading:
    """Read one title.

    Args:
        title: A job title as an employer wrote it; place, pay and gender marks may stand in it.

    Returns:
        The reading. A title that says too little ("Engineer II", "Associate") has a family of kind
        `other` and a confidence below 0.5; without a word that says anything the family is None.
    """
    tokens = tables().mend(tokenise(title or ""))
    family, rule = read_family(tokens, tables())
    seniority, _ = read_seniority(tokens, tables())
    return TitleReading(family, seniority, CONFIDENCE[rule], rule)


def read_titles(
    titles: pa.Array | pa.ChunkedArray | Sequence[str | None],
) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Read a column of titles, each distinct title once.

    Returns:
        Columns family (string), seniority (string) and confidence (float32), row for row with `titles`.
        An absent title has neither family nor seniority, and confidence 0.
    """
    import pyarrow as pa  # only here: a comparison reads no column of titles

    column = titles if isinstance(titles, (pa.Array, pa.ChunkedArray)) else pa.array(titles, pa.string())
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    readings = [read_title(title) for title in column.dictionary.to_pylist()]
    rows = column.indices
    return (
        pa.array([r.family for r in readings], pa.string()).take(rows),
        pa.array([r.seniority for r in readings], pa.string()).take(rows),
        pa.array([r.confidence for r in readings], pa.float32()).take(rows).fill_null(0.0),
    )


# ── names of roles ───────────────────────────────────────────────────────────────────────────────

#: How a family at a seniority is called: {name} "Data Scientist", {discipline} "Data Science".
_NAMES = {
    "intern": "{discipline} Intern",
    "entry": "Junior {name}",
    "unspecified": "{name} (no level stated)",
    "manager": "{discipline} Manager",
    "director": "Director of {discipline}",
    "executive": "Vice President of {discipline}",
}
#: "Data Management Manager" reads badly.
_AWKWARD = re.compile(r"Management Manager$")


def role_name(family: str, seniority: str | None = None) -> str:
    """The name of a role, "Lead Machine Learning Engineer"; without a seniority the name of the family.

    Raises:
        UnknownRoleError: no such family or seniority.
    """
    row = _family(family)
    if seniority is None:
        return row.name
    if seniority not in seniorities():
        raise UnknownRoleError(f"{family} {seniority}", [role_slug(family)])
    pattern = _NAMES.get(seniority, f"{seniorities()[seniority].name} {{name}}")
    name = pattern.format(name=row.name, discipline=row.discipline)
    return f"Manager of {row.discipline}" if _AWKWARD.search(name) else name


def role_slug(family: str, seniority: str | None = None) -> str:
    """The name of a role in addresses, "lead-machine-learning-engineer"; a family's is its id.

    Raises:
        UnknownRoleError: no such family or seniority.
    """
    if seniority is None:
        return _family(family).id
    if seniority == "unspecified":
        return f"{_family(family).id}-unspecified"
    return _slug(role_name(family, seniority))


def _family(family: str) -> Family:
    row = families().get(family)
    if row is None:
        raise UnknownRoleError(family, _nearest(family))
    return row


def _slug(words: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", words.lower()))


@cache
def _roles() -> dict[str, tuple[str, str | None]]:
    """Every role by the slugs of its names."""
    found: dict[str, tuple[str, str | None]] = {}
    for row in families().values():
        for words in (row.id, row.name, row.plural):
            found.setdefault(_slug(words), (row.id, None))
    for family in families():
        for seniority in seniorities():
            found.setdefault(role_slug(family, seniority), (family, seniority))
            found.setdefault(_slug(role_name(family, seniority)), (family, seniority))
    return found


def resolve_role(query: str) -> tuple[str, str | None]:
    """The role that a person's words or a slug name.

    Args:
        query: "lead ML engineer", "sr data analyst", "data-science-manager", "Data Scientists".

    Returns:
        Family and seniority; the seniority is None where the words name none: the family as a whole.

    Raises:
        UnknownRoleError: with up to three of the nearest roles there are.
    """
    known = _roles().get(_slug(query))
    if known is not None:
        return known
    tokens = tokenise(query.replace("-", " "))
    family, rule = read_family(tokens, tables())
    seniority, named = read_seniority(tokens, tables())
    clear = family in tables().data or family == "software-engineer"
    guessed = CONFIDENCE[rule] < _SURE and not set(tokens) <= _title_words()
    if family is None or not clear or guessed or CONFIDENCE[rule] < _RESOLVES_FROM:
        raise UnknownRoleError(query, _nearest(query))
    return family, seniority if named else None


@cache
def _title_words() -> frozenset[str]:
    """All words of the tables of title words and seniorities."""
    rows = [*read_table("title_words"), *read_table("title_seniorities")]
    return frozenset(word for row in rows for phrase in row.items("phrases") for word in phrase.split())


def _nearest(query: str) -> list[str]:
    """Slugs of the families whose names share most with a query, at the seniority it names."""
    tokens = tokenise(query.replace("-", " "))
    seniority, named = read_seniority(tokens, tables())
    words = {word for word in tokens if word not in tables().mark_firsts} or set(tokens)
    asked = "-".join(word for word in tokens if word in words)
    scores = []
    for family, row in families().items():
        own = set(family.split("-"))
        alike = difflib.SequenceMatcher(None, asked, _slug(row.name)).ratio()
        scores.append((alike + len(words & own) / len(words | own), family))
    # What the reader of titles makes of the words goes first: it knows the abbreviations.
    read, _ = read_family(tokens, tables())
    scores = [(score + (read == family and family in tables().data), family) for score, family in scores]
    best = sorted((s for s in scores if s[0] > _ALIKE), reverse=True)[:_SUGGESTIONS]
    return [role_slug(family, seniority if named else None) for _, family in best]
