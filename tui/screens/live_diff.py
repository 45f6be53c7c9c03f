"""The way from a run to the diff of its worktree as it is now, whether a package was made of it or not."""

from state.runs.card import Card
from tui.diff_source import LiveSource
from tui.screens.commanded import CommandedScreen
from tui.screens.diff import DiffScreen
from tui.wording import UNKNOWN
from tui.wording_review import NO_WORKTREE_HERE


def show_live(screen: CommandedScreen, card: Card | None, path: str = "") -> None:
    """Show it over a screen, at the file `path` if one is named, or say why there is none."""
    if card is None or not card.worktree:
        screen.say(NO_WORKTREE_HERE, "warn")
        return
    source = LiveSource(card.id, card.worktree, card.branch or UNKNOWN, screen.headgate.reader)
    screen.app.push_screen(DiffScreen(source, path=path))
