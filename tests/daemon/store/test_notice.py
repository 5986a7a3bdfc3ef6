"""The mailbox for what the store has to tell."""

import trio

from switchgeard.store.notice import Notice, Notices


def notice(number: int) -> Notice:
    return Notice("dropped", "said", number)


async def test_a_waiting_reader_gets_what_a_thread_posts() -> None:
    """The way from the writer's thread to the app."""
    notices = Notices()
    got: list[Notice] = []

    async def read() -> None:
        got.append(await notices.next())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(read)
        await trio.testing.wait_all_tasks_blocked()
        await trio.to_thread.run_sync(notices.post, notice(1))
    assert got == [notice(1)]


async def test_what_was_posted_before_anyone_read_is_read_in_order() -> None:
    """Opening the file happens before the app listens."""
    notices = Notices()
    for number in (1, 2):
        notices.post(notice(number))
    assert [await notices.next(), await notices.next()] == [notice(1), notice(2)]


def test_taking_leaves_nothing() -> None:
    """Each notice is told once."""
    notices = Notices()
    notices.post(notice(1))
    assert (notices.take(), notices.take()) == ([notice(1)], [])


def test_a_storm_keeps_the_newest() -> None:
    """The mailbox is bounded."""
    notices = Notices()
    for number in range(1000):
        notices.post(notice(number))
    taken = notices.take()
    assert (len(taken), taken[-1]) == (100, notice(999))


def test_posting_after_the_loop_ended_is_harmless() -> None:
    """The writer's last words at shutdown."""
    notices = Notices()

    async def wait_briefly() -> None:
        with trio.move_on_after(0):
            await notices.next()

    trio.run(wait_briefly)
    notices.post(notice(1))
    assert notices.take() == [notice(1)]
