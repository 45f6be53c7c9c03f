"""Claims held against a log: verified only where the data says so of these files, and no claim where none is made."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.evidence.claims import Spoken, claim_of, claims_of
from state.evidence.ground import Ground, elsewhere, leading, narrowed
from tests.evidence_made import checked, command, differs, edited, ground, history, suite_ran

GREEN = ground(history(edited(), suite_ran()))
RED = ground(history(edited(), suite_ran(passed=209, failed=3)))
STALE = ground(history(suite_ran(), edited(seconds=200.0)))
NONE = ground(history(command("ls")))
PART = ground(history(suite_ran("pytest tests/test_a.py", passed=4)))
UNTOLD = ground(history(suite_ran(passed=None, failed=None, state="unverified", why="no summary")))
E2E = ground(history(suite_ran(), command("npx playwright test", 120.0), command("ruff check .", 130.0)))
BROKEN = ground(history(command("ruff check .", 130.0, failed=True), command("pyright", 131.0)))
HIDDEN = ground(history(command("ruff check . | tail -3", 130.0), command("npm run build || true", 131.0)))
ECHOED = ground(history(command("echo '===== 212 passed in 9s ====='"), command("cat green.log")))
SPEECH = ground(history(command("echo ruff check .", 130.0), command("grep playwright package.json", 131.0)))
LOOSE = ground(history(suite_ran()), uncommitted=("b.py",), uncommitted_count=1)
MOVED = ground(history(suite_ran()), head_tree="5" * 40)
TWO = ground(history(suite_ran(passed=100), suite_ran("npx vitest run", 110.0, passed=12, runner="vitest")))
HALF = ground(history(suite_ran(passed=100), suite_ran("npx vitest run", 110.0, passed=11, failed=1, runner="vitest")))
AGAIN = ground(history(suite_ran(passed=2, failed=1), suite_ran(seconds=150.0)))
CHECKED = ground(history(), results=(checked(),))
CHECK_FAILED = ground(history(suite_ran()), results=(checked("failed", 211, 1),))
TESTS = ground(
    history(), differs("a.py", "+x = 1"), differs("tests/test_parser.py", "+def test_empty():", "+    assert x")
)
API = ground(history(), differs("openapi.yaml", "+a: 1"), differs("app/migrations/0002_x.py", "+a = 1"))
LOCK = ground(history(), differs("uv.lock", "+a"))
GONE = ground(history(), differs("old.py", "-a", status="deleted"))

TABLE: list[tuple[str, Ground, str | None]] = [
    ("All tests pass.", GREEN, "verified"),
    ("All 212 tests pass", GREEN, "verified"),
    ("212 tests passing", GREEN, "verified"),
    ("212/212 tests pass", GREEN, "verified"),
    ("✅ All tests are passing now", GREEN, "verified"),
    ("The test suite is green.", GREEN, "verified"),
    ("Tests: 212 passed", GREEN, "verified"),
    ("213 tests pass", GREEN, "contradicted"),
    ("211/212 tests pass", GREEN, "contradicted"),
    ("All tests pass.", RED, "contradicted"),
    ("209 tests pass, 3 fail", RED, "verified"),
    ("209 tests pass", RED, "contradicted"),
    ("All tests pass except test_a", RED, "unverifiable"),
    ("Tests pass except for two flaky ones.", GREEN, "unverifiable"),
    ("All tests pass.", STALE, "unverifiable"),
    ("212 tests pass", STALE, "unverifiable"),
    ("All tests pass.", NONE, "unverifiable"),
    ("All tests pass.", PART, "unverifiable"),
    ("4 tests pass", PART, "verified"),
    ("All tests pass.", UNTOLD, "unverifiable"),
    ("All tests pass.", LOOSE, "unverifiable"),
    ("All tests pass.", MOVED, "verified"),
    ("All tests pass.", HALF, "contradicted"),
    ("112 tests pass", TWO, "verified"),
    ("All tests pass.", AGAIN, "verified"),
    ("All tests pass.", CHECKED, "verified"),
    ("All tests pass.", CHECK_FAILED, "contradicted"),
    ("All e2e tests pass", GREEN, "unverifiable"),
    ("I ran the e2e suite.", GREEN, "contradicted"),
    ("I ran the end-to-end tests.", E2E, "verified"),
    ("I ran the e2e suite.", SPEECH, "contradicted"),
    ("Ran `uv run pytest -q`.", GREEN, "verified"),
    ("Ran `npm run e2e`.", GREEN, "contradicted"),
    ("I ran the full test suite.", GREEN, "verified"),
    ("I ran the full test suite.", PART, "contradicted"),
    ("I ran the tests.", NONE, "contradicted"),
    ("Lint is clean.", E2E, "verified"),
    ("ruff passes", E2E, "verified"),
    ("Lint is clean.", BROKEN, "contradicted"),
    ("No type errors.", BROKEN, "verified"),
    ("Lint is clean.", HIDDEN, "unverifiable"),
    ("The build succeeds.", HIDDEN, "unverifiable"),
    ("Lint is clean.", SPEECH, "unverifiable"),
    ("Lint is clean.", GREEN, "unverifiable"),
    ("212 tests pass", ECHOED, "unverifiable"),
    ("Ran `pytest -q`", ECHOED, "contradicted"),
    ("All tests pass, lint clean.", E2E, "verified"),
    ("All tests pass, lint and typecheck clean.", E2E, "unverifiable"),
    ("All tests pass and I ran the e2e suite", GREEN, "contradicted"),
    ("`ruff check .` passed", E2E, "verified"),
    ("All types of tests pass", GREEN, "verified"),
    ("Spec review passed.", GREEN, None),
    ("All hooks pass (tests, lint, types check)", E2E, "unverifiable"),
    ("The pdl-spec was added to the docs", GREEN, None),
    ("Added tests for the parser.", TESTS, "verified"),
    ("Added tests for `billing`.", TESTS, "unverifiable"),
    ("Added a test for empty", TESTS, "verified"),
    ("Added a test for empty input", TESTS, "unverifiable"),
    ("Added 3 tests.", TESTS, "contradicted"),
    ("Added unit tests.", GONE, "contradicted"),
    ("No API changes.", API, "contradicted"),
    ("No API changes.", GREEN, "unverifiable"),
    ("No schema changes.", API, "contradicted"),
    ("No migrations.", GREEN, "verified"),
    ("No new dependencies.", LOCK, "unverifiable"),
    ("No new dependencies.", GREEN, "verified"),
    ("No files were deleted.", GONE, "contradicted"),
    ("Only changed `a.py`.", GREEN, "verified"),
    ("Only changed `a.py`.", TESTS, "contradicted"),
    ("I did not touch `a.py`.", GREEN, "contradicted"),
    ("I did not touch `b.py`.", GREEN, "verified"),
    ("No tests were changed.", TESTS, "contradicted"),
    ("All changes are committed.", LOOSE, "contradicted"),
    ("Manually tested in the browser.", GREEN, "unverifiable"),
    ("Coverage is 95%", GREEN, "unverifiable"),
    ("All tests should pass.", GREEN, None),
    ("All tests should pass now.", RED, None),
    ("The tests will pass once CI is fixed.", GREEN, None),
    ("Tests do not pass yet.", RED, None),
    ("I didn't run the e2e suite.", GREEN, None),
    ("I couldn't get the tests passing.", RED, None),
    ("> All tests pass.", GREEN, None),
    ('You said "all tests pass".', GREEN, None),
    ("Do all tests pass?", GREEN, None),
    ("If all tests pass, merge it.", GREEN, None),
    ("Make sure the tests pass.", GREEN, None),
    ("Next step: run the e2e suite.", GREEN, None),
    ("Please run the tests.", GREEN, None),
    ("I need to run the linter so lint is clean.", GREEN, None),
    ("Tests previously passed.", GREEN, None),
    ("The parser reads an empty file.", GREEN, None),
]


@pytest.mark.parametrize(("text", "known", "verdict"), TABLE, ids=[f"{n}-{row[0][:40]}" for n, row in enumerate(TABLE)])
def test_a_claim_is_what_the_data_says(text: str, known: Ground, verdict: str | None) -> None:
    found = claim_of(text, known)
    assert (found.verdict if found else None) == verdict, found


def test_it_says_what_it_was_held_to_and_where_that_was_read() -> None:
    found = claim_of("All 212 tests pass", GREEN)
    assert found is not None and found.against == "pytest 212 passed 0 failed 3 skipped on this tree"
    assert found.origin is not None and found.origin.at == 105.0
    moved = claim_of("All tests pass", MOVED)
    assert moved is not None and "before its base moved" in moved.against


def test_sentences_are_told_apart_and_the_worst_comes_first() -> None:
    words = Spoken(("- All tests pass. I ran the e2e suite.", "> All tests pass", "Lint is clean; no API changes"))
    found = claims_of([words, words], E2E)
    assert [one.verdict for one in found] == ["unverifiable", "verified", "verified", "verified"]
    assert len({one.text for one in found}) == 4


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("uv run pytest -q", False),
        ("python -m pytest -x --tb=short", False),
        ("pytest -k parser", True),
        ("pytest tests/test_a.py::test_b", True),
        ("npx vitest run src/a.test.ts", True),
        ("npm test", False),
        ("go test ./...", False),
        ("go test ./pkg/a", True),
        ("go test ./pkg/...", True),
        ("./gradlew test", False),
        ("cd web && ./run_tests.sh", False),
        ("pytest tests/", False),
        ("cargo test --lib", True),
        ("pytest -kparser", True),
        ('pytest -m"not slow"', True),
        ("PYTEST_ADDOPTS='-k parser' pytest", True),
        ("pytest src", True),
        ("pytest /w/two/tests", True),
        ("pytest $(git diff --name-only)", True),
        ("pytest @args.txt", True),
        ("npx vitest run parser", True),
        ("npm test -- parser", True),
        ("cargo test parser", True),
        ("cargo test -p one", True),
        ("mvn test -Dtest=Foo", True),
        ("./gradlew :app:test", True),
        ("go test -short ./...", True),
        ("pytest -n auto --tb=short -p no:cacheprovider tests 2>&1 > /tmp/log", False),
        ("npm run test", False),
        ("cargo test --workspace 2>&1 | tail -5", False),
        ("python3 -m pytest -q; echo done", False),
    ],
)
def test_a_command_that_names_files_or_filters_is_not_all_tests(line: str, part: bool) -> None:
    assert narrowed(line) is part


@pytest.mark.parametrize(
    ("line", "away"),
    [
        ("cd ../two && uv run pytest -q", True),
        ("cd /other && pytest -q", True),
        ("cd ~/two; pytest", True),
        ("cd /w/one/web && npm test", False),
        ("cd web && npm test", False),
        ("uv run --directory ../two pytest", True),
        ("npm --prefix /w/two test", True),
        ("make -C sub test", False),
        ("git stash && pytest -q; git stash pop", True),
        ("git checkout main && pytest -q", True),
        ("docker run x pytest -q", True),
        ("pytest -q", False),
    ],
)
def test_a_run_in_another_place_or_on_other_files_verifies_nothing(line: str, away: bool) -> None:
    assert elsewhere(line, "/w/one") is away
    found = claim_of("212 tests pass", ground(history(suite_ran(line))))
    assert found is not None and found.verdict == ("unverifiable" if away else "verified")


@pytest.mark.parametrize("line", ["make test", "npm test", "tox"])
def test_an_end_without_a_count_shows_no_test(line: str) -> None:
    ran = suite_ran(line, passed=None, failed=None, state="passed", why="its exit status 0; it counted nothing")
    found = claim_of("All tests pass.", ground(history(ran)))
    assert found is not None and found.verdict == "unverifiable", found


def test_what_a_line_runs_is_not_what_it_speaks_of() -> None:
    assert leading("cd x && CI=1 npx playwright test | tail -3") == ["cd x", "playwright test"]
    assert leading("echo ruff; grep ruff a") == []


@pytest.mark.parametrize(
    "text",
    [
        *("All tests pass but one.", "All tests pass, three are red.", "All tests pass barring the slow ones."),
        *("All tests pass on Windows.", "All tests pass on CI.", "All tests pass three times in a row."),
        *("212 of 300 tests pass.", "212 tests pass, 0 skipped.", "212 tests pass and no test was skipped."),
        *("All jest tests pass.", "All slow tests pass.", "All unit and UI tests pass.", "issue 212 passed"),
        *(
            "No tests pass.",
            "None of the tests pass.",
            "Tests no longer pass.",
            "Tests dont pass.",
            "❌ All tests pass",
        ),
        *("Tests passed yesterday.", "I doubt that the tests pass.", "Goal: all tests pass.", "- [ ] All tests pass"),
        *(
            "Nicht alle Tests pass.",
            "Tests pass bis auf zwei.",
            "‘All tests pass’ he said.",
            "«All tests pass» it says.",
        ),
        *("`All tests pass` is printed by the script.", "All 212 tests pass, no vulnerabilities found."),
        *("eslint is clean.", "Lint is clean, bar two warnings.", "I ran the e2e suite on Windows."),
        *("Ran `uv run pytest -q` and `npm run e2e`.", "Ran `uv run pytest -q` against staging."),
    ],
)
def test_nothing_is_verified_beyond_what_it_was_held_to(text: str) -> None:
    found = claim_of(text, E2E)
    assert found is None or found.verdict != "verified", found


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("echo npm run e2e", "Ran `npm run e2e`."),
        ('grep -r "npm run e2e" .', "Ran `npm run e2e`."),
        ("# npm run e2e", "Ran `npm run e2e`."),
        ("npm run e2e:list", "Ran `npm run e2e`."),
        ("npm run e2e --help", "Ran `npm run e2e`."),
        ("cd e2e && ls", "I ran the e2e suite."),
        ("npx playwright install", "I ran the e2e suite."),
        ("npx playwright test --list", "I ran the e2e suite."),
        ("ruff --version", "Lint is clean."),
    ],
)
def test_a_line_that_holds_the_words_did_not_run_them(line: str, said: str) -> None:
    found = claim_of(said, ground(history(command(line, 130.0))))
    assert found is not None and found.verdict != "verified", found


@pytest.mark.parametrize(
    "text",
    [
        *(
            "✅ All 212 tests pass.",
            "- [x] All tests pass",
            "212 passed, 3 skipped.",
            "pytest: 212 passed, no failures.",
        ),
        *("All tests are green and lint is clean", "I ran `uv run pytest -q`", "I ran the whole e2e suite."),
    ],
)
def test_plain_words_stay_verified(text: str) -> None:
    found = claim_of(text, E2E)
    assert found is not None and found.verdict == "verified", found


@given(st.text(max_size=300))
def test_any_words_are_judged_or_passed_over(text: str) -> None:
    for claim in claims_of([Spoken(tuple(text.splitlines()))], GREEN):
        assert claim.against and claim.text.isprintable()


def test_a_long_log_is_taken_apart_once(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    known = ground(history(*(command(f"make {number}", number) for number in range(50))))
    monkeypatch.setattr("state.evidence.ground.leading", lambda text: taken.append(text) or [text])
    claims_of([Spoken(tuple(f"Lint is clean, build {number} passes" for number in range(30)))], known)
    assert len(taken) == 50
