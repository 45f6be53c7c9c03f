"""Names a repository's own directory among Headgate's. Standard library only, and little of it: the hook imports it."""

import hashlib

_LONGEST_NAME = 40
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")


def identity(root: str, common: str) -> str:
    """Give a name that is safe as a folder and differs for each repository: the directory's name and 8 hex digits.

    `root` is its main work tree or, where it has none, its git directory; `common` the common git directory, resolved.
    """
    folder, _, name = root.rstrip("/").rpartition("/")
    named = folder.rpartition("/")[2] if name.startswith(".") else name.removesuffix(".git")
    words = "".join(letter if letter in _PLAIN else " " for letter in named)
    readable = "-".join(words.split()).strip(".-")[:_LONGEST_NAME] or "repository"
    digest = hashlib.blake2s(common.encode("utf-8", "surrogateescape"), digest_size=4).hexdigest()
    return f"{readable}-{digest}"
