"""The one queue of everything that waits for the human, in the order of need."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from state.gates.request import Request
    from state.policy.verdict import Severity

SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high", "critical")
_FOR_EVER = float("inf")


def need_of(request: Request) -> tuple[int, float, float, str]:
    """Give what a queue is sorted by: the gravest first, then the nearest deadline, then the oldest."""
    deadline = _FOR_EVER if request.deadline is None else request.deadline
    return -SEVERITIES.index(request.severity), deadline, request.opened, request.id


def in_order_of_need(requests: Iterable[Request]) -> tuple[Request, ...]:
    """Give the open requests, the one that needs the human most first."""
    return tuple(sorted((one for one in requests if one.state == "open"), key=need_of))
