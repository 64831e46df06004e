"""What the short fields of a source say: employers and dates. Places are read in `places`.

Functions take one value; the forms for columns work on the distinct values and give rows back in
order. What cannot be told is None.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from rolediff.clean import clean_line
from rolediff.taxonomy import read_table

# ── employers ────────────────────────────────────────────────────────────────────────────────────

_DUMPED_NAME = re.compile(r"""['"]display_name['"]: (?:'([^']*)'|"([^"]*)")""")
_RATING = re.compile(r"\s*[\n\t]\s*\d(?:[.,]\d)?\s*[★*]?\s*\Z|\s+\d[.,]\d\s*★\s*\Z")
_BRACKETED_URL = re.compile(r"\(\s*(?:https?://|www\.)[^)]*\)")
_DOTTED = re.compile(r"(?<!\w)((?:[^\W\d_]\.\s?){1,4}[^\W\d_])\.?(?!\w)")  # S.A., S.p.A., N.A.
_FOLDED = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "'": "", "’": ""})


@cache
def _employer_terms() -> tuple[frozenset[str], frozenset[str]]:
    """Legal forms and placeholders."""
    terms: dict[str, frozenset[str]] = {}
    for row in read_table("employers"):
        if row["kind"] not in ("legal", "placeholder"):
            raise row.broken(f"kind {row['kind']!r} is neither legal nor placeholder")
        terms[row["kind"]] = frozenset(row.items("terms"))
    return terms["legal"], terms["placeholder"]


def employer_name(name: str | None) -> str | None:
    """The name as shown: without a rating on a second line; None for "confidential" and the like."""
    if name is None:
        return None
    if name.startswith("{") and (dumped := _DUMPED_NAME.search(name)):
        name = dumped[1] or dumped[2] or ""
    shown = " ".join(_BRACKETED_URL.sub("", _RATING.sub("", clean_line(name))).split())
    folded = _fold(shown)
    return shown if folded and folded not in _employer_terms()[1] and not folded.isdigit() else None


def employer_key(name: str | None) -> str | None:
    """The name that two adverts of one employer share: "google" for "GOOGLE, Inc." and "The Google LLC".

    Legal forms at the end, a leading "The", case, accents and punctuation go; every other word stays,
    so that no two employers whose names differ by a word become one.
    """
    shown = employer_name(name)
    if shown is None:
        return None
    words = _fold(_DOTTED.sub(lambda match: re.sub(r"[.\s]", "", match[1]), shown)).split()
    kept = words[1:] if words[0] == "the" and len(words) > 1 else words[:]
    legal = _employer_terms()[0]
    while len(kept) > 1 and kept[-1] in legal:
        kept.pop()
        if len(kept) > 1 and kept[-1] == "and":  # GmbH & Co. KG
            kept.pop()
    return " ".join(kept)


def _fold(name: str) -> str:
    """Lower-case words without accents and punctuation, one blank apart."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_FOLDED)).replace("&", " and ")
    return " ".join("".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c)).split())


# ── dates ────────────────────────────────────────────────────────────────────────────────────────

_ISO = re.compile(r"\s*(\d{4})-(\d\d?)-(\d\d?)(?:[T ]\d\d?:\d\d.*)?\s*\Z", re.DOTALL)
_SLASHED = re.compile(r"\s*(\d{1,2})/(\d{1,2})/(\d{4})(?:[ ,]+\d\d?:\d\d.*)?\s*\Z")
_UNIX = re.compile(r"\s*(\d{10}|\d{13})(?:\.\d+)?\s*\Z")
_NAMED = re.compile(
    r"\s*(?:(\d{1,2})\.? ([A-Za-z]{3})[a-z]*\.?,? (\d{4})|([A-Za-z]{3})[a-z]*\.? (\d{1,2}),? (\d{4}))\s*\Z"
)
_MONTHS = {
    name: n
    for n, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_YEARS = range(1995, 2100)  # adverts on the web; anything else is a wrong field


def read_date(value: str | None, order: str | None = None) -> str | None:
    """The ISO date of an ISO date or time, a Unix time, "5 Aug 2026" or m/d/yyyy; None where unsure.

    Relative dates ("5 days ago") are None: the day they count from is unknown.

    Args:
        value: the date as stated.
        order: "mdy" or "dmy" where the origin proves it; else a slashed date is read only where one
            of its numbers is greater than 12 or both are equal.
    """
    if value is None:
        return None
    if match := _ISO.match(value):
        return _iso(int(match[1]), int(match[2]), int(match[3]))
    if match := _UNIX.match(value):
        seconds = int(match[1]) // (1000 if len(match[1]) == 13 else 1)
        day = datetime.fromtimestamp(seconds, UTC)
        return _iso(day.year, day.month, day.day)
    if match := _NAMED.match(value):
        day_text, month, year = (match[1], match[2], match[3]) if match[1] else (match[5], match[4], match[6])
        return _iso(int(year), _MONTHS.get(month.lower(), 0), int(day_text))
    if match := _SLASHED.match(value):
        first, second, year_number = int(match[1]), int(match[2]), int(match[3])
        order = order or ("mdy" if second > 12 or first == second else "dmy" if first > 12 else None)
        if order == "mdy":
            return _iso(year_number, first, second)
        if order == "dmy":
            return _iso(year_number, second, first)
    return None


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat() if year in _YEARS else None
    except ValueError:
        return None


def date_order(values: Collection[str | None]) -> str | None:
    """Order of the slashed dates of one origin: "mdy" or "dmy" where a number above 12 proves it."""
    matches = [match for value in values if value and (match := _SLASHED.match(value))]
    month_first = any(int(match[2]) > 12 for match in matches)
    day_first = any(int(match[1]) > 12 for match in matches)
    if month_first == day_first:
        return None  # no proof, or proof of both
    return "mdy" if month_first else "dmy"


def read_dates(column: pa.Array | pa.ChunkedArray, order: str | None = "proven") -> pa.Array:
    """Dates (date32) of a column.

    Args:
        column: dates as stated.
        order: of slashed dates, as `date_order` found it for the whole origin; by default it is
            looked for in this column, which is then to be the origin's whole column.
    """
    known = date_order(pc.unique(column).to_pylist()) if order == "proven" else order
    dates = map_distinct(lambda value: read_date(value, known), column, pa.string())
    return pc.cast(dates, pa.date32())


# ── titles and addresses ─────────────────────────────────────────────────────────────────────────

_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\]+\Z", re.IGNORECASE)


def clean_title(title: str | None) -> str | None:
    """A title on one line, without entities, markup and double encoding; None where it is empty."""
    plain = " ".join(clean_line(title).split()) if title else ""
    return plain if plain and plain != "-1" else None


def web_address(url: str | None) -> str | None:
    """The address if it is one of the web that may stand in a link, else None; nothing is added to it."""
    plain = url.strip() if url else ""
    return plain if _WEB_ADDRESS.match(plain) else None


# ── columns ──────────────────────────────────────────────────────────────────────────────────────


def map_distinct(
    read: Callable[[str], object], column: pa.Array | pa.ChunkedArray, type_: pa.DataType
) -> pa.Array:
    """`read` over the distinct values of a column, put back row for row; null stays null."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    coded = pc.dictionary_encode(column)
    values = pa.array([read(value) for value in coded.dictionary.to_pylist()], type_)
    return values.take(coded.indices)


def employer_keys(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """`employer_key` of a column."""
    return map_distinct(employer_key, column, pa.string())


def employer_names(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """`employer_name` of a column."""
    return map_distinct(employer_name, column, pa.string())
