"""What writing a file can do beyond the file: start programs at login, loosen an agent's own settings, hit a device."""

from collections.abc import Iterator

from state.policy.glob import globs
from state.policy.places import outside

_OWN_RULES = globs(
    (
        "**/.claude/settings*.json",
        "**/.claude/hooks/**",
        "**/.codex/{config.toml,hooks.json,rules/**}",
        "**/.gemini/settings.json",
        "**/.git/{config,hooks/**,refs/**,packed-refs,objects/**}",
        "**/.config/opencode/**",
    )
)
_POLICY = globs(("**/.headgate/**",))
_HANDED_IN = "/.headgate/evidence.md"
"""What agents are asked to write there: their own words on their change, which decide nothing."""
_AT_LOGIN = globs(
    (
        "{.bashrc,.bash_profile,.profile,.zshrc,.zprofile,.zshenv,authorized_keys}",
        "**/.config/{autostart,systemd,fish}/**",
        "**/Library/Launch{Agents,Daemons}/**",
        "**/.ssh/{config,rc}",
    )
)
_DEVICES = ("/dev/sd", "/dev/nvme", "/dev/disk", "/dev/hd", "/dev/vd", "/dev/mapper/", "/dev/tcp/", "/dev/udp/")
_SYSTEM = ("/etc/", "/usr/", "/bin/", "/sbin/", "/boot/", "/lib", "/System/", "/Library/", "/opt/")


def written_effect(path: str, top: str | None) -> Iterator[str]:
    """Give the effects of writing to `path`, for a run that may change `top`."""
    if path.startswith(("/dev/tcp/", "/dev/udp/")):
        yield "net.send"
    elif path.startswith(_DEVICES):
        yield "fs.device"
    elif _OWN_RULES.match(path):
        yield "self.tamper"
    elif _POLICY.match(path) and not f"/{path}".endswith(_HANDED_IN):
        yield "policy.write"
    elif outside(path, top) and (path.startswith(_SYSTEM) or _AT_LOGIN.match(path)):
        yield "sys.write"
