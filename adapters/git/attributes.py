"""Reads the attribute files that are in force in a tree that is checked out nowhere."""

import os

from adapters.git import door
from adapters.git.command import Place

NAME = ".gitattributes"
LARGEST = 2**20
MOST = 500


async def rules_of(place: Place, tree: str) -> dict[str, bytes]:
    """Give the contents of the attribute files of a tree or commit, by raw path. Raises `GitFailed`."""
    rules: dict[str, bytes] = {}
    listed = (await door.ask(place, "ls-tree", "-r", "-z", tree)).out
    ending, at = NAME.encode() + b"\0", -1
    # A tree lists thousands of other files, at which nobody need look.
    while (at := listed.find(ending, at + 1)) >= 0 and len(rules) < MOST:
        facts, _, path = listed[listed.rfind(b"\0", 0, at) + 1 : at + len(NAME)].partition(b"\t")
        mode, kind, oid = facts.decode("ascii", "replace").split(" ")
        # Git follows no link to find attributes.
        if path.rpartition(b"/")[2] == NAME.encode() and kind == "blob" and mode != "120000":
            rules[os.fsdecode(path)] = (await door.ask(place, "cat-file", "blob", oid, enough=LARGEST)).out
    return rules
