"""The command line says what is wrong in one sentence, and stops where another package owns one of our names."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tui.__main__ import BARE
from tui.arguments import parser
from tui.name_clash import name_clash

ROOT = Path(__file__).parents[2]


def test_a_repository_may_stand_before_or_after_the_verb() -> None:
    assert parser().parse_args(["--repo", "a", "status"]).repo == "a"
    assert parser().parse_args(["status", "--repo", "b", "--json"]).repo == "b"
    assert parser().parse_args(["status"]).repo is None


def test_the_board_without_a_word_is_what_the_parser_would_make_of_it() -> None:
    assert vars(parser().parse_args([])) == BARE


@pytest.mark.parametrize(
    "words", [["dance"], ["show"], ["usage", "--by", "moon"], ["demo", "--speed", "0"], ["--rep", "x"]]
)
def test_bad_usage_is_one_sentence_and_exit_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(words)
    said = capsys.readouterr()
    assert ended.value.code == 2
    assert (said.out, said.err.count("\n")) == ("", 1)


def test_our_own_installation_clashes_with_nothing() -> None:
    assert name_clash() is None


def test_another_package_that_installs_adapters_is_named(tmp_path: Path) -> None:
    info = tmp_path / "rival-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: rival\nVersion: 1.0\n")
    (info / "RECORD").write_text("adapters/__init__.py,,\n")
    program = (
        f"import sys; sys.path.append({str(tmp_path)!r}); from tui.name_clash import name_clash; print(name_clash())"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "rival also installs the package `adapters`" in done.stdout
    assert "pipx" in done.stdout


def test_the_wheel_holds_the_three_rooms_and_their_data(tmp_path: Path) -> None:
    built = subprocess.run(
        ["uv", "build", "--wheel", "--out-dir", str(tmp_path), "--offline", str(ROOT)],
        capture_output=True,
        text=True,
        check=False,
    )
    if built.returncode != 0:
        pytest.skip(f"the wheel cannot be built offline here: {built.stderr.strip()[-200:]}")
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"tui", "state", "adapters"}
    assert "state/store/schema.sql" in names
