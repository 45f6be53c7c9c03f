"""What the user set, and where each value came from: `config.toml` in Headgate's configuration directory.

The shipped values stand in `settings.toml` beside this module, in the same form. What is wrong in the user's file is
left out, named with its line and what to do, and everything else of it holds: a slip must not take the lanes away.
Every key is explained in docs/settings.md.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from state.board_setting import SHIPPED_BOARD, BoardSetting
from state.board_table import BoardTable, KeyWords, board_of, lists_of
from state.findings.finding import RiskLevel
from state.keymap import judged
from state.money.alarm_settings import (
    SHIPPED_ALARMS,
    SHIPPED_ATTENTION,
    AlarmSetting,
    AlarmsTable,
    AttentionSetting,
    AttentionTable,
    alarms_of,
    attention_of,
)
from state.money.budget_plans import Budgets
from state.money.budget_settings import BudgetsTable, WindowTable, budgets_of, doubts
from state.money.lane import Lane, Mode, Route
from state.money.preferring import Choosing, Preference
from state.policy.file_lines import Lines
from state.ports import Batch, Problem
from state.text import clean
from state.toml import TOMLDecodeError, toml_of

FILE = "config.toml"
SHIPPED_FILE = Path(__file__).with_name("settings.toml")
_UNITS = {"m": 60.0, "h": 3600.0, "d": 86_400.0}
SHIPPED = "shipped with Headgate"
"""Where a value comes from that the user's file does not set."""

Terminal = Literal["auto", "tmux", "detached"]
Confine = Literal["auto", "off", "require"]
_Word = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
_Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
_Words = Annotated[tuple[_Word, ...], Field(max_length=100)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Route(_Table):
    model: _Word | None = None
    effort: _Word | None = None
    mode: Mode | None = None


class _Lane(_Table):
    models: Annotated[_Words, Field(strict=False)] = ()
    max_risk: RiskLevel = "critical"
    asks: bool = False
    agents: dict[str, _Route] = {}


class _Role(_Table):
    lane: _Word | None = None
    mode: Mode | None = None
    prompt: _Text | None = None


class _Prefer(_Table):
    lane: _Word | None = None
    envelope: Annotated[float, Field(gt=0, le=1_000_000)] | None = None


class _Start(_Table):
    worktrees: _Word | None = None
    branch: _Word = "headgate/{label}/{task}"
    terminal: Terminal = "auto"
    confine: Confine = "auto"


class _Person(_Table):
    notify: Annotated[_Words, Field(strict=False)] = ()
    deadline: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,3}[mhd]$")] = "4h"


class _Ledger(_Table):
    remote: Annotated[str, StringConstraints(max_length=200, pattern=r"^[0-9A-Za-z._/-]*$")] = ""


class _Approve(_Table):
    key: _Word | None = None
    principal: _Word | None = None


class _File(_Table):
    lanes: dict[str, _Lane] = {}
    roles: dict[str, _Role] = {}
    prefer: dict[str, _Prefer] = {}
    start: _Start = _Start()
    people: dict[str, _Person] = {}
    ledger: _Ledger = _Ledger()
    approve: _Approve = _Approve()
    budgets: BudgetsTable = BudgetsTable()
    windows: Annotated[tuple[WindowTable, ...], Field(strict=False, max_length=100)] = ()
    alarms: AlarmsTable = AlarmsTable()
    attention: AttentionTable = AttentionTable()
    board: BoardTable = BoardTable()
    keys: dict[str, KeyWords] = {}


@dataclass(frozen=True, slots=True)
class RoleSetting:
    """How a run of this role is started: in which lane and mode, None for the usual, and which prompt it is given.

    `prompt` names one of the skeletons of `state.control.prompts`, or is one: a text with `{task}` in it.
    """

    lane: str | None = None
    mode: Mode | None = None
    prompt: str | None = None


@dataclass(frozen=True, slots=True)
class StartSetting:
    """How runs are started. `worktrees` is the directory of new worktrees, None for beside the repository.

    `branch` is the name of a new branch with `{task}`, `{role}`, `{agent}`, `{label}` in it. `confine`: in a sandbox
    where there is one, never, or not at all without one.
    """

    worktrees: str | None = None
    branch: str = "headgate/{label}/{task}"
    terminal: Terminal = "auto"
    confine: Confine = "auto"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to whom a run can be escalated. `notify` is the command that tells them, without a shell.

    `deadline` is how long they may take, in seconds.
    """

    name: str
    notify: tuple[str, ...] = ()
    deadline: float = 4 * 3600.0


@dataclass(frozen=True, slots=True)
class ApproveSetting:
    """With which private key file the board signs approvals, and under which name; None: no key, the account's name."""

    key: str | None = None
    principal: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. `origins` names for each key with dots (`lanes.cheap.models`) where it was set.

    `problems` says what of the user's file does not hold.
    """

    lanes: Mapping[str, Lane] = field(default_factory=dict[str, Lane])
    roles: Mapping[str, RoleSetting] = field(default_factory=dict[str, RoleSetting])
    start: StartSetting = field(default_factory=StartSetting)
    people: Mapping[str, Person] = field(default_factory=dict[str, Person])
    origins: Mapping[str, str] = field(default_factory=dict[str, str])
    problems: tuple[Problem, ...] = ()
    witness: str = ""
    """The remote to which checkpoints of the ledger are pushed by themselves (`ledger.remote`), "" for none."""
    approve: ApproveSetting = ApproveSetting()
    prefer: Mapping[str, Preference] = field(default_factory=dict[str, Preference])
    budgets: Budgets = field(default_factory=Budgets)
    alarms: AlarmSetting = SHIPPED_ALARMS
    attention: AttentionSetting = SHIPPED_ATTENTION
    board: BoardSetting = SHIPPED_BOARD

    def choosing(self) -> Choosing:
        """Give what a start can choose from."""
        return Choosing(self.lanes, self.prefer, {name: one.lane for name, one in self.roles.items() if one.lane})

    def came_from(self, key: str) -> str:
        """Say where a value was set."""
        return self.origins.get(key, SHIPPED)


@cache
def shipped() -> Settings:
    """Give the settings of someone who set nothing."""
    return _settings(_File.model_validate(tomllib.loads(SHIPPED_FILE.read_text())), {}, ())


def read_settings(text: str | None, name: str) -> Settings:
    """Give the settings with the user's file laid over the shipped ones; `name` is its path, `text` None: no file."""
    if text is None:
        return shipped()
    usual = tomllib.loads(SHIPPED_FILE.read_text())
    try:
        told = toml_of(text)
    except TOMLDecodeError as error:
        where = f"{clean(name)}: {clean(str(error), 300)}"
        return _with(shipped(), Problem(clean(name), f"{where}; none of it is in force", "mend that line or remove it"))
    lines, wrong = Lines(text), list[str]()
    whole = _checked(told, usual, lines, wrong)
    whole = _known_lanes(whole, told, usual, lines, wrong)
    whole = _free_keys(whole, lines, wrong)
    origins = {key: f"{clean(name)}, line {line}" for key, line in _set_keys(told, lines)}
    problems = (_problem(name, wrong),) if wrong else ()
    settings = _settings(whole, origins, problems)
    doubted = doubts(settings.budgets, whole.budgets, told, name, lines)
    return replace(settings, problems=(*problems, *doubted))


def in_force(text: str | None) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Give every value that holds, as tables in tables, and all that does not hold of the user's file, one a line."""
    usual = tomllib.loads(SHIPPED_FILE.read_text())
    try:
        told = toml_of(text or "")
    except TOMLDecodeError as error:
        return _File.model_validate(usual).model_dump(by_alias=True), (f"{clean(str(error), 300)}: none of it holds",)
    lines, wrong = Lines(text or ""), list[str]()
    whole = _known_lanes(_checked(told, usual, lines, wrong), told, usual, lines, wrong)
    return whole.model_dump(by_alias=True), tuple(wrong)


def shape() -> type[BaseModel]:
    """Give the table of all tables, for what explains every key."""
    return _File


_MOST_WRONG = 50
"""Wrong keys that are named; each is found by checking the whole file once more."""


def _checked(told: dict[str, Any], usual: dict[str, Any], lines: Lines, wrong: list[str]) -> _File:
    """Take out of `told` what is wrong, one key after the other, until the rest is right."""
    while True:
        try:
            return _File.model_validate(_laid_over(usual, told))
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False)[0]
            path = _left_out(told, [str(part) for part in first["loc"]])
            said = first["msg"].removeprefix("Value error, ")
            why = _WHYS.get(first["type"]) or f"is wrong: {clean(said[:1].lower() + said[1:], 200)}"
            wrong.append(f"line {_line(lines, path)}: `{clean('.'.join(path), 120)}` {why}")
            if len(wrong) == _MOST_WRONG:
                told.clear()
                wrong.append("so much of it is wrong that the rest was not looked at: none of it holds")


_WHYS: Mapping[str, str] = {
    "extra_forbidden": "is not known here",
    "model_type": "must be a table",
    "dict_type": "must be a table",
    "string_type": "must be text, in quotes",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list of texts",
}


def _left_out(told: dict[str, Any], path: list[str]) -> list[str]:
    """Take the key at a path out, or the nearest one above it that is there; gives the path of what was taken."""
    at: Any = told
    for depth, part in enumerate(path):
        below = cast(dict[str, Any], at)[part]
        if depth == len(path) - 1 or not isinstance(below, dict) or path[depth + 1] not in below:
            del at[part]
            return path[: depth + 1]
        at = cast(Any, below)
    raise AssertionError("a setting without a name was refused")


def _known_lanes(whole: _File, told: dict[str, Any], usual: dict[str, Any], lines: Lines, wrong: list[str]) -> _File:
    """Refuse the lane of a role or a preference that does not exist; it keeps the shipped one."""
    named = [("roles", name, one.lane) for name, one in whole.roles.items()]
    named += [("prefer", name, one.lane) for name, one in whole.prefer.items()]
    lost = [(table, name) for table, name, lane in named if lane is not None and lane not in whole.lanes]
    for table, name in lost:
        lane = told[table][name].pop("lane")
        line = _line(lines, [table, name, "lane"])
        wrong.append(f"line {line}: `{table}.{clean(name, 60)}.lane` names {clean(lane, 60)}, which is no lane")
    return _File.model_validate(_laid_over(usual, told)) if lost else whole


def _free_keys(whole: _File, lines: Lines, wrong: list[str]) -> _File:
    """Refuse keys that no command can have; it keeps the shipped ones."""
    kept, refused = judged(lists_of(whole.keys))
    for name, why in refused:
        wrong.append(f"line {_line(lines, ['keys', name])}: `keys.{clean(name, 60)}` {clean(why, 200)}")
    return whole.model_copy(update={"keys": kept})


def _laid_over(usual: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    whole = dict(usual)
    for key, value in own.items():
        below = whole.get(key)
        # A ladder of steps is set whole: half of one and half of another is neither.
        both = isinstance(value, dict) and isinstance(below, dict) and key != "at"
        whole[key] = _laid_over(cast(Any, below), cast(Any, value)) if both else value
    return whole


def _set_keys(told: Mapping[str, Any], lines: Lines, above: tuple[str, ...] = ()) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for key, value in told.items():
        path = (*above, key)
        if isinstance(value, dict):
            found += _set_keys(cast(dict[str, Any], value), lines, path)
        else:
            found.append((".".join(path), _line(lines, list(path))))
    return found


def _line(lines: Lines, path: list[str]) -> int:
    return lines.of(".".join(path[:-1]), key=path[-1])


def _problem(name: str, wrong: list[str]) -> Problem:
    more = f" (and {len(wrong) - 3} more)" if len(wrong) > 3 else ""
    text = f"{clean(name)}, {'; '.join(wrong[:3])}{more}: the rest of the file is in force"
    return Problem(clean(name), text, "docs/settings.md explains every key; mend or remove those lines")


def _with(settings: Settings, problem: Problem) -> Settings:
    return replace(settings, problems=(problem,))


def _settings(whole: _File, origins: Mapping[str, str], problems: tuple[Problem, ...]) -> Settings:
    lanes = {
        name: Lane(name, one.models, one.max_risk, one.asks, {who: Route(**dict(on)) for who, on in one.agents.items()})
        for name, one in whole.lanes.items()
    }
    roles = {name: RoleSetting(**dict(one)) for name, one in whole.roles.items()}
    people = {
        name: Person(name, one.notify, int(one.deadline[:-1]) * _UNITS[one.deadline[-1]])
        for name, one in whole.people.items()
    }
    approve, start = ApproveSetting(**dict(whole.approve)), StartSetting(**dict(whole.start))
    prefer = {
        name: Preference(one.lane, None if one.envelope is None else Decimal(str(one.envelope)))
        for name, one in whole.prefer.items()
    }
    budgets = budgets_of(whole.budgets, whole.windows)
    alarms, attention = alarms_of(whole.alarms), attention_of(whole.attention)
    said = lanes, roles, start, people, origins, problems, whole.ledger.remote, approve
    return Settings(*said, prefer, budgets, alarms, attention, board_of(whole.board, whole.keys))


class Settled:
    """Notices that other settings hold than before, and says what is wrong with them."""

    def __init__(self) -> None:
        self._before = shipped()

    def news(self, now: Settings) -> Batch | None:
        """Give what is to be said where other settings hold now; None where they are the same."""
        before, self._before = self._before, now
        if now is before:
            return None
        still = {one.about for one in now.problems}
        return Batch(
            problems=now.problems, solved=tuple(one.about for one in before.problems if one.about not in still)
        )


SettingsNow = Callable[[], Settings]
"""Gives the settings as the file is now; cheap enough to be asked at each batch."""
