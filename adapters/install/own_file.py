"""A file that is Headgate's alone: written where there is none, taken away whole, and never laid over another's."""

import json
from pathlib import Path
from typing import Any

from adapters.install.change import Placement, Registration
from adapters.install.json_scan import Unsure

MARK = "headgate-hook"


def own_file(agent: str, path: Path, content: bytes, placement: Placement) -> Registration:
    """Register by a file of our own, which names `MARK` in its text."""

    def put(found: bytes | None) -> bytes:
        if found is not None:
            raise Unsure("it is there already and not Headgate's: join the two by hand, `--dry-run` shows our part")
        return content

    def take(found: bytes | None) -> bytes | None:
        return None if found is not None and _is_ours(found) else found

    return Registration(agent, path, placement, put, take)


def json_bytes(document: dict[str, Any]) -> bytes:
    """Lay a document out as a settings file."""
    return (json.dumps(document, indent=2) + "\n").encode()


def _is_ours(content: bytes) -> bool:
    return MARK.encode() in content.split(b"\n\n")[0] or b"/adapters/hook" in content
