"""Postings for readers: featured openings, and the evidence behind a claim."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from rolediff.errors import UnknownClaimError
from rolediff.fields import web_address
from rolediff.labels import FIELD_VALUES, label_of
from rolediff.paying import BASES, count_pay, pay_bounds, say_left_out
from rolediff.profiles import KINDS, Facts, Profile, as_groups, claim, read_profiles
from rolediff.results import Evidence, EvidenceRow, Opening, Quote
from rolediff.roles import Role, find_role, pair
from rolediff.taxonomy import industries, responsibilities, skills
from rolediff.warehouse import Warehouse
from rolediff.wording import say_money

_FEATURED = 5
_AROUND = 60  # code points quoted before and after the words
#: Kind of a fact -> kind of the mentions from which it was read, where the two differ.
_MENTION_KINDS = {"need:required": "skill", "work-mode": "work_mode", "pay-stated": "pay", "entry": "years"}
_NO_TEXT = (
    "This snapshot holds facts only, not the texts of the postings: each line names the posting's facts and "
    "the row of the source it was read from, so that the words can be looked up there."
)


def featured_openings(warehouse: Warehouse, roles: Sequence[Role]) -> dict[str, tuple[Opening, ...]]:
    """For each role the openings that show it best, by slug. `members` must hold the roles."""
    found: dict[str, list[Opening]] = {role.slug: [] for role in roles}
    for row in warehouse.rows("featured", limit=_FEATURED):
        if row["grp"] in found:
            found[row["grp"]].append(as_opening(row, warehouse.origin_names))
    return {slug: tuple(openings) for slug, openings in found.items()}


def as_opening(row: dict[str, Any], origin_names: dict[str, str]) -> Opening:
    """A row of the postings table as a reader sees it."""
    return Opening(
        posting=row["id"],
        title=row["title"],
        employer=row["employer"],
        place=_say_place(row),
        posted=row["posted"].isoformat() if row["posted"] else None,
        pay=_say_pay(
            row["pay_min"], row["pay_max"], row["pay_currency"], row["pay_period"], row["pay_basis"]
        ),
        url=_link(row["url"]),
        origin=origin_names.get(row["origin"], row["origin"]),
        row=row["row"],
    )


def _say_place(row: dict[str, Any]) -> str | None:
    return ", ".join(str(row[part]) for part in ("city", "region", "country") if row[part]) or None


def _link(url: str | None) -> str | None:
    """The address where it may stand in a link: a snapshot from elsewhere may hold anything."""
    address = web_address(url)
    # Control and format characters (Cc, Cf: the marks of writing direction too) disguise an address.
    hides = address and any(unicodedata.category(c) in ("Cc", "Cf") for c in address)
    return None if hides else address


def _say_pay(
    least: float | None, most: float | None, currency: str | None, period: str | None, basis: str | None
) -> str | None:
    """Pay as it was stated, to the cent."""
    if not currency or (least is None and most is None):
        return None
    if least is None or most is None:
        word, amount = ("from", least) if most is None else ("up to", most)
        text = f"{word} {_say_exactly(amount or 0, currency)}"
    elif least == most:
        text = _say_exactly(least, currency)
    else:
        text = f"{_say_exactly(least, currency)}–{_say_exactly(most, currency)}"
    if period:
        text += f" a{'n' if period == 'hour' else ''} {period}"
    return text + (" (board's estimate)" if basis == "board estimate" else "")


def _say_exactly(amount: float, currency: str) -> str:
    return say_money(0, currency)[:-1] + f"{amount:,.2f}".removesuffix(".00")


def find_evidence(warehouse: Warehouse, claim_id: str, limit: int = 20, offset: int = 0) -> list[Evidence]:
    """The postings behind a claim, page by page; a difference has two sides.

    Args:
        warehouse: the snapshot.
        claim_id: `<role>/<kind>/<value>` or `<role a>..<role b>/<kind>/<value>`.
        limit: postings on a page.
        offset: postings before the page.

    Raises:
        UnknownClaimError: the id has another form, or names a kind or value that the roles do not have.
        UnknownRoleError: it names a role that does not exist.
    """
    try:
        names, kind, value = claim_id.split("/")
    except ValueError:
        raise UnknownClaimError(claim_id, ["lead-machine-learning-engineer/skill/python"]) from None
    roles = [find_role(name) for name in names.split("..")]
    if len(roles) > 2:
        raise UnknownClaimError(claim_id, ["..".join(names.split("..")[:2]) + f"/{kind}/{value}"])
    if len(roles) == 2:
        roles = list(pair(*roles))
    if kind == "pay":
        return [_pay_evidence(warehouse, role, claim_id, value, limit, offset) for role in roles]
    if kind not in KINDS:
        raise UnknownClaimError(claim_id, [f"{names}/{k}/{value}" for k in KINDS[:3]])
    facts, profiles = read_profiles(warehouse, roles)
    if value not in facts[kind] and not _is_value(kind, value):
        near = get_close_matches(value, facts[kind], n=3, cutoff=0.5)
        raise UnknownClaimError(claim_id, [f"{names}/{kind}/{v}" for v in near])
    return [collect_evidence(warehouse, p, facts, [(kind, value)], limit, offset)[0] for p in profiles]


def _is_value(kind: str, value: str) -> bool:
    """Whether a kind of fact can have this value, be it stated by any opening or not."""
    if kind == "skill" or kind.startswith("need:"):
        return value in skills()
    if kind == "responsibility":
        return value in responsibilities()
    if kind == "industry":
        return value in industries() or value == "not-stated"
    return value in FIELD_VALUES[kind]


def collect_evidence(
    warehouse: Warehouse,
    profile: Profile,
    facts: Facts,
    wanted: Sequence[tuple[str, str]],
    limit: int,
    offset: int = 0,
) -> list[Evidence]:
    """The postings of a role behind several facts (kind, value), in their order, one page of each.

    `members` must hold the role, as it does after `read_profiles`.
    """
    role = profile.role
    asked = [{"kind": kind, "value": value} for kind, value in wanted]
    rows = defaultdict(list)
    chosen = {"family": role.family, "seniorities": role.levels}
    for row in warehouse.rows("evidence", **chosen, wanted=asked, limit=limit, offset=offset):
        rows[row["fact_kind"], row["fact_value"]].append(row)
    quotes = _quotes(warehouse, sorted({row["id"] for found in rows.values() for row in found}), wanted)
    evidence = []
    for kind, value in wanted:
        found = rows[kind, value]
        # What no opening of the role or its family states has no place among the facts.
        told = claim(profile, facts, kind, facts[kind].index(value)) if value in facts[kind] else None
        evidence.append(
            Evidence(
                claim=f"{role.slug}/{kind}/{value}",
                label=label_of(kind, value),
                role=role.name,
                estimate=told.estimate if told else None,
                needed=told.needed if told else None,
                total=found[0]["total"] if found else 0,
                rows=tuple(
                    EvidenceRow(
                        as_opening(r, warehouse.origin_names),
                        ", ".join(filter(None, (label_of(kind, value), r["need"]))),
                        tuple(quotes[r["id"], kind, value]),
                    )
                    for r in found
                ),
                note="" if warehouse.has_text else _NO_TEXT,
            )
        )
    return evidence


def _quotes(
    warehouse: Warehouse, postings: list[str], wanted: Sequence[tuple[str, str]]
) -> dict[tuple[str, str, str], list[Quote]]:
    """The spans behind facts, by posting, kind and value, with the words where texts are at hand."""
    quotes: dict[tuple[str, str, str], list[Quote]] = defaultdict(list)
    if not postings or not warehouse.has_mentions:
        return quotes
    texts: dict[str, str] = {}
    if warehouse.has_text:
        texts = {row["posting"]: row["text"] for row in warehouse.rows("texts", postings=postings)}
    # A fact with its own values (a skill, a duty) is stated by mentions of that value; a field of the
    # posting (its degree) by all mentions of the kind it was read from.
    by_mention = defaultdict(list)
    for kind, value in wanted:
        own = value if kind in ("skill", "need:required", "responsibility") else None
        by_mention[_MENTION_KINDS.get(kind, kind), own].append((kind, value))
    kinds = sorted({kind for kind, _ in by_mention})
    for span in warehouse.rows("quotes", postings=postings, kinds=kinds):
        text, start, end = texts.get(span["posting"]), span["start"], span["end"]
        before = words = after = ""
        if text is not None:
            words = text[start:end]
            before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
        quote = Quote(before, words, after, start, end, span["need"], span["rule"])
        for own in (span["value"], None):
            for kind, value in by_mention.get((span["kind"], own), ()):
                if kind != "need:required" or span["need"] == "required":
                    quotes[span["posting"], kind, value].append(quote)
    return quotes


def _pay_evidence(
    warehouse: Warehouse, role: Role, claim_id: str, value: str, limit: int, offset: int
) -> Evidence:
    basis, _, currency = value.rpartition("-")
    basis, currency = basis.replace("-", " "), currency.upper()
    markets = [(row["basis"], row["currency"]) for row in warehouse.rows("pay_markets")]
    if basis not in BASES or currency not in {money for _, money in markets}:
        known = [f"{b.replace(' ', '-')}-{money.lower()}" for b, money in markets]
        near = get_close_matches(value, known, n=3, cutoff=0.5) or known[:3]
        raise UnknownClaimError(claim_id, [f"{role.slug}/pay/{v}" for v in near])
    answer = warehouse.rows(
        "pay_evidence",
        roles=as_groups([role]),
        bounds=pay_bounds(),
        basis=basis,
        currency=currency,
        limit=limit,
        offset=offset,
    )
    quotes: dict[tuple[str, str, str], list[Quote]] = {}
    if basis == "stated":  # a board's estimate and a pay table never come from an advert's text
        quotes = _quotes(warehouse, [row["posting"] for row in answer], [("pay", value)])
    total, left_out = count_pay(warehouse, role, basis, currency)
    silent = "" if warehouse.has_text or basis == "pay table" else _NO_TEXT
    return Evidence(
        claim=f"{role.slug}/pay/{value}",
        label=f"Yearly pay in {currency}, {basis}",
        role=role.name,
        estimate=None,
        total=total,
        rows=tuple(
            _pay_row(warehouse, row, tuple(quotes.get((row["posting"], "pay", value), ()))) for row in answer
        ),
        note=" ".join(filter(None, (silent, say_left_out(left_out, currency)))),
    )


def _pay_row(warehouse: Warehouse, row: dict[str, Any], quotes: tuple[Quote, ...]) -> EvidenceRow:
    """An observation of pay: what was stated, what that is by the year, and where it was read."""
    basis = row["basis"]
    pay = _say_pay(row["yearly_min"], row["yearly_max"], row["currency"], "year", basis)
    if row["pay_period"] not in (None, "year"):
        stated = _say_pay(row["pay_min"], row["pay_max"], row["pay_currency"], row["pay_period"], None)
        pay = f"{stated}, by the year {pay}"
    if basis == "pay table":
        source = "pay table"
    elif quotes:
        source = "stated in the text"
    elif basis == "stated" and not warehouse.has_mentions:
        source = "stated in the text or in the source's own field"  # without mentions nothing tells which
    else:
        source = "from the source's own field"
    opening = Opening(
        posting=row["posting"] or f"{row['origin']}-{row['row']}",
        title=row["title"],
        employer=row["employer"],
        place=_say_place(row),
        posted=row["posted"].isoformat() if row["posted"] else str(row["year"]) if row["year"] else None,
        pay=pay,
        url=_link(row["url"]),
        origin=warehouse.origin_names.get(row["origin"], row["origin"]),
        row=row["row"],
    )
    return EvidenceRow(opening, ", ".join(filter(None, (pay, source))), quotes)
