"""What the base commit itself says of approvals: its policy and whose keys count, read from the authority store."""

import hashlib

from state.approval.statement import ALLOWED_SIGNERS
from state.evidence.proposal import Authority, Proposal
from state.policy.document import PATH
from state.policy.rule import DEFAULT


async def policy_of(authority: Authority, change: Proposal) -> str:
    """Give the blob id of the policy that the base commit holds, `default` where it holds none."""
    content = await authority.content(change.base_tree, PATH)
    return DEFAULT if content is None else blob_of(content, len(change.base))


async def signers_of(authority: Authority, change: Proposal) -> bytes:
    """Give the allowed signers of the base commit, never of the branch that is to be merged."""
    return await authority.content(change.base_tree, ALLOWED_SIGNERS) or b""


def blob_of(content: bytes, digits: int = 40) -> str:
    """Give the id that git gives to a file's content, of as many digits as the repository's ids have."""
    made = hashlib.sha256() if digits == 64 else hashlib.sha1(usedforsecurity=False)
    made.update(b"blob %d\0" % len(content) + content)
    return made.hexdigest()


def differs(before: Proposal, now: Proposal) -> str:
    """Say in what a change is another than it was, in one sentence; "" where it would be merged the same."""
    short = before.target.removeprefix("refs/heads/")
    if now.target != before.target:
        return f"it would be merged into {now.target.removeprefix('refs/heads/')} now, and not into {short}"
    if now.head != before.head:
        alike = ", with the same difference" if now.patch_id == before.patch_id else ""
        return f"its branch went on from {before.head[:12]} to {now.head[:12]}{alike}"
    if now.base != before.base:
        return f"{short} went on from {before.base[:12]} to {now.base[:12]}"
    told = (("tree", "content"), ("base_tree", "base"), ("patch_id", "difference"), ("diff_sha", "diff"))
    named = next((name for field, name in told if getattr(now, field) != getattr(before, field)), None)
    if named is not None or now.files != before.files:
        return f"its {named or 'list of files'} is another than the one that was shown"
    return ""
