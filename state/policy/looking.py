"""Whether a call only looks: it reads files or the history, and changes nothing. Standard library only.

Asked where a phase denies everything else, so what is not on the list does not only look.
"""

import re

from state.policy.call import Call
from state.policy.command import Command, commands
from state.policy.glob import globs
from state.policy.touched import touched
from state.policy.wrappers import past


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


_READERS = _set(
    "cat less more head tail bat grep egrep fgrep rg ag ls ll tree stat file wc sort uniq cut tr nl tac rev diff cmp"
    " comm basename dirname realpath readlink pwd cd echo printf true false : test [ [[ which type command whoami id"
    " uname hostname date du df find fd fdfind jq yq column xxd od hexdump strings sha256sum sha1sum md5sum cksum env"
    " printenv nproc ps awk gawk sed"
)
_GIT = _set(
    "log show diff status blame grep ls-files ls-tree ls-remote rev-parse rev-list merge-base describe cat-file"
    " shortlog name-rev show-ref for-each-ref reflog diff-tree diff-files diff-index whatchanged range-diff"
    " count-objects check-ignore version help"
)
_GIT_LISTS = {
    "branch": ("-a", "-r", "-v", "-vv", "--list", "--show-current"),
    "stash": ("list", "show"),
    "worktree": ("list",),
    "remote": ("-v", "show", "get-url"),
    "tag": ("-l", "--list"),
}
_ACTS = _set("-delete -exec -execdir -ok -okdir -fprint -fprintf -fls -x --exec -X --exec-batch --output --ext-diff")
_SCRIPTED = re.compile(r"system\s*\(|\|\s*\"|>|\bgetline\b|(?:^|;|\d|/)\s*[wWeE](?:\s|$)")
LOOKS = _set("fs.read vcs.read net.get plan.write question agent.spawn")
"""Effects that change nothing but a plan."""
PLAN_WRITES = _set("fs.write fs.write.outside fs.write.temp plan.write")
"""What writing a plan's file is, wherever the agent keeps its plans."""
_PLANS = globs(
    ("PLAN*.md", "plan*.md", "*.plan.md", "**/{plans,.plans}/**/*.md", "**/.claude/plans/**", "**/.gemini/**/plans/**")
)
_QUIET_KINDS = _set("read plan question agent")


def only_looks(call: Call, effects: tuple[str, ...]) -> bool:
    """Say whether a call with these effects changes nothing; a subagent's own calls are judged one by one."""
    if any(effect not in LOOKS for effect in effects):
        return False
    if call.command is not None:
        files = touched(call)
        return all(map(_looks, commands(call.command))) and all(
            one.on == "read" or one.full.startswith("/dev/null") for one in files
        )
    return call.kind in _QUIET_KINDS or call.kind == "net"


def writes_plan(call: Call) -> bool:
    """Say whether a call edits files of plans alone."""
    return call.kind == "edit" and bool(call.paths) and all(_PLANS.match(path) for path in call.paths)


def _looks(one: Command) -> bool:
    if one.opaque or one.carriers:
        return False
    if one.name == "git":
        return _git_looks(one.words)
    acts = bool(_ACTS & set(one.words[1:])) or (one.name in ("env", "command") and len(one.words) > 1)
    if one.name == "sed" and any(word.startswith(("-i", "--in-place")) or word[:2] == "-f" for word in one.words[1:]):
        return False
    if one.name in ("sed", "awk", "gawk") and any(_SCRIPTED.search(word) for word in one.words[1:]):
        return False
    return (not one.words or one.name in _READERS) and not acts


def _git_looks(words: tuple[str, ...]) -> bool:
    at = past(words, 1, _set("-C --git-dir --work-tree"))
    verb, rest = (words[at], words[at + 1 :]) if at < len(words) else ("", ())
    if "-c" in words[1:at] or any(word.startswith(("--output", "--ext-diff", "-O", "--open")) for word in rest):
        return False
    if verb == "reflog":
        return not {"expire", "delete"} & set(rest)
    if verb in _GIT_LISTS:
        return all(word in _GIT_LISTS[verb] for word in rest[:1]) and (
            bool(rest) or verb in ("branch", "tag", "remote")
        )
    return verb in _GIT
