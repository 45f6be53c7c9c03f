"""The policy that ships with Headgate, and how it stands beside a repository's own.

Where a repository has none, all of it is in force. Beside one, the rules that protect Headgate itself are (`self-…`),
unless that file says otherwise with `shipped`. `python -m state.policy.shipped` compiles it anew.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from state.policy.compiled import to_document
from state.policy.document import parsed, read_policy
from state.policy.file_lines import Lines
from state.policy.rule import DEFAULT, Conditions, Policy, Rule
from state.policy.wrong import PolicyInvalid

FILE = Path(__file__).with_name("default.toml")
NAME = "the shipped policy"
_SELF = "self-"


@cache
def default_policy() -> Policy:
    """Give the shipped policy, read once; its examples are tried by a test, because a hook may have to wait for it."""
    return parsed(default_text(), NAME, DEFAULT)[0]


def default_text() -> str:
    """Give its text."""
    return FILE.read_text(encoding="utf-8")


def compiled_text() -> str:
    """Give what `default.json` must hold: the policy compiled, because a hook has no time to read TOML."""
    return json.dumps(to_document(default_policy()), indent=1) + "\n"


def own_policy(text: str, name: str, blob: str) -> Policy:
    """Read a repository's policy and put the shipped rules that it keeps beside it. Raises `PolicyInvalid`."""
    policy = read_policy(text, name, blob, default_policy().protected)
    kept = shipped_rules(policy)
    ids = {rule.id for rule in kept}
    if clash := next((rule for rule in policy.rules if rule.id in ids), None):
        told = f'rule {clash.id}: a shipped rule that is in force (shipped = "{policy.shipped}") has this id'
        line = Lines(text).of("rule", policy.rules.index(clash), "id")
        raise PolicyInvalid(name, line, told, "give it another id; both hold, and the stricter one counts")
    return replace(policy, rules=(*policy.rules, *kept))


def shipped_rules(policy: Policy) -> tuple[Rule, ...]:
    """Give the shipped rules that a policy keeps."""
    match policy.shipped:
        case "all":
            return default_policy().rules
        case "self":
            return tuple(rule for rule in default_policy().rules if rule.id.startswith(_SELF))
        case "none":
            return ()


def guarded(policy: Policy, places: Sequence[str]) -> Policy:
    """Add the rule that keeps agents out of Headgate's own directories on this machine, given as absolute paths."""
    patterns = tuple(pattern for place in places for pattern in (place, f"{place.rstrip('/')}/**"))
    if not patterns or policy.shipped == "none":
        return policy
    rule = Rule(
        "self-places-here",
        "deny",
        "Headgate keeps its records and answers there, and an agent that writes them would decide for itself.",
        Conditions(paths=patterns, on=("edit", "delete")),
        instead="Ask the human on the board.",
        severity="critical",
    )
    return replace(policy, rules=(*(one for one in policy.rules if one.id != rule.id), rule))


if __name__ == "__main__":
    FILE.with_suffix(".json").write_text(compiled_text(), encoding="utf-8")
