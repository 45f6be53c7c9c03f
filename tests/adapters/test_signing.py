"""Real keys and the real ssh-keygen: who may approve, with what, and what is refused."""

import os
import subprocess
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.signing import SshSigner
from state.approval.approval import Signed
from state.approval.statement import NAMESPACE
from tests.approvals import STATEMENT
from tests.terminal.on_a_pty import Terminal
from tests.world import ROOT

PASSPHRASE = "five small words here"
AT = float(STATEMENT.issued_at)


class OnTerminal(Terminal):
    module = "tests.adapters.sign_once"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with a key that has a passphrase, and two that have none."""
    folder = tmp_path_factory.mktemp("keys")
    for name, words in (("guarded", PASSPHRASE), ("open", ""), ("other", "")):
        made = ["ssh-keygen", "-q", "-t", "ed25519", "-a", "1", "-N", words, "-C", name, "-f", str(folder / name)]
        subprocess.run(made, check=True, stdin=subprocess.DEVNULL)
    return folder


def environment() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}


def did(*words: str, **variables: str) -> str:
    given = {**environment(), **variables}
    return subprocess.run(words, env=given, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True).stdout


def listed(keys: Path, name: str, who: str = STATEMENT.principal, options: str = f'namespaces="{NAMESPACE}"') -> bytes:
    public = " ".join((keys / f"{name}.pub").read_text().split()[:2])
    return f"{who} {options} {public}\n".encode()


def signed_with(key: Path, text: bytes) -> bytes:
    signature = SshSigner(environment()).sign(text, str(key))
    assert isinstance(signature, bytes), signature
    return signature


async def test_a_passphrase_is_asked_on_the_terminal_although_an_agent_holds_the_key(
    keys: Path, tmp_path: Path, socket: Path
) -> None:
    said, made = tmp_path / "said", tmp_path / "made"
    said.write_bytes(STATEMENT.text())
    words = [str(keys / "guarded"), str(said), str(made)]
    terminal = OnTerminal(words, {**environment(), "PYTHONPATH": str(ROOT), "SSH_AUTH_SOCK": str(socket)}, tmp_path)
    terminal.until_text("passphrase")
    terminal.press(PASSPHRASE + "\n")
    assert terminal.wait() == 0
    terminal.close()
    found = await SshSigner(environment()).verify(STATEMENT.text(), made.read_bytes(), listed(keys, "guarded"), AT)
    assert isinstance(found, Signed), found
    assert (found.principal, found.level, found.counter) == (STATEMENT.principal, "signed", None)
    assert found.key in did("ssh-keygen", "-lf", str(keys / "guarded.pub"))


def test_what_is_no_statement_or_no_private_key_is_not_signed(keys: Path) -> None:
    told = SshSigner(environment()).sign(b"{}", str(keys / "open"))
    assert told == "only a statement is signed: the statement lacks `_type`"
    assert "public half" in str(SshSigner(environment()).sign(STATEMENT.text(), str(keys / "open.pub")))
    assert "cannot be read" in str(SshSigner(environment()).sign(STATEMENT.text(), str(keys / "nowhere")))


async def test_only_a_key_listed_for_that_person_and_purpose_counts(keys: Path) -> None:
    signer, text = SshSigner(environment()), STATEMENT.text()
    signature = signed_with(keys / "open", text)
    assert isinstance(await signer.verify(text, signature, listed(keys, "open"), AT), Signed)
    refused = {
        "another key": listed(keys, "other"),
        "another person": listed(keys, "open", "eve@corp"),
        "everybody": listed(keys, "open", "*"),
        "no namespace": listed(keys, "open", options="").replace(b"  ", b" "),
        "git alone": listed(keys, "open", options='namespaces="git"'),
        "an authority": listed(keys, "open", options=f'cert-authority,namespaces="{NAMESPACE}"'),
        "not yet": listed(keys, "open", options=f'namespaces="{NAMESPACE}",valid-after="20990101"'),
        "no more": listed(keys, "open", options=f'namespaces="{NAMESPACE}",valid-before="20200101"'),
        "nobody": b"",
        "noise": b"\xff\x00 ssh-ed25519\n" * 3,
    }
    for name, allowed in refused.items():
        assert isinstance(await signer.verify(text, signature, allowed, AT), str), name


async def test_a_signature_counts_for_its_own_text_and_namespace_alone(keys: Path, tmp_path: Path) -> None:
    signer, text, allowed = SshSigner(environment()), STATEMENT.text(), listed(keys, "open")
    signature = signed_with(keys / "open", text)
    other = replace(STATEMENT, tree="0" * 40).text()
    assert "not the signature" in str(await signer.verify(other, signature, allowed, AT))
    said = tmp_path / "said"
    said.write_bytes(text)
    did("ssh-keygen", "-q", "-Y", "sign", "-f", str(keys / "open"), "-n", "git", str(said))
    assert "is for git" in str(await signer.verify(text, (tmp_path / "said.sig").read_bytes(), allowed, AT))
    assert "no armoured" in str(await signer.verify(text, b"trust me", allowed, AT))
    assert "no statement" in str(await signer.verify(b"trust me", signature, allowed, AT))


@pytest.fixture
def socket(keys: Path, tmp_path: Path) -> Generator[Path]:
    """Run an ssh-agent that holds the guarded key, as a child that ends with the test."""
    socket = tmp_path / "agent"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.PIPE)
    assert agent.stdout is not None
    try:
        assert b"SSH_AUTH_SOCK" in agent.stdout.readline()
        answer = tmp_path / "answer"
        answer.write_text(f"#!/bin/sh\necho '{PASSPHRASE}'\n")
        answer.chmod(0o700)
        asked = {"SSH_AUTH_SOCK": str(socket), "SSH_ASKPASS": str(answer), "SSH_ASKPASS_REQUIRE": "force"}
        did("ssh-add", "-q", str(keys / "guarded"), **asked)
        yield socket
    finally:
        agent.terminate()
        agent.wait()
        agent.stdout.close()


async def test_a_key_that_an_agent_can_use_is_no_key_to_approve_with(keys: Path, tmp_path: Path, socket: Path) -> None:
    guarded, signer = str(keys / "guarded"), SshSigner(environment(), tmp_path)
    assert "no passphrase" in await signer.usable_by_agents(str(keys / "open"), ())
    ours = SshSigner({**environment(), "SSH_AUTH_SOCK": str(socket)})
    assert "loaded in an ssh-agent" in await ours.usable_by_agents(guarded, ())
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "environ").write_bytes(b"A=1\0SSH_AUTH_SOCK=" + str(socket).encode() + b"\0")
    assert "loaded in an ssh-agent" in await signer.usable_by_agents(guarded, (7,))
    assert await signer.usable_by_agents(guarded, (8,)) == ""
