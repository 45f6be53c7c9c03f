"""The stand-ins for slow modules: the same results as the real ones, and nothing slow on the way of a plain call."""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hook.hook_world import HookWorld

ROOT = Path(__file__).parents[2]
LEAN = ROOT / "adapters" / "hook" / "lean"
SLOW = {"enum", "re", "typing", "dataclasses", "inspect", "functools", "collections", "os", "tomllib", "pathlib"}
JUDGED = """
import json, sys
from state.policy.call import Call
from state.policy.compiled import from_document
from state.policy.judge import judge
policy = from_document(json.loads(open(sys.argv[1]).read()))
for line in sys.stdin.read().splitlines():
    call = Call("claude-code", "s", "Bash", "shell", "0" * 64, "/w", "/w", command=json.loads(line))
    print(judge(call, policy, None, None, branch="refs/heads/x"))
"""
LINES = [
    *("ls", "rm -rf /", "git push --force origin main", "cat .env", "find . -delete", "echo $(rm -rf x)", "sudo rm x"),
    *(
        "curl x | sh",
        "python -c 'import os'",
        "git commit -m 'rm -rf'",
        "psql -c 'DROP TABLE x'",
        "kubectl delete ns x",
    ),
    *("cat <<E > .claude/settings.json\n{}\nE", "$T -rf /", "npm publish", "git reset --hard HEAD~3", "chmod -R 777 /"),
]


def lean(program: str, *words: str, told: str = "") -> str:
    """Run a program as the hook runs: isolated, and with the stand-ins first."""
    return subprocess.run(leanly(program, *words), input=told, capture_output=True, text=True, check=True).stdout


def leanly(program: str, *words: str) -> list[str]:
    head = f"import sys; sys.path.insert(0, {str(LEAN)!r}); sys.path.append({str(ROOT)!r})\n"
    return [sys.executable, "-I", "-S", "-c", head + program, *words]


def test_a_judge_with_stand_ins_says_what_the_real_one_says() -> None:
    told = "\n".join(map(json.dumps, LINES))
    policy = str(ROOT / "state/policy/default.json")
    real = subprocess.run(
        [sys.executable, "-c", JUDGED, policy], input=told, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert real.count("Verdict(") == len(LINES) and "deny" in real and "allow" in real
    for _ in range(2):  # the second time with the patterns that the first one kept
        assert lean(f"{JUDGED}\nimport re; re.keep()", policy, told=told) == real


def test_a_plain_call_imports_nothing_slow(house: HookWorld) -> None:
    seen = lean(
        "import adapters.hook.gate, adapters.hook.dialects.claude\n"
        "print(*[n for n, m in sys.modules.items() if '/lean/' not in str(getattr(m, '__file__', '/lean/'))])"
    )
    assert SLOW.isdisjoint(seen.split())


VALUES = """
import json
for line in sys.stdin:
    try:
        print(json.dumps(json.loads(json.loads(line)), sort_keys=True, separators=(",", ":")), flush=True)
    except (ValueError, RecursionError):
        print("refused", flush=True)
"""


@pytest.fixture(scope="module")
def reading() -> Iterator["subprocess.Popen[str]"]:
    """Give one process that answers each line of `VALUES`, because to start one for each takes longer than to ask."""
    pipe = subprocess.PIPE
    with subprocess.Popen(leanly(VALUES), stdin=pipe, stdout=pipe, text=True, bufsize=1) as process:
        yield process


@given(st.lists(st.one_of(st.text(), st.recursive(st.none() | st.floats() | st.text() | st.integers(), st.lists))))
def test_json_is_read_and_written_as_by_the_real_one(reading: "subprocess.Popen[str]", values: list[Any]) -> None:
    assert reading.stdin is not None and reading.stdout is not None
    texts = [one if isinstance(one, str) else json.dumps(one) for one in values]
    expected: list[str] = []
    for text in texts:
        try:
            expected.append(json.dumps(json.loads(text), sort_keys=True, separators=(",", ":")))
        except ValueError:
            expected.append("refused")
    for text, wanted in zip(texts, expected, strict=True):
        reading.stdin.write(f"{json.dumps(text)}\n")
        assert reading.stdout.readline() == f"{wanted}\n", text


CLASSES = """
from dataclasses import FrozenInstanceError, dataclass, field, replace
@dataclass(frozen=True, slots=True)
class A:
    x: int
    y: str = "y"
    z: list = field(default_factory=list)
a = A(1, z=[2])
print(a, a == A(1, "y", [2]), a != A(2), replace(a, x=3), A(1).z is not A(1).z, A.__slots__)
@dataclass(frozen=True)
class B(A):
    w: int = 4
print(B(1), hash(B(1, z=())) == hash(B(1, z=())), B(1, z=()) == A(1, z=()))
for attempt in ("a.x = 3", "A()", "A(1, 2, 3, 4)", "A(1, x=2)", "A(1, q=2)", "del a.x"):
    try:
        exec(attempt)
        print("did", attempt)
    except (TypeError, AttributeError) as failure:
        print(attempt, type(failure).__mro__[-4 if isinstance(failure, AttributeError) else -4].__name__)
match a:
    case A(1, y):
        print(y)
"""


def test_dataclasses_behave_as_the_real_ones() -> None:
    real = subprocess.run([sys.executable, "-c", CLASSES], capture_output=True, text=True, check=True).stdout
    assert lean(CLASSES) == real


PATTERNS = [r"(?P<a>\w+)-(\d+)", r"^\s*#", r"[^\x00-\x7f]", r"(?i:abc)|d{2,3}?", r"\bgit\b(?!-)", r"a(?=b)"]


@pytest.mark.parametrize("learn", [False, True])
@pytest.mark.parametrize("flags", [0, re.IGNORECASE, re.MULTILINE | re.DOTALL, re.ASCII])
def test_patterns_match_as_the_real_ones(flags: int, learn: bool, tmp_path: Path) -> None:
    text = "ab-12 ABC ddd # x\n # y é git git-x"
    program = (
        "import json, re\n"
        f"re.KEPT = {str(tmp_path / 'kept')!r}; re._kept = re._read()\n"
        f"for p in {PATTERNS!r}:\n"
        f"    c = re.compile(p, {int(flags)})\n"
        f"    spans = [m.span() for m in c.finditer({text!r})]\n"
        f"    print([spans, c.groups, dict(c.groupindex), re.escape(p), c.sub('<x>', {text!r})])\n"
        f"    print(repr(c.sub(r'\\g<0>!', {text!r})) if {learn} else 'enum' in sys.modules)\n"
        "re.keep()\n"
    )
    made = [re.compile(pattern, flags) for pattern in PATTERNS]
    expected = [
        str([[m.span() for m in one.finditer(text)], one.groups, dict(one.groupindex), re.escape(one.pattern)])[:-1]
        + f", {one.sub('<x>', text)!r}]"
        for one in made
    ]
    said = [lean(program).splitlines() for _ in range(2)]
    assert [one[::2] for one in said] == [expected, expected]
    assert set(said[1][1::2]) == ({"False"} if not learn else {repr(one.sub(r"\g<0>!", text)) for one in made})


def test_digests_are_the_real_ones() -> None:
    program = (
        "import hashlib; print(hashlib.sha256(b'x').hexdigest(), hashlib.blake2s(b'x', digest_size=4).hexdigest())"
    )
    real = f"{hashlib.sha256(b'x').hexdigest()} {hashlib.blake2s(b'x', digest_size=4).hexdigest()}"
    assert lean(program).strip() == real


def test_what_a_stand_in_does_not_have_is_the_real_modules() -> None:
    program = "import dataclasses, typing, json, functools, collections, signal, re, hashlib\n"
    names = "dataclasses.fields typing.NamedTuple json.JSONEncoder functools.wraps collections.OrderedDict"
    program += (
        f"print({names.replace(' ', ', ')}, signal.Signals.SIGTERM, re.RegexFlag.I, hashlib.md5(b'').digest_size)"
    )
    assert "OrderedDict" in lean(program)
