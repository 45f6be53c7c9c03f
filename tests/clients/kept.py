"""Results of real clients kept in a file, so that a table can be put together of a suite that ran in parts.

`HEADGATE_CLIENTS_KEPT=FILE` lets every run of the tests add its results to FILE, a JSON object a line; of a test that
ran twice with the same version of a client the later result counts. `python -m tests.clients.kept FILE... [--write]`
prints the table of them all, or writes it into docs/clients.md.
"""

import argparse
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.clients.table import Table

VARIABLE = "HEADGATE_CLIENTS_KEPT"
PAGE = Path(__file__).parents[2] / "docs" / "clients.md"
HEAD = "| what is tried |"
Result = tuple[str, str, Sequence[Sequence[str]]]
"""A test's id, its outcome, and its properties."""


def keep(file: Path, results: Iterable[Result]) -> None:
    """Add results of tests with real clients to a file, those of other tests left out."""
    told = [(test, outcome, given) for test, outcome, given in results if any(name == "shows" for name, _ in given)]
    lines = [
        json.dumps({"test": test, "outcome": outcome, "properties": [list(one) for one in given]}) + "\n"
        for test, outcome, given in told
    ]
    with file.open("a") as kept:
        kept.writelines(lines)


def table_of(files: Iterable[Path]) -> Table:
    """Put the table together of the last result of each test with each version; one that was skipped unsays none."""
    last: dict[tuple[str, str], tuple[str, Sequence[tuple[str, str]]]] = {}
    for line in (line for file in files for line in file.read_text().splitlines()):
        told = json.loads(line)
        properties = [(str(name), str(value)) for name, value in told["properties"]]
        # With two folders of clients the second program of an agent is told apart by a number, and here by its version.
        key = re.sub(r"-\d+(?=[\]-])", "", told["test"]), dict(properties).get("client", "")
        if told["outcome"] != "skipped" or key not in last:
            last[key] = told["outcome"], properties
    table = Table()
    for outcome, properties in last.values():
        table.take(outcome, properties)
    return table


def written(page: str, lines: Sequence[str]) -> str:
    """Give the page with its table in these lines. Raises `ValueError` where it has none."""
    before, head, rest = page.partition(HEAD)
    if not head:
        raise ValueError(f"there is no line that begins with {HEAD!r}")
    after = rest.partition("\n\n")[2]
    return before + "\n".join(lines) + "\n\n" + after


def main() -> None:
    """Print or write the table."""
    words = argparse.ArgumentParser(description="Put the table of real clients together.")
    words.add_argument("file", nargs="+", type=Path)
    words.add_argument("--write", action="store_true", help=f"write it into {PAGE.name}")
    given = words.parse_args()
    lines = table_of(given.file).lines()
    if given.write:
        PAGE.write_text(written(PAGE.read_text(), lines))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
