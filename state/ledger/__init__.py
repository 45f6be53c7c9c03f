"""The record of who decided what: canonical JSON, a chain of digests, and its verification."""
