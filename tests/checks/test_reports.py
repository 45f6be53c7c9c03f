"""Reports and outputs of checks are foreign: bounded, safe to show, and never more than they say."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.checks import output
from adapters.checks.ground import Ground, exported, fresh, remove, report_bytes
from adapters.checks.output import Output, safe
from adapters.checks.report import MOST_BYTES, MOST_DEPTH, ReportInvalid, read_report
from adapters.checks.running import Ended
from adapters.checks.verdict import Verdict, against_base, verdict
from state.checks.check import Check
from tests.checks.exports import Exports

BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>
<testsuite><testcase name="&lol2;"/></testsuite>"""
REPORT = b"""<testsuites><testsuite name="a"><testcase classname="m" name="t1"/>
<testcase classname="m" name="t2"><failure message="no"/></testcase>
<testcase classname="m" name="t3"><skipped/></testcase><testcase classname="m" name="t4"><error/></testcase>
<testsuite name="b"><testcase name="t5"/></testsuite></testsuite></testsuites>"""


def test_a_report_tells_what_ran_and_what_failed() -> None:
    found = read_report(REPORT)
    assert (found.passed, found.failed, found.skipped) == (2, 2, 1)
    assert found.failing == ("m::t2", "m::t4")
    assert found.ran == {"m::t1", "m::t2", "m::t4", "::t5"}


def test_a_case_that_did_not_run_is_no_test_that_passed() -> None:
    raw = (
        b'<testsuite tests="2" disabled="2"><testcase name="a" status="notrun"/><testcase name="b" status="disabled"/>'
    )
    found = read_report(raw + b"</testsuite>")
    assert (found.passed, found.failed, found.skipped, found.ran) == (0, 0, 2, frozenset())


def test_what_a_suite_counts_as_bad_is_not_passed_over_where_no_case_says_so() -> None:
    raw = b'<testsuites><testsuite errors="1" failures="2"><testcase name="a"/></testsuite></testsuites>'
    assert read_report(raw).failed == 3
    assert read_report(b'<testsuite errors="-1" failures="x"><testcase name="a"/></testsuite>').failed == 0


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (BOMB, "it defines a document type"),
        (BOMB.decode().replace("1.0", '1.0" encoding="utf-16').encode("utf-16"), "it defines a document type"),
        (b"<testsuite>" * (MOST_DEPTH + 1) + b"</testsuite>" * (MOST_DEPTH + 1), "more elements than a report has"),
        (b"<testsuite><testcase", "it is no XML"),
        (b"", "it is no XML"),
        (b"<html/>", "it is no JUnit report"),
        (b"x" * (MOST_BYTES + 1), "longer than"),
    ],
    ids=["entities", "entities in UTF-16", "depth", "cut off", "empty", "another document", "size"],
)
def test_a_report_that_is_none_is_refused(raw: bytes, why: str) -> None:
    with pytest.raises(ReportInvalid, match=why):
        read_report(raw)


@settings(max_examples=60)
@given(st.binary(max_size=300) | st.lists(st.sampled_from([REPORT[:n] for n in range(0, 300, 7)])).map(b"".join))
def test_any_bytes_are_a_report_or_refused(raw: bytes) -> None:
    try:
        found = read_report(raw)
    except ReportInvalid as invalid:
        assert str(invalid).isprintable()
    else:
        assert found.passed >= 0


def test_names_of_a_report_are_safe_to_show() -> None:
    found = read_report('<testsuite><testcase name="a\u202eb&#10;c"><failure/></testcase></testsuite>'.encode())
    assert found.failing[0].isprintable() and "\u202e" not in found.failing[0]


@settings(max_examples=60)
@given(st.lists(st.binary(max_size=40), max_size=30))
def test_an_output_keeps_both_ends_and_says_what_is_missing(blocks: list[bytes]) -> None:
    before = output.HEAD, output.TAIL
    output.HEAD, output.TAIL = 100, 150
    try:
        found, whole = Output(), b"".join(blocks)
        for block in blocks:
            found.take(block)
        rest = b"".join(found.tail)
        assert whole.startswith(bytes(found.head)) and whole.endswith(rest)
        assert len(found.head) + len(rest) + found.left_out == len(whole)
        assert len(found.head) <= 100 and len(rest) <= 150
        assert found.full == (f"{found.left_out} bytes left out" in found.text())
    finally:
        output.HEAD, output.TAIL = before


@settings(max_examples=60)
@given(st.binary(max_size=100) | st.text(max_size=60).map(str.encode))
def test_no_terminal_obeys_what_is_kept(raw: bytes) -> None:
    assert not any(map(_moves, safe(raw).replace("\n", "").replace("\t", "")))


def _moves(character: str) -> bool:
    """Say whether a character could do something to a terminal or hide something from a reader."""
    return ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 or character in "\u202a\u202e\u2066\u2069\u200b\u2028"


def test_colours_go_and_lines_stay() -> None:
    assert safe(b"\x1b[31mred\x1b[0m\r\n50%\r100%\n\x1b]0;title\x07\x9b\xc2\x9bx\n") == "red\n50%\n100%\n��x\n"


def ended(status: int, printed: bytes = b"", cut: str = "", left: int = 0) -> Ended:
    found = Output()
    found.take(printed)
    return Ended(status, cut, found, left)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("check", "how", "state", "why"),
    [
        (Check("a", "x", tests=False), ended(0), "passed", "its exit status 0"),
        (Check("a", "x", tests=False), ended(3), "failed", "its exit status 3"),
        (Check("a", "x", tests=False), ended(-9), "failed", "it was ended by signal 9"),
        (Check("a", "x"), ended(0, b"all tests passed\n"), "none_ran", "its exit status 0, but no summary says so"),
        (Check("a", "pytest"), ended(0, b"=== 3 passed in 0.1s ===\n"), "passed", "its exit status 0 and its summary"),
        (Check("a", "make x"), ended(0, b"=== 3 passed in 0.1s ===\n"), "passed", "its exit status 0 and its summary"),
        (
            Check("a", "pytest"),
            ended(1, b"=== 3 passed in 0.1s ===\n"),
            "failed",
            "its exit status 1; its exit status 1",
        ),
        (Check("a", "pytest"), ended(0, b"=== 1 failed, 3 passed in 0.1s ===\n"), "failed", "its summary, against an"),
        (Check("a", "pytest"), ended(5, b"=== no tests ran in 0.1s ===\n"), "none_ran", "its exit status 5"),
        (Check("a", "go test ./..."), ended(0, b"ok  \ta/b\t0.1s\n"), "passed", "its exit status 0 and its packages"),
        (Check("a", "go test"), ended(0, b"ok  \ta/b\t0.1s [no tests to run]\n"), "none_ran", "its exit status 0, but"),
        (Check("a", "x", seconds=5), ended(-9, cut="time"), "timed_out", "it was ended after 5 s"),
        (Check("a", "x", megabytes=64), ended(-9, cut="memory"), "failed", "more than 64 MB"),
        (Check("a", "x", tests=False), ended(0, left=2), "broken", "2 processes of it could not be ended"),
        (Check("a", "x", tests=False), ended(1, b"bwrap: No\n"), "broken", "it could not be begun: bwrap: No"),
        (Check("a", "x", tests=False), ended(1, b"bwrap: No\nmore\nmore\n"), "failed", "its exit status 1"),
    ],
)
def test_a_check_passes_only_where_exit_status_and_words_say_so(
    check: Check, how: Ended, state: str, why: str, tmp_path: Path
) -> None:
    found = verdict(check, how, tmp_path)
    assert found.state == state
    assert why.removesuffix(" says so") in found.why


@pytest.mark.parametrize(
    ("report", "status", "state", "why"),
    [
        (REPORT, 0, "failed", "its report, against an exit status of 0"),
        (REPORT, 1, "failed", "its report"),
        (b'<testsuite><testcase name="a"/></testsuite>', 0, "passed", "its exit status 0 and its report"),
        (b'<testsuite><testcase name="a"/></testsuite>', 1, "failed", "against a report without a failure"),
        (b'<testsuite><testcase name="a"><skipped/></testcase></testsuite>', 0, "none_ran", "no test that ran"),
        (BOMB, 0, "none_ran", "its report cannot be used: it defines a document type"),
        (None, 0, "none_ran", "it left no report at out/r.xml"),
        (None, 2, "failed", "its exit status 2; it left no report"),
    ],
)
def test_a_report_that_is_asked_for_decides(
    report: bytes | None, status: int, state: str, why: str, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    if report is not None:
        (tmp_path / "out/r.xml").write_bytes(report)
    found = verdict(Check("a", "x", junit="out/r.xml"), ended(status, b"=== 9 passed in 0.1s ===\n"), tmp_path)
    assert found.state == state and why in found.why


def test_what_ran_is_held_against_the_base_branch() -> None:
    here = Verdict("passed", "x", ran=frozenset({"a", "b"}))
    assert against_base(here, Verdict("failed", "y", ran=frozenset({"a"}))).state == "passed"
    assert against_base(here, Verdict("passed", "y", ran=frozenset({"a", "c"}))).why.endswith("did not run: c")
    assert against_base(here, Verdict("timed_out", "y")).state == "broken"
    assert "is not known" in against_base(here, None).why
    failed = Verdict("failed", "x", ran=frozenset())
    assert against_base(failed, Verdict("passed", "y", ran=frozenset({"a"}))) == failed


@pytest.mark.parametrize("planted", ["link", "folder link", "fifo", "folder"])
def test_a_report_is_read_without_following_what_was_planted(planted: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "r.xml").write_text("S3CRET")
    tree = tmp_path / "tree"
    tree.mkdir()
    match planted:
        case "folder link":
            (tree / "out").symlink_to(secret)
        case "link":
            (tree / "out").mkdir()
            (tree / "out/r.xml").symlink_to(secret / "r.xml")
        case "fifo":
            (tree / "out").mkdir()
            os.mkfifo(tree / "out/r.xml")
        case _:
            (tree / "out/r.xml").mkdir(parents=True)
    assert isinstance(report_bytes(tree, "out/r.xml", 100), str)
    assert report_bytes(tree, "none.xml", 100) is None


async def test_the_base_branchs_files_take_the_place_of_the_changes_own(tmp_path: Path) -> None:
    base = {"tests/test_a.py": "base", "tests/deep/conftest.py": "base", "pytest.ini": "base", "a.py": "base"}
    planted = {
        "tests/test_a.py": "forged",
        "tests/test_new.py": "forged",
        "tests/deep/conftest.py": None,
        "tests/deep": f"-> {tmp_path / 'elsewhere'}",
        "conftest.py": "forged",
        "pytest.ini": None,
        "a.py": "change",
        "report.xml": "forged",
    }
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/conftest.py").write_text("not the tree's")
    house = tmp_path / "house"
    house.mkdir(mode=0o700)
    store = Exports(tmp_path, base, {})
    (store.repository / "tests/deep/conftest.py").unlink()
    (store.repository / "tests/deep").rmdir()
    store.head = store._committed({name: text for name, text in planted.items() if name != "tests/deep/conftest.py"})
    check = Check("a", "x", junit="report.xml", base_paths=("tests/**", "conftest.py", "pytest.ini"))
    ground: Ground = fresh(house)
    await exported(ground, store.head, store.base, check, store)
    found = {
        path.relative_to(ground.tree).as_posix(): path.read_text() for path in ground.tree.rglob("*") if path.is_file()
    }
    assert found == {**base, "a.py": "change"}
    assert not (ground.tree / "tests/deep").is_symlink()
    assert (tmp_path / "elsewhere/conftest.py").read_text() == "not the tree's"
    (ground.tree / "tests").chmod(0)
    remove(ground.folder)
    assert not ground.folder.exists()
