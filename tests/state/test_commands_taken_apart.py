"""A shell line is taken apart as a shell would, so that no quoting hides a command and no text is taken for one."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from state.policy.command import commands
from state.policy.effects import effects
from state.policy.glob import globs
from state.policy.programs import EFFECTS
from state.policy.shell import LONGEST, split

ROOT = Path(__file__).parents[2]
TOP = "/home/ana/wt"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("a b; c && d || e | f & g", [["a", "b"], ["c"], ["d"], ["e"], ["f"], ["g"]]),
        ("echo 'rm -rf /' # rm x", [["echo", "rm -rf /"]]),
        ("r\"m\" -r\\f 'a b'", [["rm", "-rf", "a b"]]),
        ("if true; then rm x; fi", [["true"], ["rm", "x"]]),
        ("f() { rm x; }; f", [["rm", "x"], ["f"]]),
        ("(cd a && rm b)", [["cd", "a"], ["rm", "b"]]),
        ("case $x in a) rm b ;; esac", [["case", "$x", "in", "a"], ["rm", "b"]]),
        ("cat <<'E' | sh\nrm x\nE\nls", [["cat"], ["sh"], ["ls"]]),
        ("a > b 2>&1 <c", [["a"]]),
        ("rm \\\n x", [["rm", "x"]]),
    ],
)
def test_a_line_is_split_as_a_shell_splits_it(line: str, words: list[list[str]]) -> None:
    assert [one.texts for one in split(line)] == words


def test_targets_bodies_and_substitutions_are_kept_apart_from_words() -> None:
    one = split("cat > a 2>> b <<E\nbody\nE")[0]
    assert ([word.text for word in one.written], one.fed) == (["a", "b"], "body")
    assert split('x "$(rm -rf /)" `ls` <(cat y)')[0].inside == ["rm -rf /", "ls", "cat y"]
    assert [word.open for word in split("$a b$c 'd$e' f")[0].words] == [True, True, False, False]


@pytest.mark.parametrize(
    ("line", "programs"),
    [
        ("sudo -u x env A=1 timeout -s KILL 5 git push", ["git"]),
        ("bash -lc 'a && b'", ["a", "b"]),
        ("A=$(git rev-parse HEAD) make", ["git", "make"]),
        ('env -S "git reset --hard"', ["git"]),
        ("/usr/bin/rm x", ["rm"]),
        ("find . -exec rm {} \\;", ["rm", "find"]),
        ("uv run --with x pytest", ["pytest"]),
        ("docker compose exec -u a db psql", ["psql"]),
        ("sh <<E\nrm x\nE", ["rm"]),
        ("bash -c \"bash -c 'bash -c ls'\"", ["ls"]),
        ("echo a", ["echo"]),
    ],
)
def test_what_only_carries_a_command_is_taken_off(line: str, programs: list[str]) -> None:
    assert [one.name for one in commands(line)] == programs


def test_a_program_that_an_expansion_names_is_opaque() -> None:
    assert effects("$TOOL -rf /") == ("opaque",)
    assert effects("ls " + "x" * LONGEST) == ("opaque",)


def test_what_lies_in_the_run_s_own_directory_is_not_outside() -> None:
    assert effects(f"rm -rf {TOP}/build", TOP) == ()
    assert effects(f"rm -rf {TOP}/../other", TOP) == effects(f"rm -rf {TOP}2", TOP) == ("fs.delete.outside",)
    assert effects(f"rm -rf {TOP}/build", None) == ("fs.delete.outside",)


_TEXTS = st.text(st.sampled_from("rm-f /$'\"`\\<>|&;(){}\n#aE~*=") | st.characters(codec="utf-8"), max_size=80)


@settings(deadline=None)
@given(_TEXTS)
def test_any_text_can_be_taken_apart(text: str) -> None:
    assert set(effects(text, TOP)) <= EFFECTS


@settings(deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12), max_size=6))
def test_quoted_words_come_back_as_they_were(words: list[str]) -> None:
    line = shlex.join(["p", *words])
    assert [one.texts for one in split(line)] == [["p", *words]]
    assert set(effects(f"echo {shlex.join(words)}", TOP)) == set()


@settings(deadline=None)
@given(
    st.sampled_from(["sudo ", "env A=1 ", "nohup ", "true && ", "( ", "time ", "A=b ", "if x; then "]),
    st.integers(1, 3),
)
def test_no_carrier_hides_an_effect(carrier: str, times: int) -> None:
    assert "git.push.force" in effects(carrier * times + "git push --force origin main")


@pytest.mark.parametrize("piece", ["$(", "((", "`", "<<E\n", "'", '"', "a|", "$'", "bash -c '", '"$(', "<("])
def test_a_line_made_to_be_slow_ends_with_bounded_work(piece: str) -> None:
    assert len(commands(piece * (LONGEST // len(piece)))) <= 500


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("*.py", "a/b/c.py", True),
        ("a/*.py", "a/b/c.py", False),
        ("**/x/**", "x/a", True),
        ("**/x/**", "a/x/b/c", True),
        ("**/x/**", "ax/b", False),
        ("a/**/b", "a/b", True),
        ("{a,b}.{c,d}", "x/b.d", True),
        ("*.PEM", "k.pem", True),
        ("**/a/**/b/**/c", "a/a/b/b/x", False),
    ],
)
def test_a_path_pattern_fits_as_people_mean_it(pattern: str, path: str, fits: bool) -> None:
    assert globs([pattern]).match(path) is fits


@settings(deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=8), st.lists(st.sampled_from(["a", "b", "**"]), max_size=5))
def test_two_stars_fit_what_a_search_of_all_ways_fits(parts: list[str], pattern: list[str]) -> None:
    def search(wanted: list[str], left: list[str]) -> bool:
        if not wanted:
            return not left
        if wanted[0] == "**":
            return any(search(wanted[1:], left[at:]) for at in range(len(left) + 1))
        return bool(left) and left[0] == wanted[0] and search(wanted[1:], left[1:])

    whole = ["x", *pattern, "y"]
    assert globs(["/".join(whole)]).match("/".join(["x", *parts, "y"])) is search(whole, ["x", *parts, "y"])


def test_the_hook_can_load_it_all_without_a_package() -> None:
    program = "import state.policy.effects, state.policy.hint, sys; print({'pydantic', 'msgspec'} & set(sys.modules))"
    asked = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {program}"]
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout == "set()\n"
