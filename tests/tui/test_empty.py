"""An empty screen teaches: it says what is missing, where that comes from, and names keys and verbs that exist."""

import re
from typing import get_args

from state.commands import command
from tui.arguments import parser
from tui.panes.empty import empty
from tui.spans import plain
from tui.wording import nothing_there
from tui.wording_empty import EMPTY, Empty, more_of_no_runs, taught


def test_every_empty_screen_says_what_is_missing_and_what_comes_next() -> None:
    assert set(EMPTY) == set(get_args(Empty))
    verbs = next(action for action in parser()._actions if action.dest == "verb").choices or {}
    for about in EMPTY:
        told = taught(about)
        assert len(told) >= 2 and not re.search(r"[{}]", "".join(told)), about
        assert all(len(one) <= 110 for one in told), about
        named = re.findall(r"headgate (\w+)", " ".join(told))
        assert set(named) <= set(verbs), named


def test_keys_are_those_of_the_commands() -> None:
    assert taught("files")[-1] == f"{command('refresh').keys[0]} asks git now."
    assert taught("spending")[-1].startswith("p takes a longer time")


def test_a_pane_may_say_its_first_sentence_in_its_own_words() -> None:
    lines = empty("files", "no file differs from the base · git 5m ago")
    assert plain(lines[0].body) == "no file differs from the base · git 5m ago"
    assert [plain(one.body) for one in lines[1:]] == list(taught("files")[1:])


def test_an_empty_board_says_where_was_looked_and_whether_logs_lie_elsewhere() -> None:
    said = "\n".join(text for text, _ in [*nothing_there(("/logs/a",), None), *more_of_no_runs(3)])
    assert "/logs/a" in said and "headgate doctor" in said
    assert "3 logs were found that are of no worktree here" in said and "n starts a run" in said
    assert [text for text, _ in more_of_no_runs(0)] == ["n starts a run, in a worktree of its own."]
