"""Reply: the outcome of one job, from the writer's thread to the task that waits for it.

Rules for editing: settled once, by the thread; waited for in place or as trio does it, by one task. Waking costs the
event loop a turn, so it is done for many at a time, and only for those who sleep.
"""

import threading
from collections.abc import Callable
from typing import NoReturn

import trio


class Reply:
    """Carries the outcome of one job from the writer's thread to the waiting task."""

    __slots__ = ("_pending", "_task", "_token", "error", "value")

    def __init__(self) -> None:
        self._token = trio.lowlevel.current_trio_token()
        self._pending = threading.Lock()  # held until the outcome is known
        self._pending.acquire()
        self._task: trio.lowlevel.Task | None = None  # who waits on trio's side
        self.value: object = None
        self.error: Exception | None = None

    def settle(self, value: object, error: Exception | None = None) -> None:
        """From the writer's thread, once. Who waits on trio's side is woken by `wake`."""
        self.value, self.error = value, error
        self._pending.release()  # first: whoever goes to sleep only now looks here once more

    @staticmethod
    def wake(replies: "list[Reply]") -> None:
        """Wake all who wait, in one go: each call into the event loop costs it a wake-up."""
        if any(reply._task is not None for reply in replies):
            try:
                replies[0]._token.run_sync_soon(_resume, replies)
            except trio.RunFinishedError:
                pass  # nobody waits any more

    def came_within(self, seconds: float) -> bool:
        """Wait in place, the event loop with us; whether the outcome is known."""
        return self._pending.acquire(timeout=seconds)

    async def wait(self) -> object:
        """The job's result, or its error raised. Cancelling the wait does not undo the job."""
        await self._settled(lambda _: self._left())
        return self.result()

    async def outlast(self) -> None:
        """Wait for the outcome; not to be cancelled. A scope that shields costs more than the wait."""
        await self._settled(lambda _: trio.lowlevel.Abort.FAILED)

    async def _settled(self, abort: Callable[[Callable[[], NoReturn]], trio.lowlevel.Abort]) -> None:
        self._task = trio.lowlevel.current_task()
        if self._pending.acquire(blocking=False):
            self._task = None  # it came meanwhile: nobody is to be woken who does not sleep
        else:
            await trio.lowlevel.wait_task_rescheduled(abort)

    def _left(self) -> trio.lowlevel.Abort:
        self._task = None
        return trio.lowlevel.Abort.SUCCEEDED

    def resume(self) -> None:
        """On trio's side: the one who waits goes on."""
        task, self._task = self._task, None
        if task is not None:
            trio.lowlevel.reschedule(task)

    def result(self) -> object:
        """What is known now."""
        if self.error is not None:
            raise self.error
        return self.value


def _resume(replies: list[Reply]) -> None:
    for reply in replies:
        reply.resume()
