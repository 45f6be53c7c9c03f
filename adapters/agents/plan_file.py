"""Plans that agents keep in files: which file is one, and its prose for the core.

Only names that say so count: PLAN.md, and Markdown below `docs/plan` or `docs/plans`.
"""

import hashlib
import re

from adapters.agents.tool_calls import said_line
from state.gates.plan_parts import plan_parts

PROSE = 8000
"""Characters kept of a plan."""
_LEAST_PARTS = 3
_NAMED = re.compile(r"/(?:plan\.md|docs/plans?/[^\n]*\.md|docs/plan\.md)$", re.IGNORECASE)


def is_plan(path: str | None) -> bool:
    """Say whether the file at an absolute path is a plan."""
    return path is not None and path[-3:].lower() == ".md" and _NAMED.search(path) is not None


def sha(prose: str) -> str:
    """Give the SHA-256 of a plan's prose, by which an approval names it."""
    return hashlib.sha256(prose.encode("utf-8", "replace")).hexdigest()


def shows_plan(text: str) -> bool:
    """Say whether words that no tool handed in as a plan read as one: they have some of its nine parts."""
    return sum(part.found for part in plan_parts(text)) >= _LEAST_PARTS


def prose(text: str) -> str:
    """Give a plan's prose, cut, cleaned and without secrets."""
    return said_line(text.strip(), PROSE)
