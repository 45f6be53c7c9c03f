"""A transaction that has begun in a thread comes to its end before anyone closes the database."""

import asyncio
import threading

import pytest

from state.supervisor import whole_in_thread


async def test_who_is_cancelled_waits_for_the_thread_to_end() -> None:
    begun, go_on, ended = threading.Event(), threading.Event(), list[str]()

    def work() -> None:
        begun.set()
        go_on.wait(20)
        ended.append("ended")

    task = asyncio.ensure_future(whole_in_thread(work))
    await asyncio.to_thread(begun.wait, 20)
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done() and ended == []
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == ["ended"]
