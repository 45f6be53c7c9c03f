"""Introduces what `headgate doctor` looks at beside the hooks: logs, worktrees and processes."""
