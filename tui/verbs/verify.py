"""`headgate verify`: whether the approval of a merge commit is valid, with one sentence for each reason why not."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from state.approval.statement import Statement
from state.approval.verifying import Verified
from state.text import clean
from tui.verbs.printing import print_json, print_lines

SCHEMA = "headgate/verify/1"


def print_verified(found: Sequence[Verified], *, as_json: bool, ranged: bool) -> int:
    """Print what came of it; 0 where every approval is valid, else 1."""
    valid = bool(found) and all(one.valid for one in found)
    if as_json:
        told = [document_of(one) for one in found]
        print_json({"schema": SCHEMA, "valid": valid, "commits": told} if ranged else {"schema": SCHEMA, **told[0]})
    else:
        print_lines(line for one in found for line in lines_of(one))
    return 0 if valid else 1


def lines_of(one: Verified) -> list[str]:
    """Give what a human reads."""
    said = one.statement
    if one.valid and said is not None:
        told = f"{one.commit[:12]}: valid; approved by {said.principal} for {said.target} at {_time(said.issued_at)}"
        rest = [f"  {one.told}" + (f", key {one.key}" if one.key else "")]
        rest += [
            f"  {name}: {clean(', '.join(one.trailers[name]), 300)}" for name in one.trailers if name != "Approval"
        ]
        return [told, *rest]
    return [f"{one.commit[:12]}: not valid", *(f"  {clean(reason, 500)}" for reason in one.reasons)]


def document_of(one: Verified) -> dict[str, Any]:
    """Give the JSON of one commit."""
    return {
        "commit": one.commit,
        "valid": one.valid,
        "level": one.level,
        "wanted": one.wanted,
        "told": one.told,
        "reasons": [clean(reason, 500) for reason in one.reasons],
        "key": one.key or None,
        "approval": None if one.statement is None else _approval(one.statement),
        "trailers": {name: [clean(word, 300) for word in words] for name, words in one.trailers.items()},
    }


def _approval(one: Statement) -> dict[str, Any]:
    return {
        "id": one.id,
        "by": one.principal,
        "via": one.via,
        "reason": one.reason,
        "run": one.run,
        "target": one.target,
        "from": one.base,
        "head": one.head,
        "tree": one.tree,
        "evidence": one.evidence,
        "policy": one.policy,
        "issued": _time(one.issued_at),
        "expires": _time(one.expires_at),
    }


def _time(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
