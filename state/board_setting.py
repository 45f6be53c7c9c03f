"""How the board looks and which keys it has, as the user set it; kept apart from its validation.

The board is drawn before anything that validates is needed, so that its first row does not wait for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Theme = Literal["dark", "light", "deuteranopia", "tritanopia", "monochrome", "ansi"]
THEMES: tuple[Theme, ...] = get_args(Theme)
"""In the order in which the user cycles through them."""
Glyphs = Literal["auto", "unicode", "ascii"]
"""With which signs the screen is drawn; `auto`: ASCII where the terminal says that it shows no more."""
Call = Literal["off", "bell", "notice"]


@dataclass(frozen=True, slots=True)
class BoardSetting:
    """What was set of the board. `theme` is None where nothing was set; `keys` gives commands by id other keys."""

    theme: Theme | None = None
    glyphs: Glyphs = "auto"
    call: Call = "off"
    """How the terminal calls when a run begins to need a human; an escalation to a person calls in any case."""
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


SHIPPED_BOARD = BoardSetting()
