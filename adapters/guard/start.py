"""The script that git's hooks name: `PYTHON -I -S start.py HOOK HOUSE [what git told the hook]`.

`-I` and `-S` keep the work tree, the environment and every `.pth` file out of the process. The shell line around it
has looked already whether a protected branch is moved at all, so that other branches never wait for Python.
"""

import sys


def start() -> None:
    """Judge what stands on standard input; what fails before it can answer is a refusal too."""
    here = __file__.rpartition("/")[0]
    sys.path.append(here.rpartition("/")[0].rpartition("/")[0])
    sys.path.append(f"{sys.prefix}/lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages")
    from adapters.guard.guarding import guarded

    sys.exit(guarded(sys.argv[1], sys.argv[2], sys.stdin.read()))


if __name__ == "__main__":
    start()
