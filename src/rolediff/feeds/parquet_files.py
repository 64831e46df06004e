"""Parquet, a row group at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rolediff.errors import FeedError
from rolediff.feeds.base import UNREADABLE, Rows, text_array, unreadable
from rolediff.feeds.values import LABELS, as_text


class ParquetReader:
    """A Parquet file; structs are read by their parts ("location.name")."""

    encoding: str | None = None

    def __init__(self, path: Path) -> None:
        self.path = path
        if path.stat().st_size == 0:
            raise FeedError(f"{path}: the file is empty. Give a file with at least one posting.")
        try:
            with pq.ParquetFile(path) as file:
                self.names = list(_flat_columns(file.schema_arrow.empty_table()))
                self._rows = file.metadata.num_rows
        except (pa.ArrowException, OSError) as error:
            raise unreadable(path, error) from error
        if not self._rows:
            raise FeedError(f"{path}: the table has no rows. Give a file with at least one posting.")

    def read(self, batch_rows: int) -> Iterator[Rows]:
        """The rows of the file, numbered from 1."""
        done = 0
        with pq.ParquetFile(self.path) as file:
            batches = file.iter_batches(batch_size=batch_rows)
            while done < self._rows:
                try:
                    batch = next(batches)
                except (pa.ArrowException, OSError) as error:
                    # A damaged page hides all rows after it; each is told as lost.
                    reason = f"{UNREADABLE}: {str(error).splitlines()[0]}"
                    for start in range(done, self._rows, batch_rows):
                        lost = range(start + 1, min(start + batch_rows, self._rows) + 1)
                        yield Rows([], {}, [(row, reason, None) for row in lost])
                    return
                numbers = list(range(done + 1, done + batch.num_rows + 1))
                done += batch.num_rows
                yield Rows(numbers, _flat_columns(pa.Table.from_batches([batch])))


def _flat_columns(table: pa.Table) -> dict[str, pa.Array]:
    """Columns as strings; structs by their parts, and whole (as JSON) where they name themselves."""
    found: dict[str, pa.Array] = {}
    for name in table.column_names:
        column = table.column(name).combine_chunks()
        if isinstance(column, pa.ChunkedArray):  # combine_chunks of an empty column
            column = pa.concat_arrays(column.chunks) if column.chunks else pa.array([], column.type)
        names = {f.name for f in column.type} if pa.types.is_struct(column.type) else set()
        if not names or names & {*LABELS, "area"}:
            found[name] = _as_strings(column)
        if names:
            parts = pa.table(dict(zip((f.name for f in column.type), column.flatten(), strict=True)))
            found.update({f"{name}.{part}": cells for part, cells in _flat_columns(parts).items()})
    return found


def _as_strings(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _as_strings(column.dictionary_decode())
    if pa.types.is_nested(kind):
        return text_array([as_text(value) for value in column.to_pylist()])
    if pa.types.is_timestamp(kind) and kind.tz:
        column = pc.strftime(column, "%Y-%m-%dT%H:%M:%S%z")
    try:
        return pc.cast(column, pa.large_string())
    except pa.ArrowException:  # binary that is no UTF-8, types that Arrow has no text for
        return text_array([None if value is None else str(value) for value in column.to_pylist()])
