"""How many events are too few to go by: a number of its own module, because words need it and figures take long."""

FEW = 10
"""Below so many a figure is shown as too few to go by (research/economics.md 5.3)."""
