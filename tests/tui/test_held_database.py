"""A verb that meets a state database which another program holds says so in one sentence."""

from pathlib import Path

import pytest

from state.store.database import StoreUnwilling
from state.supervisor import Supervisor
from tests.world import World
from tui.wiring import house_at, writing
from tui.wiring_open import Refused


async def test_a_database_that_another_program_holds_is_said_with_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def held(core: Supervisor) -> None:
        raise StoreUnwilling("database is locked")

    monkeypatch.setattr(Supervisor, "begin", held)
    world = World(tmp_path, worktrees=())
    with pytest.raises(Refused, match="cannot be written now: database is locked; end the program that holds it"):
        async with writing(house_at(str(world.repository), world.environment)):
            pass
