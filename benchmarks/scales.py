"""Scales: what a process and its children hold of memory and have used of processor time. Linux only."""

from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")


def family(pid: int) -> Iterator[int]:
    """The process and all that descend from it."""
    yield pid
    for children in PROC.glob(f"{pid}/task/*/children"):
        for child in children.read_text().split():
            yield from family(int(child))


def processor(pid: int) -> float:
    """Seconds of processor time, all threads."""
    threads = [file for each in family(pid) for file in PROC.glob(f"{each}/task/*/schedstat")]
    return sum(int(file.read_text().split()[0]) for file in threads) / 1e9


def resident(pid: int) -> float:
    """MB held now."""
    return sum(_status(each, "VmRSS") for each in family(pid))


def peak(pid: int) -> float:
    """MB held at most, ever."""
    return sum(_status(each, "VmHWM") for each in family(pid))


def _status(pid: int, word: str) -> float:
    lines = (PROC / str(pid) / "status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(word)) / 1024
