"""Pay claims and the postings behind them, on small snapshots made by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from conftest import Invented
from rolediff import paying
from rolediff.cli import main
from rolediff.errors import TaxonomyError, UnknownClaimError
from rolediff.paying import pay_bounds, read_own_pay, read_pay_claims
from rolediff.postings import as_opening, find_evidence
from rolediff.results import Evidence, PayClaim
from rolediff.roles import find_role, pair
from rolediff.schema import SNAPSHOT_TABLES
from rolediff.taxonomy import Row
from rolediff.warehouse import Warehouse

Make = Callable[..., Warehouse]
TEXT = "A post in our mill. It pays $45.50 an hour. Letters go to the porter."


def advert(row: int, amount: float, **other: Any) -> dict[str, Any]:
    """An opening whose pay its text states, by the year in dollars unless told otherwise."""
    return {
        "id": f"mill-{row}", "origin": "mill", "row": row, "title": "Data Analyst", "employer": f"Mill {row}",
        "employer_key": f"mill {row}", "family": "data-analyst", "seniority": "unspecified",
        "posted": date(2026, 1, 1), "url": f"https://jobs.example/{row}", "pay_min": amount, "pay_max": amount,
        "pay_currency": "USD", "pay_period": "year", "pay_yearly_min": amount, "pay_yearly_max": amount,
        "pay_basis": "stated", "opening": f"mill-{row}", "text_hash": str(row), "in_text": True, **other,
    }  # fmt: skip


def mention(posting: str, rule: str) -> dict[str, Any]:
    start = TEXT.index("$")
    return {"posting": posting, "kind": "pay", "value": "", "start": start, "end": start + 14, "rule": rule}


def observation(p: dict[str, Any]) -> dict[str, Any]:
    return {
        **p, "posting": p["id"], "basis": p["pay_basis"], "year": 2026, "currency": p["pay_currency"],
        "yearly_min": p["pay_yearly_min"], "yearly_max": p["pay_yearly_max"], "repeats": 1,
    }  # fmt: skip


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Writes a snapshot of some adverts, and rows of a pay table, and opens it."""

    def write(
        adverts: list[dict[str, Any]],
        table: list[dict[str, Any]] | None = None,
        without: tuple[str, ...] = (),
        facts: list[dict[str, Any]] | None = None,
    ) -> Warehouse:
        rows = {
            "postings": adverts,
            "mentions": [
                mention(p["id"], "range" if p["in_text"] else "rejected:min-above-max") for p in adverts
            ],
            "texts": [{"posting": p["id"], "text": TEXT} for p in adverts],
            "facts": facts or [],
            "likeness": [],
            "pay_observations": [*map(observation, adverts), *(table or [])],
        }
        for name, schema in SNAPSHOT_TABLES.items():
            if name not in without:
                pq.write_table(pa.Table.from_pylist(rows[name], schema), tmp_path / f"{name}.parquet")
        (tmp_path / "manifest.json").write_text(json.dumps({"inputs": {"origins": []}}))
        return Warehouse(tmp_path)

    return write


def claim_of(warehouse: Warehouse, basis: str = "stated") -> PayClaim:
    claims, _ = read_pay_claims(warehouse, find_role("data-analyst"), find_role("data-specialist"))
    (claim,) = (c for c in claims if c.basis == basis)
    return claim


def evidence_of(warehouse: Warehouse, value: str = "stated-usd", **page: int) -> Evidence:
    (side,) = find_evidence(warehouse, f"data-analyst/pay/{value}", **page)
    return side


# ── evidence ─────────────────────────────────────────────────────────────────────────────────────

BY_THE_HOUR = {"pay_period": "hour", "pay_yearly_min": 94640.0, "pay_yearly_max": 94640.0}


def test_pay_shows_its_words_and_the_amount_as_stated(make: Make) -> None:
    (row,) = evidence_of(make([advert(1, 45.5, **BY_THE_HOUR)])).rows
    (quote,) = row.quotes
    assert (quote.words, quote.before) == ("$45.50 an hour", "A post in our mill. It pays ")
    assert row.opening.pay == "$45.50 an hour, by the year $94,640 a year"
    assert row.term == f"{row.opening.pay}, stated in the text"


@pytest.mark.parametrize(
    ("changes", "value", "term"),
    [
        ({}, "stated-usd", "$60,000 a year, stated in the text"),
        # The words that were rejected are not those the pay was read from.
        ({"in_text": False}, "stated-usd", "$60,000 a year, from the source's own field"),
        (
            {"in_text": False, "pay_basis": "board estimate"},
            "board-estimate-usd",
            "$60,000 a year (board's estimate), from the source's own field",
        ),
        ({"pay_currency": "NOK"}, "stated-nok", "NOK 60,000 a year, stated in the text"),
    ],
)
def test_pay_says_where_it_was_read(make: Make, changes: dict[str, Any], value: str, term: str) -> None:
    evidence = evidence_of(make([advert(1, 60_000, **changes)]), value)
    assert [row.term for row in evidence.rows] == [term]
    assert bool(evidence.rows[0].quotes) == term.endswith("text")
    assert evidence.note == ""


def test_a_pay_table_is_no_estimate_of_a_board(make: Make) -> None:
    row = {**observation(advert(7, 60_000)), "basis": "pay table", "posting": None}
    evidence = evidence_of(make([], [row]), "pay-table-usd")
    assert [r.term for r in evidence.rows] == ["$60,000 a year, pay table"]
    assert (evidence.total, evidence.note) == (1, "")


@pytest.mark.parametrize(
    ("without", "term", "quotes"),
    [
        (("texts",), "$60,000 a year, stated in the text", 1),
        (("texts", "mentions"), "$60,000 a year, stated in the text or in the source's own field", 0),
    ],
)
def test_a_snapshot_without_words_says_so(
    make: Make, without: tuple[str, ...], term: str, quotes: int
) -> None:
    evidence = evidence_of(make([advert(1, 60_000)], without=without))
    assert "facts only" in evidence.note
    assert [(r.term, len(r.quotes)) for r in evidence.rows] == [(term, quotes)]
    assert not any(q.words for r in evidence.rows for q in r.quotes)


def test_pages_of_pay(make: Make) -> None:
    warehouse = make([advert(n, 60_000 + n) for n in range(5)])
    pages = [evidence_of(warehouse, limit=2, offset=offset) for offset in (0, 2, 4, 6)]
    assert [row.opening.row for page in pages for row in page.rows] == [0, 1, 2, 3, 4]
    assert {page.total for page in pages} == {5}


@pytest.mark.parametrize("value", ["stated-zzz", "pay-table-zzz", "statd-usd", "usd", "-", ""])
def test_pay_in_a_currency_of_which_there_is_none(make: Make, value: str) -> None:
    with pytest.raises(UnknownClaimError, match="data-analyst/pay/stated-usd"):
        evidence_of(make([advert(1, 60_000)]), value)


def test_an_unknown_currency_ends_the_command_with_status_2(invented: Invented) -> None:
    asked = ["evidence", "data-analyst/pay/stated-zzz", "-s", str(invented.snapshot)]
    result = CliRunner().invoke(main, asked)
    assert result.exit_code == 2
    assert "'data-analyst/pay/stated-usd'" in result.stderr


def test_pay_of_built_adverts_quotes_its_sentence(invented: Invented) -> None:
    evidence = evidence_of(Warehouse(invented.snapshot))
    assert evidence.rows
    for row in evidence.rows:
        assert row.term.endswith("a year, stated in the text")
        assert any("$" in q.words and q.before.endswith("The salary is ") for q in row.quotes)


# ── medians ──────────────────────────────────────────────────────────────────────────────────────


def test_no_median_of_one_employer(make: Make) -> None:
    claim = claim_of(make([advert(n, 60_000 + 1000 * n, employer_key="mill") for n in range(30)]))
    assert (claim.n, claim.employers) == (30, 1)
    assert {claim.p10, claim.p25, claim.median, claim.p75, claim.p90, claim.median_low} == {None}


@pytest.mark.parametrize(("n", "median", "quartile", "tail"), [
    (5, False, False, False), (7, True, False, False), (8, True, True, False), (20, True, True, True),
])  # fmt: skip
def test_what_is_shown_of_so_many_employers(
    make: Make, n: int, median: bool, quartile: bool, tail: bool
) -> None:
    claim = claim_of(make([advert(k, 60_000 + 1000 * k) for k in range(n)]))
    shown = [
        v is not None for v in (claim.median, claim.median_low, claim.p25, claim.p75, claim.p10, claim.p90)
    ]
    assert shown == [median, median, quartile, quartile, tail, tail]


# ── implausible pay ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("amount", "basis"), [(17, "stated"), (45_000_000, "stated"), (17, "board estimate")]
)
def test_implausible_pay_is_left_out_and_counted(make: Make, amount: float, basis: str) -> None:
    odd = [advert(100 + n, amount, pay_basis=basis) for n in range(9)]
    warehouse = make([advert(n, 60_000, pay_basis=basis) for n in range(8)] + odd)
    claim = claim_of(warehouse, basis)
    assert (claim.n, claim.p25, claim.median, claim.p75) == (8, 60_000, 60_000, 60_000)
    assert "Left out: 9 postings with pay below $7,500 or above $2,000,000 a year" in claim.note
    evidence = evidence_of(warehouse, f"{basis.replace(' ', '-')}-usd", limit=100)
    assert (evidence.total, len(evidence.rows)) == (8, 8)
    assert "Left out: 9 postings" in evidence.note


def test_one_end_is_enough_to_be_implausible(make: Make) -> None:
    evidence = evidence_of(
        make([advert(1, 90_000, pay_yearly_min=0.0), advert(2, 90_000, pay_yearly_min=None)])
    )
    assert [row.opening.row for row in evidence.rows] == [2]


@pytest.mark.parametrize(("currency", "basis"), [("ISK", "stated"), ("USD", "pay table")])
def test_what_has_no_bounds(make: Make, currency: str, basis: str) -> None:
    adverts = [advert(n, 17 + n, pay_currency=currency, pay_basis=basis) for n in range(8)]
    table = [{**observation(p), "posting": None} for p in adverts] if basis == "pay table" else []
    claim = claim_of(make([] if table else adverts, table), basis)
    assert (claim.n, claim.median) == (8, 20.5)
    assert "Left out" not in claim.note


@pytest.mark.parametrize(("least", "most"), [("a", "2"), ("1", ""), ("5", "5"), ("0", "9"), ("nan", "9")])
def test_broken_bounds_stop_the_load(monkeypatch: pytest.MonkeyPatch, least: str, most: str) -> None:
    row = Row("pay_bounds", 2, {"currency": "USD", "yearly_least": least, "yearly_most": most})
    monkeypatch.setattr(paying, "read_table", lambda _: [row])
    with pytest.raises(TaxonomyError, match=r"pay_bounds\.csv, line 2"):
        pay_bounds.__wrapped__()


# ── addresses ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://jobs.example/1?a=b#c", True),
        ("HTTP://jobs.example/ä", True),
        ("javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("//jobs.example/1", False),
        ('https://jobs.example/"onclick=alert(1)', False),
        ("https://jobs.example/\u202egnp.exe", False),
        ("https://jobs.example/\u2066a\u2069", False),
        ("https://jobs.example/\x00a", False),
        ("https://jobs.example/\x7fa", False),
        (None, False),
    ],
)
def test_only_addresses_of_the_web_are_links(make: Make, url: str | None, shown: bool) -> None:
    warehouse = make([advert(1, 60_000, url=url)])
    (row,) = evidence_of(warehouse).rows
    assert row.opening.url == (url if shown else None)
    assert as_opening(
        {**advert(1, 60_000, url=url), "city": None, "region": None, "country": None}, {}
    ).url == (url if shown else None)


# ── pay tables, gaps, groups ─────────────────────────────────────────────────────────────────────


def table_row(row: int, least: float, most: float, **other: Any) -> dict[str, Any]:
    return {
        **observation(advert(row, least)), "posting": None, "basis": "pay table", "country": "US",
        "experience_level": "SE", "yearly_min": least, "yearly_max": most, **other,
    }  # fmt: skip


def both(warehouse: Warehouse, a: str = "data-analyst", b: str = "data-engineer") -> Any:
    claims, gaps = read_pay_claims(warehouse, find_role(a), find_role(b))
    return claims, gaps


def test_a_band_under_many_titles_is_one_voice(make: Make) -> None:
    bands = [table_row(n, 61_234.0, 81_234.0, title=f"Data Analyst {n}") for n in range(30)]
    claim = claim_of(make([], bands), "pay table")
    assert (claim.n, claim.median, claim.employers) == (30, None, None)
    round_ones = [table_row(n, 60_000.0, 80_000.0, title=f"Data Analyst {n}") for n in range(30)]
    assert claim_of(make([], round_ones), "pay table").median == 70_000
    same = [table_row(n, 60_000.0, 80_000.0) for n in range(30)]
    assert claim_of(make([], same), "pay table").median is None


def two_roles(n: int = 30, **of_engineers: Any) -> list[dict[str, Any]]:
    """Analysts at 60,000 and up, engineers a tenth more, in the same country."""
    return [advert(k, 60_000 + 900 * k, country="US") for k in range(n)] + [
        advert(100 + k, 1.1 * (60_000 + 900 * k), **{"country": "US", "family": "data-engineer", **of_engineers})
        for k in range(n)
    ]  # fmt: skip


def test_the_gap_stands_raw_and_for_like(make: Make) -> None:
    _, (gap,) = both(make(two_roles()))
    assert gap.ratio == pytest.approx(1 / 1.1, abs=1e-6)
    assert gap.standardised == pytest.approx(1 / 1.1, abs=1e-4)
    assert gap.standardised_low < gap.standardised < gap.standardised_high
    assert gap.adjusted_for == ("seniority", "country", "year")  # no advert states a work mode
    assert (gap.n_a, gap.n_b, gap.voices_a, gap.voices_b) == (30, 30, 30, 30)
    assert not gap.step
    assert gap.stated_a is None  # nothing was read in full


def test_the_gap_turns_with_the_roles(make: Make) -> None:
    warehouse = make(two_roles())
    (one,), (other,) = both(warehouse)[1], both(warehouse, "data-engineer", "data-analyst")[1]
    assert other.best == pytest.approx([1 / x for x in (one.best[0], one.best[2], one.best[1])], rel=1e-5)


def test_no_gap_for_like_between_two_countries(make: Make) -> None:
    _, (gap,) = both(make(two_roles(country="IN")))
    assert gap.standardised is None
    assert "country" in gap.not_standardised
    assert gap.best == (gap.ratio, gap.low, gap.high)


def test_levels_of_a_family_are_a_step_and_not_adjusted_away(make: Make) -> None:
    warehouse = make(two_roles(family="data-analyst", seniority="senior"))
    a, b = pair(find_role("senior-data-analyst"), find_role("data-analyst"))
    _, (gap,) = read_pay_claims(warehouse, a, b)
    assert gap.step
    assert gap.adjusted_for == ("country", "year")
    assert gap.standardised == pytest.approx(1.1, abs=1e-3)


def read_in_full(postings: list[dict[str, Any]], silent: int) -> list[dict[str, Any]]:
    """Facts of adverts that state pay, and of as many more of each role as are silent."""
    facts = []
    for family in ("data-analyst", "data-engineer"):
        stating = [p for p in postings if p["family"] == family]
        for k in range(len(stating) + silent):
            fact = {"family": family, "seniority": "unspecified", "posting": f"{family}{k}", "voice": f"v{k}"}
            facts.append({**fact, "kind": "degree", "value": "not-stated"})
            if k < len(stating):
                facts.append({**fact, "kind": "pay-stated", "value": "yes"})
    return facts


def test_what_silent_adverts_could_change(make: Make) -> None:
    postings = [
        advert(p["row"], p["pay_yearly_min"] * (2 if p["family"] == "data-engineer" else 1), family=p["family"])
        for p in two_roles()
    ]  # fmt: skip
    _, (gap,) = both(make(postings, facts=read_in_full(postings, silent=30)))
    assert gap.stated_a is not None
    assert (gap.stated_a.openings, gap.stated_a.n) == (30, 60)
    assert gap.stated_a.share == pytest.approx(0.5, abs=0.02)  # moved by the measured errors of reading
    assert gap.stated_a.claim == "data-analyst/pay-stated/yes"
    # Half are silent, so they must differ by the square of the ratio.
    assert gap.stated_b is not None
    silent_a, silent_b = 1 - gap.stated_a.share, 1 - gap.stated_b.share
    assert gap.tipping == pytest.approx(1 - gap.best[0] ** (1 / silent_b), abs=1e-4)
    assert gap.tipping_sure < gap.tipping
    assert gap.if_unlike == pytest.approx(gap.best[0] * 1.1**silent_b / 0.9**silent_a, abs=1e-4)


def test_pay_by_seniority_country_and_year(make: Make) -> None:
    adverts = [advert(k, 60_000 + 900 * k, country="US" if k % 3 else "CA") for k in range(24)]
    adverts += [advert(50 + k, 90_000 + 900 * k, seniority="senior", country="US") for k in range(9)]
    adverts += [advert(90, 50_000, seniority="intern", country="US")]
    table = [table_row(200 + k, 70_000 + 5_000 * k, 90_000 + 5_000 * k, year=2022 + k % 4) for k in range(40)]
    claims, groups = read_own_pay(make(adverts, table), find_role("data-analyst"))
    found = {(g.basis, g.by, g.value): g for g in groups}
    assert [(c.basis, c.n) for c in claims] == [("stated", 34), ("pay table", 20)]
    senior = found["stated", "seniority", "senior"]
    assert (senior.n, senior.employers, senior.median, senior.p10) == (9, 9, 93_600, None)
    assert ("stated", "seniority", "intern") not in found  # too few to be a group
    assert found["stated", "country", "US"].n == 26
    assert found["stated", "country", "CA"].n == 8
    assert not [g for g in groups if g.basis == "stated" and g.by == "year"]
    assert [g.value for g in groups if g.by == "year"] == ["2022", "2023", "2024", "2025"]
    assert found["pay table", "level", "SE"].n == 20  # of the latest two years
    assert found["pay table", "level", "SE"].label == "Senior"
