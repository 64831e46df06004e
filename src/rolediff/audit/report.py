"""All parts of the audit, run and told."""

from __future__ import annotations

import dataclasses
import time
import zlib
from collections.abc import Callable, Sequence
from importlib import import_module

import numpy as np

from rolediff.audit import SEED, Part, Result, Run
from rolediff.layout import Cell, Section, Table
from rolediff.warehouse import Warehouse
from rolediff.wording import say_count

#: The parts in the order of the report, each a module of this package with a function `run`.
PARTS = ("null_pairs", "power", "coverage", "thin", "reading", "pay", "skill_order")


def run_audit(warehouse: Warehouse, *, quick: bool, tell: Callable[[str], None]) -> list[Part]:
    """Runs all parts.

    Each has a generator of its own, seeded with its name, so that a change of one part leaves the
    figures of the others as they are.

    Args:
        warehouse: the snapshot.
        quick: fewer draws, for a check in a minute.
        tell: is told of each part as it begins and ends.
    """
    done = []
    for name in PARTS:
        run: Run = import_module(f"rolediff.audit.{name}").run
        begun = time.process_time()
        part = run(warehouse, np.random.default_rng([SEED, zlib.crc32(name.encode())]), quick)
        tell(f"{part.title}: {say_count(len(part.results), 'figure')} in {time.process_time() - begun:.0f} s")
        done.append(part)
    return done


def results_of(parts: Sequence[Part]) -> list[dict[str, object]]:
    """All figures, as the JSON gives them."""
    return [dataclasses.asdict(result) for part in parts for result in part.results]


def lay_out_audit(parts: Sequence[Part], snapshot: str, *, quick: bool) -> list[Section]:
    """The report as sections in reading order."""
    results = [result for part in parts for result in part.results]
    aimed = [r for r in results if r.holds is not None]
    held = sum(bool(r.holds) for r in aimed)
    opening = Section(
        "audit",
        "Audit",
        (
            "Whether what rolediff says of its own figures is true, tried on the openings of a snapshot. "
            f"Written by `rolediff audit{' --quick' if quick else ''} --format markdown` on snapshot {snapshot}; "
            "the same snapshot gives the same report.",
            f"{held} of {say_count(len(aimed), 'target')} hold.",
        ),
        (_results(results),),
    )
    return [opening, *(Section(part.id, part.title, part.paragraphs, part.tables) for part in parts)]


def _results(results: Sequence[Result]) -> Table:
    says = {True: "holds", False: "does not hold", None: ""}
    rows = tuple(
        (
            Cell(r.test),
            Cell(say_figure(r.value)),
            Cell("" if r.low is None or r.high is None else f"{say_figure(r.low)} to {say_figure(r.high)}"),
            Cell(r.target),
            Cell(says[r.holds]),
        )
        for r in results
    )
    return Table("", ("Test", "Measured", "95% interval", "Target", ""), rows)


def say_figure(value: float) -> str:
    """A figure to three digits behind the point, or to whole numbers where it is large."""
    # Adding 0 makes a rounded -0.0 a plain nought.
    return (f"{value:,.0f}" if abs(value) >= 100 else f"{round(value, 3) + 0.0:.3f}").replace("-", "−")
