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
    for record in (await door.ask(place, "ls-tree", "-r", "-z", tree)).out.split(b"\0"):
        facts, _, path = record.partition(b"\t")
        if path.rpartition(b"/")[2] == NAME.encode() and len(rules) < MOST:
            mode, kind, oid = facts.decode("ascii", "replace").split(" ")
            if kind == "blob" and mode != "120000":  # git follows no link to find attributes
                rules[os.fsdecode(path)] = (await door.ask(place, "cat-file", "blob", oid, enough=LARGEST)).out
    return rules
