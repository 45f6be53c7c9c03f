"""Where an agent's hook can stand, and what each place protects against: seen with real clients, named by version."""

import os
from collections.abc import Callable, Iterator, Mapping

from adapters.install.change import Placement

_USER = {
    "claude-code": "an agent can switch it off by writing `disableAllHooks` into its worktree's settings; the board "
    "shows a run whose calls do not pass the hook",
    "codex": "it holds for sessions that start with this CODEX_HOME and its trust; `--disable hooks` leaves it out",
    "gemini-cli": 'a worktree\'s `.gemini/settings.json` with `"hooksConfig":{"enabled":false}` switches it off',
    "opencode": "a session that starts without this configuration directory leaves it out",
}
_MANAGED = {
    "claude-code": "no project, user or launch setting switches it off (seen with 2.1.330); other hooks than the "
    "machine's own are off as well",
    "codex": "it needs no trust, and no flag or setting switches it off (seen with 0.169)",
    "gemini-cli": "a worktree's settings do not switch it off (seen with 0.61)",
}


def placement_lines(
    agent: str, *, placement: Placement, environment: Mapping[str, str], command: Callable[[str], list[str]]
) -> Iterator[str]:
    """Say what the chosen placement protects against, and name the strongest that this machine allows."""
    if placement == "managed":
        yield f"placement: the machine's own settings. {_MANAGED.get(agent, 'There is none for this agent.')}"
        return
    yield f"placement: user settings, against mistakes and injected text. It is no wall: {_USER[agent]}"
    stronger = _stronger(agent)
    if stronger:
        yield f"stronger here: {stronger}"


def _stronger(agent: str) -> str:
    if agent not in _MANAGED:
        return ""
    managed = f"`headgate init --managed --agent {agent}`: {_MANAGED[agent]}"
    if os.geteuid() != 0:
        managed += "; it needs root"
    else:
        managed += "; but an agent that runs as root can undo it, as it can everything"
    if agent == "claude-code":
        return f'`claude --settings FILE --setting-sources ""` for one launch; {managed}'
    return managed
