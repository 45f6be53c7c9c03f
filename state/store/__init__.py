"""The one SQLite file: schema, the only writer, the readers."""
