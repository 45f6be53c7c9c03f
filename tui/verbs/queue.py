"""`headgate queue`: the open requests in the order of need, as JSON or one on a few plain lines."""

from collections.abc import Iterable, Iterator

from state.contract import request_document
from state.gates.request import Request
from tui.verbs.printing import print_json, print_lines
from tui.wording import ago


def print_queue(requests: Iterable[Request], now: float, *, as_json: bool) -> int:
    """Print what waits; 0 whether or not anything does."""
    waiting = [one for one in requests if one.state == "open"]
    if as_json:
        print_json({"schema": "headgate/queue/1", "requests": [request_document(one) for one in waiting]})
    elif waiting:
        print_lines(line for one in waiting for line in lines_of(one, now))
    else:
        print_lines(["no request waits for you"])
    return 0


def lines_of(request: Request, now: float) -> Iterator[str]:
    """Give what decides one request, in plain lines."""
    hook = "a hook waits" if request.listening else "nobody is listening"
    yield f"{request.id}  {request.gate} gate, {request.severity} risk, run {request.run}, {hook}"
    yield f"  {request.text}"
    for hit in request.hits:
        yield f"  rule {hit.rule}: {hit.because}"
        if hit.reviewers:
            yield f"  only {', '.join(hit.reviewers)} may approve it"
    for effect in request.effects:
        yield f"  effect {effect.name}: {effect.why}"
    if request.repeats:
        yield f"  denied before in this run: {request.repeats}"
    left = "" if request.deadline is None else f", denied by itself in {max(0, round(request.deadline - now))} s"
    yield f"  asked {ago(request.opened, now)}{left}"
