"""From evidence to a merge, by real duties on a repository in memory: what counts, and what is refused."""

import json
from collections.abc import Awaitable
from dataclasses import replace
from pathlib import Path

import pytest

from state.approval.approval import Approval
from state.approval.voiding import reapproves
from state.policy.document import PATH
from tests.fake_git import sealed_with
from tests.merge_world import RUN, SIGNERS, Core, Died, Disk, new_disk

SIGNED = b'schema = 1\n[gate.merge]\napproval_level = "signed"\nreviewers = ["ana"]\n'


@pytest.fixture
def disk() -> Disk:
    return new_disk()


@pytest.fixture
def core(disk: Disk, tmp_path: Path) -> Core:
    return Core(disk, tmp_path)


async def refusal(asked: Awaitable[object]) -> str:
    with pytest.raises(ValueError) as caught:
        await asked
    return str(caught.value)


async def approved(core: Core, name: str = "o-1") -> Approval:
    await core.gather()
    request = core.waiting()
    assert request is not None
    assert "approved" in await core.approve(request, await core.state(request), name)
    (approval,) = [one for one in core.disk.review.approvals.values() if not one.void and one.merge is None]
    return approval


async def signed(core: Core, statement: str | None = None, secret: str = "lock", **words: str) -> str:
    """Approve with the fake key; gives what was said, or the refusal."""
    request = core.waiting()
    assert request is not None
    statement = statement or await core.state(request, level="signed")
    return await core.approve(request, statement, signature=sealed_with(secret, statement), **words)


def with_policy(disk: Disk, text: bytes = SIGNED) -> None:
    disk.git.move_base({PATH: ("100644", text)})


async def test_what_was_approved_is_merged_once_and_leads_back_to_who_approved_it(core: Core) -> None:
    disk, git = core.disk, core.disk.git
    base, head = git.main, git.head
    approval = await approved(core)
    act = await core.merge()
    assert act.state == "confirmed"
    (commit,) = git.moves
    made, said = git.commits[commit], json.loads(approval.statement)
    assert made.parents == (base, head)
    assert made.tree == said["subject"][0]["digest"]["gitTree"]
    assert disk.review.approvals[approval.id].merge == commit
    trailers = dict(line.split(": ", 1) for line in made.message.strip().split("\n\n")[-1].splitlines())
    assert trailers["Approved-by"] == "ana <ana@headgate.invalid>"
    assert trailers["Assisted-by"] == "claude-code:m-1"
    assert (trailers["Run"], trailers["Approval"]) == (RUN, approval.id)
    assert trailers["Evidence"] == said["predicate"]["evidence"]
    seq, _, head_hash = trailers["Ledger-Head"].partition(":")
    assert disk.ledger[int(seq) - 1].hash == head_hash
    assert [json.loads(one.body)["commit"] for one in disk.entries("merge")] == [commit]
    assert [json.loads(one.body)["approval"] for one in disk.entries("approval")] == [approval.id]
    assert f"merged as {commit[:12]}" in await refusal(core.merge("m-2"))
    assert git.moves == [commit]


async def test_nothing_is_merged_that_nobody_approved(core: Core) -> None:
    await core.gather()
    assert "nobody has approved it" in await refusal(core.merge())
    assert core.disk.git.moves == []
    assert len(core.disk.entries("refused")) == 1


async def test_an_answer_without_a_statement_approves_no_change(core: Core) -> None:
    await core.gather()
    request = core.waiting()
    assert request is not None
    assert "needs its statement" in await refusal(core.approve(request, ""))
    assert core.disk.review.approvals == {}
    assert core.waiting() == request


@pytest.mark.parametrize(
    "change",
    [
        {"a.py": ("100644", b"print(3)\n")},
        {"a.py": ("100644", b"print(2) \n")},
        {"a.py": ("100755", b"print(2)\n")},
        {"a.py": ("120000", b"/etc/passwd")},
        {"lib": ("160000", b"1" * 40)},
        {"a.py": None},
    ],
    ids=["content", "white space", "mode", "symlink", "submodule", "deletion"],
)
async def test_one_change_after_the_approval_voids_it_and_asks_again(core: Core, change: dict) -> None:
    disk = core.disk
    approval = await approved(core)
    disk.git.work(change)
    assert await refusal(core.merge())
    assert disk.git.moves == []
    assert len(disk.entries("refused")) == 1
    if change == {"a.py": None}:
        return
    await core.look()
    assert "went on" in disk.review.approvals[approval.id].void
    request = core.waiting()
    assert request is not None
    assert request.id != approval.request
    assert "counts no more" in request.text
    assert not reapproves(request)
    assert len(disk.entries("approval_void")) == 1


async def test_a_clean_rebase_offers_a_second_approval_and_does_not_give_it(core: Core) -> None:
    disk = core.disk
    approval = await approved(core)
    disk.git.move_base({"b.py": ("100644", b"other\n")})
    assert "went on" in await refusal(core.merge())
    disk.git.rebase()
    await core.look()
    assert disk.review.approvals[approval.id].void
    request = core.waiting()
    assert request is not None and reapproves(request)
    assert "= 1:" in request.input, "the range-diff is shown"
    assert await refusal(core.merge("m-2"))
    await core.approve(request, await core.state(request), "o-2")
    assert (await core.merge("m-3")).state == "confirmed"
    assert len(disk.git.moves) == 1


async def test_a_merge_taken_up_again_waits_where_git_does_not_say_where_the_branch_is(
    core: Core, tmp_path: Path
) -> None:
    disk = core.disk
    await approved(core)
    disk.left = 2
    with pytest.raises(Died):
        await core.merge()
    disk.left, disk.now, there = 0, disk.now + 24 * 3600, disk.git.main
    later = Core(disk, tmp_path / "next")
    disk.git.silent = True
    await later.look()
    assert disk.git.moves == [] and [act.state for act in disk.acts.by_id.values()] == ["under_way"]
    disk.git.silent = False
    await later.look()
    assert disk.git.moves == [] and disk.git.main == there, "it expired while nobody worked"
    assert [act.state for act in disk.acts.by_id.values()] == ["failed"]


async def test_an_approval_that_expired_is_asked_for_again(core: Core) -> None:
    disk = core.disk
    approval = await approved(core)
    disk.now += 24 * 3600
    assert "expired" in await refusal(core.merge())
    await core.look()
    assert disk.review.approvals[approval.id].void == "it expired"
    request = core.waiting()
    assert request is not None and reapproves(request)
    await core.approve(request, await core.state(request), "o-2")
    assert (await core.merge("m-2")).state == "confirmed"


async def test_another_policy_and_other_evidence_void_it(core: Core) -> None:
    approval = await approved(core)
    with_policy(core.disk)
    assert await refusal(core.merge())
    await core.look()
    assert "policy" in core.disk.review.approvals[approval.id].void


async def test_a_policy_that_the_branch_brings_is_not_in_force(core: Core) -> None:
    with_policy(core.disk)
    core.disk.git.rebase()
    core.disk.git.work({PATH: ("100644", b"schema = 1\n"), SIGNERS: ("100644", b"ana loose\n")})
    await core.gather()
    assert "signed" in await refusal(core.state(core.waiting()))  # type: ignore[arg-type]
    assert "may approve with" in await refusal(signed(core, secret="loose"))
    assert "approved" in await signed(core, name="o-2")


async def test_a_signature_counts_for_its_person_its_text_and_its_key(core: Core) -> None:
    with_policy(core.disk)
    core.disk.git.rebase()
    await core.gather()
    request = core.waiting()
    assert request is not None
    assert "lets only ana" in await refusal(core.state(request, "bo", "signed"))
    statement = await core.state(request, level="signed")
    assert "no signature came" in await refusal(core.approve(request, statement))
    assert "may approve with" in await refusal(signed(core, statement, "bolt", name="o-2"))
    declared = statement.replace('"level":"signed"', '"level":"declared"')
    assert "wants an approval that is signed" in await refusal(core.approve(request, declared, "o-3"))
    assert "proves only signed" in await refusal(signed(core, await core.state(request, level="touched"), name="o-4"))
    assert "approved" in await signed(core, statement, name="o-5")
    (approval,) = core.disk.review.approvals.values()
    assert (approval.by, approval.level) == ("ana", "signed")
    assert core.gates.book.requests[request.id].decision.via == "headgate approve, signed"  # type: ignore[union-attr]
    assert len(core.disk.entries("refused")) == 4, "what is asked to be stated is no attempt to approve"
    assert (await core.merge()).state == "confirmed"


async def test_an_approval_is_of_one_change_and_used_once(core: Core, tmp_path: Path) -> None:
    first = await approved(core)
    core.disk.git.work({"a.py": ("100644", b"evil()\n")})
    await core.look()
    request = core.waiting()
    assert request is not None
    told = await refusal(core.approve(request, first.statement, "o-2"))
    assert "used before" in told
    renamed = first.statement.replace(json.loads(first.statement)["predicate"]["nonce"], "4" * 32)
    assert "not of this change" in await refusal(core.approve(request, renamed, "o-3"))
    statement = await core.state(request)
    for field, value in (("tree", "1" * 40), ("nonce", "2" * 32), ("base", "3" * 40)):
        said = json.loads(statement)
        if field == "tree":
            said["subject"][0]["digest"]["gitTree"] = value
        else:
            said["predicate"]["from" if field == "base" else field] = value
        forged = json.dumps(said, sort_keys=True, separators=(",", ":"))
        if field != "nonce":
            assert f"another {field}" in await refusal(core.approve(request, forged, f"o-{field}"))
    await core.approve(request, statement, "o-9")
    with pytest.raises(ValueError, match="is approved"):
        await core.approve(request, statement, "o-10")
    assert "recorded before" in await core.approve(request, statement, "o-9")


async def test_a_copied_key_shows_by_its_counter(core: Core) -> None:
    with_policy(core.disk)
    core.disk.git.rebase()
    await core.gather()
    request = core.waiting()
    assert request is not None
    statement = await core.state(request, level="signed")
    await core.approve(request, statement, signature=sealed_with("lock", statement, "verified", 7))
    core.disk.git.work({"b.py": ("100644", b"more\n")})
    await core.look()
    again = core.waiting()
    assert again is not None
    statement = await core.state(again, level="signed")
    copied = sealed_with("lock", statement, "verified", 7)
    assert "counter" in await refusal(core.approve(again, statement, "o-2", signature=copied))
    assert "approved" in await core.approve(
        again, statement, "o-3", signature=sealed_with("lock", statement, "verified", 8)
    )


async def test_a_row_that_was_written_around_the_tool_merges_nothing(core: Core) -> None:
    approval = await approved(core)
    rows = {
        "no decision behind it": replace(approval, request="merge-none"),
        "another's": replace(approval, by="eve"),
        "another level": replace(approval, level="verified"),
        "another text": replace(approval, statement=approval.statement.replace("ana", "eve")),
    }
    for number, row in enumerate(rows.values()):
        core.disk.review = replace(core.disk.review, approvals={approval.id: row})
        assert await refusal(core.merge(f"m-{number}"))
    assert core.disk.git.moves == []
    assert len(core.disk.entries("refused")) == len(rows)


async def test_forged_evidence_is_not_what_was_shown(core: Core) -> None:
    await core.gather()
    request, package = core.waiting(), core.disk.review.packages[RUN]
    assert request is not None
    core.disk.review = replace(core.disk.review, packages={RUN: replace(package, lacking=())})
    forged = replace(package, test_changes=(), risk="low", models=("m-2",))
    core.disk.review = replace(core.disk.review, packages={RUN: forged})
    assert "not what it was" in await refusal(core.state(request))


@pytest.mark.parametrize("kind", ["decision", "approval"])
@pytest.mark.parametrize("how", ["cut", "removed", "edited"])
async def test_a_decision_that_the_ledger_does_not_hold_as_it_was_merges_nothing(
    core: Core, kind: str, how: str
) -> None:
    disk = core.disk
    await approved(core)
    main, at = disk.git.main, next(place for place, one in enumerate(disk.ledger) if one.kind == kind)
    kept = {"cut": [], "removed": disk.ledger[at + 1 :], "edited": [replace(disk.ledger[at], actor="bo")]}[how]
    disk.ledger = disk.ledger[:at] + kept
    assert "does not stand in the ledger" in await refusal(core.merge())
    assert disk.git.main == main


async def test_a_ledger_that_was_cut_or_rewritten_stops_the_merge(core: Core) -> None:
    await approved(core)
    core.disk.ledger = core.disk.ledger[:1]
    assert "audit verify" in await refusal(core.merge())
    assert core.disk.git.moves == []


@pytest.mark.parametrize("at", [0, -1])
async def test_a_ledger_edited_before_the_approval_merges_nothing(core: Core, at: int) -> None:
    disk = core.disk
    await approved(core)
    before = next(place for place, one in enumerate(disk.ledger) if one.kind == "decision")
    place = range(before)[at]
    disk.ledger[place] = replace(disk.ledger[place], ts_ms=disk.ledger[place].ts_ms + 1)
    assert f"entry {place + 1}: what it says is not" in await refusal(core.merge())
    assert disk.git.moves == [] and disk.ledger[-1].kind == "refused"


async def test_a_row_forged_behind_the_approval_merges_nothing(core: Core) -> None:
    await approved(core)
    last = core.disk.ledger[-1]
    core.disk.ledger.append(replace(last, seq=last.seq + 1, prev=last.hash, once="x"))
    assert f"the ledger was changed, entry {last.seq + 1}" in await refusal(core.merge())
    assert core.disk.git.moves == []


async def test_a_statement_waits_for_its_signature_only_so_long_and_not_from_the_future(core: Core) -> None:
    await core.gather()
    request = core.waiting()
    assert request is not None
    statement = await core.state(request)
    core.disk.now += 61 * 60
    assert "too long ago" in await refusal(core.approve(request, statement))
    late = await core.state(request)
    core.disk.now -= 7200
    assert "in the future" in await refusal(core.approve(request, late, "o-2"))


async def test_the_words_of_a_denial_go_back_to_the_run_where_the_human_wants_that(core: Core) -> None:
    await core.gather()
    request = core.waiting()
    assert request is not None
    told = await core.approve(request, "", answer="deny", rework="yes", reason="name it better")
    assert told.startswith("denied; your words to the run")
    (order,) = core.sent
    assert (order.verb, order.words["text"], order.words["run"]) == ("send", "name it better", RUN)
