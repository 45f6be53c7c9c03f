"""One glossary, docs/glossary.md: screen, docs and verbs say no other word for the same thing."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from state.control.act import ActState
from state.evidence.package import Mark
from state.gates.request import Gate
from state.runs.card import Assurance, State
from state.runs.roles import ROLES
from tui.wording import STATE_MEANS, age, money, short

ROOT = Path(__file__).parents[2]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text()
PRODUCT = (
    *("run", "task", "role", "change", "gate", "request", "decision", "policy", "rule", "finding", "evidence"),
    *("ledger", "lane", "freeze", "hold", "stop", "adapter"),
)
OTHERS: dict[str, str] = {
    r"agent sessions?|coding sessions?|sub-?runs?|bots?": "run",
    r"tickets?|todos?": "task",
    r"merge requests?|patch(?:es|set)?(?! ids?)|changesets?": "change",
    r"approval requests?|escalation requests?": "request",
    r"reject(?:s|ed|ion)?|declin(?:e|es|ed)": "deny",
    r"violations?|warnings?|alerts?": "finding, or alarm",
    r"black-?lists?|white-?lists?|allow-?lists?|deny-?lists?": "rule",
    r"suspend(?:s|ed)?|un-?pause[sd]?": "hold, resume",
    r"un-?freez(?:e|es|ing)": "thaw",
    r"terminat(?:e|es|ed)|abort(?:s|ed)?|cancel(?:s|led|ed)?|kill(?:s|ed)? (?:a |the )?runs?": "stop, or end",
    r"dashboards?|main screen": "board",
    r"daemons?|background service": "core",
    r"spawn(?:s|ed)?": "start",
    r"supervisors?|operators?": "human",
    r"modal|popup|hotkeys?|keybindings?": "page, key",
    r"utili[sz]es?|leverag(?:e|es)|seamless(?:ly)?|robust(?:ly)?|powerful": "plain words",
}
"""Words that are said for one of the glossary's, and the word to use."""
MEANT: dict[str, str] = {
    "docs/policy.md": "warnings, patch",
    "docs/attention.md": "warning, cancelled",
    "docs/enforce.md": "dashboard",
    "docs/review.md": "dashboard",
    "docs/glossary.md": "agent session",
    "docs/schema.md": "agent session, merge request, warning, patch, reject",
}
"""Where such a word is another's own, is one of the lasting things that a release asks for, or defines ours."""
WORDING = sorted((ROOT / "tui").glob("wording*.py"))
RECORDS = [ROOT / "tui" / "arguments.py", *(ROOT / "state").glob("*command*.py"), ROOT / "state/control/commands.py"]
DOCS = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]


def told(path: Path) -> Iterator[str]:
    """Give what a reader sees of a file: the sentences of a module, the prose of a page without its code."""
    if path.suffix == ".md":
        yield re.sub(r"```.*?```|`[^`\n]*`|\]\([^)]*\)", " ", path.read_text(), flags=re.DOTALL)
        return
    tree = ast.parse(path.read_text())
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docs
            and " " in node.value
        ):
            yield node.value


@pytest.mark.parametrize("path", [*WORDING, *RECORDS, *DOCS], ids=lambda path: path.name)
def test_no_other_word_is_said_for_the_same_thing(path: Path) -> None:
    meant = MEANT.get(path.relative_to(ROOT).as_posix(), "").split(", ")
    text = "\n".join(told(path))
    wrong = [
        f"{found[0]}: say {better}"
        for words, better in OTHERS.items()
        for found in re.finditer(rf"(?i)\b(?:{words})\b", text)
        if found[0].lower() not in meant
    ]
    assert wrong == []


def test_the_glossary_has_every_word_of_the_product() -> None:
    words = {*PRODUCT, *get_args(State), *get_args(Gate), *get_args(Mark), "confirmed", "thaw", "resume", "undo"}
    assert sorted(word for word in words if f"**{word}**" not in GLOSSARY) == []
    assert ", ".join(ROLES) in GLOSSARY and ", ".join(get_args(Assurance)) in GLOSSARY
    assert set(get_args(ActState)) == {"under_way", "confirmed", "failed"} and len(STATE_MEANS) == len(get_args(State))


def test_figures_are_written_as_the_glossary_says() -> None:
    ages = [age(0.0, seconds) for seconds in (1, 180, 43_200, 172_800)]
    amounts = [money(usd) for usd in ("4.12", "0.001")]
    counts = [short(number) for number in (999, 1_234, 38_000, 1_200_000)]
    assert all(f"`{word}`" in GLOSSARY for word in (*ages, *amounts, *counts)), (ages, amounts, counts)


@pytest.mark.parametrize("path", [*WORDING, ROOT / "state/control/shown.py"], ids=lambda path: path.name)
def test_no_sentence_names_a_key_of_its_own(path: Path) -> None:
    """A key can be remapped: `tui.bound_keys.key` says which one is bound. A lone letter in a sentence is one."""
    lone = re.compile(r"(?:^|: |\(|· |; )[b-zA-Z?!$](?= [a-z]+s |\)?$)")
    assert [text for text in told(path) if lone.search(text) and not text.endswith(" s")] == []
