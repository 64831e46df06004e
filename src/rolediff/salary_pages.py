"""Pages of salaries: what a role pays, by basis and currency, and the rows behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rolediff.paying import pay_bounds, read_own_pay, read_stated
from rolediff.results import SalaryProfile
from rolediff.roles import Role
from rolediff.warehouse import Warehouse

if TYPE_CHECKING:
    import pyarrow as pa


def describe_salaries(warehouse: Warehouse, snapshot: str, role: Role) -> SalaryProfile:
    """Everything the snapshot says of what a role pays."""
    claims, groups = read_own_pay(warehouse, role)
    return SalaryProfile(
        snapshot=snapshot,
        role=role.slug,
        name=role.name,
        disclosure=read_stated(warehouse, [role])[0],
        claims=tuple(claims),
        groups=tuple(groups),
        rows=warehouse.rows("salary_count", family=role.family, seniorities=role.levels)[0]["observations"],
    )


def salary_rows(warehouse: Warehouse, role: Role) -> pa.Table:
    """The observations of a role's pay, to download: the newest first.

    `min`, `max`, `currency` and `period` are as stated; `yearly` is the middle of the range, by the year,
    in the currency of the row, which is what claims count. Of a pay table all years stand, as by year
    they are counted; `left_out` says which rows the claims do without, and why. `employer`, `posting` and
    the fields of a place are null where the source says none.
    """
    import pyarrow as pa  # only here: a page needs no table

    schema = pa.schema(
        [
            ("title", pa.string()),
            ("employer", pa.string()),
            ("country", pa.string()),
            ("year", pa.int32()),
            ("min", pa.float64()),
            ("max", pa.float64()),
            ("currency", pa.string()),
            ("period", pa.string()),
            ("yearly", pa.float64()),
            ("basis", pa.string()),
            ("origin", pa.string()),  # its name
            ("row", pa.int64()),
            ("posting", pa.string()),
            ("seniority", pa.string()),
            ("level", pa.string()),  # as a pay table gives it
            ("repeats", pa.int32()),
            ("left_out", pa.string()),
        ]
    )
    columns = warehouse.ask("salary_rows", family=role.family, seniorities=role.levels, bounds=pay_bounds())
    names = warehouse.origin_names
    columns["origin"] = np.array([names.get(o, o) for o in columns["origin"].tolist()], object)
    return pa.table([pa.array(columns[f.name].tolist(), f.type) for f in schema], schema=schema)
