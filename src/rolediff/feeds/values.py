"""Single values of a source: what counts as no value, and lists and objects that stand in one cell."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable

import orjson
import pyarrow as pa
import pyarrow.compute as pc

#: How dumps write "no value": -1 by scrapers of Glassdoor, nan, NaT and <NA> by pandas, the rest by hand.
#: "na" is not among them: it is Namibia.
BLANKS = ("", "-1", "-1.0", "nan", "nat", "<na>", "none", "null", "n/a", "#n/a", "[]", "{}")
_LONGEST_BLANK = max(map(len, BLANKS))
_BLANKS = pa.array(BLANKS, pa.large_string())

#: What objects of job boards call their own name, best first.
LABELS = ("display_name", "displayName", "name", "label", "text", "title", "value", "libelle")
#: Bodies that stand beside a label, as in lists of sections: {"text": "Requirements", "content": "..."}.
_BODIES = ("content", "body", "items")
#: The parts of an address, from the smallest up.
_PLACE = (
    ("city", "town", "addressLocality"),
    ("region", "state", "province", "addressRegion"),
    ("country", "addressCountry", "country_code", "countryCode"),
)
#: A cell that names one thing is short; an advert in a cell is not. Longer ones stay as they are.
_LONGEST_CELL, _LONGEST_TEXT = 20_000, 200_000
_MOST_ITEMS = 50

_TRUE = pa.array(["true", "1", "1.0", "yes", "y", "t"], pa.large_string())
_FALSE = pa.array(["false", "0", "0.0", "no", "n", "f"], pa.large_string())

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_WORD = re.compile(r"[^a-z0-9]+")


def name_words(name: str) -> list[str]:
    """Words of a column's name in lower case: "minAnnual_Salary (EUR)" gives min, annual, salary, eur."""
    return [word for word in _NOT_WORD.split(_CAMEL.sub("_", name).lower()) if word]


def as_text(value: object) -> str | None:
    """A value of JSON as the string it stands for; objects and lists as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    return str(value)


def without_blanks(column: pa.Array) -> pa.Array:
    """Null where a cell says that it has no value; all other cells untouched."""
    short = pc.less_equal(pc.utf8_length(column), 4 * _LONGEST_BLANK)  # white space may stand around
    folded = pc.utf8_lower(pc.utf8_trim_whitespace(pc.if_else(short, column, "x")))
    blank = pc.is_in(folded, value_set=_BLANKS)
    if pc.any(pc.invert(short)).as_py():  # long cells of nothing but white space
        blank = pc.or_(blank, pc.equal(pc.utf8_trim_whitespace(column), ""))
    return pc.if_else(blank, pa.scalar(None, pa.large_string()), column)


def say_flag(column: pa.Array, word: str) -> pa.Array:
    """`word` where a yes-or-no column says yes, null where it says no, any other word as it is."""
    folded = pc.utf8_lower(pc.utf8_trim_whitespace(column))
    said = pc.if_else(pc.is_in(folded, value_set=_TRUE), pa.scalar(word, pa.large_string()), column)
    return pc.if_else(pc.is_in(folded, value_set=_FALSE), pa.scalar(None, pa.large_string()), said)


def unpack_cells(column: pa.Array, unpack: Callable[[str], str | None]) -> pa.Array:
    """`unpack` for the cells that start like a list or an object; the others untouched."""
    packed = pc.fill_null(pc.match_substring_regex(column, r"^\s*[\[{]"), False)
    if not pc.any(packed).as_py():
        return column
    values = column.filter(packed).to_pylist()
    return pc.replace_with_mask(column, packed, pa.array([unpack(v) for v in values], pa.large_string()))


def unpack_cell(cell: str) -> str | None:
    """The name in a cell such as "{'display_name': 'X'}", or the items of "['a', 'b']" as "a, b"."""
    return _unpack(cell, ", ", _LONGEST_CELL)


def unpack_place(cell: str) -> str | None:
    """As `unpack_cell`, but several places are parted by ";", which is how places are read.

    Of an area, a list from the country down to the quarter, come the smallest part, the region and the
    country: its display name leaves the country out.
    """
    parsed = _parse(cell, _LONGEST_CELL)
    if isinstance(parsed, dict):
        area = parsed.get("area")
        if isinstance(area, list) and area and all(isinstance(name, str) for name in area):
            return ", ".join([area[-1], area[1], area[0]] if len(area) > 2 else reversed(area))
        parts = [next((v for k in keys if isinstance(v := parsed.get(k), str) and v), "") for keys in _PLACE]
        if any(parts) and not any(parsed.get(label) for label in LABELS):
            return ", ".join(part for part in parts if part)
    return _unpack(cell, "; ", _LONGEST_CELL)


def unpack_text(cell: str) -> str | None:
    """As `unpack_cell`; a list of paragraphs or sections becomes lines."""
    return _unpack(cell, "\n", _LONGEST_TEXT)


def _unpack(cell: str, joiner: str, longest: int) -> str | None:
    parsed = _parse(cell, longest)
    if not isinstance(parsed, (dict, list)):
        return cell
    items = parsed if isinstance(parsed, list) else [parsed]
    most = len(items) if longest == _LONGEST_TEXT else _MOST_ITEMS  # a text is never shortened
    said = [_say(item) for item in items if item not in (None, "")]
    if any(text is None for text in said):
        return cell  # holds something without a name: better as it is than cut
    shown = [text for text in said if text]
    return joiner.join(shown[:most]) or None


def _say(item: object) -> str | None:
    if isinstance(item, str):
        return item
    if not isinstance(item, dict):
        return None
    label = next((item[key] for key in LABELS if isinstance(item.get(key), str) and item[key]), None)
    body = next((item[key] for key in _BODIES if isinstance(item.get(key), str) and item[key]), None)
    return "\n".join(text for text in (label, body) if text) or None


def _parse(cell: str, longest: int) -> object:
    """The JSON or Python value in a cell, or None."""
    if len(cell) > longest:
        return None
    try:
        return orjson.loads(cell)
    except orjson.JSONDecodeError:
        pass
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a backslash in a text is no affair of the reader
            return ast.literal_eval(cell.strip())
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return None
