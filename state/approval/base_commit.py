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
