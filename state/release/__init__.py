"""After the merge: what is watched, which defects came of it, and which lasting thing."""
