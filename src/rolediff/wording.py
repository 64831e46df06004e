"""Numbers and lists as a person says them."""

from __future__ import annotations

import math
from collections.abc import Sequence

_CURRENCY_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "INR": "₹", "JPY": "¥"}


def say_share(share: float) -> str:
    """A share in words: "about 7 in 10", "1 in 50", "hardly any"."""
    if share >= 1:
        return "all"
    if share >= 0.95:
        return "nearly all"
    if share >= 0.15:
        tenths = round(share * 10)
        if tenths == 5:
            return "about half"
        return f"about {tenths} in 10"
    if share >= 0.075:
        return "about 1 in 10"
    if share >= 0.015:
        return f"about 1 in {round(1 / share / 5) * 5 if share < 0.06 else 15}"
    return "hardly any"


def say_percent(share: float) -> str:
    """A share as a whole percentage; below one per cent says so."""
    if 0 < share < 0.005:
        return "<1%"
    return f"{share * 100:.0f}%"


def say_interval(low: float, high: float) -> str:
    """An interval of shares: "41-63%"."""
    return f"{low * 100:.0f}–{high * 100:.0f}%"


def say_points(difference: float, low: float, high: float) -> str:
    """A difference of shares in percentage points, with its interval; "unknown" where a side has no openings."""
    if not all(map(math.isfinite, (difference, low, high))):
        return "unknown"
    first, below, above = (_say_signed(x) for x in (difference, low, high))
    return f"{first} ({below} to {above})"


def _say_signed(x: float) -> str:
    """A difference in whole points with its sign; nought has none."""
    points = round(x * 100)
    return f"{points:+d}".replace("-", "−") if points else "0"


def say_money(amount: float, currency: str) -> str:
    """An amount to three figures, with its currency: "$142,000", "NOK 700,000"."""
    digits = max(0, len(str(int(amount))) - 3)
    rounded = round(amount / 10**digits) * 10**digits
    sign = _CURRENCY_SIGNS.get(currency)
    return f"{sign}{rounded:,.0f}" if sign else f"{currency} {rounded:,.0f}"


def say_list(parts: Sequence[str]) -> str:
    """Joins parts as one says them: "a", "a and b", "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return ", ".join(parts[:-1]) + " and " + parts[-1]


def say_count(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun: "1 opening", "2,345 openings"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
