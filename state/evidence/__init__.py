"""Evidence: what is known of a change, who says so, and what is missing."""
