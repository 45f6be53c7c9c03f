"""The table of every parser, and of what takes bytes apart and is in no row, with why that is."""

import functools
from collections.abc import Mapping

from tests.parsers import agents, files, git, hook, outputs
from tests.parsers.row import Parser


@functools.cache
def table() -> Mapping[str, Parser]:
    """Give every row by its name."""
    found = (*agents.rows(), *git.rows(), *outputs.rows(), *files.rows(), *hook.rows())
    named = {row.name: row for row in found}
    assert len(named) == len(found), "two rows have one name"
    return named
