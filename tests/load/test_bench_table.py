"""The table of the benches says what broke, what was not measured, and takes nothing else of the page."""

from pathlib import Path

import pytest

from tests.bench import __main__ as bench
from tests.bench.table import ROWS, Table, made_once, read


def test_a_row_says_whether_its_limit_holds_and_the_table_ends_with_1_where_one_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(ROWS, str(tmp_path / "rows"))
    table = Table("one")
    table.row("quick", 1.5, 2.0, "x", "of three")
    table.not_measured("peer", "no ccusage here")
    assert table.status == 0
    table.row("lost", 1, 0, "lines")
    assert table.status == 1
    rows = read(tmp_path / "rows")
    assert [row.verdict for row in rows] == ["holds", "NOT MEASURED", "BROKEN"]
    assert rows[0].cells() == ("quick", "1.50", "2", "x", "0.75", "holds", "of three")
    assert rows[2].cells()[4] == "–"
    printed = capsys.readouterr().out.splitlines()
    assert printed[1].split() == ["peer", "–", "of", "–", "–", "NOT", "MEASURED", "no", "ccusage", "here"]
    told = bench.lines(rows)
    assert "| lost | 1 | 0 | lines | – | **BROKEN** | |" in told
    assert "3 rows: 1 hold, 1 **BROKEN**, 1 not measured." in told[-1]


def test_the_table_stands_between_its_marks_and_takes_nothing_else_of_the_page() -> None:
    page = "# A page\n\nwords\n"
    once = bench.written(page, ["a table"])
    assert once.startswith(page) and bench.written(once, ["a table"]) == once
    again = bench.written(once + "after\n", ["another"])
    assert again.startswith(page) and "a table" not in again and again.endswith("after\n")


def test_every_bench_has_a_program_and_what_is_made_is_made_once(tmp_path: Path) -> None:
    assert all((bench.ROOT / f"tests/bench/{name}.py").exists() for name in bench.BENCHES)
    made: list[Path] = []
    for _ in range(2):
        made_once(tmp_path / "made", lambda folder: (made.append(folder), folder.mkdir()))
    assert len(made) == 1
