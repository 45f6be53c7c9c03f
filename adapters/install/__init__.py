"""Registers Headgate's hook in the settings of the agents, and takes it out again."""
