"""Every sentence of a change's page and of its diff: who says what, what is lacking, and what keys do about it."""

from collections.abc import Mapping, Sequence

from state.approval.approval import Approval
from state.board import ChangeDetail
from state.checks.check import CheckResult
from state.evidence.package import Claim, Mark, PartName, Verdict
from state.evidence.proposal import FileChange, Nature, Status
from state.figures import minutes
from state.release.item import Item
from tui.bound_keys import key
from tui.wording import ago, many

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
NOTHING_TO_FOLD = "there is nothing to fold here: go to a file, a hunk or a line"
NOT_FOLDED = "what is folded was not searched"
NO_WORKTREE_HERE = "this run has no worktree that is known"
NO_CONTENT = "it is another repository's commit, and no file"
NO_FILE_HERE = "go to a file first: the editor is given that file, as it is in the tree that is shown"
LIVE_TITLE = "Diff as it is now"
READING_LIVE = "the worktree is read as it is now"
FIXED = "a package's text stays as it is: b on the change's page takes the branch in anew"
NOT_COMMITTED = "not all of it is committed"

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


def live_told(branch: str, base_ref: str, clock: str, loose: int, unread: Sequence[str]) -> str:
    """Say what is compared with what where a run is still at work."""
    base = short_ref(base_ref) if base_ref else "its last commit"
    kept = f"{many(loose, 'file')} not committed" if loose else "all committed"
    left = f" · not looked into: {unread[0]}" + (f" and {len(unread) - 1} more" if unread[1:] else "") if unread else ""
    return f"{branch} as it was at {clock}, against {base} · {kept}{left}"


def not_in_diff(path: str) -> str:
    """Say that a file does not differ."""
    return f"{path} does not differ from the base any more"


def folded_said(lines: int) -> str:
    """Say how much is folded away."""
    return f"… {many(lines, 'line')} folded"


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

DECIDE_TITLE, CLAIMS_TITLE, CHECKS_TITLE = "Decide", "Claims against its log", "Required checks"
TESTS_TITLE, RISK_TITLE, PLAN_TITLE = "Tests by its log", "Risk", "Plan against diff"
NOTES_TITLE, REVIEWS_TITLE = "Questions and notes", "Review by another family"
PROVENANCE_TITLE, COST_TITLE, UNCOMMITTED_TITLE = "Provenance", "Cost", "No part of it"
APPROVALS_TITLE, AFTER_TITLE, BOUND_TITLE = "Approvals", "After the merge", "Bound to"
CHECKS_MORE = "on the merge tree; no proof against hostile code"
TESTS_MORE = "its own words about itself"
REVIEWS_MORE = "advice, checked by nobody"
NO_WALLS = "no walls told"
NO_REVIEW = "no review by a model of another family"
NO_APPROVAL = "nobody has approved it"
UNPLANNED, UNTOUCHED = "not in its plan", "planned, not touched"
WANTED = "the policy wants it"
NOT_ASKED = "no request: nobody was asked to approve this state of it"
UNMET_UNKNOWN = "whether the policy is met is found out when you approve"
NOTHING_UNMET = "everything that the policy wants is met"
CHANGE_TITLE = "Change"
MERGE_GATE = "merge gate"
NO_DIFF_YET = "its text is still being read"
NOT_OPEN = "nobody asks for an approval of this state of it"
NO_MERGE_YET = "it is not approved"
MERGING = "it is being merged"
MERGED = "it is merged"
CHECKING = "checks run already"
NOT_CHECKING = "no check runs"
CONFLICTED = "it conflicts with its target"
NO_TREE = "there is no tree to check: it conflicts with its target"
NO_DECISION_BEFORE = "nothing of this change was decided before"
NO_OTHER_CHANGE = "no other change waits"
RANGE_TITLE = "Range-diff since your last decision"
ITEM_WORDS: Mapping[str, str] = {
    "rollout": "rollout",
    "rollback": "rollback trigger",
    "follow_up": "follow-up",
    "defect": "defect",
    "artefact": "lasting thing",
}
CHECK_WORDS: Mapping[str, str] = {
    "waiting": "waits",
    "running": "runs",
    "passed": "passed",
    "failed": "FAILED",
    "none_ran": "ended, and no test ran",
    "timed_out": "TIMED OUT",
    "cancelled": "was ended by a human",
    "broken": "could not be run",
}
LEVEL_WORDS: Mapping[str, str] = {
    "declared": "declared: a row, no signature",
    "signed": "signed with a key",
    "touched": "signed, key touched",
    "verified": "signed, key touched, PIN given",
}


def no_change_more() -> str:
    """Say which key makes a package of a change."""
    return f"{key('rebuild')} takes the branch in and builds it; uncommitted work is no part of it"


def diff_more() -> str:
    """Say which key opens the diff."""
    return f"{key('open_diff')} opens it"


def no_checks() -> str:
    """Say that no check ran, and the key that runs them."""
    return f"no required check ran on this tree: {key('run_checks')} runs those that the policy names"


def open_diff_first() -> str:
    """Say that the diff has to be opened before an approval."""
    return f"open its diff first: {key('open_diff')}"


def approve_on_its_page() -> str:
    """Say where a change is decided."""
    return f"a change is decided on its own page: {key('request_evidence')}"


def short_ref(ref: str) -> str:
    """Give a ref without what all have."""
    return ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")


def commits_said(commits: int, base: str, head: str) -> str:
    """Say how many commits a change has, and from where to where."""
    return f"{many(commits, 'commit')} · base {base[:7]} · head {head[:7]}"


def freshness(packaged: str, head: str | None) -> str:
    """Say whether a package is of the branch as it is now."""
    if head is None:
        return "whether it is fresh is not known"
    return "fresh" if head == packaged else f"STALE: the branch is at {head[:7]} now, {key('rebuild')} reads it again"


def conflicting(paths: Sequence[str]) -> str:
    """Say which paths conflict."""
    more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    return f"conflicts with its target in {', '.join(paths[:3])}{more}"


def hidden_said(count: int) -> str:
    """Say that a diff holds what cannot be seen."""
    return f"{many(count, 'character that cannot be seen', 'characters that cannot be seen')} in its text, marked there"


def claims_counted(claims: Sequence[Claim]) -> str:
    """Say how many claims hold."""
    if not claims:
        return "none found"
    counted = ((sum(one.verdict == verdict for one in claims), sign) for verdict, sign in _SIGNS)
    return " ".join(f"{count}{sign}" for count, sign in counted if count)


_SIGNS: tuple[tuple[Verdict, str], ...] = (("verified", "✔"), ("contradicted", "✘"), ("unverifiable", "?"))


def check_said(one: CheckResult, now: float) -> str:
    """Say what a check came to, of which grade, and how long it took."""
    counts = [
        f"{count} {word}"
        for count, word in ((one.passed, "passed"), (one.failed, "failed"), (one.skipped, "skipped"))
        if count is not None
    ]
    took = f"{(now if one.ended is None else one.ended) - one.began:.0f}s"
    when = f" · {ago(one.ended, now)}" if one.ended is not None else ""
    told = f" · {', '.join(counts)}" if counts else ""
    return f"{one.name} {CHECK_WORDS[one.state]} · {one.grade}{told} · {took}{when}"


def and_more(count: int) -> str:
    """Say how many more there are."""
    return f"and {count} more"


def plan_counted(untouched: int, unplanned: int) -> str:
    """Say how far plan and change agree."""
    if not untouched and not unplanned:
        return "they agree, as far as the plan names files"
    return f"{unplanned} unplanned, {untouched} untouched"


def change_counted(files: int, added: int, deleted: int, hunks: str) -> str:
    """Say how large a change is."""
    return f"{many(files, 'file')} · +{added} −{deleted}" + (f" · {hunks}" if hunks else "")


def uncommitted_counted(count: int) -> str:
    """Say how many paths are not committed."""
    return f"{many(count, 'path')} uncommitted: not shown, not checked, not merged"


def approval_said(one: Approval, now: float) -> str:
    """Say who approved how surely, and what became of it."""
    if one.merge:
        state = f"merged as {one.merge[:7]}"
    elif one.void:
        state = "VOID"
    elif one.expires <= now:
        state = "EXPIRED"
    else:
        state = f"counts for {minutes(one.expires - now)}"
    return f"{one.by} · {LEVEL_WORDS[one.level]} · {ago(one.at, now)} · {state}"


def void_said(why: str) -> str:
    """Say why an approval counts no more."""
    return f"counts no more: {why}"


def item_by(one: Item, now: float) -> str:
    """Say who said something of a merged change last, and how it stands."""
    who = one.by or "Headgate proposes it"
    return f"{one.state} · {who} · {ago(one.at, now)}"


def state_of(change: ChangeDetail, now: float) -> str:
    """Say in a few words where a change stands at its gate."""
    merged = next((one for one in change.approvals if one.merge), None)
    if merged is not None:
        return f"merged as {(merged.merge or '')[:7]}"
    valid = next((one for one in change.approvals if not one.void and one.expires > now), None)
    if valid is not None:
        return f"approved by {valid.by}: {key('merge_change')} merges it"
    request = change.request
    if request is None:
        return "nobody is asked"
    return "waits for you" if request.state == "open" else request.state


def waiting_said(opened: float | None, now: float) -> str:
    """Say how long a change has waited."""
    return "" if opened is None else f"{minutes(now - opened)} waiting"


def waiting_ends(opened: float | None, now: float) -> float:
    """Give the time at which `waiting_said` next reads differently."""
    return float("inf") if opened is None else now + 60.0 - (now - opened) % 60.0 + 0.002


def merge_asks(pressed: str, run: str, change: str, target: str) -> str:
    """Say what a second press of the key does."""
    return f"{pressed} again merges {change} of run {run} into {target}"


def merge_undone() -> str:
    """Say that a first press came to nothing."""
    return "nothing was merged"


def place_of(number: int, total: int) -> str:
    """Say which of the changes that wait this is."""
    return (
        f"{number} of {total}" if number else many(total, "other waits", "others wait") if total else "no change waits"
    )


def to_approve(diff: bool, reason: bool) -> str:
    """Say what an approval still needs."""
    parts = [*([f"open its diff ({key('open_diff')})"] if diff else []), *(["type a reason"] if reason else [])]
    return f"to approve: {' and '.join(parts)}" if parts else f"{key('approve')} approves exactly this change"


def lacks_said(texts: Sequence[str]) -> str:
    """Say what keeps a change from being approved."""
    more = f" and {len(texts) - 1} more" if len(texts) > 1 else ""
    return f"not met: {texts[0]}{more}"


def needs_signature(level: str) -> str:
    """Say that an approval has to be signed."""
    return f"the policy wants it {level}: your key asks on this terminal"


NO_KEY = "the policy wants it signed, and no key is named: `approve.key` in config.toml, or headgate approve --key FILE"
NO_TERMINAL_FOR_KEY = "this terminal cannot be given to a key: headgate approve REQUEST --key FILE"
OTHER_STATED = "the core stated something else than what stands here; nothing was approved"


def nothing_stated(said: str) -> str:
    """Say that the core gave no statement."""
    return f"the core gave no statement to approve: {said}"
