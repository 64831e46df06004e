"""Snapshots: opened for questions, told in words, copied for publication."""

from __future__ import annotations

import shutil
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from rolediff.errors import WorkspaceError
from rolediff.storage import check_snapshot, current_snapshot, reference_snapshot, write_json, written_aside
from rolediff.warehouse import Warehouse


class Snapshot(Warehouse):
    """An immutable state of all tables, ready to be asked."""

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Inputs, counts in and out of every step, and hashes of the tables."""
        return read_manifest(self.folder)

    @property
    def id(self) -> str:
        """Hash of the inputs."""
        return str(self.manifest["id"])


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a snapshot.

    Raises:
        WorkspaceError: the folder holds none, or it is damaged.
    """
    path = check_snapshot(folder) / "manifest.json"
    try:
        manifest: dict[str, Any] = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise WorkspaceError(
            f"{path} is damaged ({error}). Build the snapshot anew: `rolediff build`."
        ) from error
    return manifest


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
        f"  {counts['rows']:,} rows in = {counts['openings']:,} openings + {counts['copies']:,} copies of them"
        f" ({counts['copies_across_origins']:,} across origins) + {counts['rejected']:,} rejected"
        f" + {counts['pay_table_rows']:,} rows of pay tables",
    ]
    lines += [f"  rejected: {count:,} {reason}" for reason, count in counts["rejected_by_reason"].items()]
    lines.append(
        f"  {counts.get('cut', 0):,} postings have a cut text; languages: "
        + ", ".join(f"{name} {count:,}" for name, count in _most(counts["languages"]))
    )
    lines.append("  mentions: " + ", ".join(f"{name} {count:,}" for name, count in _most(counts["mentions"])))
    known = {name: count for name, count in counts["families"].items() if name != "unknown"}
    lines.append(
        f"  {len(known)} families; {counts['families'].get('unknown', 0):,} postings of unknown role; most: "
        + ", ".join(f"{name} {count:,}" for name, count in _most(known)[:6])
    )
    return "\n".join(lines)


def _most(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def export(folder: Path, out: Path, *, without_text: bool) -> None:
    """Copies a snapshot, with or without the texts of its postings."""
    manifest = read_manifest(folder)
    with written_aside(out) as aside:
        for path in sorted(folder.glob("*.parquet")):
            if not (without_text and path.name == "texts.parquet"):
                shutil.copyfile(path, aside / path.name)
        if without_text:
            manifest["tables"].pop("texts.parquet", None)
        write_json(manifest, aside / "manifest.json")
