"""The rows of a bench: what was measured, what came out, beside its limit, and whether that holds.

A bench alone prints them as they come. `python -m tests.bench` lets each leave them in a file as well, and makes one
table of all. What could not be measured is a row too, with the reason, because a table without it would say more than
was tried.
"""

import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

ROWS = "HEADGATE_BENCH_ROWS"
"""The environment variable that names the file where a bench leaves its rows, one JSON object a line."""
MADE = "HEADGATE_BENCH_MADE"
"""The environment variable that names the folder of what is made once for all benches of a run."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `found` is None where nothing was measured, and `also` then says why; `limit` is the most it may be."""

    bench: str
    what: str
    found: float | None
    limit: float
    unit: str
    also: str = ""

    @property
    def broken(self) -> bool:
        """Whether it was measured and is over its limit."""
        return self.found is not None and self.found > self.limit

    @property
    def verdict(self) -> str:
        """Say it in a word."""
        return "NOT MEASURED" if self.found is None else "BROKEN" if self.broken else "holds"

    def cells(self) -> tuple[str, ...]:
        """Give what, found, limit, unit, ratio, verdict, and what else is told."""
        if self.found is None:
            return self.what, "–", "–", "", "–", self.verdict, self.also
        ratio = f"{self.found / self.limit:.2f}" if self.limit else "–"
        return self.what, _figure(self.found), _figure(self.limit), self.unit, ratio, self.verdict, self.also


class Table:
    """The rows of one bench, printed as they come."""

    def __init__(self, bench: str) -> None:
        self._bench, self._broken = bench, 0

    def row(self, what: str, found: float, limit: float, unit: str, also: str = "") -> None:
        """Take one row: what was found, the most it may be, and what both are counted in."""
        self._take(Row(self._bench, what, float(found), float(limit), unit, also))

    def not_measured(self, what: str, why: str) -> None:
        """Say that something could not be measured here."""
        self._take(Row(self._bench, what, None, 0.0, "", why))

    @property
    def status(self) -> int:
        """Give the exit status: 1 when a limit is broken."""
        return 1 if self._broken else 0

    def _take(self, row: Row) -> None:
        self._broken += row.broken
        what, found, limit, unit, ratio, verdict, also = row.cells()
        print(f"{what:<60} {found:>9} of {limit:>6} {unit:<11} {ratio:>5}  {verdict}  {also}".rstrip(), flush=True)
        if told := os.environ.get(ROWS):
            with Path(told).open("a") as file:
                file.write(json.dumps(asdict(row)) + "\n")


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) or value >= 1000 else f"{value:.2f}"


def read(path: Path) -> list[Row]:
    """Read the rows that a bench left; none where it left no file."""
    return [Row(**json.loads(line)) for line in path.read_text().splitlines()] if path.exists() else []


def markdown(rows: Iterable[Row]) -> Iterator[str]:
    """Give rows as the lines of a table in Markdown, one heading a bench."""
    bench = None
    for row in rows:
        if row.bench != bench:
            bench = row.bench
            yield from ("", f"### {bench}", "", "| what | found | limit | | of its limit | | |")
            yield "|---|---:|---:|---|---:|---|---|"
        cells = (cell.replace("|", "\\|") for cell in row.cells())
        yield f"| {' | '.join(f'**{cell}**' if cell == 'BROKEN' else cell for cell in cells)} |".replace("  |", " |")


@contextmanager
def room(name: str) -> Iterator[Path]:
    """Give the folder of something that is made, kept for the benches of one run and removed after a bench alone."""
    kept = os.environ.get(MADE)
    with tempfile.TemporaryDirectory() as own:
        folder = Path(kept or own).resolve() / name
        folder.mkdir(parents=True, exist_ok=True)
        yield folder


def made_once(folder: Path, make: Callable[[Path], object]) -> Path:
    """Give a folder that `make` fills, unless a bench of this run has filled it already."""
    if not folder.exists():
        aside = folder.with_name(f"{folder.name}.aside")
        make(aside)
        aside.rename(folder)
    return folder
