"""Says what is wrong with the directory that everything stands in, as whoever only reads can see it.

A core that can write nothing can leave no word of that either, so the boards look for themselves.
"""

import os
from pathlib import Path

from state.problem import Problem

LEAST_ROOM = 64 * 1024
"""Bytes below which a disk counts as full: less than one commit of the database takes."""
_AGAIN = "nothing is lost, it goes on by itself"


def ground_trouble(folder: Path) -> Problem | None:
    """Name what keeps a core from writing into `folder`; None where nothing does."""
    about = str(folder)
    try:
        disk = os.statvfs(folder)
    except FileNotFoundError:
        return Problem(about, f"the state directory {folder} is gone", "it is made anew when a core begins")
    except OSError as error:
        told = f"the state directory {folder} cannot be looked at: {error.strerror}"
        return Problem(about, told, f"mend the rights of it and of what it lies in; {_AGAIN}")
    if disk.f_flag & os.ST_RDONLY:
        return Problem(about, f"the disk of {folder} takes no writing", f"mount it writable; {_AGAIN}")
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return Problem(about, f"the state directory {folder} cannot be written", f"chmod u+rwx {folder}; {_AGAIN}")
    if disk.f_blocks > 0 and disk.f_bavail * disk.f_frsize < LEAST_ROOM:
        told = f"the disk of {folder} is full: nothing new can be recorded, and hooks deny what they cannot record"
        return Problem(about, told, f"free some space there; {_AGAIN}")
    return None
