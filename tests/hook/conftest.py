"""The hook's world: nothing outside a temporary folder is read or written."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hook.hook_world import HookWorld


@pytest.fixture
def world(tmp_path: Path) -> Iterator[HookWorld]:
    """Give a repository of which Headgate knows nothing yet."""
    found = HookWorld(tmp_path.resolve())
    yield found
    found.close()


@pytest.fixture
def house(world: HookWorld) -> HookWorld:
    """Give a repository whose core runs and listens."""
    world.open_house()
    world.listen()
    return world
