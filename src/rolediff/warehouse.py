"""DuckDB over the Parquet tables of one snapshot; runs sql/*.sql by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import numpy as np
import numpy.typing as npt

from rolediff.errors import WorkspaceError
from rolediff.storage import parquet_writer, read_manifest

_TABLES = ("postings", "facts", "likeness", "pay_observations")
_OPTIONAL = ("mentions", "texts")  # published snapshots may go without


#: Answers kept in memory: of every role two or three, of some 100 kB each.
_MOST_KEPT = 600
T = TypeVar("T")

# Facts of a row group: few enough that a role's query skips most of the file.
_FACTS_TOGETHER = 20_000


@cache
def _statement(name: str) -> str:
    return (resources.files("rolediff") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def _connect() -> duckdb.DuckDBPyConnection:
    # One thread: a page's queries are small, and the same order of work gives the same bytes.
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("set enable_progress_bar = false")  # it would stand among what is printed
    return connection


def write_facts(folder: Path) -> None:
    """Writes facts.parquet from the postings and mentions of a snapshot's folder."""
    from rolediff.schema import FACTS

    connection = _connect()
    for table in ("postings", "mentions"):
        quoted = str(folder / f"{table}.parquet").replace("'", "''")
        connection.execute(f"create view {table} as from read_parquet('{quoted}')")
    facts = connection.sql(_statement("facts"))
    with parquet_writer(folder / "facts.parquet", FACTS) as writer:
        for batch in facts.to_arrow_reader(_FACTS_TOGETHER):
            writer.write_batch(batch.cast(FACTS))


class Warehouse:
    """The tables of a snapshot, to be asked by the queries in sql/.

    Args:
        folder: the snapshot's folder.
        tables: the tables that must be there; while a snapshot is built, those that are.
        in_memory: whether these tables are read once for all; mentions and texts stay in their files.

    Raises:
        WorkspaceError: a table is missing or damaged.
    """

    def __init__(self, folder: Path, tables: Sequence[str] = _TABLES, *, in_memory: bool = False) -> None:
        self.folder = folder
        self._kept: dict[tuple[str, ...], Any] = {}
        self._connection = _connect()
        for table in tables:
            self._view(table, "table" if in_memory else "view")
        for table in _OPTIONAL:
            if (folder / f"{table}.parquet").is_file():
                self._view(table)
        self.has_mentions, self.has_text = ((folder / f"{t}.parquet").is_file() for t in _OPTIONAL)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Inputs, counts in and out of every step, and hashes of the tables."""
        return read_manifest(self.folder)

    @cached_property
    def origin_names(self) -> dict[str, str]:
        """Names of the origins by id."""
        return {o["origin"]["id"]: o["origin"]["name"] for o in self.manifest["inputs"]["origins"]}

    def _view(self, table: str, form: str = "view") -> None:
        path = self.folder / f"{table}.parquet"
        quoted = str(path).replace("'", "''")
        try:
            self._connection.execute(f"create {form} {table} as from read_parquet('{quoted}')")
        except duckdb.Error as error:
            raise WorkspaceError(
                f"The snapshot {self.folder} is damaged: {path.name} cannot be read ({error}). "
                "Build it anew with `rolediff build`."
            ) from error

    def run(self, name: str, **values: Any) -> None:
        """Runs a statement of sql/ that returns nothing."""
        self._connection.execute(_statement(name), values or None)

    def ask(self, name: str, **values: Any) -> dict[str, npt.NDArray[Any]]:
        """The answer of a query of sql/: an array a column; strings and what may be null as objects."""
        answer = self._connection.execute(_statement(name), values or None).fetchnumpy()
        return {column: _with_none(array) for column, array in answer.items()}

    def once(self, key: tuple[str, ...], make: Callable[[], T]) -> T:
        """What was made for a key before, or is made now: a snapshot never changes.

        For what every page of a role needs again; the answers must not be written to.
        """
        if key not in self._kept:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[key] = make()
        found: T = self._kept[key]
        return found

    def rows(self, name: str, **values: Any) -> list[dict[str, Any]]:
        """The answer of a query of sql/, for the few rows that a page shows."""
        cursor = self._connection.execute(_statement(name), values or None)
        columns = [column[0] for column in cursor.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def _with_none(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A column whose nulls, if it has any, are None."""
    if not isinstance(array, np.ma.MaskedArray):
        return array
    if not array.mask.any():
        return array.data
    plain = array.data.astype(object)
    plain[array.mask] = None
    return plain
