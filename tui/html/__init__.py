"""What Headgate writes as pages that open without network."""
