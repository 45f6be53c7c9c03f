"""A protected branch that moved without an explanation is red until a human explains it, and nothing is moved back."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from state.approval.approval import Approval
from state.approval.moves import Move, about
from state.approval.ref_watch import RefWatch
from state.control.act import Act
from state.control.hands import Hands
from state.evidence.review import Review, Reviewed
from state.policy.rule import DEFAULT, Policy
from state.ports import Problem
from state.runs.run import Run, RunKey
from state.spool import Order
from tests.control_desk import Noted, desk_of, run_of
from tests.gates_world import GateHouse

MAIN, A, B, C = "refs/heads/main", "a" * 40, "b" * 40, "c" * 40


@dataclass
class Branches:
    """Branches as a test sets them."""

    at: dict[str, str] | Problem
    known: Move = field(
        default_factory=lambda: Move(MAIN, A, B, (B,), commits=1, who="T <t@x>", words="commit: x", at=7)
    )
    guarded: bool = False

    async def enforced(self) -> bool:
        return self.guarded

    async def tips(self, protected: object) -> dict[str, str] | Problem:
        return self.at

    async def move(self, ref: str, old: str, new: str | None) -> Move:
        return replace(self.known, ref=ref, old=old, new=new)

    async def patches(self, old: str, new: str) -> dict[str, str]:
        return {"1" * 40: new}


@dataclass
class Watched:
    """A watch, and what it kept and showed."""

    refs: Branches
    policy: Policy = field(default_factory=lambda: Policy("p" * 40))
    review: Review = field(default_factory=Review)
    runs: tuple[Run, ...] = ()
    kept: list[Reviewed] = field(default_factory=list)
    red: dict[str, Problem] = field(default_factory=dict)
    noted: Noted = field(init=False)
    watch: RefWatch = field(init=False)

    def __post_init__(self) -> None:
        desk, self.noted = desk_of(self.runs, Hands(refs=self.refs), lambda: 1000.0)
        own = {"review": lambda: self.review, "keep": self.keep, "report": self.report, "policy": lambda: self.policy}
        self.watch = RefWatch(replace(desk, **own))

    async def keep(self, news: Reviewed) -> None:
        self.kept.append(news)
        self.review = self.review.after(news)

    async def report(self, problems: tuple[Problem, ...], solved: tuple[str, ...]) -> None:
        self.red = {key: one for key, one in self.red.items() if key not in solved} | {
            one.about: one for one in problems
        }

    async def at(self, **tips: str) -> None:
        self.refs.at = {f"refs/heads/{name}": tip for name, tip in tips.items()}
        await self.watch.look()

    @property
    def kinds(self) -> list[str]:
        return [draft.kind for news in self.kept for draft in news.drafts]


async def begun() -> Watched:
    made = Watched(Branches({}))
    await made.at(main=A)
    return made


def explain(**words: str) -> Order:
    return Order("o1", "explain_ref", {"ref": MAIN, "new": B, "reason": "a hotfix", "by": "ana", **words})


async def test_where_a_branch_is_first_seen_it_is_watched_from() -> None:
    made = await begun()
    assert made.review.tips == {MAIN: A} and made.kinds == ["ref_watched"] and made.red == {}
    await made.at(main=A)
    assert len(made.kept) == 1, "an idle look writes nothing"


async def test_an_unexplained_move_is_red_and_stays_so_over_a_restart() -> None:
    made = await begun()
    await made.at(main=B)
    problem = made.red[about(MAIN)]
    assert (
        problem.text
        == f"main was moved outside Headgate: {A[:7]}..{B[:7]}, 1 commit; its reflog says: T <t@x>, commit: x"
    )
    assert "nothing was changed" in problem.remedy and made.review.tips == {MAIN: A}
    await made.at(main=B)
    assert made.kinds == ["ref_watched", "ref_moved"], "it is recorded once"
    assert made.kept[-1].drafts[0].body["patches"] == {"1" * 40: B}, "by which a squash is known again"
    again = Watched(made.refs, review=made.review)
    await again.watch.look()
    assert again.red == made.red and again.kept[0].drafts[0].once == made.kept[1].drafts[0].once


async def test_a_branch_that_came_back_is_red_no_more() -> None:
    made = await begun()
    await made.at(main=B)
    await made.at(main=A)
    assert made.red == {} and made.review.tips == {MAIN: A}


@pytest.mark.parametrize("merges", [(B,), (C, B)])
async def test_approved_merges_explain_a_move_only_if_all_are_known(merges: tuple[str, ...]) -> None:
    made = await begun()
    made.refs.known = replace(made.refs.known, merges=merges)
    approval = Approval("i", "r1", "q", "{}", "signed", "ana", 1.0, 2.0, merge=B)
    made.review = made.review.after(Reviewed(approvals=(approval,)))
    await made.at(main=B)
    assert (made.red == {}) == (merges == (B,)) and made.review.tips[MAIN] == (B if merges == (B,) else A)


async def test_what_was_fetched_is_explained_and_what_was_rewritten_never_by_merges() -> None:
    made = await begun()
    made.refs.known = replace(made.refs.known, merges=(), fetched="refs/remotes/origin/main")
    await made.at(main=B)
    assert made.red == {} and made.kinds[-1] == "ref_followed" and made.review.tips == {MAIN: B}
    made.refs.known = replace(made.refs.known, merges=(), fetched="", rewritten=True)
    await made.at(main=C)
    assert "main was rewritten outside Headgate" in made.red[about(MAIN)].text


async def test_the_run_that_works_where_it_was_done_is_named() -> None:
    run = replace(run_of("claude-code", "s1"), worktree="/w")
    made = Watched(Branches({}), runs=(run,))
    await made.at(main=A)
    made.refs.known = replace(made.refs.known, worktree="/w")
    await made.at(main=B)
    assert f"in /w, where run {run.key} works" in made.red[about(MAIN)].text
    assert made.kept[-1].drafts[0].run == run.key


async def test_a_human_explains_the_very_move_that_was_shown() -> None:
    made = await begun()
    await made.at(main=B)
    for words, why in (({"reason": ""}, "say why"), ({"new": C}, "moved on"), ({"ref": "refs/heads/x"}, "explained")):
        with pytest.raises(ValueError, match=why):
            await made.watch.carry_out(explain(**words))
    act = await made.watch.carry_out(explain())
    assert (act.state, act.by) == ("confirmed", "ana") and made.red == {} and made.review.tips == {MAIN: B}
    draft = made.kept[-1].drafts[0]
    assert (draft.actor_kind, draft.actor, draft.kind, draft.body["reason"]) == (
        "human",
        "ana",
        "ref_explained",
        "a hotfix",
    )


async def test_a_branch_that_is_gone_is_red_and_can_be_explained() -> None:
    made = await begun()
    await made.at()
    assert (
        made.red[about(MAIN)].text
        == f"main was deleted outside Headgate: it was at {A[:7]}; its reflog says: T <t@x>, commit: x"
    )
    await made.watch.carry_out(explain(new=""))
    await made.at()
    assert made.red == {}
    await made.at(main=C)
    assert made.red == {} and made.review.tips == {MAIN: C}


async def test_nobody_is_watched_who_did_not_ask_for_it() -> None:
    made = Watched(Branches({}), policy=Policy(DEFAULT))
    await made.at(main=A)
    assert made.kept == []
    made.refs.guarded = True
    await made.at(main=A)
    assert made.review.tips == {MAIN: A}


async def test_while_headgate_itself_moves_a_branch_it_waits() -> None:
    made = await begun()
    await made.noted.record(Act("a", RunKey("r1"), "merge", "ana", 1.0))
    await made.at(main=B)
    assert made.red == {}
    await made.noted.record(Act("a", RunKey("r1"), "merge", "ana", 1.0, state="confirmed", facts={"commit": B}))
    await made.at(main=B)
    assert made.red == {} and made.review.tips == {MAIN: B}


async def test_branches_that_cannot_be_read_are_said_once_and_not_taken_for_gone() -> None:
    made = await begun()
    made.refs.at = Problem(str(Path("x")), "git is away", "bring it back")
    await made.watch.look()
    await made.watch.look()
    assert [one.text for one in made.red.values()] == ["git is away"] and len(made.kept) == 1
    await made.at(main=A)
    assert made.red == {}


async def test_a_core_remembers_over_its_end_and_the_board_shows_what_is_red(tmp_path: Path) -> None:
    refs = Branches({MAIN: A}, guarded=True)
    house = await GateHouse(tmp_path, hands=Hands(refs=refs)).begin()
    await house.core.once()
    await house.close()
    refs.at = {MAIN: B}
    house = await GateHouse(tmp_path, hands=Hands(refs=refs)).begin()
    try:
        await house.core.once()
        assert [one.about for one in (await house.reader.changes(0)).problems] == [about(MAIN)]
        order = house.spool.order("explain_ref", ref=MAIN, new=B, reason="a hotfix", by="ana")
        await house.core.once()
        assert (house.spool.take_answer(order) or {})["text"] == "refs/heads/main is explained: a hotfix"
        assert (await house.reader.changes(0)).problems == () and house.core.review.tips == {MAIN: B}
    finally:
        await house.close()
