"""What speaks one outside thing's language each: agents' logs, git, file watching, processes."""
