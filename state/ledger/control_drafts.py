"""What of control goes into the ledger: what a human asked of a run, what was observed of it, and words on runs."""

from collections.abc import Iterator

from state.beside import Said
from state.control.act import Act, Step
from state.ledger.entry import TOOL, Draft
from state.ledger.shown import milliseconds


def of_acts(acts: tuple[Act, ...], now: float) -> Iterator[Draft]:
    """Give the drafts of acts as they stand: asked by a human, and apart from that what came of it."""
    for act in acts:
        body = {"order": act.id, "act": act.kind, "reason": act.reason, "at_ms": milliseconds(act.at)}
        # A budget that says so has a run stopped by the tool, and by no human.
        kind = "tool" if act.by == TOOL else "human"
        yield Draft(kind, act.by, "act", now, act.run, body, f"act:{act.id}")
        if act.state != "under_way":
            yield _ended(act, now)


def _ended(act: Act, now: float) -> Draft:
    body = {
        "order": act.id,
        "act": act.kind,
        "by": act.by,
        "text": act.text,
        "steps": [_step(one) for one in act.steps],
        "left": list(act.left),
        "facts": dict(act.facts),
        "ended_ms": milliseconds(act.ended),
    }
    return Draft("tool", TOOL, f"act_{act.state}", now, act.run, body, f"act:{act.id}:{act.state}")


def _step(step: Step) -> dict[str, str | int | None]:
    times = {"requested_ms": milliseconds(step.requested), "confirmed_ms": milliseconds(step.confirmed)}
    return {"what": step.what, "text": step.text, **times}


def of_words(said: Said, now: float) -> Iterator[Draft]:
    """Give the draft of what a human said of a run in one order."""
    for by in dict.fromkeys(word.by for word in said.words):
        words = {word.what: word.value for word in said.words if word.by == by}
        yield Draft("human", by, "assigned", now, said.run, {"order": said.asked, "words": words},
                    f"assigned:{said.asked}:{by}")  # fmt: skip
