"""When spending raises an alarm, as it is set: the tables `alarms` and `attention` of config.toml and their shapes.

The shipped windows are those of Google's SRE workbook, chapter 5, as shares of a month's budget: people work 176 of a
month's 720 hours, so that a rate by the hour would mislead (research/economics.md 5.5).
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from state.attention.limits import IDLE_CUTOFF
from state.findings.finding import Severity

_UNITS = {"m": 60.0, "h": 3600.0, "d": 86_400.0}
_SHORT = 12
"""The short window is this part of the long one where none is set."""
MOST_HOURS = 72
"""The longest window, in hours."""
_Time = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,3}[mhd]$")]
_Usd = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PairTable(_Table):
    """One of `[[alarms.pairs]]`."""

    burn_pct: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
    long: _Time
    short: _Time | None = None
    level: Literal["page", "note"] = "note"


_SHIPPED = (
    PairTable(burn_pct=2, long="1h", short="5m", level="page"),
    PairTable(burn_pct=5, long="6h", short="30m", level="page"),
    PairTable(burn_pct=10, long="24h", short="2h"),
    PairTable(burn_pct=10, long="72h", short="6h"),
)


class AlarmsTable(_Table):
    """The table `alarms`, as it is written."""

    min_usd: _Usd = 5
    pairs: Annotated[tuple[PairTable, ...], Field(strict=False, max_length=12)] = _SHIPPED
    run_minutes: Annotated[int, Field(ge=1, le=240)] = 10
    ceiling_minutes: Annotated[int, Field(ge=1, le=1440)] = 60
    fan_out: Annotated[int, Field(ge=2, le=100)] = 4


class AttentionTable(_Table):
    """The table `attention`, as it is written."""

    rate_per_hour: _Usd = 200
    idle_cutoff_s: Annotated[int, Field(ge=10, le=3600)] = IDLE_CUTOFF


@dataclass(frozen=True, slots=True)
class Pair:
    """A long and a short window in seconds, and the share of a month's budget, 0 to 1, that the long one may spend."""

    share: Decimal
    long: float
    short: float
    severity: Severity


@dataclass(frozen=True, slots=True)
class AlarmSetting:
    """When an alarm is raised. `min_usd` is what a long window must have spent at least.

    `run_seconds`, `ceiling_seconds`: how near the end of a run's envelope and of a budget's ceiling must be. `fan_out`:
    how many subagents at once count as many.
    """

    min_usd: Decimal
    pairs: tuple[Pair, ...]
    run_seconds: float
    ceiling_seconds: float
    fan_out: int


@dataclass(frozen=True, slots=True)
class AttentionSetting:
    """What an hour of a senior human's attention costs in USD, and after how many seconds without a key it ends."""

    rate_per_hour: Decimal
    idle_cutoff: float


def alarms_of(told: AlarmsTable) -> AlarmSetting:
    """Give what the table sets; a window longer than three days is cut to them."""
    pairs = tuple(_pair(one) for one in told.pairs)
    return AlarmSetting(
        _decimal(told.min_usd), pairs, told.run_minutes * 60.0, told.ceiling_minutes * 60.0, told.fan_out
    )


def attention_of(told: AttentionTable) -> AttentionSetting:
    """Give what the table sets."""
    return AttentionSetting(_decimal(told.rate_per_hour), float(told.idle_cutoff_s))


def _pair(told: PairTable) -> Pair:
    long = min(_seconds(told.long), MOST_HOURS * 3600.0)
    short = min(long, long / _SHORT if told.short is None else _seconds(told.short))
    return Pair(_decimal(told.burn_pct) / 100, long, short, "warn" if told.level == "page" else "note")


def _seconds(told: str) -> float:
    return int(told[:-1]) * _UNITS[told[-1]]


def _decimal(told: float) -> Decimal:
    return Decimal(str(told)).normalize() + 0


SHIPPED_ALARMS = alarms_of(AlarmsTable())
SHIPPED_ATTENTION = attention_of(AttentionTable())
