"""Introduces the settings file on disk to `headgate config`; works outside every repository."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from adapters.settings_file import SettingsFile, write_new
from adapters.small_file import read_small
from state.places import config_root, state_root
from state.settings import FILE, in_force
from state.settings_text import whole_file
from state.text import clean
from tui.verbs import config
from tui.verbs.printing import print_lines, say
from tui.wiring import Refused

_MOST = 256 * 1024


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Carry out one of the verbs of `headgate config`. Raises `Refused`."""
    try:
        path, root = config_root(environment) / FILE, state_root(environment)
    except ValueError as error:
        raise Refused(str(error)) from error
    match arguments.config_verb:
        case "init":
            return _init(path, only_print=arguments.print)
        case "show":
            text, settings = _text(path), SettingsFile(path)()
            places = {"file": clean(str(path)), "state": clean(str(root))}
            config.print_shown(in_force(text)[0], settings, places, there=path.exists(), as_json=arguments.json)
            return 0
        case _:
            return _check(Path(arguments.file or path), as_json=arguments.json, named=bool(arguments.file))


def _init(path: Path, *, only_print: bool) -> int:
    name = clean(str(path))
    if only_print:
        print_lines(whole_file().splitlines())
        return 0
    try:
        write_new(path, whole_file())
    except FileExistsError:
        say(f"headgate: {name} is there and left as it is; `headgate config init --print` shows every default")
        return 1
    except OSError as error:
        raise Refused(
            f"{name} cannot be written: {error.strerror}; set HEADGATE_CONFIG_DIR to another place"
        ) from error
    print_lines([f"{name} is written: every key behind a comment, so nothing is changed yet; remove a # to set one"])
    return 0


def _check(path: Path, *, as_json: bool, named: bool) -> int:
    there = path.exists()
    if named and not there:
        raise Refused(f"there is no file {clean(str(path))}: name one that exists, or none for the one in force")
    wrong = in_force(_text(path))[1]
    settings = SettingsFile(path)()
    doubts = settings.problems[bool(wrong) :]
    return config.print_checked(clean(str(path)), wrong, doubts, there=there, as_json=as_json)


def _text(path: Path) -> str | None:
    """Give the file's text, None where there is none. Raises `Refused` where it cannot be read."""
    if not path.exists():
        return None
    content = read_small(str(path), _MOST)
    if content is None:
        raise Refused(f"{clean(str(path))} is no regular file of at most 256 KiB that this account may read: see to it")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Refused(f"{clean(str(path))} is not UTF-8, so none of it is in force: save it as UTF-8") from None
