"""Every sentence of a change's page and of its diff: who says what, what is lacking, and what keys do about it."""

from collections.abc import Mapping

from state.evidence.package import Mark, PartName, Verdict
from state.evidence.proposal import FileChange, Nature, Status
from tui.wording import many

DIFF_TITLE = "Diff"
READING_DIFF = "the change is read from the authority store"
NO_AUTHORITY = "this board has no authority store to read the change from"
NO_CHANGE = "no package was made of this run's change yet"
NOTHING_DIFFERS = "nothing differs: merging it would change no file"
NOTHING_NEW = "nothing has changed since you looked last"
FILES_TITLE = "files"
SEEN_MARK, UNSEEN_MARK = "✔ seen", "○ not seen"
ONLY_NEW = "only what changed since you looked last"
WHOLE = "the whole change"
MORE_MARK = "┊"

STATUS_WORDS: Mapping[Status, str] = {
    "added": "added",
    "modified": "changed",
    "deleted": "deleted",
    "mode": "mode only",
    "type": "became another kind",
}
NATURE_WORDS: Mapping[Nature, str] = {
    "text": "",
    "binary": "binary: its bytes cannot be shown as lines",
    "symlink": "symbolic link",
    "submodule": "submodule: another repository's commit is named, and none of its text is here",
}
_MODES = {"100644": "file", "100755": "executable", "120000": "symbolic link", "160000": "submodule", "": "nothing"}


def mode_said(change: FileChange) -> str:
    """Say what became of a path's mode; "" where it is the same and ordinary."""
    if change.old_mode == change.new_mode:
        return "" if change.new_mode in ("100644", "") else _mode(change.new_mode)
    if not change.old_mode and change.new_mode == "100644":
        return ""
    if not change.new_mode and change.old_mode == "100644":
        return ""
    return f"{_mode(change.old_mode)} → {_mode(change.new_mode)}"


def _mode(mode: str) -> str:
    word = _MODES.get(mode)
    return f"{word} {mode}".rstrip() if word else f"mode {mode}"


def submodule_said(change: FileChange) -> str:
    """Say which commits a submodule goes from and to."""
    return f"commit {change.old_blob[:12] or 'none'} → {change.new_blob[:12] or 'none'}"


def target_said(target: str) -> str:
    """Say where a symbolic link leads."""
    return f"leads to {target}"


def renamed_said(path: str) -> str:
    """Say which path a file may have been; it is a hint only."""
    return f"may have been {path} (a hint: both paths are shown)"


def left_out_said(why: str) -> str:
    """Say that something of a file is not shown."""
    return f"NOT SHOWN: {why}"


def seen_counted(seen: int, total: int) -> str:
    """Say how many hunks were seen."""
    return f"{seen} of {many(total, 'hunk')} seen"


def place_said(file: int, files: int, hunk: int, hunks: int) -> str:
    """Say where in a diff the cursor stands."""
    return f"file {file}/{files}" + (f" · hunk {hunk}/{hunks}" if hunks else "")


MARK_WORDS: Mapping[Mark, str] = {
    "observed": "observed",
    "verified": "verified",
    "claimed": "claimed",
    "human": "human",
    "missing": "MISSING",
}
MARK_MEANS: Mapping[Mark, str] = {
    "observed": "Headgate saw it",
    "verified": "Headgate ran it",
    "claimed": "the agent says it",
    "human": "a human said it",
    "missing": "nobody says it",
}
VERDICT_WORDS: Mapping[Verdict, str] = {
    "verified": "its log bears it out",
    "contradicted": "its log says otherwise",
    "unverifiable": "nothing tells",
}
PART_WORDS: Mapping[PartName, str] = {
    "plan": "plan",
    "diff_summary": "summary",
    "tests_run": "tests run",
    "failing_tests": "failing",
    "unresolved_questions": "unresolved",
    "risk": "risk",
    "security": "security",
    "performance": "performance",
    "rollout": "rollout",
    "rollback": "rollback",
    "model_and_context": "model",
    "tool_actions": "tools",
}
