"""Reads `.headgate/policy.toml`: strictly, so that a misspelt rule is refused and never means something else.

The format is described in docs/policy.md, after research/control.md H. Every rule's own examples are tried; a file with
one that fails is refused as a whole.
"""

import difflib
import json
import re
from collections.abc import Mapping
from typing import Any, cast, get_args

from state.policy.checks import checks_of, see_that_checks_exist
from state.policy.example import Example, examples_of, fulfilled
from state.policy.fields import Table
from state.policy.file_lines import Lines
from state.policy.glob import MOST_CHOICES, choices
from state.policy.judge import PROTECTED
from state.policy.programs import EFFECTS
from state.policy.risk_paths import PREFIX, risk_names, risk_paths
from state.policy.rule import (
    AMOUNTS,
    PHASE_WORDS,
    PHASES,
    SCHEMA,
    TOUCHES,
    Budget,
    Conditions,
    PhaseWord,
    Policy,
    Rule,
    Shipped,
    Unattended,
)
from state.policy.verdict import Outcome, Severity
from state.policy.wrong import PolicyInvalid
from state.toml import TOMLDecodeError, toml_of

PATH = ".headgate/policy.toml"
LONGEST = 256 * 1024
"""Bytes of a policy file."""
VOCABULARY = EFFECTS | {PROTECTED}
TOP_KEYS = ("schema", "protected", "default", "when_unattended", "shipped", "budget", "gate", "check", "rule")
WHEN_KEYS = ("effects", "tools", "paths", "on", "commands", "branches", "phases", "amounts")
UNLESS_KEYS = ("effects_only", "tools", "paths", "commands", "branches", "phases")
RULE_KEYS = (
    *("id", *WHEN_KEYS, "unless", "then", "because", "instead"),
    *("severity", "reviewers", "sla", "match", "not_match"),
)
BUDGET_KEYS = ("files", "minutes", "usd", "then")
GATE_KEYS: Mapping[str, tuple[str, ...]] = {
    "plan": ("require", "reviewers", "sla"),
    "exception": ("reviewers", "sla"),
    "merge": ("require", "fresh", "checks", "approval_level", "reviewers", "not_owner", "expires", "sla"),
    "release": ("require", "checks", "approval_level", "reviewers", "sla"),
}
_FRESH_KEYS = ("max_base_behind", "no_overlap", "tests_on_merge_tree")
_LEVELS = ("declared", "signed", "touched", "verified")
_OUTCOMES: tuple[Outcome, ...] = ("deny", "escalate", "allow")
_ESCALATE: Outcome = "escalate"
_BUDGET_OUTCOMES: tuple[Outcome, ...] = ("deny", _ESCALATE)
_SEVERITIES: tuple[Severity, ...] = get_args(Severity)
_UNATTENDED: tuple[Unattended, ...] = get_args(Unattended)
_SHIPPED: tuple[Shipped, ...] = get_args(Shipped)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")
_HEADLESS = re.compile(r"\(at line (\d+)")
_MOST_RULES = 500


def read_policy(text: str, name: str, blob: str, protected: tuple[str, ...] = ()) -> Policy:
    """Read a policy; `name` is what its mistakes are said of, `protected` what it inherits where it names none.

    Raises `PolicyInvalid` with file, line and remedy, also for an example that its own rule fails.
    """
    policy, examples = parsed(text, name, blob, protected)
    for example in examples:
        if fulfilled(example, policy) != example.wanted:
            raise _failed(example, Lines(text), name)
    return policy


def parsed(text: str, name: str, blob: str, protected: tuple[str, ...] = ()) -> tuple[Policy, tuple[Example, ...]]:
    """Read a policy and its examples, which are not tried. Raises `PolicyInvalid`."""
    if len(text) > LONGEST:
        raise PolicyInvalid(name, 0, f"it is longer than {LONGEST >> 10} KiB", "keep to rules; examples may be fewer")
    try:
        told = toml_of(text)
    except TOMLDecodeError as error:
        found = _HEADLESS.search(str(error))
        line = int(found[1]) if found else len(text.splitlines())
        raise PolicyInvalid(name, line, f"it is no TOML: {error}", "mend that line") from None
    return _policy(Table(name, Lines(text), told), blob, protected)


def _policy(top: Table, blob: str, protected: tuple[str, ...]) -> tuple[Policy, tuple[Example, ...]]:
    top.known(TOP_KEYS)
    if top.told.get("schema") != SCHEMA or isinstance(top.told["schema"], bool):
        remedy = f"write schema = {SCHEMA}" if "schema" not in top.told else f"this Headgate reads schema {SCHEMA}"
        raise top.wrong("schema", f"the first key must be schema = {SCHEMA}", remedy)
    tables = top.each("rule", lambda one: _as_table(top, one, "rule"))
    if len(tables) > _MOST_RULES:
        raise top.wrong("rule", f"it has more than {_MOST_RULES} rules", "put what belongs together into one rule")
    rules, examples = list[Rule](), list[Example]()
    for number, told in enumerate(tables):
        table = _rule_table(top, told, number)
        rule = _rule(table)
        if any(other.id == rule.id for other in rules):
            raise table.wrong("id", "another rule has this id", "give each rule an id of its own")
        rules.append(rule)
        examples += examples_of(rule, table)
    return (
        Policy(
            blob,
            tuple(rules),
            _patterns(top, "protected") or protected,
            _default(top.inner("default")),
            top.choice("when_unattended", _UNATTENDED, "deny"),
            _budget(top.inner("budget")),
            top.choice("shipped", _SHIPPED, "self"),
            json.dumps(_gates(top.inner("gate")), sort_keys=True),
            json.dumps(_checks(top), sort_keys=True),
        ),
        tuple(examples),
    )


def _as_table(top: Table, value: object, kind: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise top.wrong(kind, f"a {kind} must be a table", f"begin each with [[{kind}]]")
    return cast("Mapping[str, Any]", value)


def _checks(top: Table) -> list[dict[str, Any]]:
    """Read the checks, and see that those which a gate names are among them."""
    tables = top.each("check", lambda one: _as_table(top, one, "check"))
    told = [Table(top.name, top.lines, one, f"check {at + 1}", "check", at) for at, one in enumerate(tables)]
    found = checks_of(told)
    see_that_checks_exist(top.inner("gate"), found)
    return found


def _rule_table(top: Table, told: Mapping[str, Any], number: int) -> Table:
    named = told.get("id")
    said = f"rule {named[:60]}" if isinstance(named, str) and named.isprintable() else f"rule {number + 1}"
    return Table(top.name, top.lines, told, said, "rule", number)


def _rule(table: Table) -> Rule:
    table.known(RULE_KEYS)
    name = table.text("id")
    if not _ID.fullmatch(name):
        raise table.wrong("id", "`id` must be letters, digits, - and _", 'write id = "no-force-push"')
    if "then" not in table.told:
        raise table.wrong("then", "it does not say what follows", 'write then = "deny", "escalate" or "allow"')
    if not table.sentence("because"):
        raise table.wrong("because", "it does not say why", 'write because = "…": agents and humans are shown it')
    when = _conditions(table)
    if when == Conditions():
        raise table.wrong(None, "it has no condition, so it would meet every call", f"give it {', '.join(WHEN_KEYS)}")
    unless = table.inner("unless")
    return Rule(
        name,
        table.choice("then", _OUTCOMES, "deny"),
        table.sentence("because"),
        when,
        _unless(unless) if unless else None,
        table.sentence("instead"),
        table.choice("severity", _SEVERITIES, "medium"),
        table.words("reviewers"),
        table.span("sla"),
        table.lines.of("rule", table.number),
    )


def _conditions(table: Table) -> Conditions:
    amounts = table.inner("amounts")
    if amounts is not None:
        amounts.known(AMOUNTS)
        if not amounts.told:
            raise table.wrong("amounts", "`amounts` is empty, which would never hold", "write amounts = { files = 40 }")
    paths, risks = _paths(table)
    return Conditions(
        _effects(table, "effects"),
        table.words("tools"),
        paths,
        table.choices("on", TOUCHES),
        table.words("commands"),
        table.words("branches"),
        table.choices("phases", PHASES),
        tuple((name, bound) for name in AMOUNTS if amounts and (bound := amounts.amount(name)) is not None),
        risks=risks,
    )


def _paths(table: Table) -> tuple[tuple[str, ...], tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]:
    """Give the patterns of paths, and apart those that a `risk:NAME` stands for."""
    paths, risks = list[str](), list[tuple[tuple[str, ...], tuple[str, ...]]]()
    for word in table.words("paths"):
        if not word.startswith(PREFIX):
            paths.append(_bounded(table, word))
            continue
        if (name := word.removeprefix(PREFIX)) not in risk_names():
            raise table.wrong("paths", f"no rule of risk is called `{name}`", f"name {', '.join(risk_names())}", word)
        risks.append(risk_paths(name))
    return tuple(paths), tuple(risks)


def _bounded(table: Table, pattern: str) -> str:
    if choices(pattern) > MOST_CHOICES:
        text = f"`{pattern[:60]}` stands for more than {MOST_CHOICES} patterns"
        raise table.wrong("paths", text, "write fewer choices, or `*` for them", pattern)
    return pattern


def _unless(table: Table) -> Conditions:
    table.known(UNLESS_KEYS)
    if not table.told:
        raise table.wrong(None, "it is empty, so the rule would never hold", "name a condition, or leave it out")
    return Conditions(
        tools=table.words("tools"),
        paths=tuple(_bounded(table, word) for word in table.words("paths")),
        commands=table.words("commands"),
        branches=table.words("branches"),
        phases=table.choices("phases", PHASES),
        effects_only=_effects(table, "effects_only"),
    )


def _effects(table: Table, key: str) -> tuple[str, ...]:
    """Give effects by name; `git.*` stands for all that begin so."""
    found: dict[str, None] = {}
    for word in table.words(key):
        some = [name for name in sorted(VOCABULARY) if name.startswith(word[:-1])] if word.endswith(".*") else [word]
        if not some or not VOCABULARY.issuperset(some):
            raise table.wrong(key, f"no call has the effect `{word[:60]}`", _nearest(word), word)
        found.update(dict.fromkeys(some))
    return tuple(found)


def _nearest(word: str) -> str:
    near = difflib.get_close_matches(word, VOCABULARY, 1)
    return f"did you mean `{near[0]}`?" if near else "docs/policy.md lists the effects"


def _patterns(top: Table, key: str) -> tuple[str, ...]:
    found = top.words(key)
    for word in found:
        if any(letter.isspace() for letter in word):
            raise top.wrong(key, f"`{word[:60]}` is no ref", 'write "refs/heads/main" or "main"', word)
    return found


def _default(table: Table | None) -> tuple[tuple[str, PhaseWord], ...]:
    own: dict[str, PhaseWord] = dict(Policy("").default)
    if table is not None:
        table.known(PHASES)
        own = {phase: table.choice(phase, PHASE_WORDS, own[phase]) for phase in PHASES}
    return tuple(own.items())


def _budget(table: Table | None) -> Budget:
    if table is None:
        return Budget()
    table.known(BUDGET_KEYS)
    files = table.amount("files")
    then: Outcome = table.choice("then", _BUDGET_OUTCOMES, _ESCALATE)
    return Budget(None if files is None else int(files), table.amount("minutes"), table.amount("usd"), then)


def _gates(table: Table | None) -> dict[str, dict[str, Any]]:
    """Check what is set for gates, and keep it as it is: gates read it when they open."""
    if table is None:
        return {}
    table.known(GATE_KEYS)
    return {name: _gate(name, one) for name in table.told if (one := table.inner(name)) is not None}


def _gate(name: str, table: Table) -> dict[str, Any]:
    table.known(GATE_KEYS[name])
    for key in ("require", "checks", "reviewers"):
        table.words(key)
    table.span("sla")
    table.span("expires")
    table.flag("not_owner")
    if "approval_level" in table.told:
        table.choice("approval_level", _LEVELS, "declared")
    if (fresh := table.inner("fresh")) is not None:
        fresh.known(_FRESH_KEYS)
        fresh.amount("max_base_behind")
        fresh.flag("no_overlap")
        fresh.flag("tests_on_merge_tree")
    return dict(table.told)


def _failed(example: Example, lines: Lines, name: str) -> PolicyInvalid:
    key = "match" if example.wanted else "not_match"
    line = lines.of("rule", example.number, key, example.sought)
    text = f"rule {example.rule}: it does not meet its own example" if example.wanted else ""
    text = text or f"rule {example.rule}: it meets what it says it must not"
    return PolicyInvalid(
        name, line, f"{text}: {example.text[:120]}", "mend one of the two; `headgate policy explain` shows why"
    )
