"""Which commands read a secret, and which send something to another machine."""

import re
from collections.abc import Sequence

from state.policy.command import Command
from state.policy.named import named
from state.policy.secret_files import is_secret

READERS = named(
    "cat less more head tail bat grep egrep fgrep rg ag awk gawk sed cp mv ln base64 base32 xxd od hexdump strings"
    " source . tar zip scp rsync openssl jq yq nl tac rev cut tr sort uniq paste join fold diff cmp comm column vim vi"
    " nano view iconv zcat gzip dd tee mapfile readarray read pr fmt expand split csplit install 7z curl wget git"
    " docker podman"
)
"""Programs that give on, copy or send what stands in the files they name."""
DOWNLOADS = frozenset({"curl", "wget", "fetch", "http", "https", "xh", "aria2c"})
"""Programs that fetch what an address names."""
LOCAL = re.compile(r"(?:https?://)?(?:localhost|127\.\d|0\.0\.0\.0|\[::1\]|host\.docker\.internal)")
"""Addresses of this machine."""
_SENDS = ("-d", "-F", "-T", "--data", "--form", "--upload-file", "--json", "--post-data", "--post-file", "--body")
_MAY_BE_SECRET = re.compile(
    r"\.e|id_|\.p|\.jks|keystore|\.key|netrc|credential|\.aws|\.kube|\.docker|hosts\.yml|\.ssh|gnupg|auth\.json|oauth_|environ|gcloud"
)
"""A quick look: what every name of `state.policy.secret_files` has in it."""
_LOOKS_FOR = named("grep egrep fgrep rg ag sed awk gawk jq yq")
_METHODS = ("POST", "PUT", "PATCH", "DELETE")
SENDERS = named("nc ncat netcat telnet socat mail mailx sendmail mutt ftp tftp lftp sftp")
"""Programs that send whatever they are given."""


def reads_secret(one: Command) -> bool:
    """Say whether a command reads a file that holds secrets."""
    if not _MAY_BE_SECRET.search(" ".join((*one.words, *one.read)).lower()):
        return False
    told = [*(_files_of(one.words) if one.name in READERS else ()), *one.read]
    if one.name in ("git", "docker", "podman"):  # `git show HEAD:.env`, `docker run -v ~/.aws:/x`
        if one.name == "git" and not {"show", "cat-file", "blame", "grep", "archive"} & {*one.words[1:4]}:
            told = [*one.read]
        told = [piece for word in told for piece in word.split(":")]
    elif one.name in ("dd", *DOWNLOADS):
        told = [word.partition("=")[2] if word.startswith("if=") else word for word in told if "://" not in word]
        if one.name in DOWNLOADS:
            told = [word for at, word in enumerate(one.words[1:], 1) if one.words[at - 1] in ("-T", "--upload-file")]
    told += [word.partition("@")[2] for word in one.words[1:] if "@" in word and one.name in DOWNLOADS]
    return any(is_secret(word) for word in told if word[:1] != "-")


def _files_of(words: Sequence[str]) -> Sequence[str]:
    """Give the words behind a program without what a search or a filter looks for, which is its first."""
    if words[0] not in _LOOKS_FOR or any(word.startswith(("-e", "-f", "--reg", "--file")) for word in words[1:]):
        return words[1:]
    first = next((at for at, word in enumerate(words[1:], 1) if word[:1] != "-"), len(words))
    return (*words[1:first], *words[first + 1 :])


def sends(words: Sequence[str]) -> bool:
    """Say whether a command sends something to another machine."""
    name, rest = words[0], words[1:]
    if name in ("http", "https", "xh"):
        return any(
            word.upper() in _METHODS or ("=" in word and "://" not in word and "==" not in word) for word in rest
        )
    if name in DOWNLOADS:
        gives = any(word.startswith(_SENDS) for word in rest) or method(rest) in ("POST", "PUT", "PATCH", "DELETE")
        return gives and not any(LOCAL.match(word) for word in rest)
    if name in ("scp", "rsync"):
        return any(":" in word and not word.startswith(("-", "/", "./")) for word in rest)
    if name in ("dig", "nslookup", "host"):
        return any("$(" in word or "`" in word for word in rest)
    if name in ("gh", "glab") and rest[:2] == ("gist", "create"):
        return True
    return name in SENDERS and not any(LOCAL.match(word) for word in rest)


def method(words: Sequence[str]) -> str:
    """Give the method that a request is told to use, "" where it is told none."""
    for at, word in enumerate(words):
        if word in ("-X", "--request", "--method"):
            return words[at + 1].upper() if at + 1 < len(words) else ""
        if word.startswith(("-X", "--request=", "--method=")):
            return word.removeprefix("-X").rpartition("=")[2].upper()
    return ""
