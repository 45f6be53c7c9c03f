"""The files that a command's words say it writes: targets by place, by option, or by being in place."""

from collections.abc import Iterator, Sequence

from state.policy.command import Command
from state.policy.named import named
from state.policy.scripted import writes

_LAST = frozenset({"cp", "ln", "install", "rsync", "ditto", "mv", "scp"})
_ALL = named(
    "touch mkdir tee truncate patch ed sponge gzip gunzip mkfifo chmod chown chgrp chflags xattr setfacl vim vi nano ex"
)
_BY_OPTION = {
    "curl": ("-o", "--output", "--output-dir"),
    "wget": ("-O", "--output-document", "-P", "--directory-prefix"),
    "tar": ("-C", "--directory", "--one-top-level"),
    "find": ("-fprint", "-fprint0", "-fprintf", "-fls"),
    "unzip": ("-d",),
    "sort": ("-o", "--output"),
    "tree": ("-o",),
    "jq": (),
    "cp": ("-t", "--target-directory"),
    "mv": ("-t", "--target-directory"),
    "ln": ("-t", "--target-directory"),
    "install": ("-t", "--target-directory"),
    "openssl": ("-out",),
    "aria2c": ("-d", "-o"),
    "ffmpeg": (),
}
_INPLACE = frozenset({"sed", "perl", "ruby", "gawk", "awk", "yq", "clang-format", "gsed"})


def targets(one: Command) -> Iterator[str]:
    """Give each path that a command writes, as its words name it."""
    name, words = one.name, one.words
    plain = [word for word in words[1:] if word and word[0] != "-"]
    if name in _ALL:
        yield from plain
    elif name in _LAST:
        yield from _copied(plain)
    elif name in _INPLACE and _in_place(words):
        yield from plain[name in ("sed", "gsed") and not any(word.startswith(("-e", "-f")) for word in words) :]
    elif name == "dd":
        yield from (word[3:] for word in words if word.startswith("of="))
    elif name in ("apply_patch", "applypatch"):
        yield from _patched("\n".join((one.fed or "", *words[1:])))
    elif name == "git":
        yield from _of_git(words)
    elif name == "uniq" and len(plain) > 1:
        yield plain[1]
    yield from writes(one)
    if options := _BY_OPTION.get(name):
        yield from _told(words, options)


_HEADS = ("*** Add File: ", "*** Update File: ", "*** Delete File: ", "*** Move to: ")


def _patched(text: str) -> Iterator[str]:
    """Give the files that a patch in Codex's own form names."""
    for line in text.split("\n"):
        if line.startswith(_HEADS):
            yield line.partition(": ")[2].strip()


def _copied(plain: Sequence[str]) -> Iterator[str]:
    """Give the target, and what each source is named in it if it is a directory."""
    if plain:
        yield plain[-1]
        yield from (f"{plain[-1].rstrip('/')}/{word.rstrip('/').rpartition('/')[2]}" for word in plain[:-1])


def _in_place(words: Sequence[str]) -> bool:
    return any(
        word.startswith(("-i", "--in-place", "--inplace"))
        or (word[:1] == "-" and word[1:2] != "-" and "i" in word[1:5])
        for word in words[1:]
    )


def _told(words: Sequence[str], options: Sequence[str]) -> Iterator[str]:
    for at, word in enumerate(words[1:], 1):
        for option in options:
            if word == option and at + 1 < len(words):
                yield words[at + 1]
            elif option.startswith("--") and word.startswith(f"{option}="):
                yield word.partition("=")[2]
            elif len(option) == 2 and word.startswith(option) and len(word) > 2:
                yield word[2:].removeprefix("=")
            elif len(option) == 2 and word[:1] == "-" and word[1:2] != "-" and word.endswith(option[1]):
                yield from words[at + 1 : at + 2]


def _of_git(words: Sequence[str]) -> Iterator[str]:
    yield from _told(words, ("--output", "--index-output", "--prefix", "--export-marks"))
    if {"archive", "format-patch"} & {*words[1:6]}:
        yield from _told(words, ("-o", "--output-directory"))
    plain = [word for word in words[1:] if word[:1] != "-"]
    if "clone" in plain[:1] and len(plain) > 2:
        yield plain[2]
    if "--" in words and {"checkout", "restore"} & {*words[:4]}:
        yield from words[words.index("--") + 1 :]
    elif plain[:1] == ["restore"]:
        yield from plain[1:]
    elif plain[:2] == ["worktree", "add"]:
        return
