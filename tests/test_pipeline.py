"""From files to a snapshot: nothing is lost, nothing counts twice, and a crash leaves what was there."""

from __future__ import annotations

import ast
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow.parquet as pq
import pytest

import rolediff
from conftest import Invented
from make_postings import hostile_advert, write_postings
from rolediff import pipeline
from rolediff.compare import compare_roles
from rolediff.errors import WorkspaceError
from rolediff.pipeline import build
from rolediff.profiles import as_group, as_groups
from rolediff.reading_errors import shifts_of
from rolediff.roles import find_role
from rolediff.snapshots import Snapshot, describe, export, open_snapshot
from rolediff.storage import current_snapshot, locked, written_aside
from rolediff.taxonomy import ambiguous_surfaces, skills
from rolediff.workspace import Workspace

NOT_OF_THE_ROLE = {"employer", "pay-benefits", "legal", "apply"}


def table(snapshot: Path, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(snapshot / f"{name}.parquet").to_pylist()
    return rows


def all_bytes(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def counts(snapshot: Path) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads((snapshot / "manifest.json").read_bytes())["counts"]
    return found


# ── where every row goes ─────────────────────────────────────────────────────────────────────────


def test_every_row_that_came_in_is_accounted_for(invented: Invented) -> None:
    written, found = invented.written, counts(invented.snapshot)
    assert found["rows"] == written.rows
    assert found["openings"] == written.openings
    assert found["copies"] == written.copies
    assert found["copies_across_origins"] == 3
    assert found["rejected_by_reason"] == dict(sorted(written.rejected.items()))
    assert found["pay_table_rows"] == written.pay_rows
    assert found["cut"] == written.cut
    assert found["languages"]["de"] == written.german
    assert found["rows"] == sum(found[k] for k in ("openings", "copies", "rejected", "pay_table_rows"))


def test_the_tables_hold_what_the_manifest_counts(invented: Invented) -> None:
    found = counts(invented.snapshot)
    postings = table(invented.snapshot, "postings")
    assert sum(p["opening"] == p["id"] for p in postings) == found["openings"]
    assert sum(p["opening"] != p["id"] for p in postings) == found["copies"]
    assert Counter(m["kind"] for m in table(invented.snapshot, "mentions")) == found["mentions"]
    assert len(table(invented.snapshot, "texts")) == len(postings)
    rejected = [
        row
        for p in sorted(invented.workspace.raw.glob("*/rejected.parquet"))
        for row in table(p.parent, "rejected")
    ]
    assert len(rejected) == found["rejected"]
    assert {r["reason"].partition(":")[0] for r in rejected} == set(invented.written.rejected)


def test_the_ledger_is_told_in_words(invented: Invented) -> None:
    w, told = invented.written, describe(invented.snapshot)
    assert f"{w.rows:,} rows in = {w.openings:,} openings + {w.copies:,} copies of them" in told
    assert f"{sum(w.rejected.values())} rejected + {w.pay_rows} rows of pay tables" in told
    for reason, count in w.rejected.items():
        assert f"rejected: {count} {reason}" in told


def test_reposts_and_second_cities_are_one_opening(invented: Invented) -> None:
    by_source = {p["source_id"]: p for p in table(invented.snapshot, "postings")}
    families: dict[str, set[str]] = defaultdict(set)
    for copy, source in invented.written.copy_of.items():
        families[by_source[source]["opening"]] |= {copy, source}
    # Each copy stands with its source, and with nothing else.
    members: dict[str, set[str]] = defaultdict(set)
    for p in by_source.values():
        members[p["opening"]].add(p["source_id"])
    assert {k: v for k, v in members.items() if len(v) > 1} == families


def test_another_seniority_is_another_opening(invented: Invented) -> None:
    by_source = {p["source_id"]: p for p in table(invented.snapshot, "postings")}
    one, other = (by_source[i] for i in invented.written.twins)
    assert one["text_hash"] == other["text_hash"]
    assert (one["seniority"], other["seniority"]) == ("unspecified", "senior")
    assert one["opening"] != other["opening"]


def test_cut_and_foreign_texts_and_copies_state_no_facts(invented: Invented) -> None:
    postings = {p["id"]: p for p in table(invented.snapshot, "postings")}
    stating = {f["posting"] for f in table(invented.snapshot, "facts")}
    readable = {
        i
        for i, p in postings.items()
        if p["opening"] == i and p["language"] == "en" and not p["cut"] and p["family"] is not None
    }
    assert stating == readable
    assert sum(p["cut"] for p in postings.values()) == invented.written.cut
    # They are openings of their roles all the same, with what their titles say.
    snapshot = Snapshot(invented.snapshot)
    comparison = compare_roles(snapshot, snapshot.id, find_role("data analyst"), find_role("data specialist"))
    a = comparison.a
    assert (a.cut, a.not_english, a.openings - a.n) == (2, 1, 3)


def test_an_advert_without_title_is_of_no_role(invented: Invented) -> None:
    (untitled,) = [p for p in table(invented.snapshot, "postings") if p["title"] is None]
    assert untitled["family"] is None
    assert counts(invented.snapshot)["families"]["unknown"] == 1


def test_a_saved_page_is_a_posting_like_any_other(invented: Invented) -> None:
    (page,) = [p for p in table(invented.snapshot, "postings") if p["employer"] == "Hollow Oak Timber"
               and p["city"] == "Cardiff"]  # fmt: skip
    assert (page["country"], str(page["posted"]), page["family"]) == ("GB", "2026-04-12", "data-analyst")


def test_pay_tables_and_adverts_are_kept_apart(invented: Invented) -> None:
    pay = table(invented.snapshot, "pay_observations")
    tabled = [p for p in pay if p["basis"] == "pay table"]
    # A pair of rows is one range; the very same range twice is one voice.
    assert sum(2 * p["repeats"] for p in tabled) == invented.written.pay_rows
    assert all(p["yearly_max"] - p["yearly_min"] == 30_000 for p in tabled)
    stated = [p for p in pay if p["basis"] == "stated"]
    assert stated
    assert len(pay) == len(tabled) + len(stated)
    postings = {p["id"]: p for p in table(invented.snapshot, "postings")}
    texts = {t["posting"]: t["text"] for t in table(invented.snapshot, "texts")}
    for p in stated:
        assert postings[p["posting"]]["pay_currency"] == p["currency"]
        assert f"${p['yearly_min']:,.0f} - ${p['yearly_max']:,.0f} per year" in texts[p["posting"]]


# ── the same bytes ───────────────────────────────────────────────────────────────────────────────


def test_processes_and_folders_change_no_byte(invented: Invented, tmp_path: Path) -> None:
    write_postings(tmp_path / "elsewhere")
    workspace = Workspace(tmp_path / "workspace")
    # Given one by one and in another order: what counts is what they hold.
    for path in sorted((tmp_path / "elsewhere").iterdir(), reverse=True):
        workspace.ingest([path], licence="CC0", date="2026-05-01")
    snapshot = build(workspace, processes=2)
    assert snapshot.name == invented.snapshot.name
    assert all_bytes(snapshot) == all_bytes(invented.snapshot)
    assert set(all_bytes(snapshot)) == {
        "facts.parquet", "likeness.parquet", "manifest.json", "mentions.parquet", "pay_observations.parquet",
        "postings.parquet", "texts.parquet",
    }  # fmt: skip
    assert all_bytes(workspace.raw) == all_bytes(invented.workspace.raw)


def test_the_size_of_batches_changes_no_row(
    invented: Invented, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rolediff.workspace.BATCH_ROWS", 16)
    workspace = Workspace(tmp_path / "workspace")
    workspace.ingest([invented.folder], licence="CC0", date="2026-05-01")
    snapshot = build(workspace, processes=1)
    assert max(pq.ParquetFile(p).num_row_groups for p in workspace.raw.glob("*/records.parquet")) > 3
    for name in ("postings", "mentions", "texts", "facts", "likeness", "pay_observations"):
        assert table(snapshot, name) == table(invented.snapshot, name), name


def test_the_same_bytes_under_another_name_are_one_origin(
    invented: Invented, workspace_copy: Workspace
) -> None:
    other = workspace_copy.folder.parent / "renamed.csv"
    shutil.copy(invented.folder / "adverts.csv", other)
    (source,) = workspace_copy.ingest([other])
    assert source.error is None
    assert len(workspace_copy.origins()) == 4
    assert counts(build(workspace_copy, processes=1))["rows"] == invented.written.rows


def test_no_table_names_the_folder_it_was_built_in(invented: Invented) -> None:
    for name, content in all_bytes(invented.snapshot).items():
        assert str(invented.folder.parent).encode() not in content, name


def test_reading_the_same_file_twice_changes_nothing(invented: Invented, workspace_copy: Workspace) -> None:
    before = all_bytes(workspace_copy.folder)
    again = workspace_copy.ingest([invented.folder], licence="CC0", date="2026-05-01")
    assert [s.already for s in again] == [True] * 4
    lines: list[str] = []
    assert build(workspace_copy, processes=1, report=lines.append).name == invented.snapshot.name
    assert any("already built" in line for line in lines)
    assert all_bytes(workspace_copy.folder) == before


def test_the_identity_covers_all_code_that_decides_what_a_snapshot_holds() -> None:
    """Every module that the pipeline imports, however indirectly, but for those that cannot change a table."""
    root = Path(rolediff.__file__).parent
    tops = {p.name.removesuffix(".py") for p in root.iterdir() if p.suffix == ".py" or p.is_dir()}
    seen, todo = set(), ["pipeline"]
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        files = (
            [root / f"{name}.py"] if (root / f"{name}.py").is_file() else sorted((root / name).rglob("*.py"))
        )
        for path in files:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rolediff"):
                    dotted = [f"{node.module}.{alias.name}" for alias in node.names]
                    todo += [d.split(".")[1] for d in dotted if d.split(".")[1] in tops]
    # Of the statistics only the likeness of families is stored in a snapshot, and it is hashed by its files.
    assert seen - {"errors", "workspace", "statistics"} == set(pipeline._READERS)


# ── what mentions point at ───────────────────────────────────────────────────────────────────────


def folded(words: str) -> str:
    """Spellings that are one to the matcher: case, hyphens and apostrophes between words."""
    return " ".join(words.casefold().replace("-", " ").replace("’", "'").replace("'", " ").split())


def test_every_mention_points_at_words_of_its_text(invented: Invented) -> None:
    known = {s.id: {folded(x) for x in (s.name, *s.aliases)} for s in skills().values()}
    for surface in ambiguous_surfaces():
        known[surface.skill].add(folded(surface.surface))
    texts = {t["posting"]: t["text"] for t in table(invented.snapshot, "texts")}
    mentions = table(invented.snapshot, "mentions")
    assert len(mentions) > 1000
    for m in mentions:
        text = texts[m["posting"]]
        assert 0 <= m["start"] < m["end"] <= len(text), m
        words = text[m["start"] : m["end"]]
        assert words.strip() == words, m
        if m["kind"] == "skill":
            assert folded(words) in known[m["value"]], (words, m)
            assert m["need"] in ("required", "preferred", "mentioned"), m


# ── facts, counted again ─────────────────────────────────────────────────────────────────────────


def years_band(years: int | None) -> str:
    for most, band in ((1, "0-1"), (2, "2"), (4, "3-4"), (7, "5-7")):
        if years is None:
            return "not-stated"
        if years <= most:
            return band
    return "8-or-more"


def recount(snapshot: Path) -> set[tuple[str, str, str, str, str, str]]:
    """facts.parquet from postings and mentions, row by row."""
    readable = {
        p["id"]: p
        for p in table(snapshot, "postings")
        if p["opening"] == p["id"] and p["language"] == "en" and not p["cut"] and p["family"]
    }
    stated: dict[str, set[tuple[str, str]]] = {i: set() for i in readable}
    needs: dict[tuple[str, str], list[str]] = defaultdict(list)
    for m in table(snapshot, "mentions"):
        if m["posting"] in readable and m["section"] not in NOT_OF_THE_ROLE:
            if m["kind"] in ("skill", "responsibility"):
                stated[m["posting"]].add((m["kind"], m["value"]))
            if m["kind"] == "skill":
                needs[m["posting"], m["value"]].append(m["need"])
    for (posting, skill), found in needs.items():
        strongest = max(found, key=["mentioned", "preferred", "required"].index)
        stated[posting].add((f"need:{strongest}", skill))
    for i, p in readable.items():
        stated[i] |= {
            ("degree", p["degree_min"] or "not-stated"),
            ("years", years_band(p["years_min"])),
            ("work-mode", p["work_mode"] or "not-stated"),
            ("industry", p["industry"] or "not-stated"),
        }
        if p["pay_basis"] == "stated":
            stated[i].add(("pay-stated", "yes"))
        few = p["years_min"] is not None and p["years_min"] <= 1
        if p["seniority"] in ("intern", "entry") or (p["seniority"] == "unspecified" and few):
            stated[i].add(("entry", "yes"))
    return {
        (p["family"], p["seniority"], i, p["employer_key"] or f"origin:{p['origin']}", kind, value)
        for i, p in readable.items()
        for kind, value in stated[i]
    }


def test_facts_are_what_postings_and_mentions_state(invented: Invented) -> None:
    # Skills stand in all the sections that do not speak of the role.
    skills_in = {m["section"] for m in table(invented.snapshot, "mentions") if m["kind"] == "skill"}
    assert skills_in >= NOT_OF_THE_ROLE
    rows = [tuple(f.values()) for f in table(invented.snapshot, "facts")]
    assert len(rows) == len(set(rows))
    assert set(rows) == recount(invented.snapshot)


@pytest.mark.parametrize("name", ["data specialist", "lead machine learning engineer", "data analyst"])
def test_sums_over_employers_are_what_a_recount_gives(invented: Invented, name: str) -> None:
    role = find_role(name)
    facts = [f for f in recount(invented.snapshot) if f[0] == role.family and f[1] in role.levels]
    sizes = Counter({voice: len({f[2] for f in facts if f[3] == voice}) for voice in {f[3] for f in facts}})
    by_value: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for *_, voice, kind, value in facts:
        by_value[kind, value][voice] += 1
    snapshot = Snapshot(invented.snapshot)
    snapshot.run("members", roles=as_groups([role]))
    (size,) = snapshot.rows("sizes")
    assert size["n"] == sizes.total()
    assert size["employers"] == len(sizes)
    assert size["sum_n2"] == sum(n * n for n in sizes.values())
    answer = snapshot.ask("counts", **as_group(role))
    found = {
        (kind, value): numbers
        for kind, value, *numbers in zip(*(answer[c].tolist() for c in ("kind", "value", "k", "sum_x2", "sum_xn")),
                                         strict=True)
    }  # fmt: skip
    assert found == {
        fact: [x.total(), sum(n * n for n in x.values()), sum(n * sizes[voice] for voice, n in x.items())]
        for fact, x in by_value.items()
    }


def test_openings_of_an_unknown_language_are_counted(invented: Invented, tmp_path: Path) -> None:
    shutil.copytree(invented.snapshot, tmp_path / "snapshot")
    rows = pq.read_table(tmp_path / "snapshot" / "postings.parquet")
    role = find_role("data analyst")
    mine = [p["opening"] == p["id"] and p["family"] == role.family for p in rows.to_pylist()]
    unknown = set(np.flatnonzero(mine)[:7].tolist())
    languages = [None if i in unknown else v for i, v in enumerate(rows["language"].to_pylist())]
    at = rows.schema.get_field_index("language")
    rows = rows.set_column(at, rows.schema.field("language"), [languages])
    pq.write_table(rows, tmp_path / "snapshot" / "postings.parquet")
    snapshot = Snapshot(tmp_path / "snapshot")
    snapshot.run("members", roles=as_groups([role]))
    (size,) = snapshot.rows("sizes")
    of_role = [p for p, own in zip(rows.to_pylist(), mine, strict=True) if own]
    assert size["unknown_language"] == 7
    assert size["not_english"] == sum(p["language"] not in ("en", None) for p in of_role)
    assert size["cut"] == sum(p["language"] == "en" and p["cut"] for p in of_role)
    assert size["openings"] == len(of_role) == sum(
        size[name] for name in ("n", "not_english", "unknown_language", "cut")
    )  # fmt: skip


def test_a_published_share_is_the_recounted_one(invented: Invented) -> None:
    snapshot = Snapshot(invented.snapshot)
    facts = [f for f in recount(invented.snapshot) if f[0] == "data-analyst"]
    comparison = compare_roles(snapshot, snapshot.id, find_role("data analyst"), find_role("data specialist"))
    n = len({f[2] for f in facts})
    stated = Counter(f[4:] for f in facts)
    assert comparison.a.n == n
    tested = [*comparison.responsibilities, *comparison.skills_more_in_a, *comparison.experience]
    assert len(tested) > 10
    for d in tested:
        estimate = d.a.estimate
        assert (estimate.openings, estimate.n) == (stated[d.kind, d.value], n)
        assert estimate.read == pytest.approx(stated[d.kind, d.value] / n)
        # What is published is moved by the measured errors of reading, and by no more than they allow.
        ((shift,), _) = shifts_of(d.kind, [d.value])
        odds = estimate.read / (1 - estimate.read) * np.exp(shift) if estimate.read < 1 else np.inf
        assert estimate.share == pytest.approx(1.0 if np.isinf(odds) else odds / (1 + odds))
        assert 0 <= estimate.low <= estimate.share <= estimate.high <= 1
        assert np.sign(d.difference) in (0, np.sign(d.a.estimate.share - d.b.estimate.share))


# ── export ───────────────────────────────────────────────────────────────────────────────────────


def test_an_export_without_text_still_compares(invented: Invented, tmp_path: Path) -> None:
    export(invented.snapshot, tmp_path / "facts", ["texts"])
    assert not (tmp_path / "facts" / "texts.parquet").exists()
    assert "texts.parquet" not in orjson.loads((tmp_path / "facts" / "manifest.json").read_bytes())["tables"]
    # No sentence of an advert is left in any of the files.
    assert not any(b"canteen" in content for content in all_bytes(tmp_path / "facts").values())
    whole, bare = Snapshot(invented.snapshot), Snapshot(tmp_path / "facts")
    roles = find_role("data specialist"), find_role("lead machine learning engineer")
    assert compare_roles(bare, bare.id, *roles) == compare_roles(whole, whole.id, *roles)


def test_a_damaged_table_is_named(invented: Invented, tmp_path: Path) -> None:
    shutil.copytree(invented.snapshot, tmp_path / "damaged")
    whole = (tmp_path / "damaged" / "facts.parquet").read_bytes()
    (tmp_path / "damaged" / "facts.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(WorkspaceError, match=r"facts\.parquet"):
        Snapshot(tmp_path / "damaged")


# ── builds that are killed ───────────────────────────────────────────────────────────────────────


def kill_build(workspace: Workspace, sign: str) -> bool:
    """Starts a build, kills it when a file appears in the folder it writes aside; False if it was too fast."""
    code = "import sys; from rolediff.cli import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", code, "build", "--processes", "1", "-w", str(workspace.folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        until = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < until:
            if any(workspace.snapshots.glob(f".*/{sign}")):
                process.send_signal(signal.SIGKILL)
                process.wait()
                break
            time.sleep(0.001)
        else:
            process.kill()
    return process.returncode == -signal.SIGKILL and any(workspace.snapshots.glob(f".*/{sign}"))


@pytest.mark.parametrize("sign", [".parts", ".parts/*.texts.parquet", "postings.parquet"])
def test_a_killed_build_leaves_the_old_snapshot_in_use(
    invented: Invented, workspace_copy: Workspace, tmp_path: Path, sign: str
) -> None:
    before = all_bytes(workspace_copy.folder / "snapshots")
    more = tmp_path / "more.jsonl"
    more.write_bytes(orjson.dumps(hostile_advert()) + b"\n")
    workspace_copy.ingest([more])
    current = (workspace_copy.folder / "CURRENT").read_bytes()
    for _ in range(5):  # the build may win the race
        if kill_build(workspace_copy, sign):
            break
        for path in workspace_copy.snapshots.iterdir():
            if path.name != invented.snapshot.name:
                shutil.rmtree(path)
        (workspace_copy.folder / "CURRENT").write_bytes(current)
    else:
        pytest.fail("five builds ended before they could be killed")
    # What is in use is the old snapshot, whole.
    assert current_snapshot(workspace_copy.folder).name == invented.snapshot.name
    visible = {k: v for k, v in all_bytes(workspace_copy.snapshots).items() if not k.startswith(".")}
    assert visible == before
    assert open_snapshot(workspace_copy.folder).rows("roles")
    # The next build goes through and leaves nothing lying about.
    snapshot = build(workspace_copy, processes=1)
    assert current_snapshot(workspace_copy.folder) == snapshot
    assert counts(snapshot)["rows"] == invented.written.rows + 1
    assert {p.name for p in workspace_copy.snapshots.iterdir()} == {invented.snapshot.name, snapshot.name}
    assert not (snapshot / ".parts").exists()
    assert not [p for p in workspace_copy.folder.iterdir() if p.name.startswith(".")]


def test_an_ingest_that_was_killed_is_no_origin(workspace_copy: Workspace) -> None:
    before = workspace_copy.origins()
    left = workspace_copy.raw / ".0123456789ab.4711"
    left.mkdir()
    (left / "records.parquet").write_bytes(b"PAR1 half")
    (left / "origin.json").write_text("{}")
    assert workspace_copy.origins() == before


def test_building_nothing_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="rolediff ingest"):
        build(Workspace(tmp_path / "nothing"))
    assert not (tmp_path / "nothing").exists()


def test_leftovers_of_killed_runs_go_and_what_they_moved_comes_back(
    invented: Invented, workspace_copy: Workspace
) -> None:
    before = all_bytes(workspace_copy.folder)
    (origin, *_) = sorted(p for p in workspace_copy.raw.iterdir())
    origin.rename(origin.with_name(f".{origin.name}.rolediff.old"))  # killed between the two renames
    for folder in (workspace_copy.raw, workspace_copy.snapshots):
        (folder / ".0123456789ab.4711").mkdir()
        (folder / ".0123456789ab.4711" / "records.parquet").write_bytes(b"PAR1 half")
    assert build(workspace_copy, processes=1).name == invented.snapshot.name
    assert all_bytes(workspace_copy.folder) == before


def test_an_ingest_clears_what_killed_ones_left(invented: Invented, workspace_copy: Workspace) -> None:
    before = all_bytes(workspace_copy.folder)
    (workspace_copy.raw / ".0123456789ab.4711").mkdir()
    workspace_copy.ingest([invented.folder], licence="CC0", date="2026-05-01")
    assert not (workspace_copy.raw / ".0123456789ab.4711").exists()
    assert all_bytes(workspace_copy.folder) == before


# ── one process at a time ────────────────────────────────────────────────────────────────────────


def test_who_works_in_a_workspace_works_alone(invented: Invented, workspace_copy: Workspace) -> None:
    pytest.importorskip("fcntl", reason="this system has no fcntl")
    running = workspace_copy.snapshots / ".0123456789abcdef.4711"
    running.mkdir()
    refused = f"Another rolediff is working in {workspace_copy.folder}. Wait until it has ended."
    with locked(workspace_copy.folder):
        with pytest.raises(WorkspaceError) as building:
            build(workspace_copy, processes=1)
        with pytest.raises(WorkspaceError) as ingesting:
            workspace_copy.ingest([invented.folder])
    assert (str(building.value), str(ingesting.value)) == (refused, refused)
    assert running.is_dir()
    build(workspace_copy, processes=1)
    assert not running.exists()
    assert not (workspace_copy.folder / ".lock").exists()


def test_the_lock_of_a_killed_process_ends_with_it(workspace_copy: Workspace) -> None:
    pytest.importorskip("fcntl", reason="this system has no fcntl")
    code = (
        "import sys, time; from pathlib import Path; from rolediff.storage import locked\n"
        "with locked(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(workspace_copy.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(WorkspaceError, match="Another rolediff"):
            build(workspace_copy, processes=1)
        process.kill()
    assert (workspace_copy.folder / ".lock").exists()
    build(workspace_copy, processes=1)


def test_without_fcntl_nothing_is_locked(workspace_copy: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rolediff.storage.fcntl", None)
    with locked(workspace_copy.folder):
        build(workspace_copy, processes=1)


# ── replacing a folder ───────────────────────────────────────────────────────────────────────────


def replace_folder(target: Path, content: str) -> None:
    with written_aside(target) as aside:
        (aside / "deep").mkdir()
        (aside / "deep" / "file").write_text(content)


def test_a_folder_is_replaced_without_a_rest(tmp_path: Path) -> None:
    for content in ("old", "new"):
        replace_folder(tmp_path / "x", content)
        assert (tmp_path / "x" / "deep" / "file").read_text() == content
        assert [p.name for p in tmp_path.iterdir()] == ["x"]


@pytest.mark.parametrize("failing", [1, 2])
def test_a_rename_that_fails_leaves_the_old_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    replace_folder(tmp_path / "x", "old")
    calls, rename = [], Path.rename

    def fail(self: Path, target: Path) -> Path:
        calls.append(self)
        if len(calls) == failing:
            raise OSError("no room")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OSError, match="no room"):
        replace_folder(tmp_path / "x", "new")
    assert (tmp_path / "x" / "deep" / "file").read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


def test_the_new_folder_stays_while_the_old_is_not_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_folder(tmp_path / "x", "old")
    calls, rename = [], Path.rename

    def fail(self: Path, target: Path) -> Path:
        calls.append(self)
        if len(calls) > 1:
            raise OSError("no room")
        return rename(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", fail)
        with pytest.raises(OSError, match="no room"):
            replace_folder(tmp_path / "x", "new")
    assert sorted(p.read_text() for p in tmp_path.glob(".x.*/deep/file")) == ["new", "old"]
    # The next use puts the old one back, whatever becomes of its own work.
    with pytest.raises(ZeroDivisionError), written_aside(tmp_path / "x"):
        raise ZeroDivisionError
    assert (tmp_path / "x" / "deep" / "file").read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


def test_all_that_is_written_is_on_the_disk_before_it_is_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    monkeypatch.setattr("rolediff.storage.sync", lambda path: synced.append(path.name))
    replace_folder(tmp_path / "x", "new")
    assert {"deep", "file", tmp_path.name} <= set(synced)


def test_who_reads_while_a_snapshot_is_replaced_reads_the_old_one(workspace_copy: Workspace) -> None:
    snapshot = current_snapshot(workspace_copy.folder)
    snapshot.rename(snapshot.with_name(f".{snapshot.name}.rolediff.old"))
    assert open_snapshot(workspace_copy.folder).id == snapshot.name


# ── damaged snapshots ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["facts.parquet", "texts.parquet", "manifest.json"])
@pytest.mark.parametrize("damage", [None, b"", b"[1, 2]"], ids=["gone", "empty", "other"])
def test_a_damaged_snapshot_is_built_anew(
    invented: Invented, workspace_copy: Workspace, name: str, damage: bytes | None
) -> None:
    path = workspace_copy.snapshots / invented.snapshot.name / name
    path.unlink()
    if damage is not None:
        path.write_bytes(damage)
    lines: list[str] = []
    snapshot = build(workspace_copy, processes=1, report=lines.append)
    assert any("damaged" in line for line in lines)
    assert all_bytes(snapshot) == all_bytes(invented.snapshot)
    assert [p.name for p in workspace_copy.snapshots.iterdir()] == [snapshot.name]
