"""The demo's money: the human's own settings of budgets, and a run that uses its budget up before their eyes.

Its agent asks the real hook, so that it is paused at its next call; with a new ceiling it goes on.
"""

from adapters.demo_beats import AnyBeat, Edit, End, Prompt, Shell, Story

SETTINGS = """\
# The demo's own settings: small budgets, so that one of them is used up while you watch.
[budgets.envelope]
month = 200
at = {70 = "warn", 90 = "ask", 100 = "ask"}

[budgets.roles.implementer]
month = 90
unit = "accepted diff"
per_unit = 5
at = {80 = "warn", 100 = "ask"}

[budgets.run]
envelope = 3
at = {60 = "warn", 100 = "pause_runs"}
hard_stop = 40
"""
_MEASURED = "10 000 invoices: {} s, {} queries"
_PASSED = ".....                              [100%]\n5 passed in 1.32s"
_WAITS = End("My budget is used up and the next call was denied. I wait for a new ceiling.", after=0.5)


def _measure(seconds: str, queries: int) -> Shell:
    said = _MEASURED.format(seconds, queries)
    return Shell("python -m ledger.report --time", said, after=3.0, takes=2.5, otherwise=(_WAITS,))


_ROUND: tuple[AnyBeat, ...] = (_measure("38.2", 1201), _measure("12.9", 402), _measure("9.7", 301))

REPORT_CACHE = Story(
    agent="claude-code",
    branch="perf/report-cache",
    title="Add a cache to the monthly report",
    model="claude-opus-4-7",
    appears=9.0,
    supervised=True,
    weight=20,
    live=(
        Prompt("Add a cache to the monthly report. Measure before and after, and try each key you can think of."),
        *_ROUND,
        Edit("ledger/report_cache.py", "", "CACHE: dict[str, str] = {}\n", after=2.0, otherwise=(_WAITS,)),
        *_ROUND,
        Shell("pytest -q", _PASSED, takes=4.0, otherwise=(_WAITS,)),
        End("A cache by month and tenant is the fastest so far."),
    ),
    calm=(Prompt("Go on: try a cache by customer, too.", after=15.0), *_ROUND, End("By customer it is no faster.")),
)
