"""`headgate policy check|test|show|explain|replay`: what the policy says, whether it is sound, why it decides so."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from state.policies import InForce
from state.policy.compiled import to_document
from state.policy.document import parsed, read_policy
from state.policy.example import fulfilled
from state.policy.rule import DEFAULT, Conditions, Policy, Rule
from state.policy.shipped import own_policy
from state.policy.verdict import Hit, Verdict
from state.policy.wrong import PolicyInvalid
from state.ports import Problem
from state.runs.run import Origin
from state.text import clean
from tui.verbs.printing import aligned, print_json, print_lines

_LONGEST = 160


def check(text: str, name: str, blob: str | None, *, as_json: bool) -> int:
    """Say whether a file can be in force; 1 where it cannot."""
    problems: list[dict[str, Any]] = []
    rules = 0
    try:
        rules = len(parsed(text, name, blob or DEFAULT)[0].rules)
        (read_policy if blob == DEFAULT else own_policy)(text, name, blob or DEFAULT)
    except PolicyInvalid as wrong:
        problems.append({"file": wrong.name, "line": wrong.line, "text": wrong.text, "remedy": wrong.remedy})
    said = [f"{name}: {rules} rules, all sound"] if not problems else [_told(one) for one in problems]
    return checked(name, blob, rules, problems, said, as_json=as_json)


def checked(
    name: str, blob: str | None, rules: int, problems: list[dict[str, Any]], said: Iterable[str], *, as_json: bool
) -> int:
    """Print what a check found."""
    document = {"file": name, "blob": blob, "ok": not problems, "rules": rules, "problems": problems}
    if as_json:
        print_json({"schema": "headgate/policy-check/1", **document})
    else:
        print_lines(said)
    return 1 if problems else 0


def _told(problem: dict[str, Any]) -> str:
    return clean(f"{problem['text']}; {problem['remedy']}")


def try_examples(text: str, name: str, *, as_json: bool) -> int:
    """Try every example of a file and print each; 1 where one fails. Raises `PolicyInvalid`."""
    policy, examples = parsed(text, name, DEFAULT)
    rows = [(one, fulfilled(one, policy) == one.wanted) for one in examples]
    if as_json:
        told = [
            {"rule": one.rule, "kind": "match" if one.wanted else "not_match", "example": clean(one.text), "ok": ok}
            for one, ok in rows
        ]
        every = all(ok for _, ok in rows)
        print_json({"schema": "headgate/policy-test/1", "file": name, "ok": every, "examples": told})
    else:
        kinds = {True: "match", False: "not_match"}
        shown = [("ok" if ok else "FAILED", one.rule, kinds[one.wanted], _cut(one.text)) for one, ok in rows]
        failed = sum(not ok for _, ok in rows)
        print_lines([*aligned(shown), f"{len(rows)} examples of {len(policy.rules)} rules, {failed} failed"])
    return 0 if all(ok for _, ok in rows) else 1


def show(now: InForce, *, as_json: bool) -> int:
    """Print the policy in force: where it was read, what is wrong with a newer one, and its rules."""
    if as_json:
        document = to_document(now.policy)
        del document["quick"]
        problem = now.problem and {"text": now.problem.text, "remedy": now.problem.remedy}
        print_json({**document, "schema": "headgate/policy/1", "source": now.name, "problem": problem})
        return 0
    print_lines(_shown(now))
    return 0


def _shown(now: InForce) -> list[str]:
    policy = now.policy
    default = ", ".join(f"{phase} {word}" for phase, word in policy.default)
    lines = [f"{now.name}, blob {now.blob}"]
    if now.problem:
        lines.append(f"a newer one is refused: {clean(now.problem.text)}; {clean(now.problem.remedy)}")
    lines += [f"protected: {', '.join(policy.protected)}", f"default: {default}"]
    lines += [f"when unattended: {policy.when_unattended}", f"budget: {_budget(policy)}", ""]
    for rule in policy.rules:
        lines += [f"{rule.then:<8}  {rule.id}", *(f"          {line}" for line in _rule(rule))]
    return lines


def _budget(policy: Policy) -> str:
    own = policy.budget
    bounds = (("files", own.files), ("minutes", own.minutes), ("usd", own.usd))
    told = [f"{name} {bound:g}" for name, bound in bounds if bound is not None]
    return f"{', '.join(told)}, then {own.then}" if told else "none"


def _rule(rule: Rule) -> list[str]:
    told = [f"when {_conditions(rule.when)}"]
    if rule.unless is not None:
        told.append(f"unless {_conditions(rule.unless)}")
    told.append(clean(rule.because))
    return [_cut(line) for line in told]


def _conditions(when: Conditions) -> str:
    told = {name: value for name, value in asdict(when).items() if value and name not in ("amounts", "risks")}
    parts = [f"{name}: {', '.join(value)}" for name, value in told.items()]
    parts += [f"{name} beyond {bound:g}" for name, bound in when.amounts]
    parts += [f"paths: {', '.join(wanted)}" for wanted, _ in when.risks]
    return "; ".join(parts)


def explain(call: str, verdict: Verdict, *, as_json: bool) -> int:
    """Print the effects of a call with why each, every rule that it met, and the verdict; 1 unless it is allowed."""
    if as_json:
        print_json({"schema": "headgate/policy-explain/1", "call": clean(call), **verdict_json(verdict)})
    else:
        print_lines(_explained(call, verdict))
    return 0 if verdict.outcome == "allow" else 1


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """Give a verdict as JSON."""
    return {
        "outcome": verdict.outcome,
        "policy": verdict.policy,
        "effects": [{"name": one.name, "why": clean(one.why)} for one in verdict.effects],
        "opaque": verdict.opaque and clean(verdict.opaque),
        "hits": [{**asdict(hit), "because": clean(hit.because), "instead": clean(hit.instead)} for hit in verdict.hits],
    }


def _explained(call: str, verdict: Verdict) -> list[str]:
    effects = aligned([(f"  {one.name}", _cut(one.why)) for one in verdict.effects])
    lines = [f"{verdict.outcome}: {_cut(call)}", f"by policy {verdict.policy}", "", "effects", *(effects or ["  none"])]
    if verdict.opaque:
        lines.append(f"  it could not be read: {clean(verdict.opaque)}")
    return [
        *lines,
        "",
        "rules",
        *(line for hit in verdict.hits for line in _hit(hit)),
        *(["  none"] * (not verdict.hits)),
    ]


def _hit(hit: Hit) -> list[str]:
    lines = [f"  {hit.outcome:<8}  {hit.rule}  ({hit.severity})", f"            {clean(hit.because)}"]
    if hit.instead:
        lines.append(f"            instead: {clean(hit.instead)}")
    if hit.reviewers:
        lines.append(f"            asks {', '.join(map(clean, hit.reviewers))}")
    return lines


Judged = tuple[Origin, str, str, Verdict]
"""Where a call was recorded, its tool, what it was told, and the verdict."""


def replay(run: str, now: InForce, calls: Sequence[Judged], problems: Sequence[Problem], *, as_json: bool) -> int:
    """Print which recorded calls of a run the policy in force would deny or ask about."""
    held = [one for one in calls if one[3].outcome != "allow"]
    counts = {word: sum(one[3].outcome == word for one in calls) for word in ("allow", "escalate", "deny")}
    if as_json:
        told = [
            {"log": at.log, "offset": at.offset, "tool": clean(tool), "call": clean(said), **verdict_json(verdict)}
            for at, tool, said, verdict in held
        ]
        unread = [{"text": one.text, "remedy": one.remedy} for one in problems]
        head = {"schema": "headgate/policy-replay/1", "run": run, "policy": now.blob, "calls": len(calls)}
        print_json({**head, "counts": counts, "held": told, "problems": unread})
        return 0
    print_lines(line for one in held for line in _replayed(one))
    asked = f"{counts['escalate']} would ask and {counts['deny']} be denied"
    print_lines(
        [
            f"{len(calls)} calls of {run} by policy {now.blob}: {counts['allow']} would go, {asked}",
            *(f"not judged: {one.text}" for one in problems),
        ]
    )
    return 0


def _replayed(one: Judged) -> list[str]:
    at, tool, said, verdict = one
    because = [f"          {hit.rule}: {clean(hit.because)}" for hit in verdict.hits[:3]]
    return [f"{verdict.outcome:<8}  {clean(tool, 40)}  {_cut(said)}", *because, f"          {at.log}:{at.offset}"]


def _cut(text: str) -> str:
    return clean(text, _LONGEST)
