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
_MANY = re.compile(r"\b(?:parametri[sz]e|each|table|subTest|given|cases?)\b")
"""What makes several tests out of one."""
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
    new = [path for path, text in lines if _TEST.search(text[:2000])]
    cut = any(diff.left_out for diff in ground.diffs)
    if not new and (lines or cut):
        return Judged("unverifiable", "lines were added to tests, and none of them begins a test")
    if not new:
        return Judged("contradicted", "the difference adds no line to any test")
    where = f"{len(new)} test{'' if len(new) == 1 else 's'} added in {_some(sorted(set(new)))}"
    count = _counted(told)
    if count is not None and count != len(new):
        many = cut or any(_MANY.search(text) for _, text in lines)
        return Judged("unverifiable" if many or count < len(new) else "contradicted", where)
    if not _names(told, " ".join(f"{path} {line}" for path, line in lines)):
        return Judged("unverifiable", f"{where}; nothing in them names what they are said to be for")
    words = r"added|wrote|written|created|new|tests?|specs?|test cases?|for|cover(?:s|ing)?"
    return Judged("verified", where, spoken="|".join((words, *_number(told, count), *_held(told, lines))))


def _number(told: Sentence, count: int | None) -> Iterator[str]:
    """Give the pattern of the number that was counted, where it stands before the tests."""
    if count is not None and (found := _NUMBER.search(told.text)):
        yield rf"{found[1]}(?=\s+(?:\w+\s+){{0,3}}?(?:tests?|specs?|cases?)\b)"


def _held(told: Sentence, lines: list[tuple[str, str]]) -> Iterator[str]:
    """Give the words behind "for", "that" or "covering" that the added lines of tests name."""
    text = " ".join(f"{path} {line}" for path, line in lines).lower()
    found = re.search(r"\b(?:for|that|cover(?:s|ing)?)\b(.*)", told.text, re.IGNORECASE)
    words = re.findall(r"\w{3,}", found[1]) if found else []
    yield from (re.escape(word) for word in words if re.search(rf"(?<![^\W_]){word.lower()}(?![^\W_])", text))


def _counted(told: Sentence) -> int | None:
    """Give how many tests a sentence speaks of; "a test" is no number."""
    found = _NUMBER.search(told.text)
    word = found[1].lower() if found else "a"
    return int(word) if word.isdigit() else _NUMBERS.get(word)


def _names(told: Sentence, lines: str) -> bool:
    """Say whether lines name anything of what tests are said to be for; where nothing is said, they do."""
    _, _, about = re.sub(r"[`*]", "", told.text).partition(" for ")
    wanted = [word.lower() for word in re.findall(r"\w{4,}", about) if word.lower() not in _PLAIN]
    text = lines.lower().replace("_", "")
    return not wanted or any(word.replace("_", "")[:12].rstrip("s") in text for word in wanted)


def _only(told: Sentence, ground: Ground) -> Judged | None:
    """Judge "only changed `a.py`"."""
    named = _paths(told)
    if not named or told.denied:
        return None
    others = [one.path for one in ground.proposal.files if not any(_is(one.path, name) for name in named)]
    if others:
        return Judged("contradicted", f"the difference changes {_some(others)} as well")
    where = f"the difference changes {_some([one.path for one in ground.proposal.files])} alone"
    if any(not any(_is(one.path, name) for one in ground.proposal.files) for name in named):
        return Judged("unverifiable", f"{where}, and not all that is named")
    words = r"only|changed|touched|modified|edited|changes|touches|modifies|edits|files?|no other files?"
    return Judged("verified", where, spoken=_spoken(words, named))


def _left_alone(told: Sentence, ground: Ground) -> Judged | None:
    """Judge "did not touch `auth.py`", "a.py is unchanged", "no tests were changed"."""
    named = _paths(told)
    files = ground.proposal.files
    plain = re.sub("|".join(map(re.escape, sorted(named, key=len, reverse=True))) or r"(?!)", " ", told.text)
    tests = re.search(r"\btests?\b", plain, re.IGNORECASE) is not None
    if not named and not tests:
        return None
    changed = [one.path for one in files if any(_is(one.path, name) for name in named)]
    of_tests = [one.path for one in files if tests and is_test(one.path) and one.status != "added"]
    if changed or (of_tests and not named):
        return Judged("contradicted", f"the difference changes {_some(changed or of_tests)}")
    if of_tests:
        return Judged("unverifiable", f"the difference changes {_some(of_tests)}")
    words = (
        r"did not|didn['’]t|have not|haven['’]t|never|without|chang(?:e|ed|ing)|touch(?:ed|ing)?"
        r"|modif(?:y|ied|ying)|edit(?:ed|ing)?|unchanged|untouched|left"
        r"|no(?= (?:existing )?tests?\b)|existing(?= tests?\b)"
    )
    return Judged("verified", "no such path stands in the difference", spoken=_spoken(f"{words}|tests?", named))


def _spoken(words: str, named: list[str]) -> str:
    """Give the pattern of what was judged: the paths that are named, then words."""
    return "|".join((*(rf"{re.escape(name)}(?![/.]\w)" for name in sorted(named, key=len, reverse=True)), words))


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
        words = r"no|new|schema|migrations?|changes?|added|made"
        return Judged("verified" if sure else "unverifiable", f"no path of the difference is {what}", spoken=words)

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
    words = "everything|all|changes|work|files|committed"
    return Judged("verified", "nothing in the worktree is uncommitted", spoken=words)


def _none_deleted(told: Sentence, ground: Ground) -> Judged | None:
    gone = [one.path for one in ground.proposal.files if one.status == "deleted"]
    if gone:
        return Judged("contradicted", f"the difference deletes {_some(gone)}")
    return Judged("verified", "the difference deletes no path", spoken="no|files?|deleted|removed")


def _no_dependencies(told: Sentence, ground: Ground) -> Judged | None:
    rule = pack().rules["dependencies"]
    paths = [one.path for one in ground.proposal.files if rule.wanted.match(one.path)]
    if paths:
        return Judged("unverifiable", f"the difference changes {_some(paths)}")
    words = r"no|new|additional|dependenc(?:y|ies)|packages?|added"
    return Judged("verified", "no manifest and no lock file is changed", spoken=words)


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


_TESTS = r"(?<![\w-])(?:tests?|specs?|test cases?)(?!-)"
CHANGE_CLAIMS: tuple[tuple[re.Pattern[str], Callable[[Sentence, Ground], Judged | None]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), judge)
    for pattern, judge in (
        (rf"\b(?:added|wrote|written|created|new)\b.{{0,60}}{_TESTS}\b", _added_tests),
        (r"\btests? (?:were |was |are )?(?:added|written)\b", _added_tests),
        (
            r"\bno (?:\w+ ){0,2}(?:schema|migrations?|database) ?(?:changes?|migrations?)?\b|\bno migrations?\b",
            _no_rule("migration", "a migration", sure=True),
        ),
        (r"\bno (?:new |additional )?(?:dependenc(?:y|ies)|packages?)\b", _no_dependencies),
        (r"\bno (?:\w+ ){0,2}(?:api|interface|breaking)\b|\bbackwards?[- ]compatible\b", _no_api),
        (r"\b(?:api|interface) (?:is |was |stays |remains )?(?:unchanged|the same)\b", _no_api),
        (r"\bno (?:\w+ )?files? (?:were |was |are )?(?:deleted|removed)\b", _none_deleted),
        (
            r"\bonly (?:changed|touched|modified|edited|changes|touches|modifies|edits)\b"
            r"|\bchanged only\b|\bno other files?\b",
            _only,
        ),
        (r"\b(?:did not|didn't|have not|haven't|never|without) (?:chang|touch|modif|edit)\w*\b", _left_alone),
        (r"\b(?:is|are|was|were|left) (?:unchanged|untouched)\b", _left_alone),
        (r"\bno tests? (?:\w+ )?(?:were |was )?(?:changed|modified|touched|edited)\b", _left_alone),
        (r"\b(?:everything|all (?:\w+ ){0,2}(?:changes|work|files))\b.{0,20}\bcommitted\b", _committed),
        (r"\bcommitted (?:everything|all)\b", _committed),
    )
)
