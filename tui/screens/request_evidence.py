"""What a request rests on: its input as the hook got it, the rules that were met, and the records of the run's log."""

from collections.abc import Awaitable, Callable, Iterator, Sequence

from state.board import BoardUnreadable, Detail
from state.gates.request import Request
from state.ports import Records
from state.runs.run import Origin
from tui.panes.foreign import beside, quoted
from tui.panes.line import Line, heading, labelled, note
from tui.screens.evidence import EvidenceScreen, excerpt_lines
from tui.spans import spans
from tui.wording import EVIDENCE_READING
from tui.wording_gates import (
    INPUT_TITLE,
    NO_RECORD_YET,
    NO_RULE,
    RECORDS_TITLE,
    RULES_TITLE,
    policy_source,
)

_MOST = 4
_KINDS = ("asked", "tool", "plan")

Details = Callable[[str], Awaitable[Detail | None]]


class RequestEvidence(EvidenceScreen):
    """Shows what stands behind a request; the log's records are read once it is open."""

    def __init__(self, request: Request, records: Records | None, details: Details) -> None:
        super().__init__(None, ())
        self._request, self._found, self._details = request, records, details
        self._told = [*_input(request), *_rules(request), heading(RECORDS_TITLE)]
        self._shown = [*self._told, note(EVIDENCE_READING)]

    def on_mount(self) -> None:
        """Begin to read."""
        self.run_worker(self._look())

    async def _look(self) -> None:
        shown: list[Line] = []
        try:
            detail = await self._details(self._request.run)
        except BoardUnreadable as unreadable:
            detail, shown = None, [note(str(unreadable), "warn")]
        for origin in sources_of(self._request, detail):
            if self._found is not None:
                shown += excerpt_lines(await self._found.excerpt(origin))
        self._shown = [*self._told, *(shown or [note(NO_RECORD_YET)])]
        self.on_resize()


def sources_of(request: Request, detail: Detail | None) -> Sequence[Origin]:
    """Give the records of a run's log that a request is likeliest about, the newest first."""
    if detail is None:
        return ()
    named = [
        detail.origins[name]
        for name in ("asks", "plan" if request.gate == "plan" else "calls")
        if name in detail.origins
    ]
    told = [Origin(one.log, one.offset, one.at) for one in reversed(detail.story) if one.kind in _KINDS and one.log]
    return tuple(dict.fromkeys([*named, *told]))[:_MOST]


def _input(request: Request) -> Iterator[Line]:
    yield heading(INPUT_TITLE)
    yield labelled("sha", request.sha)
    yield from quoted(request.input)
    yield Line()


def _rules(request: Request) -> Iterator[Line]:
    yield heading(RULES_TITLE)
    for hit in request.hits:
        yield beside("rule", hit.rule, "strong", spans((f" · {hit.outcome} · {hit.severity}", "dim")))
        yield beside("because", hit.because)
        if hit.instead:
            yield beside("instead", hit.instead)
    if not request.hits:
        yield note(NO_RULE)
    yield beside("source", policy_source(request.policy), "dim")
    yield Line()
