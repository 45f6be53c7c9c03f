"""The ladder: which rung is next, given what was observed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.control.hands import Crew, Member
from state.control.ladder import PATIENCE, RUNGS, TOOLS_SECONDS, Observed, Rung, next_rung, observed, shown, waited

BOTH, CLIENT, TOOLS, NOBODY = Observed(1, 2), Observed(1, 0), Observed(0, 2), Observed()


@pytest.mark.parametrize(
    ("climbed", "seen", "own_way", "rung"),
    [
        ((), BOTH, True, "freeze"),
        ((), NOBODY, False, "freeze"),
        (("freeze",), NOBODY, True, None),
        (("freeze",), BOTH, True, "interrupt"),
        (("freeze",), BOTH, False, "SIGINT"),
        (("freeze", "interrupt"), CLIENT, True, "SIGINT"),
        (("freeze",), TOOLS, True, "SIGTERM"),
        (("freeze", "SIGINT"), TOOLS, False, "SIGTERM"),
        (("freeze", "SIGINT"), BOTH, False, "SIGTERM"),
        (("freeze", "SIGINT", "SIGTERM"), TOOLS, False, "SIGKILL"),
        (("freeze", "SIGTERM"), CLIENT, True, "SIGKILL"),
        (RUNGS, BOTH, True, None),
    ],
)
def test_the_next_rung_follows_from_what_was_observed(
    climbed: tuple[str, ...], seen: Observed, own_way: bool, rung: Rung | None
) -> None:
    assert next_rung(climbed, seen, own_way=own_way) == rung


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), min_size=1), st.booleans())
def test_whatever_is_observed_the_ladder_ends_and_goes_only_up(seen: list[tuple[int, int]], own_way: bool) -> None:
    climbed: list[Rung] = []
    looks = iter(seen)
    now = Observed(*next(looks))
    while (rung := next_rung(climbed, now, own_way=own_way)) is not None:
        assert rung not in climbed and (not climbed or RUNGS.index(rung) > RUNGS.index(climbed[-1]))
        assert rung == "freeze" or now.lives
        assert now.clients or rung not in ("interrupt", "SIGINT")
        climbed.append(rung)
        now = Observed(*next(looks, (now.clients, now.others)))
    assert climbed[0] == "freeze"
    assert not now.lives or climbed[-1] == "SIGKILL"


@given(st.sampled_from(RUNGS[1:]), st.integers(0, 2), st.integers(0, 2), st.floats(0, 10), st.floats(0, 10))
def test_a_rung_is_left_at_once_when_nothing_lives_and_never_before_its_time(
    rung: Rung, clients: int, others: int, since: float, alone: float
) -> None:
    seen = Observed(clients, others)
    left = waited(rung, seen, since, None if clients else alone)
    if not seen.lives or since >= PATIENCE[rung]:
        assert left
    elif clients or rung not in ("interrupt", "SIGINT"):
        assert not left
    else:
        assert left == (alone >= TOOLS_SECONDS)


def test_only_what_was_observed_is_shown() -> None:
    assert [shown(rung, TOOLS) for rung in RUNGS] == [True, True, True, False, False]
    assert [shown(rung, CLIENT) for rung in RUNGS] == [True, False, False, False, False]
    assert all(shown(rung, NOBODY) for rung in RUNGS)


def test_processes_that_may_not_be_signalled_are_no_reason_to_climb() -> None:
    one = Member(1, 1, "sleep", "child")
    assert observed(Crew(foreign=(one,), apart=(one,), dead=(one,), beside=(one,))) == NOBODY
