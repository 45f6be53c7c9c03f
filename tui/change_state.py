"""What of a change follows for the keys on its page: which cannot be used now, and why. Values in, values out."""

import re
from collections.abc import Iterable, Sequence

from state.approval.approval import Approval
from state.board import ChangeDetail
from state.evidence.package import Package
from state.evidence.proposal import FileDiff
from tui import wording_review as words

_HIDDEN = re.compile("⦃U\\+[0-9A-F]{4,6}⦄|[\u2400-\u241f\u2421]")


def valid_approval(change: ChangeDetail, now: float) -> Approval | None:
    """Give the approval that counts now and was not used up, None where there is none."""
    return next((one for one in change.approvals if not one.void and one.merge is None and one.expires > now), None)


def last_decided(change: ChangeDetail) -> Package | None:
    """Give the package that a human decided on last, if it is another than the newest one."""
    decided = {one.sha for one in change.requests if one.gate == "merge" and one.decision is not None}
    return next((one for one in change.packages[1:] if one.sha in decided), None)


def hidden_in(diffs: Sequence[FileDiff]) -> int:
    """Count the characters of a change's text that cannot be seen, in what is added and in its paths."""
    return sum(len(_HIDDEN.findall(text)) for text in _texts(diffs))


def _texts(diffs: Sequence[FileDiff]) -> Iterable[str]:
    for one in diffs:
        yield one.change.path
        yield from (line.text for hunk in one.hunks for line in hunk.lines if line.kind == "added")


def barred(change: ChangeDetail, now: float, waiting: int, no_diff: str) -> dict[str, str]:
    """Say by its id why a command of the page cannot be used now."""
    package = change.package
    found: dict[str, str] = {}
    if package is None:
        found |= dict.fromkeys(("open_diff", "run_checks", "line_origin"), words.NO_CHANGE)
    elif package.proposal.tree is None:
        found["run_checks"] = words.NO_TREE
    if no_diff and package is not None and no_diff != words.NO_DIFF_YET:
        found["open_diff"] = no_diff
    checking = any(one.kind == "check" and one.state == "under_way" for one in change.acts)
    found |= {"run_checks": words.CHECKING} if checking else {"end_checks": words.NOT_CHECKING}
    if why := _no_merge(change, now):
        found["merge_change"] = why
    if last_decided(change) is None:
        found["since_decided"] = words.NO_DECISION_BEFORE
    if waiting < 1 or (waiting == 1 and change.request is not None and change.request.state == "open"):
        found |= dict.fromkeys(("next_change", "previous_change"), words.NO_OTHER_CHANGE)
    return found


def _no_merge(change: ChangeDetail, now: float) -> str:
    if any(one.kind == "merge" and one.state == "under_way" for one in change.acts):
        return words.MERGING
    if valid_approval(change, now) is not None:
        return ""
    return words.MERGED if any(one.merge for one in change.approvals) else words.NO_MERGE_YET
