"""DuckDB over the Parquet tables of one snapshot; runs sql/*.sql by name."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from rolediff.errors import WorkspaceError

_TABLES = ("postings", "mentions", "pay_observations")


@cache
def _statement(name: str) -> str:
    return (resources.files("rolediff") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


class Warehouse:
    """The tables of a snapshot, to be asked by the queries in sql/.

    Args:
        folder: the snapshot's folder.

    Raises:
        WorkspaceError: a table is missing or damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # One thread: a page's queries are small, and the same order of work gives the same bytes.
        self._connection = duckdb.connect(config={"threads": 1})
        for table in _TABLES:
            self._view(table)
        self.has_text = (folder / "texts.parquet").is_file()
        if self.has_text:
            self._view("texts")
        for name in ("role_mentions", "facts"):
            self._connection.execute(_statement(name))

    def _view(self, table: str) -> None:
        path = self.folder / f"{table}.parquet"
        quoted = str(path).replace("'", "''")
        try:
            self._connection.execute(f"create view {table} as from read_parquet('{quoted}')")  # noqa: S608
        except duckdb.Error as error:
            raise WorkspaceError(
                f"The snapshot {self.folder} is damaged: {path.name} cannot be read ({error}). "
                "Build it anew with `rolediff build`."
            ) from error

    def run(self, name: str, **values: Any) -> None:
        """Runs a statement of sql/ that returns nothing."""
        self._connection.execute(_statement(name), values or None)

    def ask(self, name: str, **values: Any) -> pa.Table:
        """The answer of a query of sql/, as an Arrow table."""
        return self._connection.sql(_statement(name), params=values or None).to_arrow_table()

    def rows(self, name: str, **values: Any) -> list[dict[str, Any]]:
        """The answer of a query of sql/, for the few rows that a page shows."""
        answer: list[dict[str, Any]] = self.ask(name, **values).to_pylist()
        return answer
