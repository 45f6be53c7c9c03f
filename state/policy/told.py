"""Programs that are told another program by an option, or that hand a shell to another machine."""

from state.policy.command import Command
from state.policy.named import named

_BY_OPTION = {
    "tar": (
        "--to-command",
        "--checkpoint-action",
        "-I",
        "--use-compress-program",
        "--rsh-command",
        "-F",
        "--info-script",
    ),
    "gtar": ("--to-command", "--checkpoint-action", "-I", "--use-compress-program", "--rsh-command"),
    "bsdtar": ("--use-compress-program",),
    "rg": ("--pre", "--hostname-bin"),
    "sort": ("--compress-program",),
    "man": ("-P", "--pager", "-H", "--html"),
    "zip": ("-TT", "--unzip-command"),
    "rsync": ("-e", "--rsh", "--rsync-path"),
    "gdb": ("-ex", "-x", "--eval-command", "--command"),
    "lldb": ("-o", "-s", "--one-line", "--source"),
    "split": ("--filter",),
    "nmap": ("--script",),
    "enable": ("-f",),
    "hash": ("-p",),
    "make": ("--eval",),
    "bc": (),
    "npm": ("--script-shell",),
    "pnpm": ("--script-shell",),
    "bash": ("--rcfile", "--init-file"),
    "fc": ("-e",),
    "scp": ("-S", "-F"),
    "sftp": ("-S", "-F"),
    "ssh": ("-F",),
}
_OF_MAKE = ("SHELL=", ".SHELLFLAGS=", "MAKEFILES=", "MAKEFLAGS=")
_OF_SSH = (
    "match",
    "proxycommand",
    "localcommand",
    "knownhostscommand",
    "permitlocalcommand",
    "proxyusefdpass",
    "include",
)
_COMPRESSES = named("gzip pigz zstd xz lz4 bzip2 lbzip2 pbzip2 zstdmt pixz brotli lzma")
_RSH = ("ssh", "'ssh")


def runs_told(one: Command) -> bool:
    """Say whether an option tells a program what else to run, in a way that nobody here reads."""
    words = one.words
    if types_keys(one):
        return True
    if any(word.startswith("TAR_OPTIONS=") and "exec" in word for word in one.sets):
        return True
    if one.name in ("ssh", "scp", "sftp") and any(_of_ssh(word, words[at - 1]) for at, word in enumerate(words) if at):
        return True
    if one.name in ("make", "gmake") and any(word.startswith(_OF_MAKE) for word in words):
        return True
    if one.name in ("npm", "pnpm") and {"script-shell", "shell"} & {*words[2:5]}:
        return True
    if any("@P}" in word for word in words) or (one.name in _EVALUATES and any(map(_counts, words[1:]))):
        return True
    options = _BY_OPTION.get(one.name)
    if options is None:
        return False
    for at, word in enumerate(words[1:], 1):
        if word.startswith(options):
            joined = word.partition("=")[2] if word.startswith("--") else ""
            told = joined or (words[at + 1] if at + 1 < len(words) else "")
            if told.split(" ")[0] not in _COMPRESSES and not told.startswith(_RSH):
                return True
    return False


_EVALUATES = named("printf test [ [[ let declare typeset local read unset export readonly mapfile readarray wait")
"""Builtins that take an index of an array for arithmetic, in which a substitution runs even out of quotes."""


def _counts(word: str) -> bool:
    return "[$(" in word or "[`" in word


def types_keys(one: Command) -> bool:
    """Say whether a command types into another terminal or window: a board takes that for a human's own key."""
    verbs = _TYPES.get(one.name)
    if verbs is None:
        return False
    return not verbs or any(word.startswith(verbs) or verbs[0] in word for word in one.words[1:])


_TYPES: dict[str, tuple[str, ...]] = {
    "tmux": ("send", "paste", "pasteb"),
    "screen": ("stuff", "paste", "readbuf"),
    "zellij": ("write",),
    "wezterm": ("send-text",),
    "kitty": ("send-text", "send-key"),
    "kitten": ("send-text", "send-key"),
    "osascript": ("keystroke", "key code"),
    "xdotool": (),
    "ydotool": (),
    "dotool": (),
    "wtype": (),
}
"""Programs that type, and the words with which they do; tmux takes any beginning of a verb."""


def _of_ssh(word: str, before: str) -> bool:
    text = word[2:] if word.startswith("-o") else word if before == "-o" else ""
    return text.lower().startswith(_OF_SSH) and not text.lower().endswith(("=none", "=no"))


def unguards(one: Command) -> bool:
    """Say whether Codex is told by `-c` to run without its hooks, its sandbox or its questions."""
    words = one.words
    told = (words[at + 1] for at, word in enumerate(words[:-1]) if word in ("-c", "--config"))
    return one.name == "codex" and any(word.startswith(_GUARDS) for word in told)


_GUARDS = ("hooks", "features.hooks", "sandbox_mode=danger", 'sandbox_mode="danger', "approval_policy", "notify")


def stops_headgate(one: Command) -> bool:
    """Say whether a command kills Headgate's own processes by name."""
    if one.name not in ("pkill", "killall", "kill", "skill", "fuser"):
        return False
    return any(map(names_headgate, (*one.words[1:], *one.inside))) or any(map(_headgates, one.words[1:]))


def names_headgate(text: str) -> bool:
    """Say whether a text names Headgate's processes or files."""
    return "headgate" in text or "tui watch" in text or "-m tui" in text


def _headgates(word: str) -> bool:
    """Say whether a number is that of a process of Headgate's. Source: proc_pid_cmdline(5)."""
    if not word.isdecimal() or len(word) > 10:
        return False
    try:
        with open(f"/proc/{word}/cmdline", "rb") as file:  # noqa: PTH123  (pathlib costs the hook milliseconds)
            told = file.read(4096).split(b"\0")
    except OSError:
        return False
    return any(part.rpartition(b"/")[2].startswith(b"headgate") for part in told[:3]) or told[1:3] == [b"-m", b"tui"]


def listens(one: Command) -> bool:
    """Say whether ssh opens a way back into this machine."""
    return one.name == "ssh" and any(word[:1] == "-" and word[1:2] != "-" and "R" in word for word in one.words[1:6])


def opens_shell(one: Command) -> bool:
    """Say whether a command hands a shell of this machine to another one."""
    words = one.words
    if one.name in ("nc", "ncat", "netcat"):
        return any(word in ("-e", "-c", "--exec", "--sh-exec", "--lua-exec") for word in words[1:])
    if one.name == "socat":
        return any(word.lower().startswith(("exec:", "system:")) for word in words[1:])
    return any(path.startswith(("/dev/tcp/", "/dev/udp/")) for path in one.written) and one.name.endswith("sh")
