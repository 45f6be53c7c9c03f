"""Fixtures of the adapters' tests: a home that is nobody's, and repositories, friendly and hostile."""

import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest


def _beside(name: str) -> ModuleType:
    """Load a module that lies beside this file; there are no packages under tests."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


_hostile = _beside("hostile")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty home directory, which `HOME` names while the test runs."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return folder


@pytest.fixture
def hostile() -> ModuleType:
    """Give the builders of repositories: `git`, `two_worktrees`, `build`, `VECTORS`."""
    return _hostile


@pytest.fixture(params=_hostile.VECTORS, ids=lambda vector: vector.name)
def vector(request: pytest.FixtureRequest) -> object:
    """Give each way in which an agent can plant a program, one after the other."""
    return request.param


@pytest.fixture
def heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a `git` first on PATH that notes its process id and arguments, and give the file of notes."""
    real, notes, folder = shutil.which("git"), tmp_path / "heard", tmp_path / "bin"
    folder.mkdir()
    (folder / "git").write_text(f'#!/bin/sh\nprintf "%s\\t%s\\n" "$$" "$*" >> {notes}\nexec {real} "$@"\n')
    (folder / "git").chmod(0o755)
    notes.touch()
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return notes
