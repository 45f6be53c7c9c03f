"""Risk is a floor: what is known raises it, nothing lowers it, and nothing known is no risk told."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from state.findings.finding import LEVELS, Risk
from state.findings.pack import pack
from state.findings.risk import LARGE, risk
from state.policy.programs import EFFECTS
from state.runs.event import CommandRan, LogRestarted
from state.runs.fold import fold
from state.runs.run import Origin, Ran, Run, RunKey
from state.runs.worktree import ChangedFile, Content, Marked, Worktree

RUN = Run(RunKey("r"), "codex", "s")
AT = Origin("/log", 3)
TREE = Worktree("/w/a", "/g")


def of_files(*paths: str) -> Risk:
    return risk(RUN, replace(TREE, files=tuple(ChangedFile(path, "modified", 1, 1) for path in paths)))


def test_nothing_known_is_no_level() -> None:
    assert risk(RUN, None) == risk(RUN, TREE) == risk(RUN, replace(TREE, files=(), content=Content(0))) == Risk()


def test_documents_alone_are_low() -> None:
    assert of_files("README.md").level == "low"


def test_the_gravest_rule_stands_first_and_names_what_matched() -> None:
    told = of_files("README.md", "src/a.py", "db/migrations/1.sql")
    assert (told.level, told.rules[0]) == ("high", "migration")
    assert told.reasons[0].endswith("db/migrations/1.sql")


def test_a_reason_names_three_things_and_counts_the_others() -> None:
    reason = dict(
        zip(*(lambda told: (told.rules, told.reasons))(of_files(*(f"src/{n}.py" for n in range(9)))), strict=True)
    )
    assert reason["code"].endswith("src/0.py, src/1.py, src/2.py and 6 more")


def test_a_file_outside_the_worktree_is_high_and_a_temporary_one_is_nothing() -> None:
    assert risk(replace(RUN, edited=("/home/ana/.bashrc",)), TREE).rules == ("outside-worktree",)
    assert risk(replace(RUN, edited=("/tmp/x.py",)), TREE).level is None
    assert risk(replace(RUN, edited=("/w/a/.env",)), TREE).level == "critical"


def test_a_secret_is_told_by_file_line_and_last_four_letters() -> None:
    mark = Marked("secret/github-token", "src/a.py", 12, "6TiQ")
    told = risk(RUN, replace(TREE, content=Content(1, (mark,))))
    assert (told.level, told.rules) == ("critical", ("secret/github-token",))
    assert told.reasons[0].endswith("src/a.py:12 …6TiQ")


def test_a_large_change_and_one_that_was_not_read_whole_say_so() -> None:
    many = replace(TREE, files=(ChangedFile("docs/a.md", "modified", LARGE, 1),))
    assert risk(RUN, many).rules == ("large-change", "documents")
    assert risk(RUN, replace(TREE, content=Content(1, cut="2 files"))).rules == ("not-all-read",)
    lock = replace(TREE, files=(ChangedFile("uv.lock", "modified", LARGE, 1),))
    assert "large-change" not in risk(RUN, lock).rules


def test_a_run_keeps_the_first_command_of_each_effect() -> None:
    run = fold(RUN, CommandRan(RUN.key, AT, ("git.push.force",), "git push -f"))
    for number in range(50):
        run = fold(run, CommandRan(RUN.key, Origin("/log", number + 4), ("git.push.force",), f"git push -f {number}"))
    assert run.ran == (Ran("git.push.force", "git push -f", AT),)
    assert risk(run, None).reasons[0].endswith("`git push -f`")
    assert fold(run, LogRestarted(RUN.key, AT, "cut")).ran == ()


_PATHS = st.sampled_from(["README.md", "src/a.py", ".env", "tests/test_a.py", "auth/x.py", "a/migrations/1.sql", "x"])
_FILES = st.builds(
    ChangedFile,
    _PATHS,
    st.sampled_from(["added", "modified", "deleted", "untracked"]),
    st.none() | st.integers(0, 900),
    st.none() | st.integers(0, 900),
)
_MARKS = st.builds(Marked, st.sampled_from(sorted(pack().rules)), _PATHS, st.integers(1, 99))
_RAN = st.builds(Ran, st.sampled_from(sorted(EFFECTS)), st.just("x"), st.just(AT))
_FACTS = st.tuples(
    *(st.lists(one, max_size=4) for one in (_FILES, _MARKS, _RAN, st.sampled_from(["/w/a/b.py", "/etc/x"])))
)


@settings(deadline=None)
@given(_FACTS, _FACTS)
def test_a_fact_more_never_lowers_the_level(first: tuple[list[object], ...], more: tuple[list[object], ...]) -> None:
    before = _level(*first)
    assert _level(*([*one, *other] for one, other in zip(first, more, strict=True))) >= before


def _level(files: list[object], marks: list[object], ran: list[object], edited: list[object]) -> int:
    tree = replace(TREE, files=tuple(files), content=Content(1, tuple(marks)))  # type: ignore[arg-type]
    level = risk(replace(RUN, ran=tuple(ran), edited=tuple(edited)), tree).level  # type: ignore[arg-type]
    return -1 if level is None else LEVELS.index(level)
