"""`headgate config`: the user's settings file as it would be written, as it is in force, and what is wrong in it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from state.ports import Problem
from state.settings import SHIPPED, Settings
from state.settings_text import leaves, spelled, toml
from tui.verbs.printing import aligned, print_json, print_lines, say

SCHEMA = "headgate/config/1"
NOT_SET = "not set"
SOUND = "everything in it holds"
REST_SOUND = "the rest of it holds"
NO_FILE = "there is no such file, so everything is as shipped; `headgate config init` writes one"


def print_shown(
    values: Mapping[str, Any], settings: Settings, places: Mapping[str, str], *, there: bool, as_json: bool
) -> None:
    """Print every value in force, and where it comes from; `places` gives the file and the state directory."""
    rows = [(spelled(path), value, settings.came_from(".".join(path))) for path, value in leaves(values)]
    if as_json:
        told = [{"key": key, "value": _plain(value), "from": origin} for key, value, origin in rows]
        document = {"schema": SCHEMA, **places, "exists": there, "settings": told}
        print_json({**document, "problems": problem_documents(settings.problems)})
        return
    head = [f"{name}: {place}" for name, place in places.items()] + ([] if there else [NO_FILE])
    shown = [(key, NOT_SET if value is None else toml(value), _from(origin)) for key, value, origin in rows]
    print_lines([*head, "", *aligned([("key", "value", "from"), *_cut(shown)])])
    print_lines(f"problem: {one.text}: {one.remedy}" for one in settings.problems)


def print_checked(file: str, wrong: Sequence[str], doubts: Sequence[Problem], *, there: bool, as_json: bool) -> int:
    """Print what does not hold; gives 1 where anything does not."""
    if as_json:
        told = {"ok": not wrong, "wrong": list(wrong), "doubts": problem_documents(doubts)}
        print_json({"schema": "headgate/config-check/1", "file": file, "exists": there, **told})
        return int(bool(wrong))
    print_lines(f"{file}, {one}" for one in wrong)
    print_lines(f"doubtful: {one.text}: {one.remedy}" for one in doubts)
    if wrong:
        say("headgate: mend or remove those lines, the rest is in force; docs/settings.md explains every key")
    else:
        sound = REST_SOUND if doubts else SOUND
        print_lines([f"{file}: {sound if there else NO_FILE}"])
    return int(bool(wrong))


def problem_documents(problems: Sequence[Problem]) -> list[dict[str, str]]:
    """Give problems as every document has them."""
    return [{"text": one.text, "remedy": one.remedy} for one in problems]


def _cut(rows: Sequence[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Shorten long values, so that where they come from stands beside them."""
    return [
        (key, value if len(value) <= _WIDEST else f"{value[: _WIDEST - 1]}…", origin) for key, value, origin in rows
    ]


_WIDEST = 60


def _from(origin: str) -> str:
    return "shipped" if origin == SHIPPED else origin


def _plain(value: Any) -> Any:
    """Give a value as JSON can hold it."""
    match value:
        case dict():
            # A table of TOML may hold anything.
            return {key: _plain(one) for key, one in value.items()}  # pyright: ignore[reportUnknownVariableType]
        case list() | tuple():
            return [_plain(one) for one in value]  # pyright: ignore[reportUnknownVariableType] - so may a list of it
        case date():
            return value.isoformat()
        case _:
            return value
