"""Signs one statement on the terminal that it runs on: `python -m tests.adapters.sign_once KEY STATEMENT RESULT`."""

import os
import sys
from pathlib import Path

from adapters.signing import SshSigner

if __name__ == "__main__":
    key, statement, result = sys.argv[1:]
    signed = SshSigner(os.environ).sign(Path(statement).read_bytes(), key)
    Path(result).write_bytes(signed if isinstance(signed, bytes) else b"refused: " + signed.encode())
