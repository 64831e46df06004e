"""Skill order: does the list of tools to learn open more than plain frequency would, at other employers?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rolediff import statistics
from rolediff.audit import Part, Result
from rolediff.layout import Cell, Table
from rolediff.learning import THRESHOLD, Asked, offered_tools, read_asked, usual_skills
from rolediff.profiles import Facts, Profile, read_profiles
from rolediff.roles import Role, find_role
from rolediff.statistics.beta import t_quantile
from rolediff.warehouse import Warehouse
from rolediff.wording import say_points

#: The lengths of list that are judged.
LENGTHS = (1, 3, 5, 8)
#: So much worse in the mean than plain frequency would still be called never worse: a fifth of a point.
SLACK = 0.002
#: Half of the employers choose and the other half judge, so a role needs twice what a list is made of.
_LEAST_OPENINGS = 60
_SPLITS, _QUICK_SPLITS = 40, 5
# The families whose openings stand for a market, and how many employers are drawn from it.
_MARKETS = ("data-scientist", "data-analyst", "software-engineer", "data-engineer", "business-analyst")
_DRAWN = (30, 100, 300)
_DRAWS, _QUICK_DRAWS = 60, 6
_LEAST_COVERED = 0.93

# From, to.
_PAIRS = (
    ("data-specialist", "lead-machine-learning-engineer"),
    ("data-operations-specialist", "lead-machine-learning-engineer"),
    ("data-science-engineer", "lead-machine-learning-engineer"),
    ("data-science-manager", "lead-machine-learning-engineer"),
    ("machine-learning-engineer", "lead-machine-learning-engineer"),
    ("data-analyst", "data-scientist"),
    ("data-analyst", "data-engineer"),
    ("data-analyst", "business-intelligence-analyst"),
    ("business-analyst", "data-analyst"),
    ("business-analyst", "data-scientist"),
    ("data-scientist", "machine-learning-engineer"),
    ("data-scientist", "data-engineer"),
    ("data-scientist", "research-scientist"),
    ("data-scientist", "ai-engineer"),
    ("data-scientist", "quantitative-analyst"),
    ("data-engineer", "machine-learning-engineer"),
    ("data-engineer", "data-architect"),
    ("data-engineer", "data-science-engineer"),
    ("software-engineer", "data-engineer"),
    ("software-engineer", "machine-learning-engineer"),
    ("data-specialist", "data-analyst"),
    ("data-specialist", "business-analyst"),
    ("statistician", "data-scientist"),
    ("data-analyst", "software-engineer"),
)

Floats = npt.NDArray[np.float64]


def run(warehouse: Warehouse, rng: np.random.Generator, quick: bool) -> Part:  # noqa: FBT001
    """Orders chosen on half of the employers, counted on the openings of the other half."""
    roles = {name: find_role(name) for pair in _PAIRS for name in pair}
    facts, profiles = read_profiles(warehouse, list(roles.values()))
    profile_of = dict(zip(roles, profiles, strict=True))
    asked_of: dict[str, Asked | None] = {}
    rows: list[tuple[str, str, int, int, Floats]] = []
    left_out = []
    for a, b in _PAIRS:
        if b not in asked_of:
            asked_of[b] = read_asked(warehouse, profile_of[b])
        asked, known = asked_of[b], _known(facts, profile_of[a])
        if asked is None or len(asked.asks) < _LEAST_OPENINGS or known is None:
            left_out.append(f"{roles[a].name} to {roles[b].name}")
            continue
        gains = _judge(asked, known, rng, _QUICK_SPLITS if quick else _SPLITS)
        rows.append((a, _shown(roles[b], asked), len(asked.asks), int(asked.employer.max()) + 1, gains))
    if not rows:
        nothing = f"No role of the pairs has {_LEAST_OPENINGS} openings that ask for tools."
        return Part("skill-order", "Skill order", (nothing,), ())
    results, table, paragraphs = _against_frequency(rows, left_out)
    covered, other, told = _against_market(warehouse, rng, _QUICK_DRAWS if quick else _DRAWS)
    return Part("skill-order", "Skill order", (*paragraphs, *told), (*results, *covered), (table, other))


def _known(facts: Facts, profile: Profile) -> list[str] | None:
    return usual_skills(facts, profile) if profile.n else None


def _shown(role: Role, asked: Asked) -> str:
    return role.slug if asked.counted_on.slug == role.slug else f"{role.slug}, on {asked.counted_on.slug}"


def _judge(asked: Asked, known: Sequence[str], rng: np.random.Generator, splits: int) -> Floats:
    """Share of held-out openings that the list opens more than by two plain orders: splits x 2 x lengths."""
    has = asked.has(known)
    employers = int(asked.employer.max()) + 1
    gains = []
    for _ in range(splits):
        mine = (rng.permutation(employers) < employers // 2)[asked.employer]
        chosen = Asked(
            asked.counted_on,
            asked.asks[mine],
            np.unique(asked.employer[mine], return_inverse=True)[1],
            asked.tools,
        )
        found = statistics.climb(
            chosen.asks, chosen.employer, has, offered_tools(chosen), THRESHOLD, max(LENGTHS)
        )
        # A list that ends early is filled up by frequency, so that all orders have the same length.
        often = np.argsort(-chosen.asks.sum(0), kind="stable")
        missing = often[~has[often]]
        ours = np.r_[found.order, missing[~np.isin(missing, found.order)]]
        opened = [_opens(asked.asks[~mine], has, order) for order in (ours, often, missing)]
        gains.append([opened[0] - opened[1], opened[0] - opened[2]])
    return np.array(gains)


def _opens(asks: npt.NDArray[np.bool_], has: npt.NDArray[np.bool_], order: npt.NDArray[np.int64]) -> Floats:
    """Share of openings open after the first of an order's tools, for each of `LENGTHS`."""
    needed = THRESHOLD * asks.sum(1) - 1e-9
    shares = []
    for length in LENGTHS:
        knows = has.copy()
        knows[order[:length]] = True
        shares.append(float((asks[:, knows].sum(1) >= needed).mean()))
    return np.array(shares)


def _against_frequency(
    rows: list[tuple[str, str, int, int, Floats]], left_out: list[str]
) -> tuple[list[Result], Table, list[str]]:
    means = np.array([gains.mean(0) for *_, gains in rows])  # pairs x plain orders x lengths
    results = []
    for order, name in enumerate(("plain frequency", "frequency of what is missing")):
        for at, length in enumerate(LENGTHS):
            value, low, high = _mean_interval(means[:, order, at], [row[1] for row in rows])
            results.append(
                Result(
                    test=f"skill order: gain of held-out openings over {name}, first {length}",
                    value=value,
                    low=low,
                    high=high,
                    target="never worse: interval not wholly below 0, mean at least -0.002",
                    holds=high >= 0 and value >= -SLACK,
                )
            )
    table = Table(
        "Points of held-out openings gained over plain frequency in B (middle 95% of the splits)",
        ("From", "To", "Openings", "Employers", *(f"First {n}" for n in LENGTHS)),
        tuple(
            (
                Cell(a),
                Cell(b),
                Cell(f"{n:,}"),
                Cell(f"{employers:,}"),
                *(Cell(_cell(gains[:, 0, at]), whole=True) for at in range(len(LENGTHS))),
            )
            for a, b, n, employers, gains in rows
        ),
    )
    worst = float(means[:, 0].min())
    paragraphs = [
        f"For {len(rows)} pairs the order was chosen on the openings of half of B's employers and counted on "
        f"those of the other half, {len(rows[0][4])} times. Against it stand the tools by their frequency in B, "
        "and by their frequency without those that are usual in A.",
        "The intervals are over pairs, those to one role as one voice. "
        f"The worst mean of any pair and length against plain frequency is {worst * 100:+.1f} points.",
    ]
    if left_out:
        paragraphs.append(
            f"Left out, as fewer than {_LEAST_OPENINGS} openings ask for tools or A has none: "
            f"{'; '.join(left_out)}."
        )
    return results, table, paragraphs


def _against_market(
    warehouse: Warehouse, rng: np.random.Generator, draws: int
) -> tuple[list[Result], Table, list[str]]:
    """What a list says of its own figures, where all openings of a market are known.

    Employers are drawn with replacement, each draw a voice of its own, so that the whole family is
    exactly what the sample was drawn from.
    """
    rows, cells, markets = [], [], []
    _, profiles = read_profiles(warehouse, [find_role(name) for name in _MARKETS])
    for profile in profiles:
        asked = read_asked(warehouse, profile)
        if asked is None:
            continue
        of_employer = np.split(
            np.argsort(asked.employer, kind="stable"), np.cumsum(np.bincount(asked.employer))[:-1]
        )
        for size in _DRAWN:
            if size > len(of_employer):
                continue
            found = [_draw(asked, of_employer, size, rng) for _ in range(draws)]
            full = [f for f in found if f is not None]
            if not full:
                continue
            counted, shown, opened, gained = (
                np.mean(np.array(column), 0) for column in list(zip(*full, strict=True))[:4]
            )
            openings = int(np.mean([f[4] for f in full]))
            cells.append((float(opened.mean()), float(gained.mean())))
            markets.append(profile.role.slug)
            rows.append(
                (
                    Cell(profile.role.name),
                    Cell(f"{size:,}"),
                    Cell(f"{openings:,}"),
                    *(
                        Cell(f"{c * 100:+.1f} / {s * 100:+.1f}", whole=True)
                        for c, s in zip(counted, shown, strict=True)
                    ),
                    Cell(f"{opened.mean():.0%}"),
                    Cell(f"{gained.mean():.0%}"),
                )
            )
    results: list[Result] = []
    for name, column in zip(
        ("open by then", "gained by a step"), np.array(cells).reshape(-1, 2).T, strict=True
    ):
        if not len(column):
            continue
        value, low, high = _mean_interval(column, markets)
        results.append(
            Result(
                test=f"skill order: coverage of 95% intervals of the share {name}",
                value=value,
                low=low,
                high=high,
                target=f"at least {_LEAST_COVERED:.0%}",
                holds=high >= _LEAST_COVERED,
            )
        )
    columns = (
        "Market",
        "Employers drawn",
        "Openings",
        *(f"Too high, first {n}" for n in LENGTHS),
        "Covers: open",
        "gained",
    )
    caption = (
        "Points by which a list's share open is too high: counted on the openings that chose it / as shown"
    )
    told = [
        f"Then {draws} samples of employers were drawn from each of the largest families, and what a list says of "
        "its own figures was held against all openings of that family."
    ]
    return results, Table(caption, columns, tuple(rows)), told


def _draw(
    asked: Asked, of_employer: list[npt.NDArray[np.int64]], size: int, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats, Floats, int] | None:
    """Of one sample: errors as counted and as shown, what the intervals cover, and its openings."""
    drawn = [of_employer[i] for i in rng.integers(0, len(of_employer), size)]
    rows = np.concatenate(drawn)
    employer = np.repeat(np.arange(size), [len(d) for d in drawn])
    sample = Asked(asked.counted_on, asked.asks[rows], employer, asked.tools)
    nothing = np.zeros(len(asked.tools), bool)
    found = statistics.climb(sample.asks, employer, nothing, offered_tools(sample), THRESHOLD, max(LENGTHS))
    if len(found.order) < max(LENGTHS):
        return None
    opened, gained = found.shares(employer, 1)
    known = np.cumsum(asked.asks[:, found.order], axis=1)
    truth = np.r_[0.0, (known >= THRESHOLD * asked.asks.sum(1)[:, None] - 1e-9).mean(0)]
    steps = np.diff(truth)
    at = list(LENGTHS)
    return (
        found.opened.mean(1)[at] - truth[at],
        opened.share[at] - truth[at],
        ((opened.low <= truth) & (truth <= opened.high))[at],
        (gained.low <= steps) & (steps <= gained.high),
        len(rows),
    )


def _cell(gains: Floats) -> str:
    low, high = np.quantile(gains, (0.025, 0.975))
    return say_points(float(gains.mean()), float(low), float(high))


def _mean_interval(values: Floats, groups: Sequence[str]) -> tuple[float, float, float]:
    """Mean over pairs with an interval that counts the roles they lead to: their openings judge them all."""
    code = np.unique(np.asarray(groups), return_inverse=True)[1]
    count = int(code.max()) + 1
    residual = np.bincount(code, values - values.mean())
    variance = count / max(count - 1, 1) * float(residual @ residual) / len(values) ** 2
    reach = float(t_quantile(np.array([float(max(count - 1, 1))]), 0.95)[0]) * variance**0.5
    mean = float(values.mean())
    return mean, mean - reach, mean + reach
