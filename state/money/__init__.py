"""Usage, and what it costs."""
