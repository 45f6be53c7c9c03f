"""The second reader of shell lines agrees with the first on what people write, and says so where it does not."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters import shell_tree
from adapters.shell_tree import disagrees
from state.policy.call import Call
from state.policy.call_effects import effects_of

ROOT = Path(__file__).parents[2]
ALLOW = tomllib.loads((ROOT / "tests/fixtures/commands/must_allow.toml").read_text(encoding="utf-8"))


def test_both_readers_see_the_same_in_everyday_work() -> None:
    told = {line: disagrees(line) for lines in ALLOW.values() for line in lines}
    assert {line: why for line, why in told.items() if why is not None} == {}


@pytest.mark.parametrize(
    "line",
    ['echo "unterminated', "echo 'x", "if true; then", "a && && b", "( a", "echo $(", "{rm,-rf,/}", "cat <<E\n$("],
)
def test_what_is_no_whole_shell_is_opaque(line: str) -> None:
    assert disagrees(line) == "the line is no shell that two readers agree on"


def test_a_program_that_one_reader_alone_sees_is_opaque(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell_tree, "split", lambda line: [])  # a reader that sees nothing
    assert disagrees("ls; rm x") == "one reader sees the program rm, the other does not"


def test_a_here_document_that_the_end_of_the_line_ends_is_read() -> None:
    assert disagrees("cat << 'E'\nit's (odd\n") is None


@pytest.mark.parametrize("piece", ["a|", "<<E\n"])
def test_a_line_made_to_be_slow_is_not_given_to_the_parser(piece: str) -> None:
    assert disagrees(piece * 3000) == "the line has too many parts to be read"


def test_a_call_is_opaque_where_the_second_reader_says_so() -> None:
    call = Call("codex", "s", "shell", "shell", "0", "/w", "/w", command='ls "x')
    told, why = effects_of(call, disagrees)
    assert why == "the line is no shell that two readers agree on"
    assert told[0].name == "opaque"


def test_without_the_second_reader_every_line_is_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell_tree, "_KEPT", [])
    monkeypatch.setattr(shell_tree, "_places", lambda: iter(("/nowhere",)))
    for name in ("tree_sitter._binding", "tree_sitter_bash._binding"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    assert "cannot be loaded" in (disagrees("ls") or "")


def test_the_hook_can_load_it_without_packages() -> None:
    program = "from adapters.shell_tree import disagrees; print(disagrees('ls'), disagrees('ls \"'))"
    asked = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {program}"]
    told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    assert told == "None the line is no shell that two readers agree on\n"


@settings(deadline=None)
@given(st.text(st.sampled_from("ls -a/'\"$`;&|<>(){}\n=#E") | st.characters(codec="utf-8"), max_size=80))
def test_any_text_has_an_answer(line: str) -> None:
    assert disagrees(line) is None or isinstance(disagrees(line), str)
