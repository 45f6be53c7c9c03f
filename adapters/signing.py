"""Signs with a human's SSH key and holds signatures against allowed signers, by `ssh-keygen -Y`.

A passphrase is typed into ssh-keygen's own question on the terminal and never seen here; no ssh-agent is asked, because
any process of the account could ask it too (research/reliability.md 3).
"""

import asyncio
import os
import stat
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from state.approval.allowed import allowed_lines
from state.approval.approval import Signed
from state.approval.sshsig import SignatureInvalid, fingerprint_of, signature_of
from state.approval.statement import NAMESPACE, StatementInvalid, parsed
from state.text import clean

LIMIT = 10.0
"""Seconds that ssh-keygen may take where it asks nobody."""
ASKING = 300.0
"""Seconds that a human has for the passphrase, or to touch the key."""
_ASKS_ANYONE = frozenset({"SSH_AUTH_SOCK", "SSH_ASKPASS", "SSH_SK_PROVIDER", "DISPLAY", "WAYLAND_DISPLAY"})


class SshSigner:
    """The `Signer` port. `environment` is the human's; `proc` is where processes are looked up."""

    def __init__(self, environment: Mapping[str, str], proc: Path = Path("/proc")) -> None:
        self._environment, self._proc = environment, proc

    def sign(self, statement: bytes, key: str) -> bytes | str:
        """Sign with a private key file; the terminal is ssh-keygen's while it asks."""
        try:
            parsed(statement)
        except StatementInvalid as refused:
            return f"only a statement is signed: {refused}"
        if why := _no_private_key(Path(key)):
            return why
        with tempfile.TemporaryDirectory(prefix="headgate-sign-") as folder:
            said = Path(folder) / "statement.json"
            said.touch(0o600)
            said.write_bytes(statement)
            try:
                done = subprocess.run(
                    ["ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", NAMESPACE, str(said)],
                    env={**_without(self._environment), "SSH_ASKPASS_REQUIRE": "never"},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    timeout=ASKING,
                    check=False,
                )
                made = Path(f"{said}.sig")
                return made.read_bytes() if done.returncode == 0 else "ssh-keygen did not sign, and said why above"
            except subprocess.TimeoutExpired:
                return f"nobody answered ssh-keygen within {ASKING / 60:.0f} minutes; nothing was signed"
            except OSError as error:
                return f"ssh-keygen cannot be run: {error.strerror}; install OpenSSH's client"

    async def verify(self, statement: bytes, signature: bytes, allowed: bytes, at: float) -> Signed | str:
        """Hold a signature against those of `allowed` who may approve, at a time (seconds since 1970)."""
        try:
            who, told = parsed(statement).principal, signature_of(signature)
        except StatementInvalid as refused:
            return f"what was signed is no statement: {refused}"
        except SignatureInvalid as refused:
            return f"the signature is refused: {refused}"
        if told.namespace != NAMESPACE:
            return f"the signature is for {clean(told.namespace, 60) or 'nothing'} and not for {NAMESPACE}"
        lines = allowed_lines(allowed, who)
        if not lines:
            return f"no key of {who} may sign approvals: .headgate/allowed_signers of the base branch names none"
        if (level := told.level) is None:
            return "the hardware key was not touched, so any program could have signed"
        why = await asyncio.to_thread(self._held, statement, signature, lines, who, at)
        return why or Signed(who, told.fingerprint, level, told.counter)

    async def usable_by_agents(self, key: str, runs: Sequence[int]) -> str:
        """Say why a key can be used without its human: no passphrase, or an ssh-agent holds it; "" if neither."""
        return await asyncio.to_thread(self._usable, Path(key), tuple(runs))

    def _held(self, statement: bytes, signature: bytes, lines: bytes, who: str, at: float) -> str:
        when = datetime.fromtimestamp(at, UTC).strftime("%Y%m%d%H%M%SZ")
        with tempfile.TemporaryDirectory(prefix="headgate-verify-") as folder:
            signers, armoured = Path(folder) / "allowed", Path(folder) / "sig"
            signers.write_bytes(lines)
            armoured.write_bytes(signature)
            words = ["-f", str(signers), "-I", who, "-n", NAMESPACE, "-s", str(armoured), "-O", f"verify-time={when}"]
            done = self._run(["ssh-keygen", "-Y", "verify", *words], feed=statement)
        if isinstance(done, str):
            return done
        return "" if done.returncode == 0 else f"it is not the signature of a key that {who} may approve with"

    def _usable(self, key: Path, runs: Sequence[int]) -> str:
        if why := _no_private_key(key):
            return why
        opened = self._run(["ssh-keygen", "-y", "-P", "", "-f", str(key)])
        if isinstance(opened, str):
            return opened
        if opened.returncode == 0 and not opened.stdout.startswith(b"sk-"):
            told = "has no passphrase, so any program of this account can sign with it"
            return f"the key {clean(key.name, 80)} {told}: `ssh-keygen -p -f` sets one"
        public = opened.stdout if opened.returncode == 0 else _public_of(key)
        try:
            mine = fingerprint_of(public)
        except SignatureInvalid:
            named = clean(f"{key.name}.pub", 80)
            return f"{named} is not there, so nobody can tell whether an ssh-agent holds the key: `ssh-keygen -y`"
        for socket in self._sockets(runs):
            held = self._run(["ssh-add", "-l", "-E", "sha256"], socket=socket)
            if not isinstance(held, str) and mine.encode() in held.stdout.split():
                told = "is loaded in an ssh-agent that agents can reach"
                return f"the key {clean(key.name, 80)} {told} ({clean(socket, 80)}): `ssh-add -d` takes it out"
        return ""

    def _sockets(self, runs: Sequence[int]) -> tuple[str, ...]:
        """Name the sockets of ssh-agents that this account can reach: ours, the runs' own, and the usual places.

        Source of the places: ssh-agent(1), systemd's ssh-agent.socket, gnome-keyring, gcr and gpg-agent.
        """
        found = [self._environment.get("SSH_AUTH_SOCK", "")]
        found += [_variable(self._proc / str(pid), b"SSH_AUTH_SOCK") for pid in runs]
        found += [str(one) for one in Path("/tmp").glob("ssh-*/agent.*")]
        if runtime := self._environment.get("XDG_RUNTIME_DIR"):
            usual = ("ssh-agent.socket", "ssh-agent", "keyring/ssh", "gcr/ssh", "gnupg/S.gpg-agent.ssh")
            found += [str(Path(runtime) / name) for name in usual]
        return tuple(dict.fromkeys(one for one in found if one and _is_own_socket(Path(one))))

    def _run(
        self, command: Sequence[str], feed: bytes | None = None, socket: str = ""
    ) -> subprocess.CompletedProcess[bytes] | str:
        asked = {"SSH_AUTH_SOCK": socket} if socket else {}
        try:
            return subprocess.run(
                command,
                env={**_without(self._environment), "SSH_ASKPASS_REQUIRE": "never", **asked},
                input=b"" if feed is None else feed,
                capture_output=True,
                timeout=LIMIT,
                start_new_session=True,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"{command[0]} gave no answer within {LIMIT:.0f} seconds"
        except OSError as error:
            return f"{command[0]} cannot be run: {error.strerror}; install OpenSSH's client"


def _without(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name not in _ASKS_ANYONE}


def _no_private_key(key: Path) -> str:
    named = clean(str(key), 200)
    if key.suffix == ".pub":
        return f"{named} is the public half, for which ssh-keygen would ask an ssh-agent: name the private key"
    try:
        return "" if stat.S_ISREG(key.stat().st_mode) else f"{named} is no file"
    except OSError as error:
        return f"the key {named} cannot be read: {error.strerror}"


def _public_of(key: Path) -> bytes:
    try:
        return key.with_name(f"{key.name}.pub").read_bytes()[:16384]
    except OSError:
        return b""


def _variable(home: Path, name: bytes) -> str:
    try:
        words = (home / "environ").read_bytes().split(b"\0")
    except OSError:
        return ""
    return next((os.fsdecode(word[len(name) + 1 :]) for word in words if word.startswith(name + b"=")), "")


def _is_own_socket(path: Path) -> bool:
    try:
        told = path.stat()
    except OSError:
        return False
    return stat.S_ISSOCK(told.st_mode) and told.st_uid == os.getuid()
