"""The repository that the demo's agents work in: a small Python service that keeps invoices and takes payments.

Its files are data, as its commits are. The script (`adapters.demo_script`) edits them by their text, so a line that is
changed here may have to be changed there, which the tests tell.
"""

from collections.abc import Mapping

from adapters.demo_policy import POLICY

REPOSITORY = "ledger"
"""The directory's name."""

_README = """\
# ledger

Keeps invoices, takes payments, tells other services by webhook.

    pip install -r requirements.txt
    pytest -q

Settings are read from the environment, see `ledger/config.py`.
"""

_AGENTS = """\
# How we work here

- Run `pytest -q` before you say that something works.
- Money is `Decimal`, never `float`. Times are UTC.
- A migration is reviewed by a human before it runs anywhere.
- Do not touch `migrations/` that have shipped.
"""

_CONFIG = '''\
"""Settings, read once from the environment."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    database_url: str
    upload_bucket: str
    webhook_secret: str
    fetch_timeout: float = 10.0


def load() -> Settings:
    return Settings(
        database_url=os.environ["LEDGER_DATABASE_URL"],
        upload_bucket=os.environ.get("LEDGER_BUCKET", "ledger-dev"),
        webhook_secret=os.environ.get("LEDGER_WEBHOOK_SECRET", ""),
        fetch_timeout=float(os.environ.get("LEDGER_FETCH_TIMEOUT", "10")),
    )
'''

_FETCH = '''\
"""Fetches exchange rates from the provider."""

from decimal import Decimal

import httpx

RATES = "https://rates.example/v2/latest"


class RatesUnavailable(Exception):
    """The provider gave no usable answer."""


def fetch(client: httpx.Client, currency: str, timeout: float) -> dict[str, Decimal]:
    response = client.get(RATES, params={"base": currency}, timeout=timeout)
    if response.status_code != 200:
        raise RatesUnavailable(f"{currency}: {response.status_code}")
    return {code: Decimal(rate) for code, rate in response.json()["rates"].items()}
'''

_UPLOAD = '''\
"""Uploads statements to the object store in parts."""

from collections.abc import Iterator
from typing import Protocol

PART_BYTES = 5 * 1024 * 1024


class Store(Protocol):
    def put_part(self, key: str, number: int, data: bytes) -> str: ...
    def complete(self, key: str, tags: list[str]) -> None: ...


def parts(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), PART_BYTES):
        yield data[start : start + PART_BYTES]


def upload(store: Store, key: str, data: bytes) -> int:
    tags = [store.put_part(key, number, part) for number, part in enumerate(parts(data))]
    store.complete(key, tags)
    return len(tags)
'''

_INVOICES = '''\
"""Reads invoices and their lines."""

from ledger.models import Invoice, Line


def list_invoices(connection, customer: str, limit: int = 50) -> list[Invoice]:
    rows = connection.execute(
        "SELECT id, customer, due, currency FROM invoice WHERE customer = ? ORDER BY due DESC LIMIT ?",
        (customer, limit),
    ).fetchall()
    return [Invoice(*row, lines=list_lines(connection, row[0])) for row in rows]


def list_lines(connection, invoice: str) -> list[Line]:
    rows = connection.execute("SELECT text, cents FROM line WHERE invoice = ?", (invoice,)).fetchall()
    return [Line(*row) for row in rows]
'''

_MODELS = '''\
"""What an invoice is."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Line:
    text: str
    cents: int


@dataclass(frozen=True)
class Invoice:
    id: str
    customer: str
    due: date
    currency: str
    lines: list[Line] = field(default_factory=list)
'''

_WEBHOOKS = '''\
"""Tells other services that an invoice was paid."""

import json
import logging

import httpx

log = logging.getLogger(__name__)


def notify(client: httpx.Client, url: str, secret: str, invoice: str) -> bool:
    body = json.dumps({"event": "invoice.paid", "invoice": invoice})
    log.info("webhook to %s with secret %s", url, secret)
    return client.post(url, content=body).is_success
'''

_MIGRATION = """\
-- 0007: find invoices by due date
CREATE INDEX invoice_due ON invoice (due);
"""

_TEST_FETCH = """\
import httpx
import pytest

from ledger.fetch import RatesUnavailable, fetch


def answering(*codes: int) -> httpx.Client:
    answers = iter(codes)
    reply = lambda request: httpx.Response(next(answers), json={"rates": {"EUR": "0.92"}})
    return httpx.Client(transport=httpx.MockTransport(reply))


def test_rates_are_decimals() -> None:
    assert str(fetch(answering(200), "USD", 1.0)["EUR"]) == "0.92"


def test_an_error_is_told() -> None:
    with pytest.raises(RatesUnavailable):
        fetch(answering(404), "USD", 1.0)
"""

_TEST_UPLOAD = """\
from ledger.upload import PART_BYTES, upload


class Memory:
    def __init__(self) -> None:
        self.parts: dict[int, bytes] = {}

    def put_part(self, key: str, number: int, data: bytes) -> str:
        self.parts[number] = data
        return f"{key}-{number}"

    def complete(self, key: str, tags: list[str]) -> None:
        self.tags = tags


def test_a_long_statement_goes_up_in_parts() -> None:
    store = Memory()
    assert upload(store, "2026-10", b"x" * (PART_BYTES + 1)) == 2
"""

_REQUIREMENTS = """\
httpx==0.27.0
pytest==8.3.2
"""

_WORKFLOW = """\
name: tests
on: [push]
jobs:
  pytest:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: pip install -r requirements.txt
      - run: pytest -q
"""

FIRST: Mapping[str, str] = {
    ".gitignore": "__pycache__/\n.venv/\n",
    ".headgate/policy.toml": POLICY,
    "README.md": _README,
    "requirements.txt": _REQUIREMENTS,
    "ledger/__init__.py": '"""Invoices and payments."""\n',
    "ledger/config.py": _CONFIG,
    "ledger/models.py": _MODELS,
    "ledger/invoices.py": _INVOICES,
    "migrations/0007_invoice_due.sql": _MIGRATION,
}
"""Path to text, as of the first commit."""
SECOND: Mapping[str, str] = {
    "AGENTS.md": _AGENTS,
    "CLAUDE.md": "@AGENTS.md\n",
    "ledger/fetch.py": _FETCH,
    "ledger/upload.py": _UPLOAD,
    "ledger/webhooks.py": _WEBHOOKS,
    "tests/test_fetch.py": _TEST_FETCH,
    "tests/test_upload.py": _TEST_UPLOAD,
}
THIRD: Mapping[str, str] = {".github/workflows/tests.yml": _WORKFLOW}
"""What the newest commit of main added: a worktree that is behind lacks it."""

COMMITS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("Keep invoices", FIRST),
    ("Fetch rates, upload statements, send webhooks", SECOND),
    ("Run the tests on every push", THIRD),
)
