"""The executable that agents call before each tool call."""
