"""How a family's part of the openings has moved: only where a source was gathered all along."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

import numpy as np
import numpy.typing as npt

from rolediff import statistics
from rolediff.results import Trend
from rolediff.warehouse import Warehouse
from rolediff.wording import say_count, say_percent

#: Months in a row that a source must cover, with so many dated openings in each ...
MONTHS = 12
LEAST_A_MONTH = 30
#: ... none of them with more than so many times the middle month. A source that was gathered once holds the
#: adverts that were still open on that day: mostly of the last weeks, and of the earlier months only
#: those that were hard to fill. Their counts by month show the gathering, not the market.
MOST_UNEVEN = 3.0


def read_trends(warehouse: Warehouse, families: Sequence[str]) -> tuple[tuple[Trend, ...], str]:
    """The part of each family in a source's dated openings, first half of its months against the second.

    Returns:
        One trend a source and family, and, where there is none, why.
    """
    rows = warehouse.once(("months",), partial(warehouse.rows, "months"))
    counts: dict[str, dict[date, int]] = {}
    for row in rows:
        counts.setdefault(row["origin"], {})[row["month"]] = row["n"]
    found = []
    for origin, by_month in counts.items():
        months = find_run(by_month)
        if months:
            found += [_trend(warehouse, origin, months, family) for family in families]
    return tuple(found), "" if found else _why_not(counts)


def find_run(counts: dict[date, int]) -> list[date]:
    """The longest run of months that allows a trend, given the openings of each; empty where none does."""
    best: list[date] = []
    run: list[date] = []
    for month in sorted(counts):
        after = bool(run) and _number(month) == _number(run[-1]) + 1
        run = [] if counts[month] < LEAST_A_MONTH else [*run, month] if after else [month]
        sizes = [counts[m] for m in run]
        if len(run) >= max(MONTHS, len(best) + 1) and max(sizes) <= MOST_UNEVEN * np.median(sizes):
            best = run
    return best


def _number(month: date) -> int:
    return month.year * 12 + month.month


def _after(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _trend(warehouse: Warehouse, origin: str, months: list[date], family: str) -> Trend:
    middle = months[len(months) // 2]
    rows = warehouse.ask(
        "trend", origin=origin, family=family, first=months[0], middle=middle, end=_after(months[-1])
    )
    later = rows["later"].astype(bool)
    before, after = (_share(rows["n"][part], rows["k"][part]) for part in (~later, later))
    change, low, high = (float(column[0]) for column in statistics.mover(after, before))
    return Trend(
        family=family,
        source=warehouse.origin_names.get(origin, origin),
        first=f"{months[0]:%Y-%m}",
        middle=f"{middle:%Y-%m}",
        last=f"{months[-1]:%Y-%m}",
        openings=int(rows["k"].sum()),
        n=int(rows["n"].sum()),
        before=float(before.share[0]),
        after=float(after.share[0]),
        change=change,
        low=low,
        high=high,
    )


def _share(n: npt.NDArray[np.int64], k: npt.NDArray[np.int64]) -> statistics.Shares:
    return statistics.cluster_shares(n.sum(), len(n), (n * n).sum(), k.sum(), (k * k).sum(), (k * n).sum())


def _why_not(counts: dict[str, dict[date, int]]) -> str:
    if not counts:
        return "No trend of openings is shown: no opening in this snapshot is dated."
    sums = {origin: sum(by_month.values()) for origin, by_month in counts.items()}
    largest = max(sums, key=lambda origin: (sums[origin], origin))
    fullest = max(counts[largest].values())
    return (
        f"No trend of openings is shown: that takes a source with {MONTHS} months in a row of at least "
        f"{LEAST_A_MONTH} dated openings, none with more than {MOST_UNEVEN:.0f} times the middle month. No source of "
        f"the {say_count(len(sums), 'source')} with dates has them: they hold what was open on the days they were "
        f"gathered (in the largest, {say_percent(fullest / sums[largest])} of the openings are of one month), so "
        "their counts by month show the gathering, not the market."
    )
