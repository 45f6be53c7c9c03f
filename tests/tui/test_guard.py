"""The guard before a decision, on a clock that stands until a test moves it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.promises import attacks
from tui.guard import LONGEST, QUIET, SETTLED, TOGETHER, Guard

pytestmark = attacks("human")


class Ticks:
    """A clock in the hand of a test."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


def pressed(guard: Guard, ticks: Ticks, at: float, quiet: float = QUIET) -> str | None:
    """Press a key at a time after 100, and give why it decides nothing."""
    ticks.at = 100 + at
    return guard.refuses(guard.typed(), quiet)


def test_nothing_decides_before_anything_is_drawn(ticks: Ticks) -> None:
    guard = Guard(ticks)
    assert pressed(guard, ticks, 10) == "unseen"
    guard.drawn()
    guard.cover()
    assert pressed(guard, ticks, 20) == "unseen"


def test_half_a_second_is_too_quick_and_a_little_more_is_not(ticks: Ticks) -> None:
    guard = Guard(ticks)
    assert pressed(guard, ticks, -0.5) == "unseen"
    ticks.at = 100
    guard.drawn()
    assert [pressed(guard, ticks, at) for at in (0.01, 0.4, 0.6)] == ["quick", "quick", None]


def test_a_change_begins_the_time_anew(ticks: Ticks) -> None:
    guard = Guard(ticks)
    guard.drawn()
    assert pressed(guard, ticks, 0.6) is None
    guard.drawn()
    assert pressed(guard, ticks, 1.0) == "quick"
    assert pressed(guard, ticks, 1.2) is None


def test_a_key_counts_from_when_it_was_typed_however_late_it_is_looked_at(ticks: Ticks) -> None:
    guard = Guard(ticks)
    guard.drawn()
    ticks.at = 102
    assert guard.refuses(guard.typed(late=1.8)) == "quick"
    assert guard.refuses(guard.typed(late=2.5)) == "unseen"
    assert guard.refuses(guard.typed(late=-5.0)) is None, "a clock that runs ahead is now"


def test_a_key_that_is_held_down_never_decides(ticks: Ticks) -> None:
    guard = Guard(ticks)
    guard.drawn()
    held = [pressed(guard, ticks, step * 0.033) for step in range(1, 100)]
    assert None not in held
    assert pressed(guard, ticks, 99 * 0.033 + QUIET) is None


def test_a_burst_shuts_the_gate_for_a_while(ticks: Ticks) -> None:
    guard = Guard(ticks)
    guard.drawn()
    assert [pressed(guard, ticks, 5 + step * 0.005) for step in range(4)][1:] == ["burst"] * 3
    assert pressed(guard, ticks, 5.4) == "burst"
    assert pressed(guard, ticks, 5.6) is None


def test_pasted_text_shuts_the_gate_for_a_while(ticks: Ticks) -> None:
    guard = Guard(ticks)
    guard.drawn()
    ticks.at = 105
    guard.pasted()
    assert (pressed(guard, ticks, 5.3), pressed(guard, ticks, 5.55)) == ("burst", None)


def test_pastes_without_end_cannot_keep_the_gate_shut(ticks: Ticks) -> None:
    guard = Guard(ticks)
    guard.drawn()
    for step in range(40):
        ticks.at = 105 + step * 0.1
        guard.pasted()
        if step * 0.1 < LONGEST:
            assert guard.refuses(guard.typed()) == "burst"
    assert ticks.at - 105 > LONGEST
    opened = [at for at in range(40) if _open_at(at)]
    assert opened, "once the cap is reached a lone key counts although the pastes go on"


def _open_at(step: int) -> bool:
    ticks = Ticks()
    guard = Guard(ticks)
    guard.drawn()
    for before in range(step + 1):
        ticks.at = 105 + before * 0.1
        guard.pasted()
    ticks.at += 0.05
    return guard.refuses(guard.typed()) is None


def test_an_entered_reason_may_follow_its_last_letter_quickly(ticks: Ticks) -> None:
    guard = Guard(ticks)
    guard.drawn()
    pressed(guard, ticks, 5)
    assert pressed(guard, ticks, 5.08, TOGETHER) is None
    assert pressed(guard, ticks, 5.09, TOGETHER) == "burst"


@given(st.lists(st.floats(min_value=-1.0, max_value=4.0, allow_nan=False), max_size=40))
def test_whatever_is_typed_no_key_counts_that_came_early_or_close_behind_another(times: list[float]) -> None:
    ticks = Ticks()
    guard, last = Guard(ticks), float("-inf")
    drawn = False
    for at in sorted(times):
        if at >= 0 and not drawn:
            ticks.at, drawn = 100, True
            guard.drawn()
        refused = pressed(guard, ticks, at)
        if at < SETTLED or at - last < QUIET - 1e-6:
            assert refused is not None
        last = at


@given(st.lists(st.floats(min_value=0.0, max_value=3.0, allow_nan=False), max_size=40))
def test_after_any_mashing_a_lone_key_counts_soon(times: list[float]) -> None:
    ticks = Ticks()
    guard = Guard(ticks)
    guard.drawn()
    for at in sorted(times):
        pressed(guard, ticks, at)
    assert pressed(guard, ticks, max(times, default=0.0) + SETTLED + 0.001) is None
