"""Claims of what was changed and what was not: tests that were added, files left alone, interfaces and schemas."""

import re
from collections.abc import Callable, Iterator

from state.evidence.ground import Ground
from state.evidence.sentence import Judged, Sentence
from state.evidence.test_changes import is_test
from state.findings.pack import pack

_TEST = re.compile(
    r"^\s*(?:async\s+)?def\s+test\w*|^\s*func\s+(?:Test|Fuzz)\w+\(|\b(?:it|test|specify)(?:\.each\S*)?\(\s*[\"'`]|#\[(?:tokio::)?test\]|@Test\b"
    r"|^\s*(?:public\s+)?(?:void|function|fun)\s+test\w+\("
)
_NUMBER = re.compile(
    r"\b(\d{1,4}|one|two|three|four|five|six|seven|eight|nine|ten|a|an)\s+(?:\w+\s+){0,3}?(?:tests?|specs?|cases?)\b",
    re.I,
)
_NUMBERS = {
    word: count
    for count, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    )
}
_PLAIN = frozenset(
    [
        "tests",
        "test",
        "specs",
        "spec",
        "unit",
        "integration",
        "regression",
        "cases",
        "coverage",
        "added",
        "wrote",
        "with",
        "that",
        "this",
        "them",
        "the",
        "for",
        "and",
        "new",
        "also",
        "both",
        "each",
        "from",
        "into",
        "more",
    ]
)
_PATH = re.compile(r"[\w./@-]*\w\.\w{1,8}|[\w.@-]+/[\w./@-]*")


def _added_tests(told: Sentence, ground: Ground) -> Judged | None:
    """Judge "added tests for the parser", "added 3 tests"."""
    if told.denied:
        return None
    lines = [(path, text) for path, text in _added(ground) if is_test(path)]
    new = [(path, text) for path, text in lines if _TEST.search(text[:2000])]
    cut = any(diff.left_out for diff in ground.diffs)
    if not new:
        if lines or cut:
            return Judged("unverifiable", "lines were added to tests, and none of them begins a test")
        return Judged("contradicted", "the difference adds no line to any test")
    files = sorted({path for path, _ in new})
    where = f"{len(new)} tests added in {', '.join(files[:3])}" + (
        f" and {len(files) - 3} more" if len(files) > 3 else ""
    )
    found = _NUMBER.search(told.text)
    if found and found[1].lower() not in ("a", "an"):
        count = _NUMBERS.get(found[1].lower()) or (int(found[1]) if found[1].isdigit() else 0)
        if count != len(new):
            return Judged("unverifiable" if cut or count < len(new) else "contradicted", where)
    _, _, about = re.sub(r"[`*]", "", told.text).partition(" for ")
    wanted = [word.lower() for word in re.findall(r"\w{4,}", about) if word.lower() not in _PLAIN]
    text = " ".join(f"{path} {line}" for path, line in lines).lower().replace("_", "")
    if wanted and not any(word.replace("_", "")[:12].rstrip("s") in text for word in wanted):
        return Judged("unverifiable", f"{where}; nothing in them names what they are said to be for")
    return Judged("verified", where)


def _only(told: Sentence, ground: Ground) -> Judged | None:
    """Judge "only changed `a.py`"."""
    named = _paths(told)
    if not named or told.denied:
        return None
    others = [one.path for one in ground.proposal.files if not any(_is(one.path, name) for name in named)]
    if others:
        return Judged("contradicted", f"the difference changes {_some(others)} as well")
    return Judged("verified", f"the difference changes {_some([one.path for one in ground.proposal.files])} alone")


def _left_alone(told: Sentence, ground: Ground) -> Judged | None:
    """Judge "did not touch `auth.py`", "a.py is unchanged", "no tests were changed"."""
    named = _paths(told)
    files = ground.proposal.files
    if named:
        changed = [one.path for one in files if any(_is(one.path, name) for name in named)]
    elif re.search(r"\btests?\b", told.text, re.IGNORECASE):
        changed = [one.path for one in files if is_test(one.path) and one.status != "added"]
    else:
        return None
    if changed:
        return Judged("contradicted", f"the difference changes {_some(changed)}")
    return Judged("verified", "no such path stands in the difference")


def _no_rule(rule: str, what: str, *, sure: bool) -> Callable[[Sentence, Ground], Judged | None]:
    """Judge that nothing of a kind was changed, by a rule of risk; where not `sure`, no path proves nothing."""

    def judge(told: Sentence, ground: Ground) -> Judged | None:
        known = pack().rules[rule]
        paths = [
            one.path
            for one in ground.proposal.files
            if known.wanted.match(one.path) and not known.spared.match(one.path)
        ]
        if paths:
            return Judged("contradicted" if sure else "unverifiable", f"the difference changes {_some(paths)}")
        return Judged("verified" if sure else "unverifiable", f"no path of the difference is {what}")

    return judge


def _no_api(told: Sentence, ground: Ground) -> Judged | None:
    rule = pack().rules["public-interface"]
    paths = [one.path for one in ground.proposal.files if rule.wanted.match(one.path)]
    if paths:
        return Judged("contradicted", f"the difference changes {_some(paths)}")
    return Judged("unverifiable", "no interface file is changed; what code promises to others no path tells")


def _committed(told: Sentence, ground: Ground) -> Judged | None:
    count = ground.proposal.uncommitted_count
    if told.denied:
        return None
    if count:
        return Judged("contradicted", f"{_some(ground.proposal.uncommitted)} is not committed")
    return Judged("verified", "nothing in the worktree is uncommitted")


def _none_deleted(told: Sentence, ground: Ground) -> Judged | None:
    gone = [one.path for one in ground.proposal.files if one.status == "deleted"]
    if gone:
        return Judged("contradicted", f"the difference deletes {_some(gone)}")
    return Judged("verified", "the difference deletes no path")


def _no_dependencies(told: Sentence, ground: Ground) -> Judged | None:
    rule = pack().rules["dependencies"]
    paths = [one.path for one in ground.proposal.files if rule.wanted.match(one.path)]
    if paths:
        return Judged("unverifiable", f"the difference changes {_some(paths)}")
    return Judged("verified", "no manifest and no lock file is changed")


def _added(ground: Ground) -> Iterator[tuple[str, str]]:
    for diff in ground.diffs:
        for hunk in diff.hunks:
            yield from ((diff.change.path, line.text) for line in hunk.lines if line.kind == "added")


def _paths(told: Sentence) -> list[str]:
    named = [code for code in told.code if _PATH.fullmatch(code)]
    return named or _PATH.findall(re.sub(r"`[^`]*`", " ", told.text))


def _is(path: str, name: str) -> bool:
    name = name.removeprefix("./").rstrip("/.")
    return path == name or path.endswith(f"/{name}") or path.startswith(f"{name}/") or f"/{name}/" in path


def _some(paths: list[str] | tuple[str, ...]) -> str:
    more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    return ", ".join(paths[:3]) + more


CHANGE_CLAIMS: tuple[tuple[re.Pattern[str], Callable[[Sentence, Ground], Judged | None]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), judge)
    for pattern, judge in (
        (r"\b(?:added|wrote|written|created|new)\b.{0,60}\b(?:tests?|specs?|test cases?)\b|\btests? (?:were |was |are )?(?:added|written)\b", _added_tests),
        (r"\bno (?:\w+ ){0,2}(?:schema|migrations?|database) ?(?:changes?|migrations?)?\b|\bno migrations?\b", _no_rule("migration", "a migration", sure=True)),
        (r"\bno (?:new |additional )?(?:dependenc(?:y|ies)|packages?)\b", _no_dependencies),
        (r"\bno (?:\w+ ){0,2}(?:api|interface|breaking)\b|\b(?:api|interface) (?:is |was |stays |remains )?(?:unchanged|the same)\b|\bbackwards?[- ]compatible\b", _no_api),
        (r"\bno (?:\w+ )?files? (?:were |was |are )?(?:deleted|removed)\b", _none_deleted),
        (r"\bonly (?:changed|touched|modified|edited|changes|touches|modifies|edits)\b|\bchanged only\b", _only),
        (r"\b(?:did not|didn't|have not|haven't|never|without) (?:chang|touch|modif|edit)\w*\b|\b(?:is|are|was|were|left) (?:unchanged|untouched)\b|\bno tests? (?:\w+ )?(?:were |was )?(?:changed|modified|touched|edited)\b|\bno other files?\b", _left_alone),
        (r"\b(?:everything|all (?:\w+ ){0,2}(?:changes|work|files))\b.{0,20}\bcommitted\b|\bcommitted (?:everything|all)\b", _committed),
    )
)  # fmt: skip
