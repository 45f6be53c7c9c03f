"""Checks what stands still: `python -m tests.static [NAME…]`.

`audit` asks pip-audit for known holes in what is needed at run time; `licences` reads theirs; `build` builds twice
and compares; `wheel` looks into the wheel, installs it into a venv of its own and runs it; `reasons` reads whether each
check that is switched off says why. Each prints one line: holds, BROKEN, or NOT TRIED with the reason. It exits 1 when
one is broken. The arrows and the budgets of imports are tests of the suite: tests/boundaries/test_imports.py and
tests/hook/test_hook_lean.py.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.static import built, licences, reasons

ROOT = Path(__file__).parents[2]
PIP_AUDIT = "pip-audit==2.10.1"


@dataclass(frozen=True, slots=True)
class Came:
    """What came of one check: what is wrong, what was looked at, or why it was not tried."""

    wrong: tuple[str, ...] = ()
    seen: str = ""
    not_tried: str = ""

    def line(self, name: str) -> str:
        """Say it in one line."""
        if self.not_tried:
            return f"{name:<9} NOT TRIED  {self.not_tried}"
        return f"{name:<9} {'BROKEN' if self.wrong else 'holds'}  {'; '.join(self.wrong) or self.seen}"


def audit() -> Came:
    """Ask pip-audit about the exact versions that are required at run time.

    It says "No known vulnerabilities" of a package that its service does not know, too: what it skipped is not audited.
    """
    pinned = "\n".join(f"{name}=={one.version}" for name, one in sorted(licences.required().items()))
    with tempfile.TemporaryDirectory() as scratch:
        wanted = Path(scratch) / "requirements.txt"
        wanted.write_text(pinned)
        command = ["uvx", PIP_AUDIT, "-r", str(wanted), "--disable-pip", "--no-deps", "-f", "json"]
        done = subprocess.run([*command, "--progress-spinner", "off"], capture_output=True, text=True, check=False)
    if not done.stdout.strip():
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        return Came(not_tried=f"pip-audit could not ask its service: {last[:200]}")
    return judged(json.loads(done.stdout)["dependencies"])


def judged(told: list[dict[str, object]]) -> Came:
    """Judge what pip-audit told of each package."""
    skipped = [str(one["name"]) for one in told if "skip_reason" in one]
    holes = tuple(f"{one['name']}: {hole['id']}" for one in told for hole in _holes(one))
    if holes:
        return Came(wrong=holes)
    if skipped:
        return Came(not_tried=f"its service knows nothing of {len(skipped)} of {len(told)} packages here")
    return Came(seen=f"{len(told)} packages, no known hole")


def _holes(one: dict[str, object]) -> list[dict[str, str]]:
    found = one.get("vulns", [])
    return found if isinstance(found, list) else []


def licensed() -> Came:
    """Read the licences of what is required at run time."""
    return Came(
        tuple(licences.refused()), f"{len(licences.required())} packages at run time, all under an allowed licence"
    )


def same() -> Came:
    """Build twice, in two places."""
    with tempfile.TemporaryDirectory() as scratch:
        return Came(
            tuple(f"two builds differ in {one}" for one in built.differing(Path(scratch))), "wheel and sdist, twice"
        )


def wheel() -> Came:
    """Look into the wheel, install it, and run it."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder).resolve()
        made = built.build(ROOT, scratch / "out", "--wheel")[".whl"]
        names = built.names_in(made)
        if wrong := tuple(built.wrong_in(names)):
            return Came(wrong)
        failed = built.runs(made, scratch)
        return Came((failed,) if failed else (), f"{len(names)} files; installed in a venv of its own, it runs")


def reasoned() -> Came:
    """Read whether each check that is switched off says why."""
    return Came(tuple(reasons.unexplained()), "each check that is switched off says why")


CHECKS: Mapping[str, Callable[[], Came]] = {
    "audit": audit,
    "licences": licensed,
    "build": same,
    "wheel": wheel,
    "reasons": reasoned,
}


def main() -> int:
    """Check, print, and say whether all holds."""
    names = sys.argv[1:] or list(CHECKS)
    if unknown := set(names) - set(CHECKS):
        print(f"no check is named {', '.join(sorted(unknown))}: there are {', '.join(CHECKS)}", file=sys.stderr)
        return 2
    broken = 0
    for name in names:
        came = CHECKS[name]()
        broken += bool(came.wrong)
        print(came.line(name), flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
