"""The policy that the demo's repository holds on main: what a small team that keeps money would write."""

POLICY = """\
# Which calls of agents are denied or wait for a human: docs/policy.md of Headgate says what each key means.
schema = 1
protected = ["main"]
shipped = "all"

[[rule]]
id = "migrations-need-ana"
paths = ["migrations/**"]
on = ["edit", "delete"]
then = "escalate"
because = "A migration changes every customer's invoices, and most cannot be taken back."
instead = "Say which column is needed and why; go on with the rest meanwhile."
severity = "high"
reviewers = ["ana"]
sla = "30m"
match = [{ edit = "migrations/0008_currency.sql" }, "rm migrations/0007_invoice_due.sql"]
not_match = [{ read = "migrations/0007_invoice_due.sql" }, { edit = "ledger/models.py" }]

[[rule]]
id = "real-payments"
commands = ["python -m ledger.pay", "make pay"]
then = "deny"
because = "It moves real money."
instead = "Use the sandbox of the payment provider: make pay-sandbox."
severity = "critical"
match = ["python -m ledger.pay --all", "make pay"]
not_match = ["make pay-sandbox", "python -m pytest tests/test_pay.py"]

[[check]]
name = "compiles"
command = "python3 -m compileall -q ledger"
tests = false
seconds = 60

[gate.merge]
checks = ["compiles"]

[budget]
files = 40
minutes = 120
usd = 15
"""
