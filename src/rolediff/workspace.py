"""A workspace: a folder with what feeds said (raw/) and the snapshots built from it.

    <workspace>/raw/<origin id>/records.parquet, rejected.parquet, origin.json
    <workspace>/snapshots/<snapshot id>/*.parquet, manifest.json
    <workspace>/CURRENT            the id of the snapshot in use
    <workspace>/.lock              there while something is written; one process at a time

Everything is written aside and then moved, so that a crash leaves what was there whole.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from rolediff import __version__
from rolediff.errors import FeedError, WorkspaceError
from rolediff.feeds import find_sources, open_feed, read_origin
from rolediff.schema import PAY_RECORD, RECORD, REJECTED, Origin
from rolediff.storage import (
    CURRENT,
    clear_leftovers,
    locked,
    parquet_writer,
    sync,
    write_json,
    written_aside,
)

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
    error: str | None = None  # why it could not be read
    passed_over: str | None = None  # why a file of a folder was not tried
    already: bool = False  # the same bytes were ingested before


class Workspace:
    """A folder with raw data and snapshots; made when first written to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.raw = folder / "raw"
        self.snapshots = folder / "snapshots"
        self._current = folder / CURRENT

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
            WorkspaceError: another process writes to the workspace.
        """
        found, skipped = find_sources(paths)
        done = [Source(path, None, None, 0, 0, passed_over=reason) for path, reason in skipped]
        for source in done:
            report(source)
        with locked(self.folder):
            clear_leftovers(self.raw)
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
        # What raw data depends on; the same bytes read the same way need not be read again.
        read_as = {"origin": asdict(origin), "map": dict(column_map or {}), "version": __version__}
        if (target / "origin.json").is_file():
            known = orjson.loads((target / "origin.json").read_bytes())
            if read_as.items() <= known.items():
                counts = (known["kind"], known["rows"], known["records"], known["rejected"], known["columns"])
                return Source(path, origin, *counts, already=True)
        feed = open_feed(path, column_map)
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
            rejected = dict(sorted(reasons.items()))
            rows = records + reasons.total()
            # Later rows may bring columns that the first did not have: they are known only now.
            columns = dict(feed.columns)
            found: dict[str, Any] = {
                "kind": feed.kind,
                "rows": rows,
                "records": records,
                "rejected": rejected,
                "columns": columns,
            }
            write_json(read_as | found, aside / "origin.json")
        return Source(path, origin, **found)

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
        aside = self.folder / f".{CURRENT}.{os.getpid()}"
        aside.write_text(snapshot + "\n", encoding="utf-8")
        sync(aside)
        aside.replace(self._current)
        sync(self.folder)
