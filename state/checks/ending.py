"""What is said and recorded of a check that ended."""

from collections.abc import Sequence
from dataclasses import replace

from state.checks.check import CheckResult
from state.ledger.entry import Draft

STATE_WORDS = {
    "waiting": "waits",
    "running": "is running",
    "passed": "passed",
    "failed": "failed",
    "none_ran": "ran no test",
    "timed_out": "timed out",
    "cancelled": "was cancelled",
    "broken": "could not be run",
}


def said(result: CheckResult) -> str:
    """Say in one sentence what a check came to, with what the saying rests on."""
    counts = [(result.passed, "passed"), (result.failed, "failed"), (result.skipped, "skipped")]
    told = ", ".join(f"{count} {word}" for count, word in counts if count)
    state = STATE_WORDS[result.state] + (f" ({told})" if told else "")
    return f"{state}: {result.why}" if result.why else state


def act_text(results: Sequence[CheckResult]) -> str:
    """Say how all of them ended, those first that did not pass."""
    bad = [one for one in results if one.state != "passed"]
    if bad:
        return "not verified: " + "; ".join(f"{one.name} {STATE_WORDS[one.state]}" for one in bad)
    return f"verified: {', '.join(one.name for one in results)} passed"


def flaky(now: CheckResult) -> CheckResult:
    """Give a result that does not count as passed where another run on the very same tree said otherwise."""
    others = [one for one in now.earlier if one != now.state]
    if not now.told or not others or "passed" not in (now.state, *others):
        return now
    told = f"flaky: it {STATE_WORDS[others[-1]]} before on this very tree and {STATE_WORDS[now.state]} now"
    return replace(now, state="failed", why=f"{told}; {now.why}" if now.why else told)


def draft_of(result: CheckResult) -> Draft:
    """Give what the ledger keeps of a check that begins or ended."""
    body = {
        "name": result.name,
        "command": result.command,
        "tree": result.tree,
        "policy": result.policy,
        "grade": result.grade,
        "state": result.state,
        "exit": result.exit,
        "walls": result.walls,
        "log_sha": result.log_sha,
        "why": result.why,
    }
    at = result.began if result.ended is None else result.ended
    once = f"check:{result.key}:{round(result.began * 1000)}:{result.state}"
    return Draft("tool", "headgate", "check", at, body=body, once=once)
