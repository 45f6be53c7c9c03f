"""What the rows of an OpenCode session tell: turns and their ends, calls, questions, plans, subagents, forks, money."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.agents.opencode import OpenCode
from adapters.source import LogSource
from adapters.watch import Watch
from state.runs import event as ev
from state.runs.event import Event
from state.runs.run import Run, Step, Usage, run_key
from tests.adapters.opencode_world import NOW, ONE_SHOT, Database, Home, identity, tokens
from tests.adapters.witnessed import alone, living

STOP = {"finish": "stop", "time": {"created": NOW + 1000, "completed": NOW + 2000}}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    database = Database(home.path)
    database.session("ses_1")
    yield database
    database.close()


def begun(database: Database) -> str:
    """A prompt and the beginning of an answer."""
    database.prompt("ses_1", NOW, "do it")
    return database.answer("ses_1", NOW + 1000)


async def after(home: Home) -> Run:
    await home.catch_up()
    return home.run("ses_1")


def seen(run: Run, later: float = 30.0) -> tuple[str, str, bool]:
    """Give the word and its reason by the rows alone, and whether a live process would make the same word certain."""
    told, with_process = alone(run, later), living(run, later)
    assert not told.certain or told.state == "stopped"
    return told.state, told.because, with_process.certain and with_process.state == told.state


def kinds(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


async def test_a_prompt_opens_a_turn_and_a_final_answer_ends_it(home: Home, database: Database) -> None:
    begun(database)
    assert seen(await after(home)) == ("working", "the model is at work", True)
    database.answer("ses_1", NOW + 1000, **STOP, tokens=tokens())
    run = await after(home)
    assert seen(run) == ("idle", "its turn ended; no process is known", True)
    assert (run.title, run.title_from, run.model, run.mode) == ("A title", "agent", "m-1", "build")


async def test_an_answer_that_calls_tools_leaves_the_turn_open(home: Home, database: Database) -> None:
    begun(database)
    database.answer("ses_1", NOW + 1000, **{**STOP, "finish": "tool-calls"})
    assert (await after(home)).turn.open


@pytest.mark.parametrize(
    ("error", "end", "shown"),
    [
        ({"name": "MessageAbortedError", "data": {"message": "Aborted"}}, "interrupted", ("stopped", True)),
        ({"name": "APIError", "data": {"message": "429", "statusCode": 429}}, "limit", ("blocked", True)),
        ({"name": "APIError", "data": {"message": "boom", "statusCode": 500}}, "failed", ("blocked", True)),
        ({"name": "ProviderAuthError", "data": {"message": "no key"}}, "failed", ("blocked", True)),
        ({"name": "ContextOverflowError", "data": {}}, "failed", ("blocked", True)),
    ],
)
async def test_an_error_ends_the_turn(
    home: Home, database: Database, error: dict[str, Any], end: str, shown: tuple[str, bool]
) -> None:
    begun(database)
    database.answer("ses_1", NOW + 1000, error=error, time=STOP["time"])
    run = await after(home)
    state, _, certain = seen(run)
    assert (run.turn.end, (state, certain)) == (end, shown)


async def test_an_answer_that_was_cut_is_not_done(home: Home, database: Database) -> None:
    begun(database)
    database.answer("ses_1", NOW + 1000, **{**STOP, "finish": "length"})
    assert seen(await after(home))[0] == "blocked"


async def test_a_retry_is_shown_until_the_model_speaks(home: Home, database: Database) -> None:
    message = begun(database)
    error = {"name": "APIError", "data": {"message": "busy", "statusCode": 529, "isRetryable": True}}
    database.part(identity("prt", NOW + 1100), message, "ses_1", NOW + 1100, type="retry", attempt=1, error=error)
    assert seen(await after(home))[:2] == ("working", "tries again after overloaded")
    spoken = {"type": "text", "text": "well", "time": {"start": 1, "end": NOW + 1500}}
    database.part(identity("prt", NOW + 1200), message, "ses_1", NOW + 1200, **spoken)
    assert (await after(home)).failure is None


async def test_a_prompt_that_waited_behind_an_abort_is_not_taken_up(home: Home, database: Database) -> None:
    begun(database)
    database.prompt("ses_1", NOW + 1500, "and this")
    aborted = {"name": "MessageAbortedError", "data": {"message": "Aborted"}}
    database.answer("ses_1", NOW + 1000, error=aborted, time=STOP["time"])
    assert seen(await after(home))[0] == "stopped"
    database.prompt("ses_1", NOW + 9000, "go on")
    assert seen(await after(home))[0] == "working"


async def test_a_prompt_that_waits_behind_a_good_answer_is_still_to_be_taken_up(home: Home, database: Database) -> None:
    begun(database)
    database.prompt("ses_1", NOW + 1500, "and this")
    database.answer("ses_1", NOW + 1000, **STOP)
    assert (await after(home)).turn.open


# Calls


async def test_a_call_is_open_until_its_row_says_otherwise(home: Home, database: Database) -> None:
    message = begun(database)
    given = {"input": {"command": "make all"}, "metadata": {"output": ""}}
    call = database.call("ses_1", message, NOW + 1100, "bash", status="pending")
    assert (await after(home)).calls == ()
    database.call("ses_1", message, NOW + 1100, "bash", NOW + 1200, status="running", **given)
    run = await after(home)
    assert [(one.call, one.text) for one in run.calls] == [(call, "make all")]
    assert seen(run, 7200.0)[::2] == ("unknown", False)
    ended = {"output": "no rule", "metadata": {"exit": 2}, "input": {"command": "make all"}}
    database.call("ses_1", message, NOW + 1100, "bash", NOW + 1300, status="completed", **ended)
    database.call("ses_1", message, NOW + 1100, "bash", NOW + 9300, status="completed", **ended, title="x")
    assert (await after(home)).calls == ()
    assert [(one.failed, one.text) for one in home.events if isinstance(one, ev.ToolEnded)] == [(True, "no rule")]


async def test_an_old_call_that_is_touched_again_is_not_told_again(home: Home, database: Database) -> None:
    message = begun(database)
    for number in range(300):
        at = NOW + 2000 + number * 10
        database.call("ses_1", message, at, "read", status="completed", input={"filePath": "/w/one/a"}, output="long")
    await home.catch_up()
    before = kinds(home.events).count("ToolBegun"), kinds(home.events).count("ToolEnded")
    home.restart()
    for number in range(200):  # a compaction takes the outputs out of old calls
        at = NOW + 2000 + number * 10
        database.call("ses_1", message, at, "read", NOW + 90_000, status="completed", output="", title="compacted")
    await home.catch_up()
    assert before == (300, 300) == (kinds(home.events).count("ToolBegun"), kinds(home.events).count("ToolEnded"))


async def test_a_long_call_still_ends_behind_many_others(home: Home, database: Database) -> None:
    message = begun(database)
    long = database.call("ses_1", message, NOW + 1500, "task", status="running", input={"description": "look"})
    for number in range(300):
        database.call("ses_1", message, NOW + 2000 + number * 10, "read", status="completed")
    await home.catch_up()
    database.call("ses_1", message, NOW + 1500, "task", NOW + 90_000, status="completed")
    told = [event.call for event in await home.catch_up() if isinstance(event, ev.ToolEnded)]
    assert told == [long]


@pytest.mark.parametrize(
    ("tool", "given", "metadata", "state", "sure"),
    [
        ("bash", {"command": "rm -rf build"}, None, "waiting", False),
        ("bash", {"command": "rm -rf build"}, {"output": ""}, "working", True),
        ("edit", {"filePath": "/w/one/a.py"}, None, "waiting", False),
        ("webfetch", {"url": "https://example.invalid"}, None, "working", False),
    ],
)
async def test_a_call_that_may_ask_leave_is_never_called_certain(
    home: Home, database: Database, tool: str, given: dict[str, str], metadata: Any, state: str, sure: bool
) -> None:
    message = begun(database)
    more = {"metadata": metadata} if metadata else {}
    database.call("ses_1", message, NOW + 1100, tool, status="running", input=given, **more)
    word, why, certain = seen(await after(home))
    assert (word, certain) == (state, sure)
    if state == "waiting":
        assert seen(home.run("ses_1"), 2.0)[::2] == ("working", False), "leave that a rule gives is given at once"
        assert seen(home.run("ses_1"), 600.0)[0] == "unknown"
    assert next(iter(given.values())).rpartition("/")[2] in why


async def test_leave_that_was_given_ends_the_wait(home: Home, database: Database) -> None:
    message = begun(database)
    state = {"status": "running", "input": {"command": "rm -rf build"}}
    database.call("ses_1", message, NOW + 1100, "bash", **state)
    await home.catch_up()
    for output in ("", "a", "ab"):
        database.call("ses_1", message, NOW + 1100, "bash", NOW + 9000, **state, metadata={"output": output})
        run = await after(home)
    assert not any(one.waits for one in run.calls) and seen(run)[0] == "working"
    assert [event.held for event in home.events if isinstance(event, ev.CallHeld)] == [True, False]


async def test_leave_that_was_refused_ends_the_turn_unless_with_words(home: Home, database: Database) -> None:
    message = begun(database)
    refused = "The user rejected permission to use this specific tool call."
    given = {"status": "error", "input": {"command": "rm -rf build"}}
    words = f"{refused[:-1]} with the following feedback: keep it"
    database.call("ses_1", message, NOW + 1100, "bash", **given, error=words)
    database.answer("ses_1", NOW + 1000, **{**STOP, "finish": "tool-calls"})
    assert (await after(home)).turn.open
    second = database.answer("ses_1", NOW + 3000)
    database.call("ses_1", second, NOW + 3100, "bash", **given, error=refused)
    database.answer("ses_1", NOW + 3000, finish="tool-calls", time={"created": NOW + 3000, "completed": NOW + 3300})
    assert seen(await after(home)) == ("stopped", "interrupted: leave was refused: rm -rf build", True)


async def test_a_question_and_a_plan_wait_for_the_human_for_certain(home: Home, database: Database) -> None:
    message = begun(database)
    asked = {"input": {"questions": [{"question": "Which port?"}]}}
    database.call("ses_1", message, NOW + 1100, "question", status="running", **asked)
    assert seen(await after(home)) == ("waiting", "asks: Which port?", True)
    database.call("ses_1", message, NOW + 1100, "question", NOW + 1200, status="completed", **asked)
    assert seen(await after(home))[0] == "working"
    database.call("ses_1", message, NOW + 1300, "plan_exit", status="running")
    assert seen(await after(home))[0] == "waiting"
    database.call("ses_1", message, NOW + 1300, "plan_exit", NOW + 1400, status="completed")
    await home.catch_up()
    assert [one.state for one in home.events if isinstance(one, ev.PlanShown)] == ["proposed", "approved"]


async def test_a_one_shot_run_asks_nobody(home: Home, database: Database) -> None:
    database.session("ses_1", permission=ONE_SHOT)
    message = begun(database)
    database.call("ses_1", message, NOW + 1100, "bash", status="running", input={"command": "rm x"})
    run = await after(home)
    assert run.headless is True and seen(run)[0] == "working"


async def test_steps_files_and_tests_are_told(home: Home, database: Database) -> None:
    message = begun(database)
    todos = {"todos": [{"content": "a", "status": "completed"}, {"content": "b", "status": "odd"}]}
    database.call("ses_1", message, NOW + 1100, "todowrite", status="completed", input=todos)
    files = {
        "metadata": {"files": [{"filePath": "/w/one/a.py"}, {"filePath": "/w/one/b.py", "movePath": "/w/one/c.py"}]}
    }
    database.call("ses_1", message, NOW + 1200, "apply_patch", status="completed", **files)
    database.call("ses_1", message, NOW + 1300, "edit", status="error", input={"filePath": "/w/one/no.py"})
    ran = {"input": {"command": "pytest -q"}, "output": "1 failed, 2 passed in 1.2s", "metadata": {"exit": 1}}
    database.call("ses_1", message, NOW + 1400, "bash", status="completed", **ran)
    barred = {"input": {"command": "pytest"}, "error": "The user has specified a rule which prevents you from using"}
    database.call("ses_1", message, NOW + 1500, "bash", status="error", **barred)
    run = await after(home)
    assert run.plan.steps == (Step("a", "completed"), Step("b", "pending"))
    assert [event.path for event in home.events if isinstance(event, ev.FileEdited)] == [
        "/w/one/a.py",
        "/w/one/b.py",
        "/w/one/c.py",
    ]
    assert [(one.state, one.passed, one.failed) for one in home.events if isinstance(one, ev.TestsRan)] == [
        ("failed", 2, 1)
    ]


# Compaction, subagents, forks


@pytest.mark.parametrize(("auto", "open_after"), [(True, True), (False, False)])
async def test_a_compaction_is_told_and_ends_a_turn_only_by_hand(
    home: Home, database: Database, auto: bool, open_after: bool
) -> None:
    begun(database)
    ask = identity("msg", NOW + 2000)
    database.message(ask, "ses_1", NOW + 2000, role="user")
    database.part(identity("prt", NOW + 2000, 2), ask, "ses_1", NOW + 2000, type="compaction", auto=auto)
    done = {"created": NOW + 3000, "completed": NOW + 4000}
    told = {"parentID": ask, "summary": True, "agent": "compaction", "finish": "stop", "time": done}
    database.answer("ses_1", NOW + 3000, **told, tokens=tokens(5000, 300))
    run = await after(home)
    assert (run.compactions, run.turn.open, run.mode, home.usage().fresh_input) == (1, open_after, "build", 5000)


async def test_a_subagents_session_belongs_to_the_run_that_spawned_it(home: Home, database: Database) -> None:
    message = begun(database)
    child = {"input": {"description": "look"}, "metadata": {"sessionId": "ses_2"}}
    database.call("ses_1", message, NOW + 1100, "task", status="running", **child)
    database.session("ses_2", NOW + 1200, parent_id="ses_1", title="look (@general subagent)")
    database.session("ses_3", NOW + 1200, parent_id="ses_2")
    database.prompt("ses_2", NOW + 1200, "look around")
    inner = database.answer("ses_2", NOW + 1300, modelID="small", tokens=tokens(50, 5))
    edited = {"input": {"filePath": "/w/one/x.py"}}
    database.call("ses_2", inner, NOW + 1400, "edit", status="completed", **edited)
    run = await after(home)
    assert run.subagents == ("ses_2", "ses_3") and run.subagents_seen == 2
    assert (run.model, run.title, run.edited) == ("m-1", "A title", ("/w/one/x.py",))
    assert {event.run for event in home.events} == {run_key("opencode", "ses_1")}
    assert [one.side for one in home.events if isinstance(one, ev.RequestMetered)] == [True]
    ended = {"finish": "stop", "time": {"created": NOW + 1300, "completed": NOW + 1900}}
    database.answer("ses_2", NOW + 1300, modelID="small", tokens=tokens(50, 5), **ended)
    run = await after(home)
    assert run.subagents == ("ses_3",) and run.turn.open
    assert len([one for one in home.events if isinstance(one, ev.SubagentEnded)]) == 1


async def test_what_a_fork_copies_is_neither_told_nor_counted_again(home: Home, database: Database) -> None:
    database.prompt("ses_1", NOW, "do it")
    database.answer("ses_1", NOW + 1000, **STOP, tokens=tokens(100, 10))
    forked = NOW + 60_000
    database.session("ses_9", forked)
    copy = identity("msg", forked)
    own = {"role": "assistant", "modelID": "m-1", "providerID": "anthropic", **STOP, "tokens": tokens(100, 10)}
    database.message(copy, "ses_9", NOW + 1000, forked, **own)
    prompt = identity("msg", forked, 5)
    database.message(prompt, "ses_9", NOW, forked, role="user")
    database.part(identity("prt", forked, 6), prompt, "ses_9", forked, type="text", text="do it")
    database.prompt("ses_9", forked + 5000, "another way")
    database.answer("ses_9", forked + 6000, tokens=tokens(30, 3))
    await home.catch_up()
    assert (home.usage().fresh_input, home.usage().requests) == (130, 2)
    assert kinds(home.events).count("PromptGiven") == 2


# Money


@pytest.mark.parametrize(
    ("spent", "counted"),
    [
        ({"total": 160, "input": 100, "output": 30, "reasoning": 20, "cache": {"read": 20, "write": 10}}, (30, 20)),
        ({"total": 180, "input": 100, "output": 30, "reasoning": 20, "cache": {"read": 20, "write": 10}}, (50, 20)),
        ({"input": 100, "output": 30, "reasoning": 20, "cache": {"read": 20, "write": 10}}, (30, 20)),
        ({"input": 100, "output": 30, "reasoning": 40, "cache": {"read": 20, "write": 10}}, (70, 40)),
    ],
)
async def test_output_is_counted_with_its_reasoning_once(
    home: Home, database: Database, spent: dict[str, Any], counted: tuple[int, int]
) -> None:
    message = database.answer("ses_1", NOW, tokens=spent)
    step = {"type": "step-finish", "reason": "stop", "tokens": spent}
    database.part(identity("prt", NOW, 9), message, "ses_1", NOW, **step)
    await home.catch_up()
    assert home.usage() == Usage(100, 20, 10, 0, *counted, 1)


async def test_a_call_names_its_provider_time_and_terms(home: Home, database: Database) -> None:
    database.answer("ses_1", NOW, providerID="openrouter", modelID="x/y", tokens=tokens(1, 1, write=5))
    await home.catch_up()
    (metered,) = (event for event in home.events if isinstance(event, ev.RequestMetered))
    assert (metered.model, metered.terms.provider, metered.origin.at) == ("x/y", "openrouter", NOW / 1000)
    assert (metered.terms.lifetime_known, metered.terms.tier_known) == (False, False)
    assert metered.key == f"opencode:{identity('msg', NOW)}"


async def test_every_place_in_the_story_is_its_own(home: Home, database: Database) -> None:
    message = begun(database)
    for at in (NOW + 1100, NOW + 1200):
        for status_ in ("running", "completed"):
            database.call("ses_1", message, at, "read", status=status_, input={"filePath": "/w/one/a"})
            await home.catch_up()
    spots = [(type(one).__name__, one.origin.offset) for one in home.events if "Tool" in type(one).__name__]
    assert len({offset for _, offset in spots}) == len(spots) == 4
    assert spots[0][1] // 4 == int(identity("prt", NOW + 1100, 7)[4:16], 16)


async def test_what_is_written_is_noticed_by_itself(home: Home, database: Database) -> None:
    database.prompt("ses_1", NOW, "do it")
    watch = Watch(live_every=60.0, all_every=60.0)
    source = LogSource([OpenCode()], home.environment, lambda cwd, trees: None, everything=True, watch=watch)
    told: list[str] = []
    news = asyncio.Event()

    async def follow() -> None:
        async for batch in source.follow():
            told.extend(f"{type(event).__name__} {event.run}" for event in batch.events)
            news.set()

    async def until(wanted: str) -> None:
        async with asyncio.timeout(10.0):
            while wanted not in told:
                news.clear()
                await news.wait()

    task = asyncio.create_task(follow())
    await until(f"PromptGiven {run_key('opencode', 'ses_1')}")
    await asyncio.sleep(0.2)
    database.answer("ses_1", NOW + 1000, **STOP)
    await until(f"TurnEnded {run_key('opencode', 'ses_1')}")
    database.session("ses_2", NOW + 5000)
    database.prompt("ses_2", NOW + 5000, "another")
    await until(f"PromptGiven {run_key('opencode', 'ses_2')}")
    task.cancel()
    await asyncio.wait([task])
