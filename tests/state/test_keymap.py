"""The keys of every command, and what becomes of the ones that a user sets."""

import string

import pytest
from textual.keys import _character_to_key  # pyright: ignore[reportPrivateUsage]

from state.command import Command
from state.key_names import LETTERS, SIGNS, is_plain, key_of, shown_key
from state.keymap import judged, keys_in
from state.runs.card import Card
from state.runs.view import View
from state.screens import SCREENS
from state.settings import read_settings

EVERY = {one.id: one for screen in SCREENS for one in screen.commands}
NAMED = {"up", "down", "left", "right", "enter", "escape", "tab"}
SIGNS_IN_USE = {"slash", "colon", "question_mark", "exclamation_mark", "dollar_sign"}
"""Each stands for one thing in the programs next door (lazygit, k9s, vim, less), and is one press of a printed key."""


@pytest.mark.parametrize("one", EVERY.values(), ids=lambda one: one.id)
def test_every_command_has_a_key_that_every_terminal_gives(one: Command) -> None:
    assert set(one.keys) & (LETTERS | NAMED | SIGNS_IN_USE), "nothing needs ctrl, alt or a function key"
    assert {key for key in one.keys if key in SIGNS.values()} <= SIGNS_IN_USE
    assert one.danger == "none" or all(map(is_plain, one.keys)), "no enter, no arrow decides"


VIEWS = (
    View(),
    View(total=3, requests=1, lacking="x", barred=dict.fromkeys(EVERY, "x")),
    View(selected="a", place="detail", shown=1, total=2, needing=1, problems=1, zoomed=True, left=1, frozen=True),
    View(selected="a", run=Card("a", "codex", "s", "done", "", 0), ended="over", late=True),
)


@pytest.mark.parametrize("one", EVERY.values(), ids=lambda one: one.id)
def test_every_command_says_why_it_cannot_be_used_in_words(one: Command) -> None:
    whys = [one.unavailable(view) for view in VIEWS]
    assert all(why is None or (why.strip() and not why.endswith(".")) for why in whys)


def test_an_id_means_one_command() -> None:
    assert all(one == EVERY[one.id] for screen in SCREENS for one in screen.commands)


def test_a_sign_has_the_name_that_the_screen_gives_its_key() -> None:
    assert {sign: _character_to_key(sign) for sign in string.punctuation} == dict(SIGNS)
    assert [key_of(word) for word in ("?", "esc", "PgDn", "←", "G", "Tab")] == [
        "question_mark", "escape", "pagedown", "left", "G", "tab",
    ]  # fmt: skip
    assert shown_key(key_of("$")) == "$"


def test_a_command_has_the_keys_that_were_set_and_never_loses_the_way_out() -> None:
    kept, refused = judged({"down": ("B", "down"), "start": ("N",), "back": ("b",), "quit": ("Q",), "theme": ()})
    assert refused == []
    assert keys_in(EVERY["down"], kept) == ("B", "down")
    assert keys_in(EVERY["back"], kept) == ("b", "escape") and keys_in(EVERY["quit"], kept) == ("Q", "ctrl+c")
    assert keys_in(EVERY["theme"], kept) == () and keys_in(EVERY["up"], kept) == EVERY["up"].keys


def test_two_commands_may_change_places() -> None:
    assert judged({"stop": ("X",), "stop_all": ("x",)}) == ({"stop": ("X",), "stop_all": ("x",)}, [])


@pytest.mark.parametrize(
    ("wanted", "name", "why"),
    [
        ({"fly": ("z",)}, "fly", "is no command: docs/keys.md lists their ids"),
        ({"sort": ("ctrl+alt+x",)}, "sort", "names ctrl+alt+x, which is no key: write a letter"),
        ({"sort": ("backspace",)}, "sort", "which edits text where words are typed"),
        ({"sort": ("ctrl+b",)}, "sort", "which is kept by terminals and multiplexers"),
        ({"sort": ("esc",)}, "sort", "names esc, which always leads one level back"),
        ({"sort": ("ctrl+c",)}, "sort", "which always closes the board"),
        ({"sort": ("j",)}, "sort", "names j, which would be both "),
        ({"copy": ("Z",), "sort": ("Z",)}, "sort", "would be both"),
        ({"stop": ("enter",)}, "stop", "what decides or asks twice has a letter, a digit or a sign"),
        ({"approve": ("space",)}, "approve", "what decides or asks twice has a letter, a digit or a sign"),
        ({"approve": ("w",)}, "approve", "names w, by which next_waiting moves and approve decides: keys are typed"),
        ({"next_waiting": ("a",)}, "next_waiting", "names a, by which next_waiting moves and approve decides"),
        ({"deny": ("a",)}, "deny", "would be both"),
    ],
)
def test_a_key_that_could_do_harm_is_refused(wanted: dict[str, tuple[str, ...]], name: str, why: str) -> None:
    kept, refused = judged(wanted)
    assert [one for one, _ in refused] == [name] and why in refused[0][1]
    assert name not in kept and set(kept) == set(wanted) - {name}


@pytest.mark.parametrize("name", ["open", "decide", "change", "leave_diff", "close_page"])
def test_what_leads_to_a_decision_has_no_key_that_decides_there(name: str) -> None:
    kept, ((refused, why),) = judged({name: ("a",)})
    assert (kept, refused) == ({}, name) and "approve" in why, "who presses it once more would approve"


def test_a_refusal_that_gives_a_key_back_takes_it_from_who_had_it() -> None:
    """`sort` cannot have `j`, so it keeps `s`, and what was to have `s` instead keeps its own."""
    kept, refused = judged({"sort": ("j",), "copy": ("s",)})
    assert kept == {} and [name for name, _ in refused] == ["sort", "copy"]


def test_what_is_refused_is_named_with_its_line_and_the_rest_holds() -> None:
    settings = read_settings('[keys]\nsort = "Z"\nstop = "enter"\nfly = ["y"]\n', "config.toml")
    assert settings.board.keys == {"sort": ("Z",)}
    (problem,) = settings.problems
    assert "line 3: `keys.stop` names enter" in problem.text and "line 4: `keys.fly` is no command" in problem.text
    assert "docs/settings.md" in problem.remedy
