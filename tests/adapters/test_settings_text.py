"""Entries are added to a settings file and taken out of it, and its owner's bytes, order and comments stay."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.install import claude_settings, codex_settings
from adapters.install.command import is_ours
from adapters.install.json_scan import Unsure, parsed
from adapters.install.json_text import added, entries_of, removed

COMMAND = ["/opt/python", "-I", "-S", "/opt/adapters/hook/__main__.py", "claude-code"]
ENTRIES = claude_settings.entries_for(COMMAND)
EVENTS = ("PreToolUse", "SessionStart", "Stop")


def own(entry: dict[str, Any]) -> bool:
    return is_ours("claude-code", entry)


scalars = (
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8) | st.sampled_from(["//", "/* */", "#", "}"])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
theirs = st.fixed_dictionaries({"hooks": st.lists(st.fixed_dictionaries({"command": st.text(max_size=9)}), max_size=2)})
hooks = st.dictionaries(st.sampled_from(EVENTS), st.lists(theirs, max_size=3), max_size=3)
settings = st.dictionaries(st.text(max_size=6), values, max_size=4).flatmap(
    lambda rest: st.just(rest) | hooks.map(lambda told: {**rest, "hooks": told})
)
layouts = st.sampled_from([None, 0, 1, 2, 4, "\t"])


@st.composite
def files(draw: st.DrawFn) -> str:
    """Give the text of a settings file in one of many layouts, sometimes with comments between its lines."""
    document = {name: told for name, told in draw(settings).items() if name != "hooks" or isinstance(told, dict)}
    text = json.dumps(document, indent=draw(layouts), ensure_ascii=draw(st.booleans()))
    if "\n" in text and draw(st.booleans()):
        remark = draw(st.sampled_from([" // a remark, {", ' /* "two" ] */', "  "]))
        text = text.replace("\n", remark + "\n")
    text = text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))
    return draw(st.sampled_from(["", "\ufeff", "\n", "// first\n"])) + text + draw(st.sampled_from(["", "\n", "\n\n"]))


@given(files())
def test_what_is_added_is_all_that_differs(text: str) -> None:
    before = parsed(text.encode())
    after = parsed(made := added(text.encode(), ENTRIES))
    assert sorted(map(repr, (entry for entry in entries_of(after) if own(entry[1])))) == sorted(map(repr, ENTRIES))
    left = [entry for entry in entries_of(after) if not own(entry[1])]
    assert sorted(map(repr, left)) == sorted(map(repr, entries_of(before)))
    assert {name: told for name, told in after.items() if name != "hooks"} == {
        name: told for name, told in before.items() if name != "hooks"
    }
    # What stood there stands there still, in its order: the change only adds.
    rest = iter(made.decode())
    assert all(letter in rest for letter in text)


@given(files())
def test_taking_out_leaves_what_its_owner_wrote(text: str) -> None:
    back = removed(added(text.encode(), ENTRIES), own)
    assert parsed(back) == _without_empty(parsed(text.encode()))
    if parsed(text.encode()).get("hooks") is None and text.strip(" \n/first\ufeff") not in ("{}",):
        assert back.decode() == text


@given(files())
def test_taking_out_what_is_not_there_changes_nothing(text: str) -> None:
    assert removed(text.encode(), own) == text.encode()


@given(st.binary(max_size=60) | st.text(alphabet='{}[]":,/*\\ \nahooks', max_size=60).map(str.encode))
def test_any_bytes_are_changed_as_meant_or_refused(content: bytes) -> None:
    try:
        made = added(content, ENTRIES)
    except Unsure as unsure:
        assert str(unsure)
        return
    assert len([entry for entry in entries_of(parsed(made)) if own(entry[1])]) == len(ENTRIES)


def _without_empty(document: dict[str, Any]) -> dict[str, Any]:
    """Give what taking out leaves: lists that were empty beside ours go with them."""
    told = document.get("hooks")
    if not isinstance(told, dict):
        return document
    added_to = {name for name, _ in ENTRIES}
    left = {name: of for name, of in told.items() if of or name not in added_to}
    return {**document, "hooks": left} if left else {name: of for name, of in document.items() if name != "hooks"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"a": 1,}', "line 1 is not valid JSON"),
        (b'{\n"a": }', "line 2 is not valid JSON"),
        (b"[]", "no JSON object"),
        (b'{"a": 1, "a": 2}', '"a" stands in it twice'),
        (b'{"hooks": []}', '"hooks" in line 1 is no object'),
        (b'{"hooks": {"PreToolUse": {}}}', '"PreToolUse" in line 1 is no list'),
        (b'{"a": "\xff"}', "byte 7 is not UTF-8"),
        (b" " * (1 << 20) + b"{}", "larger than 1 MiB"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_place(content: bytes, said: str) -> None:
    with pytest.raises(Unsure, match=said.replace("[", r"\[")):
        added(content, ENTRIES)


def test_another_program_of_the_same_name_is_not_ours() -> None:
    assert all(own(entry) for _, entry in ENTRIES)
    for told in ("my-wrapper headgate-hook claude-code", "/opt/python -I -S /x/hook.py codex", "'", ""):
        assert not own({"hooks": [{"type": "command", "command": told}]})
    ((_, entry), *_) = ENTRIES
    assert not own({"hooks": [*entry["hooks"], {"type": "command", "command": "mine"}]})


TRUSTED = {"/h/hooks.json:pre_tool_use:0:0": "sha256:00", '/h "q"/hooks.json:stop:1:0': "sha256:11"}


@pytest.mark.parametrize(
    "text",
    ["", "a = 1\n", "a = 1", "# only a remark\r\n[t]\r\nb = 2\r\n", '[hooks.state."x"]\ntrusted_hash = "sha256:9"\n'],
)
def test_trust_is_appended_and_cut_again(text: str) -> None:
    registration = codex_settings.trust_file(_folder(), TRUSTED)
    made = registration.put(text.encode())
    assert made.startswith(text.encode())
    state = codex_settings.toml_of(made)["hooks"]["state"]
    assert {key: state[key]["trusted_hash"] for key in TRUSTED} == TRUSTED
    back = registration.take(made)
    assert codex_settings.toml_of(back or b"") == codex_settings.toml_of(text.encode())
    assert registration.take(text.encode()) == text.encode()


@pytest.mark.parametrize("text", ["hooks = 1\n", "hooks = {state = {}}\n", "a = \n", "[hooks]\nstate = 3\n"])
def test_trust_is_refused_where_it_cannot_be_appended(text: str) -> None:
    with pytest.raises(Unsure):
        codex_settings.trust_file(_folder(), TRUSTED).put(text.encode())


def test_trust_that_its_owner_wrote_between_our_marks_stays() -> None:
    registration = codex_settings.trust_file(_folder(), TRUSTED)
    made = registration.put(b"a = 1\n")
    with pytest.raises(Unsure, match="more than Headgate wrote"):
        registration.take(made.replace(b"trusted_hash", b"mine = 1\ntrusted_hash", 1))


def _folder() -> Path:
    return Path("/h")
