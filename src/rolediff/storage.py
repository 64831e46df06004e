"""How files are written and where snapshots lie.

pyarrow is imported where a table is written: reading a snapshot does without it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from rolediff.errors import WorkspaceError

if TYPE_CHECKING:
    from pyarrow import Schema, Table
    from pyarrow.parquet import ParquetWriter

#: The file of a workspace that names the snapshot in use.
CURRENT = "CURRENT"


def write_parquet(table: Table, path: Path) -> None:
    """Writes a table the way all tables of rolediff are written."""
    with parquet_writer(path, table.schema) as writer:
        writer.write_table(table)


def parquet_writer(path: Path, schema: Schema) -> ParquetWriter:
    """A writer whose bytes depend on nothing but rows, schema and library versions."""
    from pyarrow.parquet import ParquetWriter

    return ParquetWriter(path, schema, compression="zstd", compression_level=9, store_schema=True)


def write_json(value: Any, path: Path) -> None:
    """Writes JSON for people to read: sorted and indented."""
    path.write_bytes(
        orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)
    )


@contextmanager
def written_aside(target: Path) -> Iterator[Path]:
    """A folder to write into that becomes `target` in one step, or vanishes on an error."""
    aside = target.parent / f".{target.name}.{os.getpid()}"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        yield aside
        for path in aside.iterdir():
            sync(path)
        sync(aside)
        if target.exists():
            shutil.rmtree(target)
        aside.rename(target)
        sync(target.parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def sync(path: Path) -> None:
    """Waits until a file or the entries of a folder are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def current_snapshot(workspace: Path) -> Path:
    """The folder of the snapshot that a workspace uses.

    Raises:
        WorkspaceError: none was built yet, or it is gone.
    """
    current = workspace / CURRENT
    if not current.is_file():
        raise WorkspaceError(
            f"The workspace {workspace} has no snapshot. Read postings with `rolediff ingest FILE`, then "
            "`rolediff build`."
        )
    return check_snapshot(workspace / "snapshots" / current.read_text(encoding="utf-8").strip())


def check_snapshot(folder: Path) -> Path:
    """The folder, if it holds a snapshot.

    Raises:
        WorkspaceError: it does not.
    """
    if not (folder / "manifest.json").is_file():
        raise WorkspaceError(
            f"{folder} holds no snapshot: it has no manifest.json. Build one: `rolediff build`."
        )
    return folder


def reference_snapshot() -> Path:
    """The snapshot that comes with rolediff: facts of public postings, without their texts."""
    return check_snapshot(Path(str(resources.files("rolediff") / "reference")))


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
