"""Real processes for the tests of control: whatever a test began is ended by its pid."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.control.sham import Sham


@pytest.fixture
def sham(tmp_path: Path) -> Iterator[Sham]:
    """Give a made-up agent whose processes are real."""
    if not Path("/proc/self/stat").exists():
        pytest.skip("this system has no /proc: whose a process is stays unknown there")
    found = Sham(tmp_path)
    yield found
    found.end()
