"""The demo's run behind the gates: each of its calls is asked of the real hook, and a human decides four of them.

One call is let go silently, one is denied by a rule, one waits at the exception gate, the plan waits at its own, and
tests that fail again and again halt the run until a human says how it goes on.
"""

from adapters.demo_beats import Edit, End, Look, Prompt, Propose, Reply, Shell, Story

_PLAN = """\
# Retire the CSV exports

## Affected files
- `README.md`: take the promise out
- `ledger/invoices.py`: nothing else reads the columns

## Steps
1. Take the promise out of the README.
2. Drop the table in a migration of its own.

## Tests
`pytest -q` stays green; no test covers the export.

## Risks
A customer may still fetch the file by its old address.
"""
_BETTER = f"""\
{_PLAN}
## Rollback
Revert the branch; the table is kept for thirty days as `export_old`.

## Open questions
None: the last fetch was in March.
"""
_DROP = """\
-- 0008: nobody reads the exports any more
ALTER TABLE export RENAME TO export_old;
"""
_FAILS = """\
F                                                                        [100%]
=========================== short test summary info ============================
FAILED tests/test_fetch.py::test_rates_are_decimals - ModuleNotFoundError: httpx
1 failed in 0.3{}s"""

_ROUND = tuple(
    Shell("pytest -q tests/test_fetch.py", _FAILS.format(number), 1, after=2.0, takes=1.5) for number in range(5)
)
_WORK = (
    Reply(after=1.0),
    Edit("README.md", "tells other services by webhook.", "tells others by webhook.", say="The promise goes first."),
    Shell(
        "git push --force origin chore/retire-exports",
        say="The branch was pushed before I rebased it, so I push it by force.",
        otherwise=(Shell("git status --short", " M README.md", say="Then the branch stays as it is for now."),),
    ),
    Edit(
        "migrations/0008_retire_exports.sql",
        "",
        _DROP,
        say="Now the migration; it only renames, so it can be taken back.",
        after=4.0,
        otherwise=(Shell("git diff --stat", " README.md | 2 +-", say="No migration then; the table stays."),),
    ),
    *_ROUND,
    Shell(
        "pip install httpx",
        "Successfully installed httpx-0.27.2",
        say="The test cannot import httpx; I install it here.",
        otherwise=(End("The tests fail for want of httpx, and I was told to stop there."),),
        then=(
            Shell("pytest -q tests/test_fetch.py", "..                 [100%]\n2 passed in 0.52s", takes=2.0),
            End("The promise is out of the README and the tests pass; what you refused is left undone."),
        ),
    ),
)

RETIRE_EXPORTS = Story(
    agent="claude-code",
    branch="chore/retire-exports",
    lives=True,
    supervised=True,
    title="Retire the CSV exports",
    model="claude-sonnet-4-6",
    plans_first=True,
    appears=3.0,
    live=(
        Prompt("Nobody fetches the CSV exports any more. Plan their end, then carry it out.", after=0.5),
        Look("README.md", say="I look at what we promise."),
        Propose(
            _PLAN,
            after=3.0,
            then=_WORK,
            otherwise=(
                Look("ledger/invoices.py", say="I'll add what was missing."),
                Propose(_BETTER, after=3.0, then=_WORK, otherwise=(End("I leave the exports as they are."),)),
            ),
        ),
    ),
)
