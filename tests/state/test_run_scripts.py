"""A script is judged by what stands in it: as strictly as the line where the line wrote it, by what is certain else."""

from pathlib import Path

import pytest

from state.policy.call import Call
from state.policy.call_effects import effects_of
from state.policy.scripts import LONGEST
from state.policy.vocabulary import ORDINARY


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "wt").mkdir()
    return tmp_path / "wt"


def asked(tree: Path, line: str, cwd: Path | None = None) -> tuple[set[str], str | None]:
    call = Call("codex", "s", "shell", "shell", "0", str(cwd or tree), str(tree), command=line)
    told, why = effects_of(call)
    return {effect.name for effect in told}, why


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("x.sh", "git push --force", "bash x.sh"),
        ("x.sh", "git push --force", "sh ./x.sh a b"),
        ("x.sh", "#!/bin/sh\ncd sub\ngit push --force", "./x.sh"),
        ("x.sh", "git push --force", "source x.sh"),
        ("x.sh", "git push --force", ". ./x.sh && ls"),
        ("x.sh", "git push --force", "bash -e x.sh"),
        ("x.sh", "git push --force", "timeout 5 bash x.sh"),
        ("x.sh", "git push --force", "bash -c 'sh x.sh'"),
        ("x.py", "import os\nos.system('git push --force')", "python x.py"),
        ("x.py", "import subprocess\nsubprocess.run(['git', 'push', '--force'])", "uv run python3 x.py --flag"),
        ("x.js", "require('child_process').execSync('git push --force')", "node x.js"),
        ("x.py", "#!/usr/bin/env python3\nimport os\nos.system('git push --force')", "./x.py"),
        ("x.mk", "all:\n\t@git push --force\n", "make -f x.mk all"),
    ],
)
def test_a_script_has_the_effects_of_its_text(tree: Path, name: str, text: str, line: str) -> None:
    (tree / name).write_text(text)
    assert "git.push.force" in asked(tree, line)[0]


def test_a_script_that_runs_a_script_is_read_too(tree: Path) -> None:
    (tree / "a.sh").write_text("bash b.sh\n")
    (tree / "b.sh").write_text("git push --force\n")
    assert "git.push.force" in asked(tree, "./a.sh")[0]


def test_a_script_that_runs_itself_is_read_once_a_level(tree: Path) -> None:
    (tree / "a.sh").write_text("bash a.sh\nls\n")
    assert asked(tree, "bash a.sh")[0] <= set(ORDINARY)


def test_a_committed_script_full_of_variables_passes(tree: Path) -> None:
    (tree / "test.sh").write_text(
        '#!/usr/bin/env bash\nset -euo pipefail\ncd "$(dirname "$0")/.."\nBUILD="$1"\nrm -rf "$BUILD/out"\n'
        'run() { "$@"; }\nrun "$PYTHON" -m pytest "$@"\nexec "$SHELL_TOOL" --x\n'
    )
    names, why = asked(tree, "./test.sh")
    assert why is None
    assert names == {"exec.project"}


def test_what_this_line_writes_is_judged_like_the_line(tree: Path) -> None:
    assert asked(tree, "echo '$X -rf /' > x.sh; bash x.sh")[1] is not None
    assert asked(tree, "cat > x.py <<'E'\nexec(input())\nE\npython x.py")[1] is not None


def test_a_shell_script_that_cannot_be_read_is_opaque(tree: Path) -> None:
    (tree / "big.sh").write_text("ls\n" * LONGEST)
    (tree / "odd.sh").write_bytes(b"ls\0\xff")
    (tree / "dir.sh").mkdir()
    for name in ("big.sh", "odd.sh", "dir.sh"):
        assert asked(tree, f"bash {name}")[1] is not None
    assert asked(tree, "bash none.sh")[1] is None


def test_a_built_program_is_the_projects_own(tree: Path) -> None:
    (tree / "bin").write_bytes(b"\x7fELF\0\0")
    assert asked(tree, "./bin") == ({"exec.project"}, None)


def test_a_script_s_own_letters_never_make_the_answer_fail(tree: Path) -> None:
    (tree / "x.sh").write_bytes(bytes(range(1, 256)) * 20)
    assert asked(tree, "bash x.sh")[0]


def test_links_are_followed_to_where_they_lead(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home" / ".claude").mkdir(parents=True)
    (tree / "notes").symlink_to(tmp_path / "home" / ".claude")
    (tree / "k").symlink_to(tmp_path / "home" / ".ssh" / "id_rsa")
    assert "self.tamper" in asked(tree, "echo x > notes/settings.json")[0]
    assert "secrets.read" in asked(tree, "cat < k")[0]
    edit = Call("codex", "s", "edit", "edit", "0", str(tree), str(tree), paths=("notes/settings.json",))
    assert {effect.name for effect in effects_of(edit)[0]} == {"self.tamper"}


def test_headgates_own_places_are_known_where_the_environment_puts_them(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADGATE_STATE_DIR", str(tmp_path / "state"))
    assert "self.tamper" in asked(tree, "touch ../state/x/spool/grants/a.json")[0]
    assert "self.tamper" in asked(tree, f"rm -rf {tmp_path}/state")[0]
    assert "self.tamper" in asked(tree, f"mv {tmp_path} /elsewhere")[0]


def test_a_directory_below_the_worktree_is_no_reason_for_outside(tree: Path) -> None:
    (tree / "sub").mkdir()
    assert asked(tree, "rm -rf ../build && touch ../a", tree / "sub")[0] == {"fs.delete", "fs.write"}
