"""Looks a command up in the tables of `state.policy.programs`."""

from collections.abc import Iterator, Sequence

from state.policy.programs import BY_PROGRAM, VALUES


def tabled(words: Sequence[str]) -> Iterator[str]:
    """Look a command up in the table: its verbs in order behind the options, or an option anywhere."""
    name, rest = script_of(words)
    plain = positional(rest[2:] if name == "redis-cli" and rest[:1] == ("-h",) else rest)
    for verbs, effect in BY_PROGRAM.get(name, ()):
        said = [verb for verb in verbs if not verb.startswith("-")]
        if plain[: len(said)] == said and all(verb in rest for verb in verbs if verb.startswith("-")):
            if name == "crontab" and list(rest[:1]) == ["-l"]:
                return
            yield effect
            return


def script_of(words: Sequence[str]) -> tuple[str, Sequence[str]]:
    """See a script through its interpreter: `python manage.py flush` is manage.py's, `python -m twine` twine's."""
    rest = words[1:]
    if words[0].startswith(("python", "php", "ruby", "node")) and rest:
        if rest[0] == "-m" and len(rest) > 1:
            return rest[1], rest[2:]
        if not rest[0].startswith("-"):
            return rest[0].rsplit("/", 1)[-1], rest[1:]
    return words[0], rest


def positional(words: Sequence[str]) -> list[str]:
    """Give the words that are no options and no values of options."""
    kept: list[str] = []
    skip = False
    for word in words[:40]:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in VALUES
        else:
            kept.append(word)
    return kept
