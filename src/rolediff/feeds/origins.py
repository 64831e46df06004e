"""Where a file comes from: its hash, and what whoever gathered it says of it."""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime
from hashlib import file_digest
from pathlib import Path
from typing import Any

from rolediff.errors import FeedError
from rolediff.feeds.base import unreadable
from rolediff.schema import Origin

_GIVEN = ("publisher", "url", "licence", "date", "note")
#: A table for a whole folder, and the ending of a file for one file.
TABLE, SIDECAR = "origins.toml", ".origin.toml"
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")


def read_origin(path: Path, **given: str | None) -> Origin:
    """The origin of a file, the same for the same bytes on any machine.

    What is given comes before what `<file>.origin.toml` beside the file says, and that before the
    table `["<file>"]` of `origins.toml` in its folder. Nothing is taken from the file system's times.

    Args:
        path: the file.
        given: publisher, url, licence, date (ISO; a year or a month will do) or note.

    Raises:
        FeedError: the file cannot be read; a sidecar is broken or says something else than these.
    """
    said = {
        **_read_toml(path.parent / TABLE, path.name),
        **_read_toml(path.with_name(path.name + SIDECAR), None),
        **{key: value for key, value in given.items() if value},
    }
    if unknown := sorted(set(said) - set(_GIVEN)):
        raise FeedError(f"{path}: an origin has no {', '.join(unknown)}. It has: {', '.join(_GIVEN)}.")
    if "date" in said and not _DATE.fullmatch(said["date"]):
        raise FeedError(f"{path}: {said['date']!r} is no ISO date. Write it as 2026-05-31, 2026-05 or 2026.")
    try:
        with path.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
            size = file.tell()
    except OSError as error:
        raise unreadable(path, error) from error
    return Origin(
        id=digest[:12], name=_bare_name(path.name), file=path.name, sha256=digest, bytes=size, **said
    )


def _bare_name(name: str) -> str:
    """The name without its endings: "jobs.v2.jsonl.gz" is "jobs.v2"."""
    bare = name.removesuffix(".gz") if name.lower().endswith(".gz") else name
    return bare.rpartition(".")[0] or bare


def _read_toml(path: Path, table: str | None) -> dict[str, str]:
    try:
        content: Any = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise FeedError(f'{path}: this is no TOML ({error}). Write lines such as licence = "CC0".') from error
    said = content.get(table, {}) if table else content
    if not isinstance(said, dict):
        raise FeedError(f'{path}: {table} is no table. Write ["{table}"] and its lines below.')
    found = {}
    for key, value in said.items():
        if isinstance(value, (date, datetime)):
            value = value.isoformat()[:10]
        if not isinstance(value, str):
            raise FeedError(f"{path}: {key} is no text. Write it in quotes.")
        found[key] = value
    return found
