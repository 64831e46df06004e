"""Snapshots: opened for questions, told in words, copied for publication."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from rolediff.storage import (
    check_snapshot,
    current_snapshot,
    read_manifest,
    reference_snapshot,
    write_json,
    written_aside,
)
from rolediff.warehouse import Warehouse
from rolediff.wording import say_count


class Snapshot(Warehouse):
    """An immutable state of all tables, ready to be asked."""

    @property
    def id(self) -> str:
        """Hash of the inputs."""
        return str(self.manifest["id"])


def open_snapshot(workspace: Path, snapshot: Path | None = None) -> Snapshot:
    """The snapshot that a command works on.

    Args:
        workspace: whose current snapshot is taken if it has one.
        snapshot: a snapshot's folder, or the word "reference"; goes before the workspace.

    Raises:
        WorkspaceError: the folder named holds no snapshot.
    """
    if snapshot is not None:
        return Snapshot(reference_snapshot() if str(snapshot) == "reference" else check_snapshot(snapshot))
    if workspace.is_dir():
        return Snapshot(current_snapshot(workspace))
    return Snapshot(reference_snapshot())


def describe(folder: Path) -> str:
    """What a snapshot holds and where every row went, in lines of text."""
    manifest = read_manifest(folder)
    counts = manifest["counts"]
    lines = [
        f"Snapshot {manifest['id']} in {folder}",
        (
            f"  {counts['rows']:,} rows in = {counts['openings']:,} openings + {counts['copies']:,} copies of them"
            f" ({counts['copies_across_origins']:,} across origins) + {counts['rejected']:,} rejected"
            f" + {counts['pay_table_rows']:,} rows of pay tables"
        ),
    ]
    lines += [f"  rejected: {count:,} {reason}" for reason, count in counts["rejected_by_reason"].items()]
    lines.append(
        f"  {say_count(counts.get('cut', 0), 'posting')} with a cut text; languages: "
        + ", ".join(f"{name} {count:,}" for name, count in _most(counts["languages"]))
    )
    lines.append("  mentions: " + ", ".join(f"{name} {count:,}" for name, count in _most(counts["mentions"])))
    known = {name: count for name, count in counts["families"].items() if name != "unknown"}
    lines.append(
        f"  {say_count(len(known), 'family', 'families')}; "
        f"{counts['families'].get('unknown', 0):,} postings of unknown role; most: "
        + ", ".join(f"{name} {count:,}" for name, count in _most(known)[:6])
    )
    return "\n".join(lines)


def _most(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def export(folder: Path, out: Path, leave_out: Sequence[str] = ()) -> None:
    """Copies a snapshot.

    Args:
        folder: the snapshot.
        out: the folder to write, replaced in one step.
        leave_out: names of tables that stay behind: "texts" for publication; "mentions" too, whose
            offsets mean nothing without the texts.
    """
    manifest = read_manifest(folder)
    with written_aside(out) as aside:
        for path in sorted(folder.glob("*.parquet")):
            if path.stem in leave_out:
                manifest["tables"].pop(path.name, None)
            else:
                shutil.copyfile(path, aside / path.name)
        write_json(manifest, aside / "manifest.json")
