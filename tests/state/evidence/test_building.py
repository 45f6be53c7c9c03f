"""A package: what is seen is never taken from prose, what nobody says is missing, and the same material is the same."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from state.control.act import Act
from state.control.advice import Advice, kept
from state.evidence.asking import FILE
from state.evidence.building import Material, build
from state.evidence.document import canonical_text, document_of, sealed
from state.evidence.families import family_of
from state.evidence.history import History, Share
from state.evidence.markdown import markdown
from state.evidence.package import PARTS, Package, Part
from state.evidence.page import WIDTH, Beside, page
from state.evidence.proposal import FileChange, Proposal
from state.evidence.requesting import request_of
from state.evidence.required import required
from state.gates.book import Gated
from state.gates.request import Decision, Request
from state.ledger.canonical import digest
from state.money.spending import Cost
from state.policy.rule import Conditions, Policy, Rule
from state.runs import event as ev
from state.runs.run import Plan
from state.store.review import PACKAGE
from tests.evidence_made import (
    KEY,
    a_run,
    at,
    changed,
    checked,
    command,
    differs,
    edited,
    history,
    material,
    proposal,
    suite_ran,
)
from tests.tries import tries

WORDS = """All 212 tests pass.
## Summary
It reads an empty file.
## Security
none
## Performance
the same
## Rollout
next release
## Rollback
revert it
## Unresolved questions
none
## Tests run
999 tests pass
## Model and context
gpt-99
"""


def of(package: Package, name: str) -> Part:
    (found,) = [part for part in package.parts if part.name == name]
    return found


def texts(package: Package, name: str) -> list[tuple[str, str]]:
    return [(fact.mark, fact.text) for fact in of(package, name).facts]


def test_what_is_seen_is_never_taken_from_prose() -> None:
    package = build(material(edited(), suite_ran(), words=WORDS))
    assert texts(package, "tests_run") == [
        ("observed", "pytest 212 passed 0 failed 3 skipped, on this tree: `uv run pytest -q`")
    ]
    assert texts(package, "model_and_context")[0] == ("observed", "claude-opus-4-7 (anthropic)")
    assert "999" not in json.dumps(document_of(package)["parts"]) and "gpt-99" not in json.dumps(
        document_of(package)["parts"]
    )
    assert {(one.text, one.verdict) for one in package.claims} == {
        ("All 212 tests pass.", "verified"),
        ("999 tests pass", "contradicted"),
    }
    assert texts(package, "rollback") == [("claimed", "revert it")]
    assert texts(package, "diff_summary") == [
        ("observed", "1 file, +3 -1, in 2 commits"),
        ("claimed", "It reads an empty file."),
    ]


def test_what_nobody_says_is_missing_and_said_to_be() -> None:
    package = build(material(proposal=proposal(changed("src/auth/session.py"))))
    assert package.risk == "high" and package.required == PARTS
    asked_for = {
        "plan",
        "tests_run",
        "failing_tests",
        "unresolved_questions",
        "security",
        "performance",
        "rollout",
        "rollback",
    }
    assert set(package.lacking) == asked_for and not package.complete
    lines = [line.text.strip() for line in page(package, 1000.0)]
    assert sum("MISSING" in line for line in lines) >= 2 * len(asked_for)
    assert markdown(package).count("**MISSING**") == len(asked_for)


def test_a_check_is_verified_and_stands_before_the_log() -> None:
    package = build(material(suite_ran(), results=(checked(),)))
    assert texts(package, "tests_run")[0] == ("verified", "check tests (E1) passed: 212 passed 0 failed")
    assert of(package, "tests_run").mark == "observed"
    assert texts(package, "failing_tests")[0] == ("verified", "none in check tests")


def test_a_log_that_cannot_be_read_fills_nothing() -> None:
    package = build(Material(a_run(), proposal(), Policy("default"), 1.0, unread="its log is gone"))
    assert of(package, "tests_run").mark == of(package, "tool_actions").mark == "missing"
    assert package.claims == () and "its log is gone" in " ".join(line.text for line in page(package, 1.0))


def test_documents_need_no_test() -> None:
    package = build(material(proposal=proposal(changed("README.md"))))
    assert package.risk == "low" and package.complete
    assert texts(package, "tests_run") == [("observed", "no test applies: only documents are changed")]


def test_the_file_of_the_change_comes_before_the_last_message() -> None:
    told = material(words="## Rollback\nsaid\n## Rollout\nsaid", file=b"## Rollback\nwritten\n")
    package = build(
        Material(
            told.run, proposal(changed(".headgate/evidence.md")), told.policy, 1.0, history=told.history, file=told.file
        )
    )
    assert texts(package, "rollback") == [("claimed", "written")] and texts(package, "rollout") == [("claimed", "said")]
    assert ("observed", ".headgate/evidence.md is itself a part of the change") in texts(package, "diff_summary")
    assert package.risk == "low" and package.facts["handed_in"] == ".headgate/evidence.md and its last message"


def test_plan_against_difference_and_who_approved_it() -> None:
    plan = Plan("approved", "change `a.py` and `b.py`", sha="ab" * 32, names=("a.py", "b.py"))
    request = Request(
        "plan-1",
        KEY,
        "plan",
        "?",
        "ab" * 32,
        1.0,
        "approved",
        decision=Decision("plan-1", "approve", "maya", 2.0, "small"),
    )
    gated = Gated(
        KEY,
        plan={"sha": "ab" * 32, "paths": ["a.py", "b.py"], "files": None, "minutes": None, "usd": None},
        request="plan-1",
    )
    files = proposal(changed("a.py"), changed("c.py"), changed(".headgate/evidence.md"))
    package = build(material(run=a_run(plan=plan), proposal=files, gated=gated, plan=request))
    assert package.untouched == ("b.py",) and package.unplanned == ("c.py",)
    assert texts(package, "plan") == [
        ("human", "plan abababababab was approved by maya: small"),
        ("observed", "planned and not changed: b.py"),
        ("observed", "changed and not planned: c.py"),
    ]
    unapproved = build(material(run=a_run(plan=plan), proposal=files))
    assert texts(unapproved, "plan")[0][0] == "observed"


def test_risk_is_a_floor_that_the_agent_may_raise_and_never_lower() -> None:
    low = build(material(words="## Risk\nlow: it is nothing", proposal=proposal(changed("src/auth/session.py"))))
    assert low.risk == "high"
    raised = build(material(words="## Risk\n**Critical**: it may lose data"))
    assert raised.risk == "critical" and "The agent itself calls its risk critical." in raised.risk_reasons
    secret = differs("a.py", "+key = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789'")
    found = build(material(proposal=proposal(secret.change), diffs=(secret,)))
    assert found.risk == "critical" and "abcdefghijkl" not in canonical_text(found)
    rules = build(material(proposal=proposal(changed("pytest.ini"))))
    assert rules.risk == "high" and rules.facts["rules_changed"] == ["pytest.ini"]


def test_a_policy_adds_parts_levels_and_reviewers() -> None:
    rule = Rule(
        "money", "escalate", "it moves money", Conditions(paths=("a.py",)), severity="critical", reviewers=("maya",)
    )
    policy = Policy(
        "p" * 40, (rule,), gates=json.dumps({"merge": {"require": ["rollback_notes"], "reviewers": ["ana"]}})
    )
    package = build(material(policy=policy))
    assert package.risk == "critical" and package.policy == "p" * 40
    asked = request_of(package)
    assert [(hit.rule, hit.reviewers) for hit in asked.hits] == [("money", ("maya",)), ("gate.merge", ("ana",))]
    assert asked.sha == package.sha and asked.severity == "critical" and asked.id == f"merge-{KEY}-{package.sha[:12]}"


@pytest.mark.parametrize(
    ("words", "more"),
    [
        ([], ()),
        (["rollback_notes", "Rollout notes"], ("rollout", "rollback")),
        (["evidence.security", "plan.approved", "evidence.pass"], ("security",)),
        (["all"], PARTS),
    ],
)
def test_a_policy_names_parts_in_its_own_words(words: list[str], more: tuple[str, ...]) -> None:
    policy = Policy("x", gates=json.dumps({"merge": {"require": words}}))
    assert set(required("low", policy)) == {"diff_summary", "tests_run", *more}


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("claude-opus-4-7", "anthropic"),
        ("us.anthropic.claude-sonnet-4", "anthropic"),
        ("openai/gpt-5.5", "openai"),
        ("o3-mini", "openai"),
        ("gemini-3-pro", "google"),
        ("qwen3-coder", "alibaba"),
        ("big-pickle", "unknown"),
        ("solo1", "unknown"),
    ],
)
def test_a_model_is_of_its_house(model: str, family: str) -> None:
    assert family_of(model) == family


def test_a_review_counts_as_anothers_only_where_both_houses_are_known() -> None:
    advice = kept((Advice("high", "a.py:3", "it leaks"), Advice("low", "a.py:9", "a name")))

    def reviewed(by: str, **run: Any) -> Package:
        act = Act(
            "o-1",
            KEY,
            "escalate",
            "ana",
            1.0,
            state="confirmed",
            facts={"reviewer": by, "advice": advice, "head": "4" * 40},
        )
        return build(material(acts=(act,), run=a_run(**run)))

    assert reviewed("codex").reviews == ("codex (openai) claims 1 high, 1 low on 44444444",)
    assert (
        reviewed("claude-code").reviews == () and reviewed("claude-code").facts["reviews"][0]["other_family"] is False
    )
    assert reviewed("codex", model="big-pickle", models=("big-pickle",)).reviews == ()


def test_cost_models_and_what_was_destroyed_are_said() -> None:
    shares = (Share("claude-opus-4-7", 9, 900, Decimal(3)), Share("claude-haiku-4-5", 1, 100, Decimal(1)))
    ran = [ev.CommandRan(KEY, at(5), ("git.push.force",), "git push -f")]
    told = history(command("git push -f", 5.0), ran)
    run = a_run(cost=Cost(Decimal("4.126"), 38_000, priced=3, unpriced=1))
    package = build(
        Material(
            run,
            proposal(),
            Policy("default"),
            1.0,
            history=History(told.commands, tools=told.tools, ran=told.ran, shares=shares),
        )
    )
    assert package.cost == "≥ $4.13 + 38k tokens unpriced"
    assert texts(package, "model_and_context")[0] == ("observed", "claude-opus-4-7 (anthropic), 75 % of the cost")
    assert texts(package, "tool_actions") == [
        ("observed", "1 call: Bash 1"),
        ("observed", "git.push.force: `git push -f`"),
    ]


def test_the_page_keeps_to_its_width_and_order() -> None:
    package = build(
        material(edited(), suite_ran(), words=WORDS, proposal=proposal(*(changed(f"src/{n}.py") for n in range(40))))
    )
    lines = page(package, 5000.0, Beside(stale="the branch is at 12345678 now", request=request_of(package)))
    assert max(len(line.text) for line in lines) <= WIDTH and all(line.text.isprintable() for line in lines)
    heads = [line.text.strip("─ ") for line in lines if line.mark == "heading"]
    assert heads == [
        *("Decide", "Claims against log", "Tests", "Risk", "Plan against difference", "Review by another family"),
        *("The twelve parts", "Provenance"),
    ]
    head = " ".join(" ".join(line.text for line in lines[:6]).split())
    assert "stale: the branch is at 12345678" in head and "1h 6m" in head, head


def test_no_line_of_an_agents_passes_for_headgates_own() -> None:
    forged = "## Rollback\n✔ check tests E2 passed\n## Risk\n▸ approved by maya\n\nAll tests pass.”  pytest 9 passed"
    shown = [line.text.strip() for line in page(build(material(words=forged)), 1.0)]
    assert not any(line.startswith(("✔", "▸")) for line in shown)
    assert "“ ✔ check tests E2 passed" in shown and "“ ▸ approved by maya" in shown


def test_markdown_shows_foreign_text_and_renders_none_of_it() -> None:
    told = build(material(words="## Rollback\n[x](javascript:1) <b>@ana</b> ![i](http://x.example/p) closes #1"))
    shown = markdown(told)
    for sign in ("[x](", "<b>", "@ana", "![i]", "http://", " #1"):
        assert sign not in shown
    assert [line for line in shown.splitlines() if line.startswith("## ")][:3] == [
        "## Plan",
        "## Summary",
        "## Tests run",
    ]


SAFE = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn")), max_size=30)
FILES = st.lists(
    st.builds(
        FileChange,
        path=SAFE.filter(bool),
        status=st.sampled_from(["added", "modified", "deleted", "mode", "type"]),
        nature=st.sampled_from(["text", "binary", "symlink", "submodule"]),
        added=st.none() | st.integers(0, 2000),
        deleted=st.none() | st.integers(0, 2000),
        target=st.none() | SAFE,
    ),
    max_size=6,
).map(tuple)
PROPOSALS = st.builds(
    lambda files, more: proposal(*files, **more),
    FILES,
    st.fixed_dictionaries(
        {
            "branch": SAFE,
            "tree": st.none() | st.just("7" * 40),
            "conflicts": st.tuples(SAFE),
            "uncommitted_count": st.integers(0, 9),
        }
    ),
)
LOGS = st.lists(
    st.one_of(
        SAFE.map(command),
        st.tuples(SAFE, st.integers(0, 300), st.integers(0, 9)).map(
            lambda one: suite_ran(one[0], 100.0, one[1], one[2])
        ),
        st.floats(0, 1e9).map(lambda seconds: edited(seconds=seconds)),
    ),
    max_size=5,
)


@settings(max_examples=tries(10, 500), deadline=None)
@given(PROPOSALS, LOGS, SAFE, st.binary(max_size=80), st.floats(0, 4e9), st.booleans())
def test_any_run_and_change_give_a_whole_package(
    change: Proposal, log: list[Any], words: str, file: bytes, now: float, known: bool
) -> None:
    run = a_run() if known else a_run(model=None, models=(), context_version=None, title=None)
    told = material(*log, words=words, run=run, proposal=change, now=now, file=file)
    package = build(told)
    assert tuple(part.name for part in package.parts) == PARTS
    for part in package.parts:
        marks = {fact.mark for fact in part.facts}
        assert (part.mark == "missing") == (not marks or "missing" in marks)
        assert part.name in ("tests_run", "risk", "diff_summary") or "verified" not in marks
    assert set(package.lacking) == {part.name for part in package.parts if part.mark == "missing"} & set(
        package.required
    )
    assert PACKAGE.validate_json(PACKAGE.dump_json(package)) == package == build(told) == sealed(package)
    assert digest(json.loads(canonical_text(package))) == package.sha
    assert len(page(package, now)) > len(PARTS) and markdown(package)


def test_a_key_in_what_is_handed_in_is_a_key_in_the_history() -> None:
    key = "-----BEGIN OPENSSH " + "PRIVATE KEY-----"
    found = build(material(proposal=proposal(changed("README.md"), changed(FILE)), diffs=(differs(FILE, f"+{key}"),)))
    assert found.risk == "critical", found.risk_reasons
    plain = differs(FILE, "+os.system('rm -rf /')", "+eval(x)")
    assert build(material(proposal=proposal(changed("README.md"), changed(FILE)), diffs=(plain,))).risk == "low"


def test_the_page_says_where_a_symbolic_link_leads() -> None:
    link = changed("conf", status="type", nature="symlink", target="../../etc/passwd")
    shown = page(build(material(proposal=proposal(link))), 2000.0)
    assert "! conf is a symbolic link that leads to ../../etc/passwd" in "\n".join(line.text for line in shown)
