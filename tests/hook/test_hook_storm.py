"""Two hundred hooks at once, against a scripted core: none lost, none answered wrongly, none open."""

import json
import subprocess
import time

from tests.hook.hook_world import HookWorld, ended
from tests.promises import attacks

pytestmark = attacks("closed", "load")

HOOKS = 200
MOST_SECONDS = 150


def test_each_of_two_hundred_hooks_hears_its_own_answer(house: HookWorld) -> None:
    hooks: dict[int, subprocess.Popen[bytes]] = {}
    for number in range(HOOKS):
        event = house.event("Bash", {"command": f"git push origin topic-{number}"}, session_id=f"s-{number}")
        hooks[number] = house.start(event, bare=True)
    answered: set[str] = set()
    until = time.monotonic() + MOST_SECONDS
    while len(answered) < HOOKS and time.monotonic() < until:
        for path in (house.house / "spool/requests").glob("[!.]*.json"):
            if path.stem in answered:
                continue
            try:
                question = json.loads(path.read_text())
            except FileNotFoundError:
                continue
            number = int(question["session"].removeprefix("s-"))
            house.answer(question, "approve" if number % 3 else "deny", reason=f"for {number}")
            answered.add(path.stem)
        time.sleep(0.02)
    assert len(answered) == HOOKS
    for number, hook in hooks.items():
        done = ended(hook)
        assert (done.allowed, done.denied) == (bool(number % 3), not number % 3), (number, done)
        assert done.allowed or f"for {number}" in done.err
    assert house.questions() == []
    lines = {seen["session"]: seen for seen in house.calls()}
    assert len(lines) == len(house.calls()) == HOOKS
    assert all(seen["outcome"] == "human" and seen["request"] in answered for seen in lines.values())
    assert sorted(path.name for path in (house.house / "spool/requests").iterdir()) == []
