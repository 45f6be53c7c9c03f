"""The examples that stand with a rule, tried whenever a file is read: what the rule meets, and what it must not.

A text is a shell line. A table says another call: `{ edit = "a.sql" }`, `{ read = ".env" }`, `{ delete = "a" }`,
`{ tool = "WebFetch" }`, `{ command = "git push", branch = "main" }`. What an example does not say of branch, phase and
amounts holds, so that an example is about what it names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf
from typing import Any, cast

from state.policy.call import Call, CallKind
from state.policy.fields import Table
from state.policy.judge import facts_of, met
from state.policy.rule import AMOUNTS, PHASES, Amount, Policy, Rule

_PLACE = "/worktree-of-an-example"
_CALLS = ("command", "edit", "read", "delete", "tool")
EXAMPLE_KEYS = (*_CALLS, "branch", "phase", *AMOUNTS)


@dataclass(frozen=True, slots=True)
class Example:
    """One example: the rule that it stands with (`number` counts rules from 0), the call, and what must come out.

    `text` shows it, `sought` is what its line in the file holds.
    """

    rule: str
    number: int
    wanted: bool
    text: str
    sought: str
    call: Call
    branch: str | None = None
    phase: str | None = None
    amounts: tuple[tuple[Amount, float], ...] = ()


def examples_of(rule: Rule, table: Table) -> list[Example]:
    """Read a rule's examples. Raises `PolicyInvalid`."""
    wanted = table.each("match", lambda one: _example(rule, table, "match", one, wanted=True))
    return [*wanted, *table.each("not_match", lambda one: _example(rule, table, "not_match", one, wanted=False))]


def fulfilled(example: Example, policy: Policy) -> bool:
    """Say whether an example's rule meets its call."""
    rule = next(one for one in policy.rules if one.id == example.rule)
    facts = facts_of(example.call, policy, None, None, branch=example.branch)
    told = dict(example.amounts)
    amounts: dict[Amount, float | None] = {name: told.get(name, inf) for name in AMOUNTS}
    return met(rule, replace(facts, phase=example.phase, branch=example.branch, amounts=amounts))


def _example(rule: Rule, table: Table, key: str, value: object, *, wanted: bool) -> Example:
    if isinstance(value, str):
        line = _first_line(value)
        return Example(rule.id, table.number, wanted, line, line[:30], _call("command", value))
    if not isinstance(value, dict):
        text = f"an example of `{key}` must be a shell line or a table"
        raise table.wrong(key, text, 'write "git push" or { edit = "a.sql" }')
    told = cast("Mapping[str, Any]", value)
    inner = replace(table, told=told, said=f"{table.said}, `{key}`", inside=key)
    inner.known(EXAMPLE_KEYS)
    named = [one for one in _CALLS if one in told]
    if len(named) != 1:
        raise inner.wrong(None, "an example must name one call", f"give it one of {', '.join(_CALLS)}")
    what = inner.text(named[0])
    text = f"{named[0]} {_first_line(what)}" if named[0] != "command" else _first_line(what)
    more = ", ".join(f"{name} {told[name]}" for name in EXAMPLE_KEYS[len(_CALLS) :] if name in told)
    return Example(
        rule.id,
        table.number,
        wanted,
        f"{text} ({more})" if more else text,
        what[:30],
        _call(named[0], what),
        inner.text("branch") or None,
        inner.choice("phase", PHASES, PHASES[0]) if "phase" in told else None,
        tuple((name, amount) for name in AMOUNTS if (amount := inner.amount(name)) is not None),
    )


def _call(what: str, said: str) -> Call:
    kinds: dict[str, tuple[str, CallKind]] = {"command": ("shell", "shell"), "edit": ("edit", "edit")}
    tool, kind = kinds.get(what, (what, "read" if what == "read" else "other"))
    call = Call("example", "example", tool, kind, "", _PLACE, _PLACE)
    match what:
        case "command":
            return replace(call, command=said)
        case "edit" | "read":
            return replace(call, paths=(said,), added="\n" if what == "edit" else "")
        case "delete":
            return replace(call, kind="shell", tool="shell", command=f"rm -- '{said}'")
        case _:
            return replace(call, tool=said, kind="mcp" if said.startswith("mcp") else "other")


def _first_line(text: str) -> str:
    return text.strip().split("\n", 1)[0]
