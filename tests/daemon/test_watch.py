"""watch: every way an editor replaces a file is noticed, over the real kernel, without polling."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import trio

from switchgeard import watch as watch_module
from switchgeard.watch import directories, set_alarm, signature, watch


def open_descriptors() -> int:
    return len(list(Path("/dev/fd").iterdir()))


class Seen:
    """What the file held each time `watch` called; `next` waits for the next call."""

    def __init__(self, path: Path):
        self.path = path
        self.send, self.receive = trio.open_memory_channel[str | None](100)

    async def __call__(self) -> None:
        exists = self.path.exists()
        self.send.send_nowait(self.path.read_text() if exists else None)

    async def until(self, wanted: str | None) -> None:
        with trio.fail_after(30):
            while await self.receive.receive() != wanted:
                pass


def write_in_place(path: Path) -> None:
    path.write_text("new")


def rename_over(path: Path) -> None:
    new = path.with_suffix(".tmp")
    new.write_text("new")
    new.replace(path)


def delete_and_create(path: Path) -> None:
    path.unlink()
    path.write_text("new")


def move_away_and_create(path: Path) -> None:
    path.replace(path.with_suffix(".bak"))
    path.write_text("new")


def touch_the_mode(path: Path) -> None:
    path.write_text("new")
    path.chmod(0o600)


EDITS = [write_in_place, rename_over, delete_and_create, move_away_and_create, touch_the_mode]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: str(edit.__name__))
async def test_every_editors_way_of_saving_is_noticed(tmp_path: Path, edit: Callable[[Path], None]) -> None:
    """And it goes on being noticed after the first time."""
    path = tmp_path / "config.toml"
    path.write_text("old")
    seen = Seen(path)
    async with trio.open_nursery() as nursery:
        assert await nursery.start(watch, str(path), seen)
        for _ in range(3):
            edit(path)
            await seen.until("new")
            path.write_text("old")
            await seen.until("old")
        nursery.cancel_scope.cancel()


async def test_a_file_that_goes_and_comes_is_noticed_both_times(tmp_path: Path) -> None:
    """No file is a state like another."""
    path = tmp_path / "config.toml"
    path.write_text("old")
    seen = Seen(path)
    async with trio.open_nursery() as nursery:
        await nursery.start(watch, str(path), seen)
        path.unlink()
        await seen.until(None)
        path.write_text("new")
        await seen.until("new")
        nursery.cancel_scope.cancel()


async def test_a_directory_that_does_not_exist_yet_is_waited_for(tmp_path: Path) -> None:
    """The first config is noticed as well; so is a directory that goes and comes back."""
    path = tmp_path / "a" / "b" / "config.toml"
    seen = Seen(path)
    async with trio.open_nursery() as nursery:
        await nursery.start(watch, str(path), seen)
        for _ in range(2):
            path.parent.mkdir(parents=True)
            path.write_text("new")
            await seen.until("new")
            shutil.rmtree(tmp_path / "a")
            await seen.until(None)
        nursery.cancel_scope.cancel()


async def test_a_swapped_symlink_and_a_change_behind_it_are_noticed(tmp_path: Path) -> None:
    """Dotfile managers link files and whole directories."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "real.toml").write_text(name)
    (tmp_path / "current").symlink_to("one")
    (tmp_path / "home").mkdir()
    path = tmp_path / "home" / "config.toml"
    path.symlink_to("../current/real.toml")
    seen = Seen(path)
    async with trio.open_nursery() as nursery:
        await nursery.start(watch, str(path), seen)
        (tmp_path / "next").symlink_to("two")
        (tmp_path / "next").replace(tmp_path / "current")
        await seen.until("two")
        (tmp_path / "two" / "real.toml").write_text("behind it")
        await seen.until("behind it")
        nursery.cancel_scope.cancel()


async def test_a_burst_of_saves_is_one_change(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    """What is loaded is what stands there after it."""
    path = tmp_path / "config.toml"
    path.write_text("old")
    seen = Seen(path)
    async with trio.open_nursery() as nursery:
        await nursery.start(watch, str(path), seen)
        for number in range(20):
            path.write_text(str(number))
        assert await seen.receive.receive() == "19"
        with pytest.raises(trio.WouldBlock):
            seen.receive.receive_nowait()
        nursery.cancel_scope.cancel()


async def test_other_files_in_the_directory_change_nothing(tmp_path: Path) -> None:
    """They wake us, the signature says no."""
    path = tmp_path / "config.toml"
    path.write_text("old")
    seen = Seen(path)
    async with trio.open_nursery() as nursery:
        await nursery.start(watch, str(path), seen)
        (tmp_path / "other").write_text("x")
        path.write_text("new")
        assert await seen.receive.receive() == "new"
        nursery.cancel_scope.cancel()


async def test_where_watching_is_not_possible_it_says_so_and_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGHUP and config/reload remain."""

    def no_room(*_: object) -> None:
        raise OSError(28, "inotify")

    monkeypatch.setattr(watch_module, "_open_alarm", no_room)
    async with trio.open_nursery() as nursery:
        assert await nursery.start(watch, str(tmp_path / "c"), Seen(tmp_path / "c")) is False


async def test_no_descriptor_is_left_behind(tmp_path: Path) -> None:
    """Each round opens one and closes one."""
    path = tmp_path / "config.toml"
    seen = Seen(path)
    before = open_descriptors()
    async with trio.open_nursery() as nursery:
        await nursery.start(watch, str(path), seen)
        for text in ("a", "bb", "ccc"):
            path.write_text(text)
            await seen.until(text)
        nursery.cancel_scope.cancel()
    alarm = set_alarm(str(tmp_path / "gone" / "c"))
    assert alarm is not None
    alarm.close()
    assert open_descriptors() == before


def test_all_directories_on_the_way_are_watched(tmp_path: Path) -> None:
    """Of each symlink and of the file itself; a circle ends."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "a" / "link").symlink_to("../b/file")
    assert directories(str(tmp_path / "a" / "link")) == [str(tmp_path / "a"), str(tmp_path / "a" / ".." / "b")]
    (tmp_path / "loop").symlink_to("loop")
    assert directories(str(tmp_path / "loop")) == [str(tmp_path)]
    assert signature(str(tmp_path / "loop")) is None
