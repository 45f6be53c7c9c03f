"""What one call to the model cost, by a Claude Code record, and the name under which it is counted once.

The rule (log-formats 2.5): a call's figures stand on each of its rows and in every copy of them that a resume or a fork
made, so the name must be the same on all of them; the largest figures of one name hold.
"""

from functools import lru_cache

from adapters.agents.claude_record import Row, Said, Tokens
from state.money.spending import Terms
from state.runs.run import Usage
from state.text import clean

_REDACTED = "REDACTED"
_LONG_CONTEXT = 1_000_000
"""The wider of the two windows that Claude Code's models have."""
_SHORT_CONTEXT = 200_000


def call_name(record: Row, message: Said, offset: int) -> str:
    """Name one call to the model the same in every file: message and request id, else what of them there is.

    Gateways give no request id, and published logs have ids blotted out by REDACTED, which names nothing.
    """
    call, request = message.id, record.requestId
    if not call or call == _REDACTED:
        uuid = record.uuid if record.uuid != _REDACTED else None
        return f"claude:{uuid or f'{record.sessionId} {record.timestamp} {offset}'}"
    return f"claude:{call}/{request}" if request and request != _REDACTED else f"claude:{call}"


def counted(spent: Tokens) -> Usage:
    """Count one call in disjoint parts; cache writes of no known lifetime are of the shorter one."""
    return Usage(*figures(spent), 1)


def figures(spent: Tokens) -> tuple[int, int, int, int, int, int]:
    """Give the parts of `counted` as bare figures: a first index counts thousands of calls a second."""
    parts, details = spent.cache_creation, spent.output_tokens_details
    long = parts.ephemeral_1h_input_tokens or 0 if parts else 0
    short = parts.ephemeral_5m_input_tokens or 0 if parts else 0
    rest = (spent.cache_creation_input_tokens or 0) - short - long
    return (
        spent.input_tokens or 0,
        spent.cache_read_input_tokens or 0,
        short + rest if rest > 0 else short,
        long,
        spent.output_tokens or 0,
        details.thinking_tokens or 0 if details else 0,
    )


def terms(spent: Tokens) -> Terms:
    """Give the terms of one call. A cache write whose parts are not told may have been of the dearer lifetime."""
    parts = spent.cache_creation
    told = parts is not None and (parts.ephemeral_5m_input_tokens or 0) + (parts.ephemeral_1h_input_tokens or 0)
    known = (told or 0) >= (spent.cache_creation_input_tokens or 0)
    searches = (spent.server_tool_use.web_search_requests or 0) if spent.server_tool_use else 0
    return _terms(spent.speed, spent.service_tier, spent.inference_geo, known, searches)


@lru_cache(maxsize=256)
def _terms(speed: str | None, tier: str | None, geo: str | None, lifetime_known: bool, searches: int) -> Terms:
    """Give the terms that these words tell; the same ones hold for thousands of calls."""
    tier = _word(tier)
    return Terms(
        speed=_word(speed),
        tier=None if tier == "batch" else tier,
        batch=tier == "batch",
        geo=_word(geo),
        lifetime_known=lifetime_known,
        searches=searches,
    )


def _word(told: str | None) -> str | None:
    return clean(told[:80], 40).lower() or None if told else None


def window(used: int, model: str | None) -> int | None:
    """Give the size of the context where the model's id or the fill tells it: no record names it."""
    return _LONG_CONTEXT if used > _SHORT_CONTEXT or (model or "").endswith("[1m]") else None
