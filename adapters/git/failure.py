"""The ways in which git fails to answer, each as one clear sentence with what to do about it."""

from pathlib import Path
from typing import Literal

from state.problem import Problem
from state.text import clean

Reason = Literal["missing", "not_started", "timeout", "too_much", "exit", "no_repository"]

_LONGEST_QUOTE = 300


class GitFailed(Exception):
    """git could not answer: one clean sentence, what to do, and the reason in one word for those who branch on it.

    `about` is the directory or file concerned, `said` what git itself said, `status` its exit status if it ended.
    """

    def __init__(
        self, reason: Reason, about: str, text: str, remedy: str, said: str = "", status: int | None = None
    ) -> None:
        super().__init__(text)
        self.reason, self.about, self.text, self.remedy = reason, clean(about), text, remedy
        self.said, self.status = said, status

    def problem(self) -> Problem:
        """Give the failure as a value for the screen."""
        return Problem(self.about, self.text, self.remedy)


def missing(directory: str) -> GitFailed:
    """git is not installed."""
    return GitFailed("missing", directory, "git is not on PATH", "install git 2.36 or newer, or set PATH")


def too_old(directory: str) -> GitFailed:
    """git does not know what it is asked: before 2.31 `rev-parse` prints such a word back."""
    return GitFailed("missing", directory, "the git on PATH is too old", "install git 2.36 or newer, or set PATH")


def not_started(directory: str, error: OSError | ValueError) -> GitFailed:
    """The system would not start it, most often because the directory is gone."""
    if isinstance(error, FileNotFoundError) and not Path(directory).exists():
        return gone(directory)
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    text = f"git cannot be started in {clean(directory)}: {clean(why)}"
    return GitFailed("not_started", directory, text, "check that directory and its rights")


def gone(directory: str) -> GitFailed:
    """The directory itself is no more: a repository or a worktree was removed under us."""
    text = f"{clean(directory)} is gone"
    return GitFailed("not_started", directory, text, "put it back, or close this board: nothing of its runs is lost")


def timed_out(directory: str, command: str, limit: float) -> GitFailed:
    """It was ended after `limit` seconds."""
    text = f"git {clean(command)} did not answer within {limit:g} s in {clean(directory)} and was ended"
    return GitFailed("timeout", directory, text, "look there for a FIFO in place of a file, or a drive that hangs")


def odd_file(path: str) -> GitFailed:
    """It was not asked, because a FIFO or the like stands where it reads a file."""
    text = f"{clean(path)} is not a regular file, so git would wait for it for ever"
    return GitFailed("timeout", path, text, "put the real file back")


def too_much(directory: str, command: str, most: int) -> GitFailed:
    """It printed more than `most` bytes and was ended."""
    text = f"git {clean(command)} printed more than {most >> 20} MiB in {clean(directory)}"
    return GitFailed("too_much", directory, text, "let .gitignore name what is generated there")


def ended_badly(directory: str, command: str, status: int, said: bytes) -> GitFailed:
    """It ended with an error; the sentence quotes the line in which git says what is wrong."""
    words = _decisive_line(said) or f"exit status {status}"
    text = f"git {clean(command)} failed in {clean(directory)}: {words}"
    return GitFailed("exit", directory, text, "repair the repository there", words, status)


def _decisive_line(said: bytes) -> str:
    """Give the first line that is fatal, else the first."""
    lines = [line for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith("fatal: ")]
    return clean((fatal or lines or [""])[0].removeprefix("fatal: "), _LONGEST_QUOTE)
