"""What went wrong outside, told to a human: the one shape of it in every room.

Kept apart from the ports, because the screen makes some before anything of a port is needed.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that went wrong outside, in one sentence that names the thing, and what to do about it.

    `about` is the file or directory concerned: a later problem about the same thing replaces this one.
    """

    about: str
    text: str
    remedy: str
