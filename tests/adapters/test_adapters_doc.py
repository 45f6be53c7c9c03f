"""docs/adapters.md is true: its steps are followed here with its own examples."""

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel

from adapters.agents.agent import Agent
from adapters.agents.generic import described_agents
from adapters.agents.generic_file import Description
from adapters.agents.known import AGENTS
from adapters.source import LogSource
from state.runs.event import Event
from state.runs.run import Run, Usage, run_key
from state.runs.status import status
from tests.adapters.gemini_lines import folded
from tests.adapters.plain_agent import within

DOC = (Path(__file__).parents[2] / "docs" / "adapters.md").read_text()
EXAMPLES = dict(re.findall(r"<!-- test: (\S+) -->\n```\w+\n(.*?)```", DOC, re.DOTALL))


def configured(folder: Path, *names: str) -> dict[str, str]:
    """Put descriptions of the document where it says, and give the environment of a user with that home."""
    agents = folder / "config" / "agents"
    agents.mkdir(parents=True)
    for name in names:
        (agents / name).write_text(EXAMPLES[name])
    return {"HOME": str(folder), "HEADGATE_CONFIG_DIR": str(folder / "config")}


async def events_of(agents: tuple[Agent, ...], environment: dict[str, str]) -> list[Event]:
    source = LogSource(agents, environment, within, everything=True)
    return [event async for batch in source.catch_up() for event in batch.events]


async def run_of(folder: Path, name: str, log: str) -> Run:
    environment = configured(folder, f"{name}.toml")
    (agent,) = described_agents(environment, [one.name for one in AGENTS])
    path = folder / f".{name}" / log
    path.parent.mkdir(parents=True)
    path.write_text(EXAMPLES[f"{name}.jsonl"])
    return folded(await events_of((agent,), environment))


async def test_a_described_log_becomes_a_run(tmp_path: Path) -> None:
    run = await run_of(tmp_path, "otter", "sessions/monday/x.jsonl")
    assert (run.key, run.agent, run.session, run.version) == (run_key("otter", "s-17"), "otter", "s-17", "1.4.0")
    assert (run.cwd, run.title, run.model, run.edited) == (
        "/w/app",
        "make the test pass",
        "gpt-5.1",
        ("/w/app/src/app.py",),
    )
    assert run.usage == Usage(fresh_input=400, cache_read=3500, output=90, reasoning=15, requests=3)
    assert run.tests is not None and (run.tests.state, run.tests.runner, run.tests.fresh) == ("failed", "pytest", False)
    assert (run.context_used, run.not_understood, run.calls) == (1400, 0, ())
    assert (status(run, 1777626016.0 + 5).state, run.turn.certain) == ("idle", True)


async def test_headgates_own_dialect_needs_no_mapping(tmp_path: Path) -> None:
    run = await run_of(tmp_path, "plain", "x.jsonl")
    assert (run.session, run.cwd, run.title, run.version) == ("s-1", "/w/app", "make the test pass", "0.1")
    assert run.usage == Usage(fresh_input=100, cache_read=1000, output=20, reasoning=5, requests=1)
    assert run.tests is not None and (run.tests.state, run.tests.passed) == ("passed", 3)
    assert (run.turn.end, run.turn.certain, run.not_understood) == ("done", True, 0)


async def test_an_adapter_copied_from_the_document_works(tmp_path: Path) -> None:
    module: Any = ModuleType("heron")
    sys.modules["heron"] = module
    exec(compile(EXAMPLES["heron.py"], "heron.py", "exec"), module.__dict__)
    log = tmp_path / ".heron" / "s-1.log"
    log.parent.mkdir()
    log.write_text("1777626001 cwd /w/app\n1777626002 prompt fix it\n1777626003 end fixed\n1777626004 hm x\n")
    run = folded(await events_of((module.Heron(),), {"HOME": str(tmp_path)}))
    assert (run.cwd, run.title, run.turn.text, run.not_understood) == ("/w/app", "fix it", "fixed", 1)


def keys_of(table: type[BaseModel], before: str = "") -> set[str]:
    """Every key that a description may have; a table's own keys in its place."""
    found: set[str] = set()
    for name, field in table.model_fields.items():
        inner: Any = field.annotation
        inside = isinstance(inner, type) and issubclass(inner, BaseModel)
        found |= keys_of(inner, f"{name}.") if inside else {before + name}
    return found


def test_every_key_is_documented_and_every_documented_key_is_one() -> None:
    assert set(re.findall(r"^\| `([\w.]+)` \|", DOC, re.MULTILINE)) == keys_of(Description)


def test_the_files_that_it_names_are_there() -> None:
    root = Path(__file__).parents[2]
    named = set(re.findall(r"`((?:adapters|state|tests)/[\w/.]+)`", DOC)) - {"adapters/agents/heron.py"}
    assert len(named) > 4 and [name for name in named if not (root / name).exists()] == []


WRONG = [
    ("name = 3", "line 1: `name`: input should be a valid string"),
    ('name = "Otter"', "line 1: `name` must be small letters"),
    ('name = "otter"\nroot = "x', "line 2 is no TOML"),
    ('name = "o"\nroot = "here"\nlogs = "*"', "line 2: `root`: write it as an absolute path"),
    *((f'name = "o"\nroot = "{top}"\nlogs = "*"', "line 2: `root`: name the directory in") for top in ("/", "/proc/1")),
    ('name = "o"\nroot = "/x"\nlogs = "**/a"', "line 3: `logs`: write patterns below the root"),
    ('name = "o"\nroot = "/x"\nlogs = "*"\n\n[fields]\nsesion = "x"', "line 6: `sesion` is no key here; remove it"),
    ('name = "o"\nroot = "/x"', "line 1: `logs` is missing; add it"),
    (
        'name = "o"\nroot = "/x"\nlogs = "*"\n[tokens]\ncache_read = "c"',
        "line 4: `tokens`: `cache_read` is given, so say `input_includes_cache = true` or `false`",
    ),
    ('name = "codex"\nroot = "/x"\nlogs = "*"', "the name codex is another agent's"),
    ('name = "\udcff"', "line 1 is no UTF-8"),
]


@pytest.mark.parametrize(("text", "why"), WRONG)
async def test_a_wrong_description_is_one_sentence_with_file_line_and_remedy(
    text: str, why: str, tmp_path: Path
) -> None:
    environment = configured(tmp_path, "plain.toml")
    file = tmp_path / "config" / "agents" / "wrong.toml"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    agents = described_agents(environment, [one.name for one in AGENTS])
    assert [one.name for one in agents] == ["plain", "wrong.toml"]
    source = LogSource(agents, environment, within, everything=True)
    (problem,) = [problem async for batch in source.catch_up() for problem in batch.problems]
    assert problem.text.startswith(f"{file} cannot be read: ") and why in problem.text and problem.remedy
    assert len(problem.text.splitlines()) == 1


def test_without_a_configuration_directory_nothing_is_described() -> None:
    assert described_agents({}, []) == ()
    assert described_agents({"HOME": "/nonexistent"}, []) == ()
