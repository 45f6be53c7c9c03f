"""Says which patches came onto a branch: git's own ids, by which a squashed or rebased change is known again.

The differences are made in the authority store, where no attribute or driver of anybody else is in force, exactly as
the patch id of an evidence package is made; source: git-patch-id(1).
"""

from collections.abc import Mapping

from adapters.git import authority_changes
from adapters.git.authority_store import AuthorityStore
from adapters.git.failure import GitFailed
from adapters.git.registered import is_object_id

MOST_COMMITS = 200
"""Commits of one move that are looked at, the newest."""
_PATCH = ("--stdin", "-p", "--binary", "--no-renames")


async def patches(store: AuthorityStore, old: str, new: str) -> Mapping[str, str]:
    """Give the commit by the patch id of each single commit from `old` to `new`, and `new` by that of all together.

    Merges have no patch of their own. It is empty where git cannot tell, because that says nothing of any change.
    """
    try:
        await store.take(old, new)
        asked = ("--no-merges", f"--max-count={MOST_COMMITS}", f"{old}..{new}")
        commits = (await store.ask("rev-list", *asked)).decode("ascii", "replace").split()
        whole = await authority_changes.patch_id(store, old, new)
        found = {whole: new} if whole else {}
        if commits:
            feed = "".join(f"{commit}\n" for commit in commits).encode()
            told = await store.ask("patch-id", feed=await store.ask("diff-tree", *_PATCH, feed=feed))
            pairs = (line.split(" ") for line in told.decode("ascii", "replace").splitlines())
            found |= {pair[0]: pair[1] for pair in pairs if len(pair) == 2 and all(map(is_object_id, pair))}
    except (GitFailed, OSError):
        return {}
    return found
