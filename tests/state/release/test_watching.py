"""What was merged is kept in sight: what to watch, the question what lasting thing came of it, and its defects."""

import json
from dataclasses import dataclass, field, replace

import pytest

from state.control.act import Act
from state.control.hands import Hands
from state.evidence.package import Claim, Fact, Package, Part
from state.evidence.proposal import Proposal
from state.evidence.review import Review, Reviewed
from state.gates.book import Book, Change
from state.gates.decision import said
from state.gates.request import Request
from state.release.item import Item
from state.release.reverts import Revert
from state.release.watching import Watching
from state.runs.run import RunKey
from state.spool import Order
from tests.control_desk import Noted, desk_of, run_of

RUN = run_of("claude-code", "s1")
KEY, BASE, HEAD, TREE, MERGE, BACK = RUN.key, "a" * 40, "b" * 40, "c" * 40, "d" * 40, "e" * 40
PARTS = (
    Part("rollout", "claimed", (Fact("behind the flag new_tax", "claimed"),)),
    Part("rollback", "human", (Fact("switch the flag off", "human"),)),
    Part("unresolved_questions", "missing", (Fact("nobody said", "missing"),)),
    Part("risk", "observed", (Fact("migrations", "observed"),)),
)


def merged(state: str = "confirmed") -> Act:
    facts = {"commit": MERGE, "merge": json.dumps({"target": "refs/heads/main", "head": HEAD})}
    return Act("m1", KEY, "merge", "ana", 900.0, state=state, facts=facts, ended=950.0)  # type: ignore[arg-type]


def package(head: str = HEAD) -> Package:
    change = Proposal(KEY, "feat/one", "refs/heads/main", BASE, BASE, head, TREE, TREE, TREE, "", "0" * 64)
    return Package(KEY, "Add the tax", "ana", change, PARTS, "medium", "default", None, 800.0, sha="f" * 64)


@dataclass
class TakenBack:
    """A branch on which these were taken back."""

    found: tuple[Revert, ...] = ()
    asked: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    async def of(self, target: str, merges: list[str]) -> tuple[Revert, ...]:
        self.asked.append((target, tuple(merges)))
        return self.found


@dataclass
class Gate:
    """A release gate, with what it kept and asked."""

    review: Review = field(default_factory=lambda: Review().after(Reviewed(packages=(package(),))))
    reverts: TakenBack = field(default_factory=TakenBack)
    book: Book = field(default_factory=Book)
    kept: list[Reviewed] = field(default_factory=list)
    noted: Noted = field(init=False)
    duty: Watching = field(init=False)

    def __post_init__(self) -> None:
        desk, self.noted = desk_of((RUN,), Hands(reverts=self.reverts), lambda: 1000.0)
        own = {"review": lambda: self.review, "keep": self.keep, "ask": self.ask, "book": lambda: self.book}
        self.duty = Watching(replace(desk, **own))

    async def keep(self, news: Reviewed) -> None:
        self.kept.append(news)
        self.review = self.review.after(news)

    async def ask(self, request: Request) -> None:
        self.book = self.book.after(Change(requests=(request,)))

    async def order(self, verb: str, name: str = "o1", **words: str) -> Act:
        return await self.duty.carry_out(Order(name, verb, {"run": KEY, "by": "ana", **words}))

    @property
    def items(self) -> dict[str, Item]:
        return {item.kind: item for item in self.review.items.values()}

    @property
    def question(self) -> Request:
        (request,) = self.book.requests.values()
        return request


async def begun() -> Gate:
    made = Gate()
    await made.noted.record(merged())
    await made.duty.look()
    return made


async def test_only_a_confirmed_merge_is_watched_and_asked_about_once() -> None:
    made = Gate()
    for state in ("under_way", "failed"):
        await made.noted.record(merged(state))
        await made.duty.look()
    assert made.kept == [] and made.book.requests == {}
    await made.noted.record(merged())
    await made.duty.look()
    told = {item.kind: (item.text, item.state, item.merge, item.source) for item in made.items.values()}
    assert told == {
        "rollout": ("behind the flag new_tax", "open", MERGE, "evidence, rollout, claimed"),
        "rollback": ("switch the flag off", "open", MERGE, "evidence, rollback, human"),
    }
    request = made.question
    assert (request.gate, request.run, request.state) == ("release", KEY, "open") and "Add the tax" in request.text
    before = made.book
    await made.duty.look()
    assert len(made.kept) == 1 and made.book is before, "an idle look writes nothing"


async def test_a_line_that_says_nothing_is_to_follow_is_not_watched() -> None:
    made, told = Gate(), package()
    claims = (Claim("All tests pass.", "unverifiable", "nothing tells"),)
    parts = (
        Part("rollback", "claimed", (Fact("Revert it.", "claimed"), Fact("All tests pass.", "claimed"))),
        Part("unresolved_questions", "claimed", (Fact("None.", "claimed"),)),
    )
    made.review = Review().after(Reviewed(packages=(replace(told, parts=parts, claims=claims),)))
    await made.noted.record(merged())
    await made.duty.look()
    assert {item.kind: item.text for item in made.items.values()} == {"rollback": "Revert it."}


async def test_evidence_of_another_change_says_nothing_of_this_merge() -> None:
    made = Gate(review=Review().after(Reviewed(packages=(package("9" * 40),))))
    await made.noted.record(merged())
    await made.duty.look()
    assert made.items == {} and made.question.gate == "release"


async def test_a_revert_is_a_candidate_until_a_human_says_that_it_is_a_defect() -> None:
    made = await begun()
    made.reverts.found = (Revert(MERGE, BACK, MERGE, 'Revert "Add the tax"', 970.0),)
    await made.duty.look()
    await made.duty.look()
    assert made.reverts.asked[-1] == ("refs/heads/main", (MERGE,)) and len(made.kept) == 2
    defect = made.items["defect"]
    assert (defect.state, defect.by, defect.source) == ("candidate", "", BACK) and "took it back" in defect.text
    with pytest.raises(ValueError, match="is candidate and can become confirmed or refused"):
        await made.order("item", id=defect.id, state="done")
    act = await made.order("item", id=defect.id, state="confirmed", text="wrong rate")
    assert (act.state, made.items["defect"].state, made.items["defect"].by) == ("confirmed", "confirmed", "ana")
    draft = made.kept[-1].drafts[0]
    assert (draft.actor_kind, draft.actor, draft.body["order"], draft.body["remark"]) == (
        "human",
        "ana",
        "o1",
        "wrong rate",
    )
    await made.duty.look()
    assert made.items["defect"].state == "confirmed", "what a human said is not found anew"


async def test_a_human_notes_a_defect_and_what_is_to_follow() -> None:
    made = await begun()
    await made.order("defect", "o1", text="rounding is off")
    await made.order("item", "o2", text="remove the flag")
    assert (made.items["defect"].state, made.items["defect"].source) == ("confirmed", "human")
    assert (made.items["follow_up"].state, made.items["follow_up"].text) == ("open", "remove the flag")
    await made.order("defect", "o3", revert=BACK, merge=MERGE[:8])
    assert made.items["defect"].text == f"taken back by {BACK[:12]}"
    for words, why in (({}, "say what it is"), ({"text": "x", "merge": "0"}, "was not merged here as 0")):
        with pytest.raises(ValueError, match=why):
            await made.order("defect", **words)
    with pytest.raises(ValueError, match="no item nowhere"):
        await made.order("item", id="nowhere", state="done")


async def test_which_lasting_thing_came_of_it_closes_the_question() -> None:
    made = await begun()
    for kind, why, told in (("poem", "x", "is no lasting thing"), ("none", "", "say why nothing lasting")):
        with pytest.raises(ValueError, match=told):
            await made.order("artefact", kind=kind, why=why)
    await made.order("artefact", kind="Clearer api", why="Tax has one door")
    assert made.items["artefact"].text == "clearer API: Tax has one door" and made.question.state == "moot"


@pytest.mark.parametrize(
    ("answer", "words", "text"),
    [
        ("approve", {"artefact": "runbook", "reason": "docs/tax.md: steps"}, "runbook: docs/tax.md: steps"),
        ("deny", {"reason": "too small"}, "none: too small"),
        ("approve", {"reason": "fine"}, "not named: fine"),
    ],
)
async def test_an_answer_at_the_gate_is_kept_as_what_came_of_it(answer: str, words: dict[str, str], text: str) -> None:
    made = await begun()
    decision = said({"request": made.question.id, "answer": answer, "by": "eve", **words}, "eve", 990.0)
    state = "approved" if answer == "approve" else "denied"
    await made.ask(replace(made.question, state=state, decision=decision))  # type: ignore[arg-type]
    await made.duty.look()
    await made.duty.look()
    kept = made.items["artefact"]
    assert (kept.text, kept.by, kept.state, kept.source) == (text, "eve", "done", made.question.id)
    assert len(made.kept) == 2


async def test_a_run_that_was_never_merged_has_nothing_after_it() -> None:
    made = Gate()
    with pytest.raises(ValueError, match=f"run {RunKey(KEY)} was not merged here"):
        await made.order("artefact", kind="test", why="x")
