"""What a change lacks before it may be merged, one thing at a time, and what would meet each."""

from dataclasses import replace

import pytest

from state.approval.gate import VALID_SECONDS, merge_gate
from state.approval.invariants import Approver, Case, may_approve, unmet
from state.checks.check import CheckResult
from state.evidence.package import PARTS, Package, Part
from state.evidence.proposal import FileChange, Proposal
from state.findings.stale import Stale
from state.gate_files import Approved
from state.gates.book import Gated
from state.gates.request import Request
from state.policy.rule import Policy
from state.policy.shipped import own_policy
from state.policy.wrong import PolicyInvalid
from state.runs.card import Card
from state.runs.run import RunKey

RUN = RunKey("r1")
CHANGE = Proposal(
    run=RUN, branch="feat/a", target="refs/heads/main", base="a" * 40, fork="a" * 40, head="b" * 40,
    base_tree="c" * 40, head_tree="d" * 40, tree="e" * 40, patch_id="f" * 40, diff_sha="0" * 64,
    files=(FileChange("db/migrations/1.sql", "added"), FileChange("a.py", "modified")), commits=1,
)  # fmt: skip
PACKAGE = Package(
    RUN, "mend it", "cy", CHANGE, tuple(Part(name, "claimed") for name in PARTS), "low", "p1", None, 1.0,
    reviews=("gpt: fine",),
)  # fmt: skip
CARD = Card(RUN, "codex", "s", "done", "", 0, head="b" * 40, behind=0, cost_usd="1.50")
ANA = Approver("ana", "root", "signed")


def policy(gate: str = "", more: str = "") -> Policy:
    return own_policy(f"schema = 1\n{more}\n[gate.merge]\n{gate}\n", "policy.toml", "p1")


def lacking(gate: str = "", more: str = "", case: Case | None = None, **fields: object) -> list[str]:
    given = replace(case or Case(PACKAGE, Policy(""), CARD, minutes=5.0), policy=policy(gate, more), **fields)
    found = unmet(given)
    assert all(one.text and one.remedy for one in found)
    return [one.name for one in found]


def test_a_change_that_has_everything_lacks_nothing() -> None:
    assert lacking() == []
    assert lacking(approver=ANA) == []


def result(**fields: object) -> CheckResult:
    told = CheckResult("unit", "pytest", "e" * 40, "p1", "E1", "passed", 1.0)
    return replace(told, **fields)


CHECK = '[[check]]\nname = "unit"\ncommand = "pytest"'


@pytest.mark.parametrize(
    "given",
    [(), (result(tree="1" * 40),), (result(policy="p0"),), (result(state="failed"),), (result(state="none_ran"),)],
    ids=["not run", "another tree", "another policy", "failed", "no test ran"],
)
def test_a_required_check_counts_on_this_tree_with_this_policy_alone(given: tuple[CheckResult, ...]) -> None:
    assert lacking('checks = ["unit"]', CHECK, results=given) == ["checks"]
    assert lacking('checks = ["unit"]', CHECK, results=(*given, result())) == []


def test_a_check_of_the_branchs_own_tree_counts_only_where_the_policy_says_so() -> None:
    own = (result(tree="d" * 40),)
    assert lacking('checks = ["unit"]', CHECK, results=own) == ["checks"]
    assert lacking('checks = ["unit"]\nfresh = { tests_on_merge_tree = false }', CHECK, results=own) == []


def test_evidence_must_be_whole_and_of_this_policy_and_head() -> None:
    short = replace(PACKAGE, lacking=("rollback",))
    assert lacking(package=short) == ["evidence"]
    assert lacking(package=replace(short, facts={"override": {"by": "ana", "reason": "small"}})) == []
    assert lacking(package=replace(PACKAGE, policy="p0")) == ["policy"]
    assert lacking(card=replace(CARD, head="9" * 40)) == ["evidence"]


def test_a_change_that_conflicts_or_changes_nothing_is_not_merged() -> None:
    torn = replace(CHANGE, tree=None, conflicts=("a.py",))
    assert lacking(package=replace(PACKAGE, proposal=torn)) == ["conflicts"]
    assert lacking(package=replace(PACKAGE, proposal=replace(CHANGE, files=()))) == ["change"]


def test_high_risk_wants_another_familys_review_and_a_way_back() -> None:
    parts = tuple(Part(name, "missing" if name == "rollback" else "claimed") for name in PARTS)
    bare = replace(PACKAGE, reviews=(), parts=parts)
    assert lacking(package=bare) == []
    assert lacking(package=replace(bare, risk="high")) == ["other_family_review", "rollback_notes"]
    assert lacking('require = ["rollback_notes"]', package=replace(bare, risk="critical")) == ["rollback_notes"]


def test_an_open_question_of_the_run_comes_first() -> None:
    asked = Request("q", RUN, "exception", "rm -rf build", "ab", 1.0)
    assert lacking(requests=(asked,)) == ["no_open_exceptions"]
    assert lacking(requests=(replace(asked, state="denied"), replace(asked, gate="merge"))) == []


def test_freshness_is_what_the_policy_says_it_is() -> None:
    moved = Stale("base_moved", "main moved on", "", {"commits": 3, "overlapping": 1})
    old = replace(CARD, behind=3, stale=(moved,))
    apart = replace(old, stale=(replace(moved, detail={"commits": 3, "overlapping": 0}),))
    unknown = replace(old, stale=(replace(moved, detail={"commits": 3, "overlapping": None}),))
    assert lacking(card=old) == []
    assert lacking("fresh = { max_base_behind = 2 }", card=old) == ["fresh"]
    assert lacking("fresh = { max_base_behind = 3 }", card=old) == []
    assert lacking("fresh = { no_overlap = true }", card=old) == ["fresh"]
    assert lacking("fresh = { no_overlap = true }", card=unknown) == ["fresh"]
    assert lacking("fresh = { no_overlap = true }", card=apart) == []
    assert lacking("fresh = { max_base_behind = 2 }", card=replace(CARD, behind=None)) == ["fresh"]


def test_a_budget_is_the_approved_plans_before_the_policys() -> None:
    bound = "[budget]\nfiles = 1\nminutes = 4\nusd = 1"
    assert lacking("", bound) == ["budget", "budget", "budget"]
    plan: Approved = {"sha": "ab" * 32, "paths": [], "files": 2, "minutes": 5.0, "usd": "1.50"}
    assert lacking("", bound, gated=Gated(RUN, plan=plan)) == []
    assert lacking("", "[budget]\nusd = 9", card=replace(CARD, cost_usd=None)) == ["budget"]


def test_a_plan_is_wanted_where_the_policy_wants_one() -> None:
    assert lacking('require = ["plan.approved"]') == ["plan.approved"]


def test_naming_one_thing_does_not_take_the_others_away() -> None:
    short = replace(PACKAGE, lacking=("rollback",))
    assert lacking('require = ["plan.approved"]', package=short) == ["evidence", "plan.approved"]


def test_only_whom_the_policy_and_its_rules_name_approve() -> None:
    rule = (
        '[[rule]]\nid = "db"\npaths = ["db/**"]\non = ["edit"]\nthen = "escalate"\nbecause = "x"\nreviewers = ["bo"]\n'
        '[[rule]]\nid = "web"\npaths = ["web/**"]\nthen = "escalate"\nbecause = "x"\nreviewers = ["di"]\n'
    )
    gate = 'reviewers = ["ana", "bo"]'
    assert may_approve(PACKAGE, policy(gate, rule)) == (("[gate.merge]", ("ana", "bo")), ("rule db", ("bo",)))
    assert lacking(gate, rule, approver=ANA) == ["approvers"]
    assert lacking(gate, rule, approver=replace(ANA, principal="bo")) == []
    assert lacking(gate, rule, approver=replace(ANA, principal="eve")) == ["approvers", "approvers"]


def test_the_owner_of_a_run_is_somebody_else_where_the_policy_says_so() -> None:
    own = Approver("Cy@corp", "root", "signed")
    assert lacking(approver=own) == []
    assert lacking("not_owner = true", approver=own) == ["not_owner"]
    assert lacking("not_owner = true", approver=ANA) == []
    assert lacking("not_owner = true", approver=ANA, package=replace(PACKAGE, owner=None)) == ["not_owner"]
    assert lacking("not_owner = true", approver=Approver("ana", "cy", "declared")) == ["not_owner"]
    assert lacking("not_owner = true", approver=Approver("ana", "cy", "signed")) == []


def test_an_approval_is_at_least_as_sure_as_the_policy_wants() -> None:
    assert lacking('approval_level = "touched"', approver=ANA) == ["level"]
    assert lacking('approval_level = "signed"', approver=ANA) == []


def test_a_word_that_nobody_knows_is_not_taken_for_met() -> None:
    assert lacking('require = ["moon.full"]') == ["require"]
    assert lacking('require = ["rollback", "evidence.pass"]') == []


def test_the_gates_settings_are_read_and_a_wrong_one_refuses_the_file() -> None:
    gate = merge_gate(policy('expires = "2h"\nnot_owner = true\nfresh = { max_base_behind = 20 }'))
    assert (gate.expires, gate.not_owner, gate.most_behind, gate.level) == (7200.0, True, 20, "declared")
    assert merge_gate(Policy("default")).expires == VALID_SECONDS
    for wrong in ("expires = 2", 'not_owner = "yes"', "not_ower = true"):
        with pytest.raises(PolicyInvalid):
            policy(wrong)
