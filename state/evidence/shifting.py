"""Whether a command line takes files away or puts others in their place, of which no time of writing tells."""

import re

_PART = re.compile(r"\|\||&&|[;\n⏎|&]")
_GIT = re.compile(
    r"^git\s+(?:-{1,2}\S+\s+|-C\s+\S+\s+|-c\s+\S+\s+)*"
    r"(?:(?:rm|mv|restore|revert|cherry-pick|merge|rebase|pull|clean|apply|am|read-tree|checkout-index|bisect)(?![\w-])"
    r"|checkout(?! -[bB] \S+$)(?![\w-])|switch(?! -[cC] \S+$)(?![\w-])|stash(?! (?:list|show))(?![\w-])"
    r"|reset\s.*--(?:hard|merge|keep))"
)
_MOVES = re.compile(
    r"^(?:\S*/)?(?:rm|rmdir|unlink|shred|mv|rsync|unzip|patch|cp\s+(?:\S+\s+)*-\w*[ap]|tar\s+-?\w*x"
    r"|touch\s+(?:\S+\s+)*-[dtr])(?=\s|$|\w)|\s-delete\b|\s-exec(?:dir)? (?:rm|mv)\b"
)
_BEFORE = re.compile(
    r"^(?:(?:[({!]|\w+=\S*|sudo|env|time|command|then|do|else|xargs(?:\s+-\S+)*|(?:ba)?sh -\w*c)\s+|[({'\"])+"
)
_REMOVED = re.compile(r"^(?:\S*/)?(?:rm|rmdir|unlink)((?:\s+\S+)+)$")


def shifts(line: str, top: str, *, behind: bool = False) -> bool:
    """Say whether a line does so below `top`; `behind`: what it does before its first other command is left aside."""
    parts = [_BEFORE.sub("", part.strip()) for part in _PART.split(line[:4000]) if part.strip()]
    told = [_one(part, top) for part in parts]
    ran = next((at for at, one in enumerate(told) if not one and not parts[at].startswith("cd ")), 0)
    return any(told[ran:] if behind else told)


def _one(part: str, top: str) -> bool:
    if _GIT.search(part):
        return True
    return _MOVES.search(part) is not None and not _outside(part, top)


def _outside(part: str, top: str) -> bool:
    """Say whether all that a command removes lies in another place, as far as its words tell."""
    found, inside = _REMOVED.match(part), top.rstrip("/")
    if found is None or not inside:
        return False
    paths = [word.strip("\"'") for word in found[1].split() if not word.startswith(("-", "2>"))]
    return bool(paths) and all(
        one.startswith("/")
        and ".." not in one
        and "$" not in one
        and not f"{one}/".startswith(f"{inside}/")
        and not f"{inside}/".startswith(f"{one.rstrip('/*')}/")
        for one in paths
    )
