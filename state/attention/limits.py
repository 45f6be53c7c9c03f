"""How much an order on attention may tell: known to boards and to the core, and alone, because it loads nothing."""

MOST = 500
"""Stretches that one order may tell."""
IDLE_CUTOFF = 120
"""Seconds without a key after which nobody is taken to look, where the settings say nothing else."""
