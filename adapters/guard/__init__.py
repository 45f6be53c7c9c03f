"""Guards protected branches from inside git: what the hooks of `headgate init --enforce` run (docs/enforce.md)."""
