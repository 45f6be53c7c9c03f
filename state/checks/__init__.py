"""Required checks: what Headgate itself ran on the tree that would be merged, and what came of it."""
