"""docs/clients.md keeps the table that the suite prints: its rows, its clients and versions, and nothing vague."""

import ast
import re
from pathlib import Path

from tests.clients.kept import keep, table_of, written
from tests.clients.table import AGENTS, FAILED, HELD, NOT_TRIED, NOTHING, ROWS, Table

HERE = Path(__file__).parent
FILE = HERE.parents[1] / "docs" / "clients.md"


def printed() -> list[list[str]]:
    """Give the cells of the document's table, its head first."""
    lines = [line for line in FILE.read_text().splitlines() if line.startswith("| ")]
    table = lines[lines.index(next(line for line in lines if line.startswith("| what is tried"))) :]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in (table[0], *table[2:])]


def claimed() -> set[str]:
    """Give every row that a test says it is of."""
    calls = [
        node
        for file in sorted(HERE.glob("test_*.py"))
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "shows"
    ]
    return {word.value for call in calls for word in call.args if isinstance(word, ast.Constant)}  # type: ignore[misc]


def test_every_row_is_tried_by_a_test_and_stands_in_the_document() -> None:
    assert claimed() == set(ROWS)
    assert [row[0] for row in printed()[1:]] == list(ROWS.values())


def test_each_column_is_a_client_with_its_version_and_each_cell_one_of_four_words() -> None:
    head, *rows = printed()
    assert list(dict.fromkeys(column.partition(" ")[0] for column in head[1:])) == list(AGENTS)
    assert len(set(head[1:])) == len(head[1:])
    assert all(re.fullmatch(r"[a-z-]+ \d+\.\d+\.\d+", column) for column in head[1:])
    cells = [cell for row in rows for cell in row[1:]]
    assert len(cells) == len(ROWS) * len(head[1:])
    assert {cell.partition(",")[0] for cell in cells} <= {HELD, FAILED, NOT_TRIED, NOTHING}


def test_a_row_holds_only_where_each_of_its_tests_passed() -> None:
    table, first, second = Table(), ("client", "codex 0.1.2"), ("client", "claude-code 2.0.0")
    table.take("passed", [("shows", "rule"), ("shows", "deny"), first, ("seen", "1.7 s")])
    table.take("passed", [("shows", "rule"), second])
    table.take("failed", [("shows", "rule"), second])
    table.take("skipped", [("shows", "rule"), ("client", "opencode")])
    table.take("passed", [("of", "another test")])
    assert table.clients == ["claude-code 2.0.0", "codex 0.1.2", "opencode"]
    assert [table.cell("rule", client) for client in table.clients] == [FAILED, "held, 1.7 s", NOT_TRIED]
    assert table.cell("deny", "claude-code 2.0.0") == NOTHING
    assert table.tried() == 3
    assert table.lines()[-1] == f"| {ROWS['deny']} | – | held, 1.7 s | – |"


def test_a_client_of_which_a_version_is_here_has_no_column_without_one() -> None:
    table = Table()
    table.take("passed", [("shows", "rule"), ("client", "codex 0.1.2")])
    table.take("skipped", [("shows", "eleven"), ("client", "codex")])
    assert table.clients == ["codex 0.1.2"]


def test_a_suite_that_ran_in_parts_is_put_together_of_each_tests_last_result(tmp_path: Path) -> None:
    file, old, new = tmp_path / "kept", ("client", "codex 0.1.2"), ("client", "codex 0.2.0")
    keep(file, [("t[codex]", "failed", [("shows", "rule"), old]), ("other", "passed", [])])
    keep(file, [("t[codex]", "passed", [("shows", "rule"), old]), ("t[codex-2]", "failed", [("shows", "rule"), new])])
    keep(file, [("t[codex]", "skipped", [("shows", "rule"), old]), ("t[codex]", "passed", [("shows", "rule"), new])])
    lines = table_of([file]).lines()
    assert lines[-1] == f"| {ROWS['rule']} | held | held |"
    page = "# Page\n\n| what is tried | codex 0.0.1 |\n| --- | --- |\n| old | held |\n\nWords.\n"
    assert written(page, lines) == "\n".join(["# Page", "", *lines, "", "Words.", ""])
