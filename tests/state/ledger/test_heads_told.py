"""What says how far a ledger is held elsewhere: checkpoints, trailers of merges, and the count of what is not held."""

import pytest

from state.ledger.anchors import TRAILER, of_merge
from state.ledger.canonical import canonical
from state.ledger.checkpoint import LIMIT, Checkpoint, anchors_of, message, unwitnessed
from state.ledger.entry import Entry
from state.ledger.story import sentence
from state.ledger.verifying import Anchor, Verdict

HELD = Checkpoint(7, "ab" * 32, 1_700_000_000.25)


def test_a_checkpoint_is_read_back_by_its_own_repository_and_by_no_other() -> None:
    text = message(HELD, "shop", "desk")
    assert text.splitlines()[2:] == [
        f"{TRAILER}: 7:{'ab' * 32}",
        "Repository: shop",
        "Host: desk",
        "At: 2023-11-14T22:13:20.250Z",
    ]
    held = [("c" * 40, text), ("d" * 40, "no checkpoint")]
    assert list(anchors_of(iter(held), "shop", "origin")) == [
        Anchor(7, "ab" * 32, f"checkpoint {'c' * 12} of origin", outside=True)
    ]
    assert list(anchors_of(iter(held), "other", "origin")) == []


@pytest.mark.parametrize(("ours", "whose"), [(True, "ours"), (False, "perhaps")])
def test_a_merge_names_the_heads_in_its_trailers(ours: bool, whose: str) -> None:
    (found,) = of_merge("e" * 40, f"Merge it\n\n{TRAILER}: 3:{'cd' * 32}\n", ours)
    assert (found.seq, found.hash, found.where) == (3, "cd" * 32, f"the merge commit {'e' * 12}")
    assert (found.outside, found.whose) == (True, whose)


def test_what_nobody_else_holds_is_counted_from_the_newest_head_that_somebody_does() -> None:
    assert Verdict(5, (5, "ef" * 32), None, None).unanchored == 5
    assert Verdict(5, (5, "ef" * 32), Anchor(3, "ab" * 32, "here"), None).unanchored == 2
    assert unwitnessed(8, HELD).text.endswith("(1 entry)")
    assert unwitnessed(9, HELD).text.endswith("(2 entries)")
    assert unwitnessed(7, HELD).count == 0
    assert unwitnessed(6, HELD).count == 6  # what was pushed is not of this ledger
    assert [unwitnessed(LIMIT + more, None).red for more in (-1, 0)] == [False, True]


@pytest.mark.parametrize(
    ("kind", "body", "told"),
    [
        ("policy", {"policy": "a" * 40, "problem": ""}, f"policy {'a' * 12} is in force"),
        ("policy", {"policy": "a" * 40, "problem": "line 3"}, f"policy {'a' * 12} is in force; line 3"),
        ("assigned", {"words": {"role": "tester", "owner": ""}}, "said owner: (taken back), role: tester"),
        ("salvaged", {"entries": 4, "aside": "old.db", "lost": 2}, "went on with 4 entries of old.db, 2 are lost"),
        ("salvaged", {"entries": 4, "aside": "", "lost": 0}, "went on with 4 entries of no database"),
    ],
)
def test_an_entry_is_said_with_all_that_it_records(kind: str, body: dict[str, object], told: str) -> None:
    entry = Entry(1, 1, "tool", "headgate", kind, "", canonical(body).decode(), "", "0" * 64, "1" * 64)
    assert sentence(entry) == told
