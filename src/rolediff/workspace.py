"""A workspace: a folder with what feeds said (raw/) and the snapshots built from it.

    <workspace>/raw/<origin id>/records.parquet, rejected.parquet, origin.json
    <workspace>/snapshots/<snapshot id>/*.parquet, manifest.json
    <workspace>/CURRENT            the id of the snapshot in use

Everything is written aside and moved in one step, so that a crash leaves what was there whole.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from rolediff.errors import FeedError, WorkspaceError
from rolediff.feeds import find_sources, open_feed, read_origin
from rolediff.schema import PAY_RECORD, RECORD, REJECTED, Origin

#: Rows of a raw table that are read and extracted together: see docs/method/architecture.md.
BATCH_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Source:
    """What ingesting one file did."""

    path: Path
    origin: Origin | None
    kind: str | None  # postings or pay
    rows: int
    records: int
    rejected: dict[str, int] = field(default_factory=dict)  # reason -> rows
    columns: dict[str, str | None] = field(default_factory=dict)
    error: str | None = None
    already: bool = False  # the same bytes were ingested before


def write_parquet(table: pa.Table, path: Path) -> None:
    """Writes a table the way all tables of rolediff are written."""
    with parquet_writer(path, table.schema) as writer:
        writer.write_table(table)


def parquet_writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """A writer whose bytes depend on nothing but rows, schema and library versions."""
    return pq.ParquetWriter(path, schema, compression="zstd", compression_level=9, store_schema=True)


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
            _sync(path)
        _sync(aside)
        if target.exists():
            shutil.rmtree(target)
        aside.rename(target)
        _sync(target.parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Workspace:
    """A folder with raw data and snapshots; made when first written to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.raw = folder / "raw"
        self.snapshots = folder / "snapshots"
        self._current = folder / "CURRENT"

    def ingest(
        self,
        paths: Sequence[Path],
        column_map: Mapping[str, str] | None = None,
        report: Callable[[Source], None] = lambda source: None,
        **given: str | None,
    ) -> list[Source]:
        """Reads files and folders into raw/; a file that cannot be read does not stop the others.

        Args:
            paths: files, or folders of files.
            column_map: record field -> source column, where the usual names do not do.
            report: called with each source as it is done.
            given: publisher, url, licence, date or note of the origin.

        Returns:
            One `Source` a file, in the order read; those that failed carry their error.

        Raises:
            FeedError: a path does not exist, or a folder holds nothing that can be read.
        """
        found, skipped = find_sources(paths)
        done = [Source(path, None, None, 0, 0, error=reason) for path, reason in skipped]
        for source in done:
            report(source)
        for path in found:
            try:
                source = self._ingest_file(path, column_map, given)
            except FeedError as error:
                source = Source(path, None, None, 0, 0, error=str(error))
            report(source)
            done.append(source)
        return done

    def _ingest_file(
        self, path: Path, column_map: Mapping[str, str] | None, given: Mapping[str, str | None]
    ) -> Source:
        origin = read_origin(path, **given)
        target = self.raw / origin.id
        feed = open_feed(path, column_map)
        columns = {name: field for name, field in feed.columns.items()}
        if target.exists():
            known = orjson.loads((target / "origin.json").read_bytes())
            if known["origin"] == asdict(origin) and known["columns"] == columns:
                return Source(
                    path, origin, known["kind"], known["rows"], known["records"], known["rejected"], columns,
                    already=True,
                )
        schema = RECORD if feed.kind == "postings" else PAY_RECORD
        records = 0
        reasons: Counter[str] = Counter()
        with written_aside(target) as aside:
            with (
                parquet_writer(aside / "records.parquet", schema) as good,
                parquet_writer(aside / "rejected.parquet", REJECTED) as bad,
            ):
                for batch in feed.read(BATCH_ROWS):
                    if batch.records.num_rows:
                        good.write_batch(batch.records)
                    if batch.rejected.num_rows:
                        bad.write_batch(batch.rejected)
                    records += batch.records.num_rows
                    for reason in batch.rejected.column("reason").to_pylist():
                        reasons[reason.partition(":")[0]] += 1
            source = Source(
                path, origin, feed.kind, records + reasons.total(), records, dict(sorted(reasons.items())), columns
            )
            write_json(
                {
                    "origin": asdict(origin),
                    "kind": feed.kind,
                    "columns": columns,
                    "rows": source.rows,
                    "records": records,
                    "rejected": source.rejected,
                },
                aside / "origin.json",
            )
        return source

    def origins(self) -> list[dict[str, Any]]:
        """What was ingested, by origin id: the content of every origin.json."""
        found = [orjson.loads(p.read_bytes()) for p in sorted(self.raw.glob("[!.]*/origin.json"))]
        if not found:
            raise WorkspaceError(
                f"The workspace {self.folder} holds no postings. Read some first: `rolediff ingest FILE`."
            )
        return found

    def switch(self, snapshot: str) -> None:
        """Makes a snapshot the one in use, in one step."""
        aside = self.folder / f".CURRENT.{os.getpid()}"
        aside.write_text(snapshot + "\n", encoding="utf-8")
        _sync(aside)
        aside.replace(self._current)
        _sync(self.folder)

    def current(self) -> Path:
        """The folder of the snapshot in use.

        Raises:
            WorkspaceError: none was built yet, or it is gone.
        """
        if not self._current.is_file():
            raise WorkspaceError(
                f"The workspace {self.folder} has no snapshot. Read postings with `rolediff ingest FILE`, "
                "then `rolediff build`."
            )
        folder = self.snapshots / self._current.read_text(encoding="utf-8").strip()
        return check_snapshot(folder)


def check_snapshot(folder: Path) -> Path:
    """The folder, if it holds a snapshot.

    Raises:
        WorkspaceError: it does not.
    """
    if not (folder / "manifest.json").is_file():
        raise WorkspaceError(f"{folder} holds no snapshot: it has no manifest.json. Build one: `rolediff build`.")
    return folder


def reference_snapshot() -> Path:
    """The snapshot that comes with rolediff: facts of public postings, without their texts."""
    return check_snapshot(Path(str(resources.files("rolediff") / "reference")))
