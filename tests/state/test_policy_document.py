"""A policy file is read strictly: what is wrong is refused with file, line and remedy, and never passed over."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from state.policy.document import LONGEST, RULE_KEYS, TOP_KEYS, VOCABULARY, parsed, read_policy
from state.policy.example import fulfilled
from state.policy.rule import Budget
from state.policy.shipped import NAME, default_policy, default_text, own_policy, shipped_rules
from state.policy.wrong import PolicyInvalid
from tests.tries import tries

GOOD = """\
schema = 1
protected = ["main", "refs/heads/release/*"]
default = { executing = "allow" }
when_unattended = "wait"

[[rule]]
id = "no-deploy"
commands = ["make deploy"]
then = "deny"
because = "People deploy."
match = ["make deploy", "make deploy now", "cd a && make deploy", "sh -c 'make deploy'"]
not_match = ["make build", "echo 'make deploy'"]

[[rule]]
id = "migrations"
paths = ["db/migrations/**"]
on = ["edit"]
then = "escalate"
because = "They change data for all."
instead = "Ask Ana."
severity = "high"
reviewers = ["ana"]
sla = "10m"
match = [{ edit = "db/migrations/1.sql" }]
not_match = [{ read = "db/migrations/1.sql" }]

[budget]
files = 40
minutes = 90
usd = "8.50"

[gate.merge]
require = ["plan.approved"]
fresh = { max_base_behind = 20, no_overlap = true }
approval_level = "signed"
"""


def refusal(text: str) -> PolicyInvalid:
    with pytest.raises(PolicyInvalid) as caught:
        own_policy(text, "policy.toml", "b1")
    assert caught.value.remedy
    return caught.value


def test_a_good_file_says_what_it_says() -> None:
    policy = read_policy(GOOD, "policy.toml", "b1")
    assert [rule.id for rule in policy.rules] == ["no-deploy", "migrations"]
    assert (policy.protected, policy.when_unattended) == (("main", "refs/heads/release/*"), "wait")
    assert dict(policy.default) == {"planning": "deny", "executing": "allow", "merging": "deny"}
    assert policy.budget == Budget(40, 90.0, 8.5, "escalate")
    assert (policy.rules[1].sla, policy.rules[1].reviewers, policy.rules[1].severity) == (600.0, ("ana",), "high")
    assert '"approval_level": "signed"' in policy.gates


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("schema = 1", "", 1, "schema = 1"),
        ("schema = 1", "schema = 2", 1, "schema = 1"),
        ("schema = 1", "schema = 1\nfoo = 2", 2, "`foo` is not known"),
        ("then = \"deny\"", "then = \"forbid\"", 9, "`then` cannot be `forbid`"),
        ("because = \"People deploy.\"", "becuase = \"x\"", 10, "did you mean `because`"),
        ("because = \"People deploy.\"", "", 6, "does not say why"),
        ("id = \"migrations\"", "id = \"no-deploy\"", 15, "another rule has this id"),
        ("id = \"migrations\"", "id = \"no deploy\"", 15, "letters, digits"),
        ("on = [\"edit\"]", "on = [\"write\"]", 17, "`write`"),
        ("paths = [\"db/migrations/**\"]", "effects = [\"git.psuh\"]", 16, "no call has the effect `git.psuh`"),
        ("paths = [\"db/migrations/**\"]", "paths = [\"risk:migratoin\"]", 16, "no rule of risk"),
        ("paths = [\"db/migrations/**\"]", "paths = []", 16, "is empty"),
        ("paths = [\"db/migrations/**\"]", "paths = \"db\"", 16, 'write paths = ["db"]'),
        ("\"make build\"", "\"make deploy x\"", 12, "it meets what it says it must not: make deploy x"),
        ("\"make deploy now\"", "\"make build\"", 11, "it does not meet its own example: make build"),
        ("{ read = \"db/migrations/1.sql\" }", "{ look = \"a\" }", 25, "`look` is not known"),
        ("sla = \"10m\"", "sla = 10", 23, "a length of time"),
        ("files = 40", "files = -1", 28, "not negative"),
        ("files = 40", "flies = 40", 28, "did you mean `files`"),
        ("[gate.merge]", "[gate.murge]", 32, "did you mean `merge`"),
        ("max_base_behind = 20", "max_base_behnd = 20", 34, "did you mean `max_base_behind`"),
        ("approval_level = \"signed\"", "approval_level = \"x\"", 35, "`approval_level` cannot be `x`"),
        ("when_unattended = \"wait\"", "when_unattended = \"allow\"", 4, "`when_unattended` cannot be `allow`"),
        ("executing = \"allow\"", "executed = \"allow\"", 3, "did you mean `executing`"),
        ("[budget]", "[budget", 27, "it is no TOML"),
        ("id = \"migrations\"", "id = \"self-places\"", 15, "a shipped rule that is in force"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(old: str, new: str, line: int, said: str) -> None:
    assert old in GOOD
    wrong = refusal(GOOD.replace(old, new, 1))
    assert said in f"{wrong.text}; {wrong.remedy}"
    assert wrong.text.startswith(f"policy.toml:{line}: "), wrong.text


def test_a_rule_that_would_meet_every_call_is_refused() -> None:
    text = 'schema = 1\n[[rule]]\nid = "a"\nthen = "deny"\nbecause = "b"\n'
    assert "it has no condition" in refusal(text).text


def test_an_unless_may_not_name_what_would_loosen_by_being_there() -> None:
    text = GOOD.replace('then = "deny"', 'then = "deny"\nunless = { effects = ["fs.read"] }', 1)
    assert "`effects` is not known" in refusal(text).text


def test_a_file_that_is_too_long_is_refused() -> None:
    assert "longer than" in refusal(GOOD + "#" * LONGEST).text


def test_an_effect_may_stand_for_all_that_begin_so() -> None:
    text = GOOD.replace('paths = ["db/migrations/**"]\non = ["edit"]', 'effects = ["git.push.*"]')
    text = re.sub(r"(not_)?match = \[\{.*\n", "", text)
    effects = read_policy(text, "p", "b").rules[1].when.effects
    assert set(effects) == {name for name in VOCABULARY if name.startswith("git.push.")} and len(effects) > 2


def test_the_rules_that_protect_headgate_stay_unless_the_file_says_otherwise() -> None:
    own = {rule.id for rule in shipped_rules(default_policy())}
    assert own and all(name.startswith("self-") for name in own)
    kept = {word: own_policy(f'shipped = "{word}"\n{GOOD}', "p", "b").rules for word in ("self", "all", "none")}
    assert {rule.id for rule in kept["self"]} == {"no-deploy", "migrations", *own}
    assert len(kept["all"]) == 2 + len(default_policy().rules)
    assert len(kept["none"]) == 2


def test_protected_branches_are_inherited_where_a_file_names_none() -> None:
    text = GOOD.replace('protected = ["main", "refs/heads/release/*"]\n', "")
    assert own_policy(text, "p", "b").protected == default_policy().protected != ()


def test_every_example_of_the_shipped_policy_holds() -> None:
    policy, examples = parsed(default_text(), NAME, "default")
    assert [one.text for one in examples if fulfilled(one, policy) != one.wanted] == []
    tried = {(one.rule, one.wanted) for one in examples}
    assert tried == {(rule.id, wanted) for rule in policy.rules for wanted in (True, False)}
    assert all(rule.because and rule.instead for rule in policy.rules)


def test_the_shipped_policy_is_what_the_hook_is_given() -> None:
    assert default_policy() == read_policy(default_text(), NAME, "default")


_scraps = st.sampled_from([*TOP_KEYS, *RULE_KEYS, "[[rule]]", "[budget]", "= 1", '= "a"', '= ["a"]', "= {a = 1}", "\n"])


@settings(max_examples=tries(80, 1000), deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(_scraps, max_size=30).map(" ".join)))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    try:
        read_policy(text, "policy.toml", "b")
    except PolicyInvalid as wrong:
        assert wrong.text.startswith("policy.toml") and wrong.remedy and wrong.line <= text.count("\n") + 2


@settings(max_examples=tries(60, 1000), deadline=None)
@given(st.data())
def test_a_file_with_one_part_torn_out_is_read_or_refused(data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(GOOD)))
    end = data.draw(st.integers(begin, min(len(GOOD), begin + 40)))
    try:
        own_policy(GOOD[:begin] + data.draw(st.text(max_size=3)) + GOOD[end:], "policy.toml", "b")
    except PolicyInvalid as wrong:
        assert wrong.text.startswith("policy.toml") and wrong.remedy
