"""One agent a module: where its logs lie, and what each record means."""
