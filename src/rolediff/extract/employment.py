"""On what terms a role is held: full-time, contract, internship; from titles, texts and fields of feeds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from rolediff.extract.sections import SECTIONS

if TYPE_CHECKING:
    from rolediff.extract.batch import TextBatch

#: The terms of employment.
EMPLOYMENT_TYPES = ("full-time", "part-time", "contract", "temporary", "internship", "permanent")

#: Sections that speak of everybody, not of the role.
OF_EVERYBODY = frozenset(SECTIONS.index(s) for s in ("employer", "pay-benefits", "legal"))
#: Before a phrase: it is ruled out.
NEGATED = re.compile(
    rb"(?:\bnot|\bno|\bnon|isn't|isn\xe2\x80\x99t|cannot be|can't be|unable to"
    rb"|not offer(?:ing)?|not eligible for|not allow|without)\W{1,2}(?:a |fully |currently "
    rb"|available |available for |considering |open to |offer )?\Z"
)


class Evidence(NamedTuple):
    """A span that speaks of the work mode or the employment type, and how much it counts."""

    row: int
    start: int
    end: int
    value: str
    weight: int  # 4 labelled or counted, 3 sure, 2 a bare word in company, 1 weak
    rule: str


_TYPE_LABEL = re.compile(
    rb"(?:(?:job|employment|position|contract|work|role|schedule|appointment|worker|emp|hire"
    rb"|vertragsart|engagement)[ -]?(?:type|status|category|schedule|basis|time)?|type|terms?"
    rb"|status|schedule|duration|hours|full/part time)\s?[:*\n|-]{1,4}\s{0,2}(?:[a-z-]+(?:, ?| / ?"
    rb"|/|\n| or | ?\| ?)){0,2}\Z"
)
_TYPE_AFTER = re.compile(
    rb"[ -](?:positions?|roles?|jobs?|opportunit|employment|permanent|regular"
    rb"|exempt|contract|internship|hire\b|only|remote|in |on-?site|hybrid)|\s?(?:[|\n)/]|\Z)"
)
_TYPE_BEFORE = re.compile(
    rb"(?:[|(\n/]|\s-|\s\xe2\x80\x93|\bis an?|\bas an?|\bour|\bthis|looking for an?|seeking an?"
    rb"|for an?|permanent,?|regular,?|exempt,?|\ba|\ban|\+)\s?\Z"
)
_NO_TYPE_AFTER = re.compile(
    rb"[ -](?:experience|(?:regular )?employees?|equivalent|students?|mba|staff|team|associates"
    rb"|study|studies|education|benefits|faculty|work experience|degree|program|manag|negotia"
    rb"|vehicle|research organi|law|terms|review|administ|compliance|data|manufactur|lifecycle"
    rb"|develop|award|value|offer|vesting|workers|colleagues|and part|or part|status|salar|academic"
    rb"|enroll|pay|compensation|rate)"
)
_INTERN_TITLE = re.compile(
    r"\b(?:intern|interns|internship|internships|praktik\w+|stage|stagiaire"
    r"|co-?op|working student|werkstudent\w*|trainee|alternance|alternant\w*|apprentice\w*)\b",
    re.I,
)
_TITLE_TYPE = re.compile(
    r"(?P<contract>\bcontract(?:or)?\b(?! (?:manag|admin|analy|special|negot|writ|lead))|\bc2h\b"
    r"|\bfreelance\b|\bfixed[- ]term\b|\b\d+ ?(?:month|mo)s? (?:contract|ftc))"
    r"|(?P<temporary>\btemporary\b|\btemp\b|\bseasonal\b)|(?P<part>\bpart[- ]time\b)"
    r"|(?P<full>\bfull[- ]time\b)",
    re.I,
)


def read_type(
    batch: TextBatch, value: str, strength: str, row: int, start: int, end: int, section: int
) -> Evidence | None:
    """What a phrase says about the terms of the role; None where it speaks of something else."""
    low = batch.low
    begin, stop = int(batch.starts[row]), int(batch.starts[row + 1])
    before = low[max(begin, start - 50) : start] if start - begin > 1 else b"\n"
    after = low[end : min(end + 24, stop)]
    if _TYPE_LABEL.search(before):
        return Evidence(row, start, end, value, 4, "labelled")
    if section in OF_EVERYBODY or NEGATED.search(before) or before.endswith((b"-to-", b" to ")):
        return None
    if strength == "sure":
        return Evidence(row, start, end, value, 3, "sure")
    if _NO_TYPE_AFTER.match(after) or not (_TYPE_AFTER.match(after) and _TYPE_BEFORE.search(before)):
        return None
    return Evidence(row, start, end, value, 2, "bare")


# Where several stand at one weight the one that says more: a full-time contract is a contract.
_TELLING = ("internship", "contract", "temporary", "part-time", "full-time", "permanent")


def decide_types(count: int, evidence: list[Evidence]) -> list[str | None]:
    """The type of each row, by the weightiest evidence."""
    best: dict[int, tuple[int, set[str]]] = {}
    for e in evidence:
        weight, values = best.get(e.row, (0, set()))
        if e.weight > weight:
            best[e.row] = (e.weight, {e.value})
        elif e.weight == weight:
            values.add(e.value)
    types: list[str | None] = [None] * count
    for row, (_, values) in best.items():
        # "Full-time or part-time" is no one type.
        if not {"full-time", "part-time"} <= values:
            types[row] = next(t for t in _TELLING if t in values)
    return types


# One of these stands in every title that the patterns match.
_TITLE_WORDS = (
    *("intern", "contract", "temp", "season", "part", "full", "freelance", "c2h", "fixed", "ftc"),
    *("praktik", "stag", "co-op", "coop", "student", "trainee", "altern", "apprent"),
)


def type_of_title(title: str | None) -> str | None:
    """The type that a title names ("Intern", "Contract"); else None."""
    low = title.lower() if title else ""
    if title is None or not any(word in low for word in _TITLE_WORDS):
        return None
    if _INTERN_TITLE.search(title):
        return "internship"
    m = _TITLE_TYPE.search(title)
    if m is None:
        return None
    return {"contract": "contract", "temporary": "temporary", "part": "part-time", "full": "full-time"}[
        str(m.lastgroup)
    ]


_STATED_TYPES = (
    ("internship", re.compile(r"\bintern|praktik|\bstage\b|trainee|apprentic|alternance", re.I)),
    (
        "contract",
        re.compile(
            r"contract|freelance|fixed[- ]term|\bcdd\b|\bc2h\b"
            r"|befristet(?<!unbefristet)|1099|corp",
            re.I,
        ),
    ),
    ("temporary", re.compile(r"\btemp|seasonal|casual|per diem|\bprn\b", re.I)),
    ("part-time", re.compile(r"part[ _-]?time|teilzeit|temps partiel", re.I)),
    ("full-time", re.compile(r"full[ _-]?time|vollzeit|temps plein|\bfte\b|regular", re.I)),
    ("permanent", re.compile(r"permanent|\bcdi\b|unbefristet", re.I)),
)


def read_stated_employment_type(value: str | None) -> str | None:
    """The employment type that a feed's field states ("FULL_TIME", "Contract"); None where it tells none.

    "Full-time or part-time" tells none; of others the one that says more: "Full-time, Contract" is
    contract.
    """
    if not value:
        return None
    found = [name for name, pattern in _STATED_TYPES if pattern.search(value)]
    if {"full-time", "part-time"} <= set(found):
        return None
    return found[0] if found else None
