"""The static site: every link leads somewhere, the same bytes each time, and nothing of an advert is markup."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from conftest import Invented
from rolediff.errors import WorkspaceError
from rolediff.export import inside, write_site
from rolediff.snapshots import Snapshot
from rolediff.storage import reference_snapshot
from rolediff.web import pages as kinds
from rolediff.web.site import Site
from rolediff.wording import say_interval, say_money, say_percent, say_points

PAIRS = [
    ("data specialist", "lead machine learning engineer"),
    ("machine learning engineer", "lead machine learning engineer"),
    ("data analyst", "data specialist"),
]
BASE = "https://roles.example/site"
LARGEST = 250_000
#: No words of the invented adverts, but of a template that was not filled in or a value that is none.
UNFILLED = re.compile(
    r"\{\{|\}\}|\{%|\bNone\b(?! of| was)|\bnan\b|\bNaN\b|\bundefined\b|Undefined|\bnull\b(?! )"
)


@pytest.fixture(scope="module")
def snapshot(hostile: Invented) -> Snapshot:
    return Snapshot(hostile.snapshot)


@pytest.fixture(scope="module")
def site(snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site") / "out"
    pages = write_site(snapshot, out, PAIRS, base=BASE, processes=1)
    assert pages == len(list(out.rglob("*.html"))) > 100
    return out


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, LexborHTMLParser]:
    return {
        path.relative_to(site).as_posix(): LexborHTMLParser(path.read_bytes())
        for path in sorted(site.rglob("*.html"))
    }


@pytest.fixture(scope="module")
def comparisons(site: Path) -> list[tuple[str, dict[str, Any]]]:
    """Each comparison: where its page is, and its JSON."""
    found = sorted((site / "compare").glob("*/*.json"))
    assert len(found) == len(PAIRS)
    return [
        (f"{p.with_suffix('').relative_to(site).as_posix()}/index.html", orjson.loads(p.read_bytes()))
        for p in found
    ]


def links(page: LexborHTMLParser) -> list[str]:
    found = [
        n.attributes.get("href") or n.attributes.get("src") or "" for n in page.css("[href], main [src]")
    ]
    return [link for link in found if not link.startswith(("http://", "https://"))]


# ── the links ────────────────────────────────────────────────────────────────────────────────────


def test_every_internal_link_leads_to_a_file(site: Path, pages: dict[str, LexborHTMLParser]) -> None:
    broken, inner = set(), 0
    for name, page in pages.items():
        for link in links(page):
            file, _, anchor = link.partition("#")
            target = ((site / name).parent / file).resolve() if file else site.resolve() / name
            inner += 1
            leads = target.is_file() and target.is_relative_to(site.resolve())
            there = pages.get(target.relative_to(site.resolve()).as_posix()) if leads else None
            if not leads or (anchor and not (there and there.css_first(f'[id="{anchor}"]'))):
                broken.add((name, link))
    assert not broken
    assert inner > 500


def test_every_page_can_be_reached_from_the_first(site: Path, pages: dict[str, LexborHTMLParser]) -> None:
    todo, seen, root = ["index.html"], set[str](), site.resolve()
    while todo:
        name = todo.pop()
        if name in seen or name not in pages:
            continue
        seen.add(name)
        for link in links(pages[name]):
            target = ((site / name).parent / link.partition("#")[0]).resolve()
            todo.append(target.relative_to(root).as_posix())
    # Shares that are told in a sentence, not in a cell, have their page but no link to it.
    told = {n for n in pages if re.match(r"evidence/[^/]+/(entry|pay-stated|degree/none)/", n)}
    assert set(pages) - told <= seen


def test_every_claim_of_a_comparison_has_its_page(
    comparisons: list[tuple[str, dict[str, Any]]], pages: dict[str, LexborHTMLParser]
) -> None:
    for name, found in comparisons:
        claims = [c["id"] for c in claims_in(found)]
        assert len(claims) > 50, name
        for claim in claims:
            evidence = pages[f"evidence/{claim.replace(':', '-')}/index.html"]
            text = evidence.css_first("main").text()
            assert len(text) > 40
            # It leads back to its role.
            assert evidence.css_first("nav.crumbs a[href*='roles/']")


def claims_in(value: Any) -> Iterator[dict[str, Any]]:
    """The claims about one role that a result holds."""
    if isinstance(value, list):
        for item in value:
            yield from claims_in(item)
    elif isinstance(value, dict):
        if "id" in value and ("estimate" in value or "basis" in value):
            yield value
        for item in value.values():
            yield from claims_in(item)


# ── what stands on a page ────────────────────────────────────────────────────────────────────────


def test_numbers_of_a_page_are_those_of_its_json(
    comparisons: list[tuple[str, dict[str, Any]]], pages: dict[str, LexborHTMLParser]
) -> None:
    """Each cell with a claim says what the claim says; so does each line with a difference."""
    for name, found in comparisons:
        page = pages[name]
        claims = {c["id"].replace(":", "-"): c for c in claims_in(found)}
        shown = set()
        for cell in page.css("td a.claim, th a.claim"):
            claim = claims[claim_of(cell.attributes["href"] or "")]
            shown.add(claim["id"])
            text = cell.text()
            if "basis" in claim:
                check_pay(claim, cell)
                continue
            e = claim["estimate"]
            if cell.parent is not None and cell.parent.tag == "th":
                continue  # the name of what is claimed
            if claim["needed"]:
                assert text.startswith(f"{e['openings']} of {e['n']}: "), (name, text)
            else:
                share = f"{say_percent(e['share'])} ({say_interval(e['low'], e['high'])})"
                assert text.startswith(share), (name, text)
            title = cell.attributes.get("title") or ""
            assert title.startswith(f"{e['openings']:,} of {e['n']:,} opening"), (name, title)
        assert len(shown) > 40
        by_row = {}
        for part in (
            "responsibilities",
            "skills_more_in_a",
            "skills_more_in_b",
            "skills_shared",
            "education",
        ):
            by_row |= {(d["a"]["id"], d["b"]["id"]): d for d in found[part]}
        told = 0
        for row in page.css("table.sides tbody tr"):
            two = tuple(claim_of(a.attributes["href"] or "") for a in row.css("td:nth-child(-n+3) a.claim"))
            d = by_row.get(two)
            cells = [td.text() for td in row.css("td")]
            if d and len(cells) == 4:
                told += 1
                assert cells[2] == say_points(d["difference"], d["low"], d["high"]), (name, two)
                assert cells[3].removesuffix(" *") == d["verdict"].replace("-", " ").replace(
                    "more in a", "more in A"
                ).replace("more in b", "more in B")
        assert told > 5


def check_pay(claim: dict[str, Any], cell: LexborNode) -> None:
    """The line of a table of pay: n, four quantiles, the median and its interval."""
    assert cell.text() == f"{claim['n']:,}"
    row = cell.parent.parent if cell.parent else None
    assert row is not None
    cells = [td.text() for td in row.css("td")]
    for at, name in ((2, "p10"), (3, "p25"), (6, "p75"), (7, "p90")):
        assert cells[at] == ("–" if claim[name] is None else say_money(claim[name], claim["currency"]))
    if claim["median"] is None:
        assert cells[4:6] == ["too few", "–"]
    else:
        low, high = (say_money(claim[name], claim["currency"]) for name in ("median_low", "median_high"))
        assert cells[4:6] == [say_money(claim["median"], claim["currency"]), f"{low}–{high}"]


def claim_of(link: str) -> str:
    return link.partition("evidence/")[2].removesuffix("/index.html")


def test_no_page_has_an_empty_section(pages: dict[str, LexborHTMLParser]) -> None:
    for name, page in pages.items():
        sections = page.css("main section")
        assert sections or page.css_first("article.manual"), name
        for section in sections:
            heading = section.css_first("h1, h2")
            assert heading is not None, (name, section.attributes.get("id"))
            assert heading.text(strip=True), name
            rest = section.text(strip=True).removeprefix(heading.text(strip=True))
            assert len(rest) > 10, (name, heading.text())
        for table in page.css("table"):
            assert table.css("tbody tr"), name
        for paragraph in page.css("main p, figcaption, caption, li"):
            assert paragraph.text(strip=True) or paragraph.attributes.get("role") == "status", name


def test_no_page_has_an_unfilled_place(site: Path, pages: dict[str, LexborHTMLParser]) -> None:
    hostile = {"{{ 7 * 7 }}", "{% raw %}"}  # words of an advert, shown as they are
    for name, page in pages.items():
        # Pages on method speak of such values; their own text is held by the tests of docs.
        if name.startswith("method/"):
            continue
        body = page.css_first("body")
        text = body.text(separator=" ")
        for words in hostile:
            text = text.replace(words, "")
        assert not UNFILLED.search(text), (name, UNFILLED.search(text))
        for node in page.css("title, meta[content], [title], [aria-label], [data-label]"):
            said = node.text() + " ".join(
                node.attributes.get(k) or "" for k in ("content", "title", "aria-label")
            )
            assert not UNFILLED.search(said), (name, said)
    for path in site.rglob("*.md"):
        if "method" not in path.relative_to(site).parts[0]:
            text = path.read_text(encoding="utf-8")
            assert not UNFILLED.search(re.sub(r"\{\{ 7 .*?\}\}|\{% raw %\}", "", text.replace("\\", ""))), (
                path
            )


def test_every_page_has_one_heading_and_its_order(pages: dict[str, LexborHTMLParser]) -> None:
    for name, page in pages.items():
        levels = [int(h.tag[1]) for h in page.css("h1, h2, h3, h4")]
        assert levels.count(1) == 1, name
        assert levels[0] == 1, name
        assert all(later - sooner <= 1 for sooner, later in pairwise(levels)), name
        ids = [n.attributes["id"] for n in page.css("[id]")]
        assert len(ids) == len(set(ids)), name
        title = page.css_first("title").text()
        assert title.count("rolediff") == 1, name
        assert page.css_first("html").attributes["lang"] == "en"


def test_no_page_is_too_large(site: Path) -> None:
    large = {p.relative_to(site).as_posix(): p.stat().st_size for p in site.rglob("*.html")}
    assert max(large.values()) < LARGEST, max(large, key=lambda name: large[name])


def test_numbers_are_also_without_style_and_script(comparisons: list[tuple[str, dict[str, Any]]],
                                                   pages: dict[str, LexborHTMLParser]) -> None:  # fmt: skip
    for name, _ in comparisons:
        page = pages[name]
        # A chart has a title and a description for those who do not see it, and the numbers beside it.
        figures = page.css("figure.chart")
        assert figures
        for figure in figures:
            for svg in figure.css("svg"):
                assert svg.attributes.get("role") == "img"
                for known in (svg.attributes["aria-labelledby"] or "").split():
                    assert figure.css_first(f'[id="{known}"]').text(strip=True), name
            assert figure.parent is not None
            assert figure.parent.css_first("details table"), name


# ── nothing foreign ──────────────────────────────────────────────────────────────────────────────


def test_nothing_of_an_advert_becomes_markup(pages: dict[str, LexborHTMLParser]) -> None:
    for name, page in pages.items():
        assert not page.css("marquee, iframe, object, embed, i, img, body script"), name
        for script in page.css("script"):
            own = (script.attributes.get("src") or "").endswith("static/pick.js")
            assert own or script.attributes.get("type") == "application/ld+json", name
            if not own:
                orjson.loads(script.text())
        for node in page.css("*"):
            assert not [a for a in node.attributes if a.startswith("on") or a == "style"], name
        for node in page.css("[href]"):
            link = node.attributes.get("href") or ""
            assert ":" not in link.partition("/")[0] or link.startswith(("https://", "http://")), (name, link)
    # It is shown, as text: the newest opening of its role, with its quotes and its origin's publisher.
    for shown in ("roles/data-analyst/index.html", "openings/data-analyst/index.html"):
        assert "Data Analyst & Co" in pages[shown].text()
        assert "Thorn & Sons" in pages[shown].text()
    sql = pages["evidence/data-analyst/skill/sql/index.html"].text()
    assert "<marquee onmouseover=alert(4)>" in sql
    assert "{% raw %}" in pages["evidence/data-analyst/skill/tableau/index.html"].text()
    assert "<i>Board</i> & Sons" in pages["data/index.html"].text()


def test_markdown_of_an_advert_cannot_leave_its_cell(site: Path) -> None:
    text = (site / "compare" / "data-analyst" / "data-specialist.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if "Data Analyst & Co" in line]
    assert rows
    for row in rows:
        assert row.startswith("|")
        assert "\\<script>" in row
        assert "<" not in row.replace("\\<", "")


def test_no_page_asks_for_anything_from_elsewhere(site: Path, pages: dict[str, LexborHTMLParser]) -> None:
    for name, page in pages.items():
        asked = [n.attributes["src"] or "" for n in page.css("[src]")]
        asked += [n.attributes["href"] or "" for n in page.css("link[rel=stylesheet], link[rel=icon]")]
        assert len(asked) == 3, name
        assert all("static/" in address and "//" not in address for address in asked), name
        assert not page.css("svg image, svg use[href^=http], style"), name
    style = (site / "static" / "style.css").read_text(encoding="utf-8")
    assert not re.search(r"@import|url\(", style)
    assert "http" not in re.sub(r"/\*.*?\*/", "", style)


def test_links_of_postings_pass_nothing_on(pages: dict[str, LexborHTMLParser]) -> None:
    followed = 0
    for name, page in pages.items():
        for a in page.css("main table a[href^=http], ol.evidence a[href^=http]"):
            followed += 1
            assert "nofollow" in (a.attributes.get("rel") or "").split(), name
    assert followed > 20


# ── for search engines ───────────────────────────────────────────────────────────────────────────


def test_the_sitemap_lists_the_pages_that_are_not_thin(
    site: Path, pages: dict[str, LexborHTMLParser]
) -> None:
    listed = set(re.findall(r"<loc>(.*?)</loc>", (site / "sitemap.xml").read_text()))
    thin, canonical = set(), {}
    for name, page in pages.items():
        address = page.css_first("link[rel=canonical]").attributes["href"] or ""
        canonical[address] = name
        if page.css_first("meta[name=robots][content^=noindex]"):
            thin.add(address)
    assert len(canonical) == len(pages)
    assert listed
    assert listed <= set(canonical)
    assert not listed & thin
    # What is left out says why at its foot.
    for address in thin:
        assert "Left out of the sitemap: " in pages[canonical[address]].css_first("footer").text()
    # What is neither is the page of data, which is made last.
    assert set(canonical) - listed - thin <= {f"{BASE}/data/"}
    assert f"Sitemap: {BASE}/sitemap.xml" in (site / "robots.txt").read_text()


def test_addresses_are_told_only_where_they_are_known(snapshot: Snapshot, tmp_path: Path) -> None:
    write_site(snapshot, tmp_path / "site", PAIRS[2:], processes=1)
    for path in (tmp_path / "site").rglob("*.html"):
        page = LexborHTMLParser(path.read_bytes())
        assert not page.css("link[rel=canonical], meta[property='og:url'], meta[property='og:image']"), path
    assert "<loc>" not in (tmp_path / "site" / "sitemap.xml").read_text()
    assert "Sitemap" not in (tmp_path / "site" / "robots.txt").read_text()


def test_two_comparisons_share_few_sentences(
    comparisons: list[tuple[str, dict[str, Any]]], pages: dict[str, LexborHTMLParser]
) -> None:
    told = []
    for name, _ in comparisons:
        page = pages[name]
        # Both sides of one family may begin alike.
        parts = [s for s in page.css("main section") if not (s.attributes["id"] or "").startswith("start")]
        sentences = [p.text(strip=True) for s in parts if s.attributes["id"] != "method" for p in s.css("p")]
        assert len(sentences) == len(set(sentences)), [s for s in sentences if sentences.count(s) > 1]
        told.append({s for s in sentences if not re.search(r"\d", s)})
    shared = set.intersection(*told)
    assert len(shared) <= 3, shared


# ── the files ────────────────────────────────────────────────────────────────────────────────────


def test_a_second_run_gives_the_same_bytes(snapshot: Snapshot, site: Path, tmp_path: Path) -> None:
    write_site(snapshot, tmp_path / "again", PAIRS, base=BASE, processes=2)
    first, second = (
        {p.relative_to(root): p.read_bytes() for p in root.rglob("*") if p.is_file()}
        for root in (site, tmp_path / "again")
    )
    assert first.keys() == second.keys()
    assert [p.as_posix() for p in first if first[p] != second[p]] == []


def test_other_forms_of_a_page_are_beside_it(site: Path) -> None:
    stem = site / "compare" / "data-analyst" / "data-specialist"
    found = orjson.loads(stem.with_suffix(".json").read_bytes())
    assert found["id"] == "data-analyst..data-specialist"
    assert found["a"]["n"] > 30
    assert (
        stem.with_suffix(".md").read_text(encoding="utf-8").startswith("# Data Analyst vs Data Specialist\n")
    )
    assert (site / "index.json").is_file()


def test_the_page_of_the_server_is_that_of_the_file(snapshot: Snapshot, site: Path) -> None:
    """The same words in the same order; only links, filters and pages of lists differ."""
    served = Site(snapshot, base=BASE)
    for path in ("/roles/data-analyst", "/compare/data-analyst/data-specialist", "/salaries/data-analyst"):
        here = LexborHTMLParser((site / path[1:] / "index.html").read_bytes())
        there = LexborHTMLParser(served.answer(path).body)
        told = [
            [s.text(strip=True) for s in p.css("#headline, #responsibilities, #tools, #pay")]
            for p in (here, there)
        ]
        assert told[0]
        assert told[0] == told[1], path


def test_every_kind_of_page_is_written(site: Path) -> None:
    parts = {page.pattern.split("/")[1] for page in kinds.PAGES} - {"", "audit", "postings", "skills"}
    assert parts <= {p.name for p in site.iterdir()}


def test_a_site_is_replaced_but_other_folders_are_not(snapshot: Snapshot, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for folder in ("compare/old/older", "roles"):
        (out / folder).mkdir(parents=True)
        (out / folder / "index.html").write_text("of an older site")
    write_site(snapshot, out, PAIRS[2:], processes=1)
    assert [p.name for p in (out / "compare").iterdir() if p.is_dir()] == ["data-analyst"]
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "to-grandmother.txt").write_text("Dear")
    with pytest.raises(WorkspaceError, match="to-grandmother"):
        write_site(snapshot, tmp_path / "letters", PAIRS[2:])
    assert (tmp_path / "letters" / "to-grandmother.txt").read_text() == "Dear"


@pytest.mark.parametrize("path", ["../x.html", "evidence/../../x.html", "/x.html", "a/b/../../../x.html"])
def test_a_page_outside_the_site_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(WorkspaceError, match=r"x\.html"):
        inside(tmp_path / "site", path)


def test_a_link_in_the_folder_leads_no_page_out_of_it(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "evidence").symlink_to(tmp_path)
    with pytest.raises(WorkspaceError, match=r"evidence/x\.html"):
        inside(tmp_path / "site", "evidence/x.html")
    assert inside(tmp_path / "site", "roles/x.html") == tmp_path / "site" / "roles" / "x.html"


def test_an_error_in_a_page_ends_the_writing(
    snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise StopIteration

    monkeypatch.setattr("rolediff.export.find_page", stop)
    with pytest.raises(RuntimeError):
        write_site(snapshot, tmp_path / "site", PAIRS[2:], processes=1)
    assert not (tmp_path / "site").exists()


def test_values_of_a_strange_snapshot_name_no_folder(snapshot: Snapshot, tmp_path: Path) -> None:
    folder = tmp_path / "snapshot"
    shutil.copytree(snapshot.folder, folder)
    strange = ["../../../../../../out", "..", "Ünsinn", "a b", "a/b"]
    facts = pq.read_table(folder / "facts.parquet")
    values, known = facts["value"], ["sql", "python", "tableau", "microsoft-excel", "reporting"]
    for old, new in zip(known, strange, strict=True):
        values = pc.if_else(pc.equal(values, old), pa.scalar(new), values)
    at = facts.schema.get_field_index("value")
    pq.write_table(facts.set_column(at, facts.schema.field("value"), values), folder / "facts.parquet")
    pay = pq.read_table(folder / "pay_observations.parquet")
    at = pay.schema.get_field_index("currency")
    odd = pa.array([strange[0]] * pay.num_rows, pay.schema.field("currency").type)
    pq.write_table(pay.set_column(at, pay.schema.field("currency"), odd), folder / "pay_observations.parquet")
    before = {p.relative_to(tmp_path).parts[0] for p in tmp_path.rglob("*")}
    write_site(Snapshot(folder), tmp_path / "a" / "b" / "site", PAIRS[2:], processes=1)
    assert {p.relative_to(tmp_path).parts[0] for p in tmp_path.rglob("*")} == before | {"a"}
    assert [p.name for p in (tmp_path / "a" / "b").iterdir()] == ["site"]
    written = tmp_path / "a" / "b" / "site"
    found = [p.parent.relative_to(written).parts for p in (written / "evidence").rglob("index.html")]
    assert {len(parts) for parts in found} == {4}  # evidence/<role>/<kind>/<value>
    assert not {parts[-1] for parts in found} & {*strange, "out"}
    assert not [parts for parts in found if parts[-2:] == ("skill", "sql")]


def test_the_heaviest_pages_of_the_reference_stay_light() -> None:
    """Of roles with most openings most is told; invented postings would never make such a page."""
    site = Site(Snapshot(reference_snapshot(), in_memory=True), static=True)
    for pair in ("data-engineer/machine-learning-engineer", "data-engineer/data-scientist"):
        assert len(site.answer(f"/compare/{pair}").body) <= 250_000, pair
