"""Reads an SSH signature itself, because `ssh-keygen -Y verify` does not say whether a key was touched.

The format is OpenSSH's PROTOCOL.sshsig; what hardware keys add to a signature (flags and counter) is PROTOCOL.u2f's.
Nothing here verifies anything: what is read counts only once ssh-keygen took the signature for good.
"""

import base64
import binascii
import hashlib
import re
import struct
from dataclasses import dataclass

from state.approval.approval import Level

LONGEST = 16 * 1024
_ARMOUR = re.compile(
    rb"-----BEGIN SSH SIGNATURE-----\n((?:[A-Za-z0-9+/=]{1,76}\n)+)-----END SSH SIGNATURE-----\n?", re.ASCII
)
_MAGIC = b"SSHSIG"
_SK = ("sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com")
_PLAIN = {
    "ssh-ed25519": ("ssh-ed25519",),
    # RSA keys sign as one of these; plain ssh-rsa is SHA-1 (PROTOCOL.sshsig forbids it).
    "ssh-rsa": ("rsa-sha2-256", "rsa-sha2-512"),
    **{f"ecdsa-sha2-nistp{bits}": (f"ecdsa-sha2-nistp{bits}",) for bits in (256, 384, 521)},
}
_TOUCHED, _VERIFIED = 0x01, 0x05


class SignatureInvalid(ValueError):
    """The text is no SSH signature that can be read. Its own text is one sentence on why."""


@dataclass(frozen=True, slots=True)
class SshSignature:
    """What a signature says of itself. `flags` and `counter` are a hardware key's, None with any other key."""

    kind: str
    public: bytes
    namespace: str
    hashed: str
    flags: int | None = None
    counter: int | None = None

    @property
    def fingerprint(self) -> str:
        """Give the key's name as `ssh-keygen -l` does."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.public).digest()).decode().rstrip("=")

    @property
    def level(self) -> Level | None:
        """Say how surely a human was there; None for a hardware key that nobody touched."""
        if self.flags is None:
            return "signed"
        if self.flags & _VERIFIED == _VERIFIED:
            return "verified"
        return "touched" if self.flags & _TOUCHED else None


def signature_of(armoured: bytes) -> SshSignature:
    """Read an armoured signature, to its last byte. Raises `SignatureInvalid`."""
    if len(armoured) > LONGEST:
        raise SignatureInvalid("it is longer than any SSH signature")
    found = _ARMOUR.fullmatch(armoured)
    if found is None:
        raise SignatureInvalid("it is no armoured SSH signature")
    try:
        blob = base64.b64decode(found[1].replace(b"\n", b""), validate=True)
    except binascii.Error:
        raise SignatureInvalid("its armour holds no base64") from None
    return _read(blob)


def fingerprint_of(line: bytes) -> str:
    """Give the fingerprint of a public key as one line of OpenSSH. Raises `SignatureInvalid`."""
    words = line.split()
    try:
        blob = base64.b64decode(words[1], validate=True)
    except (IndexError, binascii.Error):
        raise SignatureInvalid("it is no public key of OpenSSH") from None
    return SshSignature("", blob, "", "").fingerprint


def _read(blob: bytes) -> SshSignature:
    if not blob.startswith(_MAGIC):
        raise SignatureInvalid("it does not begin as an SSH signature")
    rest = _Bytes(blob[len(_MAGIC) :])
    if (version := rest.number()) != 1:
        raise SignatureInvalid(f"it is of version {version}, and only 1 is known")
    public, namespace, reserved = rest.string(), rest.string(), rest.string()
    hashed, signature = rest.string(), _Bytes(rest.string())
    rest.end()
    if reserved:
        raise SignatureInvalid("it holds something where nothing may stand")
    if (kind := _word(_Bytes(public).string())) not in (*_SK, *_PLAIN):
        raise SignatureInvalid("it is of a kind of key that is not known")
    if (signed_as := _word(signature.string())) not in _PLAIN.get(kind, (kind,)):
        raise SignatureInvalid(f"a key of kind {kind} does not sign as {signed_as or 'nothing'}")
    signature.string()
    flags, counter = (signature.byte(), signature.number()) if kind in _SK else (None, None)
    signature.end()
    if (hash_word := _word(hashed)) not in ("sha256", "sha512"):
        raise SignatureInvalid("it is over a digest that is not known")
    return SshSignature(kind, public, _word(namespace), hash_word, flags, counter)


def _word(raw: bytes) -> str:
    told = raw.decode("ascii", "replace") if len(raw) <= 120 else ""
    return told if told.isascii() and told.isprintable() else ""


class _Bytes:
    """What is left of a blob in SSH's wire format (RFC 4251, section 5)."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def _take(self, many: int) -> bytes:
        if len(self._raw) < many:
            raise SignatureInvalid("it ends too early")
        taken, self._raw = self._raw[:many], self._raw[many:]
        return taken

    def byte(self) -> int:
        return self._take(1)[0]

    def number(self) -> int:
        return struct.unpack(">I", self._take(4))[0]

    def string(self) -> bytes:
        return self._take(self.number())

    def end(self) -> None:
        if self._raw:
            raise SignatureInvalid("it goes on behind its end")
