"""Gemini CLI: where its logs lie and whose they are.

    <home>/.gemini/tmp/<project>/chats/session-<time>-<8 digits>.jsonl    a session; `.json`, one document, until 2026
    <home>/.gemini/tmp/<project>/chats/<session>/<id>.jsonl               a subagent of that session
    <home>/.gemini/tmp/<project>/.project_root                            the project's directory
    <home>/.gemini/projects.json                                          the same of all projects

`<home>` is GEMINI_CLI_HOME, else HOME. `<project>` is a word, or until 2026 the SHA-256 of the directory. Credentials
lie beside these; nothing else is opened. Source: research/log-formats.md 4.1.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath

from adapters.agents.agent import HASHED, Head, LogPlace, Presence
from adapters.agents.codex_lines import seconds
from adapters.agents.gemini_reader import AGENT, GeminiReader, digest_of
from adapters.agents.listing import listed
from adapters.agents.tool_calls import name_line
from adapters.agents.tool_work import mapping
from adapters.relevance import hashed_path
from adapters.small_file import read_small
from state.text import clean

_SESSION = re.compile(r'"sessionId"\s*:\s*"([^"\\]{1,200})"')
_PROJECT = re.compile(r'"projectHash"\s*:\s*"([0-9a-f]{64})"')
_BEGUN = re.compile(r'"startTime"\s*:\s*"([^"\\]{1,60})"')
_FIRST_DIRECTORY = re.compile(r'"directories"\s*:\s*\[\s*("(?:[^"\\]|\\.){1,4000}")')
_WORKSPACE = re.compile(r"\*\*Workspace Directories:\*\*\\n  - ((?:[^\\\"]|\\\\|\\\")+)")
_MOST_HEARD = 64 << 10
_SMALL = 4096
_REGISTRY = 1 << 20


class GeminiCli:
    """The adapter of Gemini CLI."""

    name = AGENT
    program = "gemini"

    def roots(self, environment: Mapping[str, str]) -> tuple[Path, ...]:
        """Give `.gemini` in GEMINI_CLI_HOME, else in HOME."""
        home = environment.get("GEMINI_CLI_HOME") or environment.get("HOME")
        return (Path(home, ".gemini"),) if home else ()

    def folders(self, root: Path) -> Iterator[str]:
        """Give the root, `tmp`, each project's directory and its `chats` with those of its subagents."""
        yield from (str(folder) for folder in (root, root / "tmp") if folder.is_dir())
        for project in listed(str(root / "tmp"), [], files=False):
            yield project.path
            for chats in listed(project.path, [], files=False):
                if chats.name == "chats":
                    yield chats.path
                    yield from (session.path for session in listed(chats.path, [], files=False))

    def logs(self, root: Path, unreadable: list[OSError]) -> Iterator[LogPlace]:
        """Give every session and subagent; of a document that was taken up again in lines, the lines."""
        for project in listed(str(root / "tmp"), unreadable, files=False):
            chats = str(Path(project.path, "chats"))
            files = {entry.name: entry.path for entry in listed(chats, unreadable, files=True)}
            for name, path in files.items():
                document = name.endswith(".json")
                if name.startswith("session-") and (name.endswith(".jsonl") or document) and f"{name}l" not in files:
                    yield LogPlace(path, None, form="document" if document else "lines")
            for session in listed(chats, unreadable, files=False):
                for entry in listed(session.path, unreadable, files=True):
                    if entry.name.endswith(".jsonl"):
                        yield LogPlace(entry.path, session.name, side=True)

    def head(self, place: LogPlace, lines: Sequence[bytes]) -> Head:
        """Read whose log this is: the directory from the registry files, else from the first records."""
        beginning = b"\n".join(lines)[:_MOST_HEARD].decode("utf-8", "replace")
        begun = _BEGUN.search(beginning)
        session = place.session if place.side else _first(_SESSION, beginning)
        cwd = _registered(place.path) or _named(beginning) or _digest_in(place.path, beginning)
        return Head(
            session=name_line(session) if session else None,
            cwd=clean(cwd) if cwd else None,
            side=place.side,
            parent=None,
            at=seconds(begun[1]) if begun else None,
        )

    def reader(self, place: LogPlace, head: Head, saved: str) -> GeminiReader:
        """Make the reader; a log without any name of a session is its own session."""
        own = PurePath(place.path).stem
        session = head.session or own
        cwd = _registered(place.path) or digest_of(_project_of(place.path).name)
        whole = place.form == "document"
        own = own if place.side else session
        return GeminiReader(place.path, session, own, cwd, saved, side=place.side, whole=whole)

    def presences(self, root: Path) -> Iterator[Presence]:
        """Give nothing: Gemini CLI keeps no registry of live sessions."""
        return iter(())


def _project_of(path: str) -> PurePath:
    """Give the project's directory, in which `chats` lies."""
    parents = PurePath(path).parents
    return parents[1] if parents[0].name == "chats" else parents[2]


def _registered(path: str) -> str | None:
    """Give the project's directory as the client's own files name it."""
    project = _project_of(path)
    told = (read_small(str(project / ".project_root"), _SMALL) or b"").decode("utf-8", "replace").strip()
    if told.startswith("/"):
        return clean(told)
    registry = read_small(str(project.parent.parent / "projects.json"), _REGISTRY)
    if registry is None:
        return None
    try:
        projects = mapping(mapping(json.loads(registry)).get("projects"))
    except (ValueError, RecursionError):
        return None
    return next((clean(cwd) for cwd, name in projects.items() if _is_of(cwd, name, project.name)), None)


def _is_of(cwd: str, name: object, project: str) -> bool:
    return cwd.startswith("/") and (name == project or hashed_path(cwd) == f"{HASHED}{project}")


def _named(beginning: str) -> str | None:
    """Give the directory that the first records name: a subagent's first record, or what the model was told."""
    for pattern in (_FIRST_DIRECTORY, _WORKSPACE):
        if found := pattern.search(beginning):
            quoted = found[1] if found[1].startswith('"') else f'"{found[1]}"'
            try:
                return str(json.loads(quoted))
            except ValueError:
                return None
    return None


def _digest_in(path: str, beginning: str) -> str | None:
    """Give the digest of the directory where nothing tells the directory itself."""
    return digest_of(_project_of(path).name) or digest_of(_first(_PROJECT, beginning))


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return found[1] if found else None
