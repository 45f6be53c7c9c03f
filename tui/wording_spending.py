"""The words of the first line of the board about the gravest alarm on spending."""

_FEW = 48
"""Characters of an alarm that stand there; the whole sentence is among the problems."""


def alarm_said(text: str) -> str:
    """Say an alarm in a few words: what stands before its colon."""
    few = text.partition(":")[0]
    return few if len(few) <= _FEW else f"{few[: _FEW - 1]}…"
