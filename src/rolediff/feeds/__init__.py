"""Files of postings and pay tables as raw records, exactly as the source said it.

A kind of file is a module with a class of the form `base.Reader` and a line in `FEEDS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rolediff.errors import FeedError
from rolediff.feeds.base import REASONS, Feed, FeedBatch, Reader
from rolediff.feeds.csv_files import CsvReader
from rolediff.feeds.json_files import JsonLinesReader, open_json
from rolediff.feeds.origins import SIDECAR, TABLE, read_origin
from rolediff.feeds.parquet_files import ParquetReader
from rolediff.feeds.pay_tables import PayFeed, is_pay_table
from rolediff.feeds.records import PostingFeed
from rolediff.feeds.web_pages import PageReader

__all__ = ["FEEDS", "REASONS", "Feed", "FeedBatch", "find_sources", "open_feed", "read_origin"]

#: Ending of a file's name -> how it is read.
FEEDS: dict[str, Callable[[Path], Reader]] = {
    ".csv": CsvReader,
    ".csv.gz": CsvReader,
    ".tsv": CsvReader,
    ".tsv.gz": CsvReader,
    ".json": open_json,
    ".json.gz": open_json,
    ".jsonl": JsonLinesReader,
    ".jsonl.gz": JsonLinesReader,
    ".ndjson": JsonLinesReader,
    ".ndjson.gz": JsonLinesReader,
    ".parquet": ParquetReader,
    ".html": PageReader,
    ".html.gz": PageReader,
    ".htm": PageReader,
    ".htm.gz": PageReader,
}


def open_feed(path: Path, column_map: Mapping[str, str] | None = None) -> Feed:
    """Opens one file and understands its columns.

    Args:
        path: a file with one of the endings of `FEEDS`.
        column_map: field of the record -> source column, where the usual names do not do.

    Raises:
        FeedError: no such file, an unknown ending, an empty or damaged file, no column with a title or
            a description, or a map that does not fit.
    """
    if not path.is_file():
        raise FeedError(f"{path}: no such file. Give a file whose name ends in {_endings()}.")
    ending = _ending(path)
    if ending is None:
        raise FeedError(
            f"{path}: unknown ending. Known: {_endings()}. Rename the file or save it as one of these."
        )
    reader = FEEDS[ending](path)
    return PayFeed(reader, column_map) if is_pay_table(reader.names) else PostingFeed(reader, column_map)


def find_sources(paths: Sequence[Path]) -> tuple[list[Path], list[tuple[Path, str]]]:
    """The files to read, in sorted order within each folder, and those passed over with the reason.

    Args:
        paths: files, or folders that are searched with all folders inside them.

    Raises:
        FeedError: a path does not exist, or a folder holds no file that can be read.
    """
    found: dict[Path, None] = {}
    skipped: dict[Path, str] = {}
    for path in paths:
        if path.is_dir():
            inside = [p for p in sorted(path.rglob("*")) if p.is_file() and not _tells_origins(p)]
            kept = [p for p in inside if not _hidden(p, path) and _ending(p)]
            if not kept:
                raise FeedError(f"{path}: no file in this folder can be read. Known endings: {_endings()}.")
            found.update(dict.fromkeys(kept))
            for other in inside:
                if other not in found:
                    skipped[other] = (
                        "hidden" if _hidden(other, path) else f"unknown ending; known: {_endings()}"
                    )
        elif path.is_file():
            found[path] = None
        else:
            raise FeedError(
                f"{path}: no such file or folder. Give files that end in {_endings()}, or folders."
            )
    return list(found), list(skipped.items())


def _ending(path: Path) -> str | None:
    """The ending of `FEEDS` that a file's name has."""
    name = path.name.lower()
    return max((e for e in FEEDS if name.endswith(e) and len(name) > len(e)), key=len, default=None)


def _endings() -> str:
    plain = [ending for ending in FEEDS if not ending.endswith(".gz")]
    return f"{', '.join(plain)} (all but .parquet also .gz)"


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _tells_origins(path: Path) -> bool:
    return path.name == TABLE or path.name.endswith(SIDECAR)
