"""A world whose every foreign text attacks: no verb lets a byte of it reach the terminal or another program's eyes."""

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

from tests.promises import attacks
from tests.tries import tries
from tests.world import World

pytestmark = attacks("terminal", "execution")

ATTACK = (
    "\x1b]0;owned\x07\x1b[2J\x9b31m\x1b]8;;http://evil\x1b\\l\x1b]8;;\x1b\\\x1b]52;c;ZXZpbA==\x07\u202ex\u2066y\u200b"
    "\u2028[@click=app.quit]x[/][/nope]e"
    + "\u0301"
    * 30
    + "\U000e0041\U000e007f<script>alert(1)</script>\"'><img src=x>"
    "#(touch sung)$(touch sung)`touch sung`;touch sung;'--DROP TABLE run"
)
BRANCH = "x;touch${IFS}sung'\"$(touch${IFS}sung)#(touch${IFS}sung)`touch${IFS}sung`--\u202e\u200b<b>"
FILE = "-rf\x1b[2J\n\u202e$(touch sung).py"
UNSAFE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
OURS = "\n\u2060"
"""What Headgate itself prints of these: ends of lines, and in Markdown the joiner that keeps names unlinked."""
POLICY = (
    'schema = 1\n[[rule]]\nid = "r"\ncommands = ["git push*"]\nthen = "escalate"\n'
    f"because = {json.dumps('why ' + ATTACK)}\ninstead = {json.dumps('or ' + ATTACK)}\n"
)


def _world(folder: Path) -> World:
    world = World(folder, ())
    (world.repository / ".headgate").mkdir()
    (world.repository / ".headgate/policy.toml").write_text(POLICY)
    world.git("add", ".")
    world.git("-c", f"user.name=E\x1b[2J{chr(0x202E)}", "commit", "-qm", ATTACK)
    tree = folder / "wt" / f"t\x1b[2J{chr(0x202E)}#(touch sung)"
    world.git("worktree", "add", "-q", "-b", BRANCH, str(tree))
    (tree / FILE).write_text(ATTACK)
    (tree / "a.py").write_text("print(2)\n" + ATTACK)
    world.git("add", ".", at=tree)
    world.git("commit", "-qm", ATTACK, at=tree)
    (tree / "--output=x").write_text("x")
    log = world.claude("s1", tree)
    said = [log.prompt(ATTACK), log.tool(f"pytest {ATTACK}"), log.said(ATTACK)]
    said += [log.record("ai-title", aiTitle=ATTACK), log.record("summary", summary=ATTACK, leafUuid="s1-1")]
    said += [_calls(log, name) for name in (ATTACK, "Edit", "ExitPlanMode", "TodoWrite", "AskUserQuestion")]
    log.append(*said)
    config = folder / "config"
    config.mkdir()
    (config / "config.toml").write_text(
        f"[lanes.{json.dumps(ATTACK)}]\nmodels = [{json.dumps(ATTACK)}]\n[{json.dumps(ATTACK)}]\n"
    )
    return world


def _calls(log: Any, name: str) -> bytes:
    words = {
        "file_path": f"/w/{ATTACK}",
        "plan": ATTACK,
        "content": ATTACK,
        "todos": [{"content": ATTACK, "status": ATTACK}],
    }
    block = {
        "type": "tool_use",
        "id": f"t{log.count}",
        "name": name,
        "input": {**words, "questions": [{"question": ATTACK}]},
    }
    model = {"id": f"m{log.count}", "role": "assistant", "model": ATTACK, "content": [block]}
    return log.record("assistant", version=ATTACK, gitBranch=ATTACK, message=model)


def _unsafe(text: str) -> list[str]:
    return [letter for letter in text if letter not in OURS and unicodedata.category(letter) in UNSAFE]


def test_no_verb_prints_what_attacks(tmp_path: Path, record_property: Any) -> None:
    world = _world(tmp_path)
    runs = world.told("status")["runs"]
    assert runs and runs[0]["branch"], "the run is there, under its hostile branch"
    run = runs[0]["id"]
    verbs: list[tuple[str, ...]] = [
        ("status",),
        ("status", "--json"),
        ("show", run),
        ("show", run, "--json"),
        ("queue",),
        ("conflicts",),
        ("usage",),
        ("usage", "--by", "model"),
        ("usage", "--by", "task", "--json"),
        ("evidence", run),
        ("evidence", run, "--markdown"),
        ("policy", "show"),
        ("policy", "check"),
        ("policy", "explain", "--", "git push"),
        ("policy", "replay", run),
        ("config", "check"),
        ("config", "show"),
        ("audit", "show"),
        ("report",),
        ("report", "--markdown"),
        ("prices",),
        ("status", "--tmux"),
        ("show", ATTACK[2:30]),
        ("merge", run),
        ("evidence", "--help"),
        ("stop", ATTACK[2:40]),
        ("send", run, "x"),
        ("check", run),
    ]
    tried = verbs[:: tries(4, 1)]
    for verb in tried:
        shown = world.headgate(*verb, status=None)
        assert _unsafe(shown) == [], (verb, [hex(ord(one)) for one in _unsafe(shown)][:5], shown[:300])
    _page_and_markdown(world, run)
    assert [str(path) for path in tmp_path.rglob("sung*")] == []
    record_property("figure", f"{len(tried)} verbs over a world of hostile text, not one byte of it acts")


def _page_and_markdown(world: World, run: str) -> None:
    """See that the attack stands as text in the page and in Markdown."""
    page = world.folder / "page.html"
    world.headgate("report", "--html", str(page), status=None)
    told = world.headgate("evidence", run, "--markdown", status=None) + world.headgate("report", "--markdown")
    html = page.read_text()
    assert not re.search(r"<script>alert|<img src=x|<b>", html)
    assert not re.search(r"(?<!\\)<(script|img|b)\b", told) and "](http" not in told
