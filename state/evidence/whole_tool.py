"""Whether a command line holds all files to a linter, a formatter, a checker of types or a build, by its very words."""

import re
from collections.abc import Mapping

_SCRIPT = (
    r"^(?:(?:npm|pnpm|yarn|bun)(?: run)? "
    r"|(?:make|just|task|turbo|cargo|mix|dotnet|next|go|vite|\S*gradlew?) (?:run )?)?"
)
_PROGRAM = r"^(?:python3? -m )?(?:\S*/)?"
_END = r"(?=\s|$)"
COMMANDS: Mapping[str, str] = {
    "lint": rf"{_SCRIPT}lint{_END}|^cargo clippy{_END}|^pre-commit run{_END}|^go vet{_END}"
    rf"|{_PROGRAM}(?:ruff(?! format)(?: check)?|eslint|flake8|pylint|rubocop|stylelint|shellcheck"
    rf"|golangci-lint(?: run)?|biome(?: check| lint| ci)){_END}",
    "formatting": rf"{_SCRIPT}(?:format|fmt)(?:[:-]check)?{_END}"
    rf"|{_PROGRAM}(?:ruff format|black|prettier|gofmt|rustfmt|biome(?: check| ci| format)){_END}",
    "types": rf"{_SCRIPT}(?:type-?check|types|check[:-]types){_END}"
    rf"|{_PROGRAM}(?:pyright|basedpyright|mypy|tsc|vue-tsc|pyre(?: check)?|ty check){_END}",
    "build": rf"{_SCRIPT}(?:build|compile|package|assemble){_END}|^python3? -m build{_END}"
    rf"|^cargo check{_END}|^go vet{_END}"
    rf"|^make(?: -[jks]\d*)*(?: (?:all|build){_END}|$)|{_PROGRAM}(?:webpack|tsc|rollup|esbuild|ninja){_END}",
}
"""How each kind of tool begins, its wrappers left aside."""
_HARMLESS = re.compile(
    r"\.|\./|\./\.\.\.|--(?:check|fix|write|no-cache|color|no-color|quiet|verbose|silent|strict|pretty|no-?emit|all-files"
    r"|all-targets|all-features|workspace|release|show-error-codes)|--(?:color|output-format|format)=\w+"
    r"|-[qjsa]|-j\d+|--|-D|warnings|2>&1|&?>{1,2}/dev/null|2>/dev/null",
    re.IGNORECASE,
)
"""What a tool may be told without judging less, or with another end."""
_PART = re.compile(r"\|\||&&|[;\n⏎|]")
_WRAPPER = re.compile(
    r"^(?:(?:uvx?|npx|bunx|poetry|pipenv|hatch|pdm|rye|bundle|pnpm exec|yarn exec|dlx|exec|run|time)\s+)+"
)
_SET = re.compile(r"^(?:(?:CI|NODE_ENV|FORCE_COLOR|NO_COLOR|TERM|PYTHONPATH)=\S*\s+)+")
_TELLS_NOTHING = re.compile(
    r"^(?:\S*/)?(?:gofmt|rustfmt|shellcheck)\b|^(?:\S*/)?prettier\b(?!.*--(?:check|write)\b)"
    r"|^(?:\S*/)?eslint\b(?!.*\s\.)|^(?:\S*/)?(?:ruff|biome|golangci-lint|black)$"
    r"|^pre-commit\b(?!.*\s(?:--all-files|-a)(?:\s|$))"
)
"""Those that end well whatever they find, or see only what they are given."""


def judged_less(name: str, line: str, top: str) -> str:
    """Give the word by which a line may have judged less than all, or nothing; "" where it judged all."""
    less = ""
    for part in (one.strip() for one in _PART.split(line[:4000])):
        if part.startswith("cd ") and part[3:].strip().strip("\"'").rstrip("/") not in (top.rstrip("/"), "."):
            return part
        less = _less(name, part) or less if _kind(name, part) else less
        if _kind(name, part) and not _less(name, part):
            return ""
    return less or line


def _bare(part: str) -> str:
    return _WRAPPER.sub("", _SET.sub("", " ".join(part.split())))


def _kind(name: str, part: str) -> bool:
    return re.search(COMMANDS[name], _bare(part)) is not None


def _less(name: str, part: str) -> str:
    told = _bare(part)
    found = re.search(COMMANDS[name], told)
    if found is None or _TELLS_NOTHING.search(told):
        return told
    return next((word for word in told[found.end() :].split() if not _HARMLESS.fullmatch(word)), "")
