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
}
_OF_SSH = ("proxycommand", "localcommand", "knownhostscommand", "permitlocalcommand", "proxyusefdpass", "include")
_COMPRESSES = named("gzip pigz zstd xz lz4 bzip2 lbzip2 pbzip2 zstdmt pixz brotli lzma")
_RSH = ("ssh", "'ssh")


def runs_told(one: Command) -> bool:
    """Say whether an option tells a program what else to run, in a way that nobody here reads."""
    words = one.words
    if any(word.startswith("TAR_OPTIONS=") and "exec" in word for word in one.sets):
        return True
    if one.name in ("ssh", "scp", "sftp"):
        return any(_of_ssh(word, words[at - 1]) for at, word in enumerate(words) if at)
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
    return one.name in ("pkill", "killall") and any("headgate" in word for word in one.words[1:])


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
