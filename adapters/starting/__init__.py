"""Starts runs: the ground they stand on, their clients' command lines, and processes that are nobody's children."""
