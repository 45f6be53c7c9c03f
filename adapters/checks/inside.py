"""The script in which a check begins: `PYTHON -I -S inside.py PLAN COMMAND…`; it bounds itself and becomes the command.

What it sets cannot be taken back by what it becomes. It ends with one sentence and status 125 where any of that fails,
and never runs the command unbounded. Standard library only, and little of it.
"""

import json
import os
import resource
import signal
import sys
from typing import Any, Never

NICE = 10
"""A check leaves the machine to whoever works on it."""
_PDEATHSIG = 1


def enter() -> Never:
    """Bound this process and run the command."""
    # Pathlib takes as long to load as all of this.
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))  # noqa: PTH100, PTH120
    try:
        plan: dict[str, Any] = json.loads(sys.argv[1])
        os.nice(NICE)
        _bounded(plan)
        _walled(plan)
        os.chdir(plan["tree"])
        os.execvp(sys.argv[2], sys.argv[2:])
    except (OSError, ValueError, LookupError) as failure:
        print(f"headgate: the check's limits cannot be set, so nothing was run: {failure}", file=sys.stderr)
    sys.exit(125)


def _bounded(plan: dict[str, Any]) -> None:
    """Set the limits that the kernel holds for each process. Source: getrlimit(2).

    Memory is bounded by what is private and writable, because many runtimes reserve far more address space than they
    ever touch.
    """
    bounds = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: plan["cpu"],
        resource.RLIMIT_DATA: plan["bytes"],
        resource.RLIMIT_FSIZE: plan["bytes"],
        resource.RLIMIT_NPROC: plan["processes"],
    }
    for what, most in bounds.items():
        hard = resource.getrlimit(what)[1]
        value = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (value, value))


def _walled(plan: dict[str, Any]) -> None:
    """Set what this process itself can where no sandbox stands around it, and what the sandbox leaves open."""
    from adapters.confine import landlock

    if plan["kind"] != "bubblewrap" and sys.platform == "linux":
        _end_with(plan["parent"])
    if plan["kind"] == "landlock":
        landlock.restrict(plan["written"], plan["files"], offline=plan["offline"])
    elif plan["kind"] == "bubblewrap" and plan["scoped"]:
        landlock.scope()


def _end_with(parent: int) -> None:
    """Let the kernel end this process with the core that began it. Source: PR_SET_PDEATHSIG of prctl(2)."""
    import ctypes

    ctypes.CDLL(None, use_errno=True).prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        raise OSError("the core that began it has ended")


if __name__ == "__main__":
    enter()
