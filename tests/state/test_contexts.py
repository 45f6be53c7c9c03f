"""What stands around a run: told when it is new, known at the start only where its age says so, and never activity."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from state.contexts import Contexts
from state.ports import Around, ContextFile, PlanFile
from state.runs import event as ev
from state.runs.context import UNKNOWN, changed
from state.runs.fold import fold
from state.runs.run import PartKind, Run
from state.runs.worktree import Worktree
from state.supervisor import Supervisor
from tests.state.test_supervisor import HEADER, KEY, TREE, ScriptedSource, ScriptedWorktrees, make_house, story

TREES = {"/w/a": Worktree("/w/a", "/r/.git/worktrees/a")}
LOOKED: tuple[PartKind, ...] = ("instructions",)


class Ground:
    """Surroundings in memory; counts how often it was asked."""

    def __init__(self, *files: ContextFile, account: str | None = "ada") -> None:
        self.files, self.account, self.asked = files, account, 0
        self.times: dict[str, float] = {}
        self.plan: PlanFile | None = None

    def look(self, run: Run) -> Around:
        self.asked += 1
        return Around(self.files, LOOKED, self.account, self.plan)

    def written(self, paths: Sequence[str]) -> dict[str, float]:
        return {path: self.times[path] for path in paths if path in self.times}


def file(value: str, modified: float, name: str = "CLAUDE.md") -> ContextFile:
    return ContextFile("instructions", name, f"/w/a/{name}", value, modified)


def begun(happen: Callable[..., Run]) -> Run:
    return happen(
        (ev.RunFound, 10.0, {"agent": "claude-code", "session": "one"}),
        (ev.WorktreeFound, None, {"worktree": "/w/a"}),
        (ev.PromptGiven, 11.0, {"text": "go"}),
    )


def looked(run: Run, ground: Ground, now: float = 20.0) -> Run:
    for event in Contexts(ground).news([run], TREES, now):
        run = fold(run, event)
    return run


def test_a_file_older_than_the_run_is_what_it_began_with(happen: Callable[..., Run]) -> None:
    run = looked(begun(happen), Ground(file("aa", 5.0)))
    assert (run.account, changed(run.context)) == ("ada", ())
    after = looked(run, Ground(file("bb", 30.0)))
    assert [(one.name, one.start, one.value) for one in changed(after.context)] == [("CLAUDE.md", "aa", "bb")]
    assert after.context_version != run.context_version and after.seen == run.seen == 11.0
    back = looked(after, Ground(file("aa", 40.0)))
    assert back.context_version == run.context_version


def test_a_file_younger_than_the_run_is_no_certain_change(happen: Callable[..., Run]) -> None:
    run = looked(begun(happen), Ground(file("aa", 15.0)))
    (part,) = [one for one in run.context if one.name == "CLAUDE.md"]
    assert (part.start, part.value, changed(run.context)) == (UNKNOWN, "aa", ())


def test_a_file_that_comes_after_the_first_look_was_not_there(happen: Callable[..., Run]) -> None:
    run = looked(looked(begun(happen), Ground()), Ground(file("aa", 15.0)))
    assert [(one.start, one.value) for one in changed(run.context)] == [(None, "aa")]
    gone = looked(run, Ground())
    assert changed(gone.context) == ()


def test_nothing_new_is_nothing_told(happen: Callable[..., Run]) -> None:
    ground = Ground(file("aa", 5.0))
    run = looked(begun(happen), ground)
    assert Contexts(ground).news([run], TREES, 21.0) == []


def test_of_an_ended_run_only_older_files_count_and_it_is_looked_at_once(happen: Callable[..., Run]) -> None:
    ended = happen((ev.TurnEnded, 12.0, {"end": "done"}), (ev.RunEnded, 12.0, {"why": "/exit"}), run=begun(happen))
    ground = Ground(file("aa", 5.0), file("bb", 15.0, "AGENTS.md"))
    run = looked(ended, ground)
    assert {one.name: one.value for one in run.context if one.name.endswith(".md")} == {
        "CLAUDE.md": "aa", "AGENTS.md": UNKNOWN,
    }  # fmt: skip
    assert looked(run, ground) is run and ground.asked == 1


def test_a_run_without_a_worktree_that_exists_is_not_looked_at(happen: Callable[..., Run]) -> None:
    ground = Ground(file("aa", 5.0))
    run = begun(happen)
    assert Contexts(ground).news([run], {"/w/a": replace(TREES["/w/a"], missing=True)}, 20.0) == []
    assert Contexts(ground).news([replace(run, worktree=None)], TREES, 20.0) == []
    assert Contexts(None).news([run], TREES, 20.0) == [] and ground.asked == 0


async def test_the_core_notices_a_changed_file_at_a_reading_of_its_worktree(tmp_path: Path) -> None:
    house = make_house(tmp_path, story())
    ground = Ground(file("aa", 5.0))
    trees, source = ScriptedWorktrees(TREE), ScriptedSource(story())
    core = Supervisor(house.store, house.spool, source, trees, HEADER, lambda: 100.0, None, ground)
    await core.begin()
    await core.once()
    (before,) = await house.reader.cards()
    assert (before.owner, before.owner_from, before.context_changes) == ("ada", "account", 0)
    ground.files = (file("bb", 90.0),)
    core.survey.stir([TREE.path])
    await core.survey.finish()
    (after,) = await house.reader.cards()
    assert after.context_changes == 1 and after.context_version != before.context_version
    detail = await house.reader.detail(KEY)
    assert detail is not None and [one.value for one in changed(detail.context)] == ["bb"]
    core.close()
    await house.close()


def test_a_file_that_someone_writes_over_is_told_once(happen: Callable[..., Run]) -> None:
    words = {"path": "/w/a/x.py", "part": "", "digest": "d", "size": 10}
    run, ground = happen((ev.FileRead, 12.0, words), run=begun(happen)), Ground()
    ground.times["/w/a/x.py"] = 12.5
    assert [one.rewritten for one in looked(run, ground).known_files] == [None]
    ground.times["/w/a/x.py"] = 19.0
    after = looked(run, ground)
    assert [one.rewritten for one in after.known_files] == [19.0]
    assert [one for one in Contexts(ground).news([after], TREES, 21.0) if isinstance(one, ev.FileRewritten)] == []


def test_a_plans_file_that_a_shell_command_changed_is_told_anew(happen: Callable[..., Run]) -> None:
    run = happen(
        (ev.RunFound, 10.0, {"agent": "codex", "session": "one"}),
        (ev.WorktreeFound, None, {"worktree": "/w/a"}),
        (ev.PromptGiven, 11.0, {"text": "go"}),
        (ev.PlanWritten, 12.0, {"path": "/w/a/PLAN.md", "text": "old", "sha": "aa"}),
    )
    ground = Ground()
    ground.plan = PlanFile("old", "aa", 12.0)
    assert looked(run, ground).plan == run.plan
    ground.plan = PlanFile("new", "bb", 19.0)
    after = looked(run, ground)
    assert (after.plan.text, after.plan.sha, after.origins["plan"].at) == ("new", "bb", 19.0)
    assert looked(after, ground) == after
