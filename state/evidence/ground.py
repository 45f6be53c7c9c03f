"""What claims are held to: the commands and test runs of a log, the difference, and the checks that Headgate ran."""

import re
from dataclasses import dataclass
from functools import cached_property

from state.checks.check import CheckResult
from state.evidence.history import Command, History
from state.evidence.proposal import FileDiff, Proposal
from state.evidence.shifting import shifts
from state.runs.event import TestsRan
from state.runs.worktree import Worktree

_PROVES = ("passed", "failed")
_NARROWED = re.compile(
    r"\s-(?:k|t|m(?!\s+(?:pytest|unittest))|run|g)[ =]|::|--(?:testPathPattern|testNamePattern|grep|filter|tests|only"
    r"|last-failed|lf|changed|onlyChanged|deselect|ignore|exclude|lib|bin|test|doc|package)\b"
    r"|\s(?:\./)?[\w./-]+\.(?:py|js|jsx|ts|tsx|mjs|rb|go|rs|java|php|exs?)\b"
    r"|\s(?:\./)?(?:tests?|spec|src|e2e|test_\w+)/[\w/-]+|\s\./[\w-]"
)
_RUNNER = re.compile(
    r"(?:^|[\s/])(?:pytest|py\.test|jest|vitest(?: run)?|mocha|ava|cargo (?:nextest run|test)|rspec|phpunit|mix test"
    r"|(?:npm|pnpm|yarn|bun)(?: run)? test)(?=\s)([^|;&\n⏎]*)"
)
_VALUED = frozenset(
    ["-n", "-p", "-r", "-W", "-j", "--tb", "--maxfail", "--timeout", "--durations", "--color", "--reporter", "--cov"]
)
"""Options of runners whose value is the next word and says nothing of which tests run."""
_WHOLE = frozenset(["--", ".", "./", "tests", "tests/", "test", "test/", "spec", "spec/", "./...", "run"])
_SET = re.compile(
    r"\bPYTEST_ADDOPTS=|\s-[kmo](?=['\"=\w])|\s-Dtest=|gradlew? (?:\S+ )*:\S"
    r"|\s(?:--sw|--stepwise|--setup-only|--pyargs|-short|-pl|-p(?! no:))(?![\w-])"
)
_OTHER_FILES = re.compile(
    r"\bgit (?:-\S+ )*(?:stash|checkout|switch|reset|worktree|bisect)\b|(?:^|[\s;&|])(?:docker|podman|ssh|kubectl)\s"
)
_PLACE = re.compile(
    r"(?:(?:^|[;&|(\n⏎]\s*)(?:cd|pushd)\s+"
    r"|\s(?:-C|--prefix|--directory|--rootdir|--cwd|--project|--manifest-path|--git-dir)[ =])([^\s;&|)]+)"
)
_READERS = frozenset(
    [
        "echo",
        "printf",
        "cat",
        "grep",
        "egrep",
        "rg",
        "sed",
        "awk",
        "ls",
        "head",
        "tail",
        "less",
        "more",
        "git",
        "find",
        "vim",
        "nano",
        "which",
        "type",
        "pip",
        "apt",
        "apt-get",
        "brew",
        "man",
        "test",
        "[",
        "cp",
        "mv",
        "rm",
        "mkdir",
        "touch",
        "ln",
        "tee",
        "wc",
        "diff",
        "tree",
        "file",
        "stat",
        "export",
        "jq",
        "curl",
        "wget",
        "true",
        "false",
        "sleep",
        "code",
        "history",
    ]
)
"""Programs whose arguments name other programs without running them."""
_WRAPPERS = frozenset(
    [
        "uv",
        "uvx",
        "npx",
        "pnpm",
        "yarn",
        "npm",
        "bun",
        "poetry",
        "pipenv",
        "hatch",
        "pdm",
        "rye",
        "bundle",
        "run",
        "exec",
        "dlx",
        "x",
        "time",
        "nice",
        "env",
    ]
)
_PART = re.compile(r"\|\||&&|[;\n⏎]|\|")
_IDLE = re.compile(r"\s(?:--help|-h|--version|--list|--collect-only|--co|--dry-run|install)(?![\w-])")
"""What makes a program tell of itself, or be set up, instead of doing its work."""
_MASKS = re.compile(r"\|\||;|⏎|(?<!\|)\|(?!\|)|(?<![&>])&(?![&>\d])")


@dataclass(frozen=True)
class Ground:
    """What is known of one change and of the run that made it. `results` are checks on this very tree."""

    history: History
    proposal: Proposal
    diffs: tuple[FileDiff, ...] = ()
    results: tuple[CheckResult, ...] = ()
    worktree: Worktree | None = None
    top: str = ""
    """The worktree's path: what is edited elsewhere concerns no test."""

    @cached_property
    def begun(self) -> tuple[tuple[Command, tuple[str, ...]], ...]:
        """Each command line with what it runs, taken apart once for all claims."""
        return tuple((one, tuple(leading(one.text))) for one in self.history.commands if one.shell)

    def running(self, pattern: re.Pattern[str]) -> list[Command]:
        """Give the command lines that run what a pattern names, and do not merely speak of it."""
        return [
            one
            for one, begins in self.begun
            if not _IDLE.search(one.text) and any(pattern.search(begin) for begin in begins if begin[:3] != "cd ")
        ]

    @cached_property
    def typed(self) -> tuple[tuple[Command, str], ...]:
        """Each command line as it was typed, its spaces made one."""
        return tuple((one, " ".join(one.text.split())) for one in self.history.commands if one.shell)

    def holding(self, line: str) -> list[Command]:
        """Give the command lines that run a line, and do not merely hold its words."""
        idle = _IDLE.search(line) is not None
        return [one for one, text in self.typed if _runs(text, line) and (idle or not _IDLE.search(text))]

    @cached_property
    def edited_at(self) -> float | None:
        """When a tool of the run wrote a file of the worktree last, by its log."""
        top = self.top.rstrip("/")
        times = [at for path, at in self.history.edits if at is not None and (not top or path.startswith(f"{top}/"))]
        return max(times, default=None)

    @cached_property
    def written_at(self) -> float | None:
        """When a changed file of the worktree was written last, by whomever."""
        files = self.worktree.files if self.worktree else None
        return max((one.written_at for one in files or () if one.written_at is not None), default=None)

    @cached_property
    def last_runs(self) -> tuple[TestsRan, ...]:
        """The last run of each test command, in the order of their ends."""
        last: dict[str, TestsRan] = {}
        for one in self.history.tests:
            key = " ".join(one.command.split())
            last.pop(key, None)
            last[key] = one
        return tuple(sorted(last.values(), key=lambda one: one.origin.at or 0.0))

    def aged(self, begun: float | None, line: str) -> str:
        """Say why a line that began then does not tell of the files as they are, "" where it does."""
        if self.proposal.uncommitted_count:
            return f"{self.proposal.uncommitted_count} files are not committed, so it saw others"
        if begun is None:
            return "its log does not tell when it began"
        if self.edited_at is not None and self.edited_at >= begun:
            return "files were edited since"
        if self.written_at is not None and self.written_at >= begun:
            return "files were written since"
        shifted = next((one for one in self.history.commands if one.shell and self._shifts(one, begun, line)), None)
        return f"`{shifted.text[:80]}` took away or put back files since" if shifted else ""

    def _shifts(self, one: Command, begun: float, line: str) -> bool:
        """Say whether a command moved files since; of the very line that began then, what stands behind its run."""
        at = one.origin.at
        if at is not None and at < begun:
            return False
        return shifts(one.text, self.top, behind=at == begun and one.text[:200] == line[:200])

    def stale(self, ran: TestsRan) -> str:
        """Say why a test run does not tell of the change as it is, "" where it does."""
        if elsewhere(ran.command, self.top):
            return "its line names another place or other files"
        return self.aged(ran.since, ran.command)

    @property
    def where(self) -> str:
        """What a fresh run saw: the tree that would be merged only where the base did not move meanwhile."""
        proposal = self.proposal
        return "on this tree" if proposal.tree == proposal.head_tree else "on the branch, before its base moved"


def said(ran: TestsRan) -> str:
    """Say what a test run came to: "pytest 212 passed 0 failed 3 skipped", or its state and why."""
    name = ran.runner or "tests"
    counts = [(ran.passed, "passed"), (ran.failed, "failed"), (ran.skipped, "skipped")]
    told = " ".join(f"{count} {word}" for count, word in counts if count is not None)
    if ran.state in _PROVES and told:
        return f"{name} {told}"
    return f"{name} {ran.state.replace('_', ' ')}: {ran.why}" if ran.why else f"{name} {ran.state.replace('_', ' ')}"


def narrowed(command: str) -> bool:
    """Say whether a command names files or filters, so that it need not be about all; its program's path is none."""
    if _SET.search(command[:4000]) or any(_named(one[1]) for one in _RUNNER.finditer(command[:4000])):
        return True
    after = (part.strip().partition(" ")[2] for part in _PART.split(command[:4000]))
    return any(_NARROWED.search(f" {rest} ") is not None for rest in after if rest)


def _named(words: str) -> bool:
    """Say whether what stands behind a runner of tests names a part of them."""
    left = list(words.split())
    while left:
        word = left.pop(0)
        if word in _VALUED:
            left = left[1:]
        elif word[0] not in "-<>&" and not word.startswith(("1>", "2>")) and word not in _WHOLE:
            return True
        elif word in (">", ">>", "2>", "<"):
            left = left[1:]
    return False


def elsewhere(command: str, top: str) -> bool:
    """Say whether a line may have run in another place than the worktree, or on other files than it holds."""
    if _OTHER_FILES.search(command[:4000]):
        return True
    places = (found[1].strip("\"'") for found in _PLACE.finditer(command[:4000]))
    inside = top.rstrip("/")
    return any(
        ".." in place.split("/")
        or place[:1] in "~$-"
        or (place[:1] == "/" and f"{place}/"[: len(inside) + 1] != f"{inside}/")
        for place in places
    )


def leading(command: str) -> list[str]:
    """Give the beginning of each simple command of a line: the words that name what it runs, without wrappers."""
    found: list[str] = []
    for part in _PART.split(command[:4000]):
        words = [word for word in part.split() if not re.fullmatch(r"\w+=\S*", word)]
        while words and (words[0] in _WRAPPERS or words[0].startswith("-")):
            if words[0] in ("npm", "yarn", "pnpm", "bun", "make", "just") and len(words) > 1 and words[1] != "exec":
                break
            words = words[1:]
        if words and words[0].rpartition("/")[2] not in _READERS:
            found.append(" ".join(words[:5]))
    return found


def _runs(text: str, line: str) -> bool:
    """Say whether one of a line's commands begins with these words, wrappers and variables before them left aside."""
    if _PART.search(line):
        return text == line or any(
            f" {sign} {line}" in text or text.startswith(f"{line} {sign}") for sign in ("&&", ";")
        )
    wanted = line.split()
    for part in _PART.split(text[:4000]):
        words = part.split()
        while words and words[: len(wanted)] != wanted and (re.match(r"\w+=", words[0]) or words[0] in _WRAPPERS):
            words = words[1:]
        if words[: len(wanted)] == wanted:
            return True
    return False


def masked_status(command: str) -> bool:
    """Say whether a line's end tells nothing of what ran in it: it ends with another command, or a pipe."""
    return _MASKS.search(command) is not None
