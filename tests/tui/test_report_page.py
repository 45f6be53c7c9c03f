"""The report as a page: it names no other place, runs nothing, and foreign text in it is text alone."""

import base64
import hashlib
import re
import stat
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.tui.at_money import EVENTS, FIGURES, OUTCOMES, PURSE, SPENT, TIMES, budget
from tests.tui.fleet import NOW
from tests.tui.test_hostile import HOSTILE, PAYLOADS
from tui import wording_money as words
from tui.html.report import MOST, Told, page
from tui.html.style import STYLE
from tui.html.writing import NotWritten, write_page
from tui.themes import DARK, LIGHT, PALETTES

TOLD = Told("/home/ada/shop", NOW, OUTCOMES, TIMES, tuple(SPENT), tuple(SPENT), PURSE)
ATTACKS = ("<script>alert(1)</script>", '"><img src=//evil.example/x onerror=1>', "</style><svg onload=1>", "&lt;b&gt;")
VOID = {"meta"}
ALONE = {"rect", "line", "path"}
"""Tags that the page closes in themselves."""


class Reading(HTMLParser):
    """What a browser would read: tags with their attributes, and the texts."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALONE, tag
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.texts.append(data)

    @property
    def text(self) -> str:
        return "\n".join(self.texts)


def hostile(text: str) -> Told:
    figures = tuple(
        replace(
            one,
            title=text,
            note=text,
            parts=((text, None),),
            instances=tuple(replace(each, text=text, source=text) for each in EVENTS),
        )
        for one in FIGURES
    )
    purse = replace(PURSE, budgets=(budget(f"role:{text}", "1", "2", "ask", text),), alarms=(text,))
    spent = tuple(replace(one, key=text) for one in SPENT)
    return Told(f"/home/{text}", NOW, replace(OUTCOMES, figures=figures, notes=(text,)), TIMES, spent, spent, purse)


@pytest.mark.parametrize("told", [TOLD, *(hostile(text) for text in (*ATTACKS, HOSTILE, PAYLOADS[-1]))], ids=range(7))
def test_it_names_no_other_place_and_runs_nothing(told: Told) -> None:
    text = page(told)
    read = Reading(text)
    assert read.open == []
    assert {tag for tag, _ in read.tags} <= {
        *("html", "head", "meta", "title", "style", "body", "header", "footer", "section", "article", "h1", "h2", "h3"),
        *(
            "p",
            "span",
            "div",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "details",
            "summary",
            "figure",
            "figcaption",
        ),
        *("svg", "rect", "line", "path", "text"),
    }
    named = {name for _, attributes in read.tags for name in attributes}
    assert not named & {"href", "src", "srcset", "action", "data", "style", "xlink:href", "background", "poster"}
    assert not [name for name in named if name.startswith("on")]
    assert not re.search(r"url\(|@import|https?:", re.sub(r"[^<>]*(?=<)", "", text) + STYLE)
    assert not [letter for letter in text if not letter.isprintable() and letter != "\n"]


def test_foreign_text_is_shown_as_it_was_written() -> None:
    for attack in ATTACKS:
        read = Reading(page(hostile(attack)))
        assert read.text.count(attack) > 30, "a heading, a note, a part, an event and its place, of each figure"


def test_its_policy_lets_nothing_in_but_its_own_style() -> None:
    text = page(TOLD)
    policy = next(one["content"] for tag, one in Reading(text).tags if one.get("http-equiv"))
    (style,) = re.findall("<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert text.index("http-equiv") < text.index("<style>"), "a policy counts only for what stands behind it"


def test_every_figure_stands_in_it_with_n_what_it_was_before_and_its_events() -> None:
    read = Reading(page(TOLD))
    for one in FIGURES:
        assert one.title in read.texts and words.value_said(one) in read.texts
        assert any(said.startswith(f"n {one.n}") for said in read.texts)
    assert "n 22 · was $41.02 (n 19) · ≥ $799.30 over 22" in read.texts and "n 7 · too few (under 10)" in read.texts
    assert sum(tag == "details" for tag, _ in read.tags) == sum(bool(one.instances) for one in FIGURES) + 1
    assert "ledger 41" in read.texts and "no accepted diff is older than 30 days" in read.texts
    assert words.forecast_said(PURSE.forecast) in read.texts and "4 runs belong to no task" in read.text
    assert sum(tag == "path" for tag, _ in read.tags) == 3, "one budget and two days are hatched"


def test_of_very_many_events_the_newest_are_kept_and_the_rest_is_counted() -> None:
    figure = replace(FIGURES[0], instances=EVENTS * 400)
    text = page(replace(TOLD, outcomes=replace(OUTCOMES, figures=(figure,))))
    assert text.count("accepted: Retry") == MOST and "and 700 more" in text


def test_its_colours_are_those_of_the_themes() -> None:
    known = {
        colour
        for one in PALETTES
        if one.name in (DARK, LIGHT)
        for colour in one.variables().values()
        if colour[0] == "#"
    }
    assert set(re.findall(r"#[0-9a-f]{6}", STYLE)) <= known and "prefers-color-scheme: dark" in STYLE


def test_the_file_is_its_owners_alone_and_whole_or_not_there(tmp_path: Path) -> None:
    path, elsewhere = tmp_path / "report.html", tmp_path / "elsewhere"
    elsewhere.write_text("kept")
    path.symlink_to(elsewhere)
    write_page(path, "<p>\ud800</p>")
    assert (path.read_text(), elsewhere.read_text()) == ("<p>?</p>", "kept")
    assert not path.is_symlink() and stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(NotWritten, match="is a directory: name a file in it"):
        write_page(tmp_path, "")
    with pytest.raises(NotWritten, match=r"cannot be written: No such file or directory; name another place"):
        write_page(tmp_path / "none" / "report.html", "")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["elsewhere", "report.html"]


def test_only_parts_of_a_sum_of_dollars_have_bars() -> None:
    counted = replace(FIGURES[0], unit="ratio", parts=(("correction", Decimal(1)), ("deny", Decimal(2))))
    paid = replace(counted, unit="usd")
    bars = [
        page(
            replace(TOLD, outcomes=replace(OUTCOMES, figures=(one,)), roles=(), models=(), purse=None, times=())
        ).count('<rect class="solid"')
        for one in (counted, paid)
    ]
    assert bars == [0, 2]
