"""A human's words on their way to a model: their mark, how they read there, and which of them wait for a hook."""

from collections.abc import Iterable

from state.control.act import Act
from state.gate_files import Correction
from state.runs.run import RunKey
from state.text import clean

LONGEST = 4000
"""Characters of a correction: two of them fit into what one hook may say (`LONGEST` of its dialect)."""
BY_HOOK = "hook"
"""The `way` of an act whose words wait for the run's hook."""


def worded(text: str) -> str:
    """Give a human's words without a character that could act on a terminal, line by line.

    Raises `ValueError` with the sentence why they cannot be sent.
    """
    told = text.strip()
    if not told:
        raise ValueError("there is no text to send; nothing was sent")
    if len(told) > LONGEST:
        raise ValueError(f"the text has {len(told)} characters, more than {LONGEST}: say it shorter; nothing was sent")
    return "\n".join(clean(line.expandtabs(), LONGEST).rstrip() for line in told.split("\n"))


def mark_of(act: str) -> str:
    """Give the word by which a correction is found again in a log: eight digits that no other text holds."""
    return act[:8]


def prompted(act: str, text: str) -> str:
    """Give a correction as a prompt: a human's own words, with its mark before them."""
    return f"[headgate {mark_of(act)}] {text}"


def told_beside(act: Act) -> str:
    """Give a correction as it stands beside a tool call, where the model must be told whose words it reads."""
    who = clean(act.by, 120)
    return f"[headgate {mark_of(act.id)}] A correction from {who}, the human who supervises this run: {act.reason}"


def waiting(acts: Iterable[Act]) -> dict[RunKey, list[Correction]]:
    """Give what each run's hook is to hand out, the oldest first."""
    told: dict[RunKey, list[Correction]] = {}
    for act in sorted(acts, key=lambda one: (one.at, one.id)):
        left = act.facts.get("way") == BY_HOOK and "handed" not in act.facts
        if act.kind == "send" and act.state == "under_way" and left:
            told.setdefault(act.run, []).append(Correction(id=act.id, text=told_beside(act)))
    return told
