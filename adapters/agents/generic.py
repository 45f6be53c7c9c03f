"""Agents that a user describes: one TOML file an agent in `agents/` of the configuration directory.

A file that cannot be used is an agent without logs whose one problem says why. See docs/adapters.md.
"""

import errno
import fnmatch
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath

from adapters.agents.agent import Agent, Head, LogPlace, Presence
from adapters.agents.generic_file import FOLDER, Description, Unusable, read_description
from adapters.agents.generic_reader import GenericReader, Record, decoded
from adapters.agents.listing import listed
from adapters.agents.tool_calls import name_line
from state.places import config_root
from state.text import clean


def described_agents(environment: Mapping[str, str], taken: Sequence[str]) -> tuple[Agent, ...]:
    """Give an agent for each file of the user's; `taken` are names that a file may not give."""
    try:
        folder = config_root(environment) / FOLDER
    except ValueError:
        return ()
    names, agents = set(taken), list[Agent]()
    for path in sorted(folder.glob("*.toml")):
        found = read_description(path)
        if isinstance(found, Description) and found.name in names:
            found = Unusable(f"the name {found.name} is another agent's; give it one of its own")
        if isinstance(found, Description):
            names.add(found.name)
            agents.append(Generic(found))
        else:
            agents.append(Misdescribed(path, found.why))
    return tuple(agents)


def described_in(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Name the folder of the user's descriptions and the files in it."""
    try:
        folder = config_root(environment) / FOLDER
    except ValueError:
        return ()
    return (str(folder), *map(str, folder.glob("*.toml")))


class Generic:
    """The adapter of one described agent."""

    def __init__(self, described: Description) -> None:
        self.name = described.name
        self.program = described.program or described.name
        self._described = described

    def roots(self, environment: Mapping[str, str]) -> tuple[Path, ...]:
        """Give the root that its file names."""
        root, home = self._described.root, environment.get("HOME")
        if not root.startswith("~/"):
            return (Path(root),)
        return (Path(home, root[2:]),) if home else ()

    def folders(self, root: Path) -> Iterator[str]:
        """Give the directories on the way to the logs, and those in which they lie."""
        found: dict[str, None] = {}
        for pattern in self._described.logs:
            parts = pattern.split("/")
            for depth in range(len(parts)):
                found.update((path, None) for path in _matching(str(root), parts[:depth], []))
        yield from found

    def logs(self, root: Path, unreadable: list[OSError]) -> Iterator[LogPlace]:
        """Give every file that one of the patterns names."""
        found: dict[str, None] = {}
        for pattern in self._described.logs:
            *folders, last = pattern.split("/")
            for folder in _matching(str(root), folders, unreadable):
                found.update((path, None) for path in _inside(folder, last, unreadable, files=True))
        for path in found:
            yield LogPlace(path, None)

    def head(self, place: LogPlace, lines: Sequence[bytes]) -> Head:
        """Read whose log this is: the first session, directory and time that its records name."""
        fields = self._described.fields
        records = [Record(whole) for line in lines if (whole := decoded(line)) is not None]
        session = next((told for one in records if (told := one.text(fields.session))), None)
        cwd = next((told for one in records if (told := one.text(fields.cwd))), None)
        parent = next((told for one in records if (told := one.text(fields.parent))), None)
        return Head(
            session=name_line(session or PurePath(place.path).stem),
            cwd=clean(cwd) if cwd else None,
            side=False,
            parent=name_line(parent) if parent else None,
            at=next((at for one in records if (at := one.time(fields.time)) is not None), None),
        )

    def reader(self, place: LogPlace, head: Head, saved: str) -> GenericReader:
        """Make the reader."""
        return GenericReader(self._described, place.path, head.session or PurePath(place.path).stem, saved)

    def presences(self, root: Path) -> Iterator[Presence]:
        """Give nothing: a description names no registry."""
        return iter(())


class Misdescribed:
    """A file that cannot be used, in the place of the agent that it was to describe."""

    def __init__(self, path: Path, why: str) -> None:
        self.name, self.program = clean(path.name, 40), clean(path.name, 40)
        self._path, self._why = path, why

    def roots(self, environment: Mapping[str, str]) -> tuple[Path, ...]:
        """Give the directory of the file, so that it is looked at."""
        return (self._path.parent,)

    def folders(self, root: Path) -> Iterator[str]:
        """Give nothing: the file is read when Headgate starts."""
        return iter(())

    def logs(self, root: Path, unreadable: list[OSError]) -> Iterator[LogPlace]:
        """Give no log, and the problem."""
        unreadable.append(OSError(errno.EINVAL, self._why, str(self._path)))
        return iter(())

    def head(self, place: LogPlace, lines: Sequence[bytes]) -> Head:
        """Give nothing: there is no log."""
        return Head(None, None, False, None, None)

    def reader(self, place: LogPlace, head: Head, saved: str) -> GenericReader:
        """Never called, for there is no log."""
        raise AssertionError(f"{self._path} describes no log")

    def presences(self, root: Path) -> Iterator[Presence]:
        """Give nothing."""
        return iter(())


def _matching(root: str, patterns: Sequence[str], unreadable: list[OSError]) -> list[str]:
    """Give the directories below `root` that the patterns name, one pattern a level; links are not followed."""
    folders = [root] if Path(root).is_dir() else []
    for pattern in patterns:
        folders = [path for folder in folders for path in _inside(folder, pattern, unreadable, files=False)]
    return folders


def _inside(folder: str, pattern: str, unreadable: list[OSError], *, files: bool) -> list[str]:
    found = listed(folder, unreadable, files=files)
    return [entry.path for entry in found if fnmatch.fnmatchcase(entry.name, pattern)]
