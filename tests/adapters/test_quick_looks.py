"""The quick looks that spare a log's reader most of its work: each says what the long look says."""

import random

from adapters.test_output import lines, shell
from state.findings.lines import masked
from state.policy import hint
from tests.tries import tries

_PIECES = (
    *("pytest", "-q", "a.py", "python", "-c", "pypy3 -m", "node", "--eval", "git", "log", "mv", "../x", "~/x", "/x"),
    *("cd", "$HOME", "`x`", "*", "?", "{a,b}", "[", "[ ", "|", "bash", "ksh", ">", "..", "cp", "/dev/null", "sh", "<("),
    *("at", "batch", "kill", "http", "https", "su", "mail", "chroot", "awk", "system(", "deno", "eval", "cmd", "/c"),
    *(
        "cmd.exe",
        "\n",
        ";",
        "&",
        "&&",
        "(",
        ")",
        "'",
        '"',
        "\\",
        "#",
        ".env?",
        ".e*",
        "$'x'",
        "exec",
        "then",
        "if",
        "!",
    ),
    *(
        "lua",
        "Rscript -e",
        "php",
        "ruby -c",
        "perl",
        "bun --print",
        "env",
        "time",
        "do",
        "{",
        "}",
        "\r",
        "\x0b",
        "\u2003",
    ),
)


def _made(seed: int) -> list[str]:
    dice = random.Random(seed)
    return [
        dice.choice((" ", " ", "", "\t")).join(dice.choices(_PIECES, k=dice.randint(1, 7)))
        for _ in range(tries(4000, 200_000))
    ]


def test_no_line_that_is_odd_is_passed_over() -> None:
    for line in _made(1):
        assert hint.is_odd(line) == (hint._ODD.search(line) is not None), line  # pyright: ignore[reportPrivateUsage]


def test_a_line_of_plain_words_is_split_as_any_other() -> None:
    for line in _made(2):
        scan = shell._Scan(line)  # pyright: ignore[reportPrivateUsage]
        scan.run()
        assert shell.split(line) == scan.script, line


def test_an_output_that_says_that_it_was_cut_is_known_by_its_words() -> None:
    told = (
        *("[12 lines truncated]", "… 40 characters omitted", "<persisted-output>", "… +12 lines", "[Output truncated"),
        *("Output too large", "[... omitted 4 of 8 ...]", "output truncated to 30000"),
    )
    for line in told:
        assert lines.sheet(f"begin\n{line}\nend").cut, line
    assert not lines.sheet("1 passed in 0.01s\n… more").cut


def test_a_secret_is_hidden_each_time_that_it_is_shown() -> None:
    command = "curl -H 'Authorization: Bearer abcdefgh12345678' http://x"
    assert "abcdefgh12345678" not in masked(command)
    assert masked(command) == masked(command)
