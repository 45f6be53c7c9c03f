"""Approval of a change at the merge gate: what it is bound to, and what makes it void."""
