"""Which shell lines run tests, and whose exit status a line gives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.test_output import shell
from adapters.test_output.commands import names_a_program, tried
from adapters.test_output.programs import PACKAGERS, PROGRAMS

ANY: tuple[str, ...] = ()
COMMIT = "git commit -m \"$(cat <<'EOF'\nfix it's (pytest\nEOF\n)\""


@pytest.mark.parametrize(
    ("line", "readers"),
    [
        ("pytest", ("pytest",)),
        ("uv run --with x -m pytest", ("pytest",)),
        (".venv/bin/python -X dev -m pytest -x", ("pytest",)),
        ("cd a && FOO=1 BAR='x y' timeout -k 5 60 pytest -q", ("pytest",)),
        ("env -u A B=1 pytest", ("pytest",)),
        ("poetry run python -m coverage run -m pytest", ("pytest",)),
        ("bash -lc 'cd x && sh -c \"pytest -q\"'", ("pytest",)),
        ('eval "pytest -q"', ("pytest",)),
        ('docker compose -f a.yml exec -T app bash -c "pytest -q"', ("pytest",)),
        ("hatch run pytest", ("pytest",)),
        ("for i in 1 2; do pytest; done", ("pytest",)),
        ("cat > x <<'EOF'\npytest\nEOF\ngo test ./...", ("go",)),
        (f"{COMMIT} && npx jest", ("jest",)),
        ("yarn jest a", ("jest",)),
        ("npx --yes vitest run", ("vitest",)),
        ("bun test src", ("bun",)),
        ("cargo +nightly test -- --nocapture", ("cargo",)),
        ("cargo nextest run", ("nextest",)),
        ("python manage.py test app", ("unittest", "pytest")),
        ("mvn -q -pl a test", ("maven",)),
        ("./gradlew :app:testDebug --tests Foo", ("gradle",)),
        ("bundle exec rspec", ("rspec",)),
        ("node --test t/", ("node",)),
        ("bun run test 2>&1 | tail -5", ANY),
        ("npm run test:unit", ANY),
        ("npm t", ANY),
        ("pnpm --filter @a/b test", ANY),
        ("yarn workspace web test", ANY),
        ("make -C sub check", ANY),
        ("just test-all", ANY),
        ("mise run test:integration", ANY),
        ("hatch run test:all", ANY),
        ("tox -e py311", ANY),
        ("./build/foo_test", ANY),
        ("scripts/test.sh", ANY),
        ("pytest a && npm test", ANY),
    ],
)
def test_a_test_run_is_known_by_the_program_that_runs(line: str, readers: tuple[str, ...]) -> None:
    found = tried(line)
    assert found is not None and found.readers == readers


@pytest.mark.parametrize(
    "line",
    [
        "",
        "git commit -m 'fix pytest'",
        f"{COMMIT}",
        "rg pytest",
        "grep -rn 'npm test' docs",
        "cat test_x.py",
        "sed -n 1,9p tests/test_a.py",
        "pip install pytest",
        "echo pytest && ls",
        "# pytest",
        "ls # && pytest",
        "git log --grep test",
        "test -f x && echo y",
        "[ -f test ] && ls",
        "pytest --collect-only -q",
        "pytest --help",
        "pytest -h",
        "pytest --version",
        "pytest --fixtures",
        "cargo test --no-run",
        "go test -c ./cmd",
        "mvn -DskipTests package",
        "./gradlew build -x test",
        "ctest -N",
        "npx playwright test --list",
        "dotnet test --list-tests",
        "make -n test",
        "make -C test clean",
        "npm run build",
        "cat <<'EOF' > run.sh\npytest -q\nEOF",
        "tail -5 <(cat pytest.log)",
        "vim tests/",
    ],
)
def test_what_only_names_tests_runs_none(line: str) -> None:
    assert tried(line) is None


@pytest.mark.parametrize(
    ("line", "zero", "other"),
    [
        ("pytest", True, True),
        ("cd x && pytest", True, True),
        ("source .venv/bin/activate && (pytest -x)", True, True),
        ("ls; pytest", True, True),
        ("ruff check . && pytest", True, False),
        ("pytest && echo ok", True, False),
        ("pytest a && pytest b", True, True),
        ("pytest a; pytest b", False, True),
        ("pytest; echo done", False, False),
        ("pytest || true", False, False),
        ("ls || pytest", False, False),
        ("pytest | tail -3", False, False),
        ("(pytest -x) | tail", False, False),
        ("set -o pipefail; pytest | tail -3", True, True),
        ("pytest &", False, False),
        ("! pytest", False, False),
        ("if pytest; then echo a; fi", False, False),
        ("pytest > out.txt 2>&1; tail -3 out.txt", False, False),
        ("bash -lc 'pytest || true'", False, False),
        ("bash -lc 'cd x && pytest'", True, True),
    ],
)
def test_whose_exit_status_it_is(line: str, zero: bool, other: bool) -> None:
    found = tried(line)
    assert found is not None and (found.zero_tells, found.other_tells) == (zero, other)


@pytest.mark.parametrize(
    ("line", "sight"),
    [
        ("pytest", "whole"),
        ("pytest 2>&1 | tee out.txt", "whole"),
        ("pytest | tail -3", "end"),
        ("pytest | grep FAILED | tail", "part"),
        ("pytest | head -3", "part"),
        ("pytest; git log | head -3", "whole"),
    ],
)
def test_what_a_pipe_leaves_of_the_output(line: str, sight: str) -> None:
    found = tried(line)
    assert found is not None and found.sight == sight


@given(
    st.lists(st.sampled_from(["pytest", " ", "'", '"', "$(", ")", "(", "`", "\\", "\n", "<<EOF", "|", "&&", ";", "#"]))
)
def test_no_line_is_too_odd_to_be_taken_apart(parts: list[str]) -> None:
    script = shell.split("".join(parts))
    assert all(one.words for one in script.commands)
    tried("".join(parts))


@given(st.text())
def test_what_stands_in_quotes_is_one_word_and_no_command(text: str) -> None:
    quoted = "'" + text.replace("'", "") + "'"
    assert [one.words for one in shell.split(f"echo {quoted}").commands] == [["echo", text.replace("'", "")]]
    assert tried(f"echo {quoted}; echo 'pytest'") is None


@pytest.mark.parametrize("piece", ["(", "$(", "<<A\n", "'a'", "&& ", "pytest;", "\\\n", '"$(', "bash -c '"])
def test_the_work_on_a_line_has_an_end_however_long_it_is(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = 0
    step = shell._Scan._step

    def counted(scan: shell._Scan, letter: str) -> None:
        nonlocal steps
        steps += 1
        step(scan, letter)

    monkeypatch.setattr(shell._Scan, "_step", counted)
    shell.split(piece * 200_000)
    assert steps <= shell.LONGEST


@pytest.mark.parametrize(
    "name", sorted({*PROGRAMS, *PACKAGERS, "cargo", "python3.12", "./gradlew.bat", "build/x_test"})
)
def test_no_program_that_runs_tests_is_passed_over_by_the_quick_look(name: str) -> None:
    assert names_a_program(f"cd a && '{name[:1]}'{name[1:]} test") and not names_a_program("echo the latest test fails")
