"""Watch: says when one file may have changed, without polling and without idle cost.

It is the directories that are watched, those of the file and of every symlink on the way to it:
editors rename over, write in place, or delete and create; dotfile managers swap symlinks. Every
wake takes the file's signature anew, so nothing depends on what the kernel's event said. Linux
uses inotify, macOS kqueue. Where neither works `watch` returns, and SIGHUP and `config/reload` remain.
"""

import ctypes
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import trio

QUIET = 0.05  # seconds without an event that end a burst
LONGEST_BURST = 1.0  # seconds
MOST_LINKS = 40  # as the kernel follows

IN_ATTRIB, IN_CLOSE_WRITE, IN_MOVED, IN_CREATE, IN_DELETE = 0x4, 0x8, 0xC0, 0x100, 0x200
IN_DELETE_SELF, IN_MOVE_SELF, IN_ONLYDIR = 0x400, 0x800, 0x0100_0000
INTEREST = IN_ATTRIB | IN_CLOSE_WRITE | IN_MOVED | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR

Signature = tuple[int, ...] | None


@dataclass(slots=True)
class Alarm:
    """A descriptor that is readable once something happened, and the others it lives on."""

    descriptor: int
    held: tuple[int, ...] = ()

    def close(self) -> None:
        for descriptor in (self.descriptor, *self.held):
            os.close(descriptor)

    async def burst(self) -> None:
        """Sleep until something happens, then until it has been quiet for a moment."""
        await trio.lowlevel.wait_readable(self.descriptor)
        with trio.move_on_after(LONGEST_BURST):
            while True:
                _drain(self.descriptor)
                with trio.move_on_after(QUIET) as pause:
                    await trio.lowlevel.wait_readable(self.descriptor)
                if pause.cancelled_caught:
                    return


async def watch(
    path: str,
    changed: Callable[[], Awaitable[None]],
    *,
    task_status: trio.TaskStatus[bool] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Await `changed()` whenever the file at `path` is another one than before (gone and come included).

    Starts with True once it watches: load the file after that, so that no change falls between.
    Starts with False and returns where watching is not possible; returns when it no longer is.
    """
    seen = signature(path)
    alarm = set_alarm(path)
    task_status.started(alarm is not None)
    while alarm is not None:
        try:
            if (now := signature(path)) != seen:
                seen = now
                await changed()
            await alarm.burst()
        finally:
            alarm.close()
        alarm = set_alarm(path)  # a symlink or a directory may be another one now


def signature(path: str) -> Signature:
    """What differs when the file does: which inode, how long, last touched when. None: no file."""
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def directories(path: str) -> list[str]:
    """The directories where the file, or a symlink on the way to it, could be replaced."""
    found: dict[str, None] = {}
    link = Path(path).absolute()
    for _ in range(MOST_LINKS):
        first = _first_symlink(link)
        if first is None:
            found[str(_existing(link.parent))] = None
            break
        found[str(first.parent)] = None
        link = first.parent / first.readlink() / link.relative_to(first)
    return list(found)


def _existing(directory: Path) -> Path:
    return next(folder for folder in (directory, *directory.parents) if folder.is_dir())


def _first_symlink(link: Path) -> Path | None:
    return next((part for part in (*reversed(link.parents), link) if part.is_symlink()), None)


def set_alarm(path: str) -> Alarm | None:
    """An alarm for whatever may change the file; None where there is no means or no room for one."""
    try:
        return _open_alarm(directories(path), path)
    except OSError:
        return None


if sys.platform == "linux":

    def _open_alarm(folders: list[str], path: str) -> Alarm:
        libc = ctypes.CDLL(None, use_errno=True)
        alarm = Alarm(_checked(libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)))
        try:
            for folder in folders:
                _checked(libc.inotify_add_watch(alarm.descriptor, os.fsencode(folder), INTEREST))
        except OSError:
            alarm.close()
            raise
        return alarm

    def _checked(result: int) -> int:
        if result < 0:
            raise OSError(ctypes.get_errno(), "inotify")
        return result

    def _drain(descriptor: int) -> None:
        with suppress(BlockingIOError):
            while os.read(descriptor, 65_536):
                pass

elif sys.platform == "darwin":
    import select
    from contextlib import closing

    CHANGES = select.KQ_NOTE_WRITE | select.KQ_NOTE_EXTEND | select.KQ_NOTE_ATTRIB
    GOINGS = select.KQ_NOTE_DELETE | select.KQ_NOTE_RENAME | select.KQ_NOTE_REVOKE
    O_EVTONLY = 0x8000

    def _open_alarm(folders: list[str], path: str) -> Alarm:
        # a write in place is seen on the file itself only
        watched = [*folders, path] if Path(path).exists() else folders
        held = tuple(os.open(each, O_EVTONLY | os.O_CLOEXEC) for each in watched)
        with closing(select.kqueue()) as queue:
            queue.control([_event(descriptor) for descriptor in held], 0)
            return Alarm(os.dup(queue.fileno()), held)

    def _event(descriptor: int) -> select.kevent:
        flags = select.KQ_EV_ADD | select.KQ_EV_CLEAR
        return select.kevent(descriptor, select.KQ_FILTER_VNODE, flags, CHANGES | GOINGS)

    def _drain(descriptor: int) -> None:
        with closing(select.kqueue.fromfd(os.dup(descriptor))) as queue:
            queue.control(None, 64, 0)

else:

    def _open_alarm(folders: list[str], path: str) -> Alarm:
        raise OSError("neither inotify nor kqueue here")

    def _drain(descriptor: int) -> None:
        """Never reached: there is no alarm."""
