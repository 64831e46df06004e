"""Pages of postings: what one advert states, with the words that state it, and where it was read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rolediff.errors import UnknownPostingError
from rolediff.fields import web_address
from rolediff.labels import label_of
from rolediff.postings import as_opening
from rolediff.results import PostingProfile, Quote, Source, Stated
from rolediff.titles import families, role_name, role_slug
from rolediff.warehouse import Warehouse

# Code points quoted before and after the words: the most that the limit below allows.
_AROUND = (0, 25, 60)
#: The most of a text that its page quotes: its publisher's page is where it is read in full.
MOST_QUOTED = 0.4
_LONGEST = 120  # code points of the words themselves: a duty may run over a whole paragraph
_NEEDS = ("required", "preferred", "mentioned")
#: What the columns of a posting state, in reading order, and the kind of the mentions they were read from.
_MENTIONS = {
    "pay": "pay",
    "degree": "degree",
    "years": "years",
    "work-mode": "work_mode",
    "industry": "industry",
}


def describe_posting(warehouse: Warehouse, snapshot: str, posting_id: str) -> PostingProfile:
    """Everything the snapshot says of one posting.

    Args:
        warehouse: the snapshot.
        snapshot: its id.
        posting_id: id of the posting, <origin>-<row>.

    Raises:
        UnknownPostingError: the snapshot does not hold it.
    """
    same = {row["id"]: row for row in warehouse.rows("posting", posting=posting_id)}
    if posting_id not in same:
        raise UnknownPostingError(posting_id)
    row = same.pop(posting_id)
    first = same.get(row["opening"], row)  # it stands for the opening: its facts are the ones counted
    facts = warehouse.rows(
        "posting_facts", posting=first["id"], family=first["family"], seniority=first["seniority"]
    )
    opening = as_opening(row, warehouse.origin_names)
    fields = [Stated(kind, *found, None, ()) for kind, found in _fields(row, opening.pay).items()]
    own = sorted((_stated(fact) for fact in facts), key=_order)
    words = _find_words(warehouse, [*((row["id"], f) for f in fields), *((first["id"], f) for f in own)])
    told = [replace(f, quotes=quotes) for f, quotes in zip((*fields, *own), words, strict=True)]
    known = row["family"] in families()
    pay = (row["pay_min"], row["pay_max"], row["pay_currency"], row["pay_period"])
    return PostingProfile(
        snapshot=snapshot,
        opening=opening,
        country=row["country"],
        region=row["region"],
        city=row["city"],
        expires=row["expires"].isoformat() if row["expires"] else None,
        employment_type=row["employment_type"],
        pay=pay if opening.pay else None,
        pay_basis=row["pay_basis"] if opening.pay else None,
        role=role_slug(row["family"], row["seniority"]) if known else None,
        role_name=role_name(row["family"], row["seniority"]) if known else None,
        confidence=round(row["title_confidence"] or 0.0, 4) if known else None,
        language=row["language"],
        cut=bool(row["cut"]),
        stated=tuple(told[: len(fields)]),
        skills=tuple(f for f in told if f.kind == "skill"),
        responsibilities=tuple(f for f in told if f.kind == "responsibility"),
        copy_of=None if first is row else first["id"],
        copies=tuple(as_opening(other, warehouse.origin_names) for other in same.values()),
        source=_source(warehouse, row),
        notes=tuple(_notes(warehouse, row, first)),
    )


def _stated(fact: dict[str, Any]) -> Stated:
    kind, value = fact["kind"], fact["value"]
    if kind == "responsibility":
        return Stated(kind, value, label_of(kind, value), None, ())
    return Stated("skill", value, label_of("skill", value), kind.removeprefix("need:"), ())


def _order(fact: Stated) -> tuple[bool, int, str, str]:
    """Skills before duties, the required ones first."""
    need = _NEEDS.index(fact.need) if fact.need else 0
    return fact.kind != "skill", need, fact.label.casefold(), fact.value


def _find_words(warehouse: Warehouse, facts: Sequence[tuple[str, Stated]]) -> list[tuple[Quote, ...]]:
    """For each fact of a posting the words that state it: those of one mention, or none."""
    if not warehouse.has_mentions:
        return [()] * len(facts)
    postings = list(dict.fromkeys(posting for posting, _ in facts))
    spans: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for span in warehouse.rows("posting_words", postings=postings):
        spans[span["posting"], span["kind"]].append(span)
    texts: dict[str, str] = {}
    if warehouse.has_text:
        texts = {row["posting"]: row["text"] for row in warehouse.rows("texts", postings=postings)}
    for (posting, _), found in spans.items():
        for span in found:
            _shorten(span, texts.get(posting))
    chosen = []
    for posting, fact in facts:
        found = spans[posting, _MENTIONS.get(fact.kind, fact.kind)]
        same = [s for s in found if s["value"] == fact.value]
        # A field may be stated by words for another of its values: "bachelor's" by "bachelor's or master's".
        chosen.append((same or (found if fact.kind in _MENTIONS else []))[:1])
    reach = _reach([(posting, *found) for (posting, _), found in zip(facts, chosen, strict=True)], texts)
    return [
        tuple(_quote(texts.get(posting), span, around) for span in found)
        for (posting, _), found, around in zip(facts, chosen, reach, strict=True)
    ]


def _shorten(span: dict[str, Any], text: str | None) -> None:
    """Ends a long span after a whole word."""
    most = span["start"] + _LONGEST
    if text is not None and span["end"] > most:
        space = text.rfind(" ", span["start"], most)
        span["end"] = space if space > 0 else most


def _reach(places: Sequence[tuple[Any, ...]], texts: dict[str, str]) -> list[int | None]:
    """How far around each span may be quoted; None where not even its words may.

    Every span gets its words before any gets what stands around them.
    """
    quoted = {posting: bytearray(len(text)) for posting, text in texts.items()}
    left = {posting: int(MOST_QUOTED * len(text)) for posting, text in texts.items()}
    reach: list[int | None] = [None] * len(places)
    for around in _AROUND:
        for at, (posting, *found) in enumerate(places):
            for span in found if posting in texts else ():
                part = slice(max(0, span["start"] - around), span["end"] + around)
                more = quoted[posting][part].count(0)
                if more <= left[posting]:
                    quoted[posting][part] = b"\1" * len(quoted[posting][part])
                    left[posting] -= more
                    reach[at] = around
    return reach


def _quote(text: str | None, span: dict[str, Any], around: int | None) -> Quote:
    start, end = span["start"], span["end"]
    before = words = after = ""
    if text is not None and around is not None:
        before, words, after = text[max(0, start - around) : start], text[start:end], text[end : end + around]
    return Quote(before, words, after, start, end, span["need"], span["rule"])


def _fields(row: dict[str, Any], pay: str | None) -> dict[str, tuple[str, str]]:
    """What the columns of a posting state: value and label, by kind."""
    silent = "Not stated" if row["language"] == "en" and not row["cut"] else "Not read"
    found = dict.fromkeys(_MENTIONS, ("not-stated", silent))
    if pay:
        found["pay"] = row["pay_basis"] or "stated", pay
    if row["degree_min"]:
        extra = ", or experience instead" if row["degree_or_experience"] else ""
        found["degree"] = row["degree_min"], label_of("degree", row["degree_min"]) + extra
    if row["degree_preferred"]:
        least, label = found["degree"]
        found["degree"] = least, f"{label}; preferred: {_DEGREES[row['degree_preferred']]}"
    if row["years_min"] is not None:
        found["years"] = str(row["years_min"]), _say_years(row["years_min"], row["years_max"])
    if row["work_mode"]:
        found["work-mode"] = row["work_mode"], label_of("work-mode", row["work_mode"])
    if row["industry"]:
        found["industry"] = row["industry"], label_of("industry", row["industry"])
    return found


_DEGREES = {
    "none": "no degree",
    "associate": "associate degree",
    "bachelor": "bachelor's degree",
    "master": "master's degree",
    "phd": "doctorate",
}


def _say_years(least: int, most: int | None) -> str:
    if most is not None and most > least:
        return f"{least} to {most} years"
    return f"At least {least} {'year' if least == 1 else 'years'}"


def _source(warehouse: Warehouse, row: dict[str, Any]) -> Source:
    origins = {o["origin"]["id"]: o["origin"] for o in warehouse.manifest["inputs"]["origins"]}
    origin: dict[str, Any] = origins.get(row["origin"], {})
    return Source(
        name=origin.get("name", row["origin"]),
        row=row["row"],
        source_id=row["source_id"],
        publisher=origin.get("publisher"),
        licence=origin.get("licence"),
        url=web_address(origin.get("url")),
        date=origin.get("date"),
    )


def _notes(warehouse: Warehouse, row: dict[str, Any], first: dict[str, Any]) -> list[str]:
    notes = []
    if first is not row:
        notes.append(
            f"This is a copy of {first['id']}, which stands for the opening: skills and duties were counted there."
        )
    if first["language"] is None:
        notes.append("The language of its text could not be told: title, place and pay only were read.")
    elif first["language"] != "en":
        notes.append(
            f"Its text is not in English ({first['language']}): title, place and pay only were read."
        )
    elif first["cut"]:
        notes.append("Its text is cut: title, place and pay only were read.")
    elif first["family"] is None:
        notes.append("Its title names no role, so that nothing of it is counted.")
    if not warehouse.has_text:
        notes.append(
            "This snapshot holds facts only, not the texts: the row of the source is where the words can be read."
        )
    return notes
