"""The duty of budgets in a real core: what it writes, asks, pauses and lets go, over a restart and a new month."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest

from state.control.hands import Hands
from state.gate_files import run_name
from state.money.budget import UNSEEN
from state.money.budget_words import usd_of
from state.money.spending import Cost
from state.ports import Batch
from state.runs import event as ev
from state.runs.run import Origin, Usage
from state.settings import read_settings
from tests.desktop import Messages
from tests.gates_world import AGENT, KEY, LOG, SESSION, GateHouse, found
from tests.state.pretended import CLIENT, Clock, Keeps, Pretended
from tests.state.test_starting import ScriptedLauncher

NOW = datetime(2026, 11, 20, 12).timestamp()
PAUSES = '[budgets.run]\nenvelope = 0.05\nat = {100 = "pause_runs"}\n'


def spent(usd: str, at: float = NOW, offset: int = 50, unpriced: int = 0) -> ev.Event:
    cost = Cost(D(usd), unpriced, priced=1, unpriced=int(unpriced > 0))
    return ev.UsageCounted(KEY, Origin(LOG, offset, at), Usage(fresh_input=10, requests=1), cost)


async def house(folder: Path, settings: str, *events: ev.Event, now: float = NOW) -> GateHouse:
    told = read_settings(settings, "c")
    made = GateHouse(folder, now, hands=Hands(settings=lambda: told))
    await made.begin(*events)
    await made.core.once()
    return made


async def go_on(core: GateHouse, *events: ev.Event) -> None:
    await core.core.take(Batch(events=events))
    await core.core.once()
    await core.core.once()


def steps(core: GateHouse) -> dict[str, str]:
    return {name: one.step for name, one in core.core.accounts.budgets.items() if one.step != "ok"}


async def open_requests(core: GateHouse) -> list[Any]:
    """Give what budgets ask: whatever else halts a run without an owner is no matter here."""
    return [one for one in (await core.requests()).values() if one.state == "open" and one.rule == "budget"]


def run_file(core: GateHouse) -> dict[str, Any]:
    return json.loads((core.folder / "runs" / f"{run_name(AGENT, SESSION)}.json").read_text())


def ledger(core: GateHouse, kind: str) -> Sequence[tuple[str, str]]:
    with sqlite3.connect(core.spool.database) as database:
        return database.execute("SELECT actor_kind, actor FROM ledger WHERE kind = ?", (kind,)).fetchall()


async def test_a_run_that_crosses_its_limit_is_halted_once_and_goes_on_with_a_new_ceiling(tmp_path: Path) -> None:
    core = await house(tmp_path, PAUSES, *found(NOW), spent("0.03"))
    core.passes("c-1")
    await go_on(core)
    before = run_file(core)
    assert (before["halted"], before["budget"]["left"], before["budget"]["offset"]) == (None, 20_000, 50)
    await go_on(core, spent("0.03", offset=90))
    (asked,) = await open_requests(core)
    assert (asked.id, asked.severity) == (before["budget"]["request"], "medium"), "the hook waits for this very id"
    assert run_file(core)["halted"]["request"] == asked.id
    assert "an approval raises it to $0.08" in asked.text
    told = await core.decide(asked.id, sha=asked.sha, opened="", reason="")
    assert told == {"text": "approved"}
    assert core.core.accounts.ceilings[-1].usd == D("0.08")
    assert (run_file(core)["halted"], run_file(core)["budget"]["left"]) == (None, 20_000)
    assert [kind for kind, _ in ledger(core, "ceiling")] == ["human"]
    assert steps(core) == {}
    await go_on(core)
    assert await open_requests(core) == []
    await core.close()


async def test_a_typed_amount_is_the_ceiling_and_a_wrong_one_records_nothing(tmp_path: Path) -> None:
    core = await house(tmp_path, PAUSES, *found(NOW), spent("0.06"))
    core.passes("c-1")
    await go_on(core)
    (asked,) = await open_requests(core)
    wrong = await core.decide(asked.id, sha=asked.sha, usd="much")
    assert "much is no amount in USD" in wrong["error"]
    assert await core.decide(asked.id, sha=asked.sha, usd="2.50", reason="the release") == {"text": "approved"}
    assert core.core.accounts.ceilings[-1].usd == D("2.50")
    await core.close()


async def test_a_denial_keeps_the_run_paused(tmp_path: Path) -> None:
    core = await house(tmp_path, PAUSES, *found(NOW), spent("0.06"))
    core.passes("c-1")
    await go_on(core)
    (asked,) = await open_requests(core)
    await core.decide(asked.id, "deny", sha=asked.sha, reason="enough")
    assert run_file(core)["frozen"]["reason"] == "enough"
    assert core.core.accounts.ceilings == ()
    await core.close()


async def test_a_restart_asks_nothing_again(tmp_path: Path) -> None:
    core = await house(tmp_path, PAUSES, *found(NOW), spent("0.06"))
    core.passes("c-1")
    await go_on(core)
    (asked,) = await open_requests(core)
    await core.close()
    again = await house(tmp_path, PAUSES)
    await go_on(again)
    assert [one.id for one in await open_requests(again)] == [asked.id]
    await again.close()


async def test_a_role_asks_and_its_runs_go_on_and_a_raise_takes_the_question_back(tmp_path: Path) -> None:
    role = ev.RunAssigned(KEY, Origin(LOG, 2, NOW), "role", "tester", "ana")
    text = '[budgets.roles.tester]\nmonth = 10\nat = {80 = "ask", 100 = "pause_new"}\n'
    core = await house(tmp_path, text, *found(NOW), role, spent("8.50"))
    core.passes("c-1")
    await go_on(core)
    (asked,) = await open_requests(core)
    assert (steps(core), asked.id.startswith("budget-"), run_file(core)["halted"]) == (
        {"role:tester": "ask"},
        True,
        None,
    )
    await go_on(core, spent("2", offset=99))
    assert steps(core) == {"role:tester": "pause_new"}
    assert [one.text for one in await open_requests(core) if "nothing new of it is started" in one.text]
    order = core.spool.order("raise_budget", budget="role:tester", usd="40", reason="more tests")
    await core.core.once()
    answer = core.spool.take_answer(order) or {}
    assert answer["text"].startswith("role:tester is raised: $40.00, by ")
    await go_on(core)
    assert (await open_requests(core), steps(core)) == ([], {})
    await core.close()


async def test_sums_move_with_a_role_and_begin_anew_with_a_month(tmp_path: Path) -> None:
    role = ev.RunAssigned(KEY, Origin(LOG, 2, NOW), "role", "tester", "ana")
    text = '[budgets.roles.tester]\nmonth = 10\nat = {80 = "warn"}\n[budgets.roles.mapper]\nmonth = 9\n'
    core = await house(tmp_path, text, *found(NOW), role, spent("8.50"), spent("70", NOW - 40 * 86_400))
    assert core.core.accounts.budgets["role:tester"].spent == D("8.50")
    await go_on(core, replace(role, value="mapper"))
    sums = {name: str(core.core.accounts.budgets[name].spent) for name in ("role:tester", "role:mapper", "envelope")}
    assert sums == {"role:tester": "0", "role:mapper": "8.50", "envelope": "8.50"}
    assert steps(core)["run:" + KEY] == "pause_runs", "a run counts whole"
    core.now = datetime(2026, 12, 1, 0, 0, 1).timestamp()
    await go_on(core)
    assert core.core.accounts.budgets["role:mapper"].spent == 0
    await core.close()


async def test_within_a_window_a_role_only_warns_until_the_window_is_used_up(tmp_path: Path) -> None:
    role = ev.RunAssigned(KEY, Origin(LOG, 2, NOW), "role", "tester", "ana")
    text = '[budgets.roles.tester]\nmonth = 10\nat = {100 = "pause_new"}\n[budgets.run]\nenvelope = 1000\n'
    text += '[[windows]]\nname = "release"\nroles = ["tester"]\nfrom = 2026-11-19\nuntil = 2026-11-20\nceiling = 20\n'
    core = await house(tmp_path, f'{text}approved_by = "maya"\n', *found(NOW), role, spent("12"))
    assert steps(core) == {"role:tester": "warn"}
    await go_on(core, spent("9", offset=99))
    assert steps(core) == {"role:tester": "pause_new", "window:release": "ask"}
    await core.close()


async def test_two_budgets_at_once_ask_each_for_itself(tmp_path: Path) -> None:
    text = '[budgets.envelope]\nmonth = 10\nat = {100 = "ask"}\n[budgets.run]\nenvelope = 10\nat = {100 = "ask"}\n'
    core = await house(tmp_path, text, *found(NOW), spent("11"))
    named = sorted(one.text.split(" of $")[0] for one in await open_requests(core))
    assert named == ["budget envelope", f"budget run:{KEY}"]
    await core.close()


@pytest.mark.parametrize(("words", "why"), [
    ({"budget": "role:nobody", "usd": "4", "reason": "x"}, "there is no budget role:nobody"),
    ({"budget": "envelope", "usd": "0", "reason": "x"}, "0 is no amount in USD"),
    ({"budget": "envelope", "usd": "9", "reason": ""}, "say why with a reason"),
    ({"budget": "envelope", "usd": "9", "reason": "x", "until": "soon"}, "soon is no time"),
])  # fmt: skip
async def test_what_raises_nothing_says_why(tmp_path: Path, words: dict[str, str], why: str) -> None:
    core = await house(tmp_path, "", *found(NOW))
    order = core.spool.order("raise_budget", **words)
    await core.core.once()
    assert why in (core.spool.take_answer(order) or {})["error"]
    await core.close()


async def test_a_clock_set_back_over_the_months_beginning_counts_that_month_and_no_call_twice(tmp_path: Path) -> None:
    def call(name: str, tokens: int, at: float) -> ev.Event:
        return ev.RequestMetered(KEY, Origin(LOG, 60, at), name, "m", Usage(output=tokens, requests=1))

    def tokens(core: GateHouse) -> int:
        return int(core.core.accounts.budgets["envelope"].used * 10**6 / UNSEEN)

    core = await house(tmp_path, "", *found(NOW), call("a", 5, NOW), call("b", 70, NOW - 25 * 86_400))
    assert tokens(core) == 5
    core.now = datetime(2026, 10, 31, 12).timestamp()
    await go_on(core, call("c", 1, core.now))
    assert tokens(core) == 71
    core.now = NOW
    await go_on(core)
    assert tokens(core) == 5
    await core.close()


async def test_the_budget_of_a_run_over_for_a_month_is_kept_no_more_and_a_ceiling_is(tmp_path: Path) -> None:
    core = await house(tmp_path, PAUSES, *found(NOW), spent("0.06"))
    core.spool.order("raise_budget", budget=f"run:{KEY}", usd="9", reason="more")
    await go_on(core, ev.RunEnded(KEY, Origin(LOG, 99, NOW), "done"))
    name = f"run:{KEY}"
    core.now = NOW + 30 * 86_400
    await go_on(core)
    assert name in core.core.accounts.budgets
    core.now = NOW + 32 * 86_400
    await go_on(core)
    with sqlite3.connect(core.spool.database) as database:
        rows = [row[0] for row in database.execute("SELECT name FROM budget WHERE scope = 'run'")]
    assert (name in core.core.accounts.budgets, rows, len(core.core.accounts.ceilings)) == (False, [], 1)
    await core.close()


async def test_a_budget_of_which_nothing_came_is_not_listed_once_its_run_has_ended(tmp_path: Path) -> None:
    core = await house(tmp_path, PAUSES, *found(NOW), spent("0.01"))
    await go_on(core)
    assert f"run:{KEY}" in core.core.accounts.budgets
    await go_on(core, ev.RunEnded(KEY, Origin(LOG, 99, NOW), "done"))
    assert f"run:{KEY}" not in core.core.accounts.budgets
    await core.close()


@pytest.mark.parametrize(
    "usd", ["-5", "NaN", "Infinity", "1" * 40, "1e-999999999", "5,00", "0.00001", "1_000", "", "e5"]
)
async def test_no_odd_amount_is_a_ceiling(usd: str) -> None:
    assert usd_of(usd) is None
    assert (usd_of("1e9"), usd_of("$1,000.50"), usd_of(".05")) == (D(10**9), D("1000.50"), D("0.05"))


async def test_two_orders_at_once_both_stand_and_the_later_holds_and_no_name_shows_its_escapes(tmp_path: Path) -> None:
    core = await house(tmp_path, PAUSES, *found(NOW), spent("0.06"))
    first = core.spool.order("raise_budget", budget="envelope", usd="7000", reason="one")
    second = core.spool.order("raise_budget", budget="envelope", usd="8000", reason="two")
    wrong = core.spool.order("raise_budget", budget="\x1b[2Jrole:x", usd="8", reason="three")
    await core.core.once()
    assert all("is raised" in (core.spool.take_answer(one) or {})["text"] for one in (first, second))
    given = [one.usd for one in core.core.accounts.ceilings]
    assert sorted(given) == [D(7000), D(8000)] and core.core.accounts.budgets["envelope"].ceiling == given[-1]
    assert len(ledger(core, "ceiling")) == 2
    assert "\x1b" not in (core.spool.take_answer(wrong) or {})["error"]
    await core.close()


async def test_a_start_and_an_escalation_are_refused_with_the_sentence_while_a_role_starts_nothing_new(
    tmp_path: Path,
) -> None:
    role = ev.RunAssigned(KEY, Origin(LOG, 2, NOW), "role", "tester", "ana")
    text = '[budgets.roles.tester]\nmonth = 10\nat = {100 = "pause_new"}\n[budgets.run]\nenvelope = 1000\n'
    gone = ev.ProcessSeen(KEY, Origin(LOG, 3, NOW), 77), ev.ProcessGone(KEY, Origin(LOG, 4, NOW))
    told, launches = read_settings(text, "c"), ScriptedLauncher()
    hands = Hands(settings=lambda: told, start=launches, messenger=Messages(back="no way is known"))
    core = await GateHouse(tmp_path, NOW, hands=hands).begin(*found(NOW), role, *gone, spent("12"))
    await core.core.once()
    start = core.spool.order("start", agent="claude-code", task="more tests", role="tester")
    over = core.spool.order("escalate_run", run=KEY, to="lane:top", reason="it drifts", by="ana")
    free = core.spool.order("start", agent="claude-code", task="a map", role="mapper")
    await core.core.once()
    why = "the budget role:tester has used $12.00 of $10.00, so nothing new of it is started: `headgate budget raise"
    for one in (start, over):
        assert why in (core.spool.take_answer(one) or {})["error"]
    assert "error" not in (core.spool.take_answer(free) or {}) and launches.done.count("begin") == 1
    await core.close()


async def test_a_run_at_its_hard_stop_is_stopped_by_the_tool_once(tmp_path: Path) -> None:
    told = read_settings('[budgets.run]\nenvelope = 1\nat = {100 = "ask"}\nhard_stop = 4\n', "c")
    processes = Pretended(Clock()).add(CLIENT, SIGINT=0.0)
    hands = Hands(processes, Keeps(), settings=lambda: told)
    core = await GateHouse(tmp_path, NOW, hands=hands).begin(*found(NOW), spent("3"))
    await core.core.once()
    assert (steps(core), processes.sent) == ({"run:" + KEY: "ask"}, [])
    await go_on(core, spent("2", offset=90))
    await go_on(core, spent("2", offset=95))
    (act,) = [one for one in core.core.acts.by_id.values() if one.kind == "stop"]
    assert (act.by, act.run, act.state) == ("headgate", KEY, "confirmed")
    assert "its runs are stopped, and their worktrees are kept" in act.reason
    assert ledger(core, "act") == [("tool", "headgate")]
    assert processes.sent.count((CLIENT.pid, "SIGINT")) == 1
    await core.close()
