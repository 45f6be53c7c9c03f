"""`headgate-hook AGENT`: what agents call before each tool call.

No policy is in force in this version, so that nothing could be decided by it. A gate that cannot decide stays shut: it
denies and says why. Standard library only, so that it starts in milliseconds.
"""

import os
import sys

DENIED = 2
"""The exit code that Claude Code, Codex and Gemini CLI take for a denial; any other lets the tool run."""


def main() -> None:
    """Deny the tool call that is asked about, in words that name the remedy."""
    agent = sys.argv[1] if len(sys.argv) > 1 else "an agent"
    reason = (
        f"headgate-hook denies this tool call of {agent}: this version of Headgate has no policy to decide it by. "
        "Take the hook out of the agent's settings, or install a Headgate that has one.\n"
    )
    os.write(2, reason.encode("utf-8", "replace"))
    os._exit(DENIED)


if __name__ == "__main__":
    main()
