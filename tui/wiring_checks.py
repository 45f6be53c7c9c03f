"""Introduces the verb that runs the required checks to the core; where none works it is one while they run."""

import argparse
import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from state.control.act import Act
from state.spool import Order
from state.store.reader import StoreReader
from state.supervisor import Supervisor
from tui.verbs import checks
from tui.verbs.printing import say
from tui.wiring import House, Refused, house_at, reading, writing
from tui.wiring_gates import ordered

CANCELLED = 130
"""The exit status of who was interrupted, as shells give it."""
_LOOK_SECONDS, _CORE_SECONDS, _WORD_SECONDS = 0.1, 0.5, 30.0
"""How often how it stands is looked at, how often whether a core works, how long a core at work may say nothing."""


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Run the checks of one run and give the exit status. Raises `Refused`."""
    return asyncio.run(_checked(house_at(arguments.repo, environment), arguments))


async def _checked(house: House, arguments: argparse.Namespace) -> int:
    words = {"run": str(arguments.run), "via": "headgate check", **({"again": "yes"} if arguments.again else {})}
    order, told = house.spool.order("check", **words), checks.progress()
    async with reading(house) as reader:
        watch = _Watch(house, reader, order, told)
        try:
            act = await watch.ended()
        except asyncio.CancelledError:
            return await watch.cancel()
        finally:
            told("")
        if act is None:
            return 1
        results = await reader.check_results(act.facts.get("tree", ""), act.facts.get("policy", ""))
        return checks.print_checks(act, results, as_json=arguments.json)


class _Watch:
    """One order of checks from its giving to its end."""

    def __init__(self, house: House, reader: StoreReader, order: Order, told: Callable[[str], None]) -> None:
        self._house, self._reader, self._order, self._told = house, reader, order, told
        self._answer: dict[str, Any] | None = None
        self._cancelled = ""

    async def ended(self) -> Act | None:
        """Wait for the end, for as long as the checks' own limits take; None, and said, where nothing was begun."""
        looked, since = 0.0, time.monotonic()
        while True:
            self._take_answer()
            if self._answer is not None and "error" in self._answer:
                say(f"headgate: {self._answer['error']}")
                return None
            act = await self._reader.act(self._act)
            if act is not None and self._is_over(act):
                return act
            now = time.monotonic()
            if now >= looked:
                looked = now + _CORE_SECONDS
                async with writing(self._house) as supervisor:
                    if supervisor is not None:
                        await self._be_core(supervisor)
                        continue
            if act is None and now - since > _WORD_SECONDS:
                told = "it is kept and will be carried out, see `headgate status`"
                raise Refused(f"the core at work gave no answer; {told}")
            await asyncio.sleep(_LOOK_SECONDS)

    async def cancel(self) -> int:
        """Say that it was interrupted, after whoever runs the checks has ended them."""
        self._house.spool.withdraw(self._order)
        if not self._cancelled and self._answer is None:
            self._take_answer()
        if not self._cancelled and self._act != self._order.id:
            self._cancelled = "the checks go on, because another order began them; the board ends them"
        if not self._cancelled:
            answer = await ordered(self._house, "cancel_check", self._which())
            self._cancelled = str(answer.get("text") or answer.get("error"))
        say(f"headgate: {self._cancelled}")
        return CANCELLED

    async def _be_core(self, supervisor: Supervisor) -> None:
        """Be the core until the checks are over: read what is new, carry the order out, and stay for it."""
        working = asyncio.ensure_future(self._worked(supervisor))
        try:
            while not working.done() and not self._is_answered():
                await asyncio.wait({working}, timeout=_LOOK_SECONDS)
            while (act := supervisor.acts.by_id.get(self._act)) is not None and not self._is_over(act):
                await asyncio.wait({working}, timeout=_LOOK_SECONDS)
                if working.done():
                    working.result()
        except asyncio.CancelledError:
            order = Order(f"{self._order.id}-cancel", "cancel_check", self._which())
            try:
                self._cancelled = (await supervisor.controls.carry_out(order)).text
            except ValueError as nothing:
                self._cancelled = str(nothing)
            raise
        finally:
            working.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(working, return_exceptions=True)

    async def _worked(self, supervisor: Supervisor) -> None:
        await supervisor.once()
        await supervisor.run()

    def _is_answered(self) -> bool:
        self._take_answer()
        return self._answer is not None

    def _which(self) -> dict[str, str]:
        run = self._order.words["run"]
        return {"run": run, "act": self._act}

    @property
    def _act(self) -> str:
        """The act that is waited for: that of the order, or the one under way that the core answered it with."""
        return str((self._answer or {}).get("act") or self._order.id)

    def _take_answer(self) -> None:
        self._answer = self._answer or self._house.spool.take_answer(self._order)

    def _is_over(self, act: Act) -> bool:
        self._told(act.text if act.state == "under_way" else "")
        return act.state != "under_way"
