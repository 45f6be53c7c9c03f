"""Source text in colours: which part of a line is a keyword, a name, a string, a number or a comment.

The lexers are Pygments' own and see only short pieces of text, because they hold up whoever waits for them and the text
is foreign. What they say is a role a stretch; nothing of the text is ever markup.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import PurePosixPath
from typing import Any

MOST_LINES, MOST_CHARACTERS, LONGEST = 80, 12_000, 300
"""What is lexed at once; a piece with a longer line stays plain."""

Stretch = tuple[int, int, str]
"""From a character to before another one, in a role."""

_NAMED = {"Dockerfile": "docker", "Makefile": "make", "Jenkinsfile": "groovy", "CMakeLists.txt": "cmake"}
_LEXERS = {
    **dict.fromkeys((".py", ".pyi"), "python"),
    **dict.fromkeys((".js", ".mjs", ".cjs", ".jsx"), "javascript"),
    **dict.fromkeys((".ts", ".tsx", ".mts"), "typescript"),
    **dict.fromkeys((".c", ".h"), "c"),
    **dict.fromkeys((".cc", ".cpp", ".hpp", ".cxx"), "cpp"),
    **dict.fromkeys((".sh", ".bash", ".zsh"), "bash"),
    **dict.fromkeys((".yml", ".yaml"), "yaml"),
    **dict.fromkeys((".html", ".htm", ".vue"), "html"),
    **dict.fromkeys((".css", ".tcss", ".scss"), "css"),
    ".go": "go",
    ".rs": "rust",
    ".java": "java",
    ".kt": "kotlin",
    ".rb": "ruby",
    ".php": "php",
    ".cs": "csharp",
    ".swift": "swift",
    ".scala": "scala",
    ".lua": "lua",
    ".sql": "sql",
    ".json": "json",
    ".toml": "toml",
    ".ini": "ini",
    ".cfg": "ini",
    ".tf": "terraform",
    ".proto": "protobuf",
    ".ex": "elixir",
    ".md": "markdown",
}
_ROLES = (
    ("Token.Keyword.Constant", "code-number"),
    ("Token.Keyword", "code-key"),
    ("Token.Operator.Word", "code-key"),
    ("Token.Name.Function", "code-name"),
    ("Token.Name.Class", "code-name"),
    ("Token.Name.Decorator", "code-name"),
    ("Token.Name.Tag", "code-key"),
    ("Token.Name.Attribute", "code-name"),
    ("Token.Literal.String", "code-text"),
    ("Token.Literal.Number", "code-number"),
    ("Token.Comment", "code-note"),
)


def language_of(path: str) -> str | None:
    """Name the lexer of a path, None where its text stays plain."""
    named = PurePosixPath(path)
    return _NAMED.get(named.name) or _LEXERS.get(named.suffix.lower())


def load(paths: Iterable[str]) -> None:
    """Load the lexers of these paths, which takes a while the first time."""
    for language in {one for one in map(language_of, paths) if one}:
        _lexer(language)


def coloured(lines: Sequence[str], language: str | None) -> list[tuple[Stretch, ...]]:
    """Give the stretches of each line that have a role; lines that stand far apart know nothing of each other."""
    found: list[tuple[Stretch, ...]] = []
    for at in range(0, len(lines), MOST_LINES):
        found += _piece(lines[at : at + MOST_LINES], language)
    return found


def _piece(lines: Sequence[str], language: str | None) -> list[tuple[Stretch, ...]]:
    plain: list[tuple[Stretch, ...]] = [()] * len(lines)
    whole = "\n".join(lines)
    if language is None or len(whole) > MOST_CHARACTERS or any(len(line) > LONGEST for line in lines):
        return plain
    found: list[list[Stretch]] = [[] for _ in lines]
    row = column = 0
    for kind, text in _lexer(language).get_tokens(whole):
        role = _role(str(kind))
        for number, part in enumerate(str(text).split("\n")):
            if number:
                row, column = row + 1, 0
            if part and role and row < len(found):
                found[row].append((column, column + len(part), role))
            column += len(part)
    return [tuple(one) for one in found]


@cache
def _role(kind: str) -> str:
    return next((role for name, role in _ROLES if kind == name or kind.startswith(f"{name}.")), "")


@cache
def _lexer(language: str) -> Any:
    # Loaded late: nothing before the first diff needs it, and it takes 40 ms.
    from pygments.lexers import get_lexer_by_name  # pyright: ignore[reportUnknownVariableType]

    return get_lexer_by_name(language, stripnl=False, ensurenl=False)
