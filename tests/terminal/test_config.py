"""`headgate config` as it is typed: it writes once, says what is in force, and says no to what is wrong."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from state.ports import Problem
from state.settings_text import whole_file
from tests import warm
from tui.verbs.config import print_checked

Typed = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def typed(tmp_path: Path) -> Typed:
    home = {"HOME": str(tmp_path), "HEADGATE_CONFIG_DIR": str(tmp_path / "cfg"), "PATH": ""}
    return lambda *words: warm.run(["config", *words], tmp_path, home)


def test_the_file_is_written_once_and_never_again(typed: Typed, tmp_path: Path) -> None:
    file = tmp_path / "cfg" / "config.toml"
    first = typed("init")
    assert (first.returncode, file.read_text(), file.stat().st_mode & 0o777) == (0, whole_file(), 0o600)
    file.write_text("[board]\n")
    again = typed("init")
    assert (again.returncode, file.read_text()) == (1, "[board]\n")
    assert f"{file} is there and left as it is" in again.stderr
    printed = typed("init", "--print")
    assert (printed.returncode, printed.stdout.rstrip()) == (0, whole_file().rstrip())


def test_what_is_in_force_says_where_it_comes_from(typed: Typed, tmp_path: Path) -> None:
    file = tmp_path / "cfg" / "config.toml"
    assert "there is no such file" in typed("show").stdout
    file.parent.mkdir()
    file.write_text('[start]\nterminal = "tmux"\n')
    told = json.loads(typed("show", "--json").stdout)
    of = {one["key"]: (one["value"], one["from"]) for one in told["settings"]}
    assert (told["schema"], told["file"], told["exists"]) == ("headgate/config/1", str(file), True)
    assert of["start.terminal"] == ("tmux", f"{file}, line 2")
    assert of["start.confine"] == ("auto", "shipped with Headgate")
    assert of["start.worktrees"] == (None, "shipped with Headgate")


def test_what_is_wrong_is_an_answer_of_no_with_line_and_remedy(typed: Typed, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    assert typed("check").returncode == 0
    assert typed("check", str(mine)).returncode == 2
    mine.write_text('[board]\ntheem = "x"\n')
    done = typed("check", str(mine))
    assert (done.returncode, done.stdout) == (1, f"{mine}, line 2: `board.theem` is not known here\n")
    assert "mend or remove those lines" in done.stderr
    mine.write_bytes(b"\xff")
    assert "is not UTF-8" in typed("check", str(mine)).stderr


def test_where_there_is_a_doubt_it_is_not_said_that_everything_holds(capsys: pytest.CaptureFixture[str]) -> None:
    doubt = Problem("f", "`keys.fly` is no command", "mend it")
    assert print_checked("f", (), (doubt,), there=True, as_json=False) == 0
    assert capsys.readouterr().out == "doubtful: `keys.fly` is no command: mend it\nf: the rest of it holds\n"
