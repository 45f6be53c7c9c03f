"""`headgate status --tmux`: what needs the human in one line that tmux cannot read anything else into."""

import shutil
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from state.runs.attention import NEEDS_YOU
from state.spool import Spool
from state.store import glimpse as glimpses
from state.store.glimpse import Asking, Glimpse, glimpse
from state.store.writer import Store
from tests.promises import attacks
from tui.verbs.tmux_line import line

CALL = Asking("exception", "k7f2", "git push #[fg=red]#(touch x) #{pid} ##[bold]")
QUESTION = Asking("", "", "asks: which one?")


def test_the_line_says_how_many_and_the_first_and_what_is_old() -> None:
    assert line([Glimpse((QUESTION,))]) == "#[fg=yellow,bold]1 needs you#[default] asks: which one?"
    assert line([Glimpse(())]) == "#[dim]nothing needs you#[default]"
    assert line([Glimpse((), 720.0)]) == "#[dim]nothing needs you#[default]#[dim] · no core, 12m old#[default]"
    assert line([Glimpse(None)]) == line([]) == "#[dim]headgate ?#[default]"
    assert line([Glimpse((QUESTION,)), Glimpse(None)]).endswith("#[dim] · 1 ?#[default]")
    assert line([Glimpse((QUESTION,))], 24, colours=False) == "#[bold]1 needs you#[default] asks: which…"


@attacks("terminal", "execution")
@pytest.mark.skipif(shutil.which("tmux") is None, reason="NOT TRIED: there is no tmux here")
def test_a_real_tmux_draws_foreign_text_as_it_stands(tmp_path: Path) -> None:
    (tmp_path / "line").write_text(line([Glimpse((CALL,))], 90) + "\n")
    (tmp_path / "conf").write_text(
        f"set -g status-right '#(cat {tmp_path}/line)'\nset -g status-right-length 100\nset -g status-interval 1\n"
    )
    inner = f"env -u TMUX TERM=xterm tmux -S {tmp_path}/inner -f {tmp_path}/conf new-session -x 120 -y 5 'sleep 60'"

    def outer(*words: str) -> str:
        command = ["tmux", "-S", str(tmp_path / "outer"), "-f", "/dev/null", *words]
        return subprocess.run(command, check=False, capture_output=True, text=True).stdout

    try:
        outer("new-session", "-d", "-x", "120", "-y", "6", inner)
        deadline = time.monotonic() + 20
        while "needs you" not in (shown := outer("capture-pane", "-p")) and time.monotonic() < deadline:
            time.sleep(0.1)
    finally:
        subprocess.run(["tmux", "-S", str(tmp_path / "inner"), "kill-server"], check=False)
        outer("kill-server")
    assert f"1 needs you asks leave: {CALL.text}" in shown and not (tmp_path / "x").exists()


def test_a_database_is_looked_at_and_not_changed(tmp_path: Path) -> None:
    assert NEEDS_YOU == glimpses.NEEDS_YOU
    folder = Spool(tmp_path).folder
    assert glimpse(folder, 0.0).needs is None, "there is none yet"
    Store(folder / "state.db").close()
    with sqlite3.connect(folder / "state.db") as database:
        _put(database, "run", id="a", need=75, state="blocked", because="rate limit", seen=0.0)
        _put(database, "run", id="b", need=80, state="working", because="at work", findings='[{"text": "in a loop"}]')
        _put(database, "run", id="c", need=98, state="idle", because="rests")
        _put(database, "run", id="d", need=59, state="idle", because="rests")
        for name, severity, deadline in (("r1", "high", None), ("r2", "critical", None), ("r3", "high", 5.0)):
            _put(database, "request", id=name, run="c", state="open", severity=severity, deadline=deadline, text=name)
        _put(database, "request", id="r4", run="c", state="denied", severity="critical", text="over")
    database.close()
    before = (folder / "state.db").read_bytes()
    found = glimpse(folder, (folder / "state.db").stat().st_mtime + 120)
    assert found.needs is not None and found.age == pytest.approx(120)
    assert [one.text for one in found.needs] == ["r2", "r3", "r1", "in a loop", "rate limit"]
    assert (folder / "state.db").read_bytes() == before
    with sqlite3.connect(folder / "state.db") as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    assert glimpse(folder, 0.0).needs is None, "a database of another Headgate tells nothing"


def _put(database: sqlite3.Connection, table: str, **words: str | float | None) -> None:
    columns = database.execute(f"PRAGMA table_info({table})").fetchall()
    row = {name: "" if kind == "TEXT" else 0 for _, name, kind, needed, _, _ in columns if needed} | words
    names, signs = ", ".join(row), ", ".join("?" * len(row))
    database.execute(f"INSERT INTO {table} ({names}) VALUES ({signs})", tuple(row.values()))
