"""Where in a policy file something stands, because TOML's reader tells no lines. Standard library only.

Headers and keys are found by how lines begin. A header inside a text of several lines would mislead it, by a line
number and never by more.
"""

import re

_HEADER = re.compile(r"^\s*\[\[?\s*([\w.\"'-]+)\s*\]\]?")


class Lines:
    """The lines of a file by the table that they stand in; `rule` tables are counted from 0."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._spans: list[tuple[str, int, int, int]] = []
        name, number, first = "", 0, 1
        counts: dict[str, int] = {}
        for at, line in enumerate(self._lines, 1):
            if found := _HEADER.match(line):
                self._spans.append((name, number, first, at))
                name, first = found[1], at
                number = counts.get(name, 0)
                counts[name] = number + 1
        self._spans.append((name, number, first, len(self._lines) + 1))

    def has(self, table: str) -> bool:
        """Say whether a table, or one within it, has a header of its own."""
        return any(name == table or name.startswith(f"{table}.") for name, *_ in self._spans if name)

    def of(self, table: str, number: int = 0, key: str | None = None, word: str | None = None) -> int:
        """Give the line of a word behind a key, else of the key, else of the table's header, else 1."""
        for name, count, first, last in self._spans:
            if (name, count) == (table, number):
                return self._within(first, last, key, word)
        for name, _, first, _ in self._spans:
            if table and name == f"{table}.{key}":
                return first
        if key and (dotted := self._dotted([*table.split("."), key])):
            return dotted
        rest = self._within(1, len(self._lines) + 1, table.partition(".")[0] or key, word)
        return rest if table else self._within(1, len(self._lines) + 1, key, word)

    def _dotted(self, path: list[str]) -> int | None:
        """Give the line of a key that is written with dots in one of the tables above its own."""
        for above in range(len(path) - 2, -1, -1):
            spelled = r"\s*\.\s*".join(rf"[\"']?{re.escape(part)}[\"']?" for part in path[above:])
            wanted = re.compile(rf"^\s*{spelled}\s*[=.]")
            for name, _, first, last in self._spans:
                if name == ".".join(path[:above]):
                    found = next((at for at in range(first, last) if wanted.match(self._lines[at - 1])), None)
                    if found is not None:
                        return found
        return None

    def _within(self, first: int, last: int, key: str | None, word: str | None) -> int:
        if key is None:
            return first
        named = re.compile(rf"(?:^|[{{,\s.])[\"']?{re.escape(key)}[\"']?\s*[=.]")
        begin = next((at for at in range(first, last) if named.search(self._lines[at - 1])), None)
        if begin is None:
            return first
        if word:
            return next((at for at in range(begin, last) if word in self._lines[at - 1]), begin)
        return begin
