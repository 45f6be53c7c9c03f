"""Gates: what waits for a human, what a human said, and what both are bound to."""
