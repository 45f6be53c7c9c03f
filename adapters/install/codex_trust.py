"""Asks Codex itself for the digests by which it trusts a hook, and whether it trusts those that are registered.

`codex app-server` speaks JSON lines on its standard streams; `hooks/list` names every hook with its key, its digest and
its trust (seen with 0.169). A digest is of the definition alone, so it is asked for in a temporary home that holds
nothing but the `hooks.json` to come.
"""

import json
import os
import selectors
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from adapters.install.json_scan import Unsure

SECONDS = 15.0
_MANY = ("cannot say which digest it trusts the hook by", "trust the hook in Codex's /hooks")


def digests(program: str, hooks: bytes, place: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Give key and digest of each hook that `hooks` would register at `place`. Raises `Unsure`."""
    with tempfile.TemporaryDirectory(prefix="headgate-codex-", ignore_cleanup_errors=True) as home:
        aside = Path(home).resolve() / "hooks.json"
        aside.write_bytes(hooks)
        listed = hooks_listed(program, aside.parent, environment)
    return {
        str(place) + str(one["key"])[len(str(aside)) :]: str(one["currentHash"])
        for one in listed
        if str(one.get("key", "")).startswith(str(aside)) and one.get("currentHash")
    }


def hooks_listed(program: str, home: Path, environment: Mapping[str, str]) -> list[dict[str, Any]]:
    """Give what `hooks/list` says with this CODEX_HOME. Raises `Unsure` where Codex does not answer."""
    own = {name: environment[name] for name in ("PATH", "LANG") if name in environment}
    try:
        child = subprocess.Popen(
            [program, "app-server"],
            cwd=home,
            env={**own, "HOME": str(home), "CODEX_HOME": str(home)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        raise Unsure(f"Codex {_MANY[0]} ({error.strerror}): {_MANY[1]}") from None
    try:
        return _asked(child, home)
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        raise Unsure(f"this Codex {_MANY[0]}: {_MANY[1]}") from None
    finally:
        child.kill()
        child.communicate()


def _asked(child: "subprocess.Popen[bytes]", home: Path) -> list[dict[str, Any]]:
    asked = (
        {"id": 1, "method": "initialize", "params": {"clientInfo": {"name": "headgate", "version": "1"}}},
        {"method": "initialized"},
        {"id": 2, "method": "hooks/list", "params": {"cwds": [str(home)]}},
    )
    assert child.stdin is not None and child.stdout is not None
    child.stdin.write(b"".join(json.dumps(one).encode() + b"\n" for one in asked))
    child.stdin.flush()
    for line in _lines(child.stdout.fileno(), time.monotonic() + SECONDS):
        told = json.loads(line)
        if told.get("id") == 2:
            return [cast(dict[str, Any], hook) for one in told["result"]["data"] for hook in one["hooks"]]
    raise ValueError("no answer")


def _lines(descriptor: int, deadline: float) -> "list[bytes] | Any":
    """Give the lines as they come, until the deadline or the end."""
    waiting, rest = selectors.DefaultSelector(), b""
    waiting.register(descriptor, selectors.EVENT_READ)
    with waiting:
        while (left := deadline - time.monotonic()) > 0 and waiting.select(left):
            part = os.read(descriptor, 65536)
            if not part:
                return
            *whole, rest = (rest + part).split(b"\n")
            yield from whole
