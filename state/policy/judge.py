"""Judges a call by a policy: every rule is asked, and the strictest answer holds. Standard library only.

Nothing here depends on the order of rules, and a rule more can only make the answer stricter. Besides the rules of the
file speak: the phase of the run, what nobody can read, the plan's scope and the budget. Their names hold a dot, which
no rule's id may.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from state.gate_files import Fleet, RunFile
from state.policy.call import Call
from state.policy.call_effects import effects_of
from state.policy.command import commands
from state.policy.pattern import fits_path, fits_ref, fits_word
from state.policy.refs import is_protected, moved
from state.policy.rule import Amount, Conditions, Policy, Rule
from state.policy.shell import split
from state.policy.touched import Touched, touched
from state.policy.verdict import STRICTNESS, Effect, Hit, Outcome, Severity, Verdict
from state.policy.whereabouts import Common

PROTECTED = "git.protected"
"""The effect that depends on the policy itself: a ref that it protects would be moved."""
_SEVERITIES: Mapping[Severity, int] = {"low": 0, "medium": 1, "high": 2, "critical": 3}
_WHOLE_LINE = 4096


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules ask about. None is not known: such a branch is taken for one that a rule means, an amount never.

    `lines` are the commands of a line without what they are wrapped in, `assigned` with it and with their variables.
    """

    call: Call
    effects: tuple[Effect, ...] = ()
    opaque: str | None = None
    files: tuple[Touched, ...] = ()
    lines: tuple[str, ...] = ()
    assigned: tuple[str, ...] = ()
    branch: str | None = None
    phase: str | None = None
    amounts: Mapping[Amount, float | None] = field(default_factory=dict[Amount, float | None])


def judge(
    call: Call,
    policy: Policy,
    run: RunFile | None,
    fleet: Fleet | None,
    *,
    now: float | None = None,
    branch: str | None = None,
    real: Callable[[str], str] | None = None,
    disagrees: Callable[[str], str | None] | None = None,
    common: Common | None = None,
) -> Verdict:
    """Give what `policy` says of `call`; whether the run is frozen or halted is asked elsewhere.

    `now` (seconds since 1970) lets minutes be counted, `branch` is what is checked out where that is newer than the
    run's file, `real` follows links, `disagrees` is a second reader of shell lines, `common` names the repository at a
    place. Without them nothing is guessed.
    """
    facts = facts_of(call, policy, run, fleet, now=now, branch=branch, real=real, disagrees=disagrees, common=common)
    hits = [_hit(rule) for rule in policy.rules if met(rule, facts)]
    hits += _by_phase(policy, facts)
    hits += _by_scope(run, facts)
    hits += _by_budget(policy, run, facts)
    hits.sort(key=_rank)
    outcome: Outcome = hits[0].outcome if hits else "allow"
    return Verdict(outcome, policy.blob, tuple(hits), facts.effects, facts.opaque)


def facts_of(
    call: Call,
    policy: Policy,
    run: RunFile | None,
    fleet: Fleet | None,
    *,
    now: float | None = None,
    branch: str | None = None,
    real: Callable[[str], str] | None = None,
    disagrees: Callable[[str], str | None] | None = None,
    common: Common | None = None,
) -> Facts:
    """Put together what is known of a call and its run."""
    here = branch or (run["branch"] if run else None)
    found, opaque = effects_of(call, disagrees)
    lines: tuple[str, ...] = ()
    assigned: tuple[str, ...] = ()
    if call.command is not None:
        lines = tuple(" ".join(one.words) for one in commands(call.command) if one.words)
        assigned = tuple(" ".join(simple.texts) for simple in split(call.command))
        found += tuple(_protected(call, here, policy, fleet, common))
    phase = run["phase"] if run else "executing"
    return Facts(call, found, opaque, touched(call, real), lines, assigned, here, phase, _amounts(call, run, now))


def met(rule: Rule, facts: Facts) -> bool:
    """Say whether a rule speaks of a call with these facts."""
    when = rule.when
    files = [one for one in facts.files if _means(when, one)]
    asked = bool(when.paths or when.risks or when.on)
    if (asked and not files) or not _holds(when, facts, lenient=rule.then != "allow"):
        return False
    return rule.unless is None or not _relaxed(rule.unless, facts, files if asked else list(facts.files))


def _means(when: Conditions, one: Touched) -> bool:
    if when.on and one.on not in when.on:
        return False
    if not (when.paths or when.risks) or _fit(when.paths, one):
        return True
    return any(_fit(wanted, one) and not _fit(spared, one) for wanted, spared in when.risks)


def _fit(patterns: Iterable[str], one: Touched) -> bool:
    return any(fits_path(word, one) for word in patterns)


def _holds(when: Conditions, facts: Facts, *, lenient: bool) -> bool:
    """Say whether all conditions but those on paths hold; where `lenient`, what is not known holds."""
    names = {effect.name for effect in facts.effects}
    return (
        (not when.effects or not names.isdisjoint(when.effects))
        and (not when.tools or any(fits_word(word.lower(), facts.call.tool.lower()) for word in when.tools))
        and (not when.commands or _commanded(when.commands, facts))
        and (not when.branches or (lenient if facts.branch is None else _on(when.branches, facts.branch)))
        and (not when.phases or facts.phase is None or facts.phase in when.phases)
        and (not when.amounts or any(_beyond(facts.amounts.get(name), bound) for name, bound in when.amounts))
    )


def _relaxed(unless: Conditions, facts: Facts, files: list[Touched]) -> bool:
    """Say whether everything that `unless` names holds; what is not known never relaxes."""
    names = {effect.name for effect in facts.effects}
    each = bool(facts.lines) and facts.opaque is None
    return (
        (not unless.effects_only or names <= {*unless.effects_only})
        and (not unless.tools or any(fits_word(word.lower(), facts.call.tool.lower()) for word in unless.tools))
        and (not unless.paths or (bool(files) and all(_fit(unless.paths, one) for one in files)))
        and (not unless.commands or (each and all(_begins(unless.commands, line) for line in facts.lines)))
        and (not unless.branches or (facts.branch is not None and _on(unless.branches, facts.branch)))
        and (not unless.phases or facts.phase in unless.phases)
    )


def _commanded(patterns: tuple[str, ...], facts: Facts) -> bool:
    if facts.call.command is None:
        return False
    whole = facts.call.command.strip()[:_WHOLE_LINE]
    return any(_begins(patterns, line) for line in (whole, *facts.lines, *facts.assigned))


def _begins(patterns: tuple[str, ...], line: str) -> bool:
    """Say whether a command begins with the words of a pattern."""
    return any(fnmatchcase(line, word) or fnmatchcase(line, f"{word} *") for word in patterns)


def _on(patterns: tuple[str, ...], branch: str) -> bool:
    return any(fits_ref(word, branch) for word in patterns)


def _beyond(amount: float | None, bound: float) -> bool:
    return amount is not None and amount > bound


def _protected(
    call: Call, branch: str | None, policy: Policy, fleet: Fleet | None, common: Common | None
) -> Iterator[Effect]:
    patterns = [*policy.protected, *(fleet["protected"] if fleet else ())]
    if fleet and fleet["base"]:
        patterns.append(fleet["base"].replace("refs/remotes/origin/", "refs/heads/"))
    refs = moved(call.command or "", branch, call.cwd, call.worktree, common)
    yield from (Effect(PROTECTED, f"moves {ref}") for ref in refs if is_protected(ref, patterns))


def _amounts(call: Call, run: RunFile | None, now: float | None) -> dict[Amount, float | None]:
    began = run["began"] if run else None
    return {
        "files": float(run["files"]) if run else None,
        "minutes": (now - began) / 60 if now is not None and began is not None else None,
        "usd": _number(run["usd"]) if run else None,
        "lines": float(call.added.count("\n") + 1) if call.added else None,
    }


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text is not None else None
    except ValueError:
        return None


def _hit(rule: Rule) -> Hit:
    return Hit(rule.id, rule.then, rule.because, rule.instead, rule.severity, rule.reviewers, rule.sla)


def _rank(hit: Hit) -> tuple[int, int, str]:
    return -STRICTNESS[hit.outcome], -_SEVERITIES[hit.severity], hit.rule


def _by_phase(policy: Policy, facts: Facts) -> Iterator[Hit]:
    phase = facts.phase or "executing"
    word = dict(policy.default).get(phase, "deny")
    unread = facts.opaque or ("nobody here knows what this tool does" if facts.call.kind == "other" else None)
    if word == "escalate-unknown":
        if unread:
            text = f"Nobody can say beforehand what it does: {unread}."
            yield Hit(
                "unknown.call", "escalate", text, "Spell the command out, without what decides it only as it runs."
            )
    elif word != "allow" and not _at_rest(facts, phase):
        told = "changes nothing but the plan" if phase == "planning" else "only looks"
        yield Hit(
            f"phase.{phase}", word, f"The run is {phase}: it {told} until a human lets it go on.", _GO_ON.get(phase, "")
        )


_GO_ON = {
    "planning": "Finish the plan and show it; what it names may be changed once it is approved.",
    "merging": "Wait: the change is being merged, and it must stay what was approved.",
}


def _at_rest(facts: Facts, phase: str) -> bool:
    # Asked in other phases than executing alone, and takes longer to load than a call to judge.
    from state.policy.looking import PLAN_WRITES, only_looks, writes_plan

    names = tuple(effect.name for effect in facts.effects)
    if facts.opaque is None and only_looks(facts.call, names):
        return True
    return phase == "planning" and {*names} <= PLAN_WRITES and writes_plan(facts.call)


def _by_scope(run: RunFile | None, facts: Facts) -> Iterator[Hit]:
    plan = run["plan"] if run else None
    if plan is None or not plan["paths"]:
        return
    # Few runs have an approved plan, and this takes longer to load than a call to judge.
    from state.runs.scope import within

    named = tuple(plan["paths"])
    beyond = [
        one.path
        for one in facts.files
        if one.inside and one.on != "read" and not within(one.path, named) and not _fit(named, one)
    ]
    if beyond:
        more = f" and {len(beyond) - 3} more" if len(beyond) > 3 else ""
        text = f"The approved plan does not name {', '.join(beyond[:3])}{more}."
        yield Hit("scope.outside_plan", "escalate", text, "Stay within the plan, or show a new one that names it.")


def _by_budget(policy: Policy, run: RunFile | None, facts: Facts) -> Iterator[Hit]:
    """Hold a run to its bounds: those that a human approved with the plan, else the policy's."""
    plan = run["plan"] if run else None
    own, then = policy.budget, policy.budget.then
    usd = _number(plan["usd"]) if plan else None
    bounds: tuple[tuple[Amount, float | None, str], ...] = (
        ("files", plan["files"] if plan and plan["files"] is not None else own.files, "files changed"),
        ("minutes", plan["minutes"] if plan and plan["minutes"] is not None else own.minutes, "minutes of work"),
        ("usd", own.usd if usd is None else usd, "USD"),
    )
    changes = facts.call.kind not in ("read", "question", "plan") and any(one.on != "read" for one in facts.files)
    for name, bound, what in bounds:
        spent = facts.amounts.get(name)
        if bound is None or not _beyond(spent, bound) or (name == "files" and not changes):
            continue
        text = f"The run is past its budget: {spent:.4g} {what}, of {bound:g}."
        yield Hit(f"budget.{name}", then, text, "Stop here, say what is left, and let a human decide.")
