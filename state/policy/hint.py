"""A quick look at a shell line: whether it is worth being taken apart at all.

A log holds thousands of commands, and most can do nothing that a rule is about. This never says no to a line that has
an effect (`opaque` apart), which a test asks of every example of every rule.
"""

import re

from state.policy.programs import BY_PROGRAM
from state.policy.shell import LONGEST


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


_WORD = re.compile(r"[A-Za-z_][\w-]*")
_AIM = re.compile(r">\s?(?!/dev/null|/tmp/)[~/$]|commit -[a-zA-Z]{0,9}n|\bnpm i\b|\bssh\b.{1,99}-R")
_SEEN_BY_VERB = _set("git gh bun uv cargo bundle make just docker go npm pnpm yarn claude codex gemini")
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
    " k9s secret secrets token credential merge approve workflow variable auth fill"
)
_BRANCH = ("branch -", "tag -", "config ", "worktree remove")


def may_matter(line: str) -> bool:
    """Say whether a line can have an effect: a quick look for those who read thousands of lines.

    `opaque` is not looked for. Quotes within a word hide a program's name from a search and not from a shell.
    """
    plain = line[:LONGEST].replace("'", "").replace('"', "").replace("\\", "")
    if not _HINTS.isdisjoint(_WORD.findall(plain)) or any(word in plain for word in _BRANCH):
        return True
    return _AIM.search(plain) is not None
