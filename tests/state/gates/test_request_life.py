"""The life of requests under anything that can happen: asked, shown, decided, expired, hooks and cores that die."""

import asyncio
import json
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule

from state.gate_files import grant_key
from state.gates.run_files import PolicyNow
from state.spool import write_whole
from tests.gates_world import AGENT, SESSION, SHA, GateHouse, found
from tests.tries import tries

POLICIES = ("default", "b" * 40)
LIVE = Bundle("live")
MOST = 2
"""Questions of one life: few, so that much happens to each."""


class RequestLife(RuleBasedStateMachine):
    """Hooks are made of files here, the core and its database are the real ones. `used` are calls that were let go."""

    live = LIVE

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp(prefix="headgate-life-"))
        self.house = self.run(GateHouse(self.folder).begin(*found()))
        self.asked: dict[str, str] = {}
        self.used: dict[str, int] = {}
        self.dead: set[str] = set()
        self.taken: list[tuple[str, str]] = []
        self.decisions: dict[str, str] = {}
        self.states: dict[str, str] = {}
        self.policy = POLICIES[0]
        self.count = 0

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        self.run(self.house.close())
        self.loop.close()
        shutil.rmtree(self.folder)

    @initialize(target=LIVE)
    def the_first_hook_asks(self) -> str:
        return self.a_hook_asks_for(600.0)

    @precondition(lambda self: self.count < MOST)
    @rule(target=LIVE, seconds=st.sampled_from([5.0, 60.0, 600.0]))
    def a_hook_asks(self, seconds: float) -> str:
        return self.a_hook_asks_for(seconds)

    def a_hook_asks_for(self, seconds: float) -> str:
        self.count += 1
        name = f"q-{self.count:04}"
        self.house.question(name, call=f"toolu_{self.count}", deadline=self.house.now + seconds, policy=self.policy)
        self.asked[name] = self.policy
        return name

    @rule()
    def the_core_looks(self) -> None:
        self.run(self.house.core.gates.step())
        for name in self.asked:
            assert name in self.house.core.gates.book.requests or name in self.dead, f"{name} was lost"

    @rule(
        name=LIVE,
        answer=st.sampled_from(["approve"] * 6 + ["deny", "escalate"]),
        sha=st.sampled_from([SHA] * 5 + ["cd" * 32]),
    )
    def a_human_decides(self, name: str, answer: str, sha: str) -> None:
        self.decided(name, answer, sha)

    def decided(self, name: str, answer: str, sha: str) -> bool:
        """Give a human's answer, and whether it was taken."""
        before = self.rows()
        told = self.run(self.house.decide(name, answer, sha=sha))
        after = self.rows()
        assert ("error" in told) == (before == after)
        if "error" not in told:
            assert sha == SHA
            assert all(one[0] != name or one[1] == "escalate" for one in before), "answered twice"
        if answer == "approve" and "error" not in told:
            assert "approved" in told["text"] or "leave for one call" in told["text"]
        return "error" not in told

    @rule(name=LIVE)
    def a_hook_that_lives_reads_its_answer(self, name: str) -> None:
        self.the_hook_reads_its_answer(name)

    def the_hook_reads_its_answer(self, name: str) -> None:
        answer = self.house.answer(name)
        if answer is None or name in self.dead or self.policy != self.asked[name]:
            return
        assert (answer["request"], answer["sha"], answer["policy"]) == (name, SHA, self.asked[name])
        if answer["answer"] == "approve":
            self.use(name, name, "human")
        self.house.hook_ends(name)
        self.dead.add(name)

    @rule(name=LIVE)
    def a_sleeping_hook_wakes(self, name: str) -> None:
        """Let a hook that seemed dead read its answer after all, as one that was stopped by a signal does."""
        if (self.house.files.requests / f"{name}.json").exists():
            self.dead.discard(name)
            self.the_hook_reads_its_answer(name)

    @rule(name=LIVE)
    def the_agent_tries_again(self, name: str) -> None:
        """Use a leave up as a hook does: whoever takes the file away has it."""
        key = grant_key(AGENT, SESSION, "Bash", SHA, self.policy)
        path = self.house.files.grants / f"{key}.json"
        if not path.exists():
            return
        grant = json.loads(path.read_text())
        path.unlink()
        if grant["expires"] > self.house.now and grant["policy"] == self.policy:
            self.taken.append((grant["request"], name))

    @precondition(lambda self: self.taken)
    @rule(dies=st.booleans())
    def a_hook_that_took_a_leave_notes_it_and_lets_its_call_go(self, dies: bool) -> None:
        request, name = self.taken.pop()
        if not dies:
            self.use(request, name, "grant")

    def use(self, request: str, name: str, outcome: str) -> None:
        self.used[request] = self.used.get(request, 0) + 1
        self.house.passes(f"again-{name}", request=request, outcome=outcome)

    @rule(name=LIVE, clean=st.booleans())
    def a_hook_dies(self, name: str, clean: bool) -> None:
        if name in self.dead:
            return
        self.run(self.house.core.gates.step())
        if clean:
            self.house.hook_ends(name)
        self.dead.add(name)
        self.house.now += 5

    @rule(name=LIVE, clean=st.booleans())
    def a_human_answers_a_hook_that_died(self, name: str, clean: bool) -> None:
        self.a_hook_dies(name, clean)
        self.a_human_decides(name, "approve", SHA)

    @rule(seconds=st.sampled_from([-3600.0, -30.0, 86_400.0]))
    def the_clock_is_set(self, seconds: float) -> None:
        """Jump, as a machine's clock does that is set or wakes: no hook touches its question meanwhile."""
        self.house.now += seconds

    @rule(seconds=st.sampled_from([0.5, 2.0, 10.0, 120.0, 1000.0]))
    def time_goes_by(self, seconds: float) -> None:
        self.house.now += seconds
        for name in self.asked:
            if name not in self.dead and (self.house.files.requests / f"{name}.json").exists():
                self.house.touch(name)

    @rule()
    def the_core_dies(self) -> None:
        """End the core without a last step; all that the next one has is the database and the files."""
        now = self.house.now
        self.run(self.house.close())
        self.house = self.run(GateHouse(self.folder, now).begin())
        self.house.core.gates.policies = PolicyNow(self.policy)

    @rule(policy=st.sampled_from(POLICIES))
    def the_policy_changes(self, policy: str) -> None:
        self.policy = policy
        self.house.core.gates.policies = PolicyNow(policy)

    @rule(verb=st.sampled_from(["freeze", "thaw"]))
    def a_human_stops_or_starts_every_run(self, verb: str) -> None:
        order = self.house.spool.order(verb, reason="fire drill")
        self.run(self.house.core.once())
        assert "error" not in (self.house.spool.take_answer(order) or {"error": ""})
        fleet = json.loads((self.folder / "fleet.json").read_text())
        assert (fleet["frozen"] is not None) == (verb == "freeze"), "a hook would not hear of it"

    @rule(name=LIVE, answer=st.sampled_from(["approve", "deny"]))
    def a_human_answers_twice(self, name: str, answer: str) -> None:
        if not self.decided(name, answer, SHA):
            return
        before = self.rows()
        told = self.run(self.house.decide(name, "approve" if answer == "deny" else "deny"))
        assert "error" in told and self.rows() == before, "a second answer counted"

    @rule(name=LIVE)
    def the_same_order_is_carried_out_again(self, name: str) -> None:
        """Carry an order out twice, as a core does that died before it could take the order away."""
        words = {"sha": SHA, "dwell": "2.0", "opened": "1", "reason": "it is fine"}
        order = self.house.spool.order("decide", request=name, answer="deny", **words)
        self.run(self.house.core.once())
        before = self.rows()
        write_whole(self.house.spool.inbox / f"{order.id}.json", {"verb": order.verb, "words": order.words})
        self.run(self.house.core.once())
        assert self.rows() == before, "one order was recorded twice"

    def rows(self) -> list[tuple[str, str]]:
        connection = sqlite3.connect(self.house.spool.database)
        told = connection.execute("SELECT request, answer FROM decision ORDER BY seq").fetchall()
        connection.close()
        return told

    @invariant()
    def no_decision_is_used_twice(self) -> None:
        assert all(times <= 1 for times in self.used.values()), self.used

    @invariant()
    def nothing_is_let_go_without_a_humans_approval(self) -> None:
        approved = {name for name, answer in self.rows() if answer == "approve"}
        assert set(self.used) <= approved
        for name in self.asked:
            answer = self.house.answer(name)
            assert answer is None or answer["answer"] != "approve" or name in approved
        assert {grant["request"] for grant in self.house.grants()} <= approved

    @invariant()
    def each_request_has_one_answer_and_never_takes_it_back(self) -> None:
        final = [name for name, answer in self.rows() if answer != "escalate"]
        assert len(final) == len(set(final))
        waiting = {one.id for one in self.house.core.gates.book.open()}
        assert waiting.isdisjoint(final), "open although a human answered"
        states = {name: one.state for name, one in self.house.core.gates.book.requests.items()}
        for name, state in self.states.items():
            ended = state in ("approved", "denied")
            assert not ended or states.get(name, state) == state, f"{name} was {state} and is {states[name]}"
            assert state != "expired" or states[name] != "denied", "a deadline that passed took a late no"
        self.states = states

    @invariant()
    def no_decision_is_lost(self) -> None:
        told = {name: answer for name, answer in self.rows() if answer != "escalate"}
        assert self.decisions.items() <= told.items()
        self.decisions = told


RequestLife.TestCase.settings = settings(
    max_examples=tries(4, 200),
    stateful_step_count=30,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.too_slow],
)
TestRequestLife = RequestLife.TestCase
