"""A signature is read to its last byte, and a hardware key's flags and counter are read off it."""

import base64
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.approval.sshsig import SignatureInvalid, signature_of
from state.approval.statement import NAMESPACE

SK = b"sk-ssh-ed25519@openssh.com"


def string(raw: bytes) -> bytes:
    return struct.pack(">I", len(raw)) + raw


def armoured(blob: bytes) -> bytes:
    text = base64.b64encode(blob)
    lines = b"".join(text[at : at + 70] + b"\n" for at in range(0, len(text), 70))
    return b"-----BEGIN SSH SIGNATURE-----\n" + lines + b"-----END SSH SIGNATURE-----\n"


def made(
    kind: bytes = SK, more: bytes = b"\x05\x00\x00\x00\x2a", *, version: int = 1, tail: bytes = b"", **parts: bytes
):
    public = string(kind) + string(b"p" * 32) + (string(b"ssh:") if kind == SK else b"")
    given = {"namespace": NAMESPACE.encode(), "reserved": b"", "hashed": b"sha512", "signed_as": kind, **parts}
    signature = string(given["signed_as"]) + string(b"s" * 64) + more
    blob = b"SSHSIG" + struct.pack(">I", version) + string(public)
    blob += string(given["namespace"]) + string(given["reserved"]) + string(given["hashed"]) + string(signature)
    return blob + tail


@given(st.integers(0, 255), st.integers(0, 2**32 - 1))
def test_flags_say_how_surely_a_human_was_there(flags: int, counter: int) -> None:
    found = signature_of(armoured(made(more=struct.pack(">BI", flags, counter))))
    assert (found.flags, found.counter, found.namespace) == (flags, counter, NAMESPACE)
    expected = {0: None, 1: "touched", 4: None, 5: "verified"}[flags & 5]
    assert found.level == expected


def test_a_plain_key_only_signs() -> None:
    found = signature_of(armoured(made(b"ssh-ed25519", b"")))
    assert (found.level, found.flags, found.counter) == ("signed", None, None)


@pytest.mark.parametrize(
    ("blob", "why"),
    [
        (made(b"ssh-ed25519", b"\x05\x00\x00\x00\x01"), "behind its end"),
        (made(more=b"\x05"), "too early"),
        (made(more=b""), "too early"),
        (made(tail=b"x"), "behind its end"),
        (made(version=2), "version 2"),
        (made(reserved=b"x"), "nothing may stand"),
        (made(hashed=b"md5"), "digest"),
        (made(signed_as=b"ssh-ed25519"), "does not sign as"),
        (made(b"ssh-rsa", b"", signed_as=b"ssh-rsa"), "does not sign as"),
        (made(b"ssh-dss", b""), "kind of key"),
        (b"SSHSIX" + made()[6:], "does not begin"),
    ],
)
def test_any_other_shape_is_refused(blob: bytes, why: str) -> None:
    with pytest.raises(SignatureInvalid, match=why):
        signature_of(armoured(blob))


@given(st.integers(0, 400))
def test_a_signature_that_is_cut_is_refused(at: int) -> None:
    whole = made()
    with pytest.raises(SignatureInvalid):
        signature_of(armoured(whole[: at % len(whole)]))


@given(st.one_of(st.binary(max_size=300), st.binary(max_size=300).map(armoured)))
def test_anything_else_is_refused_with_a_sentence(text: bytes) -> None:
    with pytest.raises(SignatureInvalid):
        signature_of(text)
