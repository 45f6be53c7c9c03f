"""`headgate-hook AGENT`: what agents call before each tool call.

This entry is for hands and for settings that name it; `headgate init` registers `adapters.hook.command` instead, which
is the same program started without what this entry's interpreter reads first.
"""

import os
import sys

from adapters.hook.command import hook_command


def main() -> None:
    """Become the hook in an interpreter that takes nothing from the work tree or the environment."""
    command = hook_command(sys.argv[1] if len(sys.argv) > 1 else "")
    try:
        os.execv(command[0], command)
    except OSError as failure:
        os.write(2, f"headgate-hook cannot start, and denies the call: {failure}\n".encode("utf-8", "replace"))
        os._exit(2)


if __name__ == "__main__":
    main()
