"""The text of the hooks that stand in a repository: a shell looks at the names, and only a protected one costs more.

A hook that was there before goes on: it lies beside ours under another name, and hears the same lines after ours.
"""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from adapters.guard.house import OUT, PATTERNS

HOOKS = ("reference-transaction", "pre-push")
MARK = "headgate-guard"
BEFORE = ".before-headgate"

_TEXT = """\
#!/bin/sh
# {mark}: protected branches move only with a valid approval (docs/enforce.md of Headgate); made by
# `headgate init --enforce`, taken out by `headgate uninstall --enforce`. What was here before lies in {named}
before={before}
{only}set -f
patterns={patterns}
[ -r {file} ] && while read -r one; do patterns="$patterns $one"; done < {file}
moves= met=
while read -r {words}; do
  moves="$moves{again}
"
  case $ref in refs/remotes/*|HEAD) continue ;; esac
  for one in $patterns; do case $ref in $one) met=1 ;; esac; done
done
if [ "$met" ]; then
  printf %s "$moves" | {command} {hook} {house}
  case $? in
    0) ;;
    3) exit 1 ;;
    *) echo "headgate: the guard of protected branches cannot run, so they stay where they are; {out}," \\
        "\\`headgate init --enforce\\` to mend it, or remove $0" >&2
      exit 1 ;;
  esac
fi
if [ -x "$before" ]; then printf %s "$moves" | "$before" "$@"; fi
"""
_ONLY = """\
if [ "$1" != prepared ]; then
  if [ -x "$before" ]; then exec "$before" "$@"; fi
  exit 0
fi
"""
_WORDS = {"reference-transaction": ("old", "new", "ref"), "pre-push": ("from", "new", "ref", "old")}


def text_of(hook: str, hooks: Path, house: Path, patterns: Sequence[str]) -> bytes:
    """Give the text of one hook; `patterns` hold where the file of them cannot be read."""
    words = _WORDS[hook]
    text = _TEXT.format(
        mark=MARK,
        named=f"{hook}{BEFORE}",
        before=shlex.quote(str(hooks / f"{hook}{BEFORE}")),
        only=_ONLY if hook == "reference-transaction" else "",
        patterns=shlex.quote(" ".join(patterns)),
        file=shlex.quote(str(house / PATTERNS)),
        words=" ".join(words),
        again=" ".join(f"${word}" for word in words),
        command=shlex.join(command()),
        hook=hook,
        house=shlex.quote(str(house)),
        out=OUT.replace("`", "\\`"),
    )
    return text.encode()


def command() -> list[str]:
    """Give the argument list that judges, without what is judged; no path in it is looked up."""
    here = str(Path(__file__).resolve().with_name("start.py"))
    return [str(Path(sys.executable).absolute()), "-I", "-S", here]


def is_ours(content: bytes | None) -> bool:
    """Say whether a hook is one of ours."""
    return content is not None and f"# {MARK}:".encode() in content[:400]
