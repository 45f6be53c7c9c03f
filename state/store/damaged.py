"""Names the rows of the state database that are not as the core writes them, so that a board shows all the others."""

from collections.abc import Callable
from typing import TypeVar

from state.problem import Problem
from state.text import clean

_Read = TypeVar("_Read")
UNSOUND = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What reading a row raises in which somebody else wrote."""
_REMEDIES = {
    "run": "the core writes it anew when it begins: close every board and open one",
    "request": "it cannot be answered, and its agent waits or is denied; a core that begins asks it again or drops it",
}
_NAMED = 3


class Damaged:
    """The damaged rows of one table, by name, as they were last read."""

    def __init__(self, table: str) -> None:
        """Begin with none. `table` is "run" or "request"."""
        self._table = table
        self.rows: dict[object, str] = {}

    def read(self, name: object, make: Callable[[], _Read]) -> _Read | None:
        """Give what `make` makes of the row of that name; None, with the row noted, where it is not sound."""
        try:
            made = make()
        except UNSOUND as error:
            self.rows[name] = clean(str(error), 120)
            return None
        self.rows.pop(name, None)
        return made

    def problem(self) -> tuple[Problem, ...]:
        """Give one sentence on all of them, nothing where there are none."""
        if not self.rows:
            return ()
        named = "; ".join(f"{clean(str(name), 60)}: {why}" for name, why in [*self.rows.items()][:_NAMED])
        many = len(self.rows)
        lead = f"a row of the table {self._table} is" if many == 1 else f"{many} rows of the table {self._table} are"
        text = f"{lead} not as the core writes it and not shown: {named}{', …' if many > _NAMED else ''}"
        return (Problem(f"table {self._table}", text, _REMEDIES[self._table]),)
