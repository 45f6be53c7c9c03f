"""A run that is pinned to another policy than the one in force says so, with both."""

from state.findings.older_policy import policy_changed
from state.gates.book import Gated
from state.runs.run import RunKey

OLD, NEW = "a" * 40, "b" * 40


def test_a_run_under_an_older_policy_names_both() -> None:
    told = policy_changed(Gated(RunKey("r"), policy=OLD), NEW)
    assert told is not None
    assert (told.reason, dict(told.detail)) == ("policy_changed", {"pinned": OLD, "in_force": NEW})
    assert OLD[:12] in told.text and NEW[:12] in told.text


def test_a_run_under_the_policy_in_force_or_under_none_is_not_stale() -> None:
    assert policy_changed(Gated(RunKey("r"), policy=NEW), NEW) is None
    assert policy_changed(Gated(RunKey("r")), NEW) is None
    assert policy_changed(None, NEW) is None
