"""Why a run's context is no longer what is true: a list of reasons, each with its datum, and never one boolean.

Source of the reasons: research/control.md 5.2. What no one told gives no reason: a run whose logs were only skimmed has
none because nothing is known, not because all is well.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from state.figures import counted, money
from state.findings.finding import Finding
from state.findings.stale import Stale
from state.money.cost import dollars
from state.runs.claims import standing
from state.runs.context import changed
from state.runs.run import PartKind, Run
from state.runs.worktree import Worktree

NEARLY_FULL = 0.8
"""From which part of its window on a context is nearly full (research/control.md 5.2)."""
_SHOWN = 3
_TOLD: frozenset[PartKind] = frozenset({"instructions", "loaded", "skills", "mcp", "settings", "agent"})


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known of a run beside its log and its worktree.

    `replanned` says why its plan counts no more, `policy` is the reason of that kind, `inert` what its hook missed.
    `cache_until` is when its prompt cache ends, in seconds since 1970, and `warming` what writing it anew costs in USD.
    """

    ended: bool = False
    working: bool = False
    replanned: str = ""
    policy: Stale | None = None
    inert: Finding | None = None
    cache_until: float | None = None
    warming: Decimal | None = None


ALONE = Beside()


def stale(run: Run, worktree: Worktree | None, now: float, beside: Beside) -> tuple[Stale, ...]:
    """Give the reasons, those about files first: they say what to read again."""
    if run.skimmed:
        return ()
    lasting = [*_read_file_changed(run, worktree), *_base_moved(run, worktree), *_instructions_changed(run)]
    lasting += [*_plan(beside), *_tests_older(run, worktree), *_model_changed(run)]
    if beside.ended:
        return tuple(lasting)
    return (*lasting, *_compacted(run), *_nearly_full(run), *_cache_expired(run, now, beside), *_inert(beside))


def overlapping(run: Run, worktree: Worktree) -> tuple[str, ...]:
    """Name the files that the base has changed since and that the run read or changed, by their paths below the top."""
    mine = {file.path for file in worktree.files or ()} | {_below(worktree, one.path) for one in run.known_files}
    return tuple(path for path in worktree.base_changed or () if path in mine)


def _base_moved(run: Run, worktree: Worktree | None) -> Iterator[Stale]:
    if worktree is None or not worktree.behind:
        return
    base = (worktree.base_ref or "its base").removeprefix("refs/heads/").removeprefix("refs/remotes/")
    mine, known = overlapping(run, worktree), worktree.base_changed is not None
    went = f"{base} moved on by {_many(worktree.behind, 'commit')}"
    about = _named(mine) if mine else "none of them in a file that it read or changed"
    text = f"{went}: {about}" if known else f"{went}; in which files is not known"
    remedy = f"rebase onto {base} and read {_named(mine)} again" if mine else f"rebase onto {base} before it is merged"
    yield Stale(
        "base_moved",
        text,
        remedy,
        {"commits": worktree.behind, "overlapping": len(mine) if known else None, "files": "\n".join(mine)},
    )


def _read_file_changed(run: Run, worktree: Worktree | None) -> Iterator[Stale]:
    written = [one for one in run.known_files if one.rewritten is not None]
    if not written:
        return
    names = [_below(worktree, one.path) for one in sorted(written, key=lambda one: -(one.rewritten or 0.0))]
    what = "files" if len(names) > 1 else "a file"
    text = f"{what} that it knows changed on disk, by none of its edit tools: {_named(names)}"
    newest = max(one.rewritten or 0.0 for one in written)
    yield Stale(
        "read_file_changed", text, f"let it read {_named(names)} again", {"files": "\n".join(names), "at": newest}
    )


def _instructions_changed(run: Run) -> Iterator[Stale]:
    names = list(dict.fromkeys(one.name or one.part for one in changed(run.context) if one.part in _TOLD))
    if names:
        text = f"what it was told when it began has changed: {_named(names)}"
        remedy = f"restart it, or let it read {_named(names)} again"
        yield Stale("instructions_changed", text, remedy, {"files": "\n".join(names)})


def _plan(beside: Beside) -> Iterator[Stale]:
    if beside.replanned:
        yield Stale("plan_changed", beside.replanned, "approve its new plan, or let it go back to the approved one")
    if beside.policy is not None:
        yield beside.policy


def _compacted(run: Run) -> Iterator[Stale]:
    if run.compactions:
        times = "once" if run.compactions == 1 else f"{run.compactions} times"
        remedy = "let it read its plan and the task again, or restart it with a hand-over"
        yield Stale("compacted", f"its history was replaced by a summary {times}", remedy, {"times": run.compactions})


def _nearly_full(run: Run) -> Iterator[Stale]:
    if not run.context_used or not run.context_limit or run.context_used < NEARLY_FULL * run.context_limit:
        return
    part = run.context_used / run.context_limit
    yield Stale(
        "context_near_full",
        f"its context is {part:.0%} full",
        "let it finish this step, then restart it with a hand-over",
        {"used": run.context_used, "limit": run.context_limit},
    )


def _cache_expired(run: Run, now: float, beside: Beside) -> Iterator[Stale]:
    if beside.cache_until is None or beside.working or now < beside.cache_until or not run.context_used:
        return
    cost = f" for about {money(beside.warming)}" if beside.warming is not None else ""
    text = f"its prompt cache has ended; its next call writes {counted(run.context_used)} tokens anew{cost}"
    usd = None if beside.warming is None else dollars(beside.warming)
    remedy = "if the task is another one, start a fresh run instead"
    yield Stale(
        "cache_expired", text, remedy, {"since": beside.cache_until, "tokens": run.context_used, "warming_usd": usd}
    )


def _model_changed(run: Run) -> Iterator[Stale]:
    for one in changed(run.context):
        if one.part in ("model", "version"):
            text = f"its {one.part} changed in flight: {one.start or 'none'}, now {one.value or 'none'}"
            remedy = "look at what it did since with the other one" if one.part == "model" else ""
            yield Stale("model_changed", text, remedy, {"what": one.part, "from": one.start, "to": one.value})


def _tests_older(run: Run, worktree: Worktree | None) -> Iterator[Stale]:
    tests = standing(run, worktree)
    if tests is not None and not tests.fresh:
        text = "files changed after its last test run"
        yield Stale("tests_older_than_head", text, "let it run the tests again", {"at": tests.at, "why": tests.why})


def _inert(beside: Beside) -> Iterator[Stale]:
    if beside.inert is not None:
        remedy = "run headgate doctor; until then stop the run"
        yield Stale("hook_inert", beside.inert.text, remedy, {"text": beside.inert.text, "since": beside.inert.since})


def _below(worktree: Worktree | None, path: str) -> str:
    return path if worktree is None else path.removeprefix(f"{worktree.path}/")


def _named(names: "list[str] | tuple[str, ...]") -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
