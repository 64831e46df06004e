"""CSV and TSV, a record at a time: a broken row is told apart from the good ones after it."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from rolediff.errors import FeedError
from rolediff.feeds.base import (
    DAMAGE,
    UNREADABLE,
    Rows,
    break_reason,
    open_text,
    read_sample,
    tell_encoding,
    text_array,
    unreadable,
)
from rolediff.feeds.columns import plan_columns

#: A cell may hold a whole advert with its markup; the library's own limit is 131,072 characters.
csv.field_size_limit(2**31 - 1)

_DELIMITERS = ",;\t|"
_SNIFFED_RECORDS = 20
#: A record over more lines than this has a quote that is not closed. It bounds what is kept in memory.
_MOST_LINES = 20_000

_Broken = tuple[int, str, str | None]


class CsvReader:
    """A file of separated values whose first record names the columns; gzipped or not.

    Raises:
        FeedError: the file is empty, cannot be opened, or its first record cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        sample = read_sample(path)
        self.encoding: str | None = tell_encoding(sample)
        with open_text(path, self.encoding) as file:
            lines = _sample_lines(file)
        text = "".join(lines)
        # Some exporters write \" for a quote inside quotes, where CSV has "".
        inner = sum(text.count('\\"' + c) for c in "".join(_DELIMITERS) + "\r\n")
        escape = "\\" if text.count('\\"') - inner > text.count('""') else None
        self._dialect: dict[str, Any] = {"escapechar": escape, "strict": True}
        self._dialect["delimiter"] = _sniff(lines, path, escape)
        try:
            header = next(csv.reader(lines, **self._dialect))
        except (csv.Error, StopIteration) as error:
            raise unreadable(path, error) from error
        self.names = _unique_names(header)

    def read(self, batch_rows: int) -> Iterator[Rows]:
        """The rows after the header, numbered from 1; empty lines are no rows."""
        assert self.encoding
        with open_text(self.path, self.encoding) as file:
            records = _Records(file, self._dialect, len(self.names))
            cells: list[list[str]] = []
            numbers: list[int] = []
            for number, row in records:
                if row is not None:
                    numbers.append(number)
                    cells.append(row)
                if len(cells) + len(records.broken) >= batch_rows:
                    yield self._rows(numbers, cells, records.take_broken())
                    cells, numbers = [], []
            if cells or records.broken:
                yield self._rows(numbers, cells, records.take_broken())

    def _rows(self, numbers: list[int], cells: list[list[str]], broken: list[_Broken]) -> Rows:
        columns = list(zip(*cells, strict=True)) if cells else [()] * len(self.names)
        arrays = {name: text_array(column) for name, column in zip(self.names, columns, strict=True)}
        return Rows(numbers, arrays, broken)


class _Records:
    """The records of a file after its header: (row, cells), or (row, None) for one that is broken.

    A quote that is not closed swallows the lines after it. Such a record is given up after its first
    line and reading goes on with its second; lines that make no whole row there still belong to it.
    """

    def __init__(self, file: TextIO, dialect: dict[str, Any], width: int) -> None:
        self._lines = iter(file)
        self._dialect = dialect
        self._width = width
        self._again: deque[str] = deque()
        self._taken: list[str] = []
        self.broken: list[_Broken] = []

    def take_broken(self) -> list[_Broken]:
        taken, self.broken = self.broken, []
        return taken

    def _feed(self) -> Iterator[str]:
        while True:
            line = self._again.popleft() if self._again else next(self._lines, None)
            if line is None:
                return
            self._taken.append(line)
            if len(self._taken) > _MOST_LINES:
                raise csv.Error(f"a quote is not closed within {_MOST_LINES:,} lines")
            yield line

    def __iter__(self) -> Iterator[tuple[int, list[str] | None]]:
        row = -1  # the header is row 0
        open_row = False  # the record before was given up inside a quote
        while True:
            self._taken = []
            try:
                # A new reader for each record would be slow; after an error it is the only clean state.
                reader = csv.reader(self._feed(), **self._dialect)
                for cells in reader:
                    if not cells:
                        self._taken = []
                        continue
                    if len(cells) == self._width:
                        row += 1
                        open_row = False
                        self._taken = []
                        if row:
                            yield row, cells
                        continue
                    if not (open_row and len(cells) < self._width):
                        row += 1
                        reason = f"{UNREADABLE}: {len(cells)} fields, the header has {self._width}"
                        self.broken.append((row, reason, "".join(self._taken)))
                        yield row, None
                    self._taken = []
                return
            except csv.Error as error:
                if not open_row:
                    row += 1
                    self.broken.append((row, f"{UNREADABLE}: {_say(error)}", self._taken[0]))
                    yield row, None
                open_row = True
                self._again.extendleft(reversed(self._taken[1:]))
            except DAMAGE as error:
                row += 1
                self.broken.append((row, break_reason(error), "".join(self._taken)))
                yield row, None
                return


def _say(error: csv.Error) -> str:
    return {"unexpected end of data": "a quote is not closed"}.get(str(error), str(error))


def _sample_lines(file: TextIO) -> list[str]:
    """The first lines of a file: enough records to tell their delimiter, at least one line."""
    lines: list[str] = []
    size = 0
    try:
        for line in file:
            lines.append(line)
            size += len(line)
            if size > 64 * 1024:
                break
    except DAMAGE:
        pass  # what is there is enough, or the header cannot be read, which is told later
    return lines


def _sniff(lines: list[str], path: Path, escape: str | None) -> str:
    """The delimiter under which the header has most known names, then most fields."""

    def score(delimiter: str) -> tuple[int, int, int]:
        records = []
        reader = csv.reader(lines, delimiter=delimiter, escapechar=escape)
        for record in reader:
            if record:
                records.append(len(record))
                if len(records) == 1:
                    header = record
                if len(records) == _SNIFFED_RECORDS:
                    break
        if not records:
            return (0, 0, 0)
        known = plan_columns(_unique_names(header), path).columns.values()
        return (sum(field is not None for field in known), records.count(records[0]), records[0])

    # A one-column file scores alike under all: the first, a comma, is taken.
    try:
        return max(_DELIMITERS, key=score)
    except csv.Error as error:
        raise FeedError(f"{path}: no table of separated values ({error}). Check its kind.") from error


def _unique_names(header: list[str]) -> list[str]:
    """Names of columns, each once and none empty."""
    names: list[str] = []
    for number, name in enumerate(header, 1):
        plain = name.strip() or f"(column {number})"
        names.append(plain if plain not in names else f"{plain} ({number})")
    return names
