"""Proves the statistics on the snapshot's own openings: `rolediff audit`.

Each part of the audit is a module with `run(warehouse, rng, quick) -> Part`. Everything is drawn from
a seeded generator, so the same snapshot gives the same report.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rolediff.layout import Table
from rolediff.warehouse import Warehouse

SEED = 20_261_126  # any number; fixed, so that a report can be repeated


@dataclass(frozen=True, slots=True)
class Result:
    """One measured figure of the audit, and whether it meets its target.

    `low` and `high` bound the figure at 95%, None where the figure is exact for what was run. `holds`
    is None where a figure is reported only and has no target.
    """

    test: str
    value: float
    low: float | None = None
    high: float | None = None
    target: str = "reported"
    holds: bool | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the report: what was done, what came out, and what it means."""

    id: str
    title: str
    paragraphs: tuple[str, ...]
    results: tuple[Result, ...]
    tables: tuple[Table, ...] = ()


Run = Callable[[Warehouse, np.random.Generator, bool], Part]
