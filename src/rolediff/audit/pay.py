"""Pay: do the intervals of medians and of gaps hold what they promise?

Employers are drawn, not adverts: an advert brings its employer's other adverts with it. The truth is that of
the openings of a family in the snapshot, taken as a population.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rolediff import statistics
from rolediff.audit import Part, Result
from rolediff.layout import Cell, Table
from rolediff.paying import BASES, FACTORS, group_rows, read_pay
from rolediff.roles import Role
from rolediff.titles import families
from rolediff.warehouse import Warehouse

# A market that is taken as a population has at least so many voices: enough that a sample of 60 is small.
_POPULATION = 80
#: Voices of a sample: from the fewest that tell anything to where most roles stand.
SIZES = (12, 20, 40, 80, 150)
_TARGET = (0.93, 0.97)
_TOLD = "93% to 97%"

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Market:
    """The observations of one family on one basis and in one currency, voice by voice."""

    family: str
    basis: str
    currency: str
    columns: dict[str, npt.NDArray[Any]]  # of sql/pay.sql, the observations of a voice together
    starts: Rows  # where each voice begins
    counts: Rows

    @property
    def pay(self) -> npt.NDArray[np.float64]:
        """Yearly pay."""
        return self.columns["pay"]

    def take(self, voices: Rows) -> tuple[Rows, Rows]:
        """The observations of some voices, and which of the drawn voices each is of."""
        n = self.counts[voices]
        of = np.repeat(np.arange(len(voices)), n)
        within = np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n)
        return self.starts[voices][of] + within, of

    def factors(self, rows: Rows) -> dict[str, npt.NDArray[np.int64]]:
        """What pay is adjusted for."""
        return {name: self.columns[name][rows] for name in FACTORS[self.basis]}


def read_markets(warehouse: Warehouse) -> list[Market]:
    """All markets with enough voices to be a population."""
    markets = []
    for family in families():
        table = read_pay(warehouse, [Role(family)])
        groups = group_rows(table, table["plausible"], ("basis", "currency"))
        for (basis, currency), rows in sorted(groups.items()):
            _, voice, counts = np.unique(table["voice"][rows], return_inverse=True, return_counts=True)
            if len(counts) < _POPULATION:
                continue
            rows = rows[np.argsort(voice, kind="stable")]
            columns = {name: column[rows] for name, column in table.items()}
            for name in FACTORS[basis]:
                columns[name] = np.unique(columns[name].astype(str), return_inverse=True)[1]
            markets.append(Market(family, basis, currency, columns, np.cumsum(counts) - counts, counts))
    return markets


def run(warehouse: Warehouse, rng: np.random.Generator, quick: bool) -> Part:  # noqa: FBT001 - as all parts
    """Coverage of pay medians and pay gaps, and the pay table against its naive reading."""
    markets = read_markets(warehouse)
    draws = 7 if quick else 60
    results, rows = [], []
    for name, measured in (
        ("pay medians, employers (bands in a pay table) drawn again", cover_medians(markets, rng, 4 * draws)),
        *cover_null_gaps(markets, rng, draws).items(),
    ):
        target = None if name.startswith("as it stands") else _TARGET
        for basis in BASES:
            # Each basis by itself: one that is covered too little is not to hide behind the others.
            mine = [m for m in measured if m[0].basis == basis]
            if mine:
                results.append(_result(f"{name}, {basis}", mine, target))
                told = sum(len(hits) for _, hits, _ in mine)
                rows.append((name, basis, f"{len(mine)}", f"{told:,}", f"{_mean(mine):.3f}"))
    table, compared = compare_readings(markets, rng, draws)
    results += table
    columns = ("", "basis", "families", "intervals", "coverage")
    return Part(
        id="pay",
        title="Pay",
        paragraphs=(
            "The openings of a family that state pay, on one basis and in one currency, are taken as a population "
            f"where at least {_POPULATION} employers state it. Medians: employers are drawn from it with replacement, "
            f"{SIZES[0]} to {SIZES[-1]} of them, and the interval is to hold the median of the population. Gaps: its "
            "employers are parted into two sides at random, whose true gap is none, so the interval of the gap is to "
            "hold 1. Skewed sides draw some seniorities, countries or years more often: the gap as it stands is then "
            "wrong, the one for like is not to be. Intervals that are withheld are not counted.",
            "The pay table names no employers. Its voices are pay bands, and these are taken as independent; one "
            "employer has several. How much that leaves out is seen on adverts, whose employers are known: their "
            "intervals by pay bands, where employers are drawn.",
        ),
        results=tuple(results),
        tables=(
            Table("Coverage by basis", columns, tuple(tuple(map(Cell, row)) for row in rows)),
            compared,
        ),
    )


Measured = list[tuple[Market, list[bool], int]]


def cover_medians(markets: Sequence[Market], rng: np.random.Generator, draws: int) -> Measured:
    """Whether intervals of drawn employers hold the median of all, and how many were withheld."""
    measured = []
    for market in markets:
        truth = statistics.median_interval(market.pay).median
        samples = []
        for _ in range(draws):
            at, of = market.take(rng.integers(0, len(market.counts), _size(market, rng)))
            samples.append((market.pay[at], of))
        found = [q for q in statistics.median_intervals(samples) if np.isfinite(q.low)]
        measured.append((market, [q.low <= truth <= q.high for q in found], draws - len(found)))
    return measured


def _size(market: Market, rng: np.random.Generator) -> int:
    """Voices of a sample, at most half of the market's."""
    return int(rng.choice([s for s in SIZES if s <= len(market.counts) // 2]))


def cover_null_gaps(markets: Sequence[Market], rng: np.random.Generator, draws: int) -> dict[str, Measured]:
    """Whether the gap between two sides of one family holds 1."""
    names = (
        "gap of medians, sides at random",
        "gap for like, sides at random",
        "as it stands: gap of medians, skewed sides",
        "gap for like, skewed sides",
    )
    measured: dict[str, Measured] = {name: [] for name in names}
    for market in markets:
        hits: dict[str, list[bool]] = {name: [] for name in names}
        for raw, like, sides in ((*names[:2], _random_sides), (*names[2:], _skewed_sides)):
            splits = [sides(market, rng) for _ in range(draws)]
            medians = statistics.median_intervals([(market.pay[at], of) for s in splits for at, of in s])
            for i, ((at_a, of_a), (at_b, of_b)) in enumerate(splits):
                _, low, high = statistics.median_gap(medians[2 * i], medians[2 * i + 1])
                if np.isfinite(low):
                    hits[raw].append(low <= 1 <= high)
                at = np.concatenate([at_a, at_b])
                clusters = np.concatenate([of_a, of_b + len(of_a)])
                in_a = np.arange(len(at)) < len(at_a)
                gap = statistics.like_gap(market.pay[at], in_a, market.factors(at), clusters)
                if np.isfinite(gap.low):
                    hits[like].append(gap.low <= 1 <= gap.high)
        for name in names:
            measured[name].append((market, hits[name], draws - len(hits[name])))
    return measured


Sides = tuple[tuple[Rows, Rows], tuple[Rows, Rows]]


def _random_sides(market: Market, rng: np.random.Generator) -> Sides:
    voices = rng.permutation(len(market.counts))
    a, b = _size(market, rng), _size(market, rng)
    return market.take(voices[:a]), market.take(voices[a : a + b])


def _skewed_sides(market: Market, rng: np.random.Generator) -> Sides:
    """Sides that take the levels of one factor in different parts: of each level 15% or 85% are of A."""
    names = [n for n in FACTORS[market.basis] if market.columns[n].max() > 0]
    codes = market.columns[names[int(rng.integers(len(names)))]][market.starts]
    part = rng.choice([0.15, 0.85], int(codes.max()) + 1)[codes]
    voices = rng.permutation(len(market.counts))[: 4 * _size(market, rng)]
    in_a = rng.random(len(voices)) < part[voices]
    return market.take(voices[in_a]), market.take(voices[~in_a])


def compare_readings(
    markets: Sequence[Market], rng: np.random.Generator, draws: int
) -> tuple[list[Result], Table]:
    """The pay table read row by row against ranges and voices; and adverts by pay bands."""
    ratios, rows = [], []
    covered: dict[str, Measured] = {name: [] for name in ("naive", "handled", "each", "bands", "employers")}
    for market in markets:
        if market.basis == "pay table" and market.currency == "USD":
            whole = np.arange(len(market.counts))
            naive, handled = _readings(market, whole)
            n, h = statistics.median_intervals([naive, handled])
            ratios.append(float(np.log(h.high / h.low) / np.log(n.high / n.low)))
            rows.append((market.family, f"{n.n:,}", f"{h.n:,}", f"{len(whole):,}", f"{ratios[-1]:.2f}"))
            pairs = [_readings(market, v) for v in _drawn(market, rng, draws)]
            _count(covered["naive"], market, [p[0] for p in pairs], n.median)
            _count(covered["handled"], market, [p[1] for p in pairs], h.median)
        elif market.basis == "stated" and market.currency == "USD":
            truth = statistics.median_interval(market.pay).median
            taken = [market.take(v) for v in _drawn(market, rng, draws)]
            pay = [market.pay[at] for at, _ in taken]
            _count(covered["each"], market, [(p, None) for p in pay], truth)
            _count(covered["bands"], market, [(market.pay[at], _bands(market, at)) for at, _ in taken], truth)
            _count(covered["employers"], market, [(market.pay[at], of) for at, of in taken], truth)
    results = []
    if ratios:
        spread = np.quantile(ratios, [0.5, 0.0, 1.0]).tolist()
        results.append(Result("pay table: width of the interval, ranges and voices over naive rows", *spread))
    for name, key in (
        ("pay table: coverage of the naive interval, voices drawn again", "naive"),
        ("pay table: coverage of our interval, voices drawn again", "handled"),
        ("adverts: coverage if each advert were a voice, employers drawn again", "each"),
        ("adverts: coverage if only pay bands were known, employers drawn again", "bands"),
        ("adverts: coverage with employers known, employers drawn again", "employers"),
    ):
        if covered[key]:
            results.append(_result(name, covered[key], None))
    columns = ("family", "rows", "ranges", "voices", "width over naive")
    return results, Table("The pay table, US dollars", columns, tuple(tuple(map(Cell, row)) for row in rows))


def _drawn(market: Market, rng: np.random.Generator, draws: int) -> Iterator[Rows]:
    for _ in range(draws):
        yield rng.integers(0, len(market.counts), len(market.counts) if market.basis == "stated" else 300)


Sample = tuple[npt.NDArray[np.float64], Rows | None]


def _readings(market: Market, voices: Rows) -> tuple[Sample, Sample]:
    """The rows of the table as if each were a person, and our observations with their voices."""
    at, of = market.take(voices)
    columns = market.columns
    ends = np.concatenate([columns["least"][at], columns["most"][at]])
    naive = np.repeat(ends, np.tile(columns["repeats"][at], 2))
    return (naive, None), (market.pay[at], of)


def _bands(market: Market, at: Rows) -> Rows:
    """The voices that sql/pay.sql would see if adverts named no employers: equal ranges that are not round."""
    least, most = market.columns["least"][at], market.columns["most"][at]
    single = (least % 5000 == 0) & (most % 5000 == 0)
    band = np.unique(np.stack([least, most]), axis=1, return_inverse=True)[1].reshape(-1)
    return np.where(single, len(at) + np.arange(len(at)), band)


def _count(measured: Measured, market: Market, samples: list[Sample], truth: float) -> None:
    found = [q for q in statistics.median_intervals(samples) if np.isfinite(q.low)]
    measured.append((market, [q.low <= truth <= q.high for q in found], len(samples) - len(found)))


def _mean(measured: Measured) -> float:
    """Coverage, each market counting the same."""
    return float(np.mean([np.mean(hits) for _, hits, _ in measured if hits]))


def _result(name: str, measured: Measured, target: tuple[float, float] | None) -> Result:
    """Coverage with an interval in which markets are the units."""
    shares = np.array([np.mean(hits) for _, hits, _ in measured if hits])
    value = float(shares.mean())
    low = high = None
    if len(shares) > 1:
        reach = 1.96 * float(shares.std(ddof=1)) / len(shares) ** 0.5
        low, high = max(value - reach, 0.0), min(value + reach, 1.0)
    if target is None:
        return Result(name, value, low, high)
    return Result(name, value, low, high, _TOLD, target[0] <= value <= target[1])
