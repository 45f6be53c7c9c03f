"""Two tables of shell lines: what must be caught is caught however it is carried, and everyday work passes."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from state.policy.benign import plainly_benign, plainly_read
from state.policy.call import Call
from state.policy.call_effects import effects_of
from state.policy.effects import effects
from state.policy.programs import EFFECTS
from state.policy.vocabulary import ORDINARY
from tests.tries import tries

TOP = "/home/ana/repo/wt"
TABLES = Path(__file__).parents[1] / "fixtures" / "commands"
CATCH = tomllib.loads((TABLES / "must_catch.toml").read_text(encoding="utf-8"))
ALLOW = tomllib.loads((TABLES / "must_allow.toml").read_text(encoding="utf-8"))
CAUGHT = [(effect, line) for effect, lines in CATCH.items() for line in lines]
ALLOWED = [line for lines in ALLOW.values() for line in lines]
PLAIN = {"fs.read", "fs.write", "vcs.read", "vcs.write", "exec.project"}


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ana")


def names(line: str) -> set[str]:
    call = Call("claude-code", "s", "Bash", "shell", "0", TOP, TOP, command=line)
    return {effect.name for effect in effects_of(call)[0]}


def test_the_tables_are_as_long_as_they_must_be() -> None:
    assert len({line for _, line in CAUGHT}) >= 300
    assert len(set(ALLOWED)) >= 150
    assert set(CATCH) <= EFFECTS


def test_a_line_that_must_be_caught_is_caught() -> None:
    assert [(effect, line) for effect, line in CAUGHT if effect not in names(line)] == []
    assert [line for _, line in CAUGHT if plainly_benign(line, TOP)] == []


def test_everyday_work_passes() -> None:
    assert [(line, odd) for line in ALLOWED if (odd := names(line) - set(ORDINARY))] == []
    assert [line for line in ALLOWED if "unknown" in names(line)] == []


def test_the_quick_question_knows_much_of_everyday_work() -> None:
    plain = [line for line in ALLOWED if plainly_benign(line, TOP)]
    print(f"{len(plain)} of {len(ALLOWED)} lines are plainly benign")
    assert len(plain) / len(ALLOWED) > 0.2
    assert [line for line in plain if names(line) - PLAIN] == []
    assert [line for line in plain if plainly_read(line, TOP) and names(line) - {"fs.read", "vcs.read"}] == []


_GRAVE = [(effect, line) for effect, line in CAUGHT if effect != "unknown" and effect not in ("policy.write",)]
_CARRIERS = ["sudo ", "env A=1 ", "nohup ", "timeout 5 ", "time ", "command ", "nice -n 5 ", "A=1 ", "setsid ", ""]
_AROUND = [
    "true && {}",
    "ls; {}",
    "( {} )",
    "{{ {}; }}",
    "if true; then {}; fi",
    "ls\n{}",
    "{} &",
    "echo $( {} )",
    "! {}",
]


@settings(deadline=None, max_examples=tries(80, 1000))
@given(st.sampled_from(_GRAVE), st.lists(st.sampled_from(_CARRIERS), max_size=2), st.lists(st.sampled_from(_AROUND)))
def test_no_wrapper_hides_what_must_be_caught(case: tuple[str, str], carriers: list[str], around: list[str]) -> None:
    effect, line = case
    if (
        "\n" in line
        or line.startswith(("(", "{", "!", "if ", "for ", "while ", "f()", "coproc"))
        or "=" in line.split()[0]
    ):
        return
    line = "".join(carriers) + line
    for wrapper in around[:3]:
        line = wrapper.format(line)
    found = names(line)
    assert {effect, "opaque", "fs.write.unknown"} & found
    assert not plainly_benign(line, TOP)


@settings(deadline=None, max_examples=tries(80, 1000))
@given(st.sampled_from(_GRAVE), st.sampled_from(["bash -c {}", "sh -c {}", "eval {}", "bash -lc {}", "echo {} | sh"]))
def test_no_shell_within_the_shell_hides_what_must_be_caught(case: tuple[str, str], shell: str) -> None:
    effect, line = case
    quoted = "'" + line.replace("'", "'\\''") + "'"
    found = names(shell.format(quoted))
    assert {effect, "opaque", "fs.delete.unknown", "fs.write.unknown"} & found
    assert not plainly_benign(shell.format(quoted), TOP)


@settings(deadline=None, max_examples=tries(100, 1000))
@given(st.sampled_from(_GRAVE), st.data())
def test_the_quick_question_is_never_fooled_by_a_mutation(case: tuple[str, str], data: st.DataObject) -> None:
    _, line = case
    at = data.draw(st.integers(0, len(line)))
    piece = data.draw(st.sampled_from([" ", "\n", ";", "&&", "|", "'", '"', "\\", "ls ", "=", "-", "/", "2>&1", "x"]))
    mutant = line[:at] + piece + line[at:]
    if plainly_benign(mutant, TOP):
        assert names(mutant) <= PLAIN


@settings(deadline=None, max_examples=tries(80, 1000))
@given(st.text(st.sampled_from("lsgitcadrmf -./'\"$`;&|<>()\n=") | st.characters(codec="utf-8"), max_size=60))
def test_a_line_that_is_plainly_benign_has_plain_effects_alone(line: str) -> None:
    if plainly_benign(line, TOP):
        assert names(line) <= PLAIN
    if plainly_read(line, TOP):
        assert names(line) <= {"fs.read", "vcs.read"}
    assert set(effects(line, TOP)) <= EFFECTS
