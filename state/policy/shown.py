"""What a request shows of a command: one line, cut, without secrets. Standard library only, for the hook.

A run of letters and digits that is long enough to be a key shows its last four characters, whatever it is: a hash that
is hidden here costs nothing, and the call in full stands beside it.
"""

LONGEST = 160
"""Characters shown."""
_REACH = 200
"""Characters beyond the cut in which a secret is looked for."""
_KEY = 20
SIGNS = (
    "PASS",
    "TOKEN",
    "SECRET",
    "KEY=",
    "_PWD=",
    "-pass",
    "-token",
    "-secret",
    "api-key",
    "apikey",
    "uthorization",
    "-api-",
    "-Api-",
    "-API-",
    "rivate-token",
    "RIVATE-TOKEN",
)
"""One of these stands in every line in which `state.findings.passwords` finds a secret by its name."""
_MORE = ("mysql", "mariadb", "sshpass", "curl", "://")


def shown(text: str) -> str:
    """Give a command or a path as one line of at most `LONGEST` characters, its secrets masked."""
    text = " ".join(text[: LONGEST + _REACH].split())
    if any(sign in text for sign in SIGNS) or any(sign in text for sign in _MORE):
        from state.findings.passwords import hidden  # its patterns cost milliseconds, and few lines need them

        text = hidden(text)
    text = "".join(letter if letter.isprintable() else "·" for letter in _masked(text))
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _masked(text: str) -> str:
    """Hide each run of letters and digits that looks like a key; a path's names are runs of their own."""
    kept: list[str] = []
    start = 0
    for at in range(len(text) + 1):
        if at < len(text) and (text[at].isalnum() or text[at] in "_-+="):
            continue
        run = text[start:at]
        kept.append(f"⟨…{run[-4:]}⟩" if _is_key(run) else run)
        kept.append(text[at : at + 1])
        start = at + 1
    return "".join(kept)


def _is_key(run: str) -> bool:
    if len(run) < _KEY:
        return False
    digits = sum(letter.isdigit() for letter in run)
    mixed = any(letter.isupper() for letter in run) and any(letter.islower() for letter in run)
    return digits >= 4 or (mixed and digits >= 1)
