"""A run's limit holds with the core closed: the hook counts the new end of a Claude-shaped log, each call once."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from adapters.hook.budget import spent_since, used_up
from tests.hook.hook_world import SESSION, HookWorld
from tests.promises import attacks

RATES = {"claude-sonnet-4-5": [3.0, 0.3, 3.75, 6.0, 15.0]}


def row(name: str, fresh: int = 1000, output: int = 0, model: str = "claude-sonnet-4-5", **more: int) -> dict[str, Any]:
    usage = {"input_tokens": fresh, "output_tokens": output, **more}
    return {"type": "assistant", "message": {"id": name, "model": model, "usage": usage}}


def log(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "log.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in rows))
    return path


def budget(path: Path, left: int, offset: int = 0) -> dict[str, Any]:
    told = {"name": "run:r1", "request": "halt-1", "text": "budget run:r1 of $0.05 is at 100 %", "log": str(path)}
    return {**told, "left": left, "offset": offset, "rates": RATES, "dearest": 15.0}


def test_a_call_on_many_rows_counts_once_with_its_largest_figures(tmp_path: Path) -> None:
    path = log(tmp_path, row("m1", output=1), {"type": "user"}, row("m1", output=100), row("m2"))
    assert spent_since(budget(path, 1)) == 3000 + 1500 + 3000  # pyright: ignore[reportArgumentType]


def test_the_call_that_the_core_counted_is_not_counted_again(tmp_path: Path) -> None:
    path = log(tmp_path, {"type": "user"}, row("m1"), row("m1"), row("m2"))
    offset = len(json.dumps({"type": "user"})) + 1
    assert spent_since(budget(path, 1, offset)) == 3000  # pyright: ignore[reportArgumentType]


def test_cache_and_unknown_models_are_priced_and_half_lines_wait(tmp_path: Path) -> None:
    path = log(tmp_path, row("m1", 0, cache_read_input_tokens=1000, cache_creation_input_tokens=100))
    assert spent_since(budget(path, 1)) == pytest.approx(675)  # pyright: ignore[reportArgumentType]
    path = log(tmp_path, row("m1", 10, model="new"))
    path.write_text(path.read_text() + '{"message": {"usage": ')
    assert spent_since(budget(path, 1)) == 150  # pyright: ignore[reportArgumentType]


def test_of_codex_s_running_totals_the_growth_counts(tmp_path: Path) -> None:
    totals = [{"input_tokens": 100, "cached_input_tokens": 40, "output_tokens": out} for out in (10, 30)]
    rows = [{"type": "event_msg", "payload": {"info": {"total_token_usage": one}}} for one in totals]
    known = budget(log(tmp_path, *rows), 1)
    assert spent_since(known) == pytest.approx(60 * 3 + 40 * 0.3 + 30 * 15)  # pyright: ignore[reportArgumentType]


def test_a_log_that_grew_beyond_all_bounds_waits_for_a_core(tmp_path: Path) -> None:
    path = log(tmp_path, row("m1"))
    os.truncate(path, 1 << 27)
    assert used_up(budget(path, 10**9))  # pyright: ignore[reportArgumentType]


def test_with_the_core_closed_a_real_hook_lets_go_what_is_left_and_holds_what_is_not(world: HookWorld) -> None:
    world.open_house()
    path = log(world.folder, row("m1"), row("m2"))
    world.run(budget=budget(path, 6001))
    assert world.bash("git status").allowed
    world.run(budget=budget(path, 6000))
    for told in (world.bash("git status"), world.ask(world.event("Read", {"file_path": "a.py"}))):
        assert told.denied
        assert "Headgate halted this run: budget run:r1 of $0.05 is at 100 %" in told.err
    world.listen()
    world.run(budget=budget(path, 6001))
    assert world.bash("git status").allowed, "what a core raised counts at once"


def test_with_nothing_left_it_waits_for_the_answer_and_goes_on_once_it_was_raised(world: HookWorld) -> None:
    world.open_house()
    world.listen()
    path = log(world.folder, row("m1"))
    world.run(budget=budget(path, 0))
    hook = world.start(world.event("Bash", {"command": "git status"}))
    while not world.awaited():
        assert hook.poll() is None
    world.run(budget={**budget(path, 9000), "request": "halt-2"})
    hook.communicate(timeout=20)
    assert hook.returncode == 0
    assert SESSION in world.calls()[-1]["session"]


@attacks("closed")
def test_a_core_that_has_just_begun_lifts_nothing_before_it_has_counted(world: HookWorld) -> None:
    world.open_house()
    world.listen()
    path = log(world.folder, row("m1"), row("m2"))
    world.run(budget=budget(path, 4000))
    hook = world.start(world.event("Bash", {"command": "touch a"}))
    while not world.awaited():
        assert hook.poll() is None, "it was let go by what another core counted"
    world.run(budget=budget(path, 9000))
    hook.communicate(timeout=20)
    assert hook.returncode == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_text(""),
        lambda path: path.write_text("x" * 5000),
        lambda path: path.unlink(),
        lambda path: (path.unlink(), path.mkdir()),
    ],
)
def test_a_log_that_is_not_the_counted_one_any_more_waits_for_a_core_and_is_told(world: HookWorld, change: Any) -> None:
    world.open_house()
    path = log(world.folder, {"type": "user"}, row("m1"), row("m2"))
    world.run(budget=budget(path, 6001, len(json.dumps({"type": "user"})) + 1))
    assert world.ask(world.event("Read", {"file_path": "a.py"})).allowed
    change(path)
    for told in (world.bash("git status"), world.ask(world.event("Read", {"file_path": "a.py"}))):
        assert told.denied
        assert "its log was removed, replaced or cut short" in told.err and "at 100 %" not in told.err
    world.run(budget=None)
    assert world.bash("git status").allowed


@pytest.mark.parametrize("wrong", [-5, 10**400, 10**30, 1.5e300, "7", None, [1], True])
def test_no_number_in_a_log_breaks_the_count(tmp_path: Path, wrong: Any) -> None:
    path = log(tmp_path, row("m1", wrong, cache_read_input_tokens=wrong), row("m2"))
    spent = spent_since(budget(path, 1))  # pyright: ignore[reportArgumentType]
    assert spent is not None and 3000 <= spent <= 4e15
