"""What may stand where a database of OpenCode is expected: locked, torn, of another version, replaced, no database."""

from pathlib import Path

import pytest

from state.runs.event import LineNotUnderstood, PromptGiven
from state.runs.run import Usage
from tests.adapters.opencode_world import NOW, Database, Home, identity, prompts, tokens
from tests.promises import attacks

pytestmark = attacks("faults")


async def test_a_locked_database_is_told_and_read_when_it_is_free(tmp_path: Path) -> None:
    home = Home(tmp_path)
    database = Database(home.path, wal=False)
    database.session("ses_1")
    database.prompt("ses_1", NOW, "hello")
    database.execute("BEGIN EXCLUSIVE")
    await home.catch_up()
    assert home.events == [] and "locked" in home.problems[str(home.path)]
    database.execute("COMMIT")
    await home.catch_up()
    assert home.problems == {} and home.run("ses_1").title == "A title"
    database.close()


async def test_a_database_that_is_locked_later_loses_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path)
    database = Database(home.path, wal=False)
    database.session("ses_1")
    database.prompt("ses_1", NOW, "one")
    await home.catch_up()
    database.prompt("ses_1", NOW + 9000, "two")
    database.execute("BEGIN EXCLUSIVE")
    await home.catch_up()
    database.execute("COMMIT")
    await home.catch_up()
    assert [event.text for event in home.events if isinstance(event, PromptGiven)] == ["one", "two"]
    assert home.problems == {}
    database.close()


@pytest.mark.parametrize("stands", ["text", "cut", "empty", "folder", "link"])
async def test_what_is_no_database_is_one_problem_at_most(tmp_path: Path, stands: str) -> None:
    home = Home(tmp_path)
    other = Database(tmp_path / "other.db")
    other.session("ses_1")
    other.close()
    home.path.parent.mkdir(parents=True)
    match stands:
        case "text":
            home.path.write_text("this is no database " * 500)
        case "cut":
            home.path.write_bytes((tmp_path / "other.db").read_bytes()[:5000])
        case "empty":
            home.path.touch()
        case "folder":
            home.path.mkdir()
        case _:
            home.path.symlink_to(tmp_path / "other.db")
    await home.catch_up()
    assert home.events == []
    assert list(home.problems) == ([str(home.path)] if stands in ("text", "cut") else [])


async def test_a_torn_page_stops_one_session_and_says_so(tmp_path: Path) -> None:
    home = Home(tmp_path)
    database = Database(home.path)
    database.session("ses_1")
    database.prompt("ses_1", NOW, "x" * 50_000)
    database.close()
    torn = bytearray(home.path.read_bytes())
    for page in range(12, len(torn) // 4096):
        torn[page * 4096 : page * 4096 + 4096] = b"\xff" * 4096
    home.path.write_bytes(torn)
    await home.catch_up()
    assert all("malformed" in text or "corrupt" in text for text in home.problems.values())
    assert home.run("ses_1").usage == Usage() and (home.problems or home.events)


async def test_a_database_of_another_version_is_named_and_not_guessed_at(tmp_path: Path) -> None:
    home = Home(tmp_path)
    database = Database(home.path)
    database.session("ses_1")
    database.execute("ALTER TABLE part RENAME COLUMN message_id TO step_id")
    await home.catch_up()
    assert home.events == []
    assert "its table part has no column message_id" in home.problems[str(home.path)]
    database.close()


async def test_a_database_that_is_just_being_made_is_no_problem(tmp_path: Path) -> None:
    home = Home(tmp_path)
    database = Database(home.path)
    for table in ("session", "message", "session_message"):
        database.execute(f"ALTER TABLE {table} RENAME TO not_yet_{table}")
    await home.catch_up()
    assert (home.events, home.problems) == ([], {})
    for table in ("session", "message"):
        database.execute(f"ALTER TABLE not_yet_{table} RENAME TO {table}")
    database.session("ses_1")
    await home.catch_up()
    assert home.run("ses_1").title == "A title"
    database.close()


async def test_sessions_of_opencode_2_are_said_to_be_not_understood(tmp_path: Path) -> None:
    home = Home(tmp_path)
    database = Database(home.path)
    database.session("ses_1")
    database.execute("INSERT INTO session_message VALUES ('a', 'ses_1', 'user', 1, ?, ?, '{}')", NOW, NOW)
    await home.catch_up()
    await home.catch_up()
    puzzles = [event for event in home.events if isinstance(event, LineNotUnderstood)]
    assert [event.kind for event in puzzles] == ["session_message"]
    assert home.run("ses_1").not_understood == 1
    for table in ("part", "message"):
        database.execute(f"DROP TABLE {table}")
    await home.catch_up()
    assert "OpenCode 2" in home.problems[str(home.path)]
    database.close()


async def test_the_files_of_an_old_opencode_are_named_as_unread(tmp_path: Path) -> None:
    home = Home(tmp_path)
    old = home.path.parent / "storage" / "session" / "project"
    old.mkdir(parents=True)
    await home.catch_up()
    (problem,) = home.problems.values()
    assert "OpenCode before 1.2" in problem
    Database(home.path).session("ses_1")
    await home.catch_up()
    assert home.problems == {}


async def test_rows_that_are_no_json_are_counted_and_hide_no_other(tmp_path: Path) -> None:
    home = Home(tmp_path)
    database = Database(home.path)
    database.session("ses_1")
    database.answer("ses_1", NOW, tokens=tokens(100, 10))
    bad = ['{"type":', "", '"text"', '{"type":"text"},"table":"session"', b"\xff\xfe", '{"type":' + "[" * 5000]
    for number, data in enumerate(bad):
        part = identity("prt", NOW + number, 3)
        database.execute("INSERT INTO part VALUES (?, ?, 'ses_1', 1, 1, ?)", part, identity("msg", NOW), data)
    database.execute("INSERT INTO message VALUES (?, 'ses_1', 1, 1, '[]')", identity("msg", NOW + 1))
    database.answer("ses_1", NOW + 5000, tokens={"input": -5, "output": 1e300, "cache": "x", "reasoning": None})
    database.answer("ses_1", NOW + 9000, tokens=tokens(1, 1))
    await home.catch_up()
    assert home.usage().fresh_input == 101
    assert len([event for event in home.events if isinstance(event, LineNotUnderstood)]) == len(bad) + 1
    database.close()


async def test_a_database_that_is_replaced_is_read_anew_and_counted_once(tmp_path: Path) -> None:
    home = Home(tmp_path)
    database = Database(home.path)
    database.session("ses_1")
    database.answer("ses_1", NOW, tokens=tokens(100, 10))
    database.prompt("ses_1", NOW + 1000, "hello")
    database.close()
    await home.catch_up()
    copy = tmp_path / "copy"
    copy.write_bytes(home.path.read_bytes())
    copy.replace(home.path)
    database = Database(home.path)
    database.execute("DELETE FROM message")  # so that neither its time nor its row number is news
    database.answer("ses_1", NOW - 90_000, tokens=tokens(7, 1))
    await home.catch_up()
    assert (home.usage().fresh_input, len(prompts(home))) == (107, 1)
    database.close()


async def test_a_session_that_goes_and_comes_back_is_told_once(tmp_path: Path) -> None:
    home = Home(tmp_path)
    database = Database(home.path)
    database.session("ses_1")
    database.prompt("ses_1", NOW, "hello")
    await home.catch_up()
    database.execute("DELETE FROM session")
    await home.catch_up()
    database.session("ses_1")
    await home.catch_up()
    assert len(prompts(home)) == 1 and home.problems == {}
    database.close()


def test_the_tables_of_accounts_are_never_named() -> None:
    source = Path(__file__).parents[2] / "adapters"
    text = "".join(path.read_text() for path in source.rglob("opencode*.py"))
    assert not any(word in text for word in ("FROM account", "control_account", "credential", "SELECT *"))
