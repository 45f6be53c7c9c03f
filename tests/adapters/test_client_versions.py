"""A client's version: what the npm package of its program says, else what the program says."""

import json
from pathlib import Path

import pytest

from adapters.agents.found import version_of


def program(folder: Path, says: str) -> Path:
    """Make a client that is reached by a link, as npm installs it, and that says its version itself."""
    script, link = folder / "pkg" / "bin" / "run", folder / "client"
    script.parent.mkdir(parents=True)
    script.write_text(f"#!/bin/sh\necho {says}\n")
    script.chmod(0o755)
    link.symlink_to(script)
    return link


def packaged(folder: Path, **words: object) -> None:
    (folder / "pkg" / "package.json").write_text(json.dumps(words))


@pytest.mark.parametrize("programs", ["bin/run", {"client": "./bin/run"}])
def test_the_package_of_a_program_tells_its_version_without_running_it(tmp_path: Path, programs: object) -> None:
    link = program(tmp_path, "9.9.9")
    packaged(tmp_path, version="1.2.3", bin=programs)
    assert version_of(str(link), {}) == ("1.2.3", None)


@pytest.mark.parametrize(
    "words",
    [{"version": "1.2.3"}, {"version": "1.2.3", "bin": "other"}, {"version": "soon", "bin": "bin/run"}, {"bin": 7}],
    ids=["a package of no programs", "another's package", "no version", "no package"],
)
def test_where_no_package_tells_it_the_program_is_asked(tmp_path: Path, words: dict[str, object]) -> None:
    link = program(tmp_path, "9.9.9")
    packaged(tmp_path, **words)
    assert version_of(str(link), {"PATH": "/usr/bin:/bin"}) == ("9.9.9", None)
