"""The documentation says what the code does: generated pages, links, command lines, figures."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
import sys
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest

from rolediff import copies, learning, paying, statistics
from rolediff.cli import main
from rolediff.extract.money import factors
from rolediff.feeds import FEEDS
from rolediff.settings import SETTINGS
from rolediff.taxonomy import responsibilities

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
WRITTEN = [page for page in PAGES if page.parent.name != "reference"]  # by hand

_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^()\s]+)\)")


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@cache
def reference_docs() -> Any:
    spec = importlib.util.spec_from_file_location("reference_docs", ROOT / "tools" / "reference_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def contexts() -> list[click.Context]:
    return list(reference_docs().walk(click.Context(main, info_name="rolediff")))


# ── generated pages ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("page", ["commands", "settings", "feeds", "json", "tables", "snapshot"])
def test_generated_pages_are_current(page: str):
    written = reference_docs().PAGES[f"{page}.md"]()
    assert (DOCS / "reference" / f"{page}.md").read_text("utf-8") == written, "run `make docs`"


def test_all_pages_of_the_reference_are_generated():
    assert {p.name for p in (DOCS / "reference").iterdir()} == set(reference_docs().PAGES)


def test_help_does_not_depend_on_the_terminal(monkeypatch: pytest.MonkeyPatch):
    wide = reference_docs().commands_page()
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("ROLEDIFF_WORKSPACE", "elsewhere")
    assert reference_docs().commands_page() == wide


def test_comments_beside_fields_are_found():
    """The pages would be current, and empty, if the comments were looked for in the wrong place."""
    tables, results = reference_docs().tables_page(), reference_docs().json_page()
    assert "| `country` | `string` | ISO 3166-1 alpha-2 |" in tables
    assert "| `end` | `int32` |  |" in tables
    assert "| `n_effective` | `float` | openings that independent employers would need" in results
    assert "## EvidenceRow" in results  # reached through a field only


# ── what has to be mentioned ─────────────────────────────────────────────────────────────────────


def test_every_command_is_shown_in_a_page_written_by_hand():
    text = "\n".join(page.read_text("utf-8") for page in WRITTEN)
    leaves = [c.command_path for c in contexts() if not isinstance(c.command, click.Group)]
    assert len(leaves) >= 10
    assert [path for path in leaves if path not in text] == []


def test_every_setting_is_documented():
    page = (DOCS / "reference" / "settings.md").read_text("utf-8")
    assert [s.variable for s in SETTINGS if f"`{s.variable}`" not in page] == []


def test_every_ending_is_documented():
    page = (DOCS / "reference" / "feeds.md").read_text("utf-8")
    assert [ending for ending in FEEDS if f"`{ending}`" not in page] == []


def test_every_page_can_be_reached_from_the_readme():
    reached, todo = set(), [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        if page in reached or not page.is_file() or page.suffix != ".md":
            continue
        reached.add(page)
        todo += [(page.parent / target.split("#")[0]).resolve() for target in links(page)]
    assert sorted(name(p) for p in set(PAGES) - reached) == []


# ── links ────────────────────────────────────────────────────────────────────────────────────────


def links(page: Path) -> list[str]:
    found = _LINK.findall(_FENCE.sub("", page.read_text("utf-8")))
    return [target for target in found if not re.match(r"[a-z]+:", target)]


def anchors(page: Path) -> set[str]:
    """Anchors of headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_relative_links_resolve(page: Path):
    broken = []
    for target in links(page):
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(target)
    assert broken == []


# ── command lines ────────────────────────────────────────────────────────────────────────────────


def command_lines(text: str) -> list[str]:
    """Calls of rolediff in blocks of code and in lines; comments and what follows "&&" apart."""
    blocks = [line.strip() for block in _FENCE.findall(text) for line in block.splitlines()[1:-1]]
    inline = _CODE.findall(_FENCE.sub("", text))
    parts = [part.strip() for line in [*blocks, *inline] for part in line.split("&&")]
    return [part for part in parts if re.match(r"rolediff( |$)", part)]


def parse(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parses a call without running it; the bare name of a command needs no arguments."""
    monkeypatch.setattr(click.File, "convert", lambda self, value, param, ctx: value)  # opens nothing
    words = shlex.split(line, comments=True)[1:]
    command: click.Command = main
    context = click.Context(main, info_name="rolediff")
    while isinstance(command, click.Group) and words:
        below = command.get_command(context, words[0])
        if below is None:
            raise click.UsageError(f"no command {words[0]}")
        command, words = below, words[1:]
    if words:
        command.make_context(command.name, words, parent=context)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_command_lines_parse(page: Path, monkeypatch: pytest.MonkeyPatch):
    faults = {}
    for line in command_lines(page.read_text("utf-8")):
        try:
            parse(line, monkeypatch)
        except click.ClickException as error:
            faults[line] = error.format_message()
    assert faults == {}


@pytest.mark.parametrize(
    "line", ["rolediff compare one", "rolediff contrast a b", "rolediff roles --all", "rolediff site a b c"]
)
def test_wrong_command_lines_do_not_parse(line: str, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(click.ClickException):
        parse(line, monkeypatch)


def test_command_lines_are_found():
    text = (
        "`rolediff roles`, `rolediffer`\n\n```sh\nrolediff ingest a.csv && rolediff build  # both\nls\n```\n"
    )
    assert command_lines(text) == ["rolediff ingest a.csv", "rolediff build  # both", "rolediff roles"]
    lines = [line for page in WRITTEN for line in command_lines(page.read_text("utf-8"))]
    assert len(lines) > 20


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_make_targets_exist(page: Path):
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    named = re.findall(r"`make ([a-z-]+)`", page.read_text("utf-8"))
    assert [target for target in named if target not in targets] == []


# ── figures ──────────────────────────────────────────────────────────────────────────────────────


def test_accuracy_table_keeps_to_the_floors():
    """Every pinned measure stands in the table, and none of them below its floor."""
    floors = json.loads((ROOT / "tests" / "eval" / "floors.json").read_text("utf-8"))["postings-dev.jsonl"]
    text = (DOCS / "method" / "reading.md").read_text("utf-8")
    told = {m: float(v) for m, v in re.findall(r"^\| `([a-z_.0-9]+)` \| ([01]\.\d+) \|", text, re.MULTILINE)}
    assert set(told) == set(floors)
    stale = {m: v for m, v in told.items() if v < floors[m]}
    assert stale == {}, (
        "measure anew with `rolediff eval` and write the table of docs/method/reading.md again"
    )


def test_constants_in_the_text_are_those_of_the_code():
    shares, pay = ((DOCS / "method" / f"{p}.md").read_text("utf-8") for p in ("shares", "pay"))
    assert f"Jaccard index of at least {copies.THRESHOLD}" in shares
    assert f"{copies.BANDS} bands of {copies.ROWS} rows" in shares
    assert f"n_eff below {statistics.MIN_EFFECTIVE:.0f} is withheld" in shares
    assert f"(n / G* - 1) * {statistics.PRIOR_CORRELATION}" in shares
    assert ", ".join(f"{period} {factor:.0f}" for period, factor in factors().items()) in pay
    assert all(f"| `{basis}` |" in pay for basis in paying.BASES)
    assert learning.THRESHOLD == 2 / 3
    assert "at least two thirds of the tools" in (DOCS / "method" / "learning.md").read_text("utf-8")
    duties = f"{len(responsibilities())} duties"
    assert duties in (DOCS / "method" / "reading.md").read_text("utf-8")
