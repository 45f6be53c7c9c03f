"""`usage --by lane` counts each call in the lane of the model that answered it."""

import json
from collections.abc import AsyncIterator

import pytest

from state.money.pricing import NoBook
from state.ports import Batch
from state.runs import event as ev
from state.runs.run import Assigned, Origin, Usage, run_key
from state.settings import shipped
from tui.verbs.usage import print_usage

KEY = run_key("claude-code", "one")


class OneLog:
    """A source of one session whose calls were answered by several models."""

    async def catch_up(self) -> AsyncIterator[Batch]:
        at = Origin("/logs/one", 0, 10.0)
        models = ("claude-haiku-4-5", "claude-opus-4-8", "claude-opus-4-8", "llama-4", "gemini-2.5-pro")
        calls = [
            ev.RequestMetered(KEY, at, f"call-{number}", model, Usage(output=10, requests=1))
            for number, model in enumerate(models)
        ]
        yield Batch(events=(ev.RunFound(KEY, at, "claude-code", "one"), *calls))


async def test_each_call_counts_in_the_lane_of_its_model(capsys: pytest.CaptureFixture[str]) -> None:
    words = {KEY: (Assigned("lane", "top", "ada", 1.0),)}
    source = OneLog()
    await print_usage(source, NoBook(), "lane", None, as_json=True, words=words, lanes=shipped().lanes)  # type: ignore[arg-type]
    rows = {row["key"]: row["requests"] for row in json.loads(capsys.readouterr().out)["rows"]}
    assert rows == {"cheap": 1, "top": 3, "unknown": 1}
