"""What a board leaves to the next one: a small file that may be missing, broken or another one's."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.remembered import NOTHING_REMEMBERED, Remembered, document_of, remembered_of
from state.runs.view import PANES, SORTS
from state.store.board_file import BoardFile

CHOSEN = Remembered("task", "log", "9c1f04ab27", "headgate-light", None)
NAMES = st.none() | st.text("abc-9", max_size=64)


@given(st.builds(Remembered, st.sampled_from(SORTS), st.sampled_from(PANES), NAMES, NAMES, NAMES))
def test_what_is_written_is_read(remembered: Remembered) -> None:
    assert remembered_of(json.loads(json.dumps(document_of(remembered)))) == remembered


def test_the_last_board_is_remembered_and_nothing_is_written_for_one_that_only_looked(tmp_path: Path) -> None:
    path = tmp_path / "board.json"
    memory = BoardFile(path)
    assert memory.read() == (NOTHING_REMEMBERED, None)
    memory.write(NOTHING_REMEMBERED)
    assert not path.exists()
    memory.write(CHOSEN)
    assert BoardFile(path).read() == (CHOSEN, None)
    assert list(tmp_path.iterdir()) == [path] and path.stat().st_mode & 0o777 == 0o600


def test_of_two_boards_the_one_that_ends_last_is_kept(tmp_path: Path) -> None:
    one, other = BoardFile(tmp_path / "board.json"), BoardFile(tmp_path / "board.json")
    one.read()
    other.read()
    other.write(CHOSEN)
    one.write(Remembered("state"))
    assert BoardFile(tmp_path / "board.json").read()[0] == Remembered("state")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "Expecting value"),
        (b"[]", "it holds no JSON object"),
        (b"\xff", "decode"),
        (b"{}", "it is not headgate/board/1"),
        (b"[" * 3000, "recursion"),
        (b"x" * 5000, "more than 4096 bytes"),
        (b'{"schema":"headgate/board/2","sort":"need","pane":"facts"}', "it is not headgate/board/1"),
        (b'{"schema":"headgate/board/1","sort":"luck","pane":"facts"}', "an order or a pane that is not known"),
        (b'{"schema":"headgate/board/1","sort":[],"pane":"facts"}', "an order or a pane that is not known"),
        (b'{"schema":"headgate/board/1","sort":"need","pane":"facts","run":7}', "its run is no name"),
        (b'{"schema":"headgate/board/1","sort":"need","pane":"facts","theme":"\\u001b[2J"}', "its theme is no name"),
    ],
)
def test_a_file_that_is_none_of_ours_is_left_out_and_said(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "board.json"
    path.write_bytes(content)
    remembered, problem = BoardFile(path).read()
    assert remembered == NOTHING_REMEMBERED and problem is not None and why in problem.text and problem.remedy
    assert path.read_bytes() == content


def test_a_link_and_a_directory_are_no_file_of_ours(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(json.dumps(document_of(CHOSEN)))
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    (tmp_path / "folder").mkdir()
    for name in ("link", "folder"):
        remembered, problem = BoardFile(tmp_path / name).read()
        assert remembered == NOTHING_REMEMBERED and problem is not None
    memory = BoardFile(tmp_path / "link")
    memory.write(Remembered("state"))
    assert BoardFile(tmp_path / "secret").read()[0] == CHOSEN and not (tmp_path / "link").is_symlink()


def test_a_theme_chosen_by_hand_holds_until_the_settings_say_another_one() -> None:
    chosen = Remembered(theme="headgate-light", theme_over="headgate-mono")
    assert chosen.theme_now("headgate-mono") == "headgate-light"
    assert chosen.theme_now("headgate-dark") is None and chosen.theme_now(None) is None
