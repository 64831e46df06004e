"""JSON and JSON lines: objects as rows, nested objects also by their parts ("location.name")."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from rolediff.errors import FeedError
from rolediff.feeds.base import (
    DAMAGE,
    NOT_A_POSTING,
    PEEK_ROWS,
    STRAY_BYTES,
    UNREADABLE,
    Rows,
    break_reason,
    decode,
    open_bytes,
    open_text,
    read_sample,
    tell_encoding,
    text_array,
    unreadable,
)
from rolediff.feeds.columns import plan_columns
from rolediff.feeds.values import LABELS, as_text
from rolediff.feeds.web_pages import is_job_posting, posting_columns

#: How deep lists of postings stand ({"data": {"jobs": [...]}}), and how deep names are joined by dots.
_DEPTH = 4
_FIRST_OBJECTS = re.compile(r"\[\s*(?=\{)")

_Broken = tuple[int, str, str | None]


def parse(text: str | bytes) -> Any:
    """JSON, also with raw line breaks inside strings and with NaN.

    Raises:
        ValueError: it is broken beyond that.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        if isinstance(text, bytes):
            text = text.decode("utf-8-sig", STRAY_BYTES)
        try:
            return json.loads(text, strict=False)
        except RecursionError as error:
            raise ValueError("nested too deep") from error


def to_rows(items: Sequence[tuple[int, Any]], broken: list[_Broken]) -> Rows:
    """Objects with their row numbers as columns; what is no object joins the broken ones."""
    numbers = []
    flat = []
    for number, item in items:
        if isinstance(item, dict):
            numbers.append(number)
            flat.append(flatten(item))
        else:
            broken.append((number, f"{NOT_A_POSTING}: no object", (as_text(item) or "null")[:1_000]))
    names = dict.fromkeys(name for row in flat for name in row)
    columns = {name: text_array([as_text(row.get(name)) for row in flat]) for name in names}
    return Rows(numbers, columns, broken)


def flatten(item: dict[str, Any]) -> dict[str, Any]:
    """The parts of nested objects by dotted names: {"a": {"b": 1}} gives "a.b".

    An object that names itself ({"name": "Linz", "id": 3}) is also kept whole.
    """
    if is_job_posting(item):
        return dict(posting_columns(item))
    if not any(isinstance(value, dict) for value in item.values()):
        return item
    found: dict[str, Any] = {}

    def add(value: dict[str, Any], prefix: str, depth: int) -> None:
        for key, part in value.items():
            nested = isinstance(part, dict) and depth < _DEPTH
            if nested:
                add(part, f"{prefix}{key}.", depth + 1)
            if not nested or any(isinstance(part.get(label), str) for label in (*LABELS, "area")):
                found[prefix + key] = part

    add(item, "", 1)
    return found


class JsonLinesReader:
    """A file with an object a line, gzipped or not; read line by line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.encoding: str | None = tell_encoding(read_sample(path))
        first = next(self._peek(), None)
        self.names = list(first.columns) if first else []
        if not self.names:
            raise FeedError(
                f"{path}: no line of the first {PEEK_ROWS:,} holds a JSON object. JSON lines have one object "
                "a line; name a file with one list .json."
            )

    def _peek(self) -> Iterator[Rows]:
        return self.read(PEEK_ROWS)

    def _lines(self) -> Iterator[bytes | str]:
        if self.encoding and self.encoding.startswith("utf-16"):
            with open_text(self.path, self.encoding) as text:
                yield from text
        else:
            with open_bytes(self.path) as file:
                yield from _without_mark(file)

    def read(self, batch_rows: int) -> Iterator[Rows]:
        """The lines as rows, numbered from 1 without the empty ones."""
        row = 0
        items: list[tuple[int, Any]] = []
        broken: list[_Broken] = []
        lines = self._lines()
        while True:
            try:
                line = next(lines, None)
            except DAMAGE as error:
                broken.append((row + 1, break_reason(error), None))
                line = None
            if line is None:
                break
            if not line.strip():
                continue
            row += 1
            try:
                items.append((row, parse(line)))
            except ValueError as error:
                shown = line if isinstance(line, str) else line[:1_000].decode("utf-8", "replace")
                broken.append((row, f"{UNREADABLE}: {error}", shown))
            if len(items) + len(broken) >= batch_rows:
                yield to_rows(items, broken)
                items, broken = [], []
        if items or broken:
            yield to_rows(items, broken)


def _without_mark(file: Iterable[bytes]) -> Iterator[bytes]:
    for number, line in enumerate(file):
        yield line.removeprefix(b"\xef\xbb\xbf") if number == 0 else line


class JsonReader:
    """A JSON file: a list of objects, an object that holds one near its top, or an object of objects.

    A JSON text has to be whole to be parsed, so the file is read at once. Of one that is cut off, the
    objects before the cut are kept.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.encoding: str | None = tell_encoding(read_sample(path))
        self._broken: list[_Broken] = []
        try:
            items = find_objects(parse(self._text()), path)
            if items and self._damage:  # a wrong checksum after a whole text
                self._broken.append((len(items) + 1, break_reason(self._damage), None))
        except ValueError as error:
            items = self._salvage(error)
        if items is None:
            raise FeedError(
                f"{path}: no list of objects in this JSON. It takes a list of postings, an object that holds "
                'one ({"jobs": [...]}), or an object of objects.'
            )
        self._items = items
        peeked = to_rows(list(enumerate(items[:PEEK_ROWS], 1)), [])
        self.names = list(peeked.columns)
        if not self.names:
            raise FeedError(f"{path}: the list holds no objects with values. Give a list of postings.")

    def _text(self) -> str:
        data = b""
        with open_bytes(self.path) as file:
            pieces = []
            try:
                while piece := file.read1(1 << 20):  # a whole `read` loses all before damage
                    pieces.append(piece)
            except DAMAGE as error:
                self._damage: BaseException | None = error
            else:
                self._damage = None
            data = b"".join(pieces)
        self._kept = decode(data)
        return self._kept

    def _salvage(self, error: ValueError) -> list[Any]:
        """The objects before the place where the text breaks."""
        start = _FIRST_OBJECTS.search(self._kept)
        items: list[Any] = []
        decoder = json.JSONDecoder(strict=False)
        at = start.end() if start else len(self._kept)
        while at < len(self._kept) and self._kept[at] == "{":
            try:
                item, at = decoder.raw_decode(self._kept, at)
            except (ValueError, RecursionError):
                break
            items.append(item)
            at = _skip(self._kept, at)
        if not items:
            raise unreadable(self.path, self._damage or error) from error
        reason = break_reason(self._damage) if self._damage else f"{UNREADABLE}: {error}"
        self._broken.append((len(items) + 1, reason, self._kept[at : at + 1_000]))
        return items

    def read(self, batch_rows: int) -> Iterator[Rows]:
        """The objects of the list, numbered from 1."""
        for start in range(0, len(self._items), batch_rows):
            part = self._items[start : start + batch_rows]
            last = start + batch_rows >= len(self._items)
            yield to_rows(list(enumerate(part, start + 1)), list(self._broken) if last else [])


_BETWEEN = re.compile(r"[\s,]*")


def _skip(text: str, at: int) -> int:
    match = _BETWEEN.match(text, at)
    return match.end() if match else at


def open_json(path: Path) -> JsonReader | JsonLinesReader:
    """A .json file, which may in truth hold JSON lines."""
    sample = read_sample(path)
    if sample.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and not tell_encoding(sample).startswith(
        "utf-16"
    ):
        lines = [line for line in sample.splitlines()[:-1] if line.strip()][:2]
        if lines and all(_is_object(line) for line in lines):
            return JsonLinesReader(path)
    return JsonReader(path)


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(parse(line.removeprefix(b"\xef\xbb\xbf")), dict)
    except ValueError:
        return False


def find_objects(value: Any, path: Path) -> list[Any] | None:
    """The postings in a parsed JSON text, or None."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict) or not value:
        return None
    if not any(isinstance(part, (list, dict)) for part in value.values()) or is_job_posting(value):
        return [value]
    if _known(value, path) and any(isinstance(value[key], str) for key in _postings_keys(value, path)):
        return [value]  # one posting
    if _known(value, path):
        return _turn(value)
    level = [value]
    for _ in range(_DEPTH):
        lists = [
            p
            for o in level
            for p in o.values()
            if isinstance(p, list) and any(isinstance(i, dict) for i in p)
        ]
        if lists:
            return max(lists, key=lambda found: (_score(found, path), len(found)))
        below = [p for o in level for p in o.values() if isinstance(p, dict)]
        if len(level) == 1 and len(below) == len(level[0]) and _score(below, path):
            return below
        level = below
    return None


def _postings_keys(value: dict[str, Any], path: Path) -> list[str]:
    columns = plan_columns(list(value), path).columns
    return [key for key, field in columns.items() if field in ("title", "description")]


def _known(value: dict[str, Any], path: Path) -> bool:
    return {"title", "description"} <= set(plan_columns(list(value), path).columns.values())


def _score(items: Sequence[Any], path: Path) -> int:
    first = next(item for item in items if isinstance(item, dict))
    columns = plan_columns(list(flatten(first)), path).columns
    return sum(field is not None for field in columns.values())


def _turn(columns: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows of an object of columns, {"title": {"0": ..., "1": ...}}, as pandas writes frames."""
    cells = {
        name: part if isinstance(part, dict) else {str(i): v for i, v in enumerate(part)}
        for name, part in columns.items()
        if isinstance(part, (dict, list))
    }
    keys = dict.fromkeys(key for part in cells.values() for key in part)
    return [{name: part.get(key) for name, part in cells.items()} for key in keys]
