"""Starts a run in a sandbox: what it may write, what it cannot see, and what the sandbox of this machine can hold."""
