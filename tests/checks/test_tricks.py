"""The five tricks of research/reliability.md 4d, as real projects: what each grade finds out, and what none does."""

import shutil
import sys
from pathlib import Path

import pytest

from adapters.checks import running
from tests.checks.exports import Checks
from tests.promises import attacks

pytestmark = [
    pytest.mark.skipif(shutil.which("bwrap") is None, reason="NOT TRIED: bubblewrap is not installed"),
    attacks("human", "execution"),
]
RUN = f"PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 {sys.executable} -m pytest -q -p no:cacheprovider --junitxml=report.xml"
BASE_PATHS = ("tests/**", "conftest.py", "pytest.ini")
BASE = {
    "calc.py": "def add(a, b):\n    return a + b\n",
    "tests/test_calc.py": "from calc import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n",
    "tests/test_other.py": "def test_other():\n    pass\n",
}
WRONG = "def add(a, b):\n    return 4\n"
REWRITES = """
import pytest


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    told = yield
    told.get_result().outcome = "passed"
    told.get_result().longrepr = None
"""


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_LOOK_SECONDS", 0.05)


def project(folder: Path, change: dict[str, str | None]) -> Checks:
    return Checks(folder, change, BASE)


async def test_a_sound_change_passes_with_every_test_of_the_base_branch(tmp_path: Path) -> None:
    world = project(tmp_path, {"calc.py": "def add(a, b):\n    return b + a\n"})
    result = await world.run(RUN, tests=True, junit="report.xml", compare_base=True)
    assert (result.state, result.passed, result.failed) == ("passed", 2, 0), world.log(result)
    assert result.why == "its exit status 0 and its report; all 2 tests of the base branch ran"


async def test_a_conftest_that_rewrites_reports_is_red_under_the_base_branchs_configuration(tmp_path: Path) -> None:
    world = project(tmp_path, {"calc.py": WRONG, "conftest.py": REWRITES})
    fooled = await world.run(RUN, tests=True, junit="report.xml")
    assert (fooled.state, fooled.grade) == ("passed", "E1"), world.log(fooled)
    result = await world.run(RUN, tests=True, junit="report.xml", base_paths=BASE_PATHS)
    assert (result.state, result.grade, result.failing) == ("failed", "E2", ("tests.test_calc::test_add",))


async def test_a_module_that_ends_the_runner_leaves_no_report_and_is_not_green(tmp_path: Path) -> None:
    forged = '<testsuite><testcase classname="tests.test_calc" name="test_add"/></testsuite>'
    world = project(tmp_path, {"calc.py": "import os\nos._exit(0)\n", "report.xml": forged})
    result = await world.run(RUN, tests=True, junit="report.xml")
    assert (result.state, result.exit, result.why) == ("none_ran", 0, "it left no report at report.xml")


async def test_a_configuration_that_deselects_is_not_green(tmp_path: Path) -> None:
    world = project(tmp_path, {"calc.py": WRONG, "pytest.ini": "[pytest]\naddopts = -k nothing\n"})
    result = await world.run(RUN, tests=True, junit="report.xml")
    assert (result.state, result.exit) == ("none_ran", 5)


async def test_a_configuration_that_collects_less_is_held_against_the_base_branch(tmp_path: Path) -> None:
    world = project(tmp_path, {"calc.py": WRONG, "pytest.ini": "[pytest]\npython_files = test_other.py\n"})
    result = await world.run(RUN, tests=True, junit="report.xml", compare_base=True)
    assert result.state == "failed"
    assert result.why == "1 tests that run on the base branch did not run: tests.test_calc::test_add"


async def test_code_that_reaches_into_the_runner_may_stay_green_and_that_is_said(tmp_path: Path) -> None:
    from tui.verbs.checks import NO_PROOF

    reaches = "import _pytest.python\n_pytest.python.Function.runtest = lambda self: None\n"
    world = project(tmp_path, {"calc.py": reaches + WRONG})
    result = await world.run(RUN, tests=True, junit="report.xml", base_paths=BASE_PATHS)
    assert (result.state, result.grade) == ("passed", "E2")
    assert "no grade is proof against hostile code" in NO_PROOF
