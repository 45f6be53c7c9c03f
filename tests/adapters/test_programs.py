"""The human's editor and pager: which one is run, with which arguments, and on what."""

import signal
import stat
from pathlib import Path

import pytest

from adapters.programs import MARGIN, UserPrograms
from state.reading import Handed


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder of programs that write down their arguments and what of their environment matters."""
    for name in ("myedit", "less", "code"):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(
            f'#!/bin/sh\nprintf "%s\\n" "$0" "$@" > {tmp_path}/said\n'
            f'echo "$LESSSECURE|$LESSOPEN" > {tmp_path}/with\nexit 0\n'
        )
        program.chmod(0o700)
    return tmp_path


def programs(desk: Path, **environment: str) -> UserPrograms:
    folder = desk / "private"
    folder.mkdir(exist_ok=True)
    return UserPrograms({"PATH": str(desk / "bin"), **environment}, folder)


def said(desk: Path) -> list[str]:
    return (desk / "said").read_text().splitlines()


def test_an_editor_gets_a_private_copy_with_empty_lines_around_it_and_the_line(desk: Path) -> None:
    ended = programs(desk, EDITOR="myedit --wait 'a b'").run("editor", Handed("x.jsonl", b"one\ntwo\n", line=2))
    copy = desk / "private" / "opened.jsonl"
    assert said(desk)[1:] == ["--wait", "a b", f"+{2 + MARGIN}", str(copy)]
    assert copy.read_bytes() == b"\n" * MARGIN + b"one\ntwo\n" + b"\n" * MARGIN
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert ended.fine
    assert ended.text == f"myedit ended; it had a private copy, {copy}"


def test_a_link_in_the_place_of_the_copy_is_not_followed(desk: Path) -> None:
    tools, victim = programs(desk, EDITOR="myedit"), desk / "victim"
    victim.write_text("mine")
    (desk / "private" / "opened.txt").symlink_to(victim)
    assert tools.run("editor", Handed("x.txt", b"theirs")).fine
    assert victim.read_text() == "mine"


def test_nothing_of_what_is_shown_reaches_a_shell(desk: Path) -> None:
    name = desk / "$(touch hacked);x.jsonl"
    name.write_text("{}")
    programs(desk, PAGER="less -S").run("pager", Handed(name.name, path=str(name), offset=70))
    assert said(desk)[1:] == ["-S", "-n", "+70P", str(name)]
    assert not (desk / "private" / "hacked").exists()


def test_less_can_neither_edit_an_agents_log_nor_run_a_filter_on_it(desk: Path) -> None:
    tools = programs(desk, LESSOPEN="|touch %s")
    told = tools.run("pager", Handed("log", path=str(desk / "said"))).text
    assert (desk / "with").read_text() == "1|\n"
    assert "the file itself, to look at only" in told
    tools.run("pager", Handed("text.txt", b"ours"))
    assert (desk / "with").read_text() == "|\n"


def test_an_editor_that_knows_no_plus_is_told_the_line_its_own_way(desk: Path) -> None:
    programs(desk, VISUAL="code --wait", EDITOR="myedit").run("editor", Handed("a.py", b"x", line=3))
    assert said(desk)[1:] == ["--wait", "-g", f"{desk / 'private' / 'opened.py'}:{3 + MARGIN}"]


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({}, "there is no editor: set $EDITOR"),
        ({"EDITOR": "vi 'x"}, "$EDITOR cannot be read (No closing quotation): vi 'x"),
        ({"EDITOR": "gone\x1b]0;x"}, "$EDITOR names gone␛]0;x, which is not there"),
    ],
)
def test_an_editor_that_is_not_there_is_said(desk: Path, environment: dict[str, str], sentence: str) -> None:
    ended = programs(desk, **environment).run("editor", Handed("x.txt", b""))
    assert (ended.text, ended.fine) == (sentence, False)


def test_ctrl_c_belongs_to_the_program_while_it_runs_and_to_the_board_again_after(desk: Path) -> None:
    (desk / "bin" / "myedit").write_text("#!/bin/sh\nkill -INT $PPID\nexit 3\n")
    before = signal.getsignal(signal.SIGINT)
    ended = programs(desk, EDITOR="myedit").run("editor", Handed("x.txt", b""))
    assert (ended.fine, ended.text.split(";")[0]) == (False, "myedit ended with status 3")
    assert signal.getsignal(signal.SIGINT) is before
