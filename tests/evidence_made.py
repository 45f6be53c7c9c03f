"""A change, a log and what stands around them, made by hand for tests of evidence; nothing here touches a disk."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from state.checks.check import CheckResult
from state.evidence.building import Material
from state.evidence.ground import Ground
from state.evidence.history import History, Telling
from state.evidence.proposal import DiffLine, FileChange, FileDiff, Hunk, Proposal
from state.policy.rule import Policy
from state.runs import event as ev
from state.runs.run import Origin, Run, RunKey
from state.runs.worktree import ChangedFile, Worktree

KEY = RunKey("0123456789")
TOP = "/w/one"
LOG = "/logs/one.jsonl"
POLICY = Policy("default", ())
HEAD, TREE = "4" * 40, "7" * 40


def at(seconds: float) -> Origin:
    """Give the record that was written at a time; its offset tells it apart."""
    return Origin(LOG, round(seconds * 10), seconds)


def command(line: str, seconds: float = 100.0, *, failed: bool | None = False, tool: str = "Bash") -> list[ev.Event]:
    """Give the events of one call, with its end unless `failed` is None."""
    name = f"{line}-{seconds}"
    begun: list[ev.Event] = [ev.ToolBegun(KEY, at(seconds), name, tool, line)]
    return begun if failed is None else [*begun, ev.ToolEnded(KEY, at(seconds + 5), name, failed, "…")]


def suite_ran(
    line: str = "uv run pytest -q",
    seconds: float = 100.0,
    passed: int | None = 212,
    failed: int | None = 0,
    **facts: Any,
) -> list[ev.Event]:
    """Give the events of a test run that began at a time and took five seconds."""
    state = "failed" if failed else "passed"
    told: dict[str, Any] = {
        "state": state,
        "runner": "pytest",
        "passed": passed,
        "failed": failed,
        "skipped": 3,
        "failing": ("test_a",) if failed else (),
        "signature": "",
        "command": line,
        "why": "its summary",
        **facts,
    }
    ran = ev.TestsRan(KEY, at(seconds + 5), **{**told, "since": seconds})
    return [*command(line, seconds, failed=bool(failed)), ran]


def edited(path: str = "a.py", seconds: float = 50.0) -> list[ev.Event]:
    """Give the event of an edit in the worktree."""
    return [ev.FileEdited(KEY, at(seconds), f"{TOP}/{path}")]


def history(*events: Sequence[ev.Event], words: str = "") -> History:
    """Give what a log of these events tells."""
    telling = Telling()
    for some in events:
        telling.take(some)
    return telling.told(words)


def changed(path: str, *, status: Any = "modified", added: int = 3, deleted: int = 1, **facts: Any) -> FileChange:
    """Give one changed path."""
    return FileChange(path, status, added=added, deleted=deleted, **facts)


def differs(path: str, *lines: str, status: Any = "modified") -> FileDiff:
    """Give the difference of a path, its lines as `diff` prints them: with +, - or a space before each."""
    kinds = {"+": "added", "-": "deleted", " ": "same"}
    told = tuple(
        DiffLine(kinds[line[0]], line[1:], number, number)  # type: ignore[arg-type]
        for number, line in enumerate(lines, 1)
    )
    return FileDiff(changed(path, status=status), (Hunk(f"h-{path}", "@@", told),))


def proposal(*files: FileChange, **facts: Any) -> Proposal:
    """Give a change of these files that merges cleanly onto a base that did not move."""
    told: dict[str, Any] = {
        "run": KEY,
        "branch": "feat/one",
        "target": "refs/heads/main",
        "base": "1" * 40,
        "fork": "1" * 40,
        "head": HEAD,
        "base_tree": "6" * 40,
        "head_tree": TREE,
        "tree": TREE,
        "patch_id": "9" * 40,
        "diff_sha": "8" * 64,
        "files": files or (changed("a.py"),),
        "commits": 2,
        **facts,
    }
    return Proposal(**told)


def ground(told: History, *diffs: FileDiff, results: tuple[CheckResult, ...] = (), **facts: Any) -> Ground:
    """Give what claims are held to: files were written at 60 seconds, tests run at 100."""
    files = tuple(one.change for one in diffs) or (changed("a.py"),)
    tree = Worktree(TOP, "", files=(ChangedFile("a.py", "modified", written_at=60.0),))
    return Ground(told, proposal(*files, **facts), diffs, results, tree, TOP)


def checked(state: Any = "passed", passed: int | None = 212, failed: int | None = 0) -> CheckResult:
    """Give what a required check came to on the tree."""
    told = CheckResult("tests", "pytest", TREE, "default", "E1", state, 1.0, 2.0, 0)
    return replace(told, passed=passed, failed=failed)


def a_run(**facts: Any) -> Run:
    """Give a run of Claude Code in the worktree."""
    told: dict[str, Any] = {
        "worktree": TOP,
        "log": LOG,
        "model": "claude-opus-4-7",
        "models": ("claude-opus-4-7",),
        "version": "2.1.9",
        "context_version": "ab12cd34",
        "title": "mend the parser",
        **facts,
    }
    return Run(KEY, "claude-code", "one", **told)


def material(*events: Sequence[ev.Event], words: str = "", run: Run | None = None, **facts: Any) -> Material:
    """Give what a package is made of."""
    told: dict[str, Any] = {"proposal": proposal(), "policy": POLICY, "now": 1000.0, **facts}
    return Material(run or a_run(), history=history(*events, words=words), **told)
