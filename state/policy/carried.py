"""What a program that nobody here knows is told to run: words behind it that are a command of their own.

Programs that carry another one are without number (`setpriv`, `chronic`, `retry`, a script of the project). So where an
unknown one, or one of `_CARRIES`, has the name of a program among its words that can do harm, what begins there is read
as a command. It can only be found to do more, never less.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from state.policy.known import AGENTS, FORGES, NETWORK, PROJECT, READERS, SILENT, WRITERS
from state.policy.named import named
from state.policy.wrappers import base

if TYPE_CHECKING:
    from state.policy.command import Command

_CARRIES = named(
    "entr hyperfine watchexec nodemon concurrently screen parallel sem sg unbuffer strace ltrace valgrind perf act npx"
    " npm yarn pnpm bunx mise asdf direnv just start-stop-daemon systemd-run flock time docker podman expect"
)
"""Programs of the tables that carry others."""
_KNOWN = SILENT | READERS | WRITERS | PROJECT | NETWORK | FORGES | AGENTS
_ACTORS = (
    AGENTS
    | FORGES
    | named(
        "git rm dd mkfs shred sudo doas su chmod chown kill pkill killall sh bash zsh dash ksh fish eval python python3"
        " node perl ruby npm npx pnpm yarn kubectl terraform tofu docker psql mysql sqlite3 dropdb curl wget ssh scp"
        " rsync headgate cp mv ln tee sed awk find xargs env systemctl crontab mount busybox tmux screen"
    )
)
_TELLING = named("-c -s -e -x -E -C --exec --command --run --cmd --shell -- :::")


def carried(one: "Command") -> Iterator[str]:
    """Give the lines that stand among the words of a program that is unknown, or known to carry others."""
    words, name = one.words, one.name
    if " " in one.program.strip():
        yield from (one.program,) * _acts(one.program)
        return
    knows = name in _KNOWN
    if knows and name not in _CARRIES:
        return
    for at, word in enumerate(words[1:], 1):
        if base(word) in _ACTORS and not knows:
            yield " ".join(map(_quoted, words[at:]))
            return
        if " " in word and _acts(word) and (knows or words[at - 1] in _TELLING):
            yield word
    if knows:
        yield from _behind(words)


def _behind(words: Sequence[str]) -> Iterator[str]:
    """Give what stands behind a carrier's options, where it begins with a program that acts."""
    for at, word in enumerate(words[1:], 1):
        if base(word) in _ACTORS and (words[at - 1][:1] == "-" or at < 4):
            yield " ".join(map(_quoted, words[at:]))
            return


def _acts(line: str) -> bool:
    return base(line.split()[0]) in _ACTORS if line.split() else False


def _quoted(word: str) -> str:
    return word if word in (";", "|", "&&") else "'" + word.replace("'", "'\\''") + "'"
