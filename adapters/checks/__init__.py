"""Runs the policy's required checks: in a fresh export of the tree that would be merged, between walls, with limits."""
