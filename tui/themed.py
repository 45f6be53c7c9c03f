"""An app that has Headgate's looks: its themes, the look of every role, and the signs that its terminal can show."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rich.style import Style
from textual.app import App
from textual.scrollbar import ScrollBar, ScrollBarRender

from tui.glyphs import in_ascii
from tui.looks import look_of
from tui.themes import DARK, MONOCHROME, PALETTES, next_theme, theme_of

if TYPE_CHECKING:
    from state.board_setting import BoardSetting


class PlainBar(ScrollBarRender):
    """A scroll bar that ends at whole cells, because parts of a cell cannot be drawn in ASCII."""

    VERTICAL_BARS = [" "] * len(ScrollBarRender.VERTICAL_BARS)


class ThemedApp(App[None], inherit_bindings=False):
    """Textual's app with our looks; it knows nothing of runs."""

    def __init__(self, setting: BoardSetting, theme: str | None = None) -> None:
        bare = "NO_COLOR" in os.environ
        self._begun = False
        self.setting = setting
        """How the user set the board."""
        ScrollBar.renderer = PlainBar if self.plain_signs else ScrollBarRender
        self._role_styles: dict[str, Style] = {}
        super().__init__(ansi_color=True if bare else None)
        for palette in PALETTES:
            self.register_theme(palette.theme())
        self._begin_with(theme or (MONOCHROME if bare else theme_of(setting.theme) or DARK))

    def _begin_with(self, theme: str) -> None:
        """Take the first theme as Textual takes its own: a change of theme reads and applies every style sheet anew."""
        self._begun = True
        self.set_reactive(App.theme, theme)
        dark = self.current_theme.dark
        self.update_classes({f"-theme-{theme}": True, "-dark-mode": dark, "-light-mode": not dark}, update=False)
        self._refresh_truecolor_filter(self.ansi_theme)
        self.stylesheet.set_variables(self.get_css_variables())

    @property
    def plain_signs(self) -> bool:
        """Whether the screen is drawn with ASCII alone."""
        return self.setting.glyphs == "ascii"

    def drawn(self, text: str, role: str) -> str:
        """Give text with the signs that the terminal can show."""
        return in_ascii(text, role) if self.plain_signs else text

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Give our variables to every theme, so that the style sheets can be read under any of them."""
        return PALETTES[0].variables()

    def get_css_variables(self) -> dict[str, str]:
        """Give the theme's variables, and the kind of line that borders are drawn with, once there is one."""
        if not self._begun:
            return {}
        return {**super().get_css_variables(), "edge": "ascii" if self.plain_signs else "solid"}

    def role_style(self, role: str) -> Style:
        """Give what the theme adds for a role, or for several joined by "+". Raises `KeyError` for an unknown one."""
        if role not in self._role_styles:
            self._role_styles[role] = Style.combine([look_of(one, self.theme_variables) for one in role.split("+")])
        return self._role_styles[role]

    def notify_style_update(self) -> None:
        """Forget the looks of the roles, because the theme has changed."""
        super().notify_style_update()
        self._role_styles.clear()

    def cycle_theme(self) -> str:
        """Take the next theme, and name it."""
        self.theme = next_theme(self.theme)
        return self.theme
