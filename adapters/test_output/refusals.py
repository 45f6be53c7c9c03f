"""What says, in an output without a summary, that the tests were never begun: no program, no build, no such target."""

import re

_REFUSALS = re.compile(
    r"(?:(?:^|: )command not found)"
    r"|(?:No module named '?(?:pytest|nose2?|unittest2|tox|coverage|django)'?\b)"
    r"|(?:^error: could not compile)"
    r"|(?:\bBUILD FAILURE\b)"
    r"|(?:^\[ERROR\] COMPILATION ERROR)"
    r"|(?:^(?:FAILURE: Build failed|Execution failed for task ':.*[cC]ompile))"
    r"|(?:^ERROR: (?:usage:|file or directory not found|not found:|no tests collected))"
    r"|(?:^ImportError while loading conftest)"
    r"|(?:^npm (?:ERR!|error) [mM]issing script)"
    r"|(?:^error: (?:Script not found|unrecognized subcommand|script .* not found|Module not found))"
    r"|(?:^make(?:\[\d+\])?: \*\*\* No rule to make target)"
    r"|(?:^ ?ERR_PNPM_NO_SCRIPT|^error Command .* not found)"
    r"|(?:: No such file or directory$)"
    r"|(?:^(?:Error: )?Cannot find module )"
    r"|(?:^FAIL\t\S+ \[(?:build|setup) failed\]$)"
    r"|(?:^\(?Mix\)? .*could not be loaded|^== Compilation error in file)"
    r"|(?:^Build FAILED\.?$|error CS\d+:)"
)


def refusal(lines: tuple[str, ...]) -> str | None:
    """Give the first line that says why no test could begin, None where none does."""
    return next((line.strip() for line in lines if _REFUSALS.search(line)), None)
