"""A run's events, made short."""

from collections.abc import Callable
from typing import Any

import pytest

from state.runs.event import Event
from state.runs.fold import fold
from state.runs.run import Origin, Run, RunKey, run_key

KEY = run_key("claude-code", "one")


@pytest.fixture
def key() -> RunKey:
    return KEY


@pytest.fixture
def happen() -> Callable[..., Run]:
    """Fold events given as (class, at, words) onto a run, each at its own byte of one log."""

    def after(*events: tuple[Callable[..., Event], float | None, dict[str, Any]], run: Run | None = None) -> Run:
        run = run or Run(key=KEY, agent="claude-code", session="one")
        for offset, (make, at, words) in enumerate(events):
            run = fold(run, make(KEY, Origin("/logs/one.jsonl", offset * 100, at), **words))
        return run

    return after
