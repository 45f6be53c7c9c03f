"""The message of a merge commit: what was merged, and trailers that lead to who approved which bytes.

`Assisted-by: AGENT:MODEL` is the Linux kernel's form (Documentation/process/coding-assistants.rst).
"""

from collections.abc import Iterator

from state.approval.approval import Approval
from state.approval.statement import Statement
from state.evidence.package import Package
from state.text import clean

_SUBJECT = 72


def message_of(package: Package, agent: str, said: Statement, approval: Approval, head: tuple[int, str]) -> str:
    """Give the message; `head` is the ledger's last entry, by number and hash, as it was before the merge."""
    branch = clean(package.proposal.branch, 200)
    task = clean(package.task, 400).strip()
    subject = f"Merge {branch}: {task}" if task else f"Merge {branch}"
    if len(subject) > _SUBJECT:
        subject = subject[: _SUBJECT - 1].rstrip() + "…"
    body = f"\n{task}\n" if task and task not in subject else ""
    return f"{subject}\n{body}\n" + "\n".join(_trailers(package, agent, said, approval, head)) + "\n"


def author_of(principal: str) -> str:
    """Give the human as git writes an author; whoever is known by a name alone gets an address that none has."""
    return f"{principal} <{principal if '@' in principal else f'{principal}@headgate.invalid'}>"


def _trailers(
    package: Package, agent: str, said: Statement, approval: Approval, head: tuple[int, str]
) -> Iterator[str]:
    yield f"Approved-by: {author_of(said.principal)}"
    for model in package.models or ("unknown",):
        yield f"Assisted-by: {clean(agent, 60)}:{clean(model, 120)}"
    yield f"Run: {said.run}"
    if said.context_version is not None:
        yield f"Context-Version: {said.context_version}"
    yield f"Evidence: {said.evidence}"
    yield f"Approval: {approval.id}"
    yield f"Ledger-Head: {head[0]}:{head[1]}"
