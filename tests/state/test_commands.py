"""The commands as records: what footer, help, palette and bindings rely on."""

from collections import Counter

import pytest

from state.commands import COMMANDS, DECIDING, GROUPS, Command, command, in_group
from state.runs.view import View

STOLEN = {f"ctrl+{letter}" for letter in "abhjoqsz"}
"""Keys that tmux, zellij, screen or the terminal itself take away."""


def test_no_two_commands_share_a_key() -> None:
    keys = Counter(key for one in COMMANDS for key in one.keys)
    assert [key for key, uses in keys.items() if uses > 1] == []


def test_no_two_commands_share_an_id_or_a_title() -> None:
    assert len({one.id for one in COMMANDS}) == len({one.title for one in COMMANDS}) == len(COMMANDS)


def test_no_command_needs_a_key_that_a_multiplexer_takes() -> None:
    assert [one.id for one in COMMANDS if STOLEN & set(one.keys)] == []
    assert [one.id for one in COMMANDS if one.keys[0].startswith(("ctrl+", "alt+", "f1"))] == []


def test_every_command_stands_in_exactly_one_group() -> None:
    assert sorted(one.id for group in GROUPS for one in in_group(group)) == sorted(one.id for one in COMMANDS)


def test_a_command_is_found_by_its_id() -> None:
    assert all(command(one.id) is one for one in COMMANDS)
    with pytest.raises(KeyError):
        command("approve everything")


def test_nothing_that_decides_is_a_command_of_the_board() -> None:
    assert [one.id for one in COMMANDS if one.danger == "decides"] == []


def test_what_decides_is_marked_and_has_one_key_of_its_own() -> None:
    decides = [one for one in DECIDING if one.danger == "decides"]
    assert {one.id: one.keys for one in decides} == {
        "approve": ("a",),
        "approve_amount": ("u",),
        "deny": ("d",),
        "escalate": ("e",),
        "freeze_run": ("h",),
    }
    keys = Counter(key for one in DECIDING for key in one.keys)
    assert max(keys.values()) == 1 and not STOLEN & set(keys)


def test_an_approval_says_what_it_lacks_and_an_answered_request_takes_no_answer() -> None:
    assert command("approve").unavailable(View()) is None
    assert command("approve").unavailable(View(lacking="open its evidence first: o")) == "open its evidence first: o"
    assert [command(name).unavailable(View(ended="over")) for name in ("approve", "deny", "escalate")] == ["over"] * 3


@pytest.mark.parametrize(
    ("name", "view", "why"),
    [
        ("down", View(), "there are no runs yet"),
        ("down", View(total=3), "no run matches the filter"),
        ("down", View(total=3, shown=1), None),
        ("down", View(place="detail"), None),
        ("next_waiting", View(), "nothing needs you"),
        ("next_waiting", View(needing=1), None),
        ("open", View(), "no run is selected"),
        ("open", View(selected="a"), None),
        ("copy", View(), "no run is selected"),
        ("back", View(), "nothing to go back from"),
        ("back", View(filter="x"), None),
        ("back", View(place="detail"), None),
        ("back", View(zoomed=True), None),
        ("filter", View(), "there are no runs yet"),
        ("sort", View(total=1), None),
        ("decide", View(), "no request waits for you"),
        ("decide", View(requests=1), None),
        ("freeze_run", View(), "no request is shown"),
        ("problems", View(), "there are no problems"),
        ("problems", View(problems=2), None),
    ],
)
def test_a_command_that_cannot_be_used_says_why(name: str, view: View, why: str | None) -> None:
    assert command(name).unavailable(view) == why


@pytest.mark.parametrize("one", (*COMMANDS, *DECIDING), ids=lambda one: one.id)
def test_every_command_can_be_asked_about_any_view(one: Command) -> None:
    for view in (View(), View(selected="a", place="detail", shown=1, total=2, needing=1, problems=1, zoomed=True)):
        why = one.unavailable(view)
        assert why is None or (why and not why.endswith("."))


def test_help_and_quit_can_always_be_used() -> None:
    assert [one.unavailable(View()) for one in COMMANDS if one.id in ("help", "quit", "palette", "refresh")] == [
        None
    ] * 4
