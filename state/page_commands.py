"""What can be done on a page of text that lies over another screen: the help, evidence, a story, a figure, a clash."""

from state.command import Command

PAGING: tuple[Command, ...] = (
    Command("close_page", "Close", ("escape", "q", "enter"), "Look", "goes back to where it was opened"),
)
"""Of every such page; the key that opened it closes it, too."""

FIGURING: tuple[Command, ...] = (
    Command("open_event", "Open", ("enter", "o"), "Look", "where the event under the cursor was read"),
    Command("close_figure", "Close", ("escape", "q", "dollar_sign"), "Look", "goes back to the money"),
)
CLASHING: tuple[Command, ...] = (
    Command("next_clash", "Next conflict", ("n",), "Move", "without going back to the matrix"),
    Command("clash_evidence", "Evidence", ("o",), "Look", "what a finding about the two rests on"),
)
