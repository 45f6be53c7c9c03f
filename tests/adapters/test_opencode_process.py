"""Which process is a run's where one database holds the sessions of many processes."""

from pathlib import Path

from adapters.known_log import KnownLog
from adapters.opening import Unreadable
from adapters.process_table import Running
from adapters.sightings import sighted
from state.ports import LogMark
from state.runs.run import run_key
from tests.adapters.opencode_world import NOW, Database, Home


def logs_of(home: Home) -> list[KnownLog]:
    """The sessions of a home, as the catalogue keeps them."""
    logs: list[KnownLog] = []
    for place in home.agent.logs(home.path.parent, []):
        run, session = run_key("opencode", str(place.session)), place.session
        mark = LogMark(place.path, "opencode", run=run, session=session, cwd=f"/w/{session}", belongs=True)
        log = KnownLog(home.agent, place, mark, judged=True)
        found = log.look()
        assert not isinstance(found, Unreadable)
        log.found = found
        logs.append(log)
    return logs


def test_a_process_that_holds_the_database_open_is_surely_the_process_of_no_session(tmp_path: Path) -> None:
    home = Home(tmp_path)
    database = Database(home.path)
    database.session("ses_1", NOW, directory="/w/ses_1")
    database.session("ses_2", NOW + 5000, directory="/w/ses_2")
    file = home.path.stat()
    held = frozenset({(file.st_dev, file.st_ino)})
    process = Running(7, 1, "100", NOW / 1000 - 10, "opencode", "/w/ses_1", held)
    database.close()
    found = sighted([process], logs_of(home))
    assert [(one.session, one.sure) for one in found] == [("ses_1", False)]
