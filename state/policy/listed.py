"""What a listing names: files below where it runs, whose names nobody needs to know. Standard library only."""

from collections.abc import Sequence

from state.policy.named import named

LISTED = "listed"
"""Stands for a file that a listing of the run's own directory names."""
_LISTS = named("ls find fd fdfind git rg grep egrep fgrep ag")
_SEARCHES = named("rg grep egrep fgrep ag git fd fdfind")
_GIT_LISTS = named("ls-files diff grep status show diff-tree")
_FILTERS = named("sort uniq head tail grep egrep fgrep rg cat tac shuf")
"""What passes some lines on as they are."""
_ELSEWHERE = ("/", "~", "$", "`", "..")


def lists(words: Sequence[str], place: str, start: str) -> bool:
    """Say whether a command that runs in `place` names only files below `start`, where the line began."""
    below = place.removeprefix(start).lstrip("/") if f"{place}/".startswith(f"{start}/") else place
    if not words or words[0] not in _LISTS or below.startswith(_ELSEWHERE) or "/.." in below:
        return False
    plain = [word for word in words[1:] if word[:1] != "-"]
    if words[0] == "git":
        return bool(plain) and plain[0] in _GIT_LISTS and not {"-C", "--git-dir", "--work-tree"} & {*words}
    named = plain[1:] if words[0] in _SEARCHES else plain
    return not any(word.startswith(_ELSEWHERE) or "/.." in word for word in named)


def filters(words: Sequence[str]) -> bool:
    """Say whether a command in a pipe passes lines on as they are."""
    if words[:1] == ["awk"]:
        return len(words) == 2 and words[1].startswith("{print $") and words[1][8:-1].isdigit()
    return bool(words) and words[0] in _FILTERS
