"""What a human asks of a run but an answer at a gate: stop, hold, resume, correct, start, escalate."""
