"""A decision as a story, byte for byte what was on the screen; and a sentence for every kind of entry."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from state.approval.approving import refused
from state.beside import Beside
from state.evidence.document import canonical_text
from state.evidence.review import Reviewed
from state.gates.book import Change
from state.gates.decision import Recorded
from state.gates.request import Decision
from state.ledger.chain import chained
from state.ledger.entry import Entry
from state.ledger.shown import shown_text
from state.ledger.story import LOST, body_of, line_of, sentence, story_of
from state.spool import Order
from state.store.ledger_file import LedgerFile, ledger_at
from state.store.writer import Store
from tests.state.ledger.ledger_world import ASKED, PACKAGE, RUN, approval, lay, write

MERGE = replace(ASKED, id="m-1", gate="merge", tool="", sha=PACKAGE.sha, text="merge feat", state="approved")


def entries(file: LedgerFile) -> tuple[Entry, ...]:
    return file.of_run(RUN)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = lay(tmp_path)
    store = Store(path)
    said = Decision("m-1", "approve", "ada", 8.0, "read it", "headgate approve, declared", PACKAGE.sha, 61.04, True)
    write(store, Beside(gates=Change((MERGE,), (("o-7", "ada", Recorded(said, MERGE, "approved")),))), 9.0)
    with ledger_at(path) as file:
        head = file.at(5)
    assert head is not None
    used = replace(approval(head, "touched"), id="f" * 64, request="m-1", merge="c" * 40)
    write(store, Beside(review=Reviewed(approvals=(used,))), 10.0)
    store.close()
    return path


def test_the_story_of_a_merge_tells_who_on_what_and_what_followed(path: Path) -> None:
    with ledger_at(path) as file:
        story = story_of("m-1", entries(file), shown_text(file.requests("m-1")[0]), file.package)
    told = "\n".join(story.lines)
    assert story.lost == () and set(story.evidence) == {
        PACKAGE.sha,
        hashlib.sha256(shown_text(MERGE).encode()).hexdigest(),
    }
    assert story.evidence[PACKAGE.sha] == canonical_text(PACKAGE)
    for said in ("ada  approved “merge feat”, because: read it", "for 61.0 s, its evidence was opened",
                 "[agent] codex  advised: only tidying", "by ada (touched)", "became merge commit cccccccccccc",
                 "evidence package", "policy default: asked by destructive"):  # fmt: skip
        assert said in told, said
    assert "rm -rf build" not in told.replace(shown_text(MERGE), ""), "another request of the run is another story"


@pytest.mark.parametrize("harm", ["request", "package"])
def test_what_is_not_kept_is_unreconstructable(path: Path, harm: str) -> None:
    with ledger_at(path) as file:
        request = file.requests("m-1")[0]
        shown = shown_text(replace(request, input="ls") if harm == "request" else request)
        story = story_of("m-1", entries(file), shown, lambda sha: None if harm == "package" else file.package(sha))
    assert len(story.lost) == 1 and sum(line.startswith(LOST) for line in story.lines) == 1


def test_every_kind_has_a_sentence_and_what_is_not_understood_is_said(path: Path) -> None:
    with ledger_at(path) as file:
        for entry in file.searched(limit=100):
            assert entry.kind == "note" or sentence(entry) != entry.kind, entry.kind
            assert str(entry.seq) in line_of(entry)
            assert body_of(entry) == json.loads(entry.body)
    odd = Entry(1, 10**18, "human", "eve\x1b[2J", "decision", "", "{}", "", "0" * 64, "0" * 64)
    assert sentence(odd) == "decision: what it says is not understood"
    assert "\x1b" not in line_of(odd) and "at an impossible time" in line_of(odd)
    assert body_of(replace(odd, body='{"a": 1}')) == {}


def test_what_was_refused_says_why_and_who_asked() -> None:
    order = Order("o-1", "merge", {"by": "eve"})
    (entry,) = chained((refused(order, "m-1", RUN, "nobody has approved it", 9.0),), None)
    assert sentence(entry) == "refused what eve asked: nobody has approved it"
