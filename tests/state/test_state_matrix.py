"""What is shown of runs whose truth is known: no wrong state is ever certain, and few are wrong at all."""

from pathlib import Path

import pytest

from tests.state_matrix import CORPUS, FILES, WORDS, Judged, cases, judged, table

LABELLED = {
    "live": ("live/claude", "live/claude-2.1.197", "live/codex"),
    "others_live": ("live/gemini", "live/opencode"),
}
MOST = {"own": (30, 21), "live": (21, 16), "others": (2, 2), "others_live": (40, 6)}
"""For each file of the table: how many judgements may be wrong (none certain), and how many unknown; never raised."""


def judgements(name: str) -> list[Judged]:
    if name in LABELLED and not (CORPUS / "live").is_dir():
        pytest.skip("the shared corpus of real logs is not beside the repository")
    rows = [row for case in cases(name) for row in judged(case)]
    assert rows
    return rows


@pytest.mark.parametrize("name", FILES)
def test_no_wrong_state_is_shown_as_certain(name: str) -> None:
    rows = judgements(name)
    wrong = [row for row in rows if not row.right]
    unsure, unknown = len(wrong), sum(row.told.state == "unknown" for row in rows)
    print(f"\n{name}\n{table(rows)}")
    listed = "\n".join(str(row) for row in wrong)
    assert not any(row.told.certain for row in wrong), f"\n{table(rows)}\n{listed}"
    assert unsure <= MOST[name][0] and unknown <= MOST[name][1], f"\n{table(rows)}\n{listed}"


@pytest.mark.parametrize(("name", "folder"), [(name, one) for name, those in LABELLED.items() for one in those])
def test_every_live_log_has_its_truth(name: str, folder: str) -> None:
    if not (CORPUS / folder).is_dir():
        pytest.skip("the shared corpus of real logs is not beside the repository")
    whole = {case.log for case in cases(name) if case.folder == folder and case.lines is None}
    assert whole == {one.name for one in (CORPUS / folder).iterdir() if one.is_dir()}


def test_every_truth_is_one_of_the_words_and_says_why() -> None:
    every = [case for name in FILES for case in cases(name)]
    assert {word for case in every for word in (*case.alive, *case.gone)} <= set(WORDS) - {"unknown"}
    assert all(case.why.endswith((".", "?")) for case in every)
    assert not any({"working", "waiting", "idle", "held"} & set(case.gone) for case in every)


def test_every_own_log_has_a_case() -> None:
    folder = Path(__file__).parents[1] / "fixtures" / "states"
    assert {case.path for case in cases("own")} == set(folder.glob("*/*.jsonl"))


def test_a_wrong_state_is_noticed() -> None:
    case = next(case for case in cases("own") if case.log == "claude/exit")
    rows = list(judged(case))
    assert [row.right for row in rows if row.process == "gone"] == [True] * len(case.moments)
    liar = [Judged(row.case, row.process, row.moment, ("held",), row.told) for row in rows]
    assert not any(row.right for row in liar) and "certain and wrong" in table(liar)


@pytest.mark.parametrize(
    ("log", "word"),
    [
        ("codex/one_shot", "done"),
        ("codex/refused_prompt", "stopped"),
        ("claude/exit", "done"),
        ("claude/interrupt", "stopped"),
    ],
)
def test_an_end_that_a_log_tells_is_certain_without_a_process(log: str, word: str) -> None:
    case = next(case for case in cases("own") if case.log == log)
    shown = [(row.told.state, row.told.certain) for row in judged(case) if row.process == "not known"]
    assert shown == [(word, True)] * len(case.moments)


def test_a_closing_summary_only_suggests_the_end() -> None:
    judgements("live")
    case = next(case for case in cases("live") if case.log == "t-claude" and case.lines is None)
    shown = {(row.told.state, row.told.certain) for row in judged(case) if row.process == "not known"}
    assert shown == {("done", False)}
