"""What an agent's test runs say: which command is one, whose its exit status is, and what its output tells."""
