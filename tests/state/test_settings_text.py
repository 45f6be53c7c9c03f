"""The settings file that `headgate config init` writes names every key, sets none, and holds when it is uncommented."""

import re
import tomllib
from dataclasses import replace

from state.policy.file_lines import Lines
from state.screens import SCREENS
from state.settings import in_force, read_settings, shipped
from state.settings_text import leaves, pattern_of, patterns, toml, whole_file
from state.settings_words import EXAMPLES, MEANS, TABLES

NAME = "/home/x/config.toml"
TEXT = whole_file()


def uncommented(text: str, *, examples: bool) -> str:
    """Take the comment away from every key; the examples stay behind theirs unless they are asked for."""
    lines = text.splitlines()
    kept = [line for line in lines if examples or "# an example" not in line]
    head = kept.index(next(line for line in kept if line.startswith("[")))
    end = len(kept) if examples else kept.index(next(line for line in kept if line == "# [[windows]]"))
    return "\n".join(line.removeprefix("# ") for line in kept[head:end])


def test_as_written_it_sets_nothing() -> None:
    assert read_settings(TEXT, NAME) == shipped()
    assert [line for line in TEXT.splitlines() if line and line[0] not in "#["] == []


def test_uncommented_it_is_what_is_shipped() -> None:
    settings = read_settings(uncommented(TEXT, examples=False), NAME)
    keys = settings.board.keys
    assert keys["next_waiting"] == ("w",)
    plain = replace(settings, origins={}, board=replace(settings.board, keys={}))
    assert plain == replace(shipped(), origins={})


def test_it_lists_every_command_of_every_screen() -> None:
    keys = tomllib.loads(uncommented(TEXT, examples=False))["keys"]
    assert keys.keys() == {one.id for screen in SCREENS for one in screen.commands}


def test_its_examples_hold_too() -> None:
    text = uncommented(TEXT, examples=True)
    settings, told = read_settings(text, NAME), tomllib.loads(text)
    assert settings.problems == ()
    assert (settings.people["ada"].notify[0], settings.start.worktrees) == ("notify-send", "~/worktrees")
    assert [one.name for one in settings.budgets.windows] == ["release 4.2"]
    assert {".".join(path) for path, _ in leaves(told)} >= EXAMPLES.keys()


def test_every_key_that_there_is_stands_in_it_with_its_sentence() -> None:
    written = tomllib.loads(uncommented(TEXT, examples=True))
    (window,) = written.pop("windows")
    told = {pattern_of(path) for path, _ in leaves(written)} | {pattern_of(("windows", name)) for name in window}
    lacking = patterns() - told
    # What an agent may do unasked is the role's to say, unless somebody wants it otherwise.
    assert (lacking, patterns()) == ({"lanes.*.agents.*.mode"}, set(MEANS))
    assert set(TABLES) == {one.partition(".")[0] for one in MEANS}


def test_a_key_that_is_wrong_in_it_is_named_with_its_own_line() -> None:
    text = TEXT.replace('# standard.max_risk = "critical"', 'standard.max_risk = "wild"')
    line = text.splitlines().index('standard.max_risk = "wild"') + 1
    _, (wrong,) = in_force(text)
    assert wrong.startswith(f"line {line}: `lanes.standard.max_risk` is wrong")
    settings = read_settings(text.replace('"wild"', '"low"'), NAME)
    assert settings.came_from("lanes.standard.max_risk") == f"{NAME}, line {line}"
    assert Lines('[a]\nb."c-d".e = 1\n').of("a.b.c-d", key="e") == 2


def test_all_that_is_wrong_is_said_and_the_rest_is_in_force() -> None:
    values, wrong = in_force("[start]\n" + "".join(f"x{one} = 1\n" for one in range(9)) + 'terminal = "tmux"\n')
    assert len(wrong) == 9 and values["start"]["terminal"] == "tmux"
    values, wrong = in_force("[start\n")
    assert (
        len(wrong) == 1 and re.search(r"line 1.*none of it holds", wrong[0]) and values["start"]["terminal"] == "auto"
    )


def test_values_are_written_as_toml_reads_them() -> None:
    told = {"a": ['x"\n', 1, 2.5, True], "b": {"70": "warn", "a b": [1.0]}}
    assert tomllib.loads(f"v = {toml(told)}") == {"v": told}
