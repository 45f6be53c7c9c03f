"""How much an order on attention may tell: known to boards and to the core, and alone, because it loads nothing."""

MOST = 500
"""Stretches that one order may tell."""
