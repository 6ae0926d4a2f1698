"""A cancellation that is lost on its way comes again; a failure does not stand in its place."""

import asyncio

import pytest

from bot.worker.worker import LAST_WORDS_SECONDS
from core.kernel.waiting import tasks as waiting
from core.kernel.waiting.tasks import cancellation_first, end


async def test_a_task_that_took_its_cancellation_for_a_failure_is_cancelled_again(monkeypatch):
    monkeypatch.setattr(waiting, "AGAIN_SECONDS", 0.01)
    taken = []

    async def stubborn():
        while len(taken) < 2:
            try:
                await asyncio.get_running_loop().create_future()
            except asyncio.CancelledError:
                taken.append("cancellation")

    async def failing():
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            raise RuntimeError("as it was cancelled")

    tasks = [asyncio.create_task(stubborn()), asyncio.create_task(failing())]
    await asyncio.sleep(0)
    async with asyncio.timeout(30):
        await end(*tasks)

    assert [task.done() for task in tasks] == [True, True]
    assert len(taken) == 2


def test_a_clean_up_has_all_its_time_before_a_second_cancellation():
    """A turn that is stopped has so long for what it leaves behind in Slack."""
    assert waiting.AGAIN_SECONDS > LAST_WORDS_SECONDS


async def test_whoever_waits_for_the_end_can_be_cancelled_too():
    async def deaf():
        while not over.is_set():
            try:
                await over.wait()
            except asyncio.CancelledError:
                continue

    over = asyncio.Event()
    task = asyncio.create_task(deaf())
    await asyncio.sleep(0)
    ending = asyncio.create_task(end(task))
    await asyncio.sleep(0)
    ending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ending
    over.set()
    await task


async def test_what_fails_in_a_cancelled_task_is_its_cancellation_and_nowhere_else():
    async def unit_of_work():
        with cancellation_first():
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                raise ConnectionError("no rollback on a connection that is gone")

    task = asyncio.create_task(unit_of_work())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()
    with pytest.raises(ConnectionError), cancellation_first():
        raise ConnectionError
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await unit_of_work()
