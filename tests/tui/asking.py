"""Requests at the gates of the fleet of `tests.tui.fleet`, one of each kind that a human meets."""

import json
from dataclasses import replace

from state.gates.request import Decision, Request
from state.policy.verdict import Effect, Hit
from state.runs.run import RunKey
from tests.tui.fleet import NOW

PUSH = Request(
    id="k7f2qd",
    run=RunKey("9c1f04ab27"),
    gate="exception",
    text="Bash git push --force-with-lease origin feat/checkout-retry",
    sha="5f0c" + "a1b2c3d4" * 7 + "0000",
    opened=NOW - 130,
    deadline=NOW + 552,
    tool="Bash",
    call="toolu_01",
    input=json.dumps(
        {
            "command": "cd payments &&\n  git push --force-with-lease origin feat/checkout-retry",
            "description": "Push the rebased branch",
            "timeout": 60000,
        }
    ),
    cwd="/home/ada/shop-worktrees/checkout-retry/payments",
    effects=(
        Effect("vcs.rewrite", "`git push --force-with-lease` replaces what others have fetched"),
        Effect("net.send", "`git push` sends to `origin`"),
    ),
    hits=(
        Hit(
            "force-push",
            "escalate",
            "A rewritten branch takes other people's commits away.",
            "Push to a new branch and open a second change.",
            "medium",
            ("ada",),
            900.0,
        ),
    ),
    severity="medium",
    policy="3b1f0c9d8e7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c",
    context_version="c7d1",
    listening=True,
)
EDIT = Request(
    id="m2x9ta",
    run=RunKey("f00d5a11e7"),
    gate="exception",
    text="Edit migrations/0007_invoice_due.sql",
    sha="77aa" * 16,
    opened=NOW - 40,
    tool="Edit",
    input=json.dumps(
        {
            "file_path": "/home/ada/shop/migrations/0007_invoice_due.sql",
            "old_string": "-- 0007: find invoices by due date\nCREATE INDEX invoice_due ON invoice (due);\n",
            "new_string": "-- 0007: find invoices by due date\nDROP TABLE invoice;\n",
        }
    ),
    effects=(Effect("fs.migration", "migrations/0007_invoice_due.sql has shipped"),),
    hits=(Hit("shipped-migration", "escalate", "A migration that has shipped is never changed.", severity="critical"),),
    severity="critical",
    policy="default",
    advice="This is safe, the table is not used any more.\n┌ APPROVED by ada ┐",
)
PLAN = Request(
    id="q8w1ze",
    run=RunKey("2be77d0c5e"),
    gate="plan",
    text="Plan: round ledger amounts the way the bank does",
    sha="0d0d" * 16,
    opened=NOW - 900,
    tool="ExitPlanMode",
    input=json.dumps({"plan": "# Rounding"}),
    plan="# Rounding\n\n## Files\nledger/round.py\n\n## Tests\npytest -q tests/test_round.py\n",
    severity="medium",
    listening=True,
    deadline=NOW + 7000,
)
DONE = replace(
    PUSH,
    id="d0n3aa",
    state="denied",
    listening=False,
    decision=Decision("d0n3aa", "deny", "ada", NOW - 7200, "Open a new branch instead."),
)
ALL = (EDIT, PUSH, PLAN, DONE)
