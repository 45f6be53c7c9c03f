"""What adapters tell so that loops can be seen: digests of calls with their results, files read, plans in files."""

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.agents.agent import LogPlace
from adapters.agents.codex import Codex
from adapters.agents.plan_file import is_plan, sha
from adapters.agents.repeated import digest, read_by, waits
from state.findings.judged import judged
from state.runs import event as ev
from state.runs.fold import fold
from state.runs.run import Run
from tests.adapters.claude_lines import CORPUS, call, events_of, lines_of, model, reader_of, result

FAILED = "Exit code 1\nFAILED tests/a.py::test_x - assert 1 == 2\n1 failed, 2 passed in {}s"


@pytest.mark.parametrize("size", [0, 10, 8192, 100_000])
def test_a_digest_tells_texts_apart_by_their_ends_and_their_length(size: int) -> None:
    text = "a" * size
    assert digest(text) == digest(text.encode()) == digest(memoryview(text.encode()))
    others = [digest(f"{text}b"), digest(f"b{text[1:]}"), digest(text, ""), digest(text, "", "")]
    assert digest(text) not in others and len(set(others)) == (4 if size else 3)


@pytest.mark.parametrize(
    ("command", "read"),
    [
        ("cat src/a.py", ("/w/src/a.py", "")),
        ("sed -n '1,240p' /x/a.md", ("/x/a.md", "1,240")),
        ("nl -ba a.py | sed -n '10,20p'", ("/w/a.py", "10,20")),
        ("head -n 40 ../a.py", ("/a.py", "40")),
        ("cat a.py b.py", None),
        ("cat a.py > b.py", None),
        ("cat a.py && make", None),
        ("cat $(which x)", None),
        ("cat <<EOF", None),
    ],
)
def test_a_plain_shell_line_that_prints_a_file_is_a_reading(command: str, read: tuple[str, str] | None) -> None:
    assert read_by(command, "/w") == read


@pytest.mark.parametrize("command", ["sleep 30 && cat x", "gh run view 5", "tail -f log", "docker logs -f db"])
def test_a_command_that_waits_is_known(command: str) -> None:
    assert waits(command) and not waits("pytest -q")


@pytest.mark.parametrize(
    ("path", "plan"),
    [
        ("/w/PLAN.md", True),
        ("/w/docs/plan/auth.md", True),
        ("/w/docs/plans/a.md", True),
        ("/w/plan.py", False),
        ("/w/EXPLAN.md", False),
        (None, False),
    ],
)
def test_a_plans_file_is_known_by_its_name(path: str | None, plan: bool) -> None:
    assert is_plan(path) is plan


def ends(*pairs: tuple[Any, Any]) -> list[ev.ToolEnded]:
    """The ends of Claude Code calls, each made after the last had come back."""
    records = [record for number, (asked, answer) in enumerate(pairs) for record in named(number, asked, answer)]
    return [event for event in events_of(*records) if isinstance(event, ev.ToolEnded)]


def named(number: int, asked: dict[str, Any], answer: dict[str, Any]) -> tuple[Any, Any]:
    answer["message"]["content"][0]["tool_use_id"] = str(number)
    return model({**asked, "id": str(number)}, id=f"msg_{number}"), answer


def test_the_same_call_with_the_same_result_has_the_same_digest() -> None:
    same, again, other, failed = ends(
        (call("Bash", command="make"), result("done")),
        (call("Bash", command="make"), result("done")),
        (call("Bash", command="make x"), result("done")),
        (call("Bash", command="make"), result("done", failed=True)),
    )
    assert same.digest == again.digest != "" and len({same.digest, other.digest, failed.digest}) == 3
    assert again.begun is not None and same.origin.offset < again.begun < again.origin.offset


def test_the_same_failure_has_the_same_digest_however_long_it_took() -> None:
    one, two = ends(
        (call("Bash", command="pytest -q"), result(FAILED.format("0.71"), failed=True)),
        (call("Bash", command="pytest -q"), result(FAILED.format("0.84"), failed=True)),
    )
    assert one.digest == two.digest != ""


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (call("TaskOutput", task_id="b1"), result("still running")),
        (call("Bash", command="sleep 5; curl localhost"), result("not yet")),
        (call("Bash", command="true"), result("")),
        (call("shot"), result([{"type": "text", "text": "an image"}, {"type": "image", "source": {}}])),
    ],
)
def test_a_call_that_waits_or_whose_result_does_not_tell_has_none(asked: Any, answer: Any) -> None:
    assert [one.digest for one in ends((asked, answer))] == [""]


def test_a_file_that_claude_reads_is_told_with_its_part() -> None:
    reads = [
        event
        for event in events_of(
            *named(0, call("Read", file_path="/w/app/a.py", offset=10, limit=5), result("ten")),
            *named(1, call("Bash", command="cat a.py"), result("all")),
            *named(2, call("Read", file_path="/w/app/gone"), result("no such file", failed=True)),
        )
        if isinstance(event, ev.FileRead)
    ]
    assert [(one.path, one.part, one.size) for one in reads] == [("/w/app/a.py", "10+5", 5), ("/w/app/a.py", "", 5)]


def test_a_plan_that_claude_writes_into_a_file_is_told_whole() -> None:
    first, then = "# Plan\n- [ ] one\n", "# Plan\n- [x] one\n"
    told = {"filePath": "/w/app/PLAN.md", "originalFile": first}
    plans = [
        event
        for event in events_of(
            *named(0, call("Write", file_path="/w/app/PLAN.md", content=first), result("written")),
            *named(1, call("Edit", file_path="PLAN.md", old_string="[ ]", new_string="[x]"), result("ok", told=told)),
            *named(2, call("Edit", file_path="PLAN.md", old_string="one", new_string="two"), result("ok")),
            *named(3, call("Write", file_path="/w/app/PLAN.md", content="x"), result("no", failed=True)),
        )
        if isinstance(event, ev.PlanWritten)
    ]
    assert [(one.path, one.sha) for one in plans] == [("/w/app/PLAN.md", sha(first)), ("/w/app/PLAN.md", sha(then))]
    assert plans[1].text == "# Plan⏎- [x] one"


def test_a_reader_that_is_taken_up_between_call_and_result_tells_the_same_digest() -> None:
    lines = lines_of(named(0, call("Bash", command="make"), result("done")))
    whole = [event for offset, line in enumerate(lines) for event in reader_of(lines).read(line, offset)]
    first = reader_of(lines)
    first.read(lines[0], 0)
    [ended] = [one for one in reader_of(lines, saved=first.save()).read(lines[1], 1) if isinstance(one, ev.ToolEnded)]
    assert ended.digest != "" and ended.begun == 0 and len(whole) > 0


def codex(*items: dict[str, Any]) -> list[ev.Event]:
    meta = {"type": "session_meta", "payload": {"id": "s", "cwd": "/w"}}
    reader = Codex().reader(LogPlace("/l/rollout.jsonl", "s"), Codex().head(LogPlace("/l/x", "s"), []), "")
    records = [meta, *({"type": "response_item", "payload": item} for item in items)]
    return [event for at, record in enumerate(records) for event in reader.read(json.dumps(record).encode(), at * 100)]


def ran(number: int, command: str, output: str) -> list[dict[str, Any]]:
    call_id = f"c{number}"
    arguments = json.dumps({"cmd": command})
    text = f"Chunk ID: {number}\nWall time: 0.{number} seconds\nProcess exited with code 0\nOutput:\n{output}"
    return [
        {"type": "function_call", "name": "exec_command", "call_id": call_id, "arguments": arguments},
        {"type": "function_call_output", "call_id": call_id, "output": text},
    ]


def test_codex_calls_are_the_same_whatever_their_header_says() -> None:
    events = codex(*ran(1, "make", "done"), *ran(2, "make", "done"), *ran(3, "sleep 5", "done"))
    one, two, wait = (event for event in events if isinstance(event, ev.ToolEnded))
    assert one.digest == two.digest != "" and wait.digest == "" and two.begun == 300


def test_a_file_that_codex_prints_is_a_reading() -> None:
    [read] = [event for event in codex(*ran(1, "sed -n '1,9p' a.py", "text")) if isinstance(event, ev.FileRead)]
    assert (read.path, read.part, read.size, read.begun) == ("/w/a.py", "1,9", 4, 100)


def test_a_plan_that_codex_adds_as_a_file_is_told_whole() -> None:
    patch = (
        "*** Begin Patch\n*** Add File: PLAN.md\n+# Plan\n+- [ ] one\n*** Update File: a.py\n@@\n-a\n+b\n*** End Patch"
    )
    events = codex(
        {"type": "custom_tool_call", "name": "apply_patch", "call_id": "c", "input": patch},
        {"type": "custom_tool_call_output", "call_id": "c", "output": "Exit code: 0\nOutput:\nSuccess"},
    )
    [plan] = [event for event in events if isinstance(event, ev.PlanWritten)]
    assert (plan.path, plan.text, plan.sha) == ("/w/PLAN.md", "# Plan⏎- [ ] one", sha("# Plan\n- [ ] one\n"))


def real_logs() -> list[Path]:
    return sorted(CORPUS.glob("claude-code/**/*.jsonl")) + sorted(CORPUS.glob("codex/**/*.jsonl"))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus of real logs is not on this machine")
def test_no_real_session_is_told_to_stop_at_any_of_its_records() -> None:
    """All of these sessions made progress: read by hand, none of them should have been stopped."""
    stopped: list[tuple[str, str]] = []
    for path in real_logs():
        side = path.name.startswith("agent-")
        agent = Codex() if "/codex/" in str(path) else None
        place, lines = LogPlace(str(path), path.stem, side), path.read_bytes().split(b"\n")
        reader = agent.reader(place, agent.head(place, lines[:100]), "") if agent else reader_of(lines, place)
        run, offset = Run(key=reader.run, agent="x", session="x"), 0
        for line in lines:
            for event in reader.read(line, offset):
                run = fold(run, event)
                if isinstance(event, ev.ToolEnded | ev.TestsRan | ev.SubagentBegun):
                    found = judged(run, None, run.seen or 0.0).findings
                    stopped += [(path.name, one.text) for one in found if one.severity == "stop"]
            offset += len(line) + 1
    assert stopped == []
