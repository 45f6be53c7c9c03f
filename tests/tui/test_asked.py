"""The queue that stands still under the hand."""

from dataclasses import replace

from tests.tui.asking import ALL, DONE, EDIT, PLAN, PUSH
from tui.asked import Asked


def names(asked: Asked, steps: int) -> list[str]:
    found: list[str] = []
    for _ in range(steps):
        asked.move(1)
        found.append(asked.shown.id if asked.shown else "")
    return found


def test_it_begins_with_the_one_that_was_chosen_else_with_the_first() -> None:
    assert Asked(ALL, PUSH.id).place == 2
    assert Asked(ALL, "gone").shown is EDIT and Asked(ALL).place == 1
    assert Asked(()).shown is None and Asked((DONE,)).shown is None


def test_next_and_previous_go_round_and_round() -> None:
    asked = Asked(ALL)
    assert names(asked, 4) == [PUSH.id, PLAN.id, EDIT.id, PUSH.id]
    asked.move(-1)
    assert asked.shown is EDIT
    asked.move(-1)
    assert asked.shown is PLAN


def test_new_requests_come_last_whatever_their_need_and_the_shown_one_stays() -> None:
    asked, urgent = Asked((PUSH, PLAN), PLAN.id), replace(EDIT, id="urgent")
    assert not asked.take((urgent, PUSH, PLAN))
    assert (asked.shown, asked.place, len(asked), asked.fresh) == (PLAN, 2, 3, 1)
    asked.move(1)
    assert asked.shown is urgent and asked.fresh == 0


def test_what_changed_of_the_shown_one_is_told_and_of_others_is_not() -> None:
    asked = Asked((PUSH, PLAN))
    assert not asked.take((PUSH, replace(PLAN, listening=False)))
    assert asked.take((replace(PUSH, listening=False), PLAN))
    assert asked.shown is not None and not asked.shown.listening


def test_a_request_that_is_answered_elsewhere_stays_while_it_is_shown() -> None:
    asked = Asked((PUSH, PLAN))
    assert asked.take((PLAN,))
    assert asked.shown is not None and (asked.shown.id, asked.shown.state) == (PUSH.id, "moot")
    assert not asked.take((PLAN,))
    asked.move(1)
    assert asked.shown is PLAN and len(asked) == 1


def test_one_that_is_answered_while_another_is_shown_goes() -> None:
    asked = Asked((PUSH, PLAN))
    asked.take((PUSH, replace(PLAN, state="denied")))
    assert (asked.shown, len(asked)) == (PUSH, 1)
    asked.move(1)
    assert asked.shown is PUSH


def test_a_closed_request_is_not_shown_again_although_the_news_of_it_is_late() -> None:
    asked = Asked((PUSH, PLAN))
    asked.close(PUSH.id)
    asked.move(1)
    asked.take((PUSH, PLAN))
    assert (asked.shown, len(asked)) == (PLAN, 1)
    asked.close(PLAN.id)
    asked.move(1)
    assert asked.shown is None and len(asked) == 0


def test_earlier_decisions_are_of_the_same_rule_or_the_same_input() -> None:
    assert DONE.decision is not None
    other = replace(DONE, id="x", hits=(), sha="else")
    same = replace(DONE, id="y", hits=(), decision=replace(DONE.decision, at=DONE.decision.at + 1))
    assert [one.id for one in Asked((*ALL, other, same), PUSH.id).earlier()] == ["y", DONE.id]
    assert Asked((EDIT, DONE)).earlier() == ()
