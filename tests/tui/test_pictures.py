"""The pictures of the docs: each is there, says what the screen says now, and asks nothing of the network."""

import re
from pathlib import Path

import pytest

from tests import pictures
from tests.pictures import DOCS, PICTURES, WALKED, Picture, text_of, walked
from tui.themes import DARK


@pytest.mark.parametrize("picture", [*PICTURES, *WALKED[:2]], ids=lambda one: one.name)
def test_each_picture_is_there_and_fetches_nothing(picture: Picture) -> None:
    svg = (DOCS / f"{picture.name}.svg").read_text()
    assert len(text_of(svg)) > picture.size[1] // 3
    assert "font-face" not in svg and "@import" not in svg and "url(http" not in svg
    assert str(Path.home()) not in svg, "nobody's own directory stands in it"


def test_every_picture_that_a_page_shows_can_be_made_again() -> None:
    pages = [DOCS.parent / "README.md", *DOCS.glob("*.md")]
    named = {name for page in pages for name in re.findall(r"\((?:docs/)?(\w+)\.svg\)", page.read_text())}
    assert named <= {one.name for one in (*PICTURES, *WALKED[:2])} and "board" in named


async def test_the_picture_of_a_decision_says_what_the_screen_says() -> None:
    (picture,) = [one for one in WALKED if one.name == "decide"]
    drawn = await walked(picture, DARK, picture.size)
    stored = (DOCS / "decide.svg").read_text()
    assert text_of(drawn) == text_of(stored), f"run python -m {pictures.__name__}"
