"""Plans that Claude Code's agents write into files of the worktree: what a file holds after a call that wrote it.

A call that writes the whole file tells it; one that changes a part tells it together with the original in its result,
which Claude Code leaves out for large files: then nothing is said.
"""

from msgspec import Raw

from adapters.agents.claude_memory import Planned
from adapters.agents.claude_record import Record, Written, read_result, read_written
from adapters.agents.plan_file import prose, sha

_LONGEST_EDIT = 20_000
"""Characters of a plan's edits that are remembered until the result comes."""


def planned(given: Raw) -> Planned | None:
    """Give what a call will write into a plan's file."""
    told = read_written(given)
    if told.content is not None:
        return Planned(prose(told.content), sha(told.content))
    edits = [edit for one in (told.edits or [told]) if (edit := _edit(one)) is not None]
    size = sum(len(old) + len(new) for old, new, _ in edits)
    return Planned(edits=edits) if edits and size <= _LONGEST_EDIT else None


def rewritten(plan: Planned, record: Record) -> Planned | None:
    """Give the plan as its file holds it after the call; None where the record does not tell."""
    if not plan.edits:
        return plan
    text = read_result(record.toolUseResult).originalFile
    if text is None:
        return None
    for old, new, everywhere in plan.edits:
        text = text.replace(old, new, -1 if everywhere else 1)
    return Planned(prose(text), sha(text))


def _edit(told: Written) -> tuple[str, str, bool] | None:
    if told.old_string is None or told.new_string is None:
        return None
    return told.old_string, told.new_string, told.replace_all is True
