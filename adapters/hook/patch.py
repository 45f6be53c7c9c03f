"""Reads which files a patch of Codex names and what it would add.

Source: the `apply_patch` format as it stands in codex-rs/apply-patch and in real calls: `*** Begin Patch`, then
`*** Add File: P`, `*** Update File: P` with an optional `*** Move to: P`, `*** Delete File: P`, then `*** End Patch`.
"""

from adapters.hook.exchange import NotUnderstood

_NAMING = ("*** Add File: ", "*** Update File: ", "*** Delete File: ", "*** Move to: ")
_MOST = 2000


def touched(patch: str) -> tuple[tuple[str, ...], str]:
    """Give the files that a patch names and the text that it adds. Raises `NotUnderstood` where it names none."""
    paths: list[str] = []
    added: list[str] = []
    for line in patch.split("\n"):
        named = line.strip()
        prefix = next((one for one in _NAMING if named.startswith(one)), None)
        if prefix is not None:
            paths.append(named.removeprefix(prefix).strip())
        elif line.startswith("+"):
            added.append(line[1:])
    if not paths or len(paths) > _MOST:
        raise NotUnderstood("the edit names no file" if not paths else f"the patch names {len(paths)} files")
    return tuple(dict.fromkeys(paths)), "\n".join(added)
