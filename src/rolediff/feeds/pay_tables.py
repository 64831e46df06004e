"""Pay tables in the aijobs form (https://aijobs.net/salaries/): one row a figure, no text.

Measured on the CC0 table of August 2025 (151,445 rows, 2020 to 2025; every row has a figure and a
currency): adjacent rows that are equal in all but the figure make 66,294 runs. 65,229 runs, with
150,356 rows, are of even length, and of their 75,178 rows at even positions 75,175 are followed by a
row that is lower (73,402) or equal (1,773): the table holds the maximum and then the minimum of one
advert, not two persons. `pair_pay_rows` finds 75,187 pairs (1,773 of equal figures); 1,071 rows stay
single figures, 75 of 75 adverts of 2020 and 136 of 39,431 of 2025. 26,593 of these 76,258 ranges repeat
an earlier one in every field, one of them 177 times: 49,665 different ranges are left, 11,137 of which
stand more than once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rolediff.errors import FeedError
from rolediff.feeds.base import NO_PAY, FeedBatch, Reader, Rows, rejected_batch
from rolediff.feeds.values import name_words, without_blanks
from rolediff.schema import PAY_RECORD

#: Columns of the aijobs form. `salary_in_usd` is converted by its publisher and is not read.
_FIELDS = {
    "work_year": "year",
    "job_title": "title",
    "experience_level": "experience_level",
    "employment_type": "employment_type",
    "salary": "amount",
    "salary_currency": "currency",
    "company_location": "country",
    "employee_residence": "residence",
    "remote_ratio": "remote_percent",
    "company_size": "employer_size",
}
#: The columns by which the form is known from a table of adverts with pay.
_MARKS = frozenset(
    {"work_year", "job_title", "experience_level", "salary", "salary_currency", "company_location"}
)

#: The form in which numbers are read; "100k" or "12,000" would be a guess.
_NUMBER = r"^\s*\d+(?:\.\d+)?\s*$"

#: The form of a currency's code (ISO 4217); a sign or a name would have to be guessed at.
_CURRENCY = r"^[A-Z]{3}$"

#: What `pair_pay_rows` returns. `min` and `max` are a year, in `currency`.
PAY_RANGES = pa.schema(
    [
        pa.field("row", pa.int64(), nullable=False),
        *[PAY_RECORD.field(name) for name in ("year", "title", "experience_level", "employment_type")],
        pa.field("min", pa.float64()),
        pa.field("max", pa.float64()),
        *[
            PAY_RECORD.field(n)
            for n in ("currency", "country", "residence", "remote_percent", "employer_size")
        ],
        pa.field("repeats", pa.int64(), nullable=False),
    ]
)


def is_pay_table(names: Sequence[str]) -> bool:
    """Whether these are the columns of a pay table."""
    return {"_".join(name_words(name)) for name in names} >= _MARKS


class PayFeed:
    """A pay table as `schema.PAY_RECORD`; a row without a figure or a currency's code is rejected."""

    kind = "pay"

    def __init__(self, reader: Reader, column_map: Mapping[str, str] | None = None) -> None:
        self._reader = reader
        self.encoding = reader.encoding
        self._columns = {name: _FIELDS.get("_".join(name_words(name))) for name in reader.names}
        for field, column in (column_map or {}).items():
            if field not in PAY_RECORD.names[1:] or column not in self._columns:
                raise FeedError(
                    f"{reader.path}: {field}={column} does not fit this pay table. Fields: "
                    f"{', '.join(PAY_RECORD.names[1:])}. Columns: {', '.join(self._columns)}."
                )
            self._columns = {n: None if f == field else f for n, f in self._columns.items()} | {column: field}

    @property
    def columns(self) -> dict[str, str | None]:
        """How each source column is understood."""
        return dict(self._columns)

    def read(self, batch_rows: int = 2_000) -> Iterator[FeedBatch]:
        """Every row of the file, as a record or among the rejected."""
        for rows in self._reader.read(batch_rows):
            yield self._to_batch(rows)

    def _to_batch(self, rows: Rows) -> FeedBatch:
        source = {field: name for name, field in self._columns.items() if field}
        columns = [pa.array(rows.numbers, pa.int64())]
        for field in list(PAY_RECORD)[1:]:
            cells = rows.columns.get(source.get(field.name, ""))
            if cells is None:
                columns.append(pa.nulls(len(rows.numbers), field.type))
                continue
            cells = without_blanks(cells)
            if pa.types.is_integer(field.type) or pa.types.is_floating(field.type):
                read = pc.fill_null(pc.match_substring_regex(cells, _NUMBER), False)
                cells = pc.if_else(read, pc.utf8_trim_whitespace(cells), pa.scalar(None, cells.type))
                cells = pc.cast(cells, pa.float64())
                if pa.types.is_integer(field.type):
                    cells = pc.if_else(pc.less(cells, 2**31), cells, pa.scalar(None, pa.float64()))
                    cells = pc.round(cells)
            columns.append(pc.cast(cells, field.type))
        batch = pa.RecordBatch.from_arrays(columns, schema=PAY_RECORD)
        broken = list(rows.broken)
        known = pc.fill_null(pc.match_substring_regex(batch.column("currency"), _CURRENCY), False)
        unpaid = pc.or_(pc.is_null(batch.column("amount")), pc.invert(known))
        if pc.any(unpaid).as_py():
            broken += [
                (record["row"], f"{NO_PAY}: {_say_fault(record)}", record["title"])
                for record in batch.filter(unpaid).to_pylist()
            ]
            batch = batch.filter(pc.invert(unpaid))
        return FeedBatch(batch, rejected_batch(broken))


def _say_fault(record: Mapping[str, Any]) -> str:
    """What keeps a row from being pay."""
    if record["amount"] is None:
        return "no figure that can be read"
    if record["currency"] is None:
        return "no currency that can be read"
    return f"currency {record['currency'][:20]!r} is not three capital letters"


def pair_pay_rows(table: pa.Table) -> pa.Table:
    """Rows of a pay table as ranges: a maximum and the minimum after it are one advert.

    Two rows are a pair where they stand next to each other in the source, are equal in every field but
    the figure, and the second figure is not the higher one. Longer runs of equal rows are pairs one
    after the other; a run of odd length, or one that breaks the order, is first parted wherever a
    figure rises, because there a new pair begins. Ranges equal in all fields become one.

    Args:
        table: n rows of `schema.PAY_RECORD`, in the order of the source.

    Returns:
        `PAY_RANGES`, at most n rows in the order of the source: `row` is the first row of the first
        such range, `repeats` how often the range stands in the table. A single row has min = max.
    """
    table = table.combine_chunks()
    amounts = table["amount"].to_numpy().astype(np.float64)
    starts, lengths = _pairs(_equal_to_previous(table), amounts)
    ends = starts + lengths - 1
    ranges = table.take(pa.array(starts)).drop_columns(["amount"])
    ranges = ranges.append_column("max", pa.array(amounts[starts], pa.float64(), from_pandas=True))
    ranges = ranges.append_column("min", pa.array(amounts[ends], pa.float64(), from_pandas=True))
    keys = [name for name in ranges.column_names if name != "row"]
    merged = ranges.group_by(keys, use_threads=False).aggregate([("row", "min"), ("row", "count")])
    merged = merged.rename_columns({"row_min": "row", "row_count": "repeats"}).sort_by("row")
    return merged.select(PAY_RANGES.names).cast(PAY_RANGES)


def _equal_to_previous(table: pa.Table) -> npt.NDArray[np.bool_]:
    """For each row: whether it follows its predecessor in the source and equals it but for the figure."""
    equal = np.zeros(len(table), bool)
    if len(table) < 2:
        return equal
    equal[1:] = np.diff(table["row"].to_numpy()) == 1
    for name in table.column_names:
        if name not in ("row", "amount"):
            coded = pc.dictionary_encode(table[name], null_encoding="encode").combine_chunks()
            codes = (coded.chunk(0) if isinstance(coded, pa.ChunkedArray) else coded).indices.to_numpy()
            equal[1:] &= codes[1:] == codes[:-1]
    return equal


def _pairs(
    equal: npt.NDArray[np.bool_], amounts: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """First rows of pairs and single rows, and how many rows each has (2 or 1)."""
    rises = np.zeros(len(equal), bool)
    rises[1:] = ~(amounts[1:] <= amounts[:-1])  # also where a figure is unknown
    position, run, length = _runs(equal)
    wrong = np.zeros(run.max(initial=-1) + 1, bool)
    wrong[run[(length % 2 == 1) | (rises & (position % 2 == 1))]] = True
    position, _, _ = _runs(equal & ~(rises & wrong[run]))
    first = position % 2 == 0
    starts = np.flatnonzero(first)
    return starts, np.diff(np.append(starts, len(equal)))


def _runs(
    equal: npt.NDArray[np.bool_],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """For each row: its position in its run of equal rows, the run's number, the run's length."""
    run = np.cumsum(~equal) - 1
    starts = np.flatnonzero(~equal)
    lengths = np.diff(np.append(starts, len(equal)))
    return np.arange(len(equal)) - starts[run], run, lengths[run]
