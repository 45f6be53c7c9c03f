"""A policy as one JSON document: what the core writes into the spool and the hook loads. Standard library only.

`quick` says in plain letters which calls some rule could meet at all, for `state.policy.quick`, which imports nothing.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from state.policy.glob import written_out
from state.policy.pattern import telling
from state.policy.rule import Budget, Conditions, Policy, Rule
from state.policy.verdict import Outcome, Severity

FORMAT = "headgate/policy/1"
EVERYDAY = frozenset({"fs.read", "fs.write", "vcs.read", "vcs.write", "exec.project"})
"""What a plain read or a line of `state.policy.benign` can do: a rule on one of these is always asked."""
_PAIRS = ("amounts", "risks")


def to_document(policy: Policy) -> dict[str, Any]:
    """Give the policy as JSON; what is not set is left out."""
    return {
        "schema": FORMAT,
        "blob": policy.blob,
        "protected": list(policy.protected),
        "default": dict(policy.default),
        "when_unattended": policy.when_unattended,
        "shipped": policy.shipped,
        "budget": _filled(files=policy.budget.files, minutes=policy.budget.minutes, usd=policy.budget.usd)
        | {"then": policy.budget.then},
        "gates": policy.gates,
        "checks": policy.checks,
        "rules": [_rule(rule) for rule in policy.rules],
        "quick": _quick(policy),
    }


def from_document(document: Mapping[str, Any]) -> Policy:
    """Give the policy back. Raises `ValueError` for a document of another format or shape."""
    if document.get("schema") != FORMAT:
        raise ValueError(f"it is no {FORMAT}")
    try:
        budget = document["budget"]
        return Policy(
            str(document["blob"]),
            tuple(_rule_of(rule) for rule in document["rules"]),
            tuple(document["protected"]),
            tuple(document["default"].items()),
            document["when_unattended"],
            Budget(budget.get("files"), budget.get("minutes"), budget.get("usd"), budget["then"]),
            document["shipped"],
            str(document["gates"]),
            str(document.get("checks", "[]")),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it is not whole: {error}") from error


def _rule(rule: Rule) -> dict[str, Any]:
    told = {"id": rule.id, "then": rule.then, "because": rule.because, "when": _conditions(rule.when)}
    told |= _filled(unless=rule.unless and _conditions(rule.unless), sla=rule.sla, instead=rule.instead or None)
    return told | {"severity": rule.severity, **({"reviewers": list(rule.reviewers)} if rule.reviewers else {})}


def _conditions(one: Conditions) -> dict[str, Any]:
    return {name: _listed(value) for name in Conditions.__slots__ if (value := getattr(one, name))}


def _listed(value: Iterable[object]) -> list[object]:
    return [list(cast("tuple[object, ...]", one)) if isinstance(one, tuple) else one for one in value]


def _filled(**named: object) -> dict[str, Any]:
    return {name: value for name, value in named.items() if value is not None}


def _rule_of(told: Mapping[str, Any]) -> Rule:
    outcome: Outcome = told["then"]
    severity: Severity = told["severity"]
    unless = told.get("unless")
    return Rule(
        told["id"],
        outcome,
        told["because"],
        _conditions_of(told["when"]),
        _conditions_of(unless) if unless else None,
        told.get("instead", ""),
        severity,
        tuple(told.get("reviewers", ())),
        told.get("sla"),
    )


def _conditions_of(told: Mapping[str, Any]) -> Conditions:
    named = {name: tuple(told[name]) for name in Conditions.__slots__ if name not in _PAIRS and name in told}
    amounts = tuple((name, bound) for name, bound in told.get("amounts", ()))
    risks = tuple((tuple(wanted), tuple(spared)) for wanted, spared in told.get("risks", ()))
    return Conditions(**named, amounts=amounts, risks=risks)


def _quick(policy: Policy) -> dict[str, Any]:
    """Say which letters a path, a command or a tool must hold for a rule to meet a call that has no effect.

    `open`: some rule may meet a call without any of them. A rule on other effects than `EVERYDAY` meets none of these.
    """
    paths, lines, tools = set[tuple[str, ...]](), set[tuple[str, ...]](), set[tuple[str, ...]]()
    opened = dict(policy.default).get("executing") not in ("allow", "escalate-unknown")
    for when in (rule.when for rule in policy.rules if rule.then != "allow"):
        if when.effects:
            opened = opened or not EVERYDAY.isdisjoint(when.effects)
        elif when.paths or when.risks:
            if not when.on or "read" in when.on:
                paths |= _letters((*when.paths, *(word for wanted, _ in when.risks for word in wanted)))
        elif when.commands:
            lines |= _letters(when.commands)
        elif when.tools:
            tools |= _letters(when.tools)
        else:
            opened = True
    return {
        "open": opened or () in paths | lines | tools,
        "paths": sorted(paths),
        "commands": sorted(lines),
        "tools": sorted(tools),
        "minutes": policy.budget.minutes,
        "usd": policy.budget.usd,
    }


def _letters(patterns: Iterable[str]) -> set[tuple[str, ...]]:
    """Give for each pattern the words that all it matches hold; none for one that may match anything."""
    return {telling(choice) for one in patterns for choice in written_out(one)}
