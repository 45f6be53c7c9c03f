"""Real clients on a spool that cannot be used: what is not written down does not run."""

from pathlib import Path
from typing import Any

import pytest

from tests.clients.found import real
from tests.clients.lab import DESTRUCTIVE
from tests.clients.supervised import ended_well, in_own_mounts, policy, supervised
from tests.clients.table import shows

pytestmark = pytest.mark.timeout(600)
MAIN = ("claude-code", "codex")
DELETE = {"text": "I clean up.", "tool": {"kind": "bash", "command": DESTRUCTIVE}}
TAMPER = {"text": "I change a setting.", "tool": {"kind": "bash", "command": "echo '{}' > .claude/settings.json"}}
FULL = (
    "mount -t tmpfs -o size=16k,mode=0700 none {spool} && mkdir -m 700 {spool}/calls {spool}/requests && "
    "{{ cat /dev/zero > {spool}/fill 2>/dev/null || true; }}"
)
READ_ONLY = "mount --bind {house} {house} && mount -o remount,bind,ro {house}"


@shows("spool")
@pytest.mark.parametrize("fault", ["full", "read-only"])
@real(*MAIN)
def test_what_cannot_be_written_down_does_not_run(tmp_path: Path, client: tuple[str, str], fault: str) -> None:
    with supervised(tmp_path, client, policy("escalate")) as place:
        script = FULL if fault == "full" else READ_ONLY
        with in_own_mounts(place, script.format(house=place.house, spool=place.house / "spool")):
            ended_well(place, place.lab.run())
        assert place.lab.survived
        assert "Headgate cannot decide this call, and so denies it" in place.lab.told()


@shows("spool-gone")
@real(*MAIN)
def test_a_spool_that_is_gone_opens_no_gate(tmp_path: Path, client: tuple[str, str]) -> None:
    with supervised(tmp_path, client, policy("escalate"), core=False) as place:
        (place.house / "spool").rename(tmp_path / "gone")
        ended_well(place, place.lab.run())
        assert place.lab.survived
        assert "Headgate" in place.lab.told()


@shows("spool-gone")
@pytest.mark.parametrize("what", ["house", "state"])
@real(*MAIN)
def test_with_all_of_headgates_own_gone_the_shipped_policy_holds(
    tmp_path: Path, client: tuple[str, str], what: str
) -> None:
    # The repository's own rules are gone with it: nothing but the state directory names them to a hook.
    with supervised(tmp_path, client, policy("deny"), TAMPER, core=False) as place:
        (place.lab.worktree / ".claude").mkdir()
        (place.house if what == "house" else place.world.state).rename(tmp_path / "gone")
        ended_well(place, place.lab.run())
        assert not (place.lab.worktree / ".claude" / "settings.json").exists()
        assert "by the rule self-settings" in place.lab.told()


@shows("reads")
@real("claude-code")
def test_plain_reads_go_on_while_nothing_can_be_written(tmp_path: Path, client: tuple[str, str]) -> None:
    read: dict[str, Any] = {"text": "I look.", "tool": {"kind": "read", "path": str(tmp_path / "wt" / "one" / "a.py")}}
    with supervised(tmp_path, client, policy("deny"), read, DELETE) as place:
        with in_own_mounts(place, READ_ONLY.format(house=place.house)):
            ended_well(place, place.lab.run())
        assert any("print(1)" in one["last_tool_result"] for one in place.lab.asked())
        assert place.lab.survived
