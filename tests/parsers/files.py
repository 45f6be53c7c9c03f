"""Rows of what reads the files by which people, hooks, boards and cores speak to each other, and the ledger."""

import base64
import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from adapters.install import codex_settings, json_scan, json_text
from adapters.looking_processes import _environment
from adapters.price_file import PricesInvalid, read_prices
from adapters.process_table import script_of
from adapters.settings_file import SettingsFile
from adapters.signing import _variable
from state.approval.allowed import allowed_lines, principals
from state.approval.sshsig import SignatureInvalid, fingerprint_of, signature_of
from state.approval.sshsig import _read as _read_blob
from state.approval.statement import StatementInvalid, parsed
from state.control.advice import of_fact
from state.evidence.markdown import plain
from state.gate_files import run_name
from state.gates.calls import passed_call
from state.gates.opening import QuestionRefused, checked, laid_out, request_of
from state.ledger import canonical, story, verifying
from state.ledger.anchors import of_approvals
from state.ledger.entry import Entry
from state.money.rates_seen import read_seen
from state.policy.compiled import from_document, to_document
from state.policy.document import parsed as policy_parsed
from state.policy.shipped import default_policy
from state.policy.wrong import PolicyInvalid
from state.release.merged import _told as merged_told
from state.runs.run import Origin
from state.runs.test_runs import read_back
from state.settings import in_force, read_settings
from state.spool import Spool, read_whole
from state.store.board_file import BoardFile
from tests.approvals import STATEMENT
from tests.gates_world import asked
from tests.parsers.agents import in_file
from tests.parsers.row import Parser
from tui.panes.call_text import parts_of
from tui.wiring_open import board_setting

POLICY = b"""schema = 1
[[rule]]
id = "ask-first"
effects = ["git.push"]
paths = ["**/*.py", "{a,b}/*"]
then = "escalate"
severity = "high"
because = "What is pushed is seen by others."
sla = "10m"
[[rule]]
id = "never"
commands = ["shutdown*"]
then = "deny"
because = "The machine stays on."
instead = "Leave it."
match = ["shutdown now"]
not_match = [{ command = "ls" }]
"""
CONFIG = b"""[lanes.cheap]
models = ["*haiku*"]
[roles.tester]
lane = "cheap"
[budgets.month]
usd = "10"
[keys]
approve = ["a"]
[board]
columns = ["task"]
[[people]]
name = "ada"
"""
PRICES = b"""[[price]]
model = "m-1"
since = 2026-01-01
input = 3.0
output = 15
[[alias]]
model = "m-2"
is = "m-1"
"""
ALLOWED = (
    b'# who\nada@corp namespaces="approval@headgate.v1" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== a\n*@x ssh-rsa AAAA\n'
)
HOOKS = (
    b'{\n  // mine\n  "hooks": {"PreToolUse": [{"matcher": "*", "hooks": [{"type": "command", "command": "x"}]}]}\n}\n'
)
CALL = (
    b'{"at":1.0,"agent":"a","session":"s","event":"PreToolUse","call":"c","tool":"Bash","sha":"ab","verdict":"allow",'
    b'"rule":null,"request":null,"outcome":"rule","ms":1.0}'
)


def _string(raw: bytes) -> bytes:
    return struct.pack(">I", len(raw)) + raw


def _blob(data: bytes) -> object:
    return _read_blob(data).namespace


BLOB = (
    b"SSHSIG"
    + struct.pack(">I", 1)
    + _string(_string(b"ssh-ed25519") + _string(b"k" * 32))
    + _string(b"approval@headgate.v1")
    + _string(b"")
    + _string(b"sha512")
    + _string(_string(b"ssh-ed25519") + _string(b"s" * 64))
)
ARMOURED = b"-----BEGIN SSH SIGNATURE-----\n" + base64.encodebytes(BLOB) + b"-----END SSH SIGNATURE-----\n"


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _settings(path: Path) -> object:
    settings = SettingsFile(path)()
    return settings.problems, board_setting({"HEADGATE_CONFIG_DIR": str(path.parent)}) is not None


def _config(data: bytes) -> object:
    settings = read_settings(_text(data), "config.toml")
    return settings.problems, in_force(_text(data))[1]


def _policy(data: bytes) -> object:
    policy, examples = policy_parsed(_text(data), "policy.toml", "b10b")
    return [(rule.id, rule.because, rule.instead) for rule in policy.rules], len(examples)


def _question(data: bytes) -> object:
    told = json.loads(data)
    if not isinstance(told, dict):
        raise QuestionRefused("no object")
    request = request_of(checked("q-1", told, 1e6))
    return replace(request, input=None, plan=None), request.input.split("\n"), (request.plan or "").split("\n")  # type: ignore


def _entry(data: bytes) -> object:
    """Take bytes for the body of an entry of each kind, and for a row of the ledger."""
    body = data.decode("utf-8", "surrogateescape")
    row: dict[str, Any] = {"seq": 1, "ts_ms": 10**18, "actor_kind": "human", "actor": body, "kind": body, "run": body}
    row |= {"body": body, "once": "", "prev": "0" * 64, "hash": "0" * 64}
    verdict = verifying.verified([row])
    lines = [story.line_of(Entry(**{**row, "kind": kind})) for kind in (*story._SAYINGS, body)]
    told = [Entry(**{**row, "kind": kind}) for kind in story._SAYINGS]
    tale = story.story_of("x", told, body, lambda sha: body).lines
    return [fault.text for fault in verdict.faults], lines, tale


def _ledgers() -> tuple[bytes, ...]:
    keys = (
        "words",
        "text",
        "answer",
        "act",
        "request",
        "reason",
        "check",
        "tree",
        "state",
        "passed",
        "failed",
        "skipped",
        "policy",
        "problem",
        "package",
        "head",
        "complete",
        "lacking",
        "risk",
        "approval",
        "by",
        "level",
        "entries",
        "aside",
        "lost",
        "from_ms",
        "to_ms",
        "order",
        "commit",
        "base",
        "usd",
        "from",
        "to",
        "why",
        "what",
        "task",
    )
    values: list[Any] = ["x", 7, None, True, [], ["x"], {}, {"a": "b"}, {"a": 1}]
    made = [dict.fromkeys(keys, value) for value in values]
    made += [
        {**one, "request": "x", "gate": "merge", "rules": value} for one in made for value in ("x", ["x"], [{}], 7)
    ]
    return tuple(map(canonical.canonical, made))


def _approval(data: bytes) -> object:
    return tuple(of_approvals(({"id": "a", "level": "ssh", "statement": data.decode("utf-8", "replace")},)))


def _parts(text: str) -> object:
    return parts_of(replace(request_of(checked("q-1", {**asked("q-1", 1e6)}, 1e6)), input=text)) is None


def _compiled(data: bytes) -> object:
    told = json.loads(data)
    return from_document(told if isinstance(told, dict) else {}) and None


def _in_spool(folder: str, reads: Callable[[Spool], Any]) -> Callable[[bytes], Any]:
    def reading(path: Path) -> object:
        spool = Spool(path.parent / "house")
        path.rename(path.parent / "house" / folder / "q-1.json")
        return reads(spool)

    return in_file(reading)


def _seen(data: bytes) -> object:
    found = passed_call("/c/" + run_name("a", "s"), 1, 0, 1, data)
    return found and found.seen


def rows() -> Sequence[Parser]:
    """Give the rows."""
    question = json.dumps(asked("q-1", 1e6)).encode()
    order = b'{"verb":"decide","words":{"request":"q","answer":"approve"}}'
    tests = b'{"state":"failed","runner":"pytest","passed":1,"failed":1,"skipped":0,"failing":["a"],"command":"x"}'
    statement = STATEMENT.text()
    return (
        Parser("policy.toml", _policy, (POLICY,), (PolicyInvalid,)),
        Parser(
            "compiled policy",
            _compiled,
            (json.dumps(to_document(default_policy())).encode(),),
            (ValueError, RecursionError),
            raw=True,
        ),
        Parser("config.toml", _config, (CONFIG,)),
        Parser("config.toml, as a file", in_file(_settings, "config.toml"), (CONFIG,)),
        Parser("prices.toml", lambda data: read_prices(_text(data), "prices.toml"), (PRICES,), (PricesInvalid,)),
        Parser(
            "allowed_signers",
            lambda data: (principals(data), len(allowed_lines(data, "ada@corp"))),
            (ALLOWED,),
            raw=True,
        ),
        Parser("signature, armoured", lambda data: signature_of(data) and None, (ARMOURED,), (SignatureInvalid,)),
        Parser("signature", _blob, (BLOB,), (SignatureInvalid,)),
        Parser("public key", fingerprint_of, (ALLOWED.split(b'v1" ')[1],), (SignatureInvalid,)),
        Parser("statement of an approval", parsed, (statement,), (StatementInvalid,)),
        Parser("heads in statements", _approval, (statement,)),
        Parser("canonical JSON", lambda data: canonical.read(_text(data)) and None, _ledgers(), (ValueError,)),
        Parser("entry of the ledger", _entry, _ledgers()),
        Parser(
            "question of a hook",
            _question,
            (question,),
            (QuestionRefused, json.JSONDecodeError, UnicodeDecodeError, RecursionError, ValueError),
        ),
        Parser(
            "call's input, laid out",
            lambda data: laid_out(_text(data)).split("\n"),
            (b'{"command":"ls","x":[1,{"y":"z"}]}',),
        ),
        Parser("call's input, in parts", lambda data: _parts(_text(data)), (b'{"command":"ls"}',), raw=True),
        Parser(
            "command line of a process",
            in_file(lambda p: script_of(p.parent), "cmdline"),
            (b"/usr/bin/python3\0-I\0x\0",),
            raw=True,
        ),
        Parser(
            "environment of a process",
            in_file(lambda p: _environment(p.parent), "environ"),
            (b"A=b\0TMUX=/x,1,2\0",),
            raw=True,
        ),
        Parser(
            "agent of keys",
            in_file(lambda p: _variable(p.parent, b"SSH_AUTH_SOCK"), "environ"),
            (b"SSH_AUTH_SOCK=/x\0",),
            raw=True,
        ),
        Parser("call noted by a hook", _seen, (CALL,)),
        Parser("file of the spool", in_file(lambda p: read_whole(p) is None, "x.json"), (order, question)),
        Parser("order in the inbox", _in_spool("spool/inbox", lambda spool: len(tuple(spool.orders()))), (order,)),
        Parser(
            "board.json",
            in_file(lambda p: BoardFile(p).read(), "board.json"),
            (b'{"format":1,"view":{"sort":"need"}}',),
        ),
        Parser(
            "settings of an agent, added",
            lambda data: len(json_text.added(data, [("PreToolUse", {"hooks": []})])),
            (HOOKS,),
            (json_scan.Unsure,),
        ),
        Parser(
            "settings of an agent, removed",
            lambda data: len(json_text.removed(data, lambda one: True)),
            (HOOKS,),
            (json_scan.Unsure,),
        ),
        Parser(
            "settings of codex",
            lambda data: len(codex_settings.toml_of(data)),
            (b'[hooks]\nx="y"\n',),
            (json_scan.Unsure,),
        ),
        Parser("rates that were seen", lambda data: read_seen(_text(data)), (b'{"m":{"input":"3"}}',), raw=True),
        Parser("test run, kept", lambda data: read_back(_text(data), Origin("/l", 0), "o"), (tests,), raw=True),
        Parser(
            "advice, kept",
            lambda data: of_fact(_text(data)),
            (b'[[true,"a","b"]]',),
            (ValueError, TypeError, RecursionError),
            raw=True,
        ),
        Parser("merge, kept", lambda data: merged_told(_text(data)) and None, (b'{"commit":"x"}',)),
        Parser(
            "Markdown, escaped", lambda data: "<" not in plain(_text(data)).replace("\\<", ""), (b"# <img> [x](y)",)
        ),
    )
