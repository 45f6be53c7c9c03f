"""Variables that a command is given, and that make programs load or run something else, or lift an agent's guards."""

from collections.abc import Iterator

from state.policy.command import Command
from state.policy.named import named

_LOADS = named(
    "LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT DYLD_INSERT_LIBRARIES DYLD_LIBRARY_PATH BASH_ENV ENV ZDOTDIR PROMPT_COMMAND"
    " PYTHONSTARTUP PERL5OPT PERL5LIB RUBYOPT PERL5DB GIT_SSH GIT_SSH_COMMAND GIT_EXTERNAL_DIFF GIT_PAGER PAGER"
    " MANPAGER LESSOPEN LESSCLOSE EDITOR VISUAL GIT_EDITOR GIT_SEQUENCE_EDITOR GIT_ASKPASS SSH_ASKPASS SUDO_ASKPASS"
    " GIT_PROXY_COMMAND GIT_CONFIG GIT_CONFIG_GLOBAL GIT_CONFIG_SYSTEM GIT_CONFIG_COUNT GIT_CONFIG_PARAMETERS GIT_DIR"
    " GIT_EXEC_PATH GIT_TEMPLATE_DIR GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_OBJECT_DIRECTORY RUSTC_WRAPPER"
    " RUSTC_WORKSPACE_WRAPPER TAR_OPTIONS RSYNC_RSH BROWSER JAVA_TOOL_OPTIONS _JAVA_OPTIONS CDPATH"
)
_BY_TEXT = {
    "NODE_OPTIONS": ("--require", "-r ", "--import", "--loader", "--experimental-loader"),
    "RUSTFLAGS": ("linker",),
    "MAKEFLAGS": ("--eval", "-f"),
    "PYTHONPATH": ("/tmp/", "/dev/shm/"),
    "PATH": (),
    "PS4": ("$(", "`"),
    "PS0": ("$(", "`"),
}
_HARMLESS = named("cat less true : false vi vim nano emacs echo more /bin/true /usr/bin/true /bin/cat") | {
    "",
    "less -R",
}
_OF_AGENTS = (
    "CLAUDE_CONFIG_DIR",
    "CODEX_HOME",
    "GEMINI_CLI_HOME",
    "CLAUDE_CODE_SIMPLE",
    "GEMINI_CLI_SYSTEM_SETTINGS_PATH",
    "OPENCODE_CONFIG",
    "OPENCODE_PERMISSION",
    "IS_SANDBOX",
)
_HOMES, AGENTS = ("HOME", "XDG_CONFIG_HOME"), ("claude", "codex", "gemini", "opencode", "qwen")
"""An agent with another home reads other settings, in which no hook is registered."""
_SETTERS = frozenset({"export", "declare", "typeset", "readonly", "local", "setenv", "set"})
_PASSING = ("/tmp", "/dev/shm", "/var/tmp")


def env_effects(one: Command) -> Iterator[str]:
    """Give the effects of the variables that stand before a command, or that it sets for those behind it."""
    words = [*one.sets, *(one.words[1:] if one.name in _SETTERS else ())]
    if one.name == "unset":
        yield from ("self.tamper" for word in one.words if word.startswith("HEADGATE_"))
    for word in words:
        name, sign, value = word.partition("=")
        if not sign:
            continue
        if name.startswith("HEADGATE_"):
            yield "self.tamper"
        elif name in _OF_AGENTS or (name in _HOMES and one.name in AGENTS):
            yield "agent.unguarded"
        elif name in _BY_TEXT:
            signs = _BY_TEXT[name]
            if any(text in value for text in signs) or (name == "PATH" and _odd_path(value)):
                yield "env.program"
        elif name in _LOADS and value not in _HARMLESS and not _ordinary(name, value):
            yield "env.program"


def sets_home(one: Command) -> bool:
    """Say whether a command gives the commands behind it another home: an assignment alone, `export` or `unset`."""
    words = one.sets if not one.words else one.words[1:] if one.name in (*_SETTERS, "unset") else ()
    return any(word.partition("=")[0] in _HOMES and ("=" in word or one.name == "unset") for word in words)


def _odd_path(value: str) -> bool:
    """Say whether programs would be looked for in a scratch directory or in whatever directory one stands in."""
    parts = value.split(":")
    return any(part == "." or (part.startswith(_PASSING) and not part.endswith("/bin")) for part in parts)


def _ordinary(name: str, value: str) -> bool:
    """Say whether a value runs nothing of note: `ssh` with its own options, an editor that only edits text."""
    if name == "GIT_SSH_COMMAND":
        return value.split()[:1] == ["ssh"] and "ProxyCommand" not in value and "LocalCommand" not in value
    if name in ("GIT_EDITOR", "GIT_SEQUENCE_EDITOR", "EDITOR"):
        return value.split()[:1] in (["sed"], ["true"], ["cp"]) and "$(" not in value and not {";", "|", "&"} & {*value}
    if name == "GIT_DIR":
        return value in (".git", "./.git")
    if name.startswith("GIT_CONFIG_"):
        return value == "/dev/null"
    return name == "LD_LIBRARY_PATH" and not value.startswith(_PASSING)
