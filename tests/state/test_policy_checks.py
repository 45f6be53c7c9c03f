"""The `[[check]]` tables of a policy are read strictly, and survive being compiled for hooks."""

import json

import pytest

from state.checks.required import required
from state.policy.compiled import from_document, to_document
from state.policy.document import read_policy
from state.policy.shipped import default_policy
from state.policy.wrong import PolicyInvalid

GOOD = """\
schema = 1

[[check]]
name = "tests"
command = "python -m pytest --junitxml=report.xml"
seconds = 60
megabytes = 512
network = true
junit = "./out/report.xml"
base_paths = ["tests/**", "conftest.py"]
compare_base = true

[[check]]
name = "lint"
command = "ruff check"
tests = false

[gate.merge]
checks = ["tests", "lint"]
"""


def test_a_check_says_what_is_run_and_within_which_limits() -> None:
    tests, lint = required(read_policy(GOOD, "p", "b"))
    assert (tests.command, tests.seconds, tests.megabytes) == ("python -m pytest --junitxml=report.xml", 60.0, 512)
    assert (tests.network, tests.junit, tests.tests, tests.compare_base) == (True, "out/report.xml", True, True)
    assert (tests.base_paths, tests.grade) == (("tests/**", "conftest.py"), "E2")
    assert (lint.seconds, lint.megabytes, lint.network, lint.junit, lint.tests) == (900.0, 4096, False, None, False)
    assert (lint.grade, lint.compare_base) == ("E1", False)


def test_checks_survive_being_compiled_and_an_older_compiled_policy_has_none() -> None:
    policy = read_policy(GOOD, "p", "b")
    document = json.loads(json.dumps(to_document(policy)))
    assert from_document(document) == from_document(to_document(policy))
    assert required(from_document(document)) == required(policy)
    del document["checks"]
    assert required(from_document(document)) == ()


def test_the_shipped_policy_requires_none() -> None:
    assert required(default_policy()) == ()


@pytest.mark.parametrize(
    ("before", "after", "line", "text", "remedy"),
    [
        ('"lint"]', '"lnt"]', 19, "no check is called `lnt`", "it has tests, lint"),
        ("[gate.merge]", "[gate.release]\nchecks = ['x']\n[gate.merge]", 19, "no check is called `x`", "it has"),
        ('name = "tests"', 'name = "a test"', 4, "must be letters, digits", "write name"),
        ('name = "lint"', 'name = "tests"', 14, "another check has this name", "a name of its own"),
        ('command = "ruff check"', "", 13, "does not say what to run", "write command"),
        ("seconds = 60", "second = 60", 6, "the key `second` is not known", "did you mean `seconds`"),
        ("seconds = 60", "seconds = 0.5", 6, "from 1 to 86400", "write seconds"),
        ("megabytes = 512", "megabytes = 15", 7, "a whole number from 16", "write megabytes"),
        ("network = true", 'network = "yes"', 8, "must be true or false", "write network"),
        ('"./out/report.xml"', '"../report.xml"', 9, "does not lie below the tree", "as git lists it"),
        ('"./out/report.xml"', '"out/*.xml"', 9, "the path of one file", "write junit"),
        ('"tests/**"', '"/etc/**"', 10, "does not lie below the tree", "as git lists it"),
        ('junit = "./out/report.xml"\n', "", 10, "without a report no test has a name", "write junit"),
        ("tests = false", 'tests = "no"', 16, "must be true or false", "write tests"),
        ('[[check]]\nname = "tests"', '[check]\nname = "tests"', None, "", ""),
    ],
)
def test_what_is_wrong_is_refused_with_its_line_and_a_remedy(
    before: str, after: str, line: int | None, text: str, remedy: str
) -> None:
    assert before in GOOD
    with pytest.raises(PolicyInvalid) as caught:
        read_policy(GOOD.replace(before, after, 1), "p", "b")
    assert text in caught.value.text and remedy in caught.value.remedy
    assert line is None or caught.value.line == line
