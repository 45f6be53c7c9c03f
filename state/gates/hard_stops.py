"""Which facts halt a run until a human answers: the hard stops, as data, each with its reason.

Only a run whose hook is at work can be halted. A cause is named by its kind and by what it is about, so that an answer
lifts this cause and no other, and the same cause does not ask twice.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from state.findings.finding import RiskLevel
from state.findings.pack import pack
from state.gates.book import Book
from state.gates.request import Request
from state.money.budgeted import KIND, about
from state.policy.verdict import Effect, Hit, Severity
from state.runs.card import Card
from state.runs.run import Run, RunKey

PREFIX = "halt-"
FINDINGS: Mapping[str, tuple[Severity, str]] = {
    "repeated_failure": ("high", "the same tests fail again and again, and it goes on"),
    "doom_loop": ("high", "it goes round in a circle, and each round costs"),
    "fan_out": ("medium", "it begins more subagents than a human can follow"),
    "duplicate_work": ("medium", "another run does the same work, and one of them is in vain"),
    "budget": ("medium", "it has spent what it was given; an approval gives it more, and nothing else changes"),
}
"""Findings that halt where they say stop. `hook_inert` is none of them: where no hook runs, nothing can be halted."""
DESTRUCTIVE = frozenset(
    {"db.reset", "db.drop", "sql.destroy", "infra.destroy", "docker.destroy", "git.discard", "git.history"}
    | {"git.ref.delete", "git.push.force", "fs.delete.all", "fs.delete.outside", "fs.delete.unknown"}
    | {"fs.lose.outside", "fs.device"}
)
MIGRATING = frozenset({"db.migrate"})
"""Effects of commands that ran, by which a run halts unless a human had let a call of this effect go."""
GRAVE: tuple[RiskLevel, ...] = ("high", "critical")
"""Levels of a rule about files from which on a change that it matches halts the run, one cause a rule."""
_TOUCHED = "it touches a part that is dangerous to change"
_DESTROYED = "it destroyed something, and nobody was asked"
_MIGRATED = "a migration cannot be taken back by taking back the change"
_UNTESTED = "it says that it is done, and nothing shows that it works"
_UNOWNED = "nobody is known who answers for it"
_UNANSWERED = "it asked, got no answer, and goes on by guessing"
ENDED = ("done", "stopped", "unknown")
"""States in which a run makes no call that could be held."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a run is to halt: its kind, what it is about, and the sentence for the human."""

    kind: str
    about: str
    text: str
    severity: Severity
    because: str

    def named(self, run: RunKey) -> str:
        """Give the digest by which an answer to it is bound."""
        words = "\0".join((run, self.kind, self.about))
        return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()


def supervised(book: Book, run: RunKey) -> bool:
    """Say whether a hook was ever heard for this run: only such a run can be held."""
    return run in book.calls


def halts(book: Book, runs: Mapping[RunKey, Run], cards: Mapping[RunKey, Card], now: float) -> tuple[Request, ...]:
    """Give the hard stops that begin, and those that are moot because their cause is gone."""
    asked: dict[RunKey, list[Request]] = {}
    for request in book.requests.values():
        if is_hard_stop(request):
            asked.setdefault(request.run, []).append(request)
    changed: list[Request] = []
    for key in book.calls:
        if key in runs and key in cards:
            causes = {one.named(key): one for one in causes_of(runs[key], cards[key], book)}
            changed += _changed(asked.get(key, []), causes, runs[key], now)
    return tuple(changed)


def _changed(asked: list[Request], causes: Mapping[str, Cause], run: Run, now: float) -> Iterator[Request]:
    """Compare what was asked of a run with what should halt it; a cause that came back asks once more."""
    yield from (replace(one, state="moot") for one in asked if one.state == "open" and one.sha not in causes)
    for sha, cause in causes.items():
        before = [one for one in asked if one.sha == sha]
        if all(one.state == "moot" for one in before):
            yield _asked(cause, f"{PREFIX}{sha[:20]}-{len(before) + 1}", run, now)


def causes_of(run: Run, card: Card, book: Book) -> Iterator[Cause]:
    """Give what should halt a run now, as far as its facts tell."""
    if card.state in ENDED:
        return
    for finding in card.findings:
        if finding.severity == "stop" and finding.kind in FINDINGS:
            severity, because = FINDINGS[finding.kind]
            yield Cause(finding.kind, _about(run, finding.kind, finding.text), finding.text, severity, because)
        if finding.kind == "silent_success" and finding.severity == "warn":
            yield Cause("missing_tests", str(run.turn.since), finding.text, "medium", _UNTESTED)
    yield from _of_files(card)
    yield from _of_commands(run, book)
    if card.owner is None and card.state == "working":
        yield Cause("unclear_ownership", "", "nobody is known who owns this run", "medium", _UNOWNED)
    yield from _of_questions(run)


def is_hard_stop(request: Request) -> bool:
    """Say whether the core itself asks, about the run and no single call of it."""
    return request.gate == "exception" and not request.tool and request.id.startswith(PREFIX)


def asked_as(run: RunKey, kind: str, what: str, requests: Iterable[Request]) -> str:
    """Give the id under which a cause is asked, or will be: hooks wait for the answer to it, core or no core."""
    sha = Cause(kind, what, "", "medium", "").named(run)
    before = [one for one in requests if is_hard_stop(one) and one.sha == sha]
    return next((one.id for one in before if one.state != "moot"), f"{PREFIX}{sha[:20]}-{len(before) + 1}")


def cause_of(request: Request) -> str:
    """Give the kind of cause that a hard stop is about."""
    return request.hits[0].rule if request.hits else "hard_stop"


def _of_files(card: Card) -> Iterator[Cause]:
    for rule, reason in zip(card.risk_rules, card.risk_reasons, strict=True):
        told = pack().rules.get(rule)
        if told is not None and told.paths and told.level in GRAVE:
            kind, because = ("migration", _MIGRATED) if rule == "migration" else ("high_risk_path", _TOUCHED)
            yield Cause(kind, rule, reason, told.level, because)


def _of_commands(run: Run, book: Book) -> Iterator[Cause]:
    allowed = {effect.name for one in book.of(run.key) if one.state == "approved" for effect in one.effects}
    for ran in run.ran:
        if ran.effect in allowed:
            continue
        if ran.effect in DESTRUCTIVE:
            yield Cause("destructive_operation", ran.effect, f"it ran: {ran.text}", "high", _DESTROYED)
        elif ran.effect in MIGRATING:
            yield Cause("migration", ran.effect, f"it ran: {ran.text}", "high", _MIGRATED)


def _of_questions(run: Run) -> Iterator[Cause]:
    """Find a question of the agent's that stands open while it makes further calls."""
    for ask in run.asks:
        later = [call for call in run.calls if call.call != ask.call and (call.since or 0.0) > (ask.since or 0.0)]
        if ask.kind == "question" and later:
            yield Cause("unresolved_ambiguity", ask.text, f"it asked: {ask.text}", "medium", _UNANSWERED)


def _about(run: Run, kind: str, text: str) -> str:
    """Name what a finding is about without the counts in its text, which grow."""
    if kind == "repeated_failure" and run.tests is not None:
        return run.tests.signature
    if kind == KIND:
        return about(text)
    return text.partition(": ")[2] or kind


def _asked(cause: Cause, name: str, run: Run, now: float) -> Request:
    hit = Hit(cause.kind, "escalate", cause.because, severity=cause.severity)
    return Request(
        id=name,
        run=run.key,
        gate="exception",
        text=cause.text,
        sha=cause.named(run.key),
        opened=now,
        effects=(Effect(cause.kind, cause.text),),
        hits=(hit,),
        severity=cause.severity,
        context_version=run.context_version,
        agent=run.agent,
        session=run.session,
    )
