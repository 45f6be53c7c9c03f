"""What the first line of the screen says, part by part, and which parts stand there in how many cells.

Each part has forms, the longest first, and a rank: the line is filled with the shortest forms by rank, then each is
lengthened by rank. What is not known says so. The words of the first need are foreign, so they stand behind everything
that is ours, where nothing in them can be taken for a count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from state.findings.finding import SEVERITIES
from tui.burning import Burning, burn_of
from tui.marks import RISKS, STATES
from tui.spans import Span, Spans, cut, fit, spans, width_of
from tui.wording import branch_name, needs
from tui.wording_control import fleet_frozen
from tui.wording_glance import (
    BURN_UNKNOWN,
    LEFT_UNKNOWN,
    conflicts_said,
    hooks_brief,
    hooks_said,
    stale_said,
)
from tui.wording_money import hourly_said, left_said, tightest
from tui.wording_spending import alarm_said

if TYPE_CHECKING:
    from state.board import Snapshot
    from state.runs.card import Card, State
    from tui.moneys import Purse
    from tui.needs import Need

ORDER: tuple[State, ...] = ("waiting", "blocked", "unknown", "working", "idle", "held", "stopped", "done")
_FEW: frozenset[State] = frozenset({"waiting", "blocked", "working"})
_ENDED: frozenset[State] = frozenset({"stopped", "done"})
GAP = 2
"""Blank cells between two parts."""
FIRST_LEAST, FIRST_WISH = 24, 44
"""Cells that the words of the first need want at the least, and those that they wish."""
_GREATEST = 3
"""Up to this rank a part for which there is no room leaves none to those behind it."""
_BEHIND_WORDS = 7
"""From this rank on a part comes when the words of the first need have what they wish."""
_QUIET = 20
"""Added to the rank of a part that has nothing to tell."""


Chosen = dict[int, int]
"""Which form of which part stands there, both by their numbers."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part in its forms, the longest first. The lower its rank, the sooner it stands there."""

    rank: int
    forms: tuple[Spans, ...]
    least: int = 0
    """Cells with which it can do although its only form is wider: it is cut then. 0: it is never cut."""
    wish: int = 0
    """Cells that it gets, as far as it fills them, before parts of lower ranks."""
    right: bool = False

    @property
    def smallest(self) -> int:
        """The room that it cannot do without."""
        shortest = width_of(self.forms[-1])
        return min(self.least, shortest) if self.least else shortest

    @property
    def growth(self) -> int:
        """The room that it wants beside that."""
        return max(min(self.wish, width_of(self.forms[-1])) - self.smallest, 0)


def parts(
    cards: Collection[Card], board: Snapshot, found: Sequence[Need], purse: Purse | None, now: float
) -> tuple[Part, ...]:
    """Give the parts in the order in which they stand."""
    live = [card for card in cards if card.state not in _ENDED]
    made = (
        _frozen(board),
        _needing(found, board),
        _states(cards),
        _alarm(board),
        *_money(cards, purse, now),
        _conflicts(live),
        _stale(live),
        _hooks(live),
        _first(found),
        _place(board),
    )
    return tuple(part for part in made if part is not None)


def fitted(parts: Sequence[Part], width: int) -> Spans:
    """Choose the parts and forms that `width` cells hold: each at its shortest by rank, then longer.

    What has nothing to tell comes last, when all else has what it wants.
    """
    ranked = sorted(range(len(parts)), key=lambda number: parts[number].rank)
    great = [number for number in ranked if parts[number].rank < _BEHIND_WORDS]
    telling = [number for number in ranked if parts[number].rank < _QUIET]
    chosen, room = _chosen(parts, great, {}, width)
    room = max(room - sum(parts[number].growth for number in chosen), 0)
    chosen, room = _chosen(parts, telling[len(great) :], chosen, room)
    chosen, room = _lengthened(parts, telling, chosen, room, steps=1)
    quiet = ranked[len(telling) :]
    chosen, room = _chosen(parts, quiet, chosen, room)
    chosen, room = _lengthened(parts, ranked, chosen, room, steps=2)
    return _laid([(parts[number], chosen[number]) for number in sorted(chosen)], width)


def _chosen(parts: Sequence[Part], ranked: Sequence[int], held: Chosen, room: int) -> tuple[Chosen, int]:
    """Add the parts that fit at their shortest; one of the greatest that does not leaves no room to those behind it."""
    chosen = dict(held)
    for number in ranked:
        part = parts[number]
        needed = part.smallest + (GAP if chosen else 0)
        if needed <= room or not chosen:
            chosen[number], room = len(part.forms) - 1, room - needed
        elif part.rank <= _GREATEST:
            return chosen, 0
    return chosen, room


def _lengthened(
    parts: Sequence[Part], ranked: Sequence[int], held: Chosen, room: int, steps: int
) -> tuple[Chosen, int]:
    """Give the parts that are there a longer form where it fits, by so many `steps` from the shortest at the most."""
    chosen = dict(held)
    for number in ranked:
        forms = parts[number].forms
        if number in chosen and not parts[number].least:
            now = chosen[number]
            longer = range(max(len(forms) - 1 - steps, 0), now + 1)
            chosen[number] = next(one for one in longer if width_of(forms[one]) - width_of(forms[now]) <= room)
            room -= width_of(forms[chosen[number]]) - width_of(forms[now])
    return chosen, room


def _laid(chosen: Sequence[tuple[Part, int]], width: int) -> Spans:
    """Put them beside each other; one that may be cut takes what room is left, and one at the right ends the line."""
    right = next((part.forms[form] for part, form in chosen if part.right), ())
    left = [(part, form) for part, form in chosen if not part.right]
    whole = sum(width_of(part.forms[form]) for part, form in left if not part.least) + GAP * max(len(left) - 1, 0)
    room = width - whole - (width_of(right) + GAP if right else 0)
    line: list[Span] = []
    for part, form in left:
        line += [Span(" " * GAP)] if line else []
        line += cut(part.forms[form], max(room, 0)) if part.least else part.forms[form]
    if not right:
        return cut(tuple(line), width)
    return (*fit(tuple(line), width - width_of(right)), *right)


def _frozen(board: Snapshot) -> Part | None:
    return Part(0, (spans((f" {fleet_frozen(board.frozen)} ", "badge")),)) if board.frozen else None


def _needing(found: Sequence[Need], board: Snapshot) -> Part:
    said = f" {needs(len(found), reading=board.indexing is not None)} "
    if not found:
        return Part(1, (spans((said, "dim")),))
    return Part(1, (spans((said, "badge"), (" w", "key")), spans((said, "badge"))))


def _first(found: Sequence[Need]) -> Part | None:
    if not found:
        return None
    asked = found[0].request
    mark = RISKS[asked.severity] if asked else None
    word = f" {asked.severity}" if asked and asked.severity in ("high", "critical") else ""
    grave = spans((f"{mark.glyph}{word} ", mark.role)) if mark else ()
    return Part(2, ((*grave, *spans((found[0].text, "strong"))),), least=FIRST_LEAST, wish=FIRST_WISH)


def _states(cards: Collection[Card]) -> Part | None:
    """Give the runs by state; a state that no run is in is left out."""
    count = Counter(card.state for card in cards)
    there: list[State] = [state for state in ORDER if count[state]]
    if not there:
        return None
    whole = _joined(_counted(state, count[state], " ", STATES[state].word) for state in there)
    brief = _joined(_counted(state, count[state]) for state in there)
    few = _joined(_counted(state, count[state]) for state in there if state in _FEW)
    return Part(3, (whole, brief, few) if few else (whole, brief))


def _counted(state: State, count: int, gap: str = "", word: str = "") -> Spans:
    mark = STATES[state]
    return spans((f"{mark.glyph}{gap}{count}", mark.role), (f"{gap}{word}{gap}", "dim"))


def _joined(counts: Iterable[Spans]) -> Spans:
    return tuple(piece for one in counts for piece in (Span(" "), *one))[1:]


def _alarm(board: Snapshot) -> Part | None:
    """Give the gravest alarm on spending in a few words."""
    found = [one for one in board.problems if one.about.startswith("alarm ")]
    gravest = next((one for grave in reversed(SEVERITIES) for one in found if one.about.split()[1] == grave), None)
    if gravest is None:
        return None
    role = "warn" if gravest.about.split()[1] != "note" else "dim"
    return Part(4, (spans((alarm_said(gravest.text), role)),))


def _money(cards: Iterable[Card], purse: Purse | None, now: float) -> tuple[Part | None, Part | None]:
    """Give what burns an hour, and what is left of the month's budget where one is set."""
    total = sum((each for _, each in burn_of(cards, now)), Burning())
    burns = BURN_UNKNOWN if total.known is None else hourly_said(total.known, total.at_least)
    burning = Part(5 if total.runs else 5 + _QUIET, (spans((burns, "unknown" if total.known is None else "dim")),))
    if purse is None:
        return burning, Part(6 + _QUIET, (spans((LEFT_UNKNOWN, "unknown")),))
    envelope = tightest(purse.budgets)
    role = "dim" if envelope is None or envelope.step == "ok" else "warn"
    left = left_said(purse.budgets)
    return burning, Part(6, (spans((left, role)),)) if left else None


def _conflicts(live: Sequence[Card]) -> Part | None:
    """Give how many worktrees do not merge with another one; a worktree that was not compared is not known of."""
    trees = {card.worktree: card.conflicts for card in live if card.worktree is not None}
    if not trees:
        return None
    count, unknown = sum(bool(one) for one in trees.values()), sum(one is None for one in trees.values())
    role = "warn" if count else "unknown" if unknown else "faint"
    rank = 7 if count else 7 + _QUIET
    return Part(rank, tuple(spans((said, role)) for said in conflicts_said(count, unknown)))


def _stale(live: Sequence[Card]) -> Part | None:
    """Give how many runs work on a context that is no longer true; of one that was only skimmed that is not known."""
    if not live:
        return None
    count = sum(bool(card.stale) for card in live)
    unknown = sum(card.depth == "skimmed" and not card.stale for card in live)
    role = "warn" if count else "unknown" if unknown else "faint"
    return Part(8 if count else 8 + _QUIET, (spans((stale_said(count, unknown), role)),))


def _hooks(live: Sequence[Card]) -> Part | None:
    """Give of how many runs that made calls a hook noted them, and past how many hooks calls went.

    A run that made no call yet is none of them; one that was only skimmed is not known.
    """
    inert = sum(_is_inert(card) for card in live)
    heard = sum(bool(card.hooked) and not _is_inert(card) for card in live)
    unknown = sum(card.hooked is None and card.depth == "skimmed" for card in live)
    calling = sum(card.hooked is not None or _is_inert(card) for card in live) + unknown
    if not calling:
        return None
    whole = heard in (0, calling)
    role = "blocked" if inert else "faint" if whole else "dim"
    told = heard, calling, inert, unknown
    return Part(
        4 if inert else 9 + _QUIET * whole, (spans((hooks_said(*told), role)), spans((hooks_brief(*told), role)))
    )


def _is_inert(card: Card) -> bool:
    return any(one.kind == "hook_inert" and one.severity == "stop" for one in card.findings)


def _place(board: Snapshot) -> Part:
    """Give the repository's name and the branch that work is compared with."""
    name = board.repository.rstrip("/").rsplit("/", 1)[-1]
    base = f" {branch_name(board.base)}" if board.base else ""
    return Part(10, (spans((name, "text"), (base, "faint"), " "), spans((name, "text"), " ")), right=True)
