"""What roles pay: claims by basis and currency, and the gap between two roles."""

from __future__ import annotations

import numpy as np

from rolediff import statistics
from rolediff.profiles import as_groups
from rolediff.results import PayClaim, PayGap
from rolediff.roles import Role
from rolediff.warehouse import Warehouse

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
# A currency is shown where one of the roles has this many observations; a gap needs an interval on both sides.
_LEAST_OBSERVATIONS = 5


def read_pay_claims(warehouse: Warehouse, a: Role, b: Role) -> tuple[list[PayClaim], list[PayGap]]:
    """Pay of two roles by basis and currency, and the ratios of their medians."""
    table = warehouse.ask("pay", roles=as_groups([a, b]))
    group, basis, currency, voice = (table[name] for name in ("grp", "basis", "currency", "voice"))
    pay, year = table["pay"], table["year"]
    claims, gaps = [], []
    for wanted in BASES:
        rows = basis == wanted
        currencies, counts = np.unique(currency[rows].astype(str), return_counts=True)
        for money in currencies[np.argsort(-counts, kind="stable")].tolist():
            rows_of = [rows & (currency == money) & (group == role.slug) for role in (a, b)]
            if max(int(mine.sum()) for mine in rows_of) < _LEAST_OBSERVATIONS:
                continue
            sides = []
            for role, mine in zip((a, b), rows_of, strict=True):
                clusters = None if wanted == "pay table" else voice[mine].astype(str)
                sides.append((role, mine, statistics.median_interval(pay[mine], clusters)))
            for role, mine, found in sides:
                if found.n:
                    years = sorted({int(y) for y in year[mine].tolist() if y is not None})
                    employers = None if wanted == "pay table" else len(set(voice[mine].tolist()))
                    claims.append(_claim(role, wanted, money, found, employers, years))
            ratio, low, high = statistics.median_gap(sides[0][2], sides[1][2])
            if np.isfinite([ratio, low, high]).all():
                gaps.append(PayGap(wanted, money, ratio, low, high, sides[0][2].n, sides[1][2].n))
    return claims, gaps


def _claim(
    role: Role,
    basis: str,
    currency: str,
    found: statistics.Quantiles,
    employers: int | None,
    years: list[int],
) -> PayClaim:
    quantiles = [float(v) if np.isfinite(v) else None for v in found.values.tolist()]
    # The tails of a few observations are noise: they are shown only where some lie beyond them.
    p10, p25, median, p75, p90 = quantiles
    return PayClaim(
        id=f"{role.slug}/pay/{basis.replace(' ', '-')}-{currency.lower()}",
        role=role.slug,
        basis=basis,
        currency=currency,
        n=found.n,
        employers=employers,
        p10=p10 if found.n >= 20 else None,
        p25=p25 if found.n >= 8 else None,
        median=median if found.n >= _LEAST_OBSERVATIONS else None,
        p75=p75 if found.n >= 8 else None,
        p90=p90 if found.n >= 20 else None,
        median_low=found.low if np.isfinite(found.low) else None,
        median_high=found.high if np.isfinite(found.high) else None,
        period=f"{years[0]}–{years[-1]}"
        if len(years) > 1
        else "".join(map(str, years)) or "dates not stated",
        note=_NOTES[basis],
    )
