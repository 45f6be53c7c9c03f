"""What `uv build` makes: the same bytes at each build, and nothing in the wheel that a user does not need."""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
STAMP = "1767225600"
"""SOURCE_DATE_EPOCH of the builds that are compared; hatchling writes it into both archives."""
SUFFIXES = frozenset({".py", ".tcss", ".toml", ".sql", ".json", ".md", ".js", ".ts"})
ROOMS = ("tui/", "state/", "adapters/")
MUST = ("tui/themes.py", "state/store/schema.sql", "adapters/hook/start.py", "tui/__main__.py")


def build(source: Path, out: Path, *kinds: str) -> dict[str, Path]:
    """Build wheel and sdist, or one of them; gives the files by their suffix. Raises `CalledProcessError`."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": STAMP}
    command = ["uv", "build", "-q", "--no-create-gitignore", *kinds, "--out-dir", str(out), str(source)]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return {path.suffix: path for path in out.iterdir()}


def copied(folder: Path) -> Path:
    """Copy what is built from into a place of another name, as a second builder would have it."""
    left_out = shutil.ignore_patterns(".*", "__pycache__", "dist")
    return Path(shutil.copytree(ROOT, folder, ignore=left_out))


def differing(scratch: Path) -> list[str]:
    """Build twice, in two places and from two copies, and name what differs."""
    digests = list[dict[str, str]]()
    for name in ("one", "another-place"):
        made = build(copied(scratch / name), scratch / f"{name}-out")
        digests.append({suffix: hashlib.sha256(path.read_bytes()).hexdigest() for suffix, path in made.items()})
    return [suffix for suffix in digests[0] if digests[0][suffix] != digests[1].get(suffix)]


def wrong_in(names: list[str]) -> Iterator[str]:
    """Name what stands in a wheel and should not, and what should and does not."""
    for name in names:
        inside = name.startswith(ROOMS) and Path(name).suffix in SUFFIXES
        if not inside and ".dist-info/" not in name:
            yield f"{name} is in the wheel"
        if "test" in name.split("/")[0] or "fixture" in name:
            yield f"{name} is for tests"
    yield from (f"{name} is not in the wheel" for name in sorted({*MUST, *kept()} - {*names}))


def kept() -> Iterator[str]:
    """Name every file of the three rooms that the program reads or runs."""
    for room in ROOMS:
        for folder, folders, files in os.walk(ROOT / room):
            folders[:] = [name for name in folders if name != "__pycache__"]
            yield from (f"{folder}/{name}".removeprefix(f"{ROOT}/") for name in files)


def names_in(wheel: Path) -> list[str]:
    """Give the names of what stands in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def runs(wheel: Path, scratch: Path) -> str:
    """Install a wheel into a venv of its own and run a verb of it; gives what is wrong, or nothing."""
    venv = scratch / "venv"
    steps = [
        ["uv", "venv", "-q", "--python", sys.executable, str(venv)],
        ["uv", "pip", "install", "-q", "--python", str(venv / "bin/python"), str(wheel)],
        [str(venv / "bin/headgate"), "demo", "--help"],
    ]
    home = {"HOME": str(scratch), "PATH": os.environ["PATH"], "UV_CACHE_DIR": _cache()}
    kept_on = {name: value for name, value in os.environ.items() if name.startswith(("UV_", "PIP_", "SSL_", "HTTP"))}
    for step in steps:
        done = subprocess.run(step, cwd=scratch, env={**kept_on, **home}, capture_output=True, text=True, check=False)
        if done.returncode:
            return f"{' '.join(step)}: {done.stderr.strip()[-300:]}"
    return "" if "--speed" in done.stdout else f"{steps[-1]} does not tell of --speed"


def _cache() -> str:
    return subprocess.run(["uv", "cache", "dir"], capture_output=True, text=True, check=True).stdout.strip()
