"""`headgate doctor` as the answer to "why don't I see my run?": where was looked, what was found, and why not more."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from state.contract import instant
from state.looked import AgentLook, LogLook, PlaceLook, ProcessLook
from tui.verbs.printing import print_json, print_lines
from tui.wording import many

RUN_SCHEMA = "headgate/doctor-run/1"
_STANDS: Mapping[str, str] = {
    "directory": "",
    "missing": "is not there",
    "closed": "may not be entered: its permissions forbid it",
    "file": "is no directory",
}


def look_document(look: AgentLook) -> dict[str, Any]:
    """Give the keys that a look adds to an agent of `doctor --json`."""
    return {
        "looked_in": [asdict(place) for place in look.places],
        "looked_into": look.looked_into,
        "belonging": look.belonging,
        "others": [log_document(one) for one in look.others],
        "processes": [asdict(one) for one in look.processes],
    }


def log_document(one: LogLook) -> dict[str, Any]:
    """Give one log and why it shows no run here."""
    told = {name: getattr(one, name) for name in ("agent", "path", "session", "run", "directory", "worktree")}
    return {**told, "modified": instant(one.modified or None), "why": one.why or None, "remedy": one.remedy or None}


def look_lines(looks: Sequence[AgentLook]) -> list[str]:
    """Say of each agent what was found, and of one that was never here nothing but its name."""
    here = [look for look in looks if look.logs or look.processes or any(_notable(one) for one in look.places)]
    lines = [line for look in here for line in ("", *_of_agent(look))]
    absent = [look.agent for look in looks if look not in here]
    return [*lines, "", f"no log and no process of {', '.join(absent)}"] if absent else lines


def _notable(place: PlaceLook) -> bool:
    return place.stands not in ("missing", "directory")


def _of_agent(look: AgentLook) -> Iterator[str]:
    ours = "" if look.belonging is None else f", {look.belonging} of this repository"
    yield f"{look.agent}: {many(look.logs, 'log')}{ours}"
    for place in look.places:
        yield f"  looked in {place.path}: {_STANDS[place.stands] or many(place.logs, 'log')}"
    if look.looked_into < look.logs:
        older = look.logs - look.looked_into
        yield f"  {many(older, 'older log')} not looked into; `headgate doctor --run SESSION` tells of one"
    for one in look.others:
        yield f"  not shown: {one.path}"
        yield f"    {one.why}: {one.remedy}"
    yield from (line for one in look.processes for line in _of_process(one))


def _of_process(one: ProcessLook) -> Iterator[str]:
    where = f" in {one.directory}" if one.directory else ""
    if one.log is not None:
        yield f"  process {one.pid}{where} writes {one.log}"
    else:
        yield f"  process {one.pid}{where} writes no log that was found"
        yield f"    {one.why}: {one.remedy}"


def print_run(logs: Sequence[LogLook], known: Sequence[Mapping[str, Any] | None], *, as_json: bool) -> None:
    """Print what is known of the logs that were asked for."""
    if as_json:
        told = [{**log_document(log), "known": kept} for log, kept in zip(logs, known, strict=True)]
        print_json({"schema": RUN_SCHEMA, "logs": told})
        return
    print_lines(line for log, kept in zip(logs, known, strict=True) for line in _of_log(log, kept))


def _of_log(one: LogLook, known: Mapping[str, Any] | None) -> Iterable[str]:
    yield one.path
    yield f"  agent: {one.agent}"
    yield f"  session: {one.session or 'none that its records name'}"
    yield f"  directory: {one.directory or 'none that its records name'}"
    yield f"  last written: {instant(one.modified or None) or 'not known'}"
    if one.worktree is None:
        yield f"  not shown here: {one.why}: {one.remedy}" if one.why else "  there is no repository here to belong to"
        return
    yield f"  shown as run {one.run}, in worktree {one.worktree}"
    if known is None:
        yield "  not read yet: `headgate index` reads it, or open the board"
        return
    strange = known["not_understood"]
    yield f"  read up to byte {known['offset']}, {many(known['records'], 'record')}, {strange} not understood"
    if known["state"]:
        yield f"  state: {known['state']}: {known['because']}"
