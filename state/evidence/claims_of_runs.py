"""Claims of what was run: tests that pass, suites that were run, linters and builds that are clean."""

import re
from collections.abc import Callable, Mapping

from state.evidence.ground import Ground, elsewhere, masked_status, narrowed, said
from state.evidence.history import Command
from state.evidence.sentence import WORST_FIRST, Judged, Sentence
from state.evidence.whole_tool import COMMANDS, judged_less
from state.runs.event import TestsRan

_NONE_RAN = "no test run stands in its log"
_COUNTED = re.compile(
    r"\b(\d{1,6}(?:,\d{3})*)(?:\s*/\s*(\d{1,6}))?\s+(?:\w+\s+){0,3}?(?:tests?|specs?|checks|cases|passed|passing"
    r"|pass)\b",
    re.IGNORECASE,
)
_FAILED_COUNT = re.compile(r"\b(\d{1,6}|no|zero)\s+(?:\w+\s+){0,2}?(?:fail\w*|errors?)\b", re.IGNORECASE)
_SUITES: Mapping[str, str] = {
    "end-to-end": r"e2e|end-?(?:to|2)-?end|playwright|cypress|wdio|selenium|puppeteer|webdriver",
    "integration": r"integration|\bit\b",
    "unit": r"unit|pytest|jest|vitest|go test|cargo test|rspec|phpunit|unittest",
    "smoke": r"smoke",
    "regression": r"regress",
    "acceptance": r"acceptance|behave|cucumber",
    "benchmark": r"bench",
    "load": r"\bload[-_:]?tests?\b|\btests?[:/-]load\b|\blocust\b|\bk6\b|\bartillery\b",
    "fuzz": r"fuzz|hypothesis|afl",
    "mutation": r"mutmut|mutation|stryker",
    "snapshot": r"snapshot|jest|vitest|syrupy",
    "migration": r"migrat|alembic",
}
_SAID_AS: Mapping[str, str] = {
    "end-to-end": r"e2e|end-?to-?end|playwright|cypress|selenium|browser",
    **{name: name for name in _SUITES if name not in ("end-to-end", "benchmark")},
    "benchmark": r"benchmarks?",
}
_TOOLS: Mapping[str, tuple[re.Pattern[str], re.Pattern[str]]] = {
    name: (re.compile(rf"\b(?:{spoken})\b", re.IGNORECASE), re.compile(COMMANDS[name]))
    for name, spoken in {
        "lint": r"lint(?:er|ers|ing|s)?|ruff|eslint|flake8|pylint|clippy|rubocop|biome|golangci(?:-lint)?|shellcheck"
        r"|stylelint",
        "formatting": r"format(?:ting|ter|ted)?|black|prettier|gofmt|rustfmt",
        "types": r"types? ?-?check\w*|type errors?|typing|pyright|mypy|tsc|typescript",
        "build": r"builds?|compil\w+|bundle[sd]?",
    }.items()
}
_KINDS = (
    r"lint(?:er|ers|ing|s)?|format(?:ting|ter|ted)?|types? ?-?check\w*|type errors?|typing|builds?|compil(?:es|ed|ing)"
    r"|bundle[sd]?"
)
"""The kinds of `_TOOLS` as they are spoken of, each of which is judged where it stands beside "clean"."""
_CLEAN = (
    r"(?:clean(?:ly)?|pass(?:es|ed|ing)?|green|ok(?:ay)?|succe\w+|fine|happy|error-free"
    r"|no (?:new )?(?:errors?|warnings?|issues?|problems?|findings?|complaints?)|without (?:errors?|warnings?|issues?))"
)


def _passing(told: Sentence, ground: Ground) -> Judged | None:
    """Judge "all tests pass", "212 tests pass", "the suite is green"."""
    if told.denied:
        return None
    checked = _by_checks(told, ground)
    if checked is not None:
        return checked
    runs = ground.last_runs
    if not runs:
        return Judged("unverifiable", _NONE_RAN)
    named = _named_suite(told)
    if named:
        runs = tuple(one for one in runs if re.search(_SUITES[named], one.command, re.IGNORECASE))
        if not runs:
            return Judged("unverifiable", f"no {named} run stands in its log")
    count = _count(told)
    if count is not None:
        return _by_count(told, ground, runs, count)
    if told.excepted and not _FAILED_COUNT.search(told.text):
        return Judged("unverifiable", f"it names exceptions; its last run: {said(runs[-1])}", runs[-1].origin)
    return _by_state(ground, runs, whole=not named)


def _by_state(ground: Ground, runs: tuple[TestsRan, ...], *, whole: bool) -> Judged:
    """Hold "they pass" against what the runs came to; where all tests are meant, some run must be of the `whole`."""
    failed = next((one for one in reversed(runs) if one.state == "failed" and not _overtaken(one, runs)), None)
    if failed is not None:
        return Judged("contradicted", f"{said(failed)} in its last run of `{failed.command}`", failed.origin)
    newest = runs[-1]
    if newest.state != "passed":
        return Judged("unverifiable", said(newest), newest.origin)
    if why := ground.stale(newest):
        return Judged("unverifiable", f"{said(newest)}, but {why}", newest.origin)
    good = [one for one in runs if one.state == "passed" and not ground.stale(one) and not narrowed(one.command)]
    if not good and whole:
        return Judged("unverifiable", f"only `{newest.command}` was run: {said(newest)}", newest.origin)
    best = good[-1] if good else newest
    if not best.passed and best.why != "its packages":
        return Judged("unverifiable", f"{said(best)}: whether any test ran is not told", best.origin)
    if not best.certain:
        return Judged("unverifiable", f"{said(best)}, inferred from {best.why}", best.origin)
    return Judged("verified", f"{said(best)} {ground.where}", best.origin)


def _overtaken(failed: TestsRan, runs: tuple[TestsRan, ...]) -> bool:
    """Say whether a later run of all tests, by the same runner, passed."""
    after = (one for one in runs if (one.origin.at or 0) > (failed.origin.at or 0))
    return any(
        one.state == "passed"
        and one.runner == failed.runner
        and (not narrowed(one.command) or narrowed(failed.command))
        for one in after
    )


def _by_checks(told: Sentence, ground: Ground) -> Judged | None:
    """Hold it against what Headgate itself ran on the merge tree, which is worth more than any log."""
    ended = [one for one in ground.results if one.state in ("passed", "failed", "timed_out") and one.passed is not None]
    bad = next((one for one in ended if one.state != "passed"), None)
    count = _count(told)
    if bad is not None and not told.excepted:
        return Judged("contradicted", f"check {bad.name}: {bad.failed or 0} failed, run by Headgate on this tree")
    good = next((one for one in ended if one.state == "passed" and count in (None, one.passed)), None)
    if good is not None and not told.excepted and _named_suite(told) is None:
        return Judged("verified", f"check {good.name}: {good.passed} passed, run by Headgate on this tree")
    return None


def _count(told: Sentence) -> int | None:
    found = _COUNTED.search(told.text)
    if found is None:
        return None
    first = int(found[1].replace(",", ""))
    return first if found[2] is None or int(found[2]) == first else -1


def _by_count(told: Sentence, ground: Ground, runs: tuple[TestsRan, ...], count: int) -> Judged:
    """Hold a number against the counts of the runs, and the number of failures with it."""
    failures = _FAILED_COUNT.search(told.text)
    wanted = 0 if failures is None or failures[1].lower() in ("no", "zero") else int(failures[1])
    if told.excepted and failures is None:
        return Judged("unverifiable", f"it names exceptions; its last run: {said(runs[-1])}", runs[-1].origin)
    alike = [one for one in runs if one.passed == count and (one.failed or 0) == wanted]
    fresh = next((one for one in reversed(alike) if not ground.stale(one) and one.state in ("passed", "failed")), None)
    if fresh is not None:
        return Judged("verified", f"{said(fresh)} {ground.where}", fresh.origin)
    if alike:
        return Judged("unverifiable", f"{said(alike[-1])}, but {ground.stale(alike[-1])}", alike[-1].origin)
    sums = [one for one in runs if not ground.stale(one) and one.passed is not None]
    if len(sums) > 1 and sum(one.passed or 0 for one in sums) == count and not any(one.failed for one in sums):
        return Judged("verified", f"{len(sums)} runs together: {'; '.join(map(said, sums))}", sums[-1].origin)
    counted = [one for one in runs if one.passed is not None]
    if not counted:
        return Judged("unverifiable", f"its output told no counts: {said(runs[-1])}", runs[-1].origin)
    earlier = next((one for one in reversed(ground.history.tests) if one.passed == count), None)
    if earlier is not None and (earlier.failed or 0) == wanted:
        return Judged("unverifiable", f"an earlier run says so; the last: {said(counted[-1])}", counted[-1].origin)
    return Judged("contradicted", f"{said(counted[-1])}", counted[-1].origin)


def _named_suite(told: Sentence) -> str | None:
    return next(
        (name for name, spoken in _SAID_AS.items() if re.search(rf"\b(?:{spoken})\b", told.text, re.IGNORECASE)), None
    )


def named_in(text: str) -> str:
    """Give the pattern of what in a sentence is judged by name: the one suite, and the kinds of tools but not tools."""
    suite = next((spoken for spoken in _SAID_AS.values() if re.search(rf"\b(?:{spoken})\b", text, re.IGNORECASE)), "")
    counted, failures = _COUNTED.search(text), _FAILED_COUNT.search(text)
    numbers = [rf"{counted[1]}(?:\s*/\s*{counted[1]})?"] if counted else []
    # A number of failures is held against the runs together with the number that passed.
    bad = [r"fail\w*", re.escape(failures[1])] if counted and failures else []
    return "|".join(one for one in (*numbers, *bad, suite, _KINDS) if one)


def _ran(told: Sentence, ground: Ground) -> Judged | None:
    """Judge "ran the e2e suite", "ran `npm test`"."""
    if told.denied:
        return None
    lines = [code for code in told.code if " " in code or re.fullmatch(r"[\w./-]+", code)]
    named = [(wanted, ground.holding(wanted)) for wanted in (" ".join(line.split()) for line in lines)]
    judged = [_was_run(ground, found, f"`{wanted}`", told) for wanted, found in named if found or " " in wanted]
    if judged:
        return min(judged, key=lambda one: WORST_FIRST[one.verdict])
    suite = _named_suite(told)
    if suite is not None:
        found = ground.running(re.compile(_SUITES[suite], re.IGNORECASE))
        return _was_run(ground, found, f"a command of the {suite} suite", told)
    if not re.search(r"\b(?:tests?|suite|specs?)\b", told.text, re.IGNORECASE):
        return None
    return _ran_tests(told, ground)


def _ran_tests(told: Sentence, ground: Ground) -> Judged:
    """Judge "ran the tests", "ran the full suite"."""
    runs = ground.history.tests
    if not runs:
        return _was_run(ground, [], "a test command", told)
    if re.search(r"\b(?:full|whole|entire|complete|all)\b", told.text, re.IGNORECASE):
        whole = [one for one in runs if not narrowed(one.command)]
        if not whole:
            return Judged("contradicted", f"only `{runs[-1].command}` and the like were run", runs[-1].origin)
        runs = tuple(whole)
    if why := ground.stale(runs[-1]):
        return Judged("unverifiable", f"{said(runs[-1])}, but {why}", runs[-1].origin)
    return Judged("verified", f"{said(runs[-1])}: `{runs[-1].command}`", runs[-1].origin)


def _was_run(ground: Ground, found: list[Command], what: str, told: Sentence) -> Judged:
    number = len(ground.history.commands)
    if not found:
        if not ground.history.whole:
            return Judged("unverifiable", "its log is too long to be searched whole")
        return Judged("contradicted", f"{what} does not stand among the {number} calls of its log")
    last = found[-1]
    if last.failed is None:
        return Judged("unverifiable", f"`{last.text[:120]}` was called, and its log shows no end of it", last.origin)
    good = re.search(rf"\b{_CLEAN}\b", told.text, re.IGNORECASE)
    if good and last.failed:
        return Judged("contradicted", f"`{last.text[:120]}` failed when it was run last", last.origin)
    why = "its end tells nothing of it" if masked_status(last.text) else ground.aged(last.origin.at, last.text)
    if good and not why and re.search(r"\s--(?:exit-zero|diff|fix-only)\b", last.text):
        why = "its end tells nothing of it"
    if good and why:
        return Judged("unverifiable", f"`{last.text[:120]}` was run, but {why}", last.origin)
    ended = " and failed" if last.failed else ""
    return Judged("verified", f"`{last.text[:120]}` was run{ended}", last.origin)


def _tool_clean(told: Sentence, ground: Ground) -> Judged | None:
    """Judge "lint is clean", "pyright passes", "it builds"."""
    if told.denied and not re.search(r"\b(?:no|without)\b", told.text, re.IGNORECASE):
        return None
    names = [name for name, (spoken, _) in _TOOLS.items() if spoken.search(told.text)]
    line = next(
        (code for code in told.code if " " in code and any(known[1].search(code) for known in _TOOLS.values())), ""
    )
    found = ground.holding(line) if line else []
    if found:
        return _was_run(ground, found, f"`{line}`", told)
    judged = [_tool(name, told, ground) for name in names]
    return min(judged, key=lambda one: WORST_FIRST[one.verdict], default=None)


def _tool(name: str, told: Sentence, ground: Ground) -> Judged:
    found = ground.running(_TOOLS[name][1])
    if not found:
        return Judged("unverifiable", f"no command for {name} stands among the {len(ground.history.commands)} calls")
    last = found[-1]
    shown = f"`{last.text[:120]}`"
    if last.failed:
        return Judged("contradicted", f"{shown} failed when it was run last", last.origin)
    if told.excepted:
        return Judged("unverifiable", f"it names exceptions; {shown} was run", last.origin)
    if last.failed is None:
        return Judged("unverifiable", f"{shown} was called, and its log shows no end of it", last.origin)
    if masked_status(last.text):
        return Judged("unverifiable", f"{shown} was run, but its end tells nothing of it", last.origin)
    if elsewhere(last.text, ground.top):
        return Judged("unverifiable", f"{shown} names another place or other files", last.origin)
    if why := ground.aged(last.origin.at, last.text):
        return Judged("unverifiable", f"{shown} succeeded, but {why}", last.origin)
    if narrowed(last.text):
        return Judged("unverifiable", f"only {shown} was run, which succeeded", last.origin)
    if less := judged_less(name, last.text, ground.top):
        return Judged("unverifiable", f"{shown} succeeded, which need not judge all: “{less[:80]}”", last.origin)
    return Judged("verified", f"{shown} succeeded", last.origin)


def _by_hand(told: Sentence, ground: Ground) -> Judged | None:
    return None if told.denied else Judged("unverifiable", "nothing that Headgate reads can show it")


_PASS = r"(?:pass(?:es|ed|ing)?|green|succeed(?:s|ed|ing)?)"
_CHECKED = r"(?:test|verif|check|confirm)\w*"
_SUITE = r"(?:tests?|specs?(?! (?:review|compliance))|suites?)"
_TOOL_NAMES = (
    r"(?:lint\w*|ruff|eslint|flake8|pylint|clippy|rubocop|biome|golangci\S*|shellcheck|format\w*|black|prettier"
    r"|gofmt|rustfmt"
    r"|types? ?-?check\w*|typing|pyright|mypy|tsc|typescript|builds?|compil\w+|bundles?)"
)
_NO_ERRORS = (
    r"\bno (?:new )?(?:lint\w*|type|build|compil\w+|ruff|eslint|mypy|pyright|format\w*)\s?"
    r"(?:errors?|warnings?|issues?|findings?)\b"
)
RUN_CLAIMS: tuple[tuple[re.Pattern[str], Callable[[Sentence, Ground], Judged | None]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), judge)
    for pattern, judge in (
        (rf"\b(?:manual(?:ly)?|by hand)\b.{{0,40}}\b{_CHECKED}", _by_hand),
        (rf"\b{_CHECKED}\b.{{0,40}}\b(?:manually|by hand|in the browser)\b", _by_hand),
        (r"\b\d{1,3}(?:\.\d+)?\s?%\s.{0,30}\b(?:coverage|faster|slower|less|fewer|smaller)\b", _by_hand),
        (r"\bcoverage\b.{0,30}\b\d{1,3}(?:\.\d+)?\s?%", _by_hand),
        (rf"\b{_SUITE}\b[^.]{{0,60}}?\b{_PASS}\b|\b{_PASS}\b[^.]{{0,40}}?\b{_SUITE}\b", _passing),
        (r"\b\d{1,6}(?:\s*/\s*\d{1,6})?\s+(?:passed|passing|pass)\b", _passing),
        (rf"\b{_TOOL_NAMES}\b(?:[^.]|\.(?=\S)){{0,50}}?\b{_CLEAN}\b", _tool_clean),
        (rf"\b{_PASS}\b(?:[^.]|\.(?=\S)){{0,50}}?\b{_TOOL_NAMES}\b", _tool_clean),
        (rf"{_NO_ERRORS}|\b(?:it|everything|the \w+) (?:builds|compiles)\b", _tool_clean),
        (r"\b(?:re-?)?(?:ran|executed|have run|has run|was run|were run)\b|^\W*(?:Ran|Verified with)\b", _ran),
    )
)
