"""What a change does to the tests that are to guard it: taken out, renamed, skipped, weakened, configured otherwise.

Read off the difference itself, line by line; no model is asked. It says what stands there and not what was meant: a
human judges that.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from configparser import ConfigParser
from configparser import Error as ConfigError
from dataclasses import dataclass
from typing import Any, cast

from state.evidence.proposal import FileChange, FileDiff
from state.findings.pack import pack
from state.policy.glob import globs
from state.text import clean
from state.toml import toml_of

MOST = 60
"""Sentences kept."""
_SKIPS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        (
            "a skip",
            r"@(?:pytest\.mark\.|unittest\.)?skip(?:if|If|Unless)?\b|\bpytest\.(?:skip|importorskip)\(|\bskipTest\(",
        ),
        ("an expected failure", r"\bmark\.xfail\b|\bpytest\.xfail\(|@(?:unittest\.)?expectedFailure\b"),
        (
            "a skip",
            r"\b(?:it|test|describe|context|suite)\.(?:skip|todo|fixme)\b|\bx(?:it|test|describe|context|specify)\(",
        ),
        ("an only", r"\b(?:it|test|describe|context|suite)\.only\b|\bf(?:it|describe|context)\("),
        (
            "a skip",
            r"\bt\.Skip(?:f|Now)?\(|#\[ignore\b|@(?:Disabled|Ignore|DisabledIf)\b|\bmarkTestSkipped\(|\[Ignore\b",
        ),
    )
)
_SILENCED: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("`noqa`", r"#\s*noqa\b"),
        ("`type: ignore`", r"#\s*(?:type|pyright):\s*ignore\b"),
        ("`pragma: no cover`", r"#\s*pragma:\s*no\s*cover\b|/\*\s*(?:istanbul|c8|v8)\s+ignore\b"),
        ("`eslint-disable`", r"\beslint-disable\b"),
        ("`@ts-ignore`", r"@ts-(?:ignore|nocheck|expect-error)\b"),
        ("`nolint`", r"//\s*nolint\b|#\[allow\(|@SuppressWarnings\b|rubocop:disable|phpstan-ignore"),
    )
)
_ASSERTS = re.compile(r"\b(?:assert\w{0,30}|expect|should|refute|require\.\w+)\b")
_TEST_NAMED = re.compile(
    r"^\s*(?:async\s+)?def\s+(test\w{0,100})|^\s*func\s+((?:Test|Fuzz)\w{1,100})\(|\b(?:it|test|specify)\(\s*[\"'`]([^\"'`]{1,120})"
    r"|^\s*(?:public\s+)?(?:void|function|fun)\s+(test\w{1,100})\("
)
CONFIGURED = ("pyproject.toml", "setup.cfg", "tox.ini", "package.json", "Cargo.toml")
"""Files of which only a part is about tests: their content is compared before and after."""
_CONFIGURES = globs(
    (
        "conftest.py",
        "{pytest.ini,.coveragerc,noxfile.py,phpunit.xml,phpunit.xml.dist,.rspec,.mocharc*,karma.conf.*,tox.ini}",
        "{jest,vitest,playwright,cypress,wdio,ava}.config.*",
        "{jest,vitest}.setup.*",
        "nextest.toml",
    )
)
_RULES = globs(
    (
        "**/.claude/**",
        "**/.codex/**",
        "**/.gemini/**",
        "**/.cursor/**",
        "**/.opencode/**",
        "**/.agents/**",
        "**/.githooks/**",
        "**/.husky/**",
        "**/.github/{workflows,actions,hooks}/**",
        "**/.github/CODEOWNERS",
        "**/{.gitlab/ci,.circleci,.buildkite,.ci}/**",
        "{.gitlab-ci.yml,Jenkinsfile*,azure-pipelines*.yml,bitbucket-pipelines.yml,.travis.yml}",
        "{.pre-commit-config.yaml,lefthook.yml,CODEOWNERS,OWNERS}",
        "{.gitattributes,.gitmodules,.mcp.json,.cursorrules}",
        "{AGENTS,CLAUDE,GEMINI,SKILL,QWEN}.md",
        "**/.headgate/**",
        "{conftest.py,pytest.ini,setup.py,sitecustomize.py,.npmrc,pip.conf}",
        "*.pth",
    )
)
"""Files by which a change alters what holds agents, checks or installs (research/reliability.md 4a, G5)."""


@dataclass(frozen=True, slots=True)
class Configured:
    """A file of `CONFIGURED` before and after the change; None where it was not or is no more."""

    before: bytes | None
    after: bytes | None


def test_changes(
    files: Iterable[FileChange], diffs: Iterable[FileDiff], configured: Mapping[str, Configured]
) -> tuple[str, ...]:
    """Give one sentence for each thing that the change does to tests."""
    known = tuple(files)
    found = [*_of_files(known), *(one for diff in diffs for one in _of_lines(diff)), *_of_settings(configured)]
    told = list(dict.fromkeys(found))
    return (*told[:MOST], f"and {len(told) - MOST} more") if len(told) > MOST else tuple(told)


def rule_changes(files: Iterable[FileChange], configured: Mapping[str, Configured]) -> tuple[str, ...]:
    """Name the paths by which the change alters the rules of agents, checks or installs."""
    own = [one.path for one in files if _RULES.match(one.path) and one.path != ".headgate/evidence.md"]
    own += [one.path for one in files if one.nature == "submodule"]
    own += [path for path, told in configured.items() if _settings(path, told.before) != _settings(path, told.after)]
    own += [path for path, told in configured.items() if _installs(path, told.before) != _installs(path, told.after)]
    return tuple(dict.fromkeys(clean(path) for path in own))


def generated(files: Iterable[FileChange]) -> tuple[str, ...]:
    """Name the files that a tool writes: locks, bundles, snapshots; a reviewer reads them otherwise."""
    return tuple(clean(one.path) for one in files if pack().generated.match(one.path))


def is_test(path: str) -> bool:
    """Say whether a file is a test, by its path."""
    return pack().tests.match(path)


def only_documents(files: Sequence[FileChange]) -> bool:
    """Say whether no test could fail for a change, because all of it are documents."""
    return bool(files) and all(
        pack().docs.match(one.path) and one.nature == "text" and one.status in ("added", "modified", "deleted")
        for one in files
    )


def _of_files(files: Sequence[FileChange]) -> Iterator[str]:
    renamed = {one.renamed_from: one.path for one in files if one.renamed_from}
    for one in files:
        path = clean(one.path)
        if one.status == "deleted" and is_test(one.path):
            to = renamed.get(one.path)
            yield f"test renamed: {path} is {clean(to)} now" if to else f"test deleted: {path}"
        if _CONFIGURES.match(one.path):
            yield f"test configuration {'deleted' if one.status == 'deleted' else 'changed'}: {path}"


def _of_lines(diff: FileDiff) -> Iterator[str]:
    path, tested = clean(diff.change.path), is_test(diff.change.path)
    if pack().docs.match(diff.change.path):
        return
    added = [line for hunk in diff.hunks for line in hunk.lines if line.kind == "added"]
    gone = [line for hunk in diff.hunks for line in hunk.lines if line.kind == "deleted"]
    for name, pattern in (*(_SKIPS if tested else ()), *_SILENCED):
        come = [line.new for line in added if pattern.search(line.text[:2000])]
        left = sum(pattern.search(line.text[:2000]) is not None for line in gone)
        if len(come) > left:
            more = f" and {len(come) - 1} more" if len(come) > 1 else ""
            yield f"{name} added: {path}:{come[0] or 0}{more}"
    if tested and diff.change.status != "deleted":
        yield from _weaker(path, [line.text for line in gone], [line.text for line in added])


def _weaker(path: str, gone: Sequence[str], come: Sequence[str]) -> Iterator[str]:
    fewer = sum(_ASSERTS.search(line[:2000]) is not None for line in gone)
    fewer -= sum(_ASSERTS.search(line[:2000]) is not None for line in come)
    if fewer > 0:
        yield f"{fewer} assertion{'s' if fewer > 1 else ''} fewer in {path}"
    names = [name for name in map(_named, gone) if name]
    kept = {name for name in map(_named, come) if name}
    for name in names:
        if name not in kept:
            yield f"test taken out: {clean(name, 120)} in {path}"


def _named(line: str) -> str:
    found = _TEST_NAMED.search(line[:2000])
    return next((group for group in found.groups() if group), "") if found else ""


def _of_settings(configured: Mapping[str, Configured]) -> Iterator[str]:
    for path, told in configured.items():
        if _settings(path, told.before) != _settings(path, told.after):
            yield f"test configuration changed: what {clean(path)} says of tests"


def _settings(path: str, content: bytes | None) -> Any:
    """Give what a file says of tests; one that cannot be read differs from every other."""
    told = _parsed(path, content)
    name = path.rpartition("/")[2]
    if not isinstance(told, dict):
        return told
    match name:
        case "pyproject.toml":
            tools = cast("dict[str, Any]", told.get("tool") or {})
            return {key: tools[key] for key in ("pytest", "coverage", "tox", "nox") if key in tools}
        case "package.json":
            scripts = cast("dict[str, Any]", told.get("scripts") or {})
            own = {key: told[key] for key in ("jest", "vitest", "mocha", "ava", "nyc", "c8") if key in told}
            return {**own, "scripts": {key: scripts[key] for key in sorted(scripts) if "test" in key}}
        case "Cargo.toml":
            return {key: told[key] for key in ("test", "profile") if key in told}
        case _:
            return {key: told[key] for key in told if key.startswith(("tool:pytest", "pytest", "coverage", "testenv"))}


def _installs(path: str, content: bytes | None) -> Any:
    """Give what a file has run when the package is installed."""
    told = _parsed(path, content)
    if not isinstance(told, dict):
        return told
    match path.rpartition("/")[2]:
        case "package.json":
            scripts = cast("dict[str, Any]", told.get("scripts") or {})
            return {key: scripts[key] for key in sorted(scripts) if key in _AT_INSTALL}
        case "pyproject.toml":
            return told.get("build-system")
        case "Cargo.toml":
            return cast("dict[str, Any]", told.get("package") or {}).get("build")
        case _:
            return None


_AT_INSTALL = frozenset({"preinstall", "install", "postinstall", "prepare", "prepublish", "preprepare", "postprepare"})


def _parsed(path: str, content: bytes | None) -> dict[str, Any] | bytes | None:
    if content is None:
        return None
    try:
        text = content.decode()
        if path.endswith(".toml"):
            return toml_of(text)
        if path.endswith(".json"):
            told = json.loads(text)
            return cast("dict[str, Any]", told) if isinstance(told, dict) else content
        read = ConfigParser(interpolation=None, strict=False)
        read.read_string(text)
        return {name: dict(read[name]) for name in read.sections()}
    except (ValueError, ConfigError, RecursionError):
        return content
