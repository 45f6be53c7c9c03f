"""The default rules as data: each does what its own examples say, and none can be made slow by what it reads."""

from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from state.findings.finding import Risk
from state.findings.lines import AddedFile, marks, masked
from state.findings.pack import Rule, pack, secrets
from state.findings.risk import risk
from state.policy.effects import effects
from state.policy.hint import may_matter
from state.runs.run import Run, RunKey
from state.runs.worktree import ChangedFile, Worktree

RULES = [rule for rule in pack().rules.values() if not rule.id.startswith("secret/")]
TOP = "/home/ana/repo/wt"
MOST_STEPS = 100_000
_SECOND = ("password-in-address", "private-key", "assigned-secret")
"""Forms whose example holds the secret in its second piece."""


def of_path(rule: Rule, path: str) -> Risk:
    if rule.outside:
        return risk(Run(RunKey("r"), "codex", "s", edited=(path,)), Worktree(TOP, "/g"))
    file = ChangedFile(path, rule.kinds[0] if rule.kinds else "modified")
    return risk(Run(RunKey("r"), "codex", "s"), Worktree(TOP, "/g", files=(file,)))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_does_what_its_examples_say(rule: Rule) -> None:
    told = rule.examples
    assert [path for path in told.paths if rule.id not in of_path(rule, path).rules] == []
    assert [path for path in told.not_paths if rule.id in of_path(rule, path).rules] == []
    assert [line for line in told.commands if not {*effects(line, TOP)} & {*rule.effects}] == []
    assert [line for line in told.not_commands if {*effects(line, TOP)} & {*rule.effects}] == []
    assert [line for line in told.lines if rule.id not in found_in(line)] == []
    assert [line for line in told.not_lines if rule.id in found_in(line)] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_has_a_reason_and_examples_of_all_that_it_looks_at(rule: Rule) -> None:
    told = rule.examples
    assert rule.reason.endswith(".") and rule.reason.count(". ") == 0
    assert bool(rule.paths) == bool(told.paths) == bool(told.not_paths)
    assert bool(rule.effects) == bool(told.commands) == bool(told.not_commands)
    assert bool(rule.lines) == bool(told.lines) == bool(told.not_lines)
    assert bool(rule.found) != bool(rule.paths or rule.effects or rule.lines)


def found_in(line: str, path: str = "src/a.py") -> set[str]:
    return {mark.rule for mark in marks(AddedFile(path, [line], [7]))}


def test_the_quick_look_misses_no_example() -> None:
    assert [line for rule in RULES for line in rule.examples.commands if not may_matter(line)] == []
    assert not may_matter("pytest -q tests && ls -la")


@pytest.mark.parametrize("form", secrets(), ids=lambda form: form.id)
def test_a_form_of_secrets_finds_its_examples_and_keeps_four_letters_at_most(form: Any) -> None:
    for pieces in form.examples:
        text = "".join(pieces)
        found = [
            mark for mark in marks(AddedFile("src/a.py", ["x", f"y({text})"], [1, 9])) if mark.rule.endswith(form.id)
        ]
        assert [(mark.path, mark.line) for mark in found] == [("src/a.py", 9)]
        assert len(found[0].tail) in (0, 4) and found[0].tail in text
        longest = max(pieces, key=len) if form.id not in _SECOND else pieces[1]
        assert longest not in masked(f"before {text} after")


@pytest.mark.parametrize(
    "line",
    [
        'key = "AKIAIOSFODNN7EXAMPLE"',
        'password = os.environ["PASSWORD"]',
        'password = "changeme-please"',
        "url = 'postgres://user:${DB_PASSWORD}@host/db'",
        "url = 'https://host/path?a=b@c'",
        "sha = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'",
        "api_key = 'xxxxxxxxxxxxxxxx'",
        "id = '0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9'",
    ],
)
def test_what_only_looks_like_a_secret_is_none(line: str) -> None:
    assert {rule for rule in found_in(line) if rule.startswith("secret/")} == set()


def test_no_pattern_repeats_without_a_bound() -> None:
    for searched in pack().patterns:
        assert _steps(parser.parse(searched.pattern.pattern)) <= MOST_STEPS, searched.rule


def _steps(parsed: Any) -> int:
    """Give how many ways a pattern can repeat at one place: the product of repetitions within repetitions."""
    most = 1
    for name, value in parsed:
        inner = [one for one in (value if isinstance(value, list | tuple) else [value]) if hasattr(one, "data")]
        below = max([_steps(one) for one in inner], default=1)
        if str(name) == "BRANCH":
            below = max(_steps(one) for one in value[1])
        if "REPEAT" in str(name):
            below = max(below, _steps(value[2])) * int(value[1])
        most = max(most, below)
    return most


PATHS = [
    # 41 made-up paths and the level that a human gave each
    (
        "low",
        "README.md docs/guide/start.md CHANGELOG.md tests/test_fetch.py web/src/List.test.tsx spec/models/a_spec.rb",
    ),
    ("low", "docs/auth/overview.rst LICENSE pkg/parse_test.go"),
    (
        "medium",
        "src/fetch.py src/author.py lib/tokenizer.py cmd/main.go package.json uv.lock requirements-dev.txt Makefile",
    ),
    ("medium", "api/v1/user.proto tests/auth/test_login.py web/src/session.test.ts src/keyboard.rs"),
    ("high", "src/auth/session.ts app/permissions.py pkg/oauth_client.go app/billing/charge.rb lib/request_signing.py"),
    ("high", "app/migrations/0007_tenant.py sql/V3__users.sql prisma/schema.prisma infra/main.tf Dockerfile"),
    (
        "high",
        ".github/workflows/ci.yml .github/CODEOWNERS AGENTS.md .claude/settings.json .mcp.json src/gdpr/export.py",
    ),
    ("critical", ".env deploy/.env.production certs/server.pem infra/prod.tfvars"),
]


@pytest.mark.parametrize(("level", "path"), [(level, path) for level, paths in PATHS for path in paths.split()])
def test_a_changed_file_has_the_level_that_a_human_gave_it(level: str, path: str) -> None:
    tree = Worktree(TOP, "/g", files=(ChangedFile(path, "modified"),))
    assert risk(Run(RunKey("r"), "codex", "s"), tree).level == level


def test_there_are_as_many_sample_paths_as_the_table_says() -> None:
    assert sum(len(paths.split()) for _, paths in PATHS) == 41
