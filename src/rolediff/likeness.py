"""Which families ask for much the same: a table of every snapshot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from rolediff.schema import LIKENESS
from rolediff.statistics import similarity_interval
from rolediff.storage import parquet_writer
from rolediff.warehouse import Warehouse

#: Openings that a family needs to be likened to others.
LEAST_OPENINGS = 30
#: Parts of the employers for the jackknife.
PARTS = 20
# A value counts from this share of a family's openings on: the many rare ones are noise.
_LEAST_SHARE = 0.03


def write_likeness(folder: Path) -> None:
    """Writes likeness.parquet from the postings and facts of a snapshot's folder."""
    rows = Warehouse(folder, ["postings", "facts"]).ask("likeness", parts=PARTS, least=LEAST_OPENINGS)
    families, family = np.unique(rows["family"].astype(str), return_inverse=True)
    values, value = np.unique(rows["value"].astype(str), return_inverse=True)
    k = np.zeros((PARTS, len(families), len(values)))
    k[rows["part"], family, value] = rows["k"]
    openings = values == ""
    n, k = k[:, :, openings].sum(axis=2), k[:, :, ~openings]
    k = k * (k.sum(axis=0) >= _LEAST_SHARE * n.sum(axis=0)[:, None])
    found = similarity_interval(k, n)
    a, b = np.nonzero(~np.eye(len(families), dtype=bool))
    columns = [
        pa.array(families[a]),
        pa.array(families[b]),
        *(pa.array(c[a, b], from_pandas=True) for c in found),
    ]
    counts = n.sum(axis=0).astype(np.int64)
    with parquet_writer(folder / "likeness.parquet", LIKENESS) as writer:
        writer.write_table(pa.Table.from_arrays([*columns, pa.array(counts[b])], schema=LIKENESS))
