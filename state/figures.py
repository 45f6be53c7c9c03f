"""How money, counts and lengths of time are written, wherever a human reads them: one function each.

They are coarse on purpose: what changes each second is a screen that never rests.
"""

from decimal import Decimal

_HALF_A_CENT = Decimal("0.005")
_WHOLE = 10_000
"""Dollars from which on cents tell nothing."""
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


def money(usd: Decimal) -> str:
    """Give dollars and cents: $4.12, -$0.50; below half a cent <$0.01, because $0.00 would read as free."""
    sign, value = "-" if usd < 0 else "", abs(usd)
    if 0 < value < _HALF_A_CENT:
        return f"{sign}<$0.01"
    return f"{sign}${value:,.2f}" if value < _WHOLE else f"{sign}${value:,.0f}"


def roundly(usd: Decimal) -> str:
    """Give the same in few cells: from a hundred dollars on without cents."""
    return f"{'-' if usd < 0 else ''}${abs(usd):,.0f}" if abs(usd) >= 100 else money(usd)


def counted(number: int) -> str:
    """Give a count, of tokens or anything else, in at most five characters: 0, 999, 1.2k, 38k, 1.2M."""
    size = abs(number)
    for least, letter in ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")):
        if size >= least:
            value = number / least
            return f"{value:.1f}{letter}" if abs(value) < 9.95 else f"{value:.0f}{letter}"
    return str(number)


def span(seconds: Decimal | float) -> str:
    """Give how long something takes, in its two largest units: 40s, 12m, 3h 10m, 2d 4h, and 3h where it is even."""
    left = float(seconds)
    if left < MINUTE:
        return f"{left:.0f}s"
    if left < HOUR:
        return f"{left / MINUTE:.0f}m"
    for unit, letter, below, small in ((DAY, "d", HOUR, "h"), (HOUR, "h", MINUTE, "m")):
        if left >= unit:
            rest = int(left % unit // below)
            return f"{int(left // unit)}{letter}" + (f" {rest}{small}" if rest else "")
    raise AssertionError("a length of time without a unit")


def minutes(seconds: float) -> str:
    """Give the same by whole minutes that are over, for what stands on a screen while it goes on."""
    return span(seconds // MINUTE * MINUTE) if seconds >= MINUTE else "0m"


def dollars(usd: Decimal | None) -> str | None:
    """Give an amount as the exact decimal string of the contract: no exponent, no needless zeros, cents at least."""
    if usd is None:
        return None
    whole, _, part = f"{usd:f}".partition(".")
    return f"{whole}.{part.rstrip('0'):0<2}"
