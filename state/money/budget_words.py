"""Amounts that a human types, and how an answer's words carry one."""

import re
from decimal import Decimal

from state.text import clean

TYPED = "new ceiling $"
"""How the words of an answer begin that names an amount of its own."""

LEAST = Decimal("0.0001")
"""The least amount in USD, which is as exact as amounts are shown."""
_TYPED = re.compile(r"\$?(?:\d{1,10}|\d{1,3}(?:,\d{3}){1,3})?(?:\.\d{1,4})?(?:[eE]\+?\d)?", re.ASCII)
"""Commas are taken only between thousands: 5,00 is no five hundred."""


def usd_of(text: str) -> Decimal | None:
    """Read an amount that a human typed, in USD; None where it is none above zero."""
    if not _TYPED.fullmatch(text.strip()) or not text.strip(" $")[:1].strip("eE"):
        return None
    usd = Decimal(text.strip().removeprefix("$").replace(",", ""))
    return usd if LEAST <= usd <= 10**9 and usd == usd.quantize(LEAST) else None


def with_amount(reason: str, usd: str) -> str:
    """Put the amount that a human typed before the words of their answer. Raises `ValueError` with the sentence."""
    amount = usd_of(usd)
    if amount is None:
        raise ValueError(f"{clean(usd, 40)} is no amount in USD, such as 40 or 0.10; nothing was recorded")
    return f"{TYPED}{amount:f}: {reason}" if reason else f"{TYPED}{amount:f}"


def amount_in(reason: str) -> Decimal | None:
    """Give the amount that the words of an answer carry, None where they carry none."""
    return usd_of(reason.removeprefix(TYPED).partition(":")[0]) if reason.startswith(TYPED) else None
