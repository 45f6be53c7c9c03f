"""Which programs run tests and which only carry another program: tables, so that a new runner is one line.

A name is matched in the position of a program alone, never elsewhere in a line. Source of the lists:
research/log-formats.md 15.1, research/economics.md 2.2.
"""

import re
from dataclasses import dataclass

SCRIPT = re.compile(r"(?:[\w-]+[:_.-])?(?:tests?|specs?|e2e|pytest|unittest)(?:[:_.-][\w:.-]*)?|test\w*")
"""Names under which projects keep their tests as a script, a target or a task: test, test:unit, unit-tests, e2e."""
TARGET = re.compile(rf"(?:{SCRIPT.pattern}|(?:[\w-]+[:_.-])?check(?:-\w+)?)")
"""The same for build tools, where `check` means the tests; as a package script it mostly means the types."""
_GRADLE = re.compile(r"[\w:.-]*(?:[tT]est\w*|[cC]heck|build)")
_MAVEN = re.compile(r"(?:test|verify|install|package|integration-test|deploy|surefire:test|failsafe:\S+)")
PATH = re.compile(r"(?:run[-_]?)?(?:unit[-_]?)?tests?(?:\.(?:sh|py|bash))?|[\w.-]+[-_]tests?(?:\.sh)?|\w+Tests?")
"""Names of programs that are run by their path and are tests themselves, as compiled ones are."""
HELP = frozenset({"--help", "--version"})


@dataclass(frozen=True, slots=True)
class Program:
    """A program that runs tests: where `verb` is None always, else if one of its arguments matches.

    `readers` name the runners whose output may come; none means that any may. `values` are its options that take a
    value, `never` the arguments with which it runs no test. `first` says that only the first argument can be the verb.
    """

    readers: tuple[str, ...] = ()
    verb: re.Pattern[str] | None = None
    first: bool = True
    values: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _verb(text: str) -> re.Pattern[str]:
    return re.compile(text)


_PYTEST = Program(
    ("pytest",), never=_words("--collect-only --co --fixtures --fixtures-per-test --markers --setup-plan -h -V")
)
_UNITTEST = Program(("unittest",), never=_words("-h"))
_MAKE = Program((), TARGET, False, _words("-C -f -j -o --directory --file"), _words("-n --dry-run --just-print -q"))
_TASK = Program((), TARGET, False, _words("-f -d --justfile --taskfile --dir"), _words("--list -l --summary --dry"))
_BUILD = Program((), _verb("test"), never=_words("--list"))
_GRADLEW = Program(("gradle",), _GRADLE, False, _words("-p -b -x --exclude-task --tests"), _words("--dry-run -m"))
_MVN = Program(("maven",), _MAVEN, False, _words("-pl -f -P -T -s --projects --file"), _words("-DskipTests"))

PROGRAMS: dict[str, Program] = {
    "pytest": _PYTEST,
    "py.test": _PYTEST,
    "unittest": _UNITTEST,
    "nose2": _UNITTEST,
    "nosetests": _UNITTEST,
    "trial": _UNITTEST,
    "manage.py": Program(("unittest", "pytest"), _verb("test")),
    "django-admin": Program(("unittest",), _verb("test")),
    "tox": Program((), never=_words("-l --listenvs -a --devenv list config")),
    "nox": Program((), never=_words("-l --list")),
    "jest": Program(("jest",), never=_words("--listTests --showConfig --init -h")),
    "react-scripts": Program(("jest",), _verb("test")),
    "vitest": Program(("vitest",), never=_words("list init -h")),
    "mocha": Program(("mocha",), never=_words("--dry-run -h")),
    "ava": Program(("ava",)),
    "playwright": Program(("playwright",), _verb("test"), never=_words("--list")),
    "cypress": Program(("mocha",), _verb("run")),
    "ng": Program((), _verb("test")),
    "go": Program(("go",), _verb("test"), never=_words("-c -list")),
    "gotestsum": Program(("go",)),
    "nextest": Program(("nextest",), _verb("run"), never=_words("--no-run")),
    "mvn": _MVN,
    "mvnw": _MVN,
    "mvnd": _MVN,
    "gradle": _GRADLEW,
    "gradlew": _GRADLEW,
    "rspec": Program(("rspec",), never=_words("--dry-run -h")),
    "rake": Program(("minitest", "rspec"), SCRIPT, False, never=_words("-T -P -n --dry-run")),
    "rails": Program(("minitest", "rspec"), _verb("test(?::.*)?|spec")),
    "phpunit": Program(("phpunit",), never=_words("--list-tests --list-groups --list-suites -h")),
    "paratest": Program(("phpunit",)),
    "pest": Program(("phpunit",)),
    "artisan": Program(("phpunit",), _verb("test")),
    "composer": Program((), SCRIPT, False, _words("-d --working-dir")),
    "dotnet": Program(("dotnet",), _verb("test"), never=_words("--list-tests -t")),
    "vstest.console": Program(("dotnet",)),
    "ctest": Program(("ctest",), never=_words("-N --show-only --print-labels")),
    "prove": Program(("prove",), never=_words("-h -V")),
    "mix": Program(("exunit",), _verb("test(?:\\..*)?|do")),
    "tap": Program(("tap",)),
    "bats": Program(("tap",), never=_words("--count -c")),
    "make": _MAKE,
    "gmake": _MAKE,
    "ninja": _MAKE,
    "meson": _BUILD,
    "just": _TASK,
    "task": _TASK,
    "mise": _TASK,
    "invoke": _TASK,
    "inv": _TASK,
    "bazel": Program((), _verb("test|coverage")),
    "swift": _BUILD,
    "zig": Program((), TARGET, False),
    "sbt": Program((), _verb("(?:.*/)?test(?:Only.*|Quick)?"), False),
    "lein": _BUILD,
    "cabal": _BUILD,
    "stack": _BUILD,
    "flutter": _BUILD,
    "dart": _BUILD,
    "terraform": _BUILD,
    "deno": Program((), _verb("test")),
    "xcodebuild": Program((), _verb("test|test-without-building"), False, _words("-scheme -project -workspace")),
    "elm-test": Program(),
    "lerna": Program((), SCRIPT, False, _words("--scope --ignore")),
    "nx": Program((), SCRIPT, False, _words("-p --projects -t --target --exclude")),
    "turbo": Program((), SCRIPT, False, _words("--filter -F --cwd")),
    "hatch": Program(("pytest",), _verb("test")),
}
"""Programs that are tests, or are when told so."""

CARGO = Program(("cargo",), _verb("test|t|llvm-cov"), never=_words("--no-run --list"))

PACKAGERS: dict[str, frozenset[str]] = {
    "npm": _words("-w --workspace --prefix -C"),
    "pnpm": _words("-F --filter -C --dir --filter-prod"),
    "yarn": _words("--cwd"),
    "bun": _words("--cwd --filter -F"),
}
"""Package managers, whose arguments are scripts or programs of the project, with their options that take a value."""

SCRIPTED = frozenset({("hatch", "run"), ("pdm", "run"), ("pixi", "run"), ("mise", "run"), ("mise", "r")})
"""Carriers whose first argument may be a script of the project as well as a program."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """A program that runs another one, named after its own words: `skip` arguments and options stand before it."""

    values: frozenset[str] = frozenset()
    skip: int = 0


CARRIERS: dict[tuple[str, ...], Carrier] = {
    ("env",): Carrier(_words("-u -C -S --unset --chdir")),
    ("timeout",): Carrier(_words("-s -k --signal --kill-after"), 1),
    ("gtimeout",): Carrier(_words("-s -k --signal --kill-after"), 1),
    ("time",): Carrier(_words("-f -o")),
    ("nohup",): Carrier(),
    ("nice",): Carrier(_words("-n")),
    ("ionice",): Carrier(_words("-c -n")),
    ("sudo",): Carrier(_words("-u -g")),
    ("command",): Carrier(),
    ("exec",): Carrier(),
    ("stdbuf",): Carrier(_words("-o -e -i")),
    ("unbuffer",): Carrier(),
    ("setsid",): Carrier(),
    ("caffeinate",): Carrier(),
    ("xvfb-run",): Carrier(_words("-s -n -e")),
    ("rtk",): Carrier(),
    ("cross-env",): Carrier(),
    ("dotenv",): Carrier(_words("-f -e")),
    ("uv", "run"): Carrier(_words("--with --python -p --extra --group --project --directory --env-file --package")),
    ("poetry", "run"): Carrier(_words("-C --directory -P")),
    ("pipenv", "run"): Carrier(),
    ("hatch", "run"): Carrier(_words("-e")),
    ("pdm", "run"): Carrier(_words("-p")),
    ("rye", "run"): Carrier(),
    ("pixi", "run"): Carrier(_words("-e --environment")),
    ("conda", "run"): Carrier(_words("-n -p --name --prefix")),
    ("mise", "run"): Carrier(),
    ("mise", "r"): Carrier(),
    ("mise", "exec"): Carrier(),
    ("mise", "x"): Carrier(),
    ("direnv", "exec"): Carrier(skip=1),
    ("uvx",): Carrier(_words("--with --python -p --from")),
    ("pipx", "run"): Carrier(_words("--spec")),
    ("npx",): Carrier(_words("-p --package")),
    ("bunx",): Carrier(),
    ("pnpx",): Carrier(),
    ("npm", "exec"): Carrier(_words("-w --workspace --prefix")),
    ("npm", "x"): Carrier(_words("-w --workspace --prefix")),
    ("pnpm", "exec"): Carrier(_words("-F --filter -C")),
    ("pnpm", "dlx"): Carrier(),
    ("yarn", "exec"): Carrier(),
    ("yarn", "dlx"): Carrier(),
    ("bun", "x"): Carrier(),
    ("bundle", "exec"): Carrier(),
    ("coverage", "run"): Carrier(_words("--source --omit --include --rcfile --data-file")),
    ("docker", "compose", "exec"): Carrier(_words("-f -p -e -u -w --file --env --user --workdir"), 1),
    ("docker", "compose", "run"): Carrier(_words("-f -p -e -u -w -v --file --env --user --volume"), 1),
    ("docker-compose", "exec"): Carrier(_words("-f -p -e -u -w"), 1),
    ("docker-compose", "run"): Carrier(_words("-f -p -e -u -w -v"), 1),
    ("docker", "exec"): Carrier(_words("-e -u -w --env --user --workdir"), 1),
    ("docker", "run"): Carrier(_words("-e -u -w -v -p --name --env --user --volume --workdir --network --mount"), 1),
    ("podman", "exec"): Carrier(_words("-e -u -w"), 1),
    ("devbox", "run"): Carrier(),
}
"""Programs that carry another one."""

SHELLS = frozenset({"bash", "sh", "zsh", "dash", "ksh", "fish", "eval", "nix-shell"})
"""Programs that carry a shell line of their own, after `-c`, `--run` or, for `eval`, at once."""
SETTING_UP = frozenset(
    {"cd", "source", ".", "export", "set", "pushd", "umask", "ulimit", "mkdir", "true", ":", "unset"}
)
"""Commands whose own failure is improbable, so that a failing line that begins with them failed in what follows."""
KEEP_ALL = frozenset({"tee", "cat", "ts", "stdbuf"})
"""What a pipe may go through without losing a line."""
