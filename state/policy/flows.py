"""What only a whole pipeline does: what is downloaded or decoded and then run, a secret that is sent."""

from collections.abc import Callable, Iterator, Sequence

from state.policy.command import SHELLS, Command, commands, reads_input
from state.policy.leaks import DOWNLOADS, LOCAL, SENDERS, reads_secret, sends
from state.policy.named import named
from state.policy.places import gathered
from state.policy.sql import SQL_CLIENTS, destroys
from state.policy.tabled import tabled
from state.policy.told import names_headgate

_INTERPRETERS = SHELLS | named("python python3 node perl ruby php deno bun osascript pwsh eval source .")


def flows(pipeline: Sequence[Command], top: str | None) -> Iterator[str]:
    """Give the effects that only a whole pipeline has: what is downloaded or decoded and run, a secret that is sent."""
    yield from gathered(pipeline, top)
    runs = [at for at, one in enumerate(pipeline) if _runs_input(one)]
    before: Sequence[Command] = pipeline[: runs[-1]] if runs else []
    if any(one.name in DOWNLOADS for one in before) or any(_feeds(one, _loads) for one in pipeline):
        yield "exec.remote"
    if any(_decodes(one.words) for one in before) or any(_feeds(one, _decoder) for one in pipeline):
        yield "exec.decoded"
    if any(one.name in SENDERS for one in pipeline) and any(one.name in SHELLS for one in pipeline[1:]):
        yield "net.shell"
    if any(one.name in ("kill", "skill") for one in pipeline) and any(map(_names_headgate, pipeline)):
        yield "self.tamper"
    if any(one.name in SQL_CLIENTS and _told_sql(pipeline[:at]) for at, one in enumerate(pipeline)):
        yield "sql.destroy"
    if any(one.words and (sends(one.words) or _asks(one)) for one in pipeline) and any(map(gives_secret, pipeline)):
        yield "secrets.send"


def gives_secret(one: Command) -> bool:
    """Say whether a command or one of its substitutions reads a secret."""
    if reads_secret(one) or "secrets.read" in tabled(one.words or ("",)):
        return True
    return one.name in DOWNLOADS and any(gives_secret(inner) for line in one.inside for inner in commands(line))


def _names_headgate(one: Command) -> bool:
    return any(map(names_headgate, one.words))


def _asks(one: Command) -> bool:
    """Say whether an address or a header of a download is made by a substitution."""
    return one.name in DOWNLOADS and bool(one.inside) and not any(LOCAL.match(word) for word in one.words[1:])


def _told_sql(before: Sequence[Command]) -> bool:
    """Say whether what is written into a pipe throws data away."""
    spoken = (" ".join(one.words[1:]) for one in before if one.name in ("echo", "printf"))
    return any(destroys(text) for text in (*spoken, *(one.fed for one in before if one.fed is not None)))


def _runs_input(one: Command) -> bool:
    """Say whether a program runs what stands on its input."""
    return one.name in ("{}", "$xargs") or (one.name in _INTERPRETERS and reads_input(one))


def _feeds(one: Command, made: Callable[[Command], bool]) -> bool:
    """Say whether an interpreter runs what a substitution downloads or decodes."""
    if one.name not in _INTERPRETERS and not one.opaque:
        return False
    return any(made(inner) for line in one.inside for inner in commands(line))


def _loads(one: Command) -> bool:
    return one.name in DOWNLOADS


def _decoder(one: Command) -> bool:
    return _decodes(one.words)


def _decodes(words: Sequence[str]) -> bool:
    options = set(words[1:])
    return {
        "base64": bool(options & {"-d", "-D", "--decode"}),
        "xxd": any(word.startswith("-") and "r" in word for word in options),
        "openssl": "-d" in options,
        "gunzip": True,
        "zcat": True,
        "bzcat": True,
        "xzcat": True,
        "uudecode": True,
        "rev": True,
        "tr": True,
        "base32": bool(options & {"-d", "--decode"}),
    }.get(words[0] if words else "", False)
