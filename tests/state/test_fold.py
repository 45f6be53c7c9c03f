"""What each event does to a run."""

from collections.abc import Callable

from state.runs import event as ev
from state.runs.run import Run, Step, Usage

Happen = Callable[..., Run]
PROMPT = (ev.PromptGiven, 10.0, {"text": "add a retry"})


def tool(at: float, call: str = "c1", text: str = "pytest") -> tuple[object, float, dict[str, object]]:
    return (ev.ToolBegun, at, {"call": call, "tool": "Bash", "text": text})


def test_the_first_prompt_titles_the_task_and_opens_a_turn(happen: Happen) -> None:
    run = happen(PROMPT, (ev.PromptGiven, 20.0, {"text": "and now something else"}))
    assert (run.title, run.title_from) == ("add a retry", "prompt")
    assert run.turn.open and run.turn.since == 10.0


def test_a_given_title_comes_before_the_prompt(happen: Happen) -> None:
    run = happen(PROMPT, (ev.TitleGiven, 11.0, {"title": "Retry", "by": "agent"}), PROMPT)
    assert (run.title, run.title_from) == ("Retry", "agent")


def test_a_call_is_in_flight_until_its_result(happen: Happen) -> None:
    begun = happen(PROMPT, tool(11.0), tool(12.0, "c2", "sleep 1"))
    assert [call.text for call in begun.calls] == ["pytest", "sleep 1"]
    ended = happen((ev.ToolEnded, 13.0, {"call": "c1", "failed": False, "text": "3 passed"}), run=begun)
    assert [call.text for call in ended.calls] == ["sleep 1"]


def test_a_call_is_told_with_its_tool_unless_it_is_a_command_and_with_its_path_from_where_the_run_works(
    happen: Happen,
) -> None:
    run = happen(
        (ev.PlaceEntered, 9.0, {"cwd": "/w/a", "branch": None}),
        PROMPT,
        (ev.ToolBegun, 11.0, {"call": "c1", "tool": "Read", "text": "/w/a/src/x.py"}),
        (ev.ToolBegun, 11.0, {"call": "c2", "tool": "Bash", "text": "ls /w/a/src"}),
        (ev.ToolBegun, 11.0, {"call": "c3", "tool": "TodoWrite", "text": ""}),
    )
    assert [call.text for call in run.calls] == ["Read src/x.py", "ls /w/a/src", "TodoWrite"]


def test_the_same_call_met_twice_is_one_call(happen: Happen) -> None:
    assert len(happen(PROMPT, tool(11.0), tool(11.0)).calls) == 1


def test_a_subagents_call_is_activity_but_not_the_runs_own_call(happen: Happen) -> None:
    run = happen(PROMPT, (ev.ToolBegun, 50.0, {"call": "s", "tool": "Read", "text": "Read", "side": True}))
    assert run.calls == () and run.seen == 50.0


def test_a_question_is_answered_by_its_result_by_a_prompt_and_by_the_end_of_the_turn(happen: Happen) -> None:
    asked = happen(PROMPT, tool(11.0), (ev.HumanAsked, 11.0, {"kind": "question", "text": "which?", "call": "c1"}))
    assert [ask.text for ask in asked.asks] == ["which?"]
    for answer in (
        (ev.ToolEnded, 12.0, {"call": "c1", "failed": False, "text": "that"}),
        (ev.HumanAnswered, 12.0, {"call": "c1"}),
        (ev.HumanAnswered, 12.0, {"call": None}),
        PROMPT,
        (ev.TurnEnded, 12.0, {"end": "interrupted"}),
    ):
        assert happen(answer, run=asked).asks == ()


def test_an_answer_to_another_call_answers_nothing(happen: Happen) -> None:
    asked = happen(PROMPT, (ev.HumanAsked, 11.0, {"kind": "plan", "text": "plan", "call": "c1"}))
    assert len(happen((ev.HumanAnswered, 12.0, {"call": "other"}), run=asked).asks) == 1


def test_the_end_of_a_turn_closes_its_calls_and_says_why(happen: Happen) -> None:
    run = happen(PROMPT, tool(11.0), (ev.TurnEnded, 15.0, {"end": "limit", "text": "resets at 5"}))
    assert not run.turn.open and run.turn.end == "limit" and run.calls == ()
    assert run.failure is not None and run.failure.kind == "limit"


def test_a_retry_is_cured_by_the_next_word(happen: Happen) -> None:
    failed = happen(PROMPT, (ev.CallFailed, 11.0, {"kind": "overloaded", "text": "529", "retrying": True}))
    assert failed.failure is not None
    assert happen((ev.AgentSpoke, 12.0, {"text": "on"}), run=failed).failure is None
    assert happen(tool(12.0), run=failed).failure is None


def test_counts_add_up_and_steps_replace_each_other(happen: Happen) -> None:
    run = happen(
        (ev.UsageCounted, 1.0, {"usage": Usage(output=5, requests=1)}),
        (ev.UsageCounted, 2.0, {"usage": Usage(output=-2, cache_read=7)}),
        (ev.StepsSet, 3.0, {"steps": (Step("a", "pending"),)}),
        (ev.StepsSet, 4.0, {"steps": (Step("b", "completed"), Step("c", "pending"))}),
        (ev.LineNotUnderstood, 5.0, {"kind": "odd", "why": "no such kind"}),
        (ev.ContextCompacted, 6.0, {"why": "auto"}),
    )
    assert run.usage == Usage(output=3, cache_read=7, requests=1)
    assert [step.text for step in run.plan.steps] == ["b", "c"]
    assert (run.not_understood, run.compactions) == (1, 1)


def test_every_fact_knows_where_it_was_read(happen: Happen) -> None:
    run = happen(PROMPT, (ev.ModelUsed, 11.0, {"model": "m-1"}), (ev.ModelUsed, 12.0, {"model": "m-2"}))
    assert run.origins["title"].offset == 0
    assert (run.origins["model"].offset, run.origins["model"].at) == (200, 12.0)
    assert run.models == ("m-1", "m-2")


def test_a_record_without_a_time_is_no_sign_of_life(happen: Happen) -> None:
    assert happen(PROMPT, (ev.TitleGiven, None, {"title": "t", "by": "agent"})).seen == 10.0


def test_clocks_that_run_backwards_do_not_make_a_run_older(happen: Happen) -> None:
    assert happen(PROMPT, (ev.AgentSpoke, 5.0, {"text": "earlier"})).seen == 10.0


def test_a_log_begun_anew_forgets_what_it_tells_again_and_keeps_what_was_counted(happen: Happen) -> None:
    before = happen(
        PROMPT,
        tool(11.0),
        (ev.UsageCounted, 12.0, {"usage": Usage(output=5)}),
        (ev.LineNotUnderstood, 12.0, {"kind": "x", "why": "y"}),
    )
    after = happen((ev.LogRestarted, None, {"why": "truncated"}), run=before)
    assert (after.title, after.usage, after.not_understood, after.calls, after.turn.open) == (
        "add a retry",
        Usage(output=5),
        0,
        (),
        False,
    )


def test_a_prompt_after_the_end_opens_the_session_again(happen: Happen) -> None:
    run = happen(PROMPT, (ev.RunEnded, 20.0, {"why": "exit"}), (ev.PromptGiven, 30.0, {"text": "again"}))
    assert run.ended is None and run.turn.open
