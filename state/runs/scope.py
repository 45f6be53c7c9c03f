"""Which files a plan in prose names, and whether a file lies within them.

Prose is no list of permissions, so this reads it for the run: what is named by its last parts, lies below a named
directory, or is a test where the plan speaks of tests, lies within. A plan that names nothing says nothing.
"""

import re
from fnmatch import fnmatchcase

from state.text import lines_of

MOST = 200
"""Names kept of a plan."""
_ENDINGS = (
    "bash|c|cc|cfg|cjs|conf|cpp|cs|css|csv|cts|dart|ex|exs|go|gradle|graphql|h|hpp|html|ini|ipynb|java|js|json|jsonl|jsx"
    "|kt|kts|less|lock|lua|md|mdx|mjs|mod|mts|php|plist|proto|ps1|py|pyi|r|rb|rs|rst|sass|scala|scss|sh|sql|svelte|swift|svg|tf"
    "|toml|ts|tsx|txt|vue|xml|yaml|yml|zig"
)
_FILE = rf"(?:[\w.@+*\[\]()-]+/)*[\w.@+*\[\]-]+\.(?:{_ENDINGS})"
_NAMED = re.compile(rf"(?<![\w/:.@$-])(?:/|~/|\./)?({_FILE})(?![\w/-]|\.\w)", re.IGNORECASE)
_FOLDER = re.compile(r"`(?:/|\./)?((?:[\w.@+*-]+/)+(?:\*\*?)?)`")
_FRAMEWORK = re.compile(r"[A-Z]\w*\.(?:js|ts|py|go|rs)")
"""Node.js, Next.js: a product's name, not a file's, where it stands in prose without quotes or a directory."""
_TEST = re.compile(r"(?:^|[/_.-])(?:tests?|specs?|__tests__)(?:[/_.-]|$)|[a-z]Test\.")


def names_in(cleaned: str) -> tuple[str, ...]:
    """Give the files and directories (with a `/` at the end) that a plan's cleaned prose names, each once.

    Empty where it was cut short: what the rest names is not known. "tests" stands for every test file.
    """
    if cleaned.endswith("…"):
        return ()
    names: dict[str, None] = {}
    for line in lines_of(cleaned):
        for found in _NAMED.finditer(line):
            quoted = line[max(0, found.start() - 1) : found.start()] == "`"
            if quoted or not _FRAMEWORK.fullmatch(found[1]):
                names[found[1]] = None
        names.update(dict.fromkeys(found[1] for found in _FOLDER.finditer(line)))
    if names and re.search(r"\b(?:tests?|specs?)\b", cleaned, re.IGNORECASE):
        names["tests"] = None
    return tuple(names)[:MOST]


def within(path: str, names: tuple[str, ...]) -> bool:
    """Say whether the file at `path` (absolute, or relative to the worktree) is named."""
    return any(_covers(name, path) for name in names)


def _covers(name: str, path: str) -> bool:
    if name == "tests":
        return _TEST.search(path) is not None
    slashed = f"/{path.lstrip('/')}"
    if name.endswith(("/", "/*", "/**")):
        return fnmatchcase(slashed, f"*/{name.rstrip('*')}*")
    return fnmatchcase(slashed, f"*/{name.replace('[', '[[]')}")
