"""Words of a denial, which the model reads: what, why, and what to do instead; and the one way to deny."""

from adapters.hook.dialects import of
from adapters.hook.exchange import Answer, Heard
from adapters.hook.record import Record
from state.gate_files import Stopped
from state.policy.verdict import Hit


def let_go(heard: Heard, record: Record) -> Answer:
    """Let the call go, once that is written down. Raises `OSError` where it cannot be."""
    record.write("allow")
    return of(heard.agent).let_go(heard)


def approved(heard: Heard, record: Record) -> Answer:
    """Let a call go on a human's word, once that is written down. Raises `OSError` where it cannot be."""
    record.write("allow")
    return of(heard.agent).approved(heard)


def refused(heard: Heard, record: Record, text: str) -> Answer:
    """Deny, written down as far as that can be done: a denial needs no record to hold."""
    dialect = of(heard.agent)
    try:
        record.write("deny")
    except OSError as failure:
        text = f"{text} (And it could not be written down: {failure}.)"
    return dialect.refuse(heard, text[: dialect.LONGEST])


def frozen_text(frozen: Stopped) -> str:
    """Say who stopped the run and why, and that trying again changes nothing."""
    why = f": {frozen['reason']}" if frozen.get("reason") else ""
    by = frozen.get("by", "a human")
    return f"Headgate: {by} froze this run{why}. No call goes through until it is thawed: stop and wait."


def denied_text(hit: Hit) -> str:
    """Say which rule denies, why, and what to do instead."""
    instead = f" Instead: {hit.instead}" if hit.instead else ""
    return f"Headgate denies this call by the rule {hit.rule}: {hit.because}{instead}"
