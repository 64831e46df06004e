"""Rows by source column to `schema.RECORD`, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from rolediff.feeds.base import NO_TEXT, FeedBatch, Reader, Rows, rejected_batch, unknown_columns
from rolediff.feeds.columns import Plan, plan_columns, usual_names
from rolediff.feeds.values import (
    name_words,
    say_flag,
    unpack_cell,
    unpack_cells,
    unpack_place,
    unpack_text,
    without_blanks,
)
from rolediff.schema import RECORD

_UNPACK = {"place": unpack_place, "description": unpack_text}


class PostingFeed:
    """Postings of one file as `schema.RECORD`."""

    kind = "postings"

    def __init__(self, reader: Reader, column_map: Mapping[str, str] | None = None) -> None:
        self._reader = reader
        self._map = column_map
        self.encoding = reader.encoding
        self._plan = plan_columns(reader.names, reader.path, column_map)
        if reader.names and not self._plan.has_posting:
            raise unknown_columns(reader.path, reader.names, usual_names())

    @property
    def columns(self) -> dict[str, str | None]:
        """How each source column is understood; a file that names them in every row may bring more later."""
        return dict(self._plan.columns)

    def read(self, batch_rows: int = 2_000) -> Iterator[FeedBatch]:
        """Every row of the file, as a record or among the rejected."""
        for rows in self._reader.read(batch_rows):
            if any(name not in self._plan.columns for name in rows.columns):
                names = list(dict.fromkeys([*self._plan.columns, *rows.columns]))
                self._plan = plan_columns(names, self._reader.path, self._map)
            yield _to_batch(rows, self._plan)


def _to_batch(rows: Rows, plan: Plan) -> FeedBatch:
    count = len(rows.numbers)
    fields: dict[str, pa.Array] = {}
    for field, names in plan.first.items():
        fields[field] = _coalesce([_cells(rows, name, field, plan) for name in names], count)
    if plan.parts:
        fields["description"] = _join_parts(fields.get("description"), rows, plan, count)
    fields.update(_pay_fields(rows, plan, fields, count))
    fields["place"] = _coalesce([_column(fields, "place", count), _joined_place(fields, count)], count)
    columns = [pa.array(rows.numbers, pa.int64())]
    columns += [_column(fields, f.name, count).cast(f.type) for f in RECORD if f.name != "row"]
    batch = pa.RecordBatch.from_arrays(columns, schema=RECORD)
    textless = pc.is_null(batch.column("description"))
    broken = list(rows.broken)
    if pc.any(textless).as_py():
        without = batch.filter(textless)
        numbers, titles = without.column("row").to_pylist(), without.column("title").to_pylist()
        broken += [(row, NO_TEXT, title) for row, title in zip(numbers, titles, strict=True)]
        batch = batch.filter(pc.invert(textless))
    return FeedBatch(batch, rejected_batch(broken))


def _column(fields: Mapping[str, pa.Array], name: str, count: int) -> pa.Array:
    found = fields.get(name)
    return pa.nulls(count, pa.large_string()) if found is None else found


def _cells(rows: Rows, name: str, field: str, plan: Plan) -> pa.Array:
    """The cells of a source column, null where they have no value, unpacked where they are lists."""
    if name not in rows.columns:
        return pa.nulls(len(rows.numbers), pa.large_string())
    cells = unpack_cells(without_blanks(rows.columns[name]), _UNPACK.get(field, unpack_cell))
    if name in plan.flags:
        return say_flag(cells, plan.flags[name])
    return cells


def _coalesce(columns: Sequence[pa.Array], count: int) -> pa.Array:
    return pc.coalesce(*columns) if columns else pa.nulls(count, pa.large_string())


def _joined_place(fields: Mapping[str, pa.Array], count: int) -> pa.Array:
    """City, region, country where the source has no place in one piece."""
    parts = [fields[name] for name in ("city", "region", "country") if name in fields]
    if not parts:
        return pa.nulls(count, pa.large_string())
    # Not null_handling="skip": pyarrow 26 drops whole rows of nulls with it.
    joiner, nothing = pa.scalar(", ", pa.large_string()), pa.scalar("", pa.large_string())
    told = [pc.fill_null(pc.binary_join_element_wise(nothing, part, joiner), nothing) for part in parts]
    joined = pc.utf8_slice_codeunits(pc.binary_join_element_wise(*told, nothing), 2)
    return pc.if_else(pc.equal(joined, nothing), pa.scalar(None, pa.large_string()), joined)


def _join_parts(main: pa.Array | None, rows: Rows, plan: Plan, count: int) -> pa.Array:
    """The description with the texts of other columns after it, each under its column's name."""
    named = [
        (_heading(name) if under_name else "", _cells(rows, name, "description", plan).to_pylist())
        for name, under_name in plan.parts.items()
    ]
    texts = [None] * count if main is None else main.to_pylist()
    joined = []
    for i, text in enumerate(texts):
        parts = [(heading, cells[i]) for heading, cells in named if cells[i] and cells[i] not in (text or "")]
        # In HTML a line break is no more than a blank: the heading needs its tag.
        form = "<h3>{}</h3>\n{}" if any("</" in p for p in (text or "", *(c for _, c in parts))) else "{}\n{}"
        lines = [form.format(heading, cell) if heading else cell for heading, cell in parts]
        joined.append("\n\n".join([text, *lines] if text else lines) or None)
    return pa.array(joined, pa.large_string())


def _heading(name: str) -> str:
    return " ".join(name_words(name.rpartition(".")[2])).capitalize()


def _pay_fields(rows: Rows, plan: Plan, fields: Mapping[str, pa.Array], count: int) -> dict[str, pa.Array]:
    """Pay of each row from the first columns that have it, with the period and currency of their names."""
    low = high = pay = period = currency = pa.nulls(count, pa.large_string())
    for group in plan.pay:
        ends = [
            _coalesce([_cells(rows, n, "", plan) for n in names], count)
            for names in (group.pay_min, group.pay_max)
        ]
        text = _coalesce([_cells(rows, n, "", plan) for n in group.pay], count)
        # Both ends of a range come from one group, and nothing is added to a range or a text once found.
        new_range = pc.and_(
            pc.or_(*map(pc.is_valid, ends)), pc.invert(pc.or_(pc.is_valid(low), pc.is_valid(high)))
        )
        new_text = pc.and_(pc.is_valid(text), pc.is_null(pay))
        first = pc.and_(pc.or_(new_range, new_text), pc.invert(_any_valid(low, high, pay)))
        first = pc.or_(first, pc.and_(new_range, pc.is_valid(pay)))  # a range goes before a text
        low, high = (pc.if_else(new_range, end, known) for end, known in zip(ends, (low, high), strict=True))
        pay = pc.if_else(new_text, text, pay)
        period = pc.if_else(first, pa.scalar(group.period, pa.large_string()), period)
        currency = pc.if_else(first, pa.scalar(group.currency, pa.large_string()), currency)
    return {
        "pay_min": low,
        "pay_max": high,
        "pay": pay,
        "pay_period": pc.coalesce(period, _column(fields, "pay_period", count)),
        "pay_currency": pc.coalesce(currency, _column(fields, "pay_currency", count)),
    }


def _any_valid(*columns: pa.Array) -> pa.Array:
    found = pc.is_valid(columns[0])
    for column in columns[1:]:
        found = pc.or_(found, pc.is_valid(column))
    return found
