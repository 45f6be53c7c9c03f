"""`headgate audit`: the ledger as lines, one decision as a story, its verification, and every entry as JSON."""

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

from state.ledger.entry import Entry
from state.ledger.shown import shown_text
from state.ledger.story import Story, body_of, instant, line_of, sentence, story_of
from state.ledger.verifying import Anchor, Verdict
from state.store.ledger_file import LedgerFile
from state.text import clean
from tui.verbs.printing import print_json, print_lines

NEWEST = 30
"""Entries that are shown where nothing is named."""


class Unnamed(Exception):
    """What was named is not in the ledger, or is not one thing; the text says so."""


def print_entries(file: LedgerFile, named: str, *, as_json: bool) -> int:
    """Print the newest entries, those on a run, one entry, or the story of a request.

    Gives 1 where it can no longer be shown what a human saw. Raises `Unnamed`.
    """
    if not named:
        return _print(tuple(reversed(file.searched(limit=NEWEST))), None, as_json=as_json)
    if named.isascii() and named.isdecimal() and len(named) < 16 and (entry := file.at(int(named))) is not None:
        request = body_of(entry).get("request")
        if entry.kind == "decision" and isinstance(request, str):
            return _print((entry,), _story(file, request, entry.run), as_json=as_json)
        return _print((entry,), None, as_json=as_json)
    if request := _request(file, named):
        return _print((), _story(file, *request), as_json=as_json)
    runs = file.runs(named)
    if len(runs) != 1:
        told = f"{len(runs)} runs begin with" if runs else "the ledger knows no request, run or entry"
        raise Unnamed(f"{told} {clean(named, 64)}")
    return _print(file.of_run(runs[0]), None, as_json=as_json)


def _request(file: LedgerFile, named: str) -> tuple[str, str] | None:
    """Find a request by its id or the beginning of it, and its run; its row may be gone while its entry stands."""
    found = {one.id: str(one.run) for one in file.requests(named)} or file.asked(named)
    if named in found:
        return named, found[named]
    if len(found) > 1:
        raise Unnamed(f"{len(found)} requests begin with {clean(named, 64)}")
    return next(iter(found.items()), None)


def _story(file: LedgerFile, request: str, run: str) -> Story:
    kept = next((one for one in file.requests(request) if one.id == request), None)
    return story_of(request, file.of_run(run), shown_text(kept) if kept else None, file.package)


def _print(entries: tuple[Entry, ...], story: Story | None, *, as_json: bool) -> int:
    if as_json:
        told = {"schema": "headgate/audit/1", "entries": [document_of(one) for one in entries]}
        print_json({**told, "story": _told(story)})
    else:
        lines = [line_of(one) for one in entries] if story is None else list(story.lines)
        if story is None and len(entries) == 1:
            lines.append(f"        {clean(entries[0].body, len(entries[0].body) + 1)}")
        print_lines(lines or ["nothing is recorded yet"])
    return 1 if story is not None and story.lost else 0


def _told(story: Story | None) -> dict[str, Any] | None:
    if story is None:
        return None
    return {"lines": list(story.lines), "evidence": dict(story.evidence), "unreconstructable": list(story.lost)}


def document_of(entry: Entry) -> dict[str, Any]:
    """Give an entry for programs: its fields as they are hashed, and what they say in a sentence."""
    told = {"seq": entry.seq, "ts_ms": entry.ts_ms, "at": instant(entry.ts_ms), "actor_kind": entry.actor_kind}
    told |= {"actor": entry.actor, "kind": entry.kind, "run": entry.run, "body": body_of(entry)}
    return {**told, "once": entry.once, "prev": entry.prev, "hash": entry.hash, "text": sentence(entry)}


def print_verdict(verdict: Verdict, *, as_json: bool) -> int:
    """Print what verification came to; 1 where anything is wrong."""
    if as_json:
        print_json(verdict_document(verdict))
    else:
        print_lines(clean(line, 600) for line in verdict_lines(verdict))
    return 0 if verdict.intact else 1


def verdict_document(verdict: Verdict) -> dict[str, Any]:
    """Give a verdict for programs."""
    head = None if verdict.head is None else {"seq": verdict.head[0], "hash": verdict.head[1]}
    return {
        "schema": "headgate/audit-verify/1",
        "intact": verdict.intact,
        "entries": verdict.entries,
        "head": head,
        "anchored": _anchor(verdict.anchored),
        "witnessed": _anchor(verdict.witnessed),
        "unanchored": verdict.unanchored,
        "unwitnessed": verdict.unwitnessed,
        "faults": [{"seq": one.seq, "text": one.text} for one in verdict.faults],
        "notes": list(verdict.notes),
    }


def _anchor(anchor: Anchor | None) -> dict[str, Any] | None:
    return None if anchor is None else {"seq": anchor.seq, "hash": anchor.hash, "where": anchor.where}


def verdict_lines(verdict: Verdict) -> Iterator[str]:
    """Say in plain lines what is proved, by what, and what is not."""
    if not verdict.intact:
        wrong = "one thing is wrong" if len(verdict.faults) == 1 else f"{len(verdict.faults)} things are wrong"
        yield f"the ledger is NOT intact: {wrong}"
        yield from (f"  {one.text}" for one in verdict.faults)
    counted = f"{verdict.entries:,} entr{'y' if verdict.entries == 1 else 'ies'}"
    yield f"{counted} follow from one another" + (f", up to {verdict.head[1]}" if verdict.head else "")
    if verdict.anchored is None:
        yield "no anchor stands among them: nothing here shows that they were not all made anew"
    else:
        yield f"intact up to entry {verdict.anchored.seq}, which {verdict.anchored.where} names"
        yield f"unanchored after it: {verdict.unanchored:,}"
    if verdict.witnessed is None:
        yield "no witness outside this machine was asked: --against REMOTE asks one, `headgate audit push` makes one"
    else:
        yield f"witnessed outside up to entry {verdict.witnessed.seq} by {verdict.witnessed.where}"
    yield from (f"note: {note}" for note in verdict.notes)


def print_export(file: LedgerFile) -> int:
    """Print every entry as it stands, one JSON object a line, in the order of their numbers."""
    try:
        print_lines(json.dumps(row, ensure_ascii=True) for row in file.entries())
    except sqlite3.Error as error:
        raise Unnamed(f"the database cannot be read on: {error}") from error
    return 0
