"""docs/policy.md is true: its examples load, and it names exactly the keys, words and effects that there are.

`HEADGATE_WRITE_DOCS=1 uv run pytest tests/state/test_policy_doc.py` writes the table of effects anew.
"""

import os
import re
from pathlib import Path

import pytest

from state.policy.checks import CHECK_KEYS
from state.policy.document import (
    BUDGET_KEYS,
    GATE_KEYS,
    RULE_KEYS,
    TOP_KEYS,
    UNLESS_KEYS,
    VOCABULARY,
    parsed,
)
from state.policy.example import EXAMPLE_KEYS, fulfilled
from state.policy.judge import PROTECTED
from state.policy.rule import PHASE_WORDS
from state.policy.shipped import own_policy
from state.policy.vocabulary import MEANINGS

FILE = Path(__file__).parents[2] / "docs" / "policy.md"
DOC = FILE.read_text()
BLOCKS = re.findall(r"```toml\n(.*?)```", DOC, re.DOTALL)
EFFECTS = re.compile(r"(<!-- effects -->\n).*?(<!-- /effects -->)", re.DOTALL)


def table_of(heading: str) -> dict[str, str]:
    """Give the first table under a heading: the word in its first column, and what it means."""
    part = DOC.split(f"\n## {heading}\n", 1)[1]
    rows = re.search(r"(?:^\|.*\n)+", part, re.MULTILINE)
    assert rows is not None
    return dict(re.findall(r"^\| `([^`|]+)` \| (.*) \|$", rows[0], re.MULTILINE))


def test_each_example_of_the_page_can_be_in_force() -> None:
    assert len(BLOCKS) >= 4
    for text in BLOCKS:
        assert own_policy(text, "docs/policy.md", "b").rules
        policy, examples = parsed(text, "docs/policy.md", "b")
        assert all(fulfilled(one, policy) == one.wanted for one in examples)


def test_the_page_names_exactly_the_keys_that_there_are() -> None:
    assert set(table_of("Keys of the file")) == set(TOP_KEYS)
    assert set(table_of("Keys of a rule")) == set(RULE_KEYS)
    assert set(table_of("Checks")) == set(CHECK_KEYS)


@pytest.mark.parametrize(
    "word", [*UNLESS_KEYS, *BUDGET_KEYS, *EXAMPLE_KEYS, *PHASE_WORDS, *GATE_KEYS, *GATE_KEYS["merge"]]
)
def test_the_page_names_each_word_of_the_smaller_tables(word: str) -> None:
    assert re.search(rf"`[^`]*\b{word}\b[^`]*`", DOC.replace("\n", " ")), word


def test_the_page_lists_exactly_the_effects_that_there_are() -> None:
    meanings = {**MEANINGS, PROTECTED: "moves or deletes a ref that the policy protects"}
    rows = "".join(f"| `{name}` | {meanings[name]} |\n" for name in sorted(meanings))
    wanted = EFFECTS.sub(lambda found: f"{found[1]}| effect | means that the call |\n|---|---|\n{rows}{found[2]}", DOC)
    if os.environ.get("HEADGATE_WRITE_DOCS"):
        FILE.write_text(wanted)
    assert FILE.read_text() == wanted
    assert set(meanings) == VOCABULARY
