"""What a change does to the tests that guard it is read off the difference."""

import pytest

from state.evidence.proposal import FileDiff
from state.evidence.test_changes import Configured, generated, only_documents, rule_changes
from state.evidence.test_changes import test_changes as changes_of
from tests.evidence_made import changed, differs

GONE = "tests/test_old.py"


def told(*diffs: FileDiff) -> tuple[str, ...]:
    return changes_of([one.change for one in diffs], diffs, {})


@pytest.mark.parametrize(
    ("path", "line", "says"),
    [
        ("tests/test_a.py", "+@pytest.mark.skip(reason='later')", "a skip added: tests/test_a.py:1"),
        ("tests/test_a.py", "+    pytest.skip('later')", "a skip added: tests/test_a.py:1"),
        ("tests/test_a.py", "+@pytest.mark.xfail", "an expected failure added: tests/test_a.py:1"),
        ("src/a.test.ts", "+describe.only('x', () => {", "an only added: src/a.test.ts:1"),
        ("src/a.test.ts", "+  xit('does', () => {", "a skip added: src/a.test.ts:1"),
        ("src/a.test.ts", "+  it.skip('does', () => {", "a skip added: src/a.test.ts:1"),
        ("a_test.go", "+\tt.Skip()", "a skip added: a_test.go:1"),
        ("src/a.py", "+x = 1  # noqa: E501", "`noqa` added: src/a.py:1"),
        ("src/a.ts", "+// eslint-disable-next-line", "`eslint-disable` added: src/a.ts:1"),
        ("src/a.py", "+x = y  # type: ignore", "`type: ignore` added: src/a.py:1"),
        ("tests/test_a.py", "-    assert x == 1", "1 assertion fewer in tests/test_a.py"),
        ("tests/test_a.py", "-def test_x():", "test taken out: test_x in tests/test_a.py"),
        ("src/a.test.ts", "-  it('does a thing', () => {", "test taken out: does a thing in src/a.test.ts"),
        ("conftest.py", "+x = 1", "test configuration changed: conftest.py"),
        ("jest.config.js", "+x: 1", "test configuration changed: jest.config.js"),
    ],
)
def test_one_line_is_enough(path: str, line: str, says: str) -> None:
    assert told(differs(path, line)) == (says,)


@pytest.mark.parametrize(
    ("path", "lines"),
    [
        ("src/a.py", ("+xit('not a test file')",)),
        ("README.md", ("+@pytest.mark.skip", "+# noqa")),
        ("tests/test_a.py", ("-@pytest.mark.skip(reason='a')", "+@pytest.mark.skip(reason='b')")),
        ("tests/test_a.py", ("-    assert x == 1", "+    assert x == 2")),
        ("tests/test_a.py", ("-def test_x():", "+async def test_x():")),
        ("tests/test_a.py", ("+def test_skipping_a_line():",)),
        ("tests/test_a.py", (" @pytest.mark.skip",)),
    ],
)
def test_what_weakens_nothing_is_not_said(path: str, lines: tuple[str, ...]) -> None:
    assert told(differs(path, *lines)) == ()


def test_a_deleted_test_is_told_from_a_renamed_one() -> None:
    gone = changed(GONE, status="deleted")
    assert changes_of([gone], [], {}) == (f"test deleted: {GONE}",)
    new = changed("tests/test_new.py", status="added", renamed_from=GONE)
    assert changes_of([gone, new], [], {}) == (f"test renamed: {GONE} is tests/test_new.py now",)


def test_of_a_shared_file_only_what_it_says_of_tests_counts() -> None:
    before = b"[project]\nname = 'a'\n[tool.pytest.ini_options]\naddopts = '-q'\n"
    same = Configured(before, before.replace(b"'a'", b"'b'"))
    other = Configured(before, before.replace(b"-q", b"-q --ignore=tests/x"))
    broken = Configured(before, b"[")
    files = [changed("pyproject.toml")]
    assert changes_of(files, [], {"pyproject.toml": same}) == () == rule_changes(files, {"pyproject.toml": same})
    says = "test configuration changed: what pyproject.toml says of tests"
    assert (
        changes_of(files, [], {"pyproject.toml": other}) == (says,) == changes_of(files, [], {"pyproject.toml": broken})
    )
    script = Configured(b"{}", b'{"scripts": {"postinstall": "node x.js"}}')
    assert rule_changes([changed("package.json")], {"package.json": script}) == ("package.json",)


@pytest.mark.parametrize(
    "path",
    [
        *(".claude/settings.json", ".codex/config.toml", ".gemini/settings.json", ".cursor/hooks.json"),
        *(".githooks/pre-commit", ".github/workflows/ci.yml", ".gitattributes", ".gitmodules", "conftest.py"),
        *("AGENTS.md", ".headgate/policy.toml", "setup.py", "a/.husky/pre-commit"),
    ],
)
def test_files_that_change_the_rules_are_named(path: str) -> None:
    assert rule_changes([changed(path)], {}) == (path,)


def test_evidence_and_plain_code_change_no_rules_and_a_submodule_does() -> None:
    assert rule_changes([changed(".headgate/evidence.md"), changed("src/agents.py")], {}) == ()
    assert rule_changes([changed("lib/x", nature="submodule")], {}) == ("lib/x",)


def test_generated_files_and_documents_are_told_apart() -> None:
    assert generated([changed("uv.lock"), changed("a.py")]) == ("uv.lock",)
    assert only_documents([changed("README.md")]) and not only_documents([changed("README.md"), changed("a.py")])
    assert not only_documents([]) and not only_documents([changed("x.md", nature="symlink")])
