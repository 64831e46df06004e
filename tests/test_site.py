"""The static site: every link leads somewhere, the same bytes each time, and nothing of an advert is markup."""

from __future__ import annotations

import shutil
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from selectolax.lexbor import LexborHTMLParser

from conftest import Invented
from make_postings import hostile_advert
from rolediff.errors import WorkspaceError
from rolediff.export import inside, write_site
from rolediff.pipeline import build
from rolediff.snapshots import Snapshot
from rolediff.workspace import Workspace

PAIRS = [
    ("data specialist", "lead machine learning engineer"),
    ("machine learning engineer", "lead machine learning engineer"),
    ("data analyst", "data specialist"),
]


@pytest.fixture(scope="module")
def hostile(invented: Invented, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The invented corpus and one advert that tries to become part of the page."""
    root = tmp_path_factory.mktemp("hostile")
    (root / "hostile.jsonl").write_bytes(orjson.dumps(hostile_advert()) + b"\n")
    workspace = Workspace(root / "workspace")
    workspace.ingest([invented.folder, root / "hostile.jsonl"], publisher="<i>Board</i> & Sons")
    return Snapshot(build(workspace, processes=1))


@pytest.fixture(scope="module")
def site(hostile: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site") / "out"
    pages = write_site(hostile, out, PAIRS)
    assert pages == len(list(out.rglob("*.html"))) > 100
    return out


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, LexborHTMLParser]:
    return {path: LexborHTMLParser(path.read_bytes()) for path in sorted(site.rglob("*.html"))}


def test_every_internal_link_leads_to_a_file(site: Path, pages: dict[Path, LexborHTMLParser]) -> None:
    broken, inside = set(), 0
    for path, page in pages.items():
        for node in page.css("[href], [src]"):
            link = node.attributes.get("href") or node.attributes.get("src") or ""
            if link.startswith(("http://", "https://")):
                continue
            file, _, anchor = link.partition("#")
            target = (path.parent / file).resolve() if file else path
            inside += 1
            leads = target.is_file() and target.is_relative_to(site.resolve())
            if not leads or (anchor and not pages[target].css_first(f"#{anchor}")):
                broken.add((path.relative_to(site).as_posix(), link))
    assert not broken
    assert inside > 500


def test_every_page_can_be_reached_from_the_first(site: Path, pages: dict[Path, LexborHTMLParser]) -> None:
    todo, seen = [(site / "index.html").resolve()], set[Path]()
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        links = [a.attributes.get("href") or "" for a in pages[path].css("a[href]")]
        todo += [(path.parent / link.partition("#")[0]).resolve() for link in links
                 if not link.startswith(("http", "#"))]  # fmt: skip
    # Shares that are told in a sentence, not in a cell, have their page but no link to it.
    told = {p for p in pages if p.parent.parent.name == "entry" or p.parts[-3:-1] == ("degree", "none")}
    assert {p.resolve() for p in pages} - {p.resolve() for p in told} <= seen <= {p.resolve() for p in pages}


def test_a_second_run_gives_the_same_bytes(hostile: Snapshot, site: Path, tmp_path: Path) -> None:
    write_site(Snapshot(hostile.folder), tmp_path / "again", PAIRS)
    first, second = (
        {p.relative_to(root): p.read_bytes() for p in root.rglob("*") if p.is_file()}
        for root in (site, tmp_path / "again")
    )
    assert first.keys() == second.keys()
    assert [p.as_posix() for p in first if first[p] != second[p]] == []


def test_nothing_of_an_advert_becomes_markup(site: Path, pages: dict[Path, LexborHTMLParser]) -> None:
    for path, page in pages.items():
        name = path.relative_to(site).as_posix()
        assert not page.css("script, marquee, iframe, object, embed, i, img"), name
        for node in page.css("*"):
            assert not [a for a in node.attributes if a.startswith("on")], name
        for node in page.css("[href]"):
            link = node.attributes.get("href") or ""
            assert ":" not in link.partition("/")[0] or link.startswith(("https://", "http://")), (name, link)
    # It is shown, as text: the newest opening of its role, with its quotes and its origin's publisher.
    assert "Data Analyst & Co" in pages[site / "roles" / "data-analyst" / "index.html"].text()
    assert "Thorn & Sons" in pages[site / "roles" / "data-analyst" / "index.html"].text()
    sql = pages[site / "evidence" / "data-analyst" / "skill" / "sql" / "index.html"].text()
    assert "<marquee onmouseover=alert(4)>" in sql
    assert (
        "{% raw %}" in pages[site / "evidence" / "data-analyst" / "skill" / "tableau" / "index.html"].text()
    )
    assert "<i>Board</i> & Sons" in pages[site / "index.html"].text()


def test_markdown_of_an_advert_cannot_leave_its_cell(site: Path) -> None:
    text = (site / "compare" / "data-analyst..data-specialist" / "index.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if "Data Analyst & Co" in line]
    assert rows
    for row in rows:
        assert row.startswith("|")
        assert "\\<script>" in row
        assert "<" not in row.replace("\\<", "")


def test_no_page_asks_for_anything_from_elsewhere(pages: dict[Path, LexborHTMLParser]) -> None:
    for page in pages.values():
        assert not page.css("[src], link:not([rel=stylesheet])")
        assert [node.attributes["href"] for node in page.css("link")] == [
            node.attributes["href"] for node in page.css("link[href$='style.css']")
        ]


def test_json_of_a_page_is_beside_it(site: Path) -> None:
    found = orjson.loads((site / "compare" / "data-analyst..data-specialist" / "index.json").read_bytes())
    assert found["id"] == "data-analyst..data-specialist"
    assert found["a"]["n"] > 30


def test_a_site_is_replaced_but_other_folders_are_not(hostile: Snapshot, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_site(hostile, out, PAIRS[:1])
    write_site(hostile, out, PAIRS[2:])
    assert [p.name for p in (out / "compare").iterdir()] == ["data-analyst..data-specialist"]
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "to-grandmother.txt").write_text("Dear")
    with pytest.raises(WorkspaceError, match="to-grandmother"):
        write_site(hostile, tmp_path / "letters", PAIRS[2:])
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


@pytest.mark.parametrize("value", ["../../../../../../out", "..", "Ünsinn", "a b", "a/b"])
def test_values_of_a_strange_snapshot_name_no_folder(hostile: Snapshot, tmp_path: Path, value: str) -> None:
    folder = tmp_path / "snapshot"
    shutil.copytree(hostile.folder, folder)
    for name, column, known in (("facts", "value", "sql"), ("pay_observations", "currency", "USD")):
        rows = pq.read_table(folder / f"{name}.parquet")
        changed = pc.if_else(pc.equal(rows[column], known), pa.scalar(value), rows[column])
        rows = rows.set_column(rows.schema.get_field_index(column), rows.schema.field(column), changed)
        pq.write_table(rows, folder / f"{name}.parquet")
    before = {p.relative_to(tmp_path).parts[0] for p in tmp_path.rglob("*")}
    write_site(Snapshot(folder), tmp_path / "a" / "b" / "site", PAIRS[2:])
    assert {p.relative_to(tmp_path).parts[0] for p in tmp_path.rglob("*")} == before | {"a"}
    assert [p.name for p in (tmp_path / "a" / "b").iterdir()] == ["site"]
    pages = [p.parent.relative_to(tmp_path / "a" / "b" / "site").parts
             for p in (tmp_path / "a" / "b" / "site" / "evidence").rglob("index.html")]  # fmt: skip
    assert {len(parts) for parts in pages} == {4}  # evidence/<role>/<kind>/<value>
    assert value not in {parts[-1] for parts in pages}
    assert not [parts for parts in pages if parts[-2:] == ("skill", "sql")]
