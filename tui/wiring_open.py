"""Introduces the board to its repositories, as far as its first row needs: what a key may want comes after it.

Nothing here loads the core's half, a validator or a screen beyond the board; what does is imported where it is used.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.clipboard import SystemClipboard
from adapters.git import repository as git
from adapters.git.failure import GitFailed
from adapters.launch import CoreKeeper
from state.board_setting import SHIPPED_BOARD, BoardSetting
from state.places import config_root, state_root
from state.repository_names import distinct_names
from state.spool import Spool, read_whole, ring, write_whole
from state.text import clean
from tui.name_clash import name_clash

if TYPE_CHECKING:
    import argparse

    from state.store.board_file import BoardFile
    from state.store.reader import StoreReader
    from tui.equipment import Equipment
    from tui.forms import Offers

_WITHOUT_PLACES = ("", "dumb", "unknown")
"""Names of terminals that show the sequences of a screen as text: terminfo's for what is none, and none at all."""
_MOST = 256 * 1024
_SETTINGS = "config.toml"
"""`state.settings.FILE`, which takes longer to load than all of this."""


class Refused(Exception):
    """What was asked cannot be done; the text is the one sentence for standard error, with the remedy."""


@dataclass(frozen=True, slots=True)
class House:
    """One repository and where Headgate keeps what it knows of it."""

    repository: git.Repository
    spool: Spool
    environment: Mapping[str, str]

    @property
    def described(self) -> dict[str, str | None]:
        """The `repo` of `status --json`."""
        return {"id": self.repository.id, "root": clean(self.repository.root), "base": self.repository.base_ref}


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Open the board and give its exit status."""
    if clash := name_clash():
        raise Refused(clash)
    houses = known_houses(environment) if arguments.all else [house_at(arguments.repo, environment)]
    return open_houses(houses, environment)


def known_houses(environment: Mapping[str, str]) -> list[House]:
    """Open the house of every repository that Headgate has worked in and that is still there."""
    houses: list[House] = []
    for home in sorted(rooted(environment).glob("*/repository.json")):
        try:
            houses.append(house_at(str((read_whole(home) or {}).get("root")), environment))
        except Refused as gone:
            from tui.verbs.printing import say

            say(f"headgate: left out {clean(home.parent.name)}: {gone}")
    if not houses:
        raise Refused("no repository is known yet: run `headgate` in one first")
    return houses


def house_at(directory: str | None, environment: Mapping[str, str]) -> House:
    """Open the house of the repository that holds `directory`. Raises `Refused`."""
    try:
        repository = git.find(directory or str(Path.cwd()))
    except GitFailed as failed:
        raise Refused(f"{failed.text}: {failed.remedy}") from failed
    except FileNotFoundError:
        raise Refused("the current directory is gone: change to one that exists, or name one with --repo DIR") from None
    home = rooted(environment) / repository.id
    try:
        spool = Spool(home)
        write_whole(spool.folder / "repository.json", {"root": repository.root})
        return House(repository, spool, environment)
    except OSError as error:
        named = f"{error.filename or home} cannot be Headgate's own directory: {error.strerror}"
        raise Refused(clean(f"{named}; set HEADGATE_STATE_DIR to another")) from error
    except ValueError as error:
        raise Refused(clean(str(error))) from error


def rooted(environment: Mapping[str, str]) -> Path:
    """Give the directory of all state. Raises `Refused` where no place for it can be known."""
    try:
        return state_root(environment)
    except ValueError as error:
        raise Refused(str(error)) from error


def keeper_of(house: House) -> CoreKeeper:
    """Make what starts a core for this house when none works."""
    return CoreKeeper(house.repository.root, house.spool.folder / "core.log", house.environment)


def open_houses(houses: Sequence[House], environment: Mapping[str, str]) -> int:
    """Open the board on these repositories; each gets a core when none works for it."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Refused("the board needs a terminal; `headgate status` prints it once, `headgate watch` as it changes")
    if environment.get("TERM", "") in _WITHOUT_PLACES:
        raise Refused("the board needs a terminal that can place text; TERM says no: try `headgate status` or `watch`")
    return shown(houses, [keeper_of(house) for house in houses], environment)


def shown(
    houses: Sequence[House], keepers: Sequence[CoreKeeper], environment: Mapping[str, str], *, tour: bool = False
) -> int:
    """Open the board on houses whose cores these keepers start."""
    for house, keep in zip(houses, keepers, strict=True):
        if not ring(house.spool.bell_file, softly=True):
            keep()
    _draw_on_the_terminal()
    # Textual takes a fifth of a second to load; meanwhile the cores begin to read. What is loaded stays for good: no
    # search for cycles goes through it before all is there, which is when `tui.equipment` begins to search.
    gc.disable()
    from state.store.reader import StoreReader
    from tui.opening import open_board

    readers = [StoreReader(house.spool, keep) for house, keep in zip(houses, keepers, strict=True)]
    return open_board(
        readers,
        SystemClipboard(environment, houses[0].spool.folder),
        offers=_offers_later(houses, environment, readers),
        setting=board_setting(environment),
        memory=memory_of(houses),
        names=names_of(houses),
        later=_equipment_later(houses, environment, readers),
        tour=tour,
    )


def _draw_on_the_terminal() -> None:
    """Have the board appear where errors go to a file: Textual draws on standard error (textual.drivers.linux_driver).

    What errors say goes on to that file. Nothing changes where standard error is a terminal.
    """
    if sys.__stderr__ is None or not sys.__stderr__.isatty():
        sys.__dict__["__stderr__"] = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")


def memory_of(houses: Sequence[House]) -> BoardFile:
    """Give where a board on these houses keeps what it remembers: several together have a file of their own."""
    from state.store import board_file

    folder = houses[0].spool.folder
    return board_file.BoardFile((folder if len(houses) == 1 else folder.parent) / board_file.NAME)


def names_of(houses: Sequence[House]) -> tuple[str, ...]:
    """Name each repository as its column does."""
    return distinct_names([clean(house.repository.root) for house in houses])


def board_setting(environment: Mapping[str, str]) -> BoardSetting:
    """Give what was set of the board: without tables of its own, or in a file that cannot be read, what is shipped.

    Only a file that has such tables is validated, because validating takes longer than to paint the first row.
    """
    try:
        path = config_root(environment) / _SETTINGS
        if not path.is_file():
            return SHIPPED_BOARD
        from state.toml import toml_of

        found = toml_of(path.read_bytes()[:_MOST].decode())
    except (OSError, ValueError):
        return SHIPPED_BOARD
    if not found.keys() & {"board", "keys"}:
        return SHIPPED_BOARD
    from tui.wiring_board import settings_of

    return settings_of(environment)().board


def _offers_later(
    houses: Sequence[House], environment: Mapping[str, str], readers: Sequence[StoreReader]
) -> Callable[[], Offers]:
    """Give what gives the offers of forms; what knows them is loaded at the first form."""
    made: list[Callable[[], Offers]] = []

    def offered() -> Offers:
        if not made:
            from tui.wiring_board import offers_of

            made.append(offers_of(houses, environment, readers))
        return made[0]()

    return offered


def _equipment_later(
    houses: Sequence[House], environment: Mapping[str, str], readers: Sequence[StoreReader]
) -> Callable[[], Equipment]:
    """Give what makes all that keys need beyond the board; it is called once, after the first row."""

    def equipment() -> Equipment:
        from adapters.log_excerpt import LogExcerpts
        from tui.equipment import Equipment
        from tui.wiring_board import HousesHunks, RunPanes
        from tui.wiring_reading import reading_of
        from tui.wiring_review import tools_of

        return Equipment(
            LogExcerpts(),
            RunPanes(readers, environment),
            HousesHunks(houses, readers),
            tools_of(houses, readers, environment),
            reading_of(environment, houses[0].spool.folder),
        )

    return equipment
