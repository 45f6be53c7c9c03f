"""Adds entries to a JSON file and takes them out, and leaves every other byte as it stands.

A settings file is its owner's: its order, its indentation and its comments stay. So nothing is written anew; the text
is cut and joined at places that a scan finds, and the result is parsed and compared with what was meant. Comments as in
JSONC are read as blanks. What is not understood for certain is refused, with a sentence that names the place.
"""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, cast

from adapters.install.json_scan import Child, Unsure, children_of, member, parsed, skip, text_of, without_comments

_ODD = "its layout is not understood well enough to change it: add or remove the entries of headgate-hook by hand"


def added(content: bytes, entries: Iterable[tuple[str, dict[str, Any]]]) -> bytes:
    """Append each entry to the list `hooks.<name>` of a settings file and give the new bytes. Raises `Unsure`.

    Missing lists are made. An empty file becomes a new one.
    """
    wanted = list(entries)
    if not content.strip():
        return (json.dumps({"hooks": grouped(wanted)}, indent=2) + "\n").encode()
    text, meant = text_of(content), parsed(content)
    for name, entry in wanted:
        text = _with_entry(text, name, entry)
        meant.setdefault("hooks", {}).setdefault(name, []).append(entry)
    return _checked(text, meant)


def removed(content: bytes, ours: Callable[[dict[str, Any]], bool]) -> bytes:
    """Take every entry of `hooks` that `ours` owns out, and what is empty without it. Raises `Unsure`."""
    if not content.strip():
        return content
    text, meant = text_of(content), parsed(content)
    try:
        while found := _first_of(text, ours):
            text = _without(text, found)
    except (IndexError, ValueError):
        raise Unsure(_ODD) from None
    return _checked(text, _pruned(meant, ours))


def entries_of(document: Any) -> list[tuple[str, dict[str, Any]]]:
    """Give each entry below `hooks` of a parsed settings file with the name of its event."""
    hooks = cast(dict[str, Any], document).get("hooks") if isinstance(document, dict) else None
    if not isinstance(hooks, dict):
        return []
    named = cast(dict[str, Any], hooks).items()
    lists = [(name, cast(list[Any], of)) for name, of in named if isinstance(of, list)]
    return [(name, cast(dict[str, Any], entry)) for name, of in lists for entry in of if isinstance(entry, dict)]


def grouped(entries: Iterable[tuple[str, dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Give entries as the `hooks` of a settings file, in which each event has a list."""
    hooks: dict[str, list[dict[str, Any]]] = {}
    for name, entry in entries:
        hooks.setdefault(name, []).append(entry)
    return hooks


def _with_entry(text: str, name: str, entry: dict[str, Any]) -> str:
    """Append one entry to `hooks.<name>`, making what is missing."""
    blanked = without_comments(text)
    root = skip(blanked, 0)
    hooks = member(blanked, root, "hooks")
    if hooks is None:
        return _appended(text, root, "hooks", {name: [entry]})
    if not isinstance(hooks.value, dict):
        raise Unsure(f'"hooks" in line {_line(text, hooks.begin)} is no object: correct it')
    event = member(blanked, hooks.value_at, name)
    if event is None:
        return _appended(text, hooks.value_at, name, [entry])
    if not isinstance(event.value, list):
        raise Unsure(f'"{name}" in line {_line(text, event.begin)} is no list: correct it')
    return _appended(text, event.value_at, None, entry)


def _appended(text: str, at: int, name: str | None, value: Any) -> str:
    """Append a member or an element to the object or list that begins at `at`, laid out like its neighbours."""
    blanked = without_comments(text)
    children, closing = children_of(blanked, at)
    newline = "\r\n" if "\r\n" in text else "\n"
    outer = _indent(text, at)
    inner = _indent(text, children[-1].begin) if children else outer + _unit(blanked)
    label = "" if name is None else json.dumps(name) + ": "
    if children and not _alone(text, children[-1].begin):
        flat = label + json.dumps(value)
        return text[: children[-1].end] + ", " + flat + text[children[-1].end :]
    laid = json.dumps(value, indent=_unit(blanked)).replace("\n", newline + inner)
    if not children:
        # What stands between the brackets is blanks or a comment, which stays.
        kept = text[at + 1 : closing].rstrip()
        return text[: at + 1] + kept + newline + inner + label + laid + newline + outer + text[closing:]
    last = children[-1].end
    behind = blanked.find("\n", last)
    behind = closing if behind < 0 or behind > closing else behind
    behind = last + len(text[last:behind].rstrip()) if not blanked[last:behind].strip() else last
    return text[:last] + "," + text[last:behind] + newline + inner + label + laid + text[behind:]


def _indent(text: str, at: int) -> str:
    """Give the blanks with which the line of `at` begins."""
    begin = text.rfind("\n", 0, at) + 1
    return text[begin : begin + len(text[begin:at]) - len(text[begin:at].lstrip(" \t"))]


def _alone(text: str, at: int) -> bool:
    """Say whether nothing but blanks stands before `at` in its line."""
    return not text[text.rfind("\n", 0, at) + 1 : at].strip() and "\n" in text[:at]


def _unit(blanked: str) -> str:
    """Give one step of the file's indentation: that of its first indented line."""
    found = re.search(r"\n([ \t]+)\S", blanked)
    return found.group(1) if found else "  "


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _first_of(text: str, ours: Callable[[dict[str, Any]], bool]) -> list[tuple[int, Child]]:
    """Give the way to the first of our entries: each container's place and the child in it, outermost first."""
    blanked = without_comments(text)
    root = skip(blanked, 0)
    hooks = member(blanked, root, "hooks")
    if hooks is None or not isinstance(hooks.value, dict):
        return []
    for event in children_of(blanked, hooks.value_at)[0]:
        if not isinstance(event.value, list):
            continue
        for entry in children_of(blanked, event.value_at)[0]:
            value: Any = entry.value
            if isinstance(value, dict) and ours(cast(dict[str, Any], value)):
                return [(root, hooks), (hooks.value_at, event), (event.value_at, entry)]
    return []


def _without(text: str, way: list[tuple[int, Child]]) -> str:
    """Cut the innermost child out; where its container is then empty, cut the container instead."""
    blanked = without_comments(text)
    while len(way) > 1 and len(children_of(blanked, way[-1][0])[0]) == 1:
        way = way[:-1]
    at, child = way[-1]
    children, closing = children_of(blanked, at)
    place = [one.begin for one in children].index(child.begin)
    if place:
        before = children[place - 1].end
        comma = blanked.index(",", before)
        # What stands between the comma and the entry is blanks, or a comment on what came before it.
        return text[:before] + _kept(text[before:comma] + text[comma + 1 : child.begin], text[child.end :])
    if len(children) > 1:
        return text[: child.begin] + text[children[1].begin :]
    return text[: at + 1] + _kept(text[at + 1 : child.begin] + text[child.end : closing], text[closing:])


def _kept(comment: str, rest: str) -> str:
    """Join what stood around an entry with what follows, so that a comment does not swallow it."""
    comment = comment.rstrip()
    return comment + ("\n" if comment and not rest.startswith(("\n", "\r\n")) else "") + rest


def _pruned(meant: Any, ours: Callable[[dict[str, Any]], bool]) -> Any:
    """Do to the parsed file what `removed` does to its text."""
    hooks: Any = meant.get("hooks", {})
    if not isinstance(hooks, dict):
        return meant
    hooks = cast(dict[str, Any], hooks)
    had = bool(hooks)
    for name in [name for name, of in hooks.items() if isinstance(of, list)]:
        was = cast(list[Any], hooks[name])
        left: list[Any] = [one for one in was if not (isinstance(one, dict) and ours(cast(dict[str, Any], one)))]
        if not left and was:
            del hooks[name]
        else:
            hooks[name] = left
    if had and not hooks:
        del meant["hooks"]
    return meant


def _checked(text: str, meant: Any) -> bytes:
    made = text.encode()
    try:
        same = parsed(made) == meant
    except Unsure:
        same = False
    if not same:
        raise Unsure(_ODD)
    return made
