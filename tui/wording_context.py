"""The words of the screen for a context that is no longer true."""

from state.findings.stale import StaleReason

STALE = "◷"
"""The sign of a context that is no longer true."""
STALE_TITLES: dict[StaleReason, str] = {
    "base_moved": "base",
    "read_file_changed": "files",
    "instructions_changed": "told",
    "policy_changed": "policy",
    "plan_changed": "plan",
    "compacted": "memory",
    "context_near_full": "context",
    "cache_expired": "cache",
    "model_changed": "model",
    "tests_older_than_head": "tests",
    "evidence_older_than_head": "evidence",
    "hook_inert": "hook",
}
"""What each reason is about, in one word."""
