"""The script that enters a sandbox and becomes the command: `PYTHON -I -S enter.py PLAN COMMAND…`.

It opens what the plan names, takes what would betray the human out of the environment, and gives its process away. It
ends with one sentence and status 125 where any of that fails, and never runs the command outside.
"""

import json
import os
import sys
from typing import Any, Never


def enter() -> Never:
    """Enter and run the command."""
    # Pathlib takes as long to load as all of this.
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))  # noqa: PTH100, PTH120
    try:
        with open(sys.argv[1], "rb") as file:  # noqa: PTH123 - pathlib takes as long to start as all of this
            plan: dict[str, Any] = json.loads(file.read())
        environment = {**os.environ, **plan["variables"]}
        for name in plan["unset"]:
            environment.pop(name, None)
        _entered(plan, sys.argv[2:], environment)
    except (OSError, ValueError, LookupError) as failure:
        print(f"headgate: the sandbox cannot be entered, so nothing was started: {failure}", file=sys.stderr)
    sys.exit(125)


def _entered(plan: dict[str, Any], command: list[str], environment: dict[str, str]) -> None:
    from adapters.confine import landlock

    if plan["kind"] == "landlock":
        landlock.restrict(plan["written"], plan["files"])
        os.chdir(plan["worktree"])
        os.execvpe(command[0], command, environment)
    if plan["scoped"]:
        landlock.scope()
    words = [plan["program"], *_opened(plan), *plan["arguments"], *_copied(plan), "--", *command]
    os.execve(words[0], words, environment)


def _opened(plan: dict[str, Any]) -> list[str]:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    descriptor = os.open(plan["info"], flags, 0o600)
    os.set_inheritable(descriptor, True)
    return ["--info-fd", str(descriptor)]


def _copied(plan: dict[str, Any]) -> list[str]:
    words: list[str] = []
    for one in plan["data"]:
        if "from" in one:
            descriptor = os.open(one["from"], os.O_RDONLY)
        else:
            descriptor = os.memfd_create("headgate")
            os.write(descriptor, one["text"].encode())
            os.lseek(descriptor, 0, os.SEEK_SET)
        os.set_inheritable(descriptor, True)
        words += ["--file" if "from" in one else "--ro-bind-data", str(descriptor), one["at"]]
    return words


if __name__ == "__main__":
    enter()
