"""Real clients on a spool that cannot be used: what is not written down does not run."""

from pathlib import Path

import pytest

from tests.hook.clients import DESTRUCTIVE, real
from tests.hook.supervised import ended_well, in_own_mounts, policy, supervised

MAIN = ("claude-code", "codex")
READ = {"text": "I look.", "tool": {"kind": "bash", "command": "cat a.py"}}
DELETE = {"text": "I clean up.", "tool": {"kind": "bash", "command": DESTRUCTIVE}}
FULL = "mount -t tmpfs -o size=16k,mode=0700 none {spool} && mkdir -m 700 {spool}/calls {spool}/requests && cat /dev/zero > {spool}/fill"
CLOSED = "mount --bind {house} {house} && mount -o remount,bind,ro {house}"


@pytest.mark.parametrize(("fault", "script"), [("full", FULL), ("read-only", CLOSED)])
@real(*MAIN)
def test_what_cannot_be_written_down_does_not_run(
    tmp_path: Path, client: tuple[str, str], fault: str, script: str
) -> None:
    with supervised(tmp_path, client, policy("allow").replace('"allow"', '"escalate"')) as place:
        mounts = script.format(house=place.house, spool=place.house / "spool")
        if fault == "full":
            mounts = f"({mounts.replace('cat /dev/zero', 'cat /dev/zero 2>/dev/null')} || true)"
        with in_own_mounts(place, mounts):
            ended_well(place, place.lab.run())
        assert place.lab.survived
        assert "Headgate" in place.lab.told()


@pytest.mark.parametrize("what", ["spool", "house", "state"])
@real(*MAIN)
def test_a_spool_that_is_gone_opens_no_gate(tmp_path: Path, client: tuple[str, str], what: str) -> None:
    with supervised(tmp_path, client, policy("escalate"), core=False) as place:
        place.world.headgate("index")
        gone = {"spool": place.house / "spool", "house": place.house, "state": place.world.state}[what]
        gone.rename(tmp_path / "gone")
        ended_well(place, place.lab.run())
        if what == "spool":
            assert place.lab.survived
        print(what, place.lab.survived, place.lab.told())


@pytest.mark.parametrize("turns", [(READ, DELETE)])
@real(*MAIN)
def test_plain_reads_go_on_while_the_spool_is_read_only(
    tmp_path: Path, client: tuple[str, str], turns: tuple[dict[str, object], ...]
) -> None:
    with supervised(tmp_path, client, policy("deny"), *turns) as place:
        with in_own_mounts(place, CLOSED.format(house=place.house)):
            ended_well(place, place.lab.run())
        told = [one["last_tool_result"] for one in place.lab.asked()]
        print("TOLD", told)
        assert any("print(1)" in words for words in told)
        assert place.lab.survived
