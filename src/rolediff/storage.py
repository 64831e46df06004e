"""How files are written and where snapshots lie.

pyarrow is imported where a table is written: reading a snapshot does without it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import file_digest
from importlib import resources
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import orjson

from rolediff.errors import WorkspaceError

if TYPE_CHECKING:
    from pyarrow import Schema, Table
    from pyarrow.parquet import ParquetWriter

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None

#: The file of a workspace that names the snapshot in use.
CURRENT = "CURRENT"
#: The file of a workspace that is locked while something is written to it.
LOCK = ".lock"
#: How the hidden name ends under which a folder waits while another takes its place.
_OLD = ".rolediff.old"


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
    """A folder to write into that becomes `target`, or vanishes on an error.

    At every moment the old or the new folder is whole: what stands at `target` is moved to a hidden
    name and removed only when the new one is in its place and on the disk.
    """
    aside = target.parent / f".{target.name}.{os.getpid()}"
    old = _old(target)
    put_back(target)
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        yield aside
        for path in aside.rglob("*"):
            sync(path)
        sync(aside)
        if target.exists():
            target.rename(old)
        aside.rename(target)
    except BaseException:
        if old.exists() and not target.exists():
            old.rename(target)  # if this fails too, old and new stay beside each other
        shutil.rmtree(aside, ignore_errors=True)
        raise
    sync(target.parent)
    shutil.rmtree(old, ignore_errors=True)


def _old(target: Path) -> Path:
    """Where the folder that is being replaced waits."""
    return target.parent / f".{target.name}{_OLD}"


def put_back(target: Path) -> None:
    """Ends a replacement that was killed: without a new folder the old one goes back to its place."""
    old = _old(target)
    if not old.exists():
        return
    if target.exists():
        shutil.rmtree(old)
    else:
        old.rename(target)


def clear_leftovers(folder: Path) -> None:
    """Removes or puts back what killed runs left in a folder; only for who holds its workspace's lock."""
    for left in sorted(folder.glob(".*")):
        if left.name.endswith(_OLD):
            put_back(folder / left.name[1:].removesuffix(_OLD))
        elif left.is_dir():
            shutil.rmtree(left, ignore_errors=True)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keeps other processes from writing to a workspace; the lock ends with the process that holds it.

    The folder is made if it is missing, and goes again if nothing was written to it. Where the
    system has no `fcntl`, nothing is locked.

    Raises:
        WorkspaceError: another process holds the lock.
    """
    made = not folder.exists()
    lock = folder / LOCK
    handle = _take(lock)
    try:
        yield
    finally:
        if handle is not None:
            lock.unlink(missing_ok=True)
            os.close(handle)
        if made:
            with suppress(OSError):  # it is not empty, or was never made
                folder.rmdir()


def _take(lock: Path) -> int | None:
    """A descriptor that holds the lock, or None where there are no locks."""
    if fcntl is None:
        return None
    while True:
        lock.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
        except FileNotFoundError:  # the one before has just removed the folder
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Its last holder may have removed the file since it was opened: then it locks nothing.
            if _same(handle, lock):
                return handle
        except BlockingIOError as error:
            os.close(handle)
            raise WorkspaceError(
                f"Another rolediff is working in {lock.parent}. Wait until it has ended."
            ) from error
        os.close(handle)


def _same(handle: int, path: Path) -> bool:
    """Whether an open file is still the one at a path."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


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
    folder = workspace / "snapshots" / current.read_text(encoding="utf-8").strip()
    # A build that replaced it was killed, or is at it: who reads uses the old one and moves nothing.
    return check_snapshot(folder if folder.exists() or not _old(folder).exists() else _old(folder))


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
        manifest = orjson.loads(path.read_bytes())
        if not isinstance(manifest, dict):
            raise ValueError("no JSON object")
    except ValueError as error:  # of which JSONDecodeError is one
        raise WorkspaceError(
            f"{path} is damaged ({error}). Build the snapshot anew: `rolediff build`."
        ) from error
    return manifest


def hash_file(path: Path) -> str:
    """The sha256 of a file's bytes, in hexadecimal digits."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
