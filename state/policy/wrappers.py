"""Programs that only carry another command: taken off, so that what they carry is judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_MOST_WRAPPERS = 8


@dataclass(frozen=True, slots=True)
class _Wrapper:
    """How a wrapper is taken off: options that take a value, and how many words behind the options are its own."""

    values: frozenset[str] = frozenset()
    own: int = 0


def _wrapper(values: str = "", own: int = 0) -> _Wrapper:
    return _Wrapper(frozenset(values.split()), own)


_WRAPPERS: Mapping[tuple[str, ...], _Wrapper] = {
    ("sudo",): _wrapper("-u -g -C -D -h -p -R -r -t -T -U --user --group --chdir --host --prompt"),
    ("doas",): _wrapper("-u -C"),
    ("pkexec",): _wrapper("--user"),
    ("nsenter",): _wrapper("-t --target -S -G"),
    ("firejail",): _wrapper(),
    ("bwrap",): _wrapper(),
    ("aa-exec",): _wrapper("-p"),
    ("setarch",): _wrapper(),
    ("dbus-run-session",): _wrapper(),
    ("xvfb-run",): _wrapper("-s -n -e -f -w"),
    ("rlwrap",): _wrapper(),
    ("proxychains",): _wrapper("-f"),
    ("dotenv",): _wrapper("-e -f -c -p"),
    ("cross-env",): _wrapper(),
    ("gosu",): _wrapper("", 1),
    ("su-exec",): _wrapper("", 1),
    ("run0",): _wrapper(),
    ("cmake", "-E"): _wrapper(),
    ("setpriv",): _wrapper(
        "--reuid --regid --groups --inh-caps --ambient-caps --bounding-set --securebits --pdeathsig"
    ),
    ("choom",): _wrapper("-n"),
    ("prlimit",): _wrapper(),
    ("perf", "stat"): _wrapper("-e -r -o"),
    ("perf", "record"): _wrapper("-e -o -F"),
    ("rye", "run"): _wrapper(),
    ("pdm", "run"): _wrapper(),
    ("op", "run"): _wrapper("--env-file"),
    ("doppler", "run"): _wrapper(),
    ("nix", "run"): _wrapper(),
    ("bun", "x"): _wrapper(),
    ("yarn", "exec"): _wrapper(),
    ("asdf", "exec"): _wrapper(),
    ("rbenv", "exec"): _wrapper(),
    ("pyenv", "exec"): _wrapper(),
    ("env",): _wrapper("-u -C --unset --chdir"),
    ("coproc",): _wrapper(),
    ("busybox",): _wrapper(),
    ("toybox",): _wrapper(),
    ("fakeroot",): _wrapper(),
    ("unbuffer",): _wrapper(),
    ("strace",): _wrapper("-e -o -p -s -u -E -P -I -O -S -b -a"),
    ("ltrace",): _wrapper("-e -o -p -s -u -n -l -a"),
    ("chroot",): _wrapper("", 1),
    ("unshare",): _wrapper(),
    ("systemd-run",): _wrapper("-p -u --unit -E -M -H"),
    ("taskset",): _wrapper("", 1),
    ("chrt",): _wrapper("", 1),
    ("flock",): _wrapper("-w -E", 1),
    ("screen",): _wrapper("-S -dmS -t -c -h"),
    ("command",): _wrapper(),
    ("builtin",): _wrapper(),
    ("exec",): _wrapper("-a"),
    ("time",): _wrapper("-f -o"),
    ("nice",): _wrapper("-n --adjustment"),
    ("ionice",): _wrapper("-c -n -p"),
    ("nohup",): _wrapper(),
    ("setsid",): _wrapper(),
    ("caffeinate",): _wrapper("-t -w"),
    ("stdbuf",): _wrapper("-i -o -e"),
    ("timeout",): _wrapper("-k -s --kill-after --signal", 1),
    ("gtimeout",): _wrapper("-k -s", 1),
    ("xargs",): _wrapper("-I -n -P -L -d -E -s -a --max-args --max-procs --replace --delimiter"),
    ("parallel",): _wrapper("-j --jobs"),
    ("rtk",): _wrapper(),
    ("rtk", "proxy"): _wrapper(),
    ("npx",): _wrapper("-p --package"),
    ("bunx",): _wrapper(),
    ("uvx",): _wrapper("--from --with -p --python"),
    ("pnpm", "dlx"): _wrapper(),
    ("pnpm", "exec"): _wrapper(),
    ("yarn", "dlx"): _wrapper(),
    ("npm", "exec"): _wrapper(),
    ("uv", "run"): _wrapper("--with --python -p --extra --group --project --directory --env-file"),
    ("poetry", "run"): _wrapper("-C"),
    ("pipenv", "run"): _wrapper(),
    ("hatch", "run"): _wrapper("-e"),
    ("bundle", "exec"): _wrapper(),
    ("mise", "x"): _wrapper("-C"),
    ("mise", "exec"): _wrapper("-C"),
    ("direnv", "exec"): _wrapper("", 1),
    ("docker", "exec"): _wrapper("-e -u -w --env --user --workdir", 1),
    ("podman", "exec"): _wrapper("-e -u -w --env --user --workdir", 1),
    ("docker", "compose", "exec"): _wrapper("-e -u -w --env --user --workdir --index", 1),
    ("docker-compose", "exec"): _wrapper("-e -u -w --env --user --workdir --index", 1),
    ("kubectl", "exec"): _wrapper("-n -c --namespace --container --context", 1),
}

_TELL_LINES: Mapping[str, tuple[str, ...]] = {
    "env": ("-S", "--split-string"),
    "flock": ("-c", "--command"),
    "screen": ("-X",),
}
"""Options with which these are told a whole line, which is entered and not taken off."""


def bare(words: Sequence[str], sets: list[str] | None = None) -> tuple[list[str], list[str]]:
    """Take off assignments and wrappers: what is left, and the wrappers' names; `sets` gets the assignments."""
    left, carriers = list(words), list[str]()
    for _ in range(_MOST_WRAPPERS):
        while left and _assigns(left[0]):
            word = left.pop(0)
            if sets is not None:
                sets.append(word)
        rest = _unwrapped(left)
        if rest is None:
            break
        carriers.append(base(left[0]))
        if sets is not None and carriers[-1] == "env":
            sets += _unset(left[1 : len(left) - len(rest)])
        left = rest
    return left, carriers


def _unset(options: Sequence[str]) -> list[str]:
    """Give the variables that `env` takes away, each as an assignment of nothing; with all of them goes the home."""
    gone = [f"{word.removeprefix('--unset=').removeprefix('-u')}=" for word in options if word[:2] in ("-u", "--u")]
    gone += [f"{options[at + 1]}=" for at, word in enumerate(options[:-1]) if word in ("-u", "--unset")]
    whole = any(word in ("-", "--ignore-environment") or (word[:1] == "-" and "i" in word[:3]) for word in options)
    return [*(name for name in gone if name != "="), *(["HOME="] if whole else [])]


def _unwrapped(words: Sequence[str]) -> list[str] | None:
    if not words:
        return None
    name = base(words[0])
    for length in (3, 2, 1):
        wrapper = _WRAPPERS.get((name, *words[1:length]))
        if wrapper is None or len(words) <= length:
            continue
        if any(word in _TELL_LINES.get(name, ()) for word in words[1:6]):
            return None
        at = past(words, length, wrapper.values) + wrapper.own
        at += name == "env" and words[at : at + 1] == ["-"]
        at += words[at : at + 1] == ["--"]
        return list(words[at:]) or None
    return None


def past(words: Sequence[str], at: int, values: frozenset[str] = frozenset()) -> int:
    """Give the place after the options; `values` are those whose value is a word of its own."""
    while at < len(words) and words[at].startswith("-") and words[at] != "-":
        if words[at] == "--":
            return at + 1
        at += 2 if words[at] in values else 1
    return at


def _assigns(word: str) -> bool:
    name, sign, _ = word.partition("=")
    return bool(sign) and name.rstrip("+").isidentifier()


def base(word: str) -> str:
    """Give a program's name without its directory."""
    return word.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1].removesuffix(".exe") or word
