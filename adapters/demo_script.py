"""The demo's script: eleven runs in one repository, nine of them at work, waiting or over when the curtain rises.

To extend the demo, add a story here or beats to one. An edit names its file's text as it is by then; what no longer
fits is an error, which the tests tell before any user can see it.
"""

from adapters.demo_beats import (
    Ask,
    Commit,
    Edit,
    End,
    Interrupt,
    Leave,
    Limit,
    Look,
    Prompt,
    Propose,
    Reach,
    Reply,
    Shell,
    Story,
    Stumble,
)
from adapters.demo_budget import REPORT_CACHE
from adapters.demo_docs import WEBHOOK_DOCS
from adapters.demo_exports import RETIRE_EXPORTS
from adapters.demo_review import RETRY_REVIEW

_OPUS, _SONNET, _CODEX = "claude-opus-4-7", "claude-sonnet-4-6", "gpt-5.5"

_ONE_TRY = """\
    response = client.get(RATES, params={"base": currency}, timeout=timeout)
    if response.status_code != 200:
        raise RatesUnavailable(f"{currency}: {response.status_code}")
"""
_RETRIES_WRONG = """\
    for attempt in range(TRIES - 1):
        response = client.get(RATES, params={"base": currency}, timeout=timeout)
        if response.status_code < 500:
            break
        time.sleep(0.2 * 2**attempt)
    if response.status_code != 200:
        raise RatesUnavailable(f"{currency}: {response.status_code}")
"""
_RETRY_TEST = """\
answering(404), "USD", 1.0)


def test_a_broken_gateway_is_asked_again() -> None:
    assert fetch(answering(502, 503, 200), "USD", 1.0)
"""
_RETRY_FAILS = """\
..F                                                                      [100%]
=================================== FAILURES ===================================
____________________ test_a_broken_gateway_is_asked_again ______________________
    def test_a_broken_gateway_is_asked_again() -> None:
>       assert fetch(answering(502, 503, 200), "USD", 1.0)
E       ledger.fetch.RatesUnavailable: USD: 503
tests/test_fetch.py:24: RatesUnavailable
=========================== short test summary info ============================
FAILED tests/test_fetch.py::test_a_broken_gateway_is_asked_again
1 failed, 2 passed in 0.71s"""

RETRY_FETCH = Story(
    agent="claude-code",
    branch="feat/retry-fetch",
    lives=True,
    title="Retry rate fetches on 5xx",
    model=_OPUS,
    steps=("Read the fetch path", "Retry 5xx with backoff", "Test retry and last error", "Commit"),
    past=(
        Prompt(
            "A single 502 from the rates provider fails the nightly run. Retry 5xx three times with backoff; "
            "a 4xx stays an error at once. Write the test first."
        ),
        Reach(0, say="I'll read the fetch path and its tests before changing anything."),
        Look("ledger/fetch.py"),
        Look("tests/test_fetch.py"),
        Reach(1),
        Edit("ledger/fetch.py", "import httpx\n", "import time\n\nimport httpx\n"),
        Edit("ledger/fetch.py", 'latest"\n', 'latest"\nTRIES = 3\n'),
        Edit("ledger/fetch.py", _ONE_TRY, _RETRIES_WRONG, say="Now the loop itself."),
        Reach(2),
        Edit("tests/test_fetch.py", 'answering(404), "USD", 1.0)\n', _RETRY_TEST, after=3.0),
        Shell("pytest -q tests/test_fetch.py", takes=None),
    ),
    live=(
        Reply(_RETRY_FAILS, code=1, after=2.5),
        Look("ledger/fetch.py", say="It gave up one try too early: the range is short by one."),
        Edit("ledger/fetch.py", "range(TRIES - 1)", "range(TRIES)"),
        Shell("pytest -q tests/test_fetch.py", "...                              [100%]\n3 passed in 0.84s", takes=3.0),
        Stumble(after=1.5),
        Shell("pytest -q", ".....                              [100%]\n5 passed in 1.32s", after=3.0, takes=4.0),
        Reach(3),
        Commit("Retry rate fetches on 5xx", say="All green; I commit it."),
        Reach(4, takes=0.5),
        End("Fetches retry three times on 5xx with 0.2, 0.4 and 0.8 s between; a 4xx raises at once. 5 tests pass."),
        Leave(after=22.0),
    ),
)

_TENANT_PLAN = """\
# Give every invoice a tenant

1. Migration 0008: add `tenant_id`, nullable, with an index.
2. Backfill from `customer` in batches of 1000.
3. Make it NOT NULL in a later migration, once the backfill is verified.
4. Filter `list_invoices` by tenant.

Risk: the backfill locks `invoice` for about 2 s a batch.
"""
_TENANT_SQL = """\
-- 0008: every invoice belongs to a tenant
ALTER TABLE invoice ADD COLUMN tenant_id TEXT;
CREATE INDEX invoice_tenant ON invoice (tenant_id, due);
"""

TENANT_ID = Story(
    agent="claude-code",
    branch="mig/tenant-id",
    lives=True,
    title="Tenant id on invoices",
    model=_OPUS,
    plans_first=True,
    steps=("Migration 0008", "Backfill in batches", "Filter by tenant", "Test two tenants"),
    past=(
        Prompt("Invoices need a tenant id. Show me the migration plan before you write anything.", after=0.0),
        Look("migrations/0007_invoice_due.sql", say="I read the schema and the queries first."),
        Look("ledger/invoices.py"),
        Shell("grep -rn 'FROM invoice' ledger", "ledger/invoices.py:8:  FROM invoice WHERE customer = ?"),
        Propose(_TENANT_PLAN, after=9.0),
    ),
    quiet=96.0,
    live=(
        Reply(after=19.0),
        Reach(0),
        Edit("migrations/0008_tenant.sql", "", _TENANT_SQL),
        Reach(1),
        Edit("ledger/models.py", "    currency: str\n", "    currency: str\n    tenant: str\n"),
        Reach(2),
        Edit("ledger/invoices.py", "WHERE customer = ?", "WHERE tenant_id = ? AND customer = ?"),
        Reach(3),
        Shell("pytest -q", "....                              [100%]\n4 passed in 0.97s", takes=5.0),
        Reach(4),
        End("0008 adds the column and its index; the backfill is a script of its own. NOT NULL waits for your word."),
    ),
    calm=(
        Prompt("Try smaller batches in the backfill and time it.", after=14.0),
        Look("migrations/0008_tenant.sql"),
        Shell("python -m ledger.backfill --dry-run --batch 500", "500 rows a batch, 1.1 s locked each", takes=11.0),
        Edit("migrations/0008_tenant.sql", "(tenant_id, due)", "(tenant_id)"),
        Shell("pytest -q", "....                              [100%]\n4 passed in 0.99s", takes=4.0),
        End("Batches of 500 hold the lock for 1.1 s; the narrower index saves 40 MB."),
        Prompt("Keep the wider index, the list view sorts by due date.", after=18.0),
        Edit("migrations/0008_tenant.sql", "(tenant_id)", "(tenant_id, due)"),
        Shell("pytest -q", "....                              [100%]\n4 passed in 0.96s", takes=4.0),
        End("The index covers the due date again."),
    ),
)

_PART_TEST = """\


def test_a_part_that_changed_on_the_way_is_refused() -> None:
    store = Memory()
    assert upload(store, "2026-11", b"statement") == 1
"""

_NO_BUCKET = "mc: <ERROR> Unable to list folder. The specified bucket does not exist"

FLAKY_UPLOAD = Story(
    agent="claude-code",
    branch="fix/flaky-upload",
    lives=True,
    title="Why test_upload flakes on CI",
    model=_SONNET,
    past=(
        Prompt("test_upload fails about once in twenty runs on CI, never here. Find out why; change nothing yet."),
        Look("tests/test_upload.py"),
        Look("ledger/upload.py"),
        Shell("for n in $(seq 20); do pytest -q tests/test_upload.py; done", "20 runs, 0 failed", takes=41.0),
        End(
            "CI sends parts concurrently and the store lists them in arrival order. Sort by part number, or check tags."
        ),
    ),
    quiet=140.0,
    live=(
        Prompt("Sort by number. And test it against a real store, not only the fake one.", after=4.0),
        Look("ledger/upload.py", say="I'll sort the tags and start a local store for the test."),
        Edit("ledger/upload.py", "store.complete(key, tags)", "store.complete(key, sorted(tags))", after=1.0),
        Shell("docker compose up -d minio", takes=None, leave="It starts a container on this machine", after=1.0),
        Reply("Container ledger-minio-1  Started", after=17.0),
        *(Shell("docker compose exec minio mc ls local/statements", _NO_BUCKET, 1, after=3.0) for _ in range(7)),
        Shell("docker compose exec minio mc mb local/statements", "Bucket created successfully", after=9.0),
        Edit("tests/test_upload.py", "(PART_BYTES + 1)) == 2\n", f"(PART_BYTES + 1)) == 2\n{_PART_TEST}"),
        Shell("pytest -q tests/test_upload.py --store minio", "..            [100%]\n2 passed in 3.40s", takes=4.0),
        Commit("Complete uploads in part order"),
        End("Parts are completed in order, whatever the network does; 2 tests pass against minio."),
    ),
    calm=(
        Prompt("Run it a hundred times against minio.", after=13.0),
        Shell("pytest -q --count 100 tests/test_upload.py", "200 passed in 24.20s", takes=24.0),
        End("A hundred rounds, no failure."),
    ),
)

WEBHOOK_SIGNING = Story(
    agent="claude-code",
    branch="feat/webhook-signing",
    lives=True,
    title="Sign webhooks with HMAC",
    model=_OPUS,
    steps=("Sign the body", "Header and clock skew", "Docs for receivers"),
    past=(
        Prompt("Sign outgoing webhooks with HMAC-SHA256 over timestamp and body, as Stripe does."),
        Reach(0),
        Look("ledger/webhooks.py"),
        Edit("ledger/webhooks.py", "import json\n", "import hashlib\nimport hmac\nimport json\n"),
        Shell("pytest -q", "...                              [100%]\n3 passed in 0.88s"),
        Commit("Import what signing needs"),
        Reach(1),
        Edit("docs/webhooks.md", "", "# Verifying webhooks\n\nThe header `Ledger-Signature` holds `t=` and `v1=`.\n"),
        Limit("You've hit your session limit · resets 6pm", after=6.0),
    ),
    quiet=780.0,
)

REPORT_QUERY = Story(
    agent="claude-code",
    branch="perf/report-query",
    title="Monthly report takes 40 s",
    model=_SONNET,
    past=(
        Prompt("The monthly report takes 40 s on staging. Profile the query, then propose an index."),
        Look("ledger/invoices.py", say="The lines are read once an invoice: that alone is N+1 queries."),
        Edit("ledger/invoices.py", "limit: int = 50", "limit: int = 500"),
        Edit("ledger/fetch.py", "import httpx\n", "import time\n\nimport httpx\n"),
        Edit("ledger/fetch.py", 'latest"\n', 'latest"\nTRIES = 3\n'),
        Edit("ledger/fetch.py", _ONE_TRY, _RETRIES_WRONG, say="A 502 of the rates provider ends the report, too."),
        Shell("python -m ledger.report --month 2026-10 --explain", "SCAN invoice; SCAN line (x 1200)", takes=38.0),
    ),
    quiet=1920.0,
)

_MADE_UP = "whsec_" + "Zk4vR8pQ2xLm7TdW9nYc3HbJ6sFg5Ea1"
"""Opens nothing; in two pieces, so that no scanner takes this file for a leak."""

SETTINGS = Story(
    agent="codex",
    branch="refactor/settings",
    lives=True,
    title="Settings from one file",
    model=_CODEX,
    steps=("List every os.environ read", "Read ledger.toml", "Keep the environment as override", "Update the README"),
    past=(
        Prompt(
            "Settings should come from ledger.toml, with environment variables as overrides. Small commits, please."
        ),
        Reach(0),
        Shell(
            "rg -n 'os.environ' ledger", "ledger/config.py:17:        database_url=os.environ[...]", say="First a list."
        ),
        Reach(1),
        Edit("ledger/config.py", "import os\n", "import os\nimport tomllib\n"),
        Edit("ledger.toml", "", f'bucket = "ledger-dev"\nwebhook_secret = "{_MADE_UP}"\nfetch_timeout = 10.0\n'),
        Shell("pytest -q", ".....                              [100%]\n5 passed in 1.04s"),
        Commit("Read settings from ledger.toml"),
        Reach(2),
        Shell("python -m compileall -q ledger", takes=None, after=3.0),
    ),
    live=(
        Reply(after=2.0),
        Edit("ledger/config.py", '"LEDGER_BUCKET", "ledger-dev"', '"LEDGER_BUCKET", file["bucket"]', after=2.5),
        Shell("pytest -q", "E   NameError: name 'file' is not defined\n2 failed, 3 passed in 1.10s", 1, takes=3.5),
        Edit(
            "ledger/config.py",
            "Settings:\n    return",
            'Settings:\n    file = tomllib.loads(open("ledger.toml").read())\n    return',
            say="The file has to be read before it is used.",
        ),
        Shell("pytest -q", ".....                              [100%]\n5 passed in 1.12s", takes=3.5),
        Reach(3),
        Edit("README.md", "read from the environment", "read from `ledger.toml` and the environment", after=4.0),
        Shell("git diff --stat", " README.md        | 2 +-\n ledger/config.py | 3 ++-", after=3.0),
        Reach(4),
        End("Settings come from ledger.toml and every variable still overrides it. The README says so.", after=4.0),
    ),
    calm=(
        Prompt("Does a missing ledger.toml give a clear error?", after=12.0),
        Shell("mv ledger.toml /tmp && python -c 'import ledger.config'; mv /tmp/ledger.toml .", takes=3.0),
        Edit("ledger.toml", "fetch_timeout = 10.0\n", "fetch_timeout = 10.0\ntries = 3\n"),
        Shell("pytest -q", ".....                              [100%]\n5 passed in 1.09s", takes=4.0),
        End("It says which file is missing and where it was looked for."),
        Prompt("Take the tries out again, they belong to the fetch branch.", after=17.0),
        Edit("ledger.toml", "tries = 3\n", "", takes=1.0),
        Shell("pytest -q", ".....                              [100%]\n5 passed in 1.08s", takes=4.0),
        End("Taken out."),
    ),
)

INVOICE_LIST = Story(
    agent="codex",
    branch="perf/invoice-list",
    title="List invoices in one query",
    model=_CODEX,
    steps=("Join the lines", "Group in Python", "Compare 500 invoices"),
    past=(
        Prompt("list_invoices runs one query an invoice. Make it one query in all, same result."),
        Reach(0),
        Shell("sed -n '1,40p' ledger/invoices.py", "def list_invoices(connection, customer, limit=50):"),
        Edit("ledger/invoices.py", "ORDER BY due DESC", "ORDER BY due DESC, id"),
        Reach(1),
        Shell("pip install sqlalchemy", takes=None, say="An ORM would make the grouping simpler.", after=5.0),
        Interrupt(after=4.0),
    ),
    quiet=410.0,
)

PIN_DEPS = Story(
    agent="codex",
    branch="chore/pin-deps",
    title="Pin dependencies",
    model=_CODEX,
    headless=True,
    behind=True,
    past=(
        Prompt("Update the pinned dependencies to the newest patch releases and run the tests."),
        Shell("pip index versions httpx", "httpx (0.27.2)"),
        Edit("requirements.txt", "httpx==0.27.0", "httpx==0.27.2"),
        Edit("requirements.txt", "pytest==8.3.2", "pytest==8.3.4"),
        Shell("pytest -q", ".....                              [100%]\n5 passed in 1.21s", takes=4.0),
        Edit("ledger/fetch.py", "v2/latest", "v3/latest"),
        Commit("Pin httpx 0.27.2 and pytest 8.3.4"),
        Shell("git push --force origin chore/pin-deps", " + 4be1c0d...9a27f31 chore/pin-deps (forced update)"),
        End("Both pins moved to the newest patch release; 5 tests pass."),
    ),
    quiet=2650.0,
)

_LOG_FAILS = """\
F                                                                        [100%]
=========================== short test summary info ============================
FAILED tests/test_log.py::test_no_secret_is_logged - AssertionError: whsec_ in log
1 failed in {}s"""

LOG_REDACTION = Story(
    agent="claude-code",
    branch="fix/log-redaction",
    lives=True,
    title="Secrets must not reach the log",
    model=_SONNET,
    appears=25.0,
    live=(
        Prompt(
            "The webhook secret is in the log in clear text. Take it out, and look for others of its kind.", after=0.5
        ),
        Shell("grep -rn 'secret' ledger --include=*.py", "ledger/webhooks.py:15: log.info(... secret)", after=1.5),
        Look("ledger/webhooks.py", after=1.0),
        Edit("ledger/webhooks.py", '"webhook to %s with secret %s", url, secret', '"webhook to %s", url'),
        Shell("pytest -q tests/test_log.py", _LOG_FAILS.format("0.41"), 1, takes=3.0),
        Edit("ledger/webhooks.py", "log = logging.getLogger(__name__)", 'log = logging.getLogger("ledger")'),
        Shell("pytest -q tests/test_log.py", _LOG_FAILS.format("0.39"), 1, takes=3.0),
        Edit("ledger/webhooks.py", 'logging.getLogger("ledger")', "logging.getLogger(__name__)"),
        Shell("pytest -q tests/test_log.py", _LOG_FAILS.format("0.40"), 1, takes=3.0),
        Look("ledger/webhooks.py", after=6.0, takes=6.0),
        Ask(
            "Old log lines on the server still hold the secret. Rotate it now?",
            ("Rotate now", "After release"),
            after=2.0,
        ),
    ),
)

STORIES = (
    RETRY_FETCH,
    TENANT_ID,
    FLAKY_UPLOAD,
    WEBHOOK_SIGNING,
    REPORT_QUERY,
    SETTINGS,
    INVOICE_LIST,
    PIN_DEPS,
    LOG_REDACTION,
    RETRY_REVIEW,
    RETIRE_EXPORTS,
    WEBHOOK_DOCS,
    REPORT_CACHE,
)
