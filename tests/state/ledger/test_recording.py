"""What of a commit goes into the ledger: all that was decided, each under the name of who did it and of nobody else."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from state.approval.approval import Approval
from state.beside import Beside, Said
from state.checks.check import CheckResult
from state.control.act import Act, Step
from state.evidence.document import sealed
from state.evidence.package import Package
from state.evidence.proposal import Proposal
from state.evidence.review import Reviewed
from state.gate_files import CallSeen
from state.gates.book import Change, Freeze, Gated, PassedCall
from state.gates.decision import Recorded
from state.gates.request import Decision, Request
from state.ledger.canonical import canonical
from state.ledger.entry import Draft
from state.ledger.recording import drafts_of
from state.policy.verdict import Effect, Hit
from state.release.item import Item
from state.runs.run import Assigned, RunKey
from tests.tries import tries

RUN = RunKey("run-1")
WORD = st.sampled_from(["", "ada", "timeout", "human", "headgate", "rm -rf build"])
TIME = st.floats(0, 2e9)
HITS = st.builds(Hit, WORD, st.just("escalate"), WORD, sla=st.none() | TIME)
REQUESTS = st.builds(
    Request, WORD, st.just(RUN), st.sampled_from(["plan", "exception", "merge", "release"]), WORD, WORD, TIME,
    state=st.sampled_from(["open", "approved", "denied", "expired", "moot"]), deadline=st.none() | TIME, tool=WORD,
    effects=st.lists(st.builds(Effect, WORD, WORD), max_size=1).map(tuple), hits=st.lists(HITS, max_size=2).map(tuple),
    advice=st.none() | WORD, plan=st.none() | WORD, listening=st.booleans(),
)  # fmt: skip
DECISIONS = st.builds(
    Decision, WORD, st.sampled_from(["approve", "deny", "escalate"]), WORD, TIME, dwell=st.none() | TIME
)
ORDER = st.uuids().map(str)
DECIDED = st.tuples(ORDER, WORD, st.builds(Recorded, DECISIONS, REQUESTS, WORD, st.booleans()))
FROZEN = st.tuples(ORDER, st.builds(Freeze, WORD, st.booleans(), WORD, WORD, TIME))
PLANS = st.fixed_dictionaries(
    {"sha": WORD, "paths": st.just(["a"]), "files": st.none() | st.integers(0, 9), "minutes": st.none() | TIME,
     "usd": st.none() | st.just("1.50")}
)  # fmt: skip
SEEN = st.fixed_dictionaries(
    {"at": TIME, "agent": WORD, "session": WORD, "event": WORD, "call": st.none() | WORD, "tool": WORD, "sha": WORD,
     "verdict": st.sampled_from(["allow", "deny", "native", "seen"]), "rule": st.none() | WORD,
     "request": st.none() | WORD, "ms": TIME,
     "outcome": st.sampled_from(["rule", "human", "grant", "expired", "frozen", "failed", "none"])}
)  # fmt: skip
CHANGES = st.builds(
    Change,
    st.lists(REQUESTS, max_size=3).map(tuple),
    st.lists(DECIDED, max_size=2).map(tuple),
    st.lists(FROZEN, max_size=2).map(tuple),
    st.lists(st.builds(Gated, st.just(RUN), plan=st.none() | PLANS), max_size=1).map(tuple),
    st.lists(st.builds(PassedCall, WORD, st.just(1), st.just(2), st.just(3), st.just(RUN), SEEN), max_size=2).map(
        tuple
    ),
)
ACTS = st.builds(
    Act, ORDER, st.just(RUN), st.sampled_from(["stop", "merge"]), WORD, TIME, WORD,
    st.sampled_from(["under_way", "confirmed", "failed"]), WORD,
    st.lists(st.builds(Step, WORD, TIME, st.none() | TIME), max_size=1).map(tuple),
)  # fmt: skip
SAID = st.builds(
    Said, ORDER, st.just(RUN),
    st.lists(st.builds(Assigned, st.sampled_from(["task", "owner"]), WORD, WORD, TIME), max_size=2).map(tuple),
)  # fmt: skip
DRAFTS = st.builds(
    Draft, st.sampled_from(["human", "tool", "hook", "agent"]), WORD, WORD, TIME, body=st.just({"text": "x"})
)
REVIEWED = st.builds(
    Reviewed,
    approvals=st.lists(
        st.builds(Approval, WORD, WORD, WORD, WORD, st.just("declared"), WORD, TIME, TIME, WORD, void=WORD,
                  merge=st.none() | WORD), max_size=2).map(tuple),
    items=st.lists(
        st.builds(Item, WORD, WORD, WORD, st.just("defect"), WORD, st.just("confirmed"), WORD, TIME), max_size=1
    ).map(tuple),
    results=st.lists(
        st.builds(CheckResult, WORD, WORD, WORD, WORD, st.just("E1"), st.sampled_from(["running", "passed"]), TIME),
        max_size=1,
    ).map(tuple),
    drafts=st.lists(DRAFTS, max_size=2).map(tuple),
)  # fmt: skip
BESIDES = st.builds(
    Beside, gates=st.none() | CHANGES, acts=st.lists(ACTS, max_size=2).map(tuple), said=st.none() | SAID,
    review=st.none() | REVIEWED, drafts=st.lists(DRAFTS, max_size=1).map(tuple),
)  # fmt: skip


@settings(max_examples=tries(25, 1000))
@given(BESIDES, TIME)
def test_nothing_stands_as_a_humans_but_what_an_order_said(beside: Beside, now: float) -> None:
    gates = beside.gates or Change()
    orders = {order for order, *_ in (*gates.decided, *gates.frozen)} | {act.id for act in beside.acts}
    orders |= {beside.said.asked} if beside.said else set()
    for draft in drafts_of(beside, now):
        assert draft.actor_kind != "human" or draft.body["order"] in orders
        assert draft.actor_kind != "human" or draft.kind not in ("expired", "moot", "request", "advice")
        canonical(dict(draft.body))  # has no fraction and no other thing without a text


@settings(max_examples=tries(12, 1000))
@given(CHANGES, TIME)
def test_each_decision_and_each_end_has_its_own_entry(change: Change, now: float) -> None:
    drafts = drafts_of(Beside(gates=change), now)
    kinds = [one.kind for one in drafts]
    assert kinds.count("decision") == len(change.decided)
    assert kinds.count("expired") == sum(one.state == "expired" for one in change.requests)
    assert {one.actor for one in drafts if one.kind == "expired"} <= {"timeout"}
    assert kinds.count("advice") == sum(bool(one.advice) for one in change.requests)


REQUEST = Request("q-1", RUN, "exception", "rm -rf build", "ab" * 32, 1.5, tool="Bash", input='{"command": "x"}',
                  hits=(Hit("destructive", "escalate", "because", severity="high"),), severity="high",
                  policy="p" * 40, advice="only tidying", agent="codex")  # fmt: skip


def drafts(**words: Any) -> dict[str, Draft]:
    return {one.kind: one for one in drafts_of(Beside(**words), 9.0)}


def test_the_models_advice_and_the_humans_decision_are_two_entries() -> None:
    said = Decision("q-1", "approve", "ada", 8.25, "it is mine", "board, declared", "ab" * 32, 2.5, True, "guardrail")
    after = replace(REQUEST, state="approved", decision=said)
    told = drafts(gates=Change((after,), (("o-1", "ada-account", Recorded(said, after, "approved")),)))
    assert (told["advice"].actor_kind, told["advice"].actor) == ("agent", "codex")
    assert (told["decision"].actor_kind, told["decision"].actor) == ("human", "ada")
    assert (told["request"].actor_kind, told["request"].actor) == ("hook", f"rule:destructive@{'p' * 40}")
    body = told["decision"].body
    wanted = {
        "order": "o-1", "account": "ada-account", "request": "q-1", "gate": "exception", "answer": "approve",
        "reason": "it is mine", "via": "board, declared", "shown_sha": "ab" * 32, "dwell_ms": 2500, "opened": True,
        "late": False, "assurance": "guardrail", "policy": "p" * 40, "sha": "ab" * 32, "at_ms": 8250,
    }  # fmt: skip
    assert {name: body[name] for name in wanted} == wanted
    assert "only tidying" not in canonical(dict(body)).decode()
    assert told["decision"].once == "decision:o-1"


def seen(verdict: str, outcome: str) -> dict[str, Draft]:
    words = {"at": 1.0, "agent": "", "session": "", "event": "PreToolUse", "call": "c", "tool": "Bash", "sha": "ab",
             "verdict": verdict, "rule": "r1", "request": None, "outcome": outcome, "ms": 12.6}  # fmt: skip
    call = PassedCall("f", 1, 2, 3, RUN, cast(CallSeen, words))
    return drafts(gates=Change(calls=(call,)))


@pytest.mark.parametrize(
    ("verdict", "outcome", "kind"),
    [("deny", "rule", "call_denied"), ("deny", "frozen", "call_denied"), ("allow", "human", "call_let_go"),
     ("allow", "grant", "call_let_go"), ("allow", "rule", None), ("seen", "none", None)],
)  # fmt: skip
def test_hooks_denials_and_calls_let_go_by_humans_are_told_and_all_others_not(
    verdict: str, outcome: str, kind: str | None
) -> None:
    told = seen(verdict, outcome)
    assert list(told) == ([kind] if kind else [])
    assert all(one.actor_kind == "hook" and one.body["took_ms"] == 13 for one in told.values())


def test_what_was_asked_and_what_was_observed_are_two_entries_of_two_actors() -> None:
    act = Act("o-2", RUN, "stop", "ada", 1.0, "it loops", "confirmed", "nothing of it runs", (Step("TERM", 1.0, 1.2),))
    told = drafts(acts=(act,))
    assert [(one.actor_kind, one.actor) for one in told.values()] == [("human", "ada"), ("tool", "headgate")]
    assert told["act_confirmed"].body["steps"][0]["confirmed_ms"] == 1200


def test_a_package_its_reviews_and_what_became_of_an_approval_are_told() -> None:
    change = Proposal(RUN, "feat", "refs/heads/main", "b" * 40, "b" * 40, "h" * 40, "t" * 40, "t" * 40, "t" * 40,
                      "p" * 40, "d" * 64)  # fmt: skip
    package = sealed(Package(RUN, "task", "ada", change, (), "high", "default", None, 1.0, reviews=("looks sound",)))
    approval = Approval("a" * 64, RUN, "q", "{}", "signed", "ada", 1.0, 2.0, "SIG", merge="c" * 40, void="changed")
    told = drafts(review=Reviewed((package,), approvals=(approval,)))
    assert list(told) == ["evidence", "advice", "approval", "approval_void", "merge"]
    assert told["evidence"].once == f"package:{package.sha}" and told["advice"].actor_kind == "agent"
    assert told["merge"].body["commit"] == "c" * 40


NAMELESS: list[Callable[[Draft], Beside]] = [
    lambda draft: Beside(drafts=(draft,)),
    lambda draft: Beside(review=Reviewed(drafts=(draft,))),
]


@pytest.mark.parametrize("made", NAMELESS)
def test_a_humans_entry_without_an_order_is_headgates_own_word(made: Callable[[Draft], Beside]) -> None:
    (told,) = drafts_of(made(Draft("human", "ada", "item", 1.0, body={"text": "x"})), 9.0)
    assert (told.actor_kind, told.actor, told.body["said_by"]) == ("tool", "headgate", "ada")
    (kept,) = drafts_of(made(Draft("human", "ada", "item", 1.0, body={"order": "o"})), 9.0)
    assert kept.actor_kind == "human"
