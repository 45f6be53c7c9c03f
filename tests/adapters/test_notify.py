"""A person is told by the command of the user's own settings, which sees little and may not stay."""

import os
from pathlib import Path

import pytest

from adapters import notify
from adapters.notify import SystemNotifier


def put(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


def notifier(folder: Path, **more: str) -> SystemNotifier:
    return SystemNotifier({"PATH": f"{folder}:{os.environ['PATH']}", "HOME": str(folder), "SECRET": "s", **more})


async def test_a_command_is_given_the_text_without_a_shell_and_with_little_around_it(tmp_path: Path) -> None:
    put(tmp_path, "page", f'{{ pwd; echo "$1|$2|$SECRET"; cat; }} > {tmp_path}/told')
    text = "look; $(rm -rf /) `x`\x1b]52;c;eA==\x07\nat it"
    assert await notifier(tmp_path).tell("T", text, ("page", "--to={title}", "{text}")) == "told by page"
    told = (tmp_path / "told").read_text()
    shown = "look; $(rm -rf /) `x`␛]52;c;eA==␇⏎at it"
    assert told == f"/\n--to=T|{shown}|\nT\n{shown}\n"


async def test_what_fails_is_said_and_never_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify, "SECONDS", 0.2)
    put(tmp_path, "slow", "exec sleep 60")
    put(tmp_path, "bad", "exit 3")
    at = notifier(tmp_path)
    assert await at.tell("T", "x", ("slow",)) == "slow took more than 0 s and was ended"
    assert await at.tell("T", "x", ("bad",)) == "bad failed with status 3"
    assert "not on the PATH" in await at.tell("T", "x", ("/nowhere/page",))
    assert "does not start" in await at.tell("T", "x", ("bad", "a\0b"))


async def test_without_a_command_the_desktop_tells_where_there_is_one(tmp_path: Path) -> None:
    put(tmp_path, "notify-send", f'printf "%s\\n" "$@" > {tmp_path}/told')
    assert "on the board alone" in await notifier(tmp_path).tell("T", "x")
    assert await notifier(tmp_path, DISPLAY=":1").tell("T", "-x") == "told by notify-send"
    assert (tmp_path / "told").read_text() == "--app-name=Headgate\n--\nT\n-x\n"
