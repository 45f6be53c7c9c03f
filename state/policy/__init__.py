"""Rules and what they are made of: path patterns and what a shell command does. Standard library only."""
