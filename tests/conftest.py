"""How properties are tried in every room: by counts alone, because a clock would fail them on a busy machine.

The examples are the same at each run, so that a change is judged and not the dice; `HEADGATE_DICE=1` throws them anew.
"""

import gc
import json
import os
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.clients import kept
from tests.clients.found import VARIABLE
from tests.clients.table import Table
from tests.tries import FULL, tries

# A process that a test starts takes a second longer where Python may not keep what it compiled.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# Who starts the tests in the background of a shell has them ignore what some of them send.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile(
    "headgate",
    deadline=None,
    max_examples=tries(50, 1000),
    derandomize="HEADGATE_DICE" not in os.environ and not FULL,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("headgate")


def pytest_configure(config: pytest.Config) -> None:
    """Know the marks: `tests.clients.table.shows` of a test of real clients, and `tests.promises.attacks`."""
    config.addinivalue_line("markers", "shows(row): a test of real clients, and the row of their table that it is of")
    config.addinivalue_line("markers", "attacks(promise): a test that tries to break a promise of docs/reliability.md")


LONG = (
    *("terminal/test_demo.py", "hook/test_hook_storm.py", "control/test_escapes.py", "tui/test_layout.py"),
    *("adapters/test_demo_play.py", "tui/test_key_counts.py", "tui/test_mouse.py", "tui/test_snapshots.py"),
)
"""Files whose longest test takes many seconds: begun last, one would keep a worker while the other has nothing left."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long; have each result carry the promises that its test attacked."""
    for item in items:
        promises = {promise for mark in item.iter_markers("attacks") for promise in mark.args}
        item.user_properties += [("attacks", promise) for promise in sorted(promises)]
    items.sort(key=lambda item: not item.path.as_posix().endswith(LONG))


def pytest_collection_finish() -> None:
    """Keep what was loaded and collected out of every search for cycles, because it stays to the end."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly whether real clients were tried, and print what was seen of them as one table."""
    table, attacks, results = Table(), list[object](), list[kept.Result]()
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.stats.get(outcome, []):
            properties = getattr(report, "user_properties", ())
            table.take(outcome, properties)
            results.append((report.nodeid, outcome, [(name, str(value)) for name, value in properties]))
            attacks += _attack(report.nodeid, outcome, properties)
    if figures := os.environ.get("HEADGATE_FIGURES"):
        Path(figures).write_text(json.dumps(attacks))
    if file := os.environ.get(kept.VARIABLE):
        kept.keep(Path(file), results)
    if table.outcomes:
        terminalreporter.section("real clients")
        for line in table.lines() if table.tried() else ():
            terminalreporter.write_line(line)
        told = f"TRIED, {table.tried()} tests" if table.tried() else f"NOT TRIED: {VARIABLE} names no folder with one"
        terminalreporter.write_line(f"REAL CLIENTS {told}. See docs/clients.md.")


def _attack(test: str, outcome: str, properties: Iterable[tuple[str, object]]) -> Iterable[object]:
    """Give what `tests.reliability` reads of one test, where it attacked a promise."""
    values = [(name, str(value)) for name, value in properties]
    promises, figures = ([value for name, value in values if name == wanted] for wanted in ("attacks", "figure"))
    held = "failed" if outcome == "error" else outcome
    return [{"test": test, "outcome": held, "promises": promises, "figures": figures}] if promises else []
