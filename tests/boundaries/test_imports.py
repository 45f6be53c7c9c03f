"""The one dependency rule, read from the code: adapters report, state decides, the tui shows."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("tui", "state", "adapters")
INTRODUCERS = {
    "tui/__main__.py",
    "tui/wiring.py",
    "tui/wiring_after.py",
    "tui/wiring_audit.py",
    "tui/wiring_board.py",
    "tui/wiring_budget.py",
    "tui/wiring_checks.py",
    "tui/wiring_config.py",
    "tui/wiring_conflicts.py",
    "tui/wiring_control.py",
    "tui/wiring_demo.py",
    "tui/wiring_doctor.py",
    "tui/wiring_evidence.py",
    "tui/wiring_gates.py",
    "tui/wiring_install.py",
    "tui/wiring_merge.py",
    "tui/wiring_policy.py",
    "tui/wiring_moneys.py",
    "tui/wiring_open.py",
    "tui/wiring_reading.py",
    "tui/wiring_report.py",
    "tui/wiring_review.py",
    "tui/wiring_verify.py",
}
HEADLESS = {"tui.__main__", "tui.wiring"}
ONLY_TUI = {"textual", "rich"}
ONLY_ADAPTERS = {"git", "watchfiles", "subprocess", "psutil", "libtmux", "msgspec", "genai_prices"}
STATE_OUTSIDE = {"pydantic"}
STORE_OUTSIDE = {"pydantic", "aiosqlite", "sqlite3"}
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "manager", "handler", "base", "core", "common", "service", "misc"}


def modules() -> list[Path]:
    return sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


@cache
def imported(path: Path) -> tuple[str, ...]:
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide which room is meant"
            yield node.module or ""


def forbidden(path: Path, name: str) -> bool:
    """Say whether the module at `path` may not import `name`."""
    room, top = path.relative_to(ROOT).parts[0], name.split(".")[0]
    place = path.relative_to(ROOT).as_posix()
    if top in ONLY_TUI:
        return room != "tui"
    if top in ONLY_ADAPTERS:
        return room != "adapters"
    if room == "state":
        allowed = STORE_OUTSIDE if place.startswith("state/store/") else STATE_OUTSIDE
        return not (top == "state" or top in allowed or (top in sys.stdlib_module_names and top != "sqlite3"))
    if room == "adapters":
        return top == "tui"
    return top == "adapters" and place not in INTRODUCERS


def test_a_module_imports_only_along_the_arrows() -> None:
    named = [(path.relative_to(ROOT).as_posix(), name) for path in modules() for name in imported(path)]
    assert [(place, name) for place, name in named if forbidden(ROOT / place, name)] == []


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("state/runs/fold.py", "adapters.tail"),
        ("state/runs/fold.py", "sqlite3"),
        ("state/runs/fold.py", "textual.app"),
        ("adapters/tail.py", "tui.app"),
        ("adapters/tail.py", "textual"),
        ("tui/app.py", "adapters.tail"),
        ("tui/app.py", "subprocess"),
        ("state/store/writer.py", "subprocess"),
    ],
)
def test_the_rule_refuses_what_it_should(place: str, name: str) -> None:
    assert forbidden(ROOT / place, name)


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


@cache
def loaded_in_turn() -> dict[str, set[str]]:
    """Load each module in one process, those without a screen first; give what stood there when each was loaded."""
    paths = [path for path in modules() if path.name != "__init__.py"]
    names = sorted(map(dotted, paths), key=lambda name: (name.startswith("tui.") and name not in HEADLESS, name))
    program = (
        "import importlib, json, sys\n"
        "told = {}\n"
        f"for name in {names!r}:\n"
        "    importlib.import_module(name)\n"
        "    told[name] = [one for one in ('textual', 'genai_prices', 'httpx2') if one in sys.modules]\n"
        "print(json.dumps(told))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {name: set(found) for name, found in json.loads(done.stdout).items()}


def test_no_headless_module_loads_textual() -> None:
    headless = {name: found for name, found in loaded_in_turn().items() if name in HEADLESS or name[:4] != "tui."}
    assert len(headless) > 300 and [name for name, found in headless.items() if "textual" in found] == []


def test_no_module_loads_the_price_catalogue_before_it_is_asked() -> None:
    assert [name for name, found in loaded_in_turn().items() if found & {"genai_prices", "httpx2"}] == []


def test_the_price_catalogue_answers_without_a_client_of_the_network() -> None:
    program = (
        "import sys\n"
        "from adapters.price_catalogue import Catalogue\n"
        "assert Catalogue().found('claude-opus-4-5', None) is not None\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules} & {'httpx', 'httpx2', 'httpcore', 'ssl'}))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [], "what could reach out was loaded"


def test_only_one_module_knows_the_price_catalogue() -> None:
    knowing = {path.relative_to(ROOT).as_posix() for path in modules() if "genai_prices" in " ".join(imported(path))}
    assert knowing == {"adapters/price_catalogue.py"}


def test_version_and_help_load_nothing_heavy() -> None:
    for flag in ("--version", "--help"):
        program = (
            "import sys\n"
            f"sys.argv = ['headgate', {flag!r}]\n"
            "from tui.__main__ import main\n"
            "try:\n    main()\nexcept SystemExit:\n    pass\n"
            "heavy = {'textual', 'pydantic', 'git', 'watchfiles', 'sqlite3', 'msgspec'} & set(sys.modules)\n"
            "assert not heavy, heavy\n"
        )
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_a_file_stays_small_and_its_name_says_something() -> None:
    lines = {path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines()) for path in modules()}
    assert {place: long for place, long in lines.items() if long > (250 if place == "tui/app.py" else 400)} == {}
    assert {place for place in lines if Path(place).stem in EMPTY_NAMES} == set()


def test_only_one_module_spawns_git() -> None:
    spawners = {
        path.relative_to(ROOT).as_posix()
        for path in modules()
        if "subprocess" in {name.split(".")[0] for name in imported(path)} or "create_subprocess" in path.read_text()
    }
    assert spawners <= {
        "adapters/git/door.py",
        "adapters/launch.py",
        "adapters/checks/running.py",
        "adapters/clipboard.py",
        "adapters/confine/choice.py",
        "adapters/agents/found.py",
        "adapters/demo_gate.py",
        "adapters/demo_stand_in.py",
        "adapters/hook_canary.py",
        "adapters/install/codex_trust.py",
        "adapters/messages/detached.py",
        "adapters/messages/pane.py",
        "adapters/notify.py",
        "adapters/programs.py",
        "adapters/signing.py",
    }


def test_tests_have_no_packages() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []
