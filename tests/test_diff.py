"""What changed between two snapshots: told apart by what came, what went and what is read otherwise."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any, cast
from xml.etree import ElementTree as ET

import numpy as np
import orjson
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from conftest import Invented
from make_postings import make_advert
from rolediff.changes import compare_snapshots
from rolediff.cli import main
from rolediff.errors import WorkspaceError
from rolediff.layout_changes import lay_out_changes
from rolediff.lineage import find_snapshot, previous_snapshot
from rolediff.pipeline import build
from rolediff.rendering import to_markdown
from rolediff.results import SnapshotChanges
from rolediff.roles import Role, find_role
from rolediff.snapshots import Snapshot
from rolediff.statistics import Shares, cluster_shares
from rolediff.statistics.changes import changes
from rolediff.web.feed import write_feed
from rolediff.workspace import Workspace

PAIRS = (("data-analyst", "data-specialist"), ("data-analyst", "machine-learning-engineer"))
NEW_ADVERTS = 40


@pytest.fixture(scope="module")
def grown(invented: Invented, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Path, Path]:
    """The invented corpus, and the same with forty adverts more, which all ask for Kubernetes."""
    root = tmp_path_factory.mktemp("grown")
    shutil.copytree(invented.workspace.folder, root / "workspace")
    workspace = Workspace(root / "workspace")
    random = Random(11)
    adverts = []
    for number in range(NEW_ADVERTS):
        advert = make_advert(random, "data-analyst", lead=False, number=number)
        advert |= {"job_id": f"more-{number}", "title": "Data Analyst", "company": f"Thistle Yard {number}",
                   "url": f"https://more.example/{number}"}  # fmt: skip
        advert["description"] = advert["description"].replace(
            "Requirements:\n", "Requirements:\n- Docker and Kubernetes hold no fear for you.\n"
        )
        adverts.append(advert)
    (root / "more.jsonl").write_bytes(b"\n".join(map(orjson.dumps, adverts)))
    workspace.ingest([root / "more.jsonl"], date="2026-06-01")
    return workspace, workspace.snapshots / invented.snapshot.name, build(workspace, processes=1)


@pytest.fixture(scope="module")
def found(grown: tuple[Workspace, Path, Path]) -> SnapshotChanges:
    return compare_snapshots(Snapshot(grown[1]), Snapshot(grown[2]), pairs=PAIRS)


def copied(folder: Path, out: Path, **inputs: str) -> Path:
    """A copy of a snapshot that claims to be read by other rules."""
    shutil.copytree(folder, out)
    manifest = orjson.loads((out / "manifest.json").read_bytes())
    manifest["inputs"] |= inputs
    manifest["id"] = out.name
    (out / "manifest.json").write_bytes(orjson.dumps(manifest))
    return out


# ── counts ───────────────────────────────────────────────────────────────────────────────────────


def test_what_came_is_told(found: SnapshotChanges) -> None:
    t = found.turnover
    assert (t.went, t.came, t.other_role) == (0, NEW_ADVERTS, 0)
    assert found.old.openings == t.went + t.stayed
    assert found.new.openings == t.came + t.still_there
    assert [(o.change, o.name, o.rows) for o in found.origins] == [("came", "more", NEW_ADVERTS)]
    assert found.rules == ()
    (role,) = [r for r in found.roles if r.role == "data-analyst"]
    assert role.new_n - role.old_n == role.came - role.went == NEW_ADVERTS


def test_what_the_openings_that_came_state_is_told(found: SnapshotChanges) -> None:
    (shown,) = [c for c in found.shown if c.claim == "data-analyst/skill/kubernetes"]
    assert shown.change == "appeared"  # no analyst was asked for it before
    assert shown.openings == NEW_ADVERTS
    assert any(v.claim.endswith("/skill/kubernetes") for v in found.verdicts)
    moved = [s for s in found.shares if s.verdict == "moved"]
    assert all(s.q is not None and s.q <= 0.05 for s in moved)
    assert all(s.low > 0 or s.high < 0 for s in moved)


def test_the_parts_of_a_change_are_its_sum(found: SnapshotChanges) -> None:
    assert found.shares
    for s in found.shares:
        assert s.by_went + s.by_reading + s.by_came == pytest.approx(s.change)
        assert s.new - s.old == pytest.approx(s.change)
        assert s.old == pytest.approx(s.old_openings / s.old_n)
        assert s.low - 1e-12 <= s.change <= s.high + 1e-12
        assert s.new_openings - s.old_openings == s.came - s.went  # the rules are the same
        assert s.by_reading == 0


def test_backwards_the_same_openings_went(
    grown: tuple[Workspace, Path, Path], found: SnapshotChanges
) -> None:
    back = compare_snapshots(Snapshot(grown[2]), Snapshot(grown[1]), pairs=PAIRS)
    assert (back.turnover.went, back.turnover.came) == (NEW_ADVERTS, 0)
    there = {s.claim: s for s in found.shares}
    assert {s.claim for s in back.shares} == set(there)
    for s in back.shares:
        assert s.change == pytest.approx(-there[s.claim].change)
        assert s.by_went == pytest.approx(-there[s.claim].by_came)
        assert s.verdict == there[s.claim].verdict
    assert {c.claim for c in back.shown if c.change == "vanished"} == {
        c.claim for c in found.shown if c.change == "appeared"
    }
    assert {(v.old_verdict, v.new_verdict) for v in back.verdicts} == {
        (v.new_verdict, v.old_verdict) for v in found.verdicts
    }


def test_a_snapshot_has_not_changed_from_itself(invented: Invented) -> None:
    same = compare_snapshots(Snapshot(invented.snapshot), Snapshot(invented.snapshot), pairs=PAIRS)
    assert (same.shares, same.shown, same.verdicts, same.pay, same.origins, same.rules) == ((),) * 6
    assert same.turnover.went == same.turnover.came == same.turnover.other_role == 0
    assert same.claims > 50
    assert "the same snapshot" in to_markdown(lay_out_changes(same))


def test_other_rules_come_first_and_move_no_market(invented: Invented, tmp_path: Path) -> None:
    other = copied(invented.snapshot, tmp_path / "other", readers="f" * 64)
    facts = pq.read_table(other / "facts.parquet")
    # Tableau is read nowhere any more, and SQL in every other row.
    sql = pc.and_(pc.equal(facts["value"], "sql"), pc.match_substring_regex(facts["posting"], "[02468]$"))
    pq.write_table(
        facts.filter(pc.invert(pc.or_(sql, pc.equal(facts["value"], "tableau")))), other / "facts.parquet"
    )
    read = compare_snapshots(Snapshot(invented.snapshot), Snapshot(other), pairs=PAIRS)
    assert read.rules == ("readers",)
    (row,) = [s for s in read.shares if s.claim == "data-analyst/skill/sql"]
    assert row.verdict == "read-otherwise"
    assert (row.change, row.by_came, row.by_went) == (pytest.approx(row.by_reading), 0, 0)
    assert not [s for s in read.shares if s.verdict == "moved"]
    assert any(c.claim == "data-analyst/skill/tableau" and c.change == "vanished" for c in read.shown)
    assert any(v.claim.endswith("/skill/tableau") and v.new_verdict is None for v in read.verdicts)
    first = lay_out_changes(read)[0].paragraphs[0]
    assert "the code that reads postings" in first


def test_openings_are_known_again_in_a_file_of_other_bytes(invented: Invented, tmp_path: Path) -> None:
    """A dump gathered anew is another origin, whose rows have other ids; its adverts are the same."""
    anew = tmp_path / "files"
    shutil.copytree(invented.folder, anew)
    board = anew / "board.jsonl"
    board.write_bytes(board.read_bytes() + b"\n")
    workspace = Workspace(tmp_path / "workspace")
    workspace.ingest([anew], licence="CC0", date="2026-05-01")
    again = compare_snapshots(Snapshot(invented.snapshot), Snapshot(build(workspace, processes=1)))
    assert (again.turnover.went, again.turnover.came) == (0, 0)
    assert {(o.change, o.name, o.other_state) for o in again.origins} == {
        ("went", "board", True), ("came", "board", True),
    }  # fmt: skip
    assert again.shares == ()


def test_roles_may_be_named(grown: tuple[Workspace, Path, Path]) -> None:
    one = compare_snapshots(Snapshot(grown[1]), Snapshot(grown[2]), [find_role("senior data analyst")])
    assert [r.role for r in one.roles] == ["senior-data-analyst"]
    assert {s.role for s in one.shares} | {c.role for c in one.shown} <= {"senior-data-analyst"}


# ── which snapshots ──────────────────────────────────────────────────────────────────────────────


def test_snapshots_are_named_by_folder_id_or_reference(grown: tuple[Workspace, Path, Path]) -> None:
    workspace, old, new = grown
    assert find_snapshot(workspace.folder, str(old)).folder == old
    assert find_snapshot(workspace.folder, new.name).folder == new
    assert find_snapshot(workspace.folder, new.name[:6]).folder == new
    assert find_snapshot(workspace.folder, "reference").id
    with pytest.raises(WorkspaceError, match=old.name):
        find_snapshot(workspace.folder, "no-such")
    with pytest.raises(WorkspaceError, match="Several"):
        find_snapshot(workspace.folder, "")


def test_the_snapshot_before_holds_a_part_of_the_origins(
    grown: tuple[Workspace, Path, Path], invented: Invented, tmp_path: Path
) -> None:
    workspace, old, new = grown
    assert previous_snapshot(new) == (old, "")
    assert previous_snapshot(old)[0] is None
    assert "only snapshot" in previous_snapshot(invented.snapshot)[1]
    shutil.copytree(workspace.folder, tmp_path / "copy")
    copy = Workspace(tmp_path / "copy")
    alone = copied(copy.snapshots / new.name, tmp_path / "alone")
    assert "no workspace" in previous_snapshot(alone)[1]
    # The same origins, read by other rules: the one in use is the later one, and no other is.
    other = copied(copy.snapshots / new.name, copy.snapshots / "aaaa", readers="f" * 64)
    assert previous_snapshot(copy.snapshots / new.name)[0] == other
    assert previous_snapshot(other)[0] == copy.snapshots / old.name
    copied(copy.snapshots / new.name, copy.snapshots / "bbbb", readers="e" * 64)
    before, why = previous_snapshot(copy.snapshots / new.name)
    assert before is None
    assert "aaaa, bbbb" in why


# ── the command ──────────────────────────────────────────────────────────────────────────────────


def run(*args: str | Path, status: int = 0) -> str:
    result = CliRunner().invoke(main, [str(a) for a in args])
    assert result.exit_code == status, result.output
    return result.output


def test_the_command_tells_it_in_three_forms(grown: tuple[Workspace, Path, Path]) -> None:
    workspace, old, new = grown
    args = ("diff", old.name, new.name, "-w", workspace.folder)
    text = run(*args)
    assert text.index("From snapshot") < text.index("Openings, employers") < text.index("How this is counted")
    assert f"{NEW_ADVERTS} openings came and 0 went" in text
    assert run(*args) == text
    assert run(*args, "--format", "markdown").startswith(f"# From snapshot {old.name} to {new.name}\n")
    found = json.loads(run(*args, "--format", "json", "--role", "data analyst"))
    assert found["id"] == f"{old.name}..{new.name}"
    assert {s["role"] for s in found["shares"]} == {"data-analyst"}
    assert "There is no snapshot" in run("diff", "xyz", new.name, "-w", workspace.folder, status=1)


# ── the statistics ───────────────────────────────────────────────────────────────────────────────


def one_each(k: list[int], n: int) -> Shares:
    """Shares of openings of n employers with one each."""
    return cluster_shares(n, n, n, k, k, k)


def test_more_that_came_alike_move_nothing() -> None:
    none = one_each([0], 0)
    stayed = one_each([40], 100)
    alike = changes(none, stayed, stayed, one_each([8], 20), np.zeros(1), np.array([20 / 120]))
    assert alike.change == pytest.approx(48 / 120 - 40 / 100)
    assert alike.low[0] < 0 < alike.high[0]
    unlike = changes(none, stayed, stayed, one_each([20], 20), np.zeros(1), np.array([20 / 120]))
    assert unlike.low[0] > 0
    assert unlike.p[0] < 0.001 < alike.p[0]
    # Far surer than if the two were taken to be independent.
    assert unlike.high[0] - unlike.low[0] < 0.1


def test_where_nothing_stayed_two_samples_are_compared() -> None:
    none = one_each([0], 0)
    found = changes(one_each([40], 100), none, none, one_each([60], 100), np.ones(1), np.ones(1))
    assert found.change == pytest.approx(0.2)
    assert 0.05 < found.low[0] < 0.2 < found.high[0] < 0.35


def test_p_below_5_percent_is_where_the_interval_leaves_out_0() -> None:
    random = np.random.default_rng(5)
    k = random.integers(0, 30, (3, 200))
    parts = [one_each(row.tolist(), n) for row, n in zip(k, (30, 60, 40), strict=True)]
    old, new = np.full(200, 30 / 90), np.full(200, 40 / 100)
    found = changes(parts[0], parts[1], parts[1], parts[2], old, new)
    out = (found.low > 0) | (found.high < 0)
    near = np.minimum(np.abs(found.low), np.abs(found.high)) < 1e-6
    assert 20 < out.sum() < 180
    assert np.array_equal(out[~near], (found.p < 0.05)[~near])


# ── the feed ─────────────────────────────────────────────────────────────────────────────────────

ATOM = "{http://www.w3.org/2005/Atom}"


def site_of(folder: Path, base: str = "", *, static: bool = False) -> Any:
    return SimpleNamespace(
        snapshot=Snapshot(folder), base=base, static=static, canonical=lambda path: base + path
    )


@pytest.mark.parametrize(("base", "static"), [("", False), ("", True), ("https://example.org/roles", False)])
def test_the_feed_is_valid_atom(
    grown: tuple[Workspace, Path, Path], found: SnapshotChanges, base: str, static: bool
) -> None:
    body = write_feed(site_of(grown[2], base, static=static), found, "")
    assert body == write_feed(site_of(grown[2], base, static=static), found, "")
    feed = ET.fromstring(body)
    assert feed.tag == f"{ATOM}feed"
    entries = feed.findall(f"{ATOM}entry")
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None  # 4.1.1: of the feed, or of each entry
    for element in (feed, *entries):
        for name in ("id", "title", "updated"):  # exactly one of each
            assert len(element.findall(f"{ATOM}{name}")) == 1, name
        assert cast(str, element.findtext(f"{ATOM}id")).startswith("urn:uuid:")
        # RFC 3339; the newest posting of the corpus, not the clock.
        when = datetime.fromisoformat(cast(str, element.findtext(f"{ATOM}updated")))
        assert when.isoformat() == "2026-06-01T00:00:00+00:00"
        links = [(link.get("rel"), link.get("type")) for link in element.findall(f"{ATOM}link")]
        assert len(links) == len(set(links)) >= 1
    ids = [e.findtext(f"{ATOM}id") for e in (feed, *entries)]
    assert len(set(ids)) == len(ids)
    assert entries[0].findtext(f"{ATOM}title") == f"Snapshot {grown[2].name}"
    told = len(found.verdicts) + sum(s.verdict == "moved" for s in found.shares)
    assert len(entries) == 1 + min(told, 20)
    assert told


def test_a_feed_without_a_snapshot_before_says_why(invented: Invented) -> None:
    feed = ET.fromstring(write_feed(site_of(invented.snapshot), None, "It is alone."))
    (entry,) = feed.findall(f"{ATOM}entry")
    assert "It is alone." in cast(str, entry.findtext(f"{ATOM}content"))


def test_ids_of_entries_do_not_change_with_the_address(grown: tuple[Workspace, Path, Path]) -> None:
    ids = [
        ET.fromstring(write_feed(site_of(grown[2], base), None, "")).findtext(f"{ATOM}entry/{ATOM}id")
        for base in ("", "https://example.org")
    ]
    assert ids[0] == ids[1]


def test_a_role_without_openings_is_passed_over(invented: Invented) -> None:
    snapshot = Snapshot(invented.snapshot)
    assert compare_snapshots(snapshot, snapshot, [Role("data-architect")]).roles == ()
