"""What Headgate can promise of an agent, from facts about its hook. Nothing is promised that was not seen to hold."""

from dataclasses import dataclass
from typing import Literal

Guarantee = Literal["observe", "guardrail", "confined", "managed", "separated"]
"""From the weakest: it only watches; a hook that mistakes run into; the same with the agent's shell in a sandbox that
keeps it from the hook; a hook that no setting of the agent's switches off; an agent under an account of its own."""


@dataclass(frozen=True, slots=True)
class HookFound:
    """One agent's hook as it stands.

    `file` is where it is registered, `managed` whether that is the machine's own settings file, `complaint` what keeps
    it from running. `fires` is what the last canary showed, None where none flew for this version and command;
    `checked_at` when it flew, in seconds since 1970. `sandboxed` is whether the agent's settings confine its shell,
    `guarded` whether the account that runs here cannot write the hook's own files.
    """

    agent: str
    version: str | None
    command: tuple[str, ...]
    file: str | None = None
    managed: bool = False
    complaint: str | None = None
    fires: bool | None = None
    canary: str | None = None
    checked_at: float | None = None
    checked_version: str | None = None
    sandboxed: bool = False
    guarded: bool = False

    @property
    def installed(self) -> bool:
        """Say whether it is registered."""
        return self.file is not None


def guarantee_of(hook: HookFound) -> tuple[Guarantee, str]:
    """Give the guarantee that holds, and why it is no other."""
    if not hook.installed:
        return "observe", "no hook is registered: `headgate init` shows what it would change"
    if hook.complaint is not None:
        return "observe", hook.complaint
    if hook.fires is None:
        return "observe", f"the hook is registered and unverified: {_unverified(hook)}"
    if not hook.fires:
        return "observe", hook.canary or "the hook does not fire"
    if hook.managed and hook.guarded:
        return "managed", "it fires, no setting of the agent's switches it off, and its files are another account's"
    if hook.sandboxed:
        return "confined", "it fires, and the settings confine the agent's shell; a sandbox is not tried here"
    if hook.managed:
        return "guardrail", "it fires, and no setting switches it off; but this account can write the hook's own files"
    return "guardrail", "it fires; an agent that means to can switch it off, which the board then shows"


def _unverified(hook: HookFound) -> str:
    if hook.canary is not None and hook.checked_version == hook.version:
        return hook.canary
    if hook.checked_version is not None and hook.checked_version != hook.version:
        return f"a canary flew for {hook.checked_version}, not for this version; `headgate doctor --canary` flies one"
    return "no canary flew for it; `headgate doctor --canary` flies one"
