"""What whole adverts state and how whole comparisons read, against files that were read by a person.

`pytest --update-golden` rewrites the files of tests/golden after a change that is meant; read the diff.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from selectolax.lexbor import LexborHTMLParser

from conftest import Invented
from rolediff.cli import main
from rolediff.compare import compare_roles
from rolediff.export import comparison_page
from rolediff.extract.lines import extract_lines
from rolediff.postings import find_evidence
from rolediff.rendering import to_json
from rolediff.results import Comparison
from rolediff.roles import find_role
from rolediff.snapshots import Snapshot

CheckGolden = Callable[[str, str], None]
ADVERTS = Path(__file__).parent / "postings" / "adverts.jsonl"
PAIRS = {
    "two-families": ("data-specialist", "lead-machine-learning-engineer"),
    "family-and-level": ("machine-learning-engineer", "lead-machine-learning-engineer"),
}
SECTIONS = [
    "headline", "glance", "definition", "responsibilities", "skills", "needs", "tools", "education", "industries",
    "pay", "outlook", "moving", "starting-a", "starting-b", "openings", "related", "method",
]  # fmt: skip


# ── adverts ──────────────────────────────────────────────────────────────────────────────────────


def in_brief(line: dict[str, Any]) -> str:
    """What an advert states, a fact a line: small enough to be read beside it."""
    degree, years, pay = line["degree"], line["years"], line["pay"]
    facts = [
        f"{line['id']}: {line['title']}",
        f"  role: {line['family']}, {line['seniority']}; {line['language']}",
        f"  work mode: {line['work_mode']}; industry: {line['industry']}",
        f"  degree: {degree['min']}, preferred {degree['preferred']}, or experience {degree['or_experience']}",
        f"  years: {years['min']} to {years['max']}",
        f"  pay: {pay and [pay[k] for k in ('min', 'max', 'currency', 'period', 'yearly_min', 'yearly_max')]}",
    ]
    facts += [f"  skill: {s['skill']}, {s['need']} [{s['text']}]" for s in line["skills"]]
    facts += [f"  {d['code']} {d['responsibility']} [{d['text']}]" for d in line["responsibilities"]]
    return "\n".join(facts) + "\n"


def test_adverts(check_golden: CheckGolden) -> None:
    lines = [json.loads(line) for batch, _ in extract_lines(ADVERTS) for line in batch.splitlines()]
    check_golden("adverts.txt", "\n".join(map(in_brief, lines)))


# ── comparisons ──────────────────────────────────────────────────────────────────────────────────


@cache
def compare(invented: Invented, pair: str, form: str) -> str:
    args = ["compare", *PAIRS[pair], "--format", form, "-w", str(invented.workspace.folder)]
    result = CliRunner().invoke(main, args)
    assert result.exit_code == 0, result.output
    # The id of a snapshot changes with the code that reads, the page's style with its looks.
    text = result.stdout.replace(invented.snapshot.name, "SNAPSHOT")
    return re.sub(r"(?s)<style>.*?</style>", "<style>STYLE</style>", text)


def rounded(value: Any) -> Any:
    """Six places: the last digits of a float may differ between processors."""
    if isinstance(value, float):
        return round(value, 6) + 0.0
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    return [rounded(v) for v in value] if isinstance(value, list) else value


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize(
    ("form", "ending"), [("text", "txt"), ("markdown", "md"), ("html", "html"), ("json", "json")]
)
def test_comparisons(
    invented: Invented, check_golden: CheckGolden, pair: str, form: str, ending: str
) -> None:
    text = compare(invented, pair, form)
    if form == "json":
        text = json.dumps(rounded(json.loads(text)), indent=1, ensure_ascii=False) + "\n"
    check_golden(f"{pair}.{ending}", text)


def test_a_family_and_its_level_are_told_as_such(invented: Invented) -> None:
    found = json.loads(compare(invented, "family-and-level", "json"))
    assert found["relation"] == "a family and one of its levels"
    assert found["a"]["openings"] + found["b"]["openings"] == 47
    text = " ".join(compare(invented, "family-and-level", "text").split())
    assert "They are one family at two seniorities" in text
    assert "all levels but lead" in text
    assert "They are two families of work." in compare(invented, "two-families", "text")


# ── one result, drawn four times ─────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module", params=PAIRS)
def comparison(invented: Invented, request: pytest.FixtureRequest) -> tuple[Snapshot, Comparison]:
    snapshot = Snapshot(invented.snapshot)
    a, b = map(find_role, PAIRS[request.param])
    return snapshot, compare_roles(snapshot, snapshot.id, a, b)


def claims_in(value: Any) -> Iterator[dict[str, Any]]:
    """The claims of a comparison's JSON: shares and pay."""
    if isinstance(value, list):
        for item in value:
            yield from claims_in(item)
    elif isinstance(value, dict):
        if "id" in value and ("estimate" in value or "p10" in value):
            yield value
        for item in value.values():
            yield from claims_in(item)


def test_every_claim_opens_the_postings_it_counts(comparison: tuple[Snapshot, Comparison]) -> None:
    snapshot, found = comparison
    claims = {c["id"]: c for c in claims_in(json.loads(to_json(found)))}
    listed = {c for f in found.glance for c in f.claims}
    assert listed
    ids = sorted({*claims, *listed})
    kinds = {claim_id.split("/")[1]: claim_id for claim_id in ids}
    for claim_id in {*ids[::8], *kinds.values()}:  # an eighth of them, and one of each kind: it takes time
        (side,) = find_evidence(snapshot, claim_id, limit=1000)
        assert side.claim == claim_id
        assert side.total == len(side.rows) == len({r.opening.posting for r in side.rows})
        claim = claims.get(claim_id)
        if claim:
            assert side.total == (claim["n"] if "p10" in claim else claim["estimate"]["openings"]), claim_id
        kind = claim_id.split("/")[1]
        if kind in ("skill", "need:required", "responsibility"):
            assert all(row.quotes and all(q.words for q in row.quotes) for row in side.rows), claim_id


def test_every_difference_opens_both_sides(comparison: tuple[Snapshot, Comparison]) -> None:
    snapshot, found = comparison
    rows = [*found.responsibilities, *found.skills_more_in_a, *found.skills_more_in_b, *found.education]
    assert rows
    for d in rows[::9]:
        sides = find_evidence(snapshot, d.id)
        assert [s.claim for s in sides] == [d.a.id, d.b.id]


@pytest.mark.parametrize(
    "pair",
    [*PAIRS.values(), ("data-specialist", "quantitative-analyst"), ("statistician", "junior-nlp-engineer")],
)
def test_sections_stand_in_order_and_none_is_empty(invented: Invented, pair: tuple[str, str]) -> None:
    """Also where one role, or both, has no opening at all."""
    snapshot = Snapshot(invented.snapshot)
    comparison = compare_roles(snapshot, snapshot.id, *map(find_role, pair))
    page = LexborHTMLParser(comparison_page(comparison))
    sections = page.css("main section")
    assert [s.attributes["id"] for s in sections] == SECTIONS
    for section in sections:
        heading = section.css_first("h1, h2")
        assert heading is not None
        assert heading.text().strip()
        cells = [node.text().strip() for node in section.css("p, td")]
        assert any(len(text) > 1 for text in cells), section.attributes["id"]
        for grid in section.css("table"):
            widths = {len(row.css("th, td")) for row in grid.css("tr")}
            assert len(widths) == 1
            assert len(grid.css("tbody tr")) > 0
    targets = [a.attributes["href"] for a in page.css("nav a")]
    assert targets == [f"#{s}" for s in SECTIONS[1:]]


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
@pytest.mark.parametrize("pair", PAIRS)
def test_no_marks_of_templates_or_missing_values_are_left(invented: Invented, pair: str, form: str) -> None:
    text = compare(invented, pair, form)
    if form == "html":
        parsed = LexborHTMLParser(text)
        text = parsed.body.text(separator=" ") if parsed.body else ""
    for mark in ("{{", "}}", "{%", "%}", "None", "nan", "Undefined", "&amp;", "&lt;", "Estimate(", "Claim("):
        assert not re.search(rf"(?<!\w){re.escape(mark)}(?!\w)", text), mark
