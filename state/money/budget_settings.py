"""The user's budgets: the tables `budgets` and `windows` of config.toml, their shapes, and what looks wrong in them.

The bands and floors are the planning ranges of the essay that Headgate is built from, the split by role and the ladders
are those of research/economics.md 5.5. docs/budgets.md explains every key.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, cast, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from state.money.budget_plans import STEPS, Budgets, Ladder, Plan, Pool, Window
from state.policy.file_lines import Lines
from state.ports import Problem
from state.runs.roles import ROLES
from state.text import clean

REMEDY = "docs/budgets.md explains every key; change those lines or leave them as they are meant"
StepWord = Literal["warn", "ask", "pause_new", "pause_runs", "stop"]


def _ladder(told: dict[str, StepWord]) -> dict[str, StepWord]:
    if wrong := [key for key in told if not key.isascii() or not key.isdigit() or not 1 <= int(key) <= 10_000]:
        raise ValueError(f"{clean(wrong[0], 20)} is no share of 1 to 10000 percent")
    ordered = [told[key] for key in sorted(told, key=int)]
    if ordered != sorted(ordered, key=STEPS.index):
        raise ValueError(f"a higher share takes a milder step: {', '.join(ordered)}")
    return told


_Usd = Annotated[float, Field(ge=0.0001, le=1e9, allow_inf_nan=False)]
_At = Annotated[dict[str, StepWord], AfterValidator(_ladder)]
_Word = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$")]
_Words = Annotated[tuple[_Word, ...], Field(max_length=100, strict=False)]
_RoleName = Literal[
    "planner", "mapper", "implementer", "tester", "reviewer", "security", "release", "watcher", "librarian"
]
_RoleNames = Annotated[tuple[_RoleName, ...], Field(max_length=20, strict=False)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Monthly(_Table):
    month: _Usd | None = None
    at: _At = {}


class _OfRole(_Monthly):
    unit: _Word = ""
    per_unit: _Usd | None = None


class _OfTask(_Table):
    envelope: _Usd | None = None
    at: _At = {}


class _OfRun(_OfTask):
    hard_stop: _Usd | None = None
    senior_roles: bool = False


class _Pool(_Monthly):
    at: _At = {"80": "warn", "100": "ask"}
    roles: _RoleNames = ()
    owners: _Words = ()
    branches: _Words = ()


class _Floors(_Table):
    any_serious_use: _Usd = 100
    engineering: _Usd = 200


class WindowTable(_Table):
    """One `[[windows]]`: a stretch of high leverage that a named human approved."""

    name: _Word
    roles: _RoleNames
    since: datetime | date = Field(alias="from")
    until: datetime | date
    ceiling: _Usd
    approved_by: _Word


class BudgetsTable(_Table):
    """The table `budgets`, as it is written."""

    currency: Literal["USD"] = "USD"
    person_band: _Word = "senior_parallel"
    bands: dict[str, Annotated[tuple[_Usd, _Usd], Field(strict=False)]] = {}
    floors: _Floors = _Floors()
    envelope: _Monthly = _Monthly()
    roles: dict[_RoleName, _OfRole] = {}
    person: _Monthly = _Monthly()
    task: _OfTask = _OfTask()
    run: _OfRun = _OfRun()
    pools: dict[str, _Pool] = {}


def budgets_of(told: BudgetsTable, windows: tuple[WindowTable, ...]) -> Budgets:
    """Give what the tables set."""
    band = told.bands.get(told.person_band)
    person = _plan(told.person.month or (band[1] if band else None), told.person.at)
    return Budgets(
        currency=told.currency,
        band_name=told.person_band,
        band=None if band is None else (_usd(band[0]), _usd(band[1])),
        envelope=_plan(told.envelope.month, told.envelope.at),
        roles={name: _plan(one.month, one.at, one.unit, one.per_unit) for name, one in told.roles.items()},
        person=person,
        task=_plan(told.task.envelope, told.task.at),
        run=_of_run(told.run),
        senior_roles=told.run.senior_roles,
        pools={
            name: Pool(_plan(one.month, one.at), frozenset(one.roles), frozenset(one.owners), one.branches)
            for name, one in told.pools.items()
        },
        windows=tuple(
            Window(one.name, one.roles, moment(one.since), moment(one.until, end=True), _usd(one.ceiling),
                   one.approved_by)
            for one in windows
        ),
    )  # fmt: skip


def moment(told: datetime | date, *, end: bool = False) -> float:
    """Give a time of the settings in seconds since 1970; without a zone it is local, and a day ends with its end."""
    if isinstance(told, datetime):
        return told.timestamp()
    return datetime.combine(told + timedelta(days=1) if end else told, time()).timestamp()


def _usd(told: float) -> Decimal:
    return Decimal(str(told)).normalize() + 0


def _plan(usd: float | None, at: Mapping[str, StepWord], unit: str = "", per_unit: float | None = None) -> Plan:
    ladder: Ladder = tuple((Decimal(key), at[key]) for key in sorted(at, key=int))
    return Plan(None if usd is None else _usd(usd), ladder, unit, None if per_unit is None else _usd(per_unit))


def _of_run(told: _OfRun) -> Plan:
    """Give a run's plan; its hard stop is a rung like any other, so that a raised ceiling raises it too."""
    plan = _plan(told.envelope, told.at)
    if plan.usd is None or told.hard_stop is None:
        return plan
    share = (_usd(told.hard_stop) * 100 / plan.usd).quantize(Decimal("0.01")).normalize() + 0
    return Plan(plan.usd, (*(rung for rung in plan.ladder if rung[0] < share), (share, "stop")))


def doubts(budgets: Budgets, table: BudgetsTable, told: Mapping[str, Any], name: str, lines: Lines) -> list[Problem]:
    """Say what of a user's budgets is sound and yet hardly meant; it holds all the same. `told` is their own file."""
    if not isinstance(told.get("budgets"), dict):
        return []
    named = told["budgets"].get("roles")
    doubted = _doubted(budgets, table, cast("dict[str, Any]", named) if isinstance(named, dict) else ())
    found = [f"line {_line(lines, path)}: {text}" for path, text in doubted]
    return [Problem(f"{clean(name)} budgets", f"{clean(name)}, {'; '.join(found)}", REMEDY)] if found else []


def _doubted(budgets: Budgets, table: BudgetsTable, named: Collection[str]) -> Iterator[tuple[str, str]]:
    """Give what is hardly meant; of the roles only those that are `named`, for nobody said the shipped ones' months."""
    said = (plan.usd for role, plan in budgets.roles.items() if role in named)
    roles = sum((usd for usd in said if usd is not None), Decimal(0))
    envelope, floor = budgets.envelope.usd, _usd(table.floors.engineering)
    if envelope is not None and roles > envelope:
        yield "budgets.roles", f"the roles' months add up to ${roles:,f}, more than the envelope of ${envelope:,f}"
    if budgets.band is None:
        yield "budgets.person_band", f"`budgets.person_band` names {clean(table.person_band, 60)}, which is no band"
    elif budgets.person.usd is not None and budgets.person.usd < budgets.band[0]:
        text = f"a person's ${budgets.person.usd:,f} a month is below the band {budgets.band_name}, which begins at"
        yield "budgets.person.month", f"{text} ${budgets.band[0]:,f}"
    for key, plan in (("envelope", budgets.envelope), ("person", budgets.person)):
        least = (_usd(table.floors.any_serious_use), "any serious use")
        usd = plan.usd
        below = next((one for one in (least, (floor, "engineering")) if usd is not None and usd < one[0]), None)
        if below is not None:
            yield f"budgets.{key}.month", f"${usd:,f} a month is below the floor of ${below[0]:,f} for {below[1]}"


def _line(lines: Lines, path: str) -> int:
    above, _, key = path.rpartition(".")
    return lines.of(above, key=key)


assert set(get_args(_RoleName)) == set(ROLES)
