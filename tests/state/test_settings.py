"""What the user sets holds, what is wrong is named with its line and left out, and docs/settings.md is true."""

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.control.prompts import SKELETONS
from state.runs.roles import ROLES
from state.settings import SHIPPED, SHIPPED_FILE, Person, read_settings, shipped

NAME = "/home/x/config.toml"
DOC = (Path(__file__).parents[2] / "docs" / "settings.md").read_text()
EXAMPLES = dict(re.findall(r"<!-- test: (\S+) -->\n```toml\n(.*?)```", DOC, re.DOTALL))


def test_who_sets_nothing_has_four_lanes_and_every_role() -> None:
    settings = read_settings(None, NAME)
    assert list(settings.lanes) == ["cheap", "standard", "top", "human-gated"]
    assert set(settings.roles) == set(ROLES)
    assert {role.lane for role in settings.roles.values()} <= set(settings.lanes)
    assert {role.prompt for role in settings.roles.values()} == set(SKELETONS)
    assert (settings.lanes["cheap"].max_risk, settings.lanes["human-gated"].asks) == ("medium", True)
    assert settings.came_from("lanes.cheap.models") == SHIPPED


def test_a_value_of_the_user_s_is_laid_over_the_shipped_one_and_says_where_it_stands() -> None:
    text = '[lanes.cheap]\nmodels = ["my-*"]\n\n[lanes.cheap.agents.codex]\neffort = "high"\n'
    text += '[people.ada]\nnotify = ["x"]\n'
    settings = read_settings(text, NAME)
    cheap = settings.lanes["cheap"]
    assert (cheap.models, cheap.max_risk) == (("my-*",), "medium")
    assert cheap.route("codex").effort == "high"
    assert cheap.route("codex").model == shipped().lanes["cheap"].route("codex").model
    assert settings.people == {"ada": Person("ada", ("x",))}
    assert settings.came_from("lanes.cheap.models") == f"{NAME}, line 2"
    assert settings.came_from("lanes.cheap.agents.codex.effort") == f"{NAME}, line 5"
    assert settings.problems == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[lanes.cheap]\nmodells = ["x"]\n', "line 2: `lanes.cheap.modells` is not known here"),
        ('[lanes.cheap]\nmax_risk = "wild"\n', "line 2: `lanes.cheap.max_risk` is wrong"),
        ("\n[lanes.cheap.agents.codex]\neffort = 3\n", "line 3: `lanes.cheap.agents.codex.effort` must be text"),
        ('[roles.tester]\nlane = "nowhere"\n', "line 2: `roles.tester.lane` names nowhere, which is no lane"),
        ('[start]\nterminal = "screen"\n', "line 2: `start.terminal` is wrong"),
        ('[people.ada]\nnotify = "shout"\n', "line 2: `people.ada.notify` must be a list of texts"),
        ("[colour]\nx = 1\n", "`colour` is not known here"),
        ('[start]\nbranch = "a\\nb"\n', "line 2: `start.branch` is wrong"),
    ],
)
def test_what_is_wrong_is_left_out_and_named_with_its_line_while_the_rest_holds(text: str, said: str) -> None:
    settings = read_settings(f'{text}\n[lanes.night]\nmodels = ["n"]\n', NAME)
    (problem,) = settings.problems
    assert said in problem.text
    assert (problem.about, "docs/settings.md" in problem.remedy) == (NAME, True)
    assert settings.lanes["night"].models == ("n",)
    usual = shipped()
    assert {name: settings.lanes[name] for name in usual.lanes} == usual.lanes
    assert (settings.roles, settings.start) == (usual.roles, usual.start)


def test_a_table_that_is_none_takes_nothing_with_it() -> None:
    settings = read_settings('lanes = 3\n[roles.tester]\nlane = "cheap"\n', NAME)
    assert "line 1: `lanes` must be a table" in settings.problems[0].text
    assert (settings.lanes, settings.roles["tester"].lane) == (shipped().lanes, "cheap")


def test_a_file_that_is_no_toml_is_not_in_force_at_all() -> None:
    settings = read_settings("[lanes.cheap\n", NAME)
    assert settings.lanes == shipped().lanes
    assert "line 1" in settings.problems[0].text
    assert "none of it is in force" in settings.problems[0].text


def test_a_file_that_is_too_deep_is_not_in_force_at_all() -> None:
    settings = read_settings(f"a = {'[' * 5000}{']' * 5000}\n", NAME)
    assert settings.lanes == shipped().lanes
    assert "too deep" in settings.problems[0].text and "none of it is in force" in settings.problems[0].text


KEYS = st.sampled_from(["lanes", "roles", "start", "people", "cheap", "agents", "codex", "models", "mode", "x"])
VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=5) | st.booleans() | st.lists(st.text(max_size=3), max_size=2),
    lambda below: st.dictionaries(KEYS, below, max_size=3),
    max_leaves=8,
)


def _toml(value: object, path: str = "") -> str:
    assert isinstance(value, dict)
    lines: list[str] = []
    tables: list[str] = []
    for key, one in value.items():
        if isinstance(one, dict):
            tables.append(f"[{path}{key}]\n{_toml(one, f'{path}{key}.')}")
        elif one is not None:
            shown = str(one).lower() if isinstance(one, bool) else repr(one) if isinstance(one, int) else _text(one)
            lines.append(f"{key} = {shown}\n")
    return "".join(lines + tables)


def _text(one: object) -> str:
    import json

    return json.dumps(one).replace("\\ud", "?").replace("\x7f", "")


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_no_file_takes_the_shipped_lanes_away(told: dict[str, object]) -> None:
    text = _toml(told)
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    settings = read_settings(text, NAME)
    assert set(shipped().lanes) <= set(settings.lanes)
    assert set(shipped().roles) <= set(settings.roles)
    assert all(one.lane is None or one.lane in settings.lanes for one in settings.roles.values())
    assert read_settings(text, NAME) == settings


def test_the_document_names_every_key_and_its_examples_hold() -> None:
    assert set(EXAMPLES) == {"lanes", "roles", "start", "people", "ledger", "alarms", "attention", "looks", "keys"}
    assert read_settings(EXAMPLES["ledger"], NAME).witness == "origin"
    for text in EXAMPLES.values():
        assert read_settings(text, NAME).problems == ()
    told = tomllib.loads(SHIPPED_FILE.read_text())
    keys = {key for lane in told["lanes"].values() for key in lane} | {
        key for role in told["roles"].values() for key in role
    }
    routes = {key for lane in told["lanes"].values() for one in lane["agents"].values() for key in one}
    for key in (*keys, *told["start"], "worktrees", "mode", "notify"):
        assert f"`{key}" in DOC or f"{key} =" in DOC, key
    assert all(f"`agents.AGENT.{key}`" in DOC for key in routes)
    assert all(f"`{name}`" in DOC for name in (*told["lanes"], *SKELETONS))


def test_the_board_and_its_keys_are_set_and_a_wrong_word_leaves_the_rest() -> None:
    text = '[board]\nglyphs = "ascii"\ncall = "loudly"\n\n[keys]\nstop = "Q"\nnext_waiting = ["w", "space"]\n'
    settings = read_settings(text, "config.toml")
    assert (settings.board.glyphs, settings.board.call) == ("ascii", "off")
    assert settings.board.keys == {"stop": ("Q",), "next_waiting": ("w", "space")}
    assert "line 3: `board.call`" in settings.problems[0].text
