"""What OpenCode's model said last is read whole from its database: evidence that it hands in stands there."""

from pathlib import Path

from adapters.agents.opencode_rows import OpenCodeStore
from adapters.messages.last_words import last_row_said
from adapters.rows import Database, RowLog
from tests.adapters import opencode_world


def test_the_last_text_of_the_model_is_given_whole_and_no_humans(tmp_path: Path) -> None:
    written = opencode_world.Database(tmp_path / "opencode.db")
    rows = RowLog(Database(str(written.path), OpenCodeStore()), "ses_1")
    assert last_row_said(rows) == ""
    written.session("ses_1")
    said = "Done.\n\n## Tests run\nAll 2 tests pass.\n" + "x" * 3000
    for at, role, text in ((1, "assistant", "I begin."), (2, "assistant", said), (3, "user", "thanks")):
        written.message(f"msg_{at}", "ses_1", opencode_world.NOW + at, role=role)
        written.part(f"prt_{at}", f"msg_{at}", "ses_1", opencode_world.NOW + at, type="text", text=text)
    written.part("prt_4", "msg_2", "ses_1", opencode_world.NOW + 2, type="text", text=" ")
    assert last_row_said(rows) == said
    written.connection.close()
