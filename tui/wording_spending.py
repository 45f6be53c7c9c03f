"""The words of the first line of the board about money: what burns now, and the gravest alarm."""

from decimal import Decimal

_FEW = 48
"""Characters of an alarm that stand there; the whole sentence is among the problems."""


def burn_now(usd: Decimal, *, at_least: bool) -> str:
    """Say what the last hour cost."""
    return f"{'≥ ' if at_least else ''}${usd:,.2f}/h"


def alarm_said(text: str) -> str:
    """Say an alarm in a few words: what stands before its colon."""
    few = text.partition(":")[0]
    return few if len(few) <= _FEW else f"{few[: _FEW - 1]}…"
