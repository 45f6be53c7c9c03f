"""What a human reads of an act is its steps and its facts, not what a core keeps for the next one."""

import json

import pytest

from state.control.act import Act
from state.runs.run import RunKey
from tui.verbs.control import print_act


@pytest.mark.parametrize("as_json", [False, True])
def test_what_a_merge_is_made_of_is_printed_as_json_alone(capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    facts = {"merge": json.dumps({"target": "refs/heads/main"}), "approval": "a" * 64, "commit": "c" * 40}
    act = Act("m-1", RunKey("r1"), "merge", "ana", 1.0, state="confirmed", text="merged", facts=facts)
    assert print_act(act, as_json=as_json) == 0
    said = capsys.readouterr().out
    assert ("refs/heads/main" in said) is as_json and "c" * 40 in said
