"""Whatever stands in a log's place, the source says one sentence about it and goes on with the rest."""

import os
import shutil
from pathlib import Path

import pytest

from adapters.agents.known import AGENTS
from adapters.catalogue import is_safe
from adapters.roots import Roots
from state.runs.event import LineNotUnderstood
from tests.adapters.plain_agent import World, append, close, line

HERE = {"cwd": "/w/one"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
async def read(world: World) -> Path:
    """Give a log that was read up to its end, beside another one that must go on."""
    log = world.log("s", line(1, **HERE))
    world.log("t", line("t", **HERE))
    await world.catch_up()
    return log


async def look(world: World) -> str:
    """Look twice, as the source does again and again, and give the one problem that stands."""
    append(world.root / "projects" / "-w-one" / "t.jsonl", line("u"))
    await world.catch_up()
    told = len(world.batches)
    await world.catch_up()
    assert len(world.batches) == told
    assert world.told("t")[-1] == "u"
    assert len(world.problems) <= 1
    return next(iter(world.problems.values()), "")


@pytest.mark.parametrize("what", ["FIFO", "symbolic link", "directory"])
async def test_what_was_swapped_in_for_a_log_is_named_and_not_read(world: World, read: Path, what: str) -> None:
    read.unlink()
    if what == "FIFO":
        os.mkfifo(read)
    elif what == "directory":
        read.mkdir()
    else:
        (world.home / "key").write_bytes(line("secret", **HERE) * 2)
        read.symlink_to(world.home / "key")
    problem = await look(world)
    assert f"a {what} stands in its place" in problem
    assert str(read) in problem
    assert world.told("s") == ["1"]
    read.rmdir() if what == "directory" else read.unlink()
    read.write_bytes(line(2, **HERE))
    assert await look(world) == ""
    assert world.told("s") == ["1", "2"]


async def test_a_link_put_in_the_way_of_a_log_is_named_and_not_followed(world: World, read: Path) -> None:
    away = world.home / "away"
    away.mkdir()
    (away / "s.jsonl").write_bytes(line("secret", **HERE) * 2)
    append(away / "t.jsonl", line("t", **HERE))
    folder = read.parent
    folder.rename(world.home / "kept")
    folder.symlink_to(away)
    await world.catch_up()
    assert any("leads elsewhere" in problem for problem in world.problems.values())
    assert "secret" not in world.told()
    folder.unlink()
    (world.home / "kept").rename(folder)
    await world.catch_up()
    assert world.problems == {}
    assert world.told() == ["1", "t"]


async def test_a_closed_log_is_named_until_it_is_open_again(world: World, read: Path) -> None:
    append(read, line(2))
    close(read)
    assert "permissions forbid it" in await look(world)
    read.chmod(0o600)
    assert await look(world) == ""
    assert world.told("s") == ["1", "2"]


async def test_a_closed_directory_is_named_and_hides_no_other(world: World, read: Path) -> None:
    closed = world.log("c", line("c", **HERE), folder="-w-closed").parent
    close(closed)
    try:
        assert "cannot be read" in await look(world)
    finally:
        closed.chmod(0o700)
    assert await look(world) == ""
    assert world.told("c") == ["c"]


async def test_a_line_that_is_too_long_is_said_with_its_size_and_the_next_one_is_read(world: World) -> None:
    log = world.log("s", line(1, **HERE))
    append(log, b"x" * (17 << 20) + b"\n" + line(2))
    await world.catch_up()
    about = f"{log} at byte {len(line(1, **HERE))}"
    assert "a line of 17,825,793 bytes" in world.problems[about]
    assert [(event.kind, "17,825,793" in event.why) for event in world.kinds(LineNotUnderstood)] == [("too long", True)]
    assert world.told() == ["1", "2"]
    assert (world.marks[str(log)].records, world.marks[str(log)].not_understood) == (3, 1)
    append(log, line(3))
    await world.catch_up()
    assert list(world.problems) == [about]
    log.write_bytes(line(4, **HERE))
    await world.catch_up()
    assert world.problems == {}


async def test_a_hole_is_said_once_and_what_stands_behind_it_is_read(world: World, read: Path) -> None:
    os.truncate(read, 1 << 40)
    assert "ends in a hole of" in await look(world)
    append(read, line(2))
    assert "a hole of" in await look(world)
    assert world.told("s") == ["1", "2"]


async def test_a_root_that_appears_later_is_no_problem_before_and_read_after(tmp_path: Path) -> None:
    world = World(tmp_path)
    assert await world.catch_up() == []
    world.log("s", line(1, **HERE))
    await world.catch_up()
    assert (world.told(), world.problems) == (["1"], {})


@pytest.mark.parametrize("name", ["GEMINI_CLI_HOME", "XDG_DATA_HOME"])
async def test_a_directory_that_holds_more_than_logs_is_no_claim_that_there_are_any(name: str, tmp_path: Path) -> None:
    roots = Roots(AGENTS, {"HOME": str(tmp_path), name: str(tmp_path / "elsewhere")})
    assert roots.look()[0] == []


async def test_a_root_that_the_environment_names_must_be_there(tmp_path: Path) -> None:
    world = World(tmp_path)
    named = tmp_path / "named"
    world.environment = {"HOME": str(tmp_path), "PLAIN_HOME": f"{named},{tmp_path / 'file'}"}
    (tmp_path / "file").touch()
    world.restart()
    await world.catch_up()
    assert sorted(world.problems) == [str(tmp_path / "file"), str(named)]
    assert "the environment names it" in world.problems[str(named)]
    assert "is no directory" in world.problems[str(tmp_path / "file")]
    named.mkdir()
    await world.catch_up()
    assert list(world.problems) == [str(tmp_path / "file")]


async def test_a_root_that_goes_is_said_and_its_return_too(world: World, read: Path) -> None:
    world.root.rename(world.home / "away")
    await world.catch_up()
    assert "is gone" in world.problems[str(world.root)]
    (world.home / "away").rename(world.root)
    append(read, line(2))
    await world.catch_up()
    assert world.problems == {}
    assert world.told("s") == ["1", "2"]


async def test_a_name_that_is_not_plain_text_is_refused_with_a_printable_sentence(world: World) -> None:
    world.log("good", line(1, **HERE))
    for name in (b"\xff\xfe", b"esc\x1b]0;x\x07", "bidi‮".encode(), b"new\nline"):
        folder = os.fsencode(world.root / "projects" / "-w-one")
        path = Path(os.fsdecode(folder + b"/" + name + b".jsonl"))
        path.write_bytes(line(2, **HERE))
    await world.catch_up()
    assert world.told() == ["1"]
    assert len(world.problems) == 4
    assert all(text.isprintable() for item in world.problems.items() for text in item)
    assert list(world.marks) == [str(world.root / "projects" / "-w-one" / "good.jsonl")]


@pytest.mark.parametrize(
    ("path", "safe"), [("/h/é/日本", True), ("/h/a b", True), ("/h/\u3000", True), ("/h/\x9b", False)]
)
def test_only_names_that_can_do_something_to_a_terminal_are_refused(path: str, safe: bool) -> None:
    assert is_safe(path) is safe


async def test_a_log_that_goes_between_the_listing_and_the_reading_is_no_problem(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, kept = world.log("s", line(1, **HERE)), world.log("t", line(2, **HERE))
    listed = world.agent.logs

    def listed_too_late(root: Path, unreadable: list[OSError]) -> list[object]:
        found = list(listed(root, unreadable))
        log.unlink(missing_ok=True)
        return found

    monkeypatch.setattr(world.agent, "logs", listed_too_late)
    await world.catch_up()
    assert (world.told(), world.problems) == (["2"], {})
    shutil.rmtree(world.root)
    await world.catch_up()
    assert list(world.problems) == [str(world.root)]
    assert not kept.exists()
