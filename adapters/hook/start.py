"""The script that agents' settings name: `PYTHON -I -S start.py AGENT`.

`-I` and `-S` keep the work tree, the environment and every `.pth` file out of the process; this file is short because
Python compiles it at each start, and keeps what it imports compiled.
"""

import gc
import sys


def start() -> None:
    """Run the gate; what fails before it can answer is a denial too."""
    gc.disable()  # nothing that a hook makes is worth looking for: it ends within milliseconds, or waits and makes none
    try:
        here = __file__.rpartition("/")[0]
        sys.path.insert(0, f"{here}/lean")
        sys.path.append(here.rpartition("/")[0].rpartition("/")[0])
        sys.path.append(f"{sys.prefix}/lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages")
        from adapters.hook.gate import main

        main()
    except BaseException as failure:  # noqa: BLE001 - a hook that ends otherwise lets the call run
        import posix

        text = f"headgate-hook cannot start, and denies the call: {failure!r}; install Headgate anew\n"
        posix.write(2, text.encode("utf-8", "replace"))
        # Os has the same function, and loading it costs milliseconds.
        posix._exit(2)  # pyright: ignore[reportPrivateUsage]


if __name__ == "__main__":
    start()
