"""The demo's second run on a task that another one works on: a reviewer, who changes what both are told.

It stands for what a supervisor sees when two runs share a task, and when an instruction file changes under a run.
"""

from adapters.demo_beats import Commit, Edit, End, Look, Prompt, Shell, Story

_DIFF = "ledger/fetch.py | 12 +++++++-----\ntests/test_fetch.py | 4 ++++"
_RULE = "- Run `pytest -q` before you say that something works.\n"

RETRY_REVIEW = Story(
    agent="codex",
    branch="review/retry-fetch",
    title="Retry rate fetches on 5xx",
    model="gpt-5.5",
    past=(
        Prompt("Review feat/retry-fetch: does it retry what it should, and nothing else?", after=0.0),
        Shell("git diff --stat main...feat/retry-fetch", _DIFF, say="First what it touches."),
        Look("ledger/fetch.py"),
        End("It sleeps after the last try as well. Otherwise it does what was asked; the tests cover both ends."),
    ),
    quiet=35.0,
    live=(
        Prompt("Put that into our rules, so that the next one sees it.", after=9.0),
        Edit("AGENTS.md", _RULE, f"{_RULE}- A retry never sleeps after its last try.\n", after=3.0),
        Commit("Say that a retry never sleeps after its last try"),
        End("AGENTS.md says so now; runs that have begun still go by the older one."),
    ),
)
