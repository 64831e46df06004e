"""Pages of skills, salaries, openings and postings, on a snapshot made by hand and on the invented corpus."""

from __future__ import annotations

import json
import math
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conftest import Invented
from rolediff.errors import FilterError, UnknownPostingError, UnknownSkillError
from rolediff.job_posting import OPEN_FOR, job_posting
from rolediff.layout import Section
from rolediff.layout_pages import lay_out_salaries, lay_out_skill, lay_out_skill_index
from rolediff.layout_postings import lay_out_openings, lay_out_posting
from rolediff.openings import MOST, list_openings
from rolediff.paying import read_pay_claims
from rolediff.posting_pages import MOST_QUOTED, describe_posting
from rolediff.postings import find_evidence
from rolediff.profiles import claim, read_profiles
from rolediff.results import OpeningsPage, PostingProfile, SkillTogether
from rolediff.roles import find_role
from rolediff.salary_pages import describe_salaries, salary_rows
from rolediff.schema import SNAPSHOT_TABLES
from rolediff.skill_pages import describe_skill, find_skill, index_skills
from rolediff.snapshots import Snapshot, export
from rolediff.statistics import cluster_shares

ENGINEERS, LEARNERS, ANALYSTS, PROGRAMMERS = (
    "data-engineer",
    "machine-learning-engineer",
    "data-analyst",
    "software-engineer",
)
SIZES = {ENGINEERS: 40, LEARNERS: 30, ANALYSTS: 29, PROGRAMMERS: 35}
FIRST_DAY = date(2026, 1, 1)
ORIGIN = {
    "id": "mill", "name": "mill-board", "file": "mill.csv", "publisher": "Mill Street Board", "licence": "CC0",
    "url": "javascript:alert(1)", "date": "2026-05-01",
}  # fmt: skip


def skills_of(family: str, at: int) -> dict[str, str]:
    """The skills that an opening names, with their need."""
    python = family != ENGINEERS or at < 20
    found = {
        "python": python and ("required" if (family, at % 2) == (LEARNERS, 0) or at < 10 else "preferred"),
        "sql": family == ENGINEERS and at >= 10 and "required",
        "apache-spark": family == ENGINEERS and at < 12 and "mentioned",
        "docker": family == LEARNERS and at >= 20 and "mentioned",
        "apache-cassandra": family == LEARNERS and at < 9 and "mentioned",
        "apache-kafka": family == LEARNERS and at < 12 and "mentioned",
        "pandas": (
            (family == ENGINEERS and (at < 20 or at == 39))
            or family == ANALYSTS
            or (family == LEARNERS and at >= 19)
        )
        and "mentioned",
    }
    return {skill: need for skill, need in found.items() if need}


def posting(family: str, at: int) -> dict[str, Any]:
    # Twelve openings for machine learning are of four employers; all others have one of their own.
    employer = f"Mill {at % 4}" if family == LEARNERS and at < 12 else f"{family} works {at}"
    paid = family == ENGINEERS and at < 8
    return {
        "id": f"{family}-{at}", "origin": "mill", "row": at + 1, "source_id": f"{family}/{at}",
        "url": f"https://jobs.example/{at}" if at else "javascript:alert(1)",
        "title": f"{family} {at}", "employer": employer, "employer_key": employer.lower(),
        "country": None if at % 10 == 9 else ("DE", "US")[at % 2], "city": "Millbrook",
        "posted": FIRST_DAY + timedelta(days=at) if at < 30 else None, "family": family,
        "seniority": "senior" if at < 8 else "unspecified", "title_confidence": 0.9, "language": "en", "cut": False,
        "work_mode": "remote" if at % 4 == 0 else None, "degree_min": "bachelor", "years_min": 3,
        "pay_min": 50.0 if paid else None, "pay_max": 60.0 if paid else None,
        "pay_currency": "USD" if paid else None, "pay_period": "hour" if paid else None,
        "pay_yearly_min": 104_000.0 + at if paid else None, "pay_yearly_max": 124_800.0 + at if paid else None,
        "pay_basis": "stated" if paid else None, "opening": f"{family}-{at}", "text_hash": f"{family}{at}",
    }  # fmt: skip


def facts_of(p: dict[str, Any]) -> list[dict[str, Any]]:
    at = p["row"] - 1
    stated = [("degree", "bachelor"), ("years", "3-4")]
    for skill, need in skills_of(p["family"], at).items():
        stated += [("skill", skill), (f"need:{need}", skill)]
    if p["pay_basis"]:
        stated.append(("pay-stated", "yes"))
    if p["family"] == ENGINEERS:
        stated.append(("responsibility", "build-data-pipelines"))
    common = {name: p[name] for name in ("family", "seniority")} | {
        "posting": p["id"],
        "voice": p["employer_key"],
    }
    return [{**common, "kind": kind, "value": value} for kind, value in stated]


def table_pay(row: int, year: int, amount: float) -> dict[str, Any]:
    return {
        "origin": "table", "row": row, "basis": "pay table", "title": "=Data Engineer", "family": ENGINEERS,
        "seniority": "unspecified", "experience_level": "SE", "country": "US", "year": year, "currency": "USD",
        "yearly_min": amount, "yearly_max": amount + 10_000, "repeats": 1,
    }  # fmt: skip


def write_snapshot(folder: Path, sizes: dict[str, int]) -> Snapshot:
    openings = [posting(family, at) for family, size in sizes.items() for at in range(size)]
    copy = {**openings[0], "id": "copy-1", "row": 900, "city": "Weir", "posted": None}
    pay = [
        {**p, "posting": p["id"], "basis": "stated", "year": 2026, "currency": "USD", "repeats": 1,
         "yearly_min": p["pay_yearly_min"], "yearly_max": p["pay_yearly_max"]}
        for p in openings
        if p["pay_basis"]
    ]  # fmt: skip
    for odd in pay[7:]:
        odd["yearly_min"] = odd["yearly_max"] = 17.0  # not plausible
    rows = {
        "postings": [*openings, copy],
        "facts": [fact for p in openings for fact in facts_of(p)],
        "likeness": [],
        "pay_observations": [
            *pay,
            *(table_pay(n, 2025, 100_000.0 + n) for n in range(9)),
            table_pay(9, 2020, 5.0),
        ],
    }
    for name, found in rows.items():
        pq.write_table(pa.Table.from_pylist(found, SNAPSHOT_TABLES[name]), folder / f"{name}.parquet")
    (folder / "manifest.json").write_text(
        json.dumps({"id": "mill", "inputs": {"origins": [{"origin": ORIGIN}]}})
    )
    return Snapshot(folder)


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A snapshot whose every count is known."""
    return write_snapshot(tmp_path_factory.mktemp("mill"), SIZES)


# ── skills ───────────────────────────────────────────────────────────────────────────────────────


def test_a_skill_by_role(mill: Snapshot) -> None:
    p = describe_skill(mill, mill.id, "python")
    assert (p.skill, p.name, p.category, p.parent) == ("python", "Python", "Programming languages", None)
    assert "python3" in p.spellings
    # 20 of 40, 30 of 30 and 29 of 29; software at large is not counted.
    assert (p.openings, p.n, p.employers, p.n_employers) == (79, 99, 20 + 22 + 29, 40 + 22 + 29)
    # 29 openings are too few for a family to be told of.
    assert p.families == 2
    assert [(r.role, r.named.estimate.openings, r.required.estimate.openings) for r in p.roles] == [
        (LEARNERS, 30, 20), (ENGINEERS, 20, 10)]  # fmt: skip
    assert [r.named.estimate.read for r in p.roles] == [1.0, 0.5]
    assert [(r.named.id, r.required.id) for r in p.roles][1] == (
        "data-engineer/skill/python", "data-engineer/need:required/python")  # fmt: skip


def test_a_skill_s_claims_are_those_of_the_roles(mill: Snapshot) -> None:
    for r in describe_skill(mill, mill.id, "python").roles:
        facts, (profile,) = read_profiles(mill, [find_role(r.role)])
        for own in (r.named, r.required):
            told = claim(profile, facts, own.kind, facts[own.kind].index("python"))
            for name in ("share", "low", "high", "n_effective"):
                assert getattr(own.estimate, name) == pytest.approx(getattr(told.estimate, name), rel=1e-9)
            assert replace(own, estimate=told.estimate) == told
        (evidence,) = find_evidence(mill, r.named.id, limit=5)
        assert evidence.total == r.named.estimate.openings


def test_what_is_asked_for_with_a_skill(mill: Snapshot) -> None:
    p = describe_skill(mill, mill.id, "python")
    # Cassandra stands in nine openings, Kafka in twelve of four employers: neither says enough.
    assert [(t.skill, t.together.openings, t.apart and t.apart.openings) for t in p.most_with] == [
        ("pandas", 60, 1), ("apache-spark", 12, 0), ("docker", 10, 0), ("sql", 10, 20)]  # fmt: skip
    by_skill: dict[str, SkillTogether] = {t.skill: t for t in p.most_with}
    assert {(t.together.n, t.apart and t.apart.n) for t in p.most_with} == {(79, 20)}
    assert by_skill["pandas"].ratio == pytest.approx((60 / 79) / (1 / 20))
    assert by_skill["sql"].ratio == pytest.approx((10 / 79) / (20 / 20))
    assert by_skill["docker"].ratio is None
    for t in p.most_with:
        assert (
            t.ratio is None
            or t.ratio_low is None
            or t.ratio_high is None
            or t.ratio_low < t.ratio < t.ratio_high
        )
    assert [t.skill for t in p.rather_with] == ["pandas"]


def test_the_ratio_of_a_pair_has_the_interval_of_its_shares(mill: Snapshot) -> None:
    sql = describe_skill(mill, mill.id, "sql")
    (pandas,) = (t for t in sql.most_with if t.skill == "pandas")
    here, there = pandas.together, pandas.apart
    assert there is not None
    assert (here.openings, here.n, there.openings, there.n) == (11, 30, 50, 69)
    # Each of the thirty is of an employer of its own.
    alone = cluster_shares(30, 30, 30, [11], [11], [11])
    assert (here.low, here.high) == (pytest.approx(alone.low[0]), pytest.approx(alone.high[0]))
    assert here.share == here.read == 11 / 30
    below = math.hypot(math.log(here.share / here.low), math.log(there.high / there.share))
    above = math.hypot(math.log(here.high / here.share), math.log(there.share / there.low))
    ratio = (11 / 30) / (50 / 69)
    assert (pandas.ratio, pandas.ratio_low, pandas.ratio_high) == (
        pytest.approx(ratio), pytest.approx(ratio * math.exp(-below)), pytest.approx(ratio * math.exp(above))
    )  # fmt: skip


def test_a_skill_that_all_name_has_no_others(tmp_path: Path) -> None:
    p = describe_skill(write_snapshot(tmp_path, {ANALYSTS: 29}), "mill", "python")
    (pandas,) = p.most_with
    assert (pandas.together.share, pandas.apart, pandas.ratio, pandas.ratio_low) == (1.0, None, None, None)
    assert p.rather_with == ()
    (table,) = lay_out_skill(p)[2].tables
    assert [cell.text for cell in table.rows[0][2:]] == ["there are none", "–"]


def test_a_skill_nobody_names(mill: Snapshot) -> None:
    p = describe_skill(mill, mill.id, "cobol")
    assert (p.openings, p.employers, p.n, p.roles, p.most_with, p.rather_with) == (0, 0, 99, (), (), ())
    text = told(lay_out_skill(p))
    assert "None of 99 read in data roles names it." in text
    assert "0 name it" in text


@pytest.mark.parametrize(
    ("words", "skill"),
    [("python", "python"), ("K8s", "kubernetes"), ("Apache  Spark", "apache-spark"), ("C++", "cpp"),
     ("machine learning", "machine-learning")],
)  # fmt: skip
def test_a_skill_is_found_by_its_spellings(words: str, skill: str) -> None:
    assert find_skill(words).id == skill


@pytest.mark.parametrize(
    ("words", "first"),
    [("pyhton 3 x", "python"), ("airflw", "apache-airflow"), ("deep lerning", "deep-learning")],
)
def test_an_unknown_skill_has_suggestions(words: str, first: str) -> None:
    with pytest.raises(UnknownSkillError, match="Did you mean") as caught:
        find_skill(words)
    assert caught.value.suggestions[0] == first
    assert len(caught.value.suggestions) <= 3


def test_what_is_like_no_skill_has_no_suggestion() -> None:
    with pytest.raises(UnknownSkillError, match=r"Unknown skill 'zzzz'\. The index of skills lists"):
        find_skill("zzzz")


def test_the_index_of_skills(mill: Snapshot) -> None:
    index = index_skills(mill, mill.id)
    assert (index.least, index.n, index.employers) == (10, 99, 91)
    found = {s.skill: (s.openings, s.employers) for group in index.groups for s in group.skills}
    assert found == {
        "python": (79, 71), "pandas": (61, 61), "sql": (30, 30), "apache-spark": (12, 12),
        "apache-kafka": (12, 4), "docker": (10, 10),
    }  # fmt: skip
    assert [s.skill for s in index.groups[0].skills] == ["python", "sql"]


# ── salaries ─────────────────────────────────────────────────────────────────────────────────────


def test_salaries_of_a_role(mill: Snapshot) -> None:
    role = find_role(ENGINEERS)
    p = describe_salaries(mill, mill.id, role)
    assert p.disclosure is not None
    assert (p.disclosure.id, p.disclosure.estimate.read) == ("data-engineer/pay-stated/yes", 8 / 40)
    # Eight adverts, one of them implausible; nine rows of the pay table, the old one not counted.
    assert [(c.basis, c.currency, c.n) for c in p.claims] == [("stated", "USD", 7), ("pay table", "USD", 9)]
    assert p.claims[0].median == 114_400 + 3
    assert "Left out: 1 posting" in p.claims[0].note
    assert [*p.claims] == [
        c for c in read_pay_claims(mill, role, find_role(ANALYSTS))[0] if c.role == role.slug
    ]
    assert [(g.basis, g.by, g.value, g.n) for g in p.groups] == [
        ("stated", "seniority", "senior", 7), ("pay table", "seniority", "unspecified", 9),
        ("pay table", "level", "SE", 9), ("pay table", "country", "US", 9),
        ("pay table", "year", "2025", 9)]  # fmt: skip
    assert p.rows == 18


def test_the_rows_behind_salaries(mill: Snapshot) -> None:
    table = salary_rows(mill, find_role(ENGINEERS))
    assert table.column_names[:12] == [
        "title", "employer", "country", "year", "min", "max", "currency", "period", "yearly", "basis", "origin",
        "row"]  # fmt: skip
    rows = table.to_pylist()
    assert [row["year"] for row in rows] == [2026] * 8 + [2025] * 9 + [2020]
    assert (
        rows[0] | {"min": 50.0, "max": 60.0, "period": "hour", "yearly": 114_400.0, "origin": "mill-board"}
        == rows[0]
    )
    assert rows[0]["employer"] == "data-engineer works 0"
    assert [row["left_out"] for row in rows if row["left_out"]] == ["implausible", "older than two years"]
    assert rows[-1]["period"] == "year"
    assert rows[-1]["employer"] is None
    # Cells that a spreadsheet would run are made safe by what writes them, not here.
    assert rows[-1]["title"] == "=Data Engineer"


def test_no_pay_is_said(mill: Snapshot) -> None:
    p = describe_salaries(mill, mill.id, find_role("data-architect"))
    assert (p.disclosure, p.claims, p.groups, p.rows) == (None, (), (), 0)
    assert salary_rows(mill, find_role("data-architect")).num_rows == 0
    assert "Too few observations" in told(lay_out_salaries(p))


# ── openings ─────────────────────────────────────────────────────────────────────────────────────


def openings(mill: Snapshot, role: str = ENGINEERS, **chosen: Any) -> OpeningsPage:
    return list_openings(mill, mill.id, find_role(role), **chosen)


def test_openings_are_listed_newest_first(mill: Snapshot) -> None:
    p = openings(mill)
    assert (p.all, p.total, p.undated, p.pages) == (40, 40, 10, 1)
    dates = [listed.opening.posted for listed in p.openings]
    assert dates == [*(str(FIRST_DAY + timedelta(days=at)) for at in reversed(range(30))), *[None] * 10]
    assert [o.opening.posting for o in p.openings[30:]] == [f"{ENGINEERS}-{at}" for at in range(30, 40)]
    last = p.openings[29]
    assert (last.opening.pay, last.seniority, last.work_mode) == ("$50–$60 an hour", "senior", "remote")
    # An address that is none of the web is no link.
    assert last.opening.url is None
    assert p.openings[28].opening.url == "https://jobs.example/1"


def test_filters_count_what_the_others_leave(mill: Snapshot) -> None:
    p = openings(mill, country="de", work_mode="remote")
    assert [o.opening.posting for o in p.openings] == [
        f"{ENGINEERS}-{at}" for at in (28, 24, 20, 16, 12, 8, 4, 0, 32, 36)]  # fmt: skip
    counts = {name: {v.value: (v.openings, v.chosen) for v in values} for name, values in p.filters.items()}
    assert counts == {
        "seniority": {"unspecified": (8, False), "senior": (2, False)},
        "country": {"DE": (10, True)},
        "work_mode": {"remote": (10, True), "not-stated": (10, False)},
    }
    whole = openings(mill).filters["country"]
    assert [(v.value, v.openings) for v in whole] == [("DE", 20), ("US", 16), ("not-stated", 4)]
    assert openings(mill, country="not-stated").total == 4
    assert openings(mill, "senior data engineer").total == 8


def test_values_that_exist_but_not_together_give_no_opening(mill: Snapshot) -> None:
    p = openings(mill, country="US", work_mode="remote")
    assert (p.total, p.pages, p.openings) == (0, 1, ())
    assert "None of 40 openings is of country US and work mode remote." in told(lay_out_openings(p))


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"country": "XX"}, r"has the country 'XX'\. There are 3 values: 'DE', 'US' and 'not-stated'\."),
        (
            {"seniority": "lead"},
            r"has the seniority 'lead'\. There are 2 values: 'unspecified' and 'senior'\.",
        ),
        (
            {"work_mode": "moon"},
            r"has the work mode 'moon'\. There are 2 values: 'remote' and 'not-stated'\.",
        ),
        ({"country": ""}, "has the country ''"),
        ({"page": 0}, "Pages count from 1; 0 was asked for"),
        ({"size": 0}, f"1 to {MOST} openings; 0 was asked for"),
        ({"size": MOST + 1}, f"1 to {MOST} openings; {MOST + 1} was asked for"),
    ],
)
def test_what_cannot_be_asked_is_told(mill: Snapshot, chosen: dict[str, Any], message: str) -> None:
    with pytest.raises(FilterError, match=message):
        openings(mill, **chosen)


def test_pages_of_openings(mill: Snapshot) -> None:
    whole = [o.opening.posting for o in openings(mill).openings]
    pages = [openings(mill, page=page, size=15) for page in (1, 2, 3)]
    assert [o.opening.posting for p in pages for o in p.openings] == whole
    assert [len(p.openings) for p in pages] == [15, 15, 10]
    assert {p.pages for p in pages} == {3}
    beyond = openings(mill, page=10**30, size=15)
    assert (beyond.total, beyond.openings) == (40, ())
    assert "lies beyond the last, page 3." in told(lay_out_openings(beyond))


def test_a_role_without_openings(mill: Snapshot) -> None:
    p = openings(mill, "data-architect")
    assert (p.all, p.total, p.pages, p.openings) == (0, 0, 1, ())
    assert "This snapshot holds no opening of the role." in told(lay_out_openings(p))
    with pytest.raises(FilterError, match="no opening of Data Architect; leave out the country"):
        openings(mill, "data-architect", country="US")


# ── postings ─────────────────────────────────────────────────────────────────────────────────────


def test_a_posting(mill: Snapshot) -> None:
    p = describe_posting(mill, mill.id, f"{ENGINEERS}-0")
    assert (p.role, p.role_name, p.confidence) == ("senior-data-engineer", "Senior Data Engineer", 0.9)
    assert [(s.kind, s.value, s.label) for s in p.stated] == [
        ("pay", "stated", "$50–$60 an hour"), ("degree", "bachelor", "Bachelor's degree at least"),
        ("years", "3", "At least 3 years"), ("work-mode", "remote", "Remote"),
        ("industry", "not-stated", "Not stated")]  # fmt: skip
    assert [(s.value, s.need) for s in p.skills] == [
        ("python", "required"), ("apache-spark", "mentioned"), ("pandas", "mentioned")]  # fmt: skip
    assert [s.value for s in p.responsibilities] == ["build-data-pipelines"]
    assert (p.copy_of, [c.posting for c in p.copies]) == (None, ["copy-1"])
    assert (p.source.publisher, p.source.licence, p.source.row, p.source.url) == (
        "Mill Street Board",
        "CC0",
        1,
        None,
    )
    assert "facts only" in p.notes[-1]


def test_a_copy_shows_what_was_read_of_its_opening(mill: Snapshot) -> None:
    first, copy = (describe_posting(mill, mill.id, name) for name in (f"{ENGINEERS}-0", "copy-1"))
    assert copy.copy_of == first.opening.posting
    assert copy.skills == first.skills
    assert (copy.city, copy.opening.posted) == ("Weir", None)
    assert first.opening.posting in copy.notes[0]


def test_an_unknown_posting(mill: Snapshot) -> None:
    with pytest.raises(UnknownPostingError, match=r"Unknown posting 'x'\. The evidence of a claim"):
        describe_posting(mill, mill.id, "x")


def test_words_of_a_posting_are_its_own_and_few(invented: Invented) -> None:
    snapshot = Snapshot(invented.snapshot)
    names = pq.read_table(snapshot.folder / "postings.parquet", columns=["id", "opening"]).to_pylist()
    texts = dict(zip(*pq.read_table(snapshot.folder / "texts.parquet").to_pydict().values(), strict=True))
    quoted = 0
    for name in names:
        p = describe_posting(snapshot, snapshot.id, name["id"])
        seen = {posting: bytearray(len(text)) for posting, text in texts.items()}
        for s in (*p.stated, *p.skills, *p.responsibilities):
            whose = name["id" if s in p.stated else "opening"]
            for q in s.quotes:
                text = texts[whose]
                if q.words:
                    assert q.words == text[q.start : q.end]
                    around = slice(q.start - len(q.before), q.end + len(q.after))
                    assert q.before + q.words + q.after == text[around]
                    seen[whose][around] = b"\1" * len(text[around])
                    quoted += 1
        assert all(sum(s) <= MOST_QUOTED * max(len(s), 1) for s in seen.values())
    assert quoted > 1000


def test_a_posting_without_texts_has_the_same_facts(invented: Invented, tmp_path: Path) -> None:
    export(invented.snapshot, tmp_path / "facts", leave_out=["texts", "mentions"])
    whole, bare = Snapshot(invented.snapshot), Snapshot(tmp_path / "facts")
    for name in pq.read_table(whole.folder / "postings.parquet", columns=["id"])["id"].to_pylist():
        p, q = (describe_posting(s, whole.id, name) for s in (whole, bare))
        assert q.notes[-1].startswith("This snapshot holds facts only")
        plain = {
            part: tuple(replace(s, quotes=()) for s in getattr(p, part))
            for part in ("stated", "skills", "responsibilities")
        }
        assert replace(p, **plain, notes=q.notes) == q


def test_other_languages_and_cut_texts_are_said(invented: Invented) -> None:
    snapshot = Snapshot(invented.snapshot)
    rows = pq.read_table(snapshot.folder / "postings.parquet", columns=["id", "language", "cut"]).to_pylist()
    notes = {
        kind: describe_posting(snapshot, snapshot.id, next(r["id"] for r in rows if test(r))).notes
        for kind, test in (("de", lambda r: r["language"] == "de"), ("cut", lambda r: r["cut"]))
    }
    assert notes["de"] == ("Its text is not in English (de): title, place and pay only were read.",)
    assert notes["cut"] == ("Its text is cut: title, place and pay only were read.",)


# ── JobPosting ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def advert(mill: Snapshot) -> PostingProfile:
    p = describe_posting(mill, mill.id, f"{ENGINEERS}-0")
    return replace(p, opening=replace(p.opening, title="Engineer <of> data & mills"))


def test_a_job_posting_has_what_is_required(advert: PostingProfile) -> None:
    job, reason = job_posting(advert, FIRST_DAY)
    assert reason == ""
    assert job == {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": "Engineer <of> data & mills",
        "description": (
            "<p>Engineer &lt;of&gt; data &amp; mills, data-engineer works 0, Millbrook, DE. Summary of what the "
            "advert states.</p><p>Required: Python.</p><p>Also named: Apache Spark and Pandas.</p>"
            "<p>Duties: Build or run data pipelines.</p><p>Pay: $50–$60 an hour.</p><p>Degree: bachelor's degree at "
            "least.</p><p>Experience: at least 3 years.</p><p>Where the work is done: remote.</p>"
        ),
        "datePosted": "2026-01-01",
        "hiringOrganization": {"@type": "Organization", "name": "data-engineer works 0"},
        "jobLocation": {
            "@type": "Place",
            "address": {"@type": "PostalAddress", "addressLocality": "Millbrook", "addressCountry": "DE"},
        },
        "directApply": False,
        "identifier": {"@type": "PropertyValue", "name": "Mill Street Board", "value": "data-engineer/0"},
        "jobLocationType": "TELECOMMUTE",
        "educationRequirements": {
            "@type": "EducationalOccupationalCredential",
            "credentialCategory": "bachelor degree",
        },
        "experienceRequirements": {"@type": "OccupationalExperienceRequirements", "monthsOfExperience": 36},
        "baseSalary": {
            "@type": "MonetaryAmount",
            "currency": "USD",
            "value": {"@type": "QuantitativeValue", "minValue": 50.0, "maxValue": 60.0, "unitText": "HOUR"},
        },
    }
    json.dumps(job)


@pytest.mark.parametrize(
    ("changes", "of_opening", "reason"),
    [
        ({}, {"title": None}, "no title"),
        ({}, {"employer": None}, "no employer"),
        ({}, {"posted": None}, "The day on which it was posted is unknown"),
        ({"country": None}, {}, "The country of its place is unknown"),
        ({"skills": (), "responsibilities": ()}, {}, "Nothing was read"),
        ({"expires": "2026-01-09"}, {}, "It ended on 2026-01-09"),
        ({"copy_of": "mill-1"}, {}, "It is a copy of mill-1"),
        ({}, {"posted": "2026-02-01"}, "after 2026-01-10"),
        ({}, {"posted": str(date(2026, 1, 9) - OPEN_FOR)}, "states no end: it may be filled"),
    ],
)
def test_no_job_posting_where_it_would_not_be_honest(
    advert: PostingProfile, changes: dict[str, Any], of_opening: dict[str, Any], reason: str
) -> None:
    changed = replace(advert, **changes, opening=replace(advert.opening, **of_opening))
    job, why = job_posting(changed, date(2026, 1, 10))
    assert job is None
    assert reason in why


def test_a_stated_end_keeps_an_old_advert_open(advert: PostingProfile) -> None:
    job, _ = job_posting(replace(advert, expires="2026-12-31"), date(2026, 12, 31))
    assert job is not None
    assert job["validThrough"] == "2026-12-31"


@pytest.mark.parametrize(
    ("changes", "value"),
    [
        ({"pay": None}, None),
        ({"pay_basis": "board estimate"}, None),
        ({"pay": (50.0, 60.0, "USD", None)}, None),
        ({"pay": (50.0, 50.0, "USD", "year")}, {"value": 50.0, "unitText": "YEAR"}),
        ({"pay": (None, 60.0, "USD", "month")}, {"maxValue": 60.0, "unitText": "MONTH"}),
    ],
)
def test_only_what_the_employer_states_is_base_salary(
    advert: PostingProfile, changes: dict[str, Any], value: dict[str, Any] | None
) -> None:
    job, _ = job_posting(replace(advert, **changes), FIRST_DAY)
    assert job is not None
    assert ("baseSalary" in job) == (value is not None)
    if value:
        assert job["baseSalary"]["value"] == {"@type": "QuantitativeValue", **value}


# ── all pages ────────────────────────────────────────────────────────────────────────────────────


def told(sections: list[Section]) -> str:
    return "\n".join(line for s in sections for line in (s.title, *s.paragraphs))


def all_pages(snapshot: Snapshot) -> list[list[Section]]:
    name = pq.read_table(snapshot.folder / "postings.parquet", columns=["id"])["id"][0].as_py()
    return [
        lay_out_skill_index(index_skills(snapshot, snapshot.id)),
        lay_out_skill(describe_skill(snapshot, snapshot.id, "python")),
        lay_out_salaries(describe_salaries(snapshot, snapshot.id, find_role(ANALYSTS))),
        lay_out_openings(list_openings(snapshot, snapshot.id, find_role(ANALYSTS))),
        lay_out_posting(describe_posting(snapshot, snapshot.id, name)),
    ]


def test_pages_are_whole_and_their_claims_open(invented: Invented) -> None:
    snapshot = Snapshot(invented.snapshot)
    claims = set()
    for sections in all_pages(snapshot):
        assert len({s.id for s in sections}) == len(sections)
        for section in sections:
            assert section.paragraphs or section.tables
            for table in section.tables:
                assert table.rows
                assert {len(row) for row in table.rows} == {len(table.columns)}
                claims |= {cell.claim for row in table.rows for cell in row if cell.claim}
    assert len(claims) > 5
    for name in claims:
        assert find_evidence(snapshot, name, limit=1)[0].rows


def test_pages_are_the_same_each_time(invented: Invented, tmp_path: Path) -> None:
    first = all_pages(Snapshot(invented.snapshot))
    shutil.copytree(invented.snapshot, tmp_path / "copy")
    again = Snapshot(tmp_path / "copy")
    assert all_pages(again) == first
    assert all_pages(again) == first
