"""The progress bar of a first reading, for verbs on a terminal."""

import sys
from collections.abc import Callable

from state.ports import Batch
from tui.wording import indexing_progress


def shown_on_terminal() -> Callable[[Batch], None] | None:
    """Give what draws the bar on standard error after each batch; None where no human looks at it."""
    return _draw if sys.stderr.isatty() else None


def _draw(batch: Batch) -> None:
    if batch.backlog:
        left = batch.done < batch.backlog
        sys.stderr.write(f"\r\x1b[K{indexing_progress(batch.done / batch.backlog)}" if left else "\r\x1b[K")
        sys.stderr.flush()
