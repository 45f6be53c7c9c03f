"""The meeting place: locks, bells, orders and answers, with real files, FIFOs and a second process."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from state.places import config_root, state_root
from state.spool import Spool, hang_bell, hush, make_private, read_whole, ring, take_lock, write_whole


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "house")


def test_only_the_owner_enters(spool: Spool) -> None:
    folders = [spool.folder, spool.inbox, spool.answers, spool.boards]
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}


def test_an_order_is_kept_until_it_is_answered(spool: Spool) -> None:
    order = spool.order("look", worktree="/w")
    (again,) = spool.orders()
    assert (again.verb, again.words, again.id) == ("look", {"worktree": "/w"}, order.id)
    assert again.at == (spool.inbox / f"{order.id}.json").stat().st_mtime
    assert spool.take_answer(order) is None
    spool.answer(again, {"text": "done"})
    assert list(spool.orders()) == []
    assert spool.take_answer(order) == {"text": "done"}
    assert spool.take_answer(order) is None


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"verb": 3}', '{"verb": "x"}', "\x00\x01", "[" * 100_000])
def test_what_is_no_order_is_set_aside_and_kept(spool: Spool, text: str) -> None:
    (spool.inbox / "odd.json").write_text(text)
    assert list(spool.orders()) == []
    assert (spool.folder / "spool" / "refused" / "odd.json").read_text() == text
    assert list(spool.inbox.iterdir()) == []


def test_a_half_written_file_is_never_seen(spool: Spool) -> None:
    path = spool.inbox / "one.json"
    write_whole(path, {"verb": "a", "words": {}})
    assert path.stat().st_mode & 0o777 == 0o600
    assert [other.name for other in spool.inbox.iterdir()] == ["one.json"]


def test_a_fifo_or_a_link_in_the_spool_is_not_read(spool: Spool, tmp_path: Path) -> None:
    os.mkfifo(spool.inbox / "pipe.json")
    (tmp_path / "secret").write_text('{"verb": "a", "words": {}}')
    (spool.inbox / "link.json").symlink_to(tmp_path / "secret")
    assert read_whole(spool.inbox / "pipe.json") is None
    assert read_whole(spool.inbox / "link.json") is None
    assert list(spool.orders()) == []


def test_a_bell_without_a_listener_is_known_to_be_silent(spool: Spool) -> None:
    assert not ring(spool.bell_file)
    bell = hang_bell(spool.bell_file)
    assert ring(spool.bell_file)
    assert os.read(bell, 10) == b"\n"
    os.close(bell)
    assert not ring(spool.bell_file)


def test_asking_softly_wakes_nobody(spool: Spool) -> None:
    bell = hang_bell(spool.bell_file)
    assert ring(spool.bell_file, softly=True)
    with pytest.raises(BlockingIOError):
        os.read(bell, 10)
    os.close(bell)


def test_a_bell_that_nobody_hears_is_rung_for_ever_without_blocking(spool: Spool) -> None:
    bell = hang_bell(spool.bell_file)
    assert all(ring(spool.bell_file) for _ in range(70_000))
    hush(bell)
    with pytest.raises(BlockingIOError):
        os.read(bell, 1)
    os.close(bell)


def test_a_file_in_place_of_a_bell_is_no_bell(spool: Spool) -> None:
    spool.bell_file.write_text("")
    assert not ring(spool.bell_file)
    assert spool.bell_file.read_text() == ""


def test_dead_boards_are_forgotten_and_living_ones_rung(spool: Spool) -> None:
    living = hang_bell(spool.boards / "a.bell")
    os.close(hang_bell(spool.boards / "b.bell"))
    assert spool.ring_boards() == 1
    assert [path.name for path in spool.boards.iterdir()] == ["a.bell"]
    assert os.read(living, 10) == b"\n"
    os.close(living)


def test_there_is_one_writer_and_its_death_frees_the_lock(spool: Spool) -> None:
    program = textwrap.dedent(f"""
        import time
        from pathlib import Path
        from state.spool import take_lock
        assert take_lock(Path({str(spool.lock_file)!r})) is not None
        print("held", flush=True)
        time.sleep(60)
    """)
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None and child.stdout.readline() == "held\n"
    assert take_lock(spool.lock_file) is None
    assert spool.lock_file.read_text() == f"{child.pid}\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    descriptor = take_lock(spool.lock_file)
    assert descriptor is not None
    os.close(descriptor)


def test_a_link_in_place_of_the_state_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(ValueError, match="HEADGATE_STATE_DIR"):
        make_private(tmp_path / "link")


def test_an_open_directory_is_closed_to_others(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    make_private(tmp_path / "open")
    assert (tmp_path / "open").stat().st_mode & 0o777 == 0o700


def test_a_directory_where_a_file_should_be_hurts_nobody(spool: Spool) -> None:
    (spool.inbox / "odd.json").mkdir()
    (spool.boards / "odd.bell").mkdir()
    spool.answers.joinpath("x.json").mkdir()
    assert list(spool.orders()) == []
    assert spool.ring_boards() == 0
    assert read_whole(spool.answers / "x.json") is None
    spool.bell_file.mkdir()
    assert not ring(spool.bell_file)


def test_an_odd_order_that_cannot_be_set_aside_is_passed_over(spool: Spool) -> None:
    (spool.folder / "spool" / "refused").write_text("in the way")
    (spool.inbox / "odd.json").write_text("{")
    order = spool.order("look")
    assert [one.id for one in spool.orders()] == [order.id]


def test_relative_state_directories_are_refused() -> None:
    for name, root in (("HEADGATE_STATE_DIR", state_root), ("HEADGATE_CONFIG_DIR", config_root)):
        with pytest.raises(ValueError, match=f"{name} is relative"):
            root({name: "here", "HOME": "/home/x"})
    assert state_root({"HOME": "/home/x", "XDG_STATE_HOME": "relative"}) == Path("/home/x/.local/state/headgate")


def test_answers_that_nobody_came_for_are_forgotten_and_nothing_else(spool: Spool) -> None:
    old, young = spool.order("look"), spool.order("look")
    for order in (old, young):
        spool.answer(order, {"text": "done"})
    kept, link, folder = spool.folder / "kept.json", spool.answers / "link.json", spool.answers / "folder"
    kept.write_text("{}")
    link.symlink_to(kept)
    folder.mkdir()
    for path in (spool.answers / f"{old.id}.json", link, folder):
        os.utime(path, (100.0, 100.0), follow_symlinks=False)
    spool.forget_answers(101.0)
    assert sorted(path.name for path in spool.answers.iterdir()) == sorted([f"{young.id}.json", "folder"])
    assert kept.exists() and spool.take_answer(young) == {"text": "done"}
