"""The policy in force: a mistake loosens nothing, across restarts too, and the board says which line is wrong."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from state.findings.policy_change import policy_change
from state.policies import IN_FORCE, Policies
from state.ports import PolicyFound, Problem
from state.runs.run import Run, run_key
from state.runs.worktree import ChangedFile, Worktree

GOOD = 'schema = 1\n[[rule]]\nid = "a"\ncommands = ["make x"]\nthen = "deny"\nbecause = "b"\n'
STRICTER = GOOD.replace("make x", "make *")
BAD = GOOD.replace("because", "becuase")


def blob_of(text: str) -> str:
    data = text.encode()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


class Branch:
    """A base branch whose policy a test commits; it notes which blob the reader knew."""

    def __init__(self) -> None:
        self.text: str | None = None
        self.problem: Problem | None = None
        self.known: list[str | None] = []

    async def read(self, known: str | None = None) -> PolicyFound | Problem | None:
        self.known.append(known)
        if self.problem is not None:
            return self.problem
        if self.text is None:
            return None
        blob = blob_of(self.text)
        return PolicyFound(blob, None if blob == known else self.text, "policy.toml on main")


@pytest.fixture
def branch() -> Branch:
    return Branch()


def written(folder: Path, name: str) -> dict[str, object]:
    return json.loads((folder / "policy" / f"{name}.json").read_text())


async def test_the_shipped_policy_is_in_force_where_there_is_none(tmp_path: Path, branch: Branch) -> None:
    policies = Policies(tmp_path, branch)
    await policies.look()
    assert policies.in_force.blob == "default" and policies.problems() == ()
    assert written(tmp_path, "default")["blob"] == "default"


async def test_a_committed_policy_comes_into_force_and_is_written_for_hooks(tmp_path: Path, branch: Branch) -> None:
    policies = Policies(tmp_path, branch, ["/var/hg"])
    branch.text = GOOD
    assert await policies.look()
    assert not await policies.look()
    assert policies.in_force.blob == blob_of(GOOD)
    rules = [rule["id"] for rule in written(tmp_path, blob_of(GOOD))["rules"]]  # type: ignore[index,attr-defined]
    assert rules[0] == "a" and "self-places-here" in rules
    assert branch.known == ["default", blob_of(GOOD)]
    assert (tmp_path / "policy").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "policy" / "default.json").stat().st_mode & 0o777 == 0o600


async def test_a_refused_file_leaves_the_last_good_one_in_force_and_says_the_line(
    tmp_path: Path, branch: Branch
) -> None:
    policies = Policies(tmp_path, branch)
    branch.text = GOOD
    await policies.look()
    branch.text = BAD
    assert await policies.look()
    assert policies.in_force.blob == blob_of(GOOD)
    (problem,) = policies.problems()
    assert "policy.toml on main:6: rule a: the key `becuase` is not known" in problem.text
    assert "did you mean `because`?" in problem.remedy and blob_of(GOOD)[:8] in problem.remedy
    branch.text = STRICTER
    assert await policies.look()
    assert (policies.in_force.blob, policies.problems()) == (blob_of(STRICTER), ())


async def test_the_last_good_policy_outlives_a_restart(tmp_path: Path, branch: Branch) -> None:
    branch.text = GOOD
    await Policies(tmp_path, branch).look()
    branch.text = BAD
    again = Policies(tmp_path, branch)
    assert again.in_force.blob == blob_of(GOOD)
    await again.look()
    assert again.in_force.blob == blob_of(GOOD) and again.problems()
    branch.problem = Problem("git", "git hangs", "wait")
    third = Policies(tmp_path, branch)
    await third.look()
    assert third.in_force.blob == blob_of(GOOD) and third.problems()[0].text == "git hangs"


async def test_a_kept_text_that_was_written_over_is_not_taken_up(tmp_path: Path, branch: Branch) -> None:
    branch.text = GOOD
    await Policies(tmp_path, branch).look()
    kept = tmp_path / "policy" / f"{blob_of(GOOD)}.text.json"
    kept.write_text(json.dumps({"text": GOOD.replace("deny", "allow"), "name": "x"}))
    assert Policies(tmp_path, branch).in_force.blob == "default"
    (tmp_path / "policy" / f"{IN_FORCE}").write_text("[1]")
    assert Policies(tmp_path, branch).in_force.blob == "default"


async def test_a_policy_that_is_taken_back_brings_the_shipped_one_into_force(tmp_path: Path, branch: Branch) -> None:
    policies = Policies(tmp_path, branch)
    branch.text = GOOD
    await policies.look()
    branch.text = None
    assert await policies.look()
    assert policies.in_force.blob == "default"


async def test_a_run_keeps_the_policy_that_it_began_with(tmp_path: Path, branch: Branch) -> None:
    policies = Policies(tmp_path, branch)
    branch.text = GOOD
    await policies.look()
    branch.text = STRICTER
    await policies.look()
    assert written(tmp_path, blob_of(GOOD))["blob"] == blob_of(GOOD)


async def test_a_verb_that_only_looks_writes_nothing(tmp_path: Path, branch: Branch) -> None:
    branch.text = GOOD
    policies = Policies(tmp_path, branch)
    await policies.look(publish=False)
    assert policies.in_force.blob == blob_of(GOOD) and not (tmp_path / "policy").exists()


async def test_what_a_hook_s_file_lost_is_written_again(tmp_path: Path, branch: Branch) -> None:
    policies = Policies(tmp_path, branch)
    await policies.look()
    (tmp_path / "policy" / "default.json").write_text("{}")
    await policies.look()
    assert written(tmp_path, "default")["blob"] == "default"


async def test_a_folder_that_cannot_be_written_is_an_error_and_no_policy(tmp_path: Path, branch: Branch) -> None:
    (tmp_path / "policy").write_text("in the way")
    with pytest.raises(OSError, match="exists"):
        await Policies(tmp_path, branch).look()


async def test_a_policy_that_hooks_could_not_load_is_refused(tmp_path: Path, branch: Branch) -> None:
    rule = '[[rule]]\nid = "r{}"\npaths = ["risk:access", "risk:agent-rules", "risk:pipeline", "risk:infrastructure"]\n'
    rules = "".join(rule.format(at) + 'then = "deny"\nbecause = "b"\n' for at in range(450))
    branch.text = f"schema = 1\n{rules}"
    policies = Policies(tmp_path, branch)
    await policies.look()
    assert policies.in_force.blob == "default"
    assert all(path.stat().st_size < 1 << 20 for path in (tmp_path / "policy").iterdir())
    assert "too long for hooks" in policies.problems()[0].text


@pytest.mark.parametrize("committed", [True, False])
def test_a_change_to_the_policy_in_a_worktree_is_a_finding(committed: bool) -> None:
    run = Run(key=run_key("codex", "one"), agent="codex", session="one")
    changed = ChangedFile(".headgate/policy.toml", "modified", 1, 1, committed, 7.0)
    (found,) = policy_change(run, Worktree("/w/a", "/g", files=(changed,)))
    assert (found.kind, found.severity, found.evidence[0].log) == (
        "policy_change",
        "warn",
        "/w/a/.headgate/policy.toml",
    )
    assert list(policy_change(run, Worktree("/w/a", "/g", files=(ChangedFile("a.py", "modified"),)))) == []
    assert list(policy_change(run, None)) == []


async def test_an_old_policy_is_forgotten_unless_a_run_began_with_it(
    tmp_path: Path, branch: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("state.policies._KEPT", 1)
    texts = [GOOD.replace("make x", f"make {name}") for name in "abc"]
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "one.json").write_text(json.dumps({"policy": blob_of(texts[0])}))
    policies = Policies(tmp_path, branch)
    for number, text in enumerate(texts):
        branch.text = text
        await policies.look()
        os.utime(tmp_path / "policy" / f"{blob_of(text)}.text.json", (number, number))
    await policies.look()
    kept = {path.name.removesuffix(".text.json") for path in (tmp_path / "policy").glob("*.text.json")}
    assert kept == {blob_of(texts[0]), blob_of(texts[2])}
    assert not (tmp_path / "policy" / f"{blob_of(texts[1])}.json").exists()
