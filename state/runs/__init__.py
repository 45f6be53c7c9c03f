"""What is true of a run: what can happen to it, and what follows."""
