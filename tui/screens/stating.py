"""The statement of an approval: made by the core, held against what stands on the screen, signed where it must be."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from state.approval.statement import StatementInvalid, parsed
from state.board import OrderRefused
from state.text import clean
from tui.wording_review import NO_KEY, NO_TERMINAL_FOR_KEY, OTHER_STATED, nothing_stated

if TYPE_CHECKING:
    from tui.app import HeadgateApp


async def stated(app: "HeadgateApp", words: Mapping[str, str]) -> Mapping[str, str]:
    """Give the words statement, signature and key of an order to approve. Raises `OrderRefused`, `BoardUnreadable`."""
    asked = {name: words[name] for name in ("request", "run", "sha", "reason", "via")}
    statement = await app.order("state", **asked, principal=app.tools.principal)
    try:
        said = parsed(statement.encode())
    except StatementInvalid:
        raise OrderRefused(nothing_stated(clean(statement, 200))) from None
    if said.evidence != words["sha"] or said.run != words["run"]:
        raise OrderRefused(OTHER_STATED)
    return {"statement": statement, **(_signed(app, statement) if said.level != "declared" else {})}


def _signed(app: "HeadgateApp", statement: str) -> Mapping[str, str]:
    """Give the terminal to the human's key, and then its signature. Raises `OrderRefused`."""
    if app.tools.sign is None:
        raise OrderRefused(NO_KEY)
    try:
        with app.suspend():
            # It blocks on purpose: while the key asks, nothing else may write to the terminal.
            signed = app.tools.sign(statement.encode())
    except SuspendNotSupported:
        raise OrderRefused(NO_TERMINAL_FOR_KEY) from None
    if isinstance(signed, str):
        raise OrderRefused(clean(signed))
    return signed
