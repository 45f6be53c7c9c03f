"""The themes: the only place in the project where a colour is named.

Each gives every role of `tui.marks.ROLES` a colour, and the few text styles that carry the meaning where colour cannot:
in the terminal's own palette and without colour, bold, dim and reverse do the work.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from textual.theme import Theme

from state.board_setting import THEMES

DARK, LIGHT, DEUTERANOPIA, TRITANOPIA, MONOCHROME, ANSI = (f"headgate-{name}" for name in THEMES)

_PLAIN_STYLES = {"cursor": "none", "badge": "bold", "dim": "none", "faint": "none", "strong": "bold", "need": "bold"}
_BARE_STYLES = {
    "cursor": "reverse",
    "badge": "bold reverse",
    "dim": "dim",
    "faint": "dim",
    "strong": "bold",
    "need": "bold",
}


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme, by what they are for."""

    name: str
    ground: str
    raised: str
    cursor: str
    cursor_away: str
    rule: str
    text: str
    strong: str
    dim: str
    faint: str
    accent: str
    badge: str
    on_badge: str
    plus: str
    minus: str
    warn: str
    states: Mapping[str, str]
    plus_ground: str = ""
    minus_ground: str = ""
    """Grounds of added and deleted lines; where they are "" a line's sign alone tells."""
    dark: bool = True
    ansi: bool = False
    styles: Mapping[str, str] = field(default_factory=lambda: _PLAIN_STYLES)

    def variables(self) -> dict[str, str]:
        """Give the CSS variables that the style sheets use."""
        roles = {
            "text": self.text,
            "strong": self.strong,
            "dim": self.dim,
            "faint": self.faint,
            "title": self.faint,
            "rule": self.rule,
            "tab": self.dim,
            "tab-open": self.strong,
            "key": self.accent,
            "badge": self.on_badge,
            "plus": self.plus,
            "minus": self.minus,
            "warn": self.warn,
            **self._of_code(),
            **self.states,
        }
        grounds = {"ground": self.ground, "raised": self.raised, "badge-ground": self.badge}
        cursors = {"cursor-ground": self.cursor, "cursor-away-ground": self.cursor_away}
        cursors |= {"added-ground": self.plus_ground or self.ground, "deleted-ground": self.minus_ground or self.ground}
        styles = {f"style-{name}": style for name, style in self.styles.items()}
        return {**{f"role-{name}": colour for name, colour in roles.items()}, **grounds, **cursors, **styles}

    def theme(self) -> Theme:
        """Give the Textual theme."""
        return Theme(
            name=self.name,
            primary=self.accent,
            foreground=self.text,
            background=self.ground,
            surface=self.raised,
            panel=self.raised,
            warning=self.warn,
            error=self.states["blocked"],
            success=self.states["done"],
            accent=self.accent,
            dark=self.dark,
            ansi=self.ansi,
            variables={**self.variables(), **self._of_textual()},
        )

    def _of_code(self) -> dict[str, str]:
        """Give the colours of the parts of source text, out of those that the theme has."""
        held, told = self.states["held"], self.states["unknown"]
        parts = {"key": held, "name": self.accent, "text": told, "number": self.warn, "note": self.faint}
        return {f"code-{name}": colour for name, colour in parts.items()}

    def _of_textual(self) -> dict[str, str]:
        """Set the variables of Textual's own widgets that the screens use."""
        return {
            "screen-selection-background": self.cursor if not self.ansi else self.accent,
            "screen-selection-foreground": self.strong if not self.ansi else "ansi_black",
            "input-selection-background": self.cursor if not self.ansi else self.accent,
            "input-cursor-background": self.text,
            "input-cursor-foreground": self.ground,
            "input-cursor-text-style": "none" if not self.ansi else "reverse",
            "scrollbar": self.rule,
            "scrollbar-hover": self.faint,
            "scrollbar-active": self.dim,
            "scrollbar-background": self.ground,
            "scrollbar-background-hover": self.ground,
            "scrollbar-background-active": self.ground,
            "scrollbar-corner-color": self.ground,
            "ansi-background": self.ground,
            "ansi-foreground": self.text,
            "border-blurred": self.rule,
        }


_NIGHT = Palette(
    name=DARK,
    ground="#0e1318",
    raised="#151c23",
    cursor="#22303c",
    cursor_away="#1a232b",
    rule="#33414e",
    text="#cfd8e0",
    strong="#f3f6f9",
    dim="#93a2b0",
    faint="#6d7c8a",
    accent="#7cc0d3",
    badge="#ffb454",
    on_badge="#1a1206",
    plus="#8fc98b",
    minus="#e5938b",
    warn="#e6b673",
    states={
        "waiting": "#ffb454",
        "blocked": "#ff857b",
        "working": "#62c6d8",
        "idle": "#aebdcb",
        "held": "#c3a6ff",
        "stopped": "#8d9aa7",
        "done": "#8fc98b",
        "unknown": "#c2b28f",
    },
    plus_ground="#12251c",
    minus_ground="#2c1a1c",
)

_DAY = Palette(
    name=LIGHT,
    ground="#fbfaf7",
    raised="#f1efe9",
    cursor="#d9e5ec",
    cursor_away="#e9e8e2",
    rule="#cfccc3",
    text="#26323c",
    strong="#0a1218",
    dim="#515e69",
    faint="#6d7882",
    accent="#0b6e86",
    badge="#8f5400",
    on_badge="#ffffff",
    plus="#2c7336",
    minus="#a83f36",
    warn="#824c00",
    states={
        "waiting": "#824c00",
        "blocked": "#b3261e",
        "working": "#0b6579",
        "idle": "#384652",
        "held": "#6742b3",
        "stopped": "#5a646e",
        "done": "#2c7336",
        "unknown": "#6a5225",
    },
    plus_ground="#e6f0e2",
    minus_ground="#f7e6e2",
    dark=False,
)

_BLUE_AND_YELLOW = Palette(
    name=DEUTERANOPIA,
    ground="#0f1216",
    raised="#171b20",
    cursor="#26303b",
    cursor_away="#1d242c",
    rule="#39434d",
    text="#d3d9df",
    strong="#ffffff",
    dim="#9aa5b0",
    faint="#727d88",
    accent="#7db8e8",
    badge="#f2eb4e",
    on_badge="#14130a",
    plus="#5aade2",
    minus="#e69f00",
    warn="#e69f00",
    states={
        "waiting": "#f2eb4e",
        "blocked": "#fd8a3b",
        "working": "#5aade2",
        "idle": "#bfcdf1",
        "held": "#9b8efd",
        "stopped": "#929fac",
        "done": "#daf1f8",
        "unknown": "#bca36d",
    },
    plus_ground="#10222f",
    minus_ground="#2c2110",
)
"""For eyes that do not tell red from green: states differ by yellow against blue and by lightness.

It began at the palette of Okabe and Ito (2008); the tests hold the distances that it was moved to.
"""

_RED_AND_GREEN = Palette(
    name=TRITANOPIA,
    ground="#101314",
    raised="#181c1d",
    cursor="#293134",
    cursor_away="#1f2527",
    rule="#3b4446",
    text="#d6dadb",
    strong="#ffffff",
    dim="#9da6a8",
    faint="#757f81",
    accent="#6fd0dc",
    badge="#fcc182",
    on_badge="#1a1108",
    plus="#6fd9c0",
    minus="#ff8f86",
    warn="#f2b98a",
    states={
        "waiting": "#fcc182",
        "blocked": "#ff6c5e",
        "working": "#40c7d5",
        "idle": "#cdc5b8",
        "held": "#ac90e2",
        "stopped": "#b49590",
        "done": "#97e5ab",
        "unknown": "#8da6a4",
    },
    plus_ground="#0f2624",
    minus_ground="#2e191a",
)
"""For eyes that do not tell blue from yellow: states differ by red against green and by lightness."""

_STATES = ("waiting", "blocked", "working", "idle", "held", "stopped", "done", "unknown")

_BARE = Palette(
    name=MONOCHROME,
    ground="#101010",
    raised="#101010",
    cursor="#101010",
    cursor_away="#101010",
    rule="#d8d8d8",
    text="#d8d8d8",
    strong="#d8d8d8",
    dim="#d8d8d8",
    faint="#d8d8d8",
    accent="#d8d8d8",
    badge="#101010",
    on_badge="#d8d8d8",
    plus="#d8d8d8",
    minus="#d8d8d8",
    warn="#d8d8d8",
    states=dict.fromkeys(_STATES, "#d8d8d8"),
    styles=_BARE_STYLES,
)

_OWN = Palette(
    name=ANSI,
    ground="ansi_default",
    raised="ansi_default",
    cursor="ansi_default",
    cursor_away="ansi_default",
    rule="ansi_default",
    text="ansi_default",
    strong="ansi_default",
    dim="ansi_default",
    faint="ansi_default",
    accent="ansi_cyan",
    badge="ansi_default",
    on_badge="ansi_yellow",
    plus="ansi_green",
    minus="ansi_red",
    warn="ansi_yellow",
    states={
        "waiting": "ansi_yellow",
        "blocked": "ansi_red",
        "working": "ansi_cyan",
        "idle": "ansi_default",
        "held": "ansi_magenta",
        "stopped": "ansi_default",
        "done": "ansi_green",
        "unknown": "ansi_default",
    },
    ansi=True,
    styles=_BARE_STYLES,
)

PALETTES: tuple[Palette, ...] = (_NIGHT, _DAY, _BLUE_AND_YELLOW, _RED_AND_GREEN, _BARE, _OWN)
"""In the order in which the user cycles through them."""


def theme_of(setting: str | None) -> str | None:
    """Give the theme that a setting names, None where it names none."""
    return f"headgate-{setting}" if setting in THEMES else None


def next_theme(name: str) -> str:
    """Give the theme that follows `name` when the user cycles."""
    names = [palette.name for palette in PALETTES]
    return names[(names.index(name) + 1) % len(names)] if name in names else names[0]
