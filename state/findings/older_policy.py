"""Whether a run is held to another policy than the one that is in force now."""

from state.findings.stale import Stale
from state.gates.book import Gated

_SHOWN = 12


def policy_changed(gated: Gated | None, in_force: str) -> Stale | None:
    """Give the reason where the run is pinned to another blob than `in_force`; None where it is not, or not pinned.

    A pinned run keeps the policy that it began with, so that this is told and changes nothing by itself.
    """
    if gated is None or not gated.policy or gated.policy == in_force:
        return None
    text = f"it is held to policy {gated.policy[:_SHOWN]}; {in_force[:_SHOWN]} is in force now"
    remedy = "new runs take the new one: end this run and start it again, where the new rules must hold"
    return Stale("policy_changed", text, remedy, {"pinned": gated.policy, "in_force": in_force})
