"""Style sheets that are parsed once in a test process instead of once in each app that it opens.

Textual keeps what it parsed in the app, by source; what a source means depends on the theme's variables besides. So
both are the key here, and the rules are Textual's own, as an app shares them among its widgets.
"""

from typing import Any

import pytest
from textual.css.stylesheet import Stylesheet

_PARSED: dict[tuple[Any, ...], Any] = {}


def share_parsed_rules(patched: pytest.MonkeyPatch) -> None:
    """Let all style sheets of this process share their parsed rules while `patched` lasts."""
    parse = Stylesheet._parse_rules

    def parsed(self: Stylesheet, *words: Any, **named: Any) -> Any:
        key = (words, tuple(named.items()), tuple(self._variables.items()))
        if key not in _PARSED:
            _PARSED[key] = parse(self, *words, **named)
        return _PARSED[key]

    patched.setattr(Stylesheet, "_parse_rules", parsed)
