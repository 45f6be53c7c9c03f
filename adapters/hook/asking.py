"""Asks a human through the spool: a grant that was given before, else a question that waits for its answer."""

import errno
import hashlib
import json
import posix
import time
from collections.abc import Callable
from typing import cast

from adapters.hook import files, waiting
from adapters.hook.dialects import of
from adapters.hook.exchange import Answer, Heard
from adapters.hook.judgement import Judgement
from adapters.hook.record import Record
from adapters.hook.standing import Unknown
from adapters.hook.telling import approved, refused
from state.gate_files import FORMAT, Answered, Grant, Halted, Question, grant_key

LONGEST_WAIT = 12 * 3600.0
"""Seconds that a question waits where no rule says how soon it is due."""
CLIENT_WAITS = 86_400.0
"""Seconds after which a client would kill the hook and let the call run: what `adapters.install.command` registers."""
_SPARE = 30.0
_LONGEST_INPUT = 256 * 1024
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_SEVERITIES = ("low", "medium", "high", "critical")


def asked(heard: Heard, record: Record, house: str | None, now: Judgement, again: Callable[[], str | None]) -> Answer:
    """Answer a call that only a human may let go. `again` says why an approval holds no more, None where it does."""
    call = now.call
    if house is None:
        return _alone(heard, record, now, "no Headgate knows this repository yet: open `headgate` in it")
    grant = _granted(house, grant_key(call.agent, call.session, call.tool, _sha(now), now.policy.blob), now)
    if grant is not None:
        record.outcome, record.request = "grant", grant["request"]
        return approved(heard, record)
    refusal = now.run["denied"].get(_sha(now)) if now.run is not None else None
    if refusal is not None:
        record.outcome, record.request = "human", refusal["request"]
        said = f"{refusal['by']} denied this same call before in this run: {refusal['reason'] or 'without a reason'}"
        return _refuse(heard, record, f"{said}. It is not asked again; do something else.")
    if not attended(house) and now.policy.when_unattended != "wait":
        return _alone(heard, record, now, "nobody is at the board: open `headgate`, or run `headgate watch`")
    return _question(heard, record, house, now, again)


def halted(
    heard: Heard, record: Record, house: str, halt: Halted, unattended: str, lifted: Callable[[], bool]
) -> Answer | None:
    """Hold the call until a human has answered for a hard stop; None where they let the run go on.

    Raises `waiting.Lifted` once it holds no more without an answer, as where a budget was raised by itself.
    """
    record.request = halt["request"]
    path = f"{house}/spool/answers/{halt['request']}.json"
    answer = files.read(path)
    if answer is None and not attended(house) and unattended != "wait":
        return _refuse(
            heard, record, f"Headgate halted this run: {halt['text']} Nobody is at the board to answer: wait."
        )
    if answer is None:
        record.wait()
        answer = waiting.answer(path, None, time.time() + LONGEST_WAIT, lifted)
    if answer is None:
        record.outcome = "expired"
        return _refuse(heard, record, f"Headgate halted this run, and nobody answered: {halt['text']}")
    if answer.get("request") == halt["request"] and answer.get("answer") == "approve":
        record.request = None
        return None
    record.outcome = "human"
    return _refuse(
        heard, record, f"Headgate halted this run: {halt['text']} {answer.get('by')}: {answer.get('reason')}"
    )


def attended(house: str) -> bool:
    """Say whether a core or a board listens; a bell's listener is the kernel's word for that."""
    if files.ring(f"{house}/spool/core.bell", softly=True):
        return True
    boards = f"{house}/spool/boards"
    try:
        names = posix.listdir(boards)
    except OSError:
        return False
    return any(files.ring(f"{boards}/{name}", softly=True) for name in names if name.endswith(".bell"))


def _question(heard: Heard, record: Record, house: str, now: Judgement, again: Callable[[], str | None]) -> Answer:
    name = posix.urandom(10).hex()
    opened = time.time()
    due = [hit.sla for hit in now.verdict.hits if hit.sla is not None] + _gates_own(now)
    deadline = opened + min(*due, LONGEST_WAIT, CLIENT_WAITS - _SPARE)
    path = f"{house}/spool/requests/{name}.json"
    record.request = name
    record.outcome = "failed"
    record.wait()
    files.write_whole(path, cast("dict[str, object]", _asked(heard, now, name, opened, deadline)))
    try:
        files.ring(f"{house}/spool/core.bell")
        answer = waiting.answer(f"{house}/spool/answers/{name}.json", path, deadline)
        return _answered(heard, record, now, cast("Answered | None", answer), deadline, again)
    finally:
        waiting.take_away(path)


def _gates_own(now: Judgement) -> list[float]:
    """Give how soon the policy wants an answer at this gate, in seconds, nothing where it does not say."""
    gate = json.loads(now.policy.gates).get("exception" if now.call.plan is None else "plan", {})
    sla = gate.get("sla")  # a length of time as the policy writes it, which was checked as it was read
    return [] if sla is None else [float(sla[:-1]) * _UNITS[sla[-1]]]


def _answered(
    heard: Heard,
    record: Record,
    now: Judgement,
    answer: Answered | None,
    deadline: float,
    again: Callable[[], str | None],
) -> Answer:
    """Check the answer, and everything else once more, before the call is let go."""
    if answer is None:
        record.outcome = "expired"
        return _refuse(
            heard, record, "No human answered in time, so the call is denied. Go on with something else, or stop."
        )
    bound = (answer.get("request"), answer.get("sha"), answer.get("policy"))
    if bound != (record.request, _sha(now), now.policy.blob):
        return _refuse(heard, record, "The answer is not for this call, so the call is denied.")
    if answer.get("answer") != "approve":
        record.outcome = "human"
        return _refuse(heard, record, f"{answer['by']} denied this call: {answer['reason'] or 'without a reason'}")
    try:
        why = again() if time.time() < deadline else "it was approved after its deadline"
    except Unknown as failure:
        why = str(failure)
    if why is not None:
        return _refuse(heard, record, f"{answer['by']} approved this call, and it is denied all the same: {why}")
    record.outcome = "human"
    return approved(heard, record)


def _asked(heard: Heard, now: Judgement, name: str, opened: float, deadline: float) -> Question:
    call, verdict = now.call, now.verdict
    gate = "exception" if call.plan is None else "plan"
    severities = [_SEVERITIES.index(hit.severity) for hit in verdict.hits]
    return {
        "format": FORMAT,
        "id": name,
        "gate": gate,
        "agent": call.agent,
        "session": call.session,
        "tool": call.tool[:500],
        "call": call.call,
        "sha": _sha(now),
        "input": heard.input[:_LONGEST_INPUT],
        "cwd": call.cwd,
        "worktree": call.worktree,
        "effects": [{"name": one.name, "why": one.why} for one in verdict.effects[:200]],
        "opaque": verdict.opaque,
        "hits": [
            {
                "rule": hit.rule,
                "outcome": hit.outcome,
                "because": hit.because,
                "instead": hit.instead,
                "severity": hit.severity,
                "reviewers": list(hit.reviewers),
                "sla": hit.sla,
            }
            for hit in verdict.hits[:200]
        ],
        "severity": _SEVERITIES[max(severities, default=1)],
        "policy": now.policy.blob,
        "context_version": now.run["context_version"] if now.run is not None else None,
        "opened": opened,
        "deadline": deadline,
        "pid": posix.getpid(),
        "plan": None if call.plan is None else call.plan[:_LONGEST_INPUT],
    }


def _sha(now: Judgement) -> str:
    """Give what an answer binds to: the plan's digest at the plan gate, the input's at every other."""
    if now.call.plan is None:
        return now.call.sha
    return hashlib.sha256(now.call.plan.encode("utf-8", "replace")).hexdigest()


def _granted(house: str, key: str, now: Judgement) -> Grant | None:
    """Use up a grant, where there is one for exactly this call: whoever renames it away has it, and nobody after.

    A confined run can use none up, and so has none: else it could leave itself one.
    """
    grants = f"{house}/spool/grants"
    used = f"{grants}/.{key}.{posix.getpid()}"
    try:
        posix.rename(f"{grants}/{key}.json", used)
    except FileNotFoundError:
        return None
    except OSError as failure:
        if failure.errno in (errno.EROFS, errno.EACCES):
            return None
        raise
    grant = cast("Grant | None", files.read(used))
    posix.unlink(used)
    if grant is None or grant.get("sha") != _sha(now) or grant.get("policy") != now.policy.blob:
        return None
    return grant if grant["expires"] > time.time() else None


def _alone(heard: Heard, record: Record, now: Judgement, remedy: str) -> Answer:
    """Answer where nobody can be asked: as the policy says of that."""
    first = now.verdict.hits[0] if now.verdict.hits else None
    why = f"the rule {first.rule} asks for a human: {first.because}" if first else "a human must approve this plan"
    if now.policy.when_unattended == "native":
        answer = of(heard.agent).hand_over(heard, f"Headgate: {why}")
        if answer is not None:
            record.write("native")
            return answer
    return _refuse(heard, record, f"{why} And {remedy}. Go on with something else, or stop and say so.")


def _refuse(heard: Heard, record: Record, text: str) -> Answer:
    return refused(heard, record, f"Headgate: {text}")
