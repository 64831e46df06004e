"""A table of facts as bytes: CSV, XLSX, Parquet and JSON, the same each time."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from rolediff.downloads import Facts

if TYPE_CHECKING:
    import pyarrow as pa

#: What a spreadsheet may take for the beginning of a formula (OWASP, CSV injection), in wide letters too;
#: a tab, a carriage return or a line feed may hide one.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# No file bears the time at which it was written. Archives cannot hold an earlier one.
_NO_TIME = datetime(1980, 1, 1)  # noqa: DTZ001 - a time of no place
#: A sheet holds no more rows, its heading included.
_SHEET_ROWS = 1_048_576
_CELL_CHARACTERS = 32_767
_WIDEST = 60
_LICENCE = (
    "Facts counted from job postings, without their texts. The origins, and the licence of each where it is known, "
    "are in the table of origins."
)
_SHARES = (
    "Shares are of a role's openings read in full and run from 0 to 1; intervals are at 95%, with employers as the "
    "sampling units. An empty cell is unknown or withheld, never nought."
)


def safe_text(text: str) -> str:
    """A text that no spreadsheet runs: one that could be a formula gets an apostrophe in front."""
    return "'" + text if text.startswith(_FORMULA) else text


def _safe(value: Any) -> Any:
    return safe_text(value) if isinstance(value, str) else value


def table_csv(facts: Facts) -> bytes:
    """CSV in UTF-8 with a mark that spreadsheets know it by; unknown is empty, numbers stay numbers."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")  # RFC 4180
    writer.writerow([c.name for c in facts.columns])
    columns = [[_safe(v) for v in facts.values[c.name]] for c in facts.columns]
    writer.writerows(zip(*columns, strict=True))
    return out.getvalue().encode("utf-8-sig")


def table_parquet(facts: Facts, snapshot: str) -> bytes:
    """Parquet; units and descriptions are metadata of the fields."""
    import pyarrow as pa

    from rolediff.storage import parquet_writer

    table: pa.Table = facts.to_arrow().replace_schema_metadata(
        {"title": facts.title, "snapshot": snapshot, "licence": _LICENCE}
    )
    sink = pa.BufferOutputStream()
    with parquet_writer(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def table_json(facts: Facts, snapshot: str) -> bytes:
    """JSON: what the columns are, and the rows as lists in their order."""
    columns = [
        {"name": c.name, "type": c.type, "unit": c.unit or None, "description": c.description}
        for c in facts.columns
    ]
    rows = list(zip(*(facts.values[c.name] for c in facts.columns), strict=True))
    head = {"snapshot": snapshot, "title": facts.title, "licence": _LICENCE, "columns": columns, "rows": rows}
    return orjson.dumps(head, option=orjson.OPT_APPEND_NEWLINE)


def table_xlsx(facts: Facts, snapshot: str) -> bytes:
    """A workbook: a sheet that explains, and one with the rows.

    Raises:
        ValueError: there are more rows than a sheet holds.
    """
    import xlsxwriter

    if facts.height >= _SHEET_ROWS:
        raise ValueError(f"{facts.name} has {facts.height:,} rows; a sheet holds {_SHEET_ROWS - 1:,}.")
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "constant_memory": True,
            # A text stays a text, whatever it looks like.
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties(
        {"title": facts.title, "comments": f"rolediff, snapshot {snapshot}", "created": _NO_TIME}
    )
    bold = book.add_format({"bold": True})
    about = book.add_worksheet("about")
    about.set_column(0, 0, 22)
    about.set_column(2, 2, 18)
    about.set_column(3, 3, 90)
    lines: list[tuple[str, ...]] = [
        (facts.title,),
        ("Snapshot", snapshot),
        ("Rows", f"{facts.height:,}"),
        ("Licence", _LICENCE),
        ("Reading", _SHARES),
        (),
        ("Column", "Type", "Unit", "What it says"),
        *((c.name, c.type, c.unit, c.description) for c in facts.columns),
    ]
    for y, line in enumerate(lines):
        for x, text in enumerate(line):
            about.write_string(y, x, safe_text(text), bold if y in (0, 6) else None)
    sheet = book.add_worksheet(facts.name[:31])
    sheet.freeze_panes(1, 0)
    for x, c in enumerate(facts.columns):
        longest = max((len(v) for v in facts.values[c.name][:1000] if isinstance(v, str)), default=0)
        sheet.set_column(x, x, min(max(longest, len(c.name)) + 2, _WIDEST))
    for x, c in enumerate(facts.columns):
        sheet.write_string(0, x, c.name, bold)
    for y, row in enumerate(zip(*(facts.values[c.name] for c in facts.columns), strict=True), 1):
        for x, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(y, x, safe_text(value)[:_CELL_CHARACTERS])
            elif value is not None:
                sheet.write_number(y, x, value)
    if facts.height:
        sheet.autofilter(0, 0, facts.height, len(facts.columns) - 1)
    book.close()
    return out.getvalue()


#: By ending: the media type, and what makes the bytes of a table and a snapshot's id.
FORMS: Mapping[str, tuple[str, Callable[[Facts, str], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", lambda facts, snapshot: table_csv(facts)),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", table_xlsx),
    "parquet": ("application/vnd.apache.parquet", table_parquet),
    "json": ("application/json", table_json),
}
