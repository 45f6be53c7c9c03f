"""What a call would do is said with a reason for each effect; what cannot be known is said to be so."""

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from state.policy.call import Call, CallKind
from state.policy.call_effects import effects_of
from state.policy.programs import EFFECTS
from state.policy.vocabulary import GRAVE, MEANINGS, ORDINARY

TOP = "/home/ana/repo/wt"


def call(kind: CallKind = "shell", command: str | None = None, *paths: str) -> Call:
    return Call("claude-code", "s", "Tool", kind, "0", TOP, TOP, command=command, paths=paths)


def names(one: Call) -> set[str]:
    return {effect.name for effect in effects_of(one)[0]}


def test_each_effect_has_one_meaning() -> None:
    assert set(MEANINGS) == EFFECTS
    assert set(ORDINARY).isdisjoint(GRAVE)


@pytest.mark.parametrize(
    ("one", "effects"),
    [
        (call("edit", None, "src/a.py"), {"fs.write"}),
        (call("edit", None, f"{TOP}/src/a.py"), {"fs.write"}),
        (call("edit", None, "../other/a.py"), {"fs.write.outside"}),
        (call("edit", None, "/tmp/a.py"), {"fs.write.temp"}),
        (call("edit", None, ".claude/settings.json"), {"self.tamper"}),
        (call("edit", None, "/etc/hosts"), {"sys.write"}),
        (call("edit", None, ".headgate/policy.toml"), {"policy.write"}),
        (call("edit"), {"unknown"}),
        (call("read", None, "src/a.py"), {"fs.read"}),
        (call("read", None, ".env"), {"secrets.read"}),
        (call("read"), {"fs.read"}),
        (call("net"), {"net.get"}),
        (call("mcp"), {"mcp"}),
        (call("agent"), {"agent.spawn"}),
        (call("plan"), {"plan.write"}),
        (call("question"), {"question"}),
        (call("other"), {"unknown"}),
        (call("shell", "ls -la src"), {"fs.read"}),
        (call("shell", "frobnicate x"), {"unknown"}),
        (call("shell", "true"), set()),
    ],
)
def test_each_kind_of_call_has_its_effects(one: Call, effects: set[str]) -> None:
    assert names(one) == effects


def test_a_reason_is_one_line_that_hides_a_secret() -> None:
    effect = effects_of(call("shell", "git push\\\n --force https://ana:hunter2hunter2@x.example/r"))[0][0]
    assert effect.name == "git.push.force"
    assert effect.why.startswith("git push --force https://ana:") and "hunter2" not in effect.why


def test_an_opaque_line_says_why() -> None:
    told, why = effects_of(call("shell", "$TOOL -rf /"))
    assert why == "what runs is decided only when it runs: $TOOL -rf /"
    assert "opaque" in {effect.name for effect in told}
    assert effects_of(call("shell", "ls \u202e x"))[1] == "the line holds a hidden character, U+202E"


@settings(deadline=None)
@given(st.sampled_from(get_args(CallKind)), st.text(max_size=60), st.lists(st.text(max_size=20), max_size=3))
def test_any_call_has_an_answer(kind: CallKind, line: str, paths: list[str]) -> None:
    assert names(call(kind, line if kind == "shell" else None, *paths)) <= EFFECTS
