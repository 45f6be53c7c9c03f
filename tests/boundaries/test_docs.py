"""Every page under docs/ is true: its links lead somewhere, its commands parse, its paths, tables and keys exist.

`HEADGATE_WRITE_DOCS=1 uv run pytest tests/boundaries/test_docs.py` writes the list of tables anew.
"""

import os
import re
import shlex
from argparse import ArgumentParser
from functools import cache
from pathlib import Path

import pytest

from state.commands import AUDITING, CHANGING, COMMANDS, CONFLICTING, COUNTING, DECIDING, DIFFING
from state.settings_text import patterns
from tests.json_doc import named, undocumented
from tui.arguments import parser
from tui.keys import shown_key

ROOT = Path(__file__).parents[2]
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [ROOT / "README.md", *DOCS]
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_PATH = re.compile(r"`((?:state|tui|adapters|tests|docs)/[\w./*-]+)`")
_INLINE = re.compile(r"`(headgate(?: [^`]*)?)`")
_SETTING = re.compile(
    r"`((?:lanes|roles|prefer|start|people|ledger|approve|budgets|windows|alarms|attention|board)\.[\w.-]+)`"
)
SPOKEN = {"USD": "40", "LOG": "x", "T": "7d", "R": "tester", "P": "cheap", "STATE": "done"}
"""What stands for a word in capitals where not just any text will do."""


@cache
def text_of(page: Path) -> str:
    return page.read_text()


@cache
def taking() -> ArgumentParser:
    return parser()


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    lost: list[str] = []
    for link in _LINK.findall(text_of(page)):
        if link.startswith(("http:", "https:")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(link)
    assert lost == []


def test_the_index_names_every_page() -> None:
    linked = set(_LINK.findall(text_of(ROOT / "docs" / "README.md")))
    assert linked == {page.name for page in DOCS} - {"README.md"}


def commands_of(text: str) -> list[str]:
    """Give the command lines of a page: in code blocks from the beginning of a line, else between backticks."""
    blocks = re.findall(r"^(?:    )?(?:uv run )?(headgate(?: .*)?)$", text, re.MULTILINE)
    inline = [one for one in _INLINE.findall(text) if "…" not in one]
    return [re.split(r"\s+(?:#|&&|\|\s)", line)[0].strip() for line in (*blocks, *inline)]


def spoken(line: str) -> list[list[str]]:
    """Give a command line as it might be typed: without brackets, one line for each of several alternatives."""
    line = re.sub(r"\s*\[[^\]]*\]", "", line)
    wayward = re.search(r"(\S*\|\S*)", line)
    if wayward and not re.search(r"\s-- ", line):
        return [words for one in wayward[1].split("|") for words in spoken(line.replace(wayward[1], one))]
    return [[SPOKEN.get(word, word) for word in shlex.split(line.replace("…", "x"))[1:]]]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_line_is_one_that_headgate_takes(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong: list[str] = []
    for line in commands_of(text_of(page)):
        for words in spoken(line):
            complete = [*words, *needed(words)]
            try:
                taking().parse_args(complete)
            except SystemExit as ended:
                if ended.code:
                    wrong.append(f"{line}: {capsys.readouterr().err.strip()}")
    assert wrong == []


def needed(words: list[str]) -> list[str]:
    """Give what a verb that is only named would be typed with: `headgate stop` alone is a name, not a line."""
    return _NEEDED.get(" ".join(words), [])


_NEEDED: dict[str, list[str]] = {
    **{verb: ["RUN"] for verb in ("stop", "hold", "resume", "show", "check", "merge", "evidence", "policy replay")},
    **{key: ["REQUEST", "--reason", "x"] for key in ("approve", "deny")},
    **{f"{verb} REQUEST": ["--reason", "x"] for verb in ("approve", "deny")},
    "send": ["RUN", "TEXT"],
    "escalate": ["RUN", "--to", "reviewer", "--reason", "x"],
    "start": ["--agent", "A", "--task", "T"],
    "start --json": ["--agent", "A", "--task", "T"],
    "start --prefer NAME": ["--agent", "A", "--task", "T"],
    "verify": ["COMMIT"],
    "audit": ["show"],
    "policy": ["show"],
    "config": ["show"],
    "prices set": ["MODEL"],
    "budget raise": ["NAME", "4", "--reason", "x"],
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_and_setting_that_it_names_is_there(page: Path) -> None:
    files = [path for path in _PATH.findall(text_of(page)) if not list(ROOT.glob(path.rstrip("/")))]
    assert [path for path in files if not path.endswith("heron.py")] == []
    known = patterns()
    wanted = [
        key for key in _SETTING.findall(text_of(page)) if Path(key).suffix not in (".md", ".toml", ".json", ".db")
    ]
    assert [key for key in wanted if not any(_names(pattern, key) for pattern in known)] == []


def _names(pattern: str, key: str) -> bool:
    """Say whether a key, or a table, is one of a pattern."""
    parts, told = pattern.split("."), key.split(".")
    return len(told) <= len(parts) and all(one in ("*", name) for one, name in zip(parts, told, strict=False))


def test_settings_md_names_every_key_and_every_table() -> None:
    told = " ".join(text_of(page) for page in DOCS if page.stem in ("settings", "budgets", "lanes", "attention"))
    lacking = {pattern for pattern in patterns() if not re.search(rf"\b{re.escape(pattern.split('.')[-1])}\b", told)}
    assert {one for one in lacking if not one.endswith("*")} == set()


def test_every_key_of_the_guide_is_a_command_s() -> None:
    tables = (COMMANDS, DECIDING, CHANGING, DIFFING, AUDITING, CONFLICTING, COUNTING)
    keys = {shown_key(key) for table in tables for one in table for key in one.keys}
    named_keys = set(re.findall(r"`([^`\s]|enter|esc|tab|space)`", text_of(ROOT / "docs" / "guide.md")))
    assert len(named_keys) > 15 and named_keys <= keys


def tables_of_the_database() -> str:
    schema = (ROOT / "state" / "store" / "schema.sql").read_text()
    found = re.findall(r"((?:^-- .*\n)*)^CREATE (?:TABLE|VIEW) (\w+)", schema, re.MULTILINE)
    rows = [(name, " ".join(line.removeprefix("-- ").strip() for line in told.splitlines())) for told, name in found]
    return "\n".join(["| table | holds |", "|---|---|", *(f"| `{name}` | {told} |" for name, told in rows)])


def test_schema_md_names_every_table_of_the_database() -> None:
    page = ROOT / "docs" / "schema.md"
    block = re.compile(r"(<!-- tables -->\n).*?(<!-- /tables -->)", re.DOTALL)
    wanted = block.sub(lambda found: f"{found[1]}{tables_of_the_database()}\n{found[2]}", page.read_text())
    if os.environ.get("HEADGATE_WRITE_DOCS"):
        page.write_text(wanted)
    assert page.read_text() == wanted
    schema = (ROOT / "state" / "store" / "schema.sql").read_text()
    for told in (*DOCS,):
        for table in re.findall(r"\btables? `(\w+)`", text_of(told)):
            assert re.search(rf"CREATE (TABLE|VIEW) {table}\b", schema) or table in _SETTINGS_TABLES, (told.name, table)


_SETTINGS_TABLES = {pattern.split(".")[0] for pattern in patterns()}


def schemas_made() -> set[str]:
    made = " ".join(path.read_text() for room in ("state", "tui") for path in (ROOT / room).rglob("*.py"))
    found = set(re.findall(r"headgate/([a-z-]+)/1\"", made))
    # These are digests' domains and files of the spool; nobody prints them.
    return found - {"ledger", "shown", "note", "board"}


def test_json_md_names_every_document_and_no_key_that_nobody_makes() -> None:
    assert set(named()) == schemas_made() | {"index"}
    rooms = [*(ROOT / "state").rglob("*.py"), *(ROOT / "tui").glob("*.py"), *(ROOT / "tui" / "verbs").glob("*.py")]
    words = set(re.findall(r"\w+", " ".join(path.read_text() for path in rooms)))
    told = {key.removesuffix(".*").split(".")[-1].removesuffix("[]") for keys in named().values() for key in keys}
    assert {key for key in told if key not in words} == set()


def test_a_key_that_nobody_documented_is_found() -> None:
    document = {"schema": "headgate/queue/1", "requests": [{"id": "x", "colour": "red"}], "more": {"a": 1}}
    assert undocumented(document) == {"requests[].colour", "more", "more.a"}


def test_the_readme_sells_it_in_thirty_lines() -> None:
    text = text_of(ROOT / "README.md")
    first = text.split("\n## Commands\n")[0]
    assert len([line for line in first.splitlines() if line.strip()]) <= 30
    assert first.count("![") == 1
