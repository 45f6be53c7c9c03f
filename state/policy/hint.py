"""A quick look at a shell line: whether it is worth being taken apart at all.

A log holds thousands of commands, and most can do nothing that a rule is about. This never says no to a line that has
an effect, which a test asks of every example of every rule.
"""

import re

from state.policy.programs import BY_PROGRAM
from state.policy.shell import LONGEST


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


_WORD = re.compile(r"[A-Za-z_][\w-]*")
_AIM = re.compile(r">\s?(?!/dev/null|/tmp/)[~/$]|commit -[a-zA-Z]{0,9}n|\bnpm i\b|\bssh\b.{1,99}-R")
_SEEN_BY_VERB = _set(
    "tui at batch su kill mail chroot http git gh bun uv cargo bundle make just docker go npm pnpm yarn claude codex"
    " gemini"
)
"""Programs whose plain use says nothing: a word behind them decides."""
_HINTS = frozenset(BY_PROGRAM) - _SEEN_BY_VERB | _set(
    "rm dd mkfs wipefs fdisk parted sgdisk shred srm chmod chown chgrp rsync delete push reset clean checkout"
    " switch restore stash filter-branch filter-repo filter reflog update-ref prune hooksPath hookspath alias"
    " fsmonitor sshCommand force no-verify replace sudo doas curl wget eval base64 xxd openssl psql mysql"
    " mariadb sqlite3 sqlite duckdb sqlcmd cockroach snowsql bq usql az doctl oci flush reset_db migrate db"
    " drop env netrc pgpass pem p12 pfx jks key aws kube git-credentials ssh id_rsa id_dsa id_ecdsa id_ed25519"
    " authorized_keys keystore hosts bashrc bash_profile profile zshrc zprofile zshenv hooks settings etc sd"
    " vd nvme0n1 tcp udp nc ncat telnet socat scp sftp volume down system rmi publish deploy release upload"
    " install add get require i tunnel dangerously-skip-permissions allow-dangerously-skip-permissions"
    " dangerously-bypass-approvals-and-sandbox yolo bare bypassPermissions remove kubectl helm oc flux argocd"
    " k9s secret secrets token credential merge approve workflow variable auth fill unlink truncate"
    " pwsh powershell tmux osascript api DELETE sh unpublish gist mailx symbolic-ref enable expect xh LD_PRELOAD"
    " LD_LIBRARY_PATH DYLD_INSERT_LIBRARIES PYTHONSTARTUP PERL5OPT GIT_DIR GIT_CONFIG_GLOBAL GIT_CONFIG_COUNT"
    " HEADGATE_STATE_DIR CLAUDE_CONFIG_DIR CODEX_HOME environ autostart systemd LaunchAgents refs objects packed-refs"
    " setting-sources safe-mode danger-full-access killall5 ext"
)
_ODD = re.compile(
    r"\$'"
    r"|(?:^|[\n;&|({]|\b(?:then|do|else|exec|env|time|command|eval|nohup))[ \t]{0,20}[\w./\"'-]{0,40}"
    r"[$`*?{\[](?![\[ ]| \()"
    r"|\bgit\s{1,9}(?:-\S{1,80}\s{1,9}(?:\S{1,80}\s{1,9})?){0,3}[\w\"'-]{0,20}[$`*?{\[]"
    r"|\b(?:python|pypy|node|ruby|perl|php|bun|lua|Rscript)[\d.]{0,6}[ \t].{0,60}?"
    r"(?:-\w{0,6}[cerEp]\b|--eval|--print|<<)|\bcmd(?:\.exe)?\s{1,9}/[cC]\b"
    r"|\bdeno\s{1,9}eval|\bawk\b.{0,200}system\(|\|\s{0,9}(?:python|node|ruby|perl|php|bash|zsh|dash|ksh|fish)"
    r"|\bmv\s.{0,200}?(?:[~$]|\s/|\.\.)|\bcd\s.{0,80}\bmv\s"
    r"|>\s{0,9}[\"']?\.\./|\bcp\s{1,9}/dev/null|sh\b[^\n]{0,40}(?:<\s?\(|\s-c\s{1,3}[\"']?[$`])"
    r"|\.en?\S?[*?]|(?:^|[;&|])\s{0,3}(?:at|batch|su|kill|mail|chroot|https?) "
)
"""A program that an expansion names, code on the line, and files that are moved away."""
_ODD_SIGN = re.compile(r"[$`*?{\[|<>;&]")
_ODD_WORDS = (
    *("python", "pypy", "node", "ruby", "perl", "php", "bun", "lua", "Rscript", "cmd", "deno", "awk", "mv"),
    *("/dev/null", "at ", "batch ", "su ", "kill ", "mail ", "chroot ", "http"),
)
"""A sign or one of these stands in every line that `_ODD` finds: most lines have none, and this tells it faster."""
_BRANCH = (
    *(
        "branch -",
        "tag -",
        "config ",
        "worktree remove",
        "fetch . ",
        "gemini -y",
        ".codex/",
        ".config/",
        ".credentials",
    ),
    *(".docker/", "PATH=", " /usr/", " /opt/", " /dev/", "> .git", ">.git", "/bin/r?", "dig $(", "gdb "),
)


def may_matter(line: str) -> bool:
    """Say whether a line can have an effect: a quick look for those who read thousands of lines.

    Quotes within a word hide a program's name from a search and not from a shell.
    """
    plain = line[:LONGEST].replace("'", "").replace('"', "").replace("\\", "")
    if is_odd(line):
        return True
    if not _HINTS.isdisjoint(_WORD.findall(plain)) or any(map(plain.__contains__, _BRANCH)):
        return True
    return _AIM.search(plain) is not None


def is_odd(line: str) -> bool:
    """Say whether a line names its program by an expansion, holds code of its own, or moves files away."""
    may_be = _ODD_SIGN.search(line) is not None or any(map(line.__contains__, _ODD_WORDS))
    return may_be and _ODD.search(line, 0, LONGEST) is not None
