"""Merges and approvals at a forge, asked for by its programs or by its interface on the line."""

import re
from collections.abc import Sequence

from state.policy.leaks import DOWNLOADS, method
from state.policy.named import named

_FORGES = named("gh glab hub") | DOWNLOADS
_MERGES = re.compile(
    r"(?:pulls|merge_requests)/[^/\s]{1,40}/(?:merge|approve)\b|/merges\b|(?:git/)?refs/heads/|/merge-upstream\b"
    r"|/branches/[^/\s]{1,99}/protection"
)
_MUTATIONS = re.compile(
    r"\b(?:mergePullRequest|enablePullRequestAutoMerge|enqueuePullRequest|mergeBranch|updateRefs?|createCommitOnBranch"
    r"|deleteRef|updateBranchProtectionRule|deleteBranchProtectionRule)\b"
)
_APPROVES = re.compile(
    r"\bevent['\"]?\s?[=:]\s?['\"]?APPROVE|\bAPPROVE\b.{0,40}addPullRequestReview|addPullRequestReview.{0,400}APPROVE"
)
_GIVES = ("-f", "-F", "--field", "--raw-field", "--input", "-d", "--data")


def merges(words: Sequence[str]) -> bool:
    """Say whether a command merges or approves through a forge's interface, or moves a branch there."""
    if words[0] not in _FORGES or (words[0] == "gh" and words[1:2] not in (("api",), ["api"])):
        return False
    text = " ".join(words)[:8000]
    if _MUTATIONS.search(text) or _APPROVES.search(text):
        return True
    told = method(words[1:])
    changes = told not in ("", "GET", "HEAD") or (not told and any(word.startswith(_GIVES) for word in words))
    return changes and bool(_MERGES.search(text))
