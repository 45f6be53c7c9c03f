"""Everything that asks git: one safe door, and what comes through it."""
