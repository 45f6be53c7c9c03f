"""What the core writes for hooks is the policy itself, and the quickest look never lets a call past a rule."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from state.gate_files import RunFile
from state.policy.call import Call
from state.policy.compiled import from_document, to_document
from state.policy.judge import judge
from state.policy.quick import may_pass
from state.policy.rule import Budget, Conditions, Policy, Rule
from state.policy.shipped import FILE, compiled_text, default_policy, guarded, own_policy
from tests.tries import tries

ROOT = Path(__file__).parents[2]
TOP = "/home/u/wt/x"
TEXT = """\
schema = 1
[[rule]]
id = "a"
paths = ["*.sql", "risk:migration"]
unless = { paths = ["docs/**"], effects_only = ["fs.read"] }
commands = ["make *"]
amounts = { files = 3, usd = "1.5" }
then = "escalate"
because = "b"
sla = "1h"
reviewers = ["ana"]
[budget]
usd = 3
"""
RUN = cast(RunFile, {"phase": "executing", "plan": None, "usd": None, "branch": "feat/x", "files": 0, "began": None})


def document(policy: Policy) -> dict[str, object]:
    return json.loads(json.dumps(to_document(policy)))


@pytest.mark.parametrize("policy", [default_policy(), own_policy(TEXT, "p", "b1"), guarded(default_policy(), ["/x"])])
def test_a_policy_comes_back_as_it_was(policy: Policy) -> None:
    rules = tuple(replace(rule, line=0) for rule in policy.rules)
    assert from_document(document(policy)) == replace(policy, rules=rules)


def test_the_shipped_policy_is_kept_compiled_as_its_text_says() -> None:
    told = FILE.with_suffix(".json").read_text()
    assert told == compiled_text(), "compile it anew: python -m state.policy.shipped"


@pytest.mark.parametrize("torn", ["schema", "rules", "default", "budget", "blob"])
def test_a_document_that_is_not_whole_is_refused(torn: str) -> None:
    told = document(default_policy())
    del told[torn]
    with pytest.raises(ValueError, match="it is n"):
        from_document(told)


def test_headgate_s_own_places_are_guarded_unless_the_file_ships_nothing() -> None:
    call = Call("c", "s", "Edit", "edit", "sha", TOP, TOP, paths=("/var/hg/spool/answers/a.json",))
    assert judge(call, guarded(default_policy(), ["/var/hg"]), None, None).outcome == "deny"
    bare = own_policy('shipped = "none"\n' + TEXT, "p", "b")
    assert guarded(bare, ["/var/hg"]) == bare


def quickly(policy: Policy, **asked: object) -> bool:
    told = {"run": RUN, "tool": "Read", **asked}
    return may_pass(document(policy), **told)  # type: ignore[arg-type]


def test_a_plain_read_passes_quickly_and_what_a_rule_may_mean_does_not() -> None:
    assert quickly(default_policy(), paths=[f"{TOP}/src/app.py"])
    assert quickly(default_policy(), tool="Bash", command="git status")
    assert not quickly(default_policy(), paths=[f"{TOP}/.env"])
    assert not quickly(default_policy(), paths=["/home/u/.ssh/id_ed25519"])
    assert not quickly(default_policy(), tool="Bash", command="cat .e?v")
    assert not quickly(default_policy(), tool="Bash", command='cat ".e"nv')
    assert not quickly(default_policy(), run={**RUN, "phase": "planning"}, paths=["/a"])
    assert not quickly(default_policy(), run={**RUN, "plan": {}}, paths=["/a"])
    assert quickly(default_policy(), run=None, paths=["/a"])


def test_a_rule_without_letters_to_look_for_leaves_nothing_to_quickness() -> None:
    for when in (Conditions(branches=("main",)), Conditions(tools=("*",)), Conditions(paths=("**",))):
        assert not quickly(replace(default_policy(), rules=(Rule("a", "deny", "b", when),)), paths=["/a"])
    rule = Rule("a", "deny", "b", Conditions(effects=("fs.read",)))
    assert not quickly(replace(default_policy(), rules=(rule,)), paths=["/a"])


def test_a_budget_that_is_passed_is_no_matter_for_quickness() -> None:
    policy = replace(default_policy(), budget=Budget(minutes=10, usd=2.0))
    assert quickly(policy, paths=["/a"], minutes=9)
    assert not quickly(policy, paths=["/a"], minutes=11)
    assert not quickly(policy, paths=["/a"], run={**RUN, "usd": "2.5"})
    assert not quickly(policy, paths=["/a"], run={**RUN, "usd": "odd"})


_paths = st.sampled_from(["a.py", ".env", "db/migrations/1.sql", "docs/x.md", "/etc/hosts", "Config.PEM", "a/b/c.txt"])
_patterns = st.sampled_from(
    ["*.py", ".env", "db/**", "**/b/**", "/etc/**", "*.{pem,key}", "docs/*.md", "?.py", "~/x/**"]
)
_lines = st.sampled_from(["ls", "make test", "git log", "cat a.py", "cat db/migrations/1.sql", "pytest -q", "ls docs"])
_rules = st.lists(
    st.one_of(
        st.lists(_patterns, min_size=1, max_size=2).map(lambda some: Conditions(paths=tuple(some))),
        st.sampled_from([("make *",), ("git log",), ("ls",), ("* -q",)]).map(lambda some: Conditions(commands=some)),
        st.sampled_from([("Read",), ("ba*",)]).map(lambda some: Conditions(tools=some)),
    ),
    max_size=3,
).map(lambda some: tuple(Rule(f"r{at}", "deny", "b", when) for at, when in enumerate(some)))


@settings(max_examples=tries(60, 1000), deadline=None)
@given(_rules, st.one_of(_paths.map(lambda path: (path, None)), _lines.map(lambda line: (None, line))))
def test_what_passes_quickly_is_what_no_rule_speaks_of(
    rules: tuple[Rule, ...], asked: tuple[str | None, str | None]
) -> None:
    path, line = asked
    policy = Policy("b", rules)
    tool = "Read" if path else "Bash"
    full = () if path is None else (path if path.startswith("/") else f"{TOP}/{path}",)
    call = Call("c", "s", tool, "read" if path else "shell", "sha", TOP, TOP, command=line, paths=full)
    if may_pass(document(policy), RUN, tool, full, line):
        assert judge(call, policy, RUN, None).hits == ()


def test_the_quick_look_and_the_judge_need_nothing_but_the_standard_library() -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); before = set(sys.modules)\n"
        "import state.policy.quick\n"
        "assert set(sys.modules) - before <= {'state', 'state.policy', 'state.policy.quick', '__future__'}\n"
        "import state.policy.judge, state.policy.compiled\n"
        "assert 'pydantic' not in sys.modules and 'tomllib' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
