"""A start leaves an act before anything is made, is begun once, and gives its run the words that were said."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from state.control.act import Act
from state.control.assurance import facts_of
from state.control.hands import Hands
from state.control.launching import Begun, Client, Ground, Wanted
from state.control.wanting import asked_of, label_of, session_of, slug
from state.money.budget import pauses_at
from state.money.spending import Cost
from state.ports import Batch
from state.runs import event as ev
from state.runs.card import Card
from state.runs.run import Origin, Usage, run_key
from state.runs.worktree import Worktree
from state.settings import read_settings, shipped
from state.spool import Order, Spool
from state.store.reader import StoreReader
from state.store.writer import Store
from state.supervisor import Header, Supervisor
from tests.gates_world import NoSource, OneTree

TREE = Worktree("/w/repo-x", "/r/.git/worktrees/repo-x", branch="headgate/mend-it", head="1" * 40)
GROUND = Ground(TREE.path, "headgate/mend-it", "1" * 40, "/bin/claude")


class Killed(BaseException):
    """The core ends between two of its lines."""


class ScriptedLauncher:
    """A `Launcher` that does nothing but tell what it was asked."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.alive: dict[str, Client] = {}
        self.refusal = ""
        self.dies: set[str] = set()
        self.lives = True

    def _do(self, what: str) -> None:
        if f"before {what}" in self.dies:
            raise Killed
        self.done.append(what)

    async def place(self, wanted: Wanted) -> Ground:
        self._do("place")
        if self.refusal == "place":
            raise ValueError("the branch x exists; nothing was touched")
        return replace(GROUND, branch=wanted.branch)

    async def plant(self, ground: Ground) -> tuple[str, ...]:
        self._do("plant")
        return ("a note.",)

    async def take_back(self, ground: Ground) -> str:
        self._do("take back")
        return "what was made is removed"

    async def begin(self, wanted: Wanted, ground: Ground) -> Begun:
        self._do("begin")
        if self.refusal == "begin":
            raise ValueError("tmux made no window")
        if self.lives:
            self.alive[wanted.label] = Client(77, 5)
        if "after begin" in self.dies:
            raise Killed
        return Begun({"terminal": "tmux", "attach": "tmux attach -t a", **facts_of(("guardrail", "it fires"), None)})

    async def client(self, label: str) -> Client | None:
        return self.alive.get(label)

    async def last_words(self, label: str) -> str:
        return "no such model"


class StartHouse:
    """One life of a core that can start runs."""

    def __init__(self, folder: Path, launcher: ScriptedLauncher) -> None:
        self.launcher, self.now = launcher, 1000.0
        self.spool = Spool(folder)
        self.store = Store(self.spool.database)
        hands = Hands(start=launcher)
        header = Header("repo", "main", ())
        self.core = Supervisor(self.store, self.spool, NoSource(), OneTree(TREE), header, lambda: self.now, hands=hands)  # pyright: ignore[reportArgumentType]
        self.reader = StoreReader(self.spool)

    async def close(self) -> None:
        self.core.close()
        await self.reader.close()
        self.store.close()

    async def order(self, **words: str) -> dict[str, Any]:
        """Give an order to start and carry it out."""
        given = {"agent": "claude-code", "task": "mend it", **words}
        self.asked = self.spool.order("start", **given)
        await self.core.once()
        return self.spool.take_answer(self.asked) or {}

    def act(self) -> Act:
        (act,) = self.core.acts.by_id.values()
        return act

    async def card(self) -> Card:
        (card,) = (await self.reader.changes(0)).cards
        return card

    async def appears(self, agent: str = "claude-code", session: str = "") -> None:
        """Let the run's log appear in the worktree."""
        session = session or session_of(self.asked.id)
        key, origin = run_key(agent, session), Origin("/logs/one", 0, 1001.0)
        found = ev.RunFound(key, origin, agent, session)
        events = (found, ev.PlaceEntered(key, origin, TREE.path, None), ev.WorktreeFound(key, origin, TREE.path))
        await self.core.take(Batch(events=(*events, ev.PromptGiven(key, origin, "Task: mend it, with a skeleton"))))
        await self.core.controls.look()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[StartHouse]:
    found = StartHouse(tmp_path, ScriptedLauncher())
    await found.core.begin()
    yield found
    await found.close()


async def test_a_start_is_under_way_until_its_client_and_its_log_were_seen(house: StartHouse) -> None:
    answer = await house.order(role="tester", lane="top")
    assert house.launcher.done == ["place", "plant", "begin"]
    act = house.act()
    assert (answer["state"], act.state, act.facts["pid"], act.facts["note"]) == (
        "under_way",
        "under_way",
        "77",
        "a note.",
    )
    assert [(step.what, step.confirmed is not None) for step in act.steps] == [
        ("worktree and branch", True),
        ("the client's process", True),
        ("its log or registry", False),
    ]
    await house.appears()
    act = house.act()
    assert (act.state, act.run, act.ended) == ("confirmed", run_key("claude-code", session_of(act.id)), 1000.0)
    assert act.facts["resume"] == f"cd {TREE.path} && claude --resume {session_of(act.id)}"


async def test_its_run_carries_task_role_owner_and_lane_from_then_on_and_in_the_next_life(
    house: StartHouse, tmp_path: Path
) -> None:
    await house.order(role="tester", lane="top", owner="ada")
    await house.appears()
    card = await house.card()
    told = (card.task_title, card.task_from, card.role, card.role_from, card.owner, card.owner_from, card.lane_asked)
    assert told == ("mend it", "start", "tester", "start", "ada", "start", "top")
    assert (card.assurance, card.terminal, card.act_kind) == ("guardrail", "tmux attach -t a", "start")
    house.spool.order("assign", run=card.id, role="reviewer")
    house.now = 2000.0
    await house.core.once()
    again = StartHouse(tmp_path, house.launcher)
    await again.core.begin()
    card = await again.card()
    await again.close()
    assert (card.task_from, card.role, card.role_from) == ("start", "reviewer", "human")
    assert (card.assurance, card.lane_asked) == ("guardrail", "top")


async def test_the_run_of_an_agent_that_takes_no_session_id_is_the_one_in_its_new_worktree(house: StartHouse) -> None:
    await house.order(agent="codex")
    assert house.act().run == ""
    await house.appears("codex", "thread-1")
    assert (house.act().run, house.act().facts["session"]) == (run_key("codex", "thread-1"), "thread-1")
    assert (await house.card()).task_from == "start"


async def test_a_session_of_another_agent_in_the_worktree_is_not_taken_for_it(house: StartHouse) -> None:
    await house.order(agent="codex")
    await house.appears("claude-code", "other")
    assert (house.act().state, house.act().run) == ("under_way", "")


@pytest.mark.parametrize("when", ["before plant", "before begin", "after begin"])
async def test_a_core_that_is_killed_goes_on_and_starts_no_client_twice(tmp_path: Path, when: str) -> None:
    launcher = ScriptedLauncher()
    first = StartHouse(tmp_path, launcher)
    await first.core.begin()
    launcher.dies = {when}
    with pytest.raises(Killed):
        await first.order()
    launcher.dies = set()
    await first.close()
    second = StartHouse(tmp_path, launcher)
    await second.core.begin()
    await second.core.once()
    answer = second.spool.take_answer(first.asked) or {}
    await second.close()
    assert (answer["state"], launcher.done.count("begin"), launcher.done.count("place")) == ("under_way", 1, 1)
    assert list(launcher.alive) == [label_of(first.asked.id)]


async def test_a_start_that_was_answered_is_not_done_again(house: StartHouse) -> None:
    await house.order()
    again = await house.core.controls.carry_out(Order(house.asked.id, "start", house.asked.words))
    assert (again.id, house.launcher.done.count("begin")) == (house.asked.id, 1)


async def test_where_no_client_can_be_started_what_was_made_is_taken_back(house: StartHouse) -> None:
    house.launcher.refusal = "begin"
    answer = await house.order()
    assert answer["state"] == "failed"
    assert house.act().text == "tmux made no window; what was made is removed"
    assert house.launcher.done == ["place", "plant", "begin", "take back"]


async def test_a_client_that_ends_before_its_log_appears_is_a_failure_with_its_last_words(house: StartHouse) -> None:
    await house.order()
    house.launcher.alive.clear()
    await house.core.controls.look()
    assert house.act().state == "failed"
    assert house.act().text == "the client ended before its log appeared: no such model; what was made is removed"
    await house.appears()
    assert (await house.card()).task_from == "prompt"


async def test_a_client_that_was_never_seen_ended_at_once(house: StartHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("state.control.starting.SEEN_SECONDS", 0.1)
    house.launcher.lives = False
    await house.order()
    assert house.act().text.startswith("the client ended at once: no such model")


async def test_what_cannot_be_placed_leaves_no_act(house: StartHouse) -> None:
    house.launcher.refusal = "place"
    assert await house.order() == {"error": "the branch x exists; nothing was touched"}
    assert not house.core.acts.by_id


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"task": "  "}, "a run needs a task"),
        ({"agent": "emacs"}, "Headgate cannot start emacs: it is one of claude-code, codex"),
        ({"role": "king"}, "king is no role"),
        ({"lane": "fast"}, "fast is no lane: it is one of cheap, standard, top, human-gated"),
        ({"task": "drop db/migrate/20260101_drop.rb", "lane": "cheap"}, "the lane cheap takes work up to medium risk"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(words: dict[str, str], said: str) -> None:
    order = Order("o", "start", {"agent": "codex", "task": "mend it", **words})
    with pytest.raises(ValueError, match=said):
        asked_of(order, shipped())


def test_lane_and_role_give_model_effort_mode_and_prompt() -> None:
    text = '[roles.tester]\nprompt = "Try {task}!"\n[start]\nbranch = "{role}/{agent}/{task}"\n'
    asked = asked_of(
        Order("o", "start", {"agent": "codex", "task": "the Parser's dates", "role": "tester", "lane": "top"}),
        read_settings(text, "config.toml"),
    )
    wanted = asked.wanted
    assert (wanted.model, wanted.effort, wanted.mode) == ("gpt-5.5", "high", "edit")
    assert (wanted.prompt, wanted.branch, wanted.exact) == (
        "Try the Parser's dates!",
        "tester/codex/the-parser-s-dates",
        False,
    )
    gated = asked_of(Order("o", "start", {"agent": "codex", "task": "x", "lane": "human-gated"}), shipped())
    assert gated.wanted.mode == "plan"


def test_a_task_becomes_part_of_a_name() -> None:
    assert slug("Mend the Parser: dates, times & zones of every locale") == "mend-the-parser-dates-times-zones-of"
    assert (slug("日本"), slug("x" * 60)) == ("task", "x" * 40)


def test_an_order_has_one_label_and_one_session_for_ever() -> None:
    assert label_of("a") == label_of("a") != label_of("b")
    assert session_of("a") == session_of("a") != session_of("b")


async def test_the_envelope_that_a_preference_chose_is_the_ceiling_of_its_run(
    house: StartHouse, tmp_path: Path
) -> None:
    await house.order(role="tester", prefer="cheap")
    await house.appears()
    key = house.act().run
    origin = Origin("/logs/one", 50, 1002.0)
    spent = ev.UsageCounted(key, origin, Usage(fresh_input=10, requests=1), Cost(Decimal("0.30"), priced=1))
    await house.core.take(Batch(events=(spent,)))
    await house.core.once()
    stand = house.core.accounts.budgets[f"run:{key}"]
    assert stand.ceiling == Decimal(house.act().facts["envelope"]) == Decimal(2)
    assert stand.ceiling != shipped().budgets.run.usd
    (path,) = (tmp_path / "runs").glob("*.json")
    limit = pauses_at(shipped().budgets.run.ladder, stand.ceiling) or Decimal(0)
    assert json.loads(path.read_text())["budget"]["left"] == (limit - Decimal("0.30")) * 10**6
