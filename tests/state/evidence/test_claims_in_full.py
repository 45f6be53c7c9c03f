"""Claims held to the whole of what they say: files since the start of a run, each word, and all that a tool judges."""

from dataclasses import replace

import pytest

from state.evidence.claims import claim_of
from state.runs.worktree import ChangedFile, Worktree
from tests.evidence_made import TOP, command, differs, edited, ground, history, suite_ran

GREEN = ground(history(edited(), suite_ran()))
TESTS = ground(
    history(), differs("a.py", "+x = 1"), differs("tests/test_parser.py", "+def test_empty():", "+    assert x")
)


@pytest.mark.parametrize("seconds", [100.0, 102.0, 105.5])
def test_a_file_that_was_written_while_tests_ran_or_at_their_start_makes_them_stale(seconds: float) -> None:
    tree = Worktree(TOP, "", files=(ChangedFile("a.py", "modified", written_at=seconds),))
    known = replace(ground(history(suite_ran("pytest -q; ruff format .; git commit -am x"))), worktree=tree)
    found = claim_of("All tests pass.", known)
    assert found is not None and found.verdict == "unverifiable" and "since" in found.against
    found = claim_of("All tests pass.", ground(history(suite_ran(), edited(seconds=seconds))))
    assert found is not None and found.verdict == "unverifiable" and "since" in found.against


@pytest.mark.parametrize(
    "line",
    [
        *("rm tests/test_a.py", "git rm -q old.py && git commit -m x", "git mv a.py b.py", "mv a.py b.py"),
        *("git checkout -- a.py", "git checkout main", "git restore a.py", "git reset -q --hard HEAD~1", "git stash"),
        *("git revert HEAD", "git cherry-pick 1234567", "git merge main", "git rebase main", "git pull --rebase"),
        *("git -C /w/one rm a.py", "find . -name 'test_*' -delete", "rm -rf /w/one/tests", "ls | xargs rm -f"),
        *("cp -p /tmp/a.py a.py", "(rm a.py)", "sudo rm a.py", "rm /w/one/../one/a.py", "rm $HERE/a.py", "rm -r /w"),
    ],
)
def test_a_run_before_files_were_taken_away_or_put_back_verifies_nothing(line: str) -> None:
    for seconds, verdict in ((90.0, "verified"), (100.0, "unverifiable"), (130.0, "unverifiable")):
        found = claim_of("All tests pass.", ground(history(suite_ran(), command(line, seconds))))
        assert found is not None and found.verdict == verdict, (seconds, found)
    found = claim_of("Lint is clean.", ground(history(command("ruff check .", 100.0), command(line, 130.0))))
    assert found is not None and found.verdict == "unverifiable"
    found = claim_of("All tests pass.", ground(history(suite_ran(f"pytest -q && {line}"))))
    assert found is not None and found.verdict == "unverifiable"


@pytest.mark.parametrize(
    "line",
    [
        *("git commit -m 'rm the merge of git stash'", "git merge-base main HEAD", "git checkout -b two", "git status"),
        *("rm -f /tmp/out.log", "git stash list", "git reset HEAD", "ls -la", "cp a.py /tmp/a.py", "git push"),
    ],
)
def test_a_line_that_moves_no_file_of_the_worktree_leaves_a_run_fresh(line: str) -> None:
    found = claim_of("All tests pass.", ground(history(suite_ran(), command(line, 130.0))))
    assert found is not None and found.verdict == "verified", found


def test_what_a_line_takes_away_before_its_tests_is_no_matter() -> None:
    found = claim_of("All tests pass.", ground(history(suite_ran("cd /w/one && rm -f .coverage && pytest -q"))))
    assert found is not None and found.verdict == "verified", found


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("I did not touch b.py or the auth module", "auth"),
        ("I did not touch `b.py` or `Auth`", "Auth"),
        ("I did not touch b.py's behaviour", "s"),
        ("No migrations are needed in production", "needed"),
        ("Everything is committed and pushed", "pushed"),
        ("No new dependencies or network calls", "network"),
        ("No tests were changed or weakened", "weakened"),
        ("Only touched a.py whitespace", "whitespace"),
        ("Only changed `a.py` in staging", "in"),
        ("No files were deleted or renamed", "renamed"),
        ("All tests pass and everything is committed and pushed", "pushed"),
    ],
)
def test_a_claim_about_the_change_is_verified_only_with_all_of_its_words(text: str, word: str) -> None:
    found = claim_of(text, GREEN)
    assert found is not None and found.verdict == "unverifiable" and found.against.endswith(f"“{word}”"), found


@pytest.mark.parametrize(
    "text",
    [
        *("I did not touch `b.py` or `c.py`.", "I did not touch existing tests", "- [x] `b.py` was left untouched"),
        *("Everything is committed", "No new dependencies were added", "Only touched a.py", "No files were removed."),
        *("All tests pass and everything is committed", "Only changed `a.py` and no other files"),
    ],
)
def test_a_plain_claim_about_the_change_stays_verified(text: str) -> None:
    found = claim_of(text, GREEN)
    assert found is not None and found.verdict == "verified", found


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("Only changed `a.py` and `b.py`.", "unverifiable"),
        ("I did not touch b.py or any tests", "unverifiable"),
        ("Added tests for the parser and the billing module", "unverifiable"),
        ("Added one test for the parser", "verified"),
    ],
)
def test_each_thing_that_is_named_is_judged(text: str, verdict: str) -> None:
    only = ground(history()) if text.startswith("Only") else TESTS
    known = only if text.startswith(("Only", "Added")) else ground(history(), differs("tests/test_a.py", "+x"))
    found = claim_of(text, known)
    assert found is not None and found.verdict == verdict, found


@pytest.mark.parametrize(
    ("said", "line"),
    [
        *(("Lint is clean.", f"ruff check {rest}") for rest in ("src", "--select E .", "--exit-zero .", ". & wait")),
        *(("Lint is clean.", line) for line in ("cd web && ruff check .", "npm run lint:docs", "pre-commit run ruff")),
        *(
            ("Lint is clean.", line)
            for line in ("RUFF_CONFIG=x ruff check .", "python lint.py", "eslint", "eslint --fix-dry-run .")
        ),
        *(("Formatting is clean.", line) for line in ("black --diff .", "prettier .", "gofmt -l .", "black a")),
        *(("The build succeeds.", f"make {rest}") for rest in ("clean", "help", "lint", "-C web")),
        *(
            ("The build succeeds.", line)
            for line in ("npm run build:docs", "npm run build -- docs", "tsc -v", "python build.py")
        ),
        *(("I ran the load tests", line) for line in ("python load_config.py", "python load.py", "./upload_tests.sh")),
    ],
)
def test_a_tool_that_judged_less_or_another_thing_verifies_nothing(said: str, line: str) -> None:
    found = claim_of(said, ground(history(command(line, 130.0))))
    assert found is not None and found.verdict != "verified", found


@pytest.mark.parametrize(
    ("said", "line"),
    [
        *(
            ("Lint is clean.", line)
            for line in ("uv run ruff check . 2>&1", "make lint", "npm run lint", "npx eslint .")
        ),
        *(("Formatting is clean.", line) for line in ("ruff format --check .", "black --check .")),
        *(
            ("The build succeeds.", line)
            for line in ("make", "make -j4 build", "npm run build", "cargo build --release")
        ),
        *(("No type errors.", line) for line in ("pyright", "npx tsc --noEmit", ".venv/bin/mypy .")),
        *(("I ran the load tests", line) for line in ("locust -f a", "make load-test")),
    ],
)
def test_a_tool_that_judged_all_verifies(said: str, line: str) -> None:
    found = claim_of(said, ground(history(command(line, 130.0))))
    assert found is not None and found.verdict == "verified", found
