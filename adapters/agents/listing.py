"""Lists a directory under an agent's root: the files or the directories in it, by name; links are not followed."""

import os


def listed(folder: str, unreadable: list[OSError], *, files: bool) -> list[os.DirEntry[str]]:
    """Give the regular files, or else the directories; one that cannot be listed goes to `unreadable`."""
    try:
        with os.scandir(folder) as entries:
            return sorted((entry for entry in entries if _is(entry, files)), key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        unreadable.append(error)
        return []


def _is(entry: os.DirEntry[str], file: bool) -> bool:
    try:
        return entry.is_file(follow_symlinks=False) if file else entry.is_dir(follow_symlinks=False)
    except OSError:
        return False
