"""What stands still: licences, reasons, and what may be in the wheel. `python -m tests.static` builds, too."""

from email.message import Message
from importlib.metadata import Distribution
from pathlib import Path

import pytest

from tests.static import built, licences, reasons
from tests.static.__main__ import judged


class Package(Distribution):
    """A package that says of itself what a test says."""

    def __init__(self, **told: str) -> None:
        self._told = Message()
        for name, value in told.items():
            self._told[name.replace("_", "-")] = value

    @property
    def metadata(self) -> Message:  # pyright: ignore[reportIncompatibleMethodOverride] - as its own is in Python 3.11
        return self._told

    def read_text(self, filename: str) -> str | None:
        return None

    def locate_file(self, path: object) -> Path:
        return Path(str(path))


def test_what_is_needed_at_run_time_is_under_a_licence_that_lets_anybody_use_it() -> None:
    assert len(licences.required()) > 10
    assert list(licences.refused()) == []


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({"License_Expression": "MIT AND Apache-2.0"}, {"MIT", "Apache-2.0"}),
        ({"License_Expression": "GPL-3.0-or-later"}, {"GPL-3.0-or-later"}),
        ({"License": "UNKNOWN"}, {"UNKNOWN"}),
        ({"Classifier": "License :: OSI Approved :: BSD License", "License": "a page of text"}, {"BSD"}),
        ({}, set()),
    ],
)
def test_a_licence_is_read_where_the_package_names_it(
    told: dict[str, str], found: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    package = Package(**told)
    assert licences.licences_of(package) == found
    monkeypatch.setattr(licences, "required", lambda: {"one": package})
    assert bool(list(licences.refused())) is (not found or not found <= licences.ALLOWED)


def test_each_check_that_is_switched_off_says_why() -> None:
    assert list(reasons.unexplained()) == []


@pytest.mark.parametrize(
    ("line", "room", "told"),
    [
        ("x = 1  # noqa: E501", "tests", True),
        ("x = 1  # noqa: E501 - a table", "state", False),
        ("# The table is read as one.\nx = 1  # noqa: E501", "state", False),
        ("x = 1  # type: ignore[assignment]", "state", True),
        ("x = 1  # type: ignore[assignment]", "tests", False),
        ("x = 1  # pyright: ignore[reportAny, reportOther]", "tui", True),
        ('x = "# noqa"', "state", False),
    ],
)
def test_a_check_without_a_reason_is_told(line: str, room: str, told: bool) -> None:
    assert bool(list(reasons.switched(line + "\n", room))) is told


def test_only_what_a_user_needs_may_be_in_the_wheel() -> None:
    names = [*built.kept(), "headgate-0.1.0.dist-info/METADATA"]
    assert list(built.wrong_in(names)) == []
    left_out = [name for name in names if not name.endswith((".sql", "board.tcss"))]
    assert any("schema.sql is not in the wheel" in wrong for wrong in built.wrong_in(left_out))
    more = ["tests/conftest.py", "state/fixtures/log.json", "docs/usage.md", "tui/picture.png"]
    told = "\n".join(built.wrong_in([*names, *more]))
    assert all(name in told for name in more)


def test_what_an_audit_skipped_is_not_called_audited() -> None:
    known, hole = {"name": "a", "vulns": []}, {"name": "c", "vulns": [{"id": "CVE-1"}]}
    skipped = {"name": "b", "skip_reason": "not found"}
    assert judged([known]).line("audit").split()[1] == "holds"
    assert "NOT TRIED" in judged([known, skipped]).line("audit")
    assert judged([known, skipped, hole]).wrong == ("c: CVE-1",)
