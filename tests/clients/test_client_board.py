"""A real client's call, decided by the keys of a real board, as its human does."""

from pathlib import Path

import pytest

from tests.clients.found import real
from tests.clients.lab import DESTRUCTIVE
from tests.clients.supervised import ended_well, policy, pressed, supervised
from tests.clients.table import shows

pytestmark = pytest.mark.timeout(600)


@shows("board")
@real("claude-code", "codex", "gemini-cli", "opencode")
def test_a_call_is_approved_by_the_boards_own_keys(tmp_path: Path, client: tuple[str, str]) -> None:
    with supervised(tmp_path, client, policy("escalate"), core=False) as place, place.board() as board:
        child = place.lab.start()
        place.question()
        board.until_text("1 needs you", seconds=60)
        board.press("D")
        board.until_text("exception gate", "build-stays", DESTRUCTIVE)
        assert place.lab.survived and child.poll() is None
        pressed(board, "a", "recorded: approved")
        ended_well(place, place.lab.end_of(child))
        assert not place.lab.survived
        assert [(one["verdict"], one["outcome"]) for one in place.calls()] == [("allow", "human")]
