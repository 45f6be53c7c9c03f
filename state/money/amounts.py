"""How an amount of money is written in a sentence; alone, because boards and verbs load nothing more for it."""

from decimal import Decimal

_SMALL = Decimal("0.10")


def amount(usd: Decimal) -> str:
    """Give an amount in USD as it is read: cents, and more figures only where cents would hide it."""
    return f"{usd:.4f}" if usd and abs(usd) < _SMALL else f"{usd:,.2f}"
