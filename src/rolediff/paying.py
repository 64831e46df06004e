"""What roles pay: claims by basis and currency, and the gap between two roles."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from rolediff import statistics
from rolediff.profiles import Profile, as_groups, claim
from rolediff.reading_errors import shifts_of
from rolediff.results import Claim, PayClaim, PayGap, PayGroup, PayStated
from rolediff.roles import Role
from rolediff.taxonomy import read_table
from rolediff.titles import seniorities
from rolediff.warehouse import Warehouse
from rolediff.wording import say_count, say_money

#: Bases in reading order; each is a market of its own and none is mixed with another.
BASES = ("stated", "board estimate", "pay table")
_NOTES = {
    "stated": "Base pay that employers state in their adverts; the middle of a range counts.",
    "board estimate": "Estimates of the job board, not of the employer.",
    "pay table": (
        "Yearly pay gathered by aijobs.net, its latest two years; the two rows of a range count as one "
        "observation, repeats as one voice. It names no employers."
    ),
}
#: What pay is adjusted for, by basis: the column of sql/pay.sql and its name for people. Seniority is left
#: out where it is what two roles are compared in.
FACTORS = {
    "stated": {"seniority": "seniority", "country": "country", "time": "year", "work_mode": "work mode"},
    "pay table": {"seniority": "seniority", "level": "seniority", "country": "country", "time": "year"},
}
FACTORS["board estimate"] = FACTORS["stated"]
_SENIORITY = ("seniority", "level")
#: The levels of the aijobs form.
_LEVELS = {"EN": "Entry", "MI": "Middle", "SE": "Senior", "EX": "Executive"}
#: Columns of sql/pay_stated.sql.
_SUMS = ("n", "employers", "sum_n2", "k", "sum_x2", "sum_xn")
# How unlike silent adverts are taken to be where the effect is shown.
_UNLIKE = 0.10
# Ratios are kept to so many digits: what lies beyond them depends on the machine's arithmetic.
_DIGITS = 6
# A currency is shown where one of the roles has this many observations; a gap needs an interval on both sides.
_LEAST_OBSERVATIONS = 5


@cache
def pay_bounds() -> list[dict[str, str | float]]:
    """Yearly amounts between which pay in adverts is plausible, by currency (data/pay_bounds.csv).

    A source that labels pay by the hour as yearly ("17 a year") is beyond them. Rows of a pay table are
    yearly by definition and have no bounds, nor has a currency without a row.

    Raises:
        TaxonomyError: bounds that are no numbers, or in the wrong order.
    """
    bounds: list[dict[str, str | float]] = []
    for row in read_table("pay_bounds"):
        try:
            least, most = float(row["yearly_least"]), float(row["yearly_most"])
        except ValueError:
            raise row.broken("yearly_least and yearly_most must be numbers") from None
        if not 0 < least < most:
            raise row.broken("yearly_least must be above nought and below yearly_most")
        bounds.append({"currency": row["currency"], "yearly_least": least, "yearly_most": most})
    return bounds


def say_left_out(count: int, currency: str) -> str:
    """Says how many observations were implausible; empty for none."""
    for row in pay_bounds() if count else ():
        if row["currency"] == currency:
            least, most = (say_money(float(row[end]), currency) for end in ("yearly_least", "yearly_most"))
            return (
                f"Left out: {say_count(count, 'posting')} with pay below {least} or above {most} a year, "
                "which points to a wrong period or a slip of the source."
            )
    return ""


def count_pay(warehouse: Warehouse, role: Role, basis: str, currency: str) -> tuple[int, int]:
    """How many observations stand behind a pay claim, and how many were left out as implausible."""
    table = read_pay(warehouse, [role])
    mine = (table["basis"] == basis) & (table["currency"] == currency)
    return int((mine & table["plausible"]).sum()), int((mine & ~table["plausible"]).sum())


def read_pay_claims(warehouse: Warehouse, a: Role, b: Role) -> tuple[list[PayClaim], list[PayGap]]:
    """Pay of two roles by basis and currency, and the gaps between them."""
    table = read_pay(warehouse, [a, b])
    samples = _role_samples(table, [a, b])
    quantiles = _quantiles(table, [s[-1] for s in samples])
    claims = _claims(table, samples, quantiles)
    gaps, stated = [], None
    for at in range(0, len(samples), 2):
        (_, basis, currency, mine), (*_, others) = samples[at : at + 2]
        qa, qb = quantiles[at : at + 2]
        if np.isfinite(statistics.median_gap(qa, qb)).all():
            if basis == "stated" and stated is None:
                stated = _stated_of(read_stated(warehouse, [a, b]))
            shares = (stated or (None, None)) if basis == "stated" else (None, None)
            gaps.append(_gap((a, b), (basis, currency), (qa, qb), table, [mine, others], shares))
    return claims, gaps


def read_own_pay(warehouse: Warehouse, role: Role) -> tuple[list[PayClaim], list[PayGroup]]:
    """Pay of one role by basis and currency; and by seniority and country, of a pay table by its own levels too.

    Of a pay table pay by year stands too, of all its years; else its latest two count. A group is shown
    where it has as many observations as a currency needs; its quantiles where a claim's would be.
    """
    table = read_pay(warehouse, [role], old=True)
    samples = _role_samples(table, [role])
    parts = _parts(table)
    # One call for all: a page is made while a reader waits.
    quantiles = _quantiles(table, [*(s[-1] for s in samples), *(p[-1] for p in parts)])
    names = _group_names()
    groups = [
        PayGroup(
            role=role.slug,
            basis=basis,
            currency=currency,
            by=by,
            value=str(value),
            label=names.get(by, {}).get(value, str(value)),
            n=q.n,
            employers=None if basis == "pay table" else len(np.unique(table["voice"][rows])),
            **_shown(q),
        )
        for (basis, currency, by, value, rows), q in zip(parts, quantiles[len(samples) :], strict=True)
    ]
    return _claims(table, samples, quantiles[: len(samples)]), groups


def _quantiles(
    table: dict[str, npt.NDArray[Any]], samples: Sequence[npt.NDArray[np.int64]]
) -> list[statistics.Quantiles]:
    return statistics.median_intervals([(table["pay"][rows], table["voice"][rows]) for rows in samples])


def _role_samples(
    table: dict[str, npt.NDArray[Any]], roles: Sequence[Role]
) -> list[tuple[Role, str, str, npt.NDArray[np.int64]]]:
    """Of each basis and currency in reading order the rows of each role."""
    found = group_rows(table, table["plausible"] & table["recent"], ("basis", "currency", "grp"))
    none = np.zeros(0, np.int64)
    return [(r, *market, found.get((*market, r.slug), none)) for market in _markets(found) for r in roles]


def _claims(
    table: dict[str, npt.NDArray[Any]],
    samples: Sequence[tuple[Role, str, str, npt.NDArray[np.int64]]],
    quantiles: Sequence[statistics.Quantiles],
) -> list[PayClaim]:
    beyond = group_rows(table, ~table["plausible"], ("basis", "currency", "grp"))
    claims = []
    for (role, basis, currency, rows), q in zip(samples, quantiles, strict=True):
        if q.n:
            left_out = len(beyond.get((basis, currency, role.slug), ()))
            note = " ".join(filter(None, (_NOTES[basis], say_left_out(left_out, currency))))
            claims.append(_claim(role, basis, currency, q, table, rows, note))
    return claims


def _group_names() -> dict[str, dict[str, str]]:
    """Names of the values by which pay is grouped, in reading order; countries and years have none."""
    return {"seniority": {s: level.name for s, level in seniorities().items()}, "level": _LEVELS}


def _parts(table: dict[str, npt.NDArray[Any]]) -> list[tuple[str, str, str, Any, npt.NDArray[np.int64]]]:
    """Basis, currency, by what, its value, and the rows of each part of a role's pay."""
    names = _group_names()
    parts = []
    for by in ("seniority", "level", "country", "year"):
        of_table = table["basis"] == "pay table"
        keep = table["plausible"] & (of_table if by in ("level", "year") else True)
        rows = keep if by == "year" else keep & table["recent"]
        found = group_rows(table, rows, ("basis", "currency", by))
        for basis, currency in _markets(found):
            mine = {v: at for (b, c, v), at in found.items() if (b, c) == (basis, currency) and v is not None}
            order = list(names.get(by, {})) or sorted(mine, key=lambda v: (by != "year" and -len(mine[v]), v))
            parts += [
                (basis, currency, by, v, mine[v])
                for v in order
                if v in mine and len(mine[v]) >= _LEAST_OBSERVATIONS
            ]
    return parts


def read_pay(
    warehouse: Warehouse, roles: Sequence[Role], *, old: bool = False
) -> dict[str, npt.NDArray[Any]]:
    """The answer of sql/pay.sql; `old`: with the older years of pay tables."""
    table = warehouse.ask("pay", roles=as_groups(roles), bounds=pay_bounds(), old=old)
    for name in ("recent", "plausible"):
        table[name] = table[name].astype(bool)
    return table


def group_rows(
    table: dict[str, npt.NDArray[Any]], rows: npt.NDArray[np.bool_], names: tuple[str, ...]
) -> dict[tuple[Any, ...], npt.NDArray[np.int64]]:
    """The places of the rows that agree in some columns."""
    at = np.flatnonzero(rows)
    keys, codes = _number(list(zip(*(table[name][at].tolist() for name in names), strict=True)))
    ends = np.cumsum(np.bincount(codes, minlength=len(keys)))[:-1]
    return dict(zip(keys, np.split(at[np.argsort(codes, kind="stable")], ends), strict=False))


def _number(values: Sequence[Any]) -> tuple[list[Any], npt.NDArray[np.int64]]:
    """The different values, None too, and the place of each value among them."""
    known = {v: at for at, v in enumerate(dict.fromkeys(values))}
    return list(known), np.fromiter(map(known.__getitem__, values), np.int64, len(values))


def _markets(found: dict[tuple[Any, ...], npt.NDArray[np.int64]]) -> list[tuple[str, str]]:
    """Bases in reading order, and in each the currencies with enough observations, the largest first."""
    sizes: dict[tuple[str, str], list[int]] = {}
    for (basis, currency, _), rows in found.items():
        sizes.setdefault((basis, currency), []).append(len(rows))
    enough = [market for market, counts in sizes.items() if max(counts) >= _LEAST_OBSERVATIONS]
    return sorted(enough, key=lambda m: (BASES.index(m[0]), -sum(sizes[m]), m[1]))


def _claim(
    role: Role,
    basis: str,
    currency: str,
    q: statistics.Quantiles,
    table: dict[str, npt.NDArray[Any]],
    rows: npt.NDArray[np.int64],
    note: str,
) -> PayClaim:
    years = sorted(int(y) for y in set(table["year"][rows].tolist()) if y is not None)
    return PayClaim(
        id=f"{role.slug}/pay/{basis.replace(' ', '-')}-{currency.lower()}",
        role=role.slug,
        basis=basis,
        currency=currency,
        n=q.n,
        employers=None if basis == "pay table" else len(np.unique(table["voice"][rows])),
        **_shown(q),
        period=f"{years[0]}–{years[-1]}"
        if len(years) > 1
        else "".join(map(str, years)) or "dates not stated",
        note=note,
    )


def _shown(q: statistics.Quantiles) -> dict[str, float | None]:
    """What is shown of quantiles.

    Five adverts of one employer say what it pays, not what the role pays: nothing is shown of pay whose
    median has no interval. The tails of a few observations are noise: some must lie beyond them.
    """
    sure = bool(np.isfinite([q.low, q.high]).all())
    p10, p25, median, p75, p90 = (float(v) if np.isfinite(v) else None for v in q.values.tolist())
    return {
        "p10": p10 if sure and q.n >= 20 else None,
        "p25": p25 if sure and q.n >= 8 else None,
        "median": median if sure else None,
        "p75": p75 if sure and q.n >= 8 else None,
        "p90": p90 if sure and q.n >= 20 else None,
        "median_low": q.low if sure else None,
        "median_high": q.high if sure else None,
    }


def _gap(
    roles: tuple[Role, Role],
    market: tuple[str, str],
    medians: tuple[statistics.Quantiles, statistics.Quantiles],
    table: dict[str, npt.NDArray[Any]],
    sides: list[npt.NDArray[np.int64]],
    stated: tuple[PayStated | None, PayStated | None],
) -> PayGap:
    a, b = roles
    basis, currency = market
    names = {
        column: name
        for column, name in FACTORS[basis].items()
        if column not in _SENIORITY or not (a.seniority or b.seniority or a.without or b.without)
    }
    rows = np.concatenate(sides)
    # What is unknown of a side cannot be like, and is not said to be. Without a year its source counts.
    names = {
        column: name
        for column, name in names.items()
        if all(any(value is not None for value in table[column][side].tolist()) for side in sides)
    }
    if "time" in names and not all(any(table["year"][side].tolist()) for side in sides):
        names["time"] = "source"
    voices = table["voice"][rows]
    like = statistics.like_gap(
        table["pay"][rows],
        np.arange(len(rows)) < len(sides[0]),
        {column: _number(table[column][rows].tolist())[1] for column in names},
        voices,
    )
    raw, low, high = (round(x, _DIGITS) for x in statistics.median_gap(*medians))
    told = bool(np.isfinite([like.ratio, like.low, like.high]).all())
    adjusted = [round(x, _DIGITS) for x in (like.ratio, like.low, like.high)] if told else []
    ratio, lower, upper = adjusted or (None, None, None)
    best = adjusted or [raw, low, high]
    tipping = dict.fromkeys(("tipping", "tipping_sure", "if_unlike"))
    if stated[0] and stated[1]:
        tipping = _tip(best, 1 - stated[0].share, 1 - stated[1].share)
    return PayGap(
        basis=basis,
        currency=currency,
        ratio=raw,
        low=low,
        high=high,
        n_a=medians[0].n,
        n_b=medians[1].n,
        voices_a=len(np.unique(voices[: len(sides[0])])),
        voices_b=len(np.unique(voices[len(sides[0]) :])),
        standardised=ratio,
        standardised_low=lower,
        standardised_high=upper,
        adjusted_for=tuple(dict.fromkeys(names.values())),
        not_standardised="" if told else _say_lacking(like, names),
        step=a.family == b.family,
        stated_a=stated[0],
        stated_b=stated[1],
        **tipping,
    )


def _say_lacking(like: statistics.LikeGap, names: dict[str, str]) -> str:
    """Why no gap for like is told."""
    if not like.lacking:
        return "too few employers"
    what = names.get(like.lacking, "all of these together")
    count = like.alike[like.lacking]
    return f"too few are alike in {what}: about {count:.0f} independent observations of a role have a like"


def _tip(best: Sequence[float], silent_a: float, silent_b: float) -> dict[str, float | None]:
    """How unlike the silent adverts must be to undo a gap."""
    ratio, low, high = best
    unlike = round(statistics.ratio_if_silent_differ(ratio, silent_a, silent_b, _UNLIKE), _DIGITS)
    silent = silent_a if ratio > 1 else silent_b
    if low <= 1 <= high or not silent:
        return {"tipping": None, "tipping_sure": None, "if_unlike": unlike}
    tips = (statistics.tipping_point(x, silent) for x in (ratio, low if ratio > 1 else high))
    whole, sure = (round(x, _DIGITS) for x in tips)
    return {"tipping": whole, "tipping_sure": sure, "if_unlike": unlike}


def read_stated(warehouse: Warehouse, roles: Sequence[Role]) -> list[Claim | None]:
    """How many openings of each role state pay, as its profile has it; None where none was read in full."""
    rows = {row["grp"]: row for row in warehouse.rows("pay_stated", roles=as_groups(roles))}
    errors = shifts_of("pay-stated", ["yes"])
    found: list[Claim | None] = []
    for role in roles:
        row = rows.get(role.slug)
        if row is None:
            found.append(None)
            continue
        shares = statistics.cluster_shares(*(row[name] for name in _SUMS))
        k = {"pay-stated": np.array([row["k"]], np.int64)}
        read, moved = {"pay-stated": shares}, {"pay-stated": statistics.correct(shares, *errors)}
        found.append(claim(Profile(role, row, k, read, moved), {"pay-stated": ["yes"]}, "pay-stated", 0))
    return found


def _stated_of(claims: Sequence[Claim | None]) -> tuple[PayStated | None, PayStated | None]:
    """The shares of two roles; neither where one of them is unknown or withheld, as on every page."""
    a, b = claims
    if a is None or b is None or a.needed or b.needed:
        return None, None
    first, second = (
        PayStated(claim=c.id, share=e.share, low=e.low, high=e.high, openings=e.openings, n=e.n)
        for c in (a, b)
        for e in [c.estimate]
    )
    return first, second
