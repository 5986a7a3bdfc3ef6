"""The shell: what a prompt, a status bar and a Tab cost.

A hook's cost is the difference between a shell that runs it many times and the same shell that does not, the least of
several rounds; beside it the same with `$(cat FILE)`, which is what reading the file with a process costs. It is
processor time, user and system: a hook of builtins waits for nothing, so on a machine with nothing else to do that is
its time, and on a busy one it is still the same. The script for status bars and a bare `sh -c :` are whole processes,
by the clock. A shell that is not installed is named.

    python benchmarks/prompt.py [--quick]
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from figures import Row, at_most, options, report
from stage import ROOTS  # noqa: F401 - puts our packages on the path
from switchgear.cli.completion import text as completion
from switchgear.cli.completion.described import commands
from switchgear.cli.prompt_hooks import SCRIPT
from switchgear.cli.prompt_hooks import text as hook
from switchgeard import clock

MICROSECONDS = 100.0  # a prompt may cost
OF_A_FORK = 0.25  # of what reading the file with a process costs
BAR = 5.0  # milliseconds a status bar may cost
SESSION = "4f1c0f9e-6e0b-4a0e-9a53-2f6c0c0f8f11"
LOOP = "for ((i=0; i<{n}; i++)); do {what}; done"
SHELLS: dict[str, tuple[Sequence[str], str, str, str]] = {
    "bash": (("bash", "--norc", "-c"), LOOP, "__switchgear_prompt", 'x=$(cat "$F")'),
    "zsh": (("zsh", "-f", "-c"), LOOP, "_switchgear_precmd", 'x=$(cat "$F")'),
    "fish": (
        ("fish", "--no-config", "-c"),
        "for i in (seq {n}); {what}; end",
        "fish_right_prompt >$N",
        "set x (cat $F)",
    ),
}
"""How each is started, a loop in it, what draws the prompt, and reading the file with a process."""

NEW = "set __switchgear_known; fish_right_prompt >$N"
"""fish learns a line it has not seen before: one prompt in many."""

NO_CLOCK = "set __switchgear_clock /nonexistent"
"""As where there is no /proc: fish asks the file at each prompt how long it is good."""

TAB = 'COMP_LINE="switchgear ask -m model-4" COMP_POINT=27; _switchgear'


def processor() -> float:
    """Seconds that the processes we have waited for took of a processor."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(run: Callable[[], object], rounds: int, now: Callable[[], float] = time.perf_counter) -> float:
    """Seconds, the least of so many rounds: whatever else the machine does only adds to it."""
    taken = []
    for _ in range(rounds):
        began = now()
        run()
        taken.append(now() - began)
    return min(taken)


def each(shell: str, folder: Path, text: str, what: str, times: int, rounds: int) -> float:
    """Seconds one `what` takes in this shell, `text` having been evaluated first."""
    argv, loop, _, _ = SHELLS[shell]
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "TERM": "xterm"}
    env |= {"F": str(folder / "prompt"), "N": os.devnull, "TEXT": text}
    source = "printf %s $TEXT | source" if shell == "fish" else 'eval "$TEXT"'

    def whole(n: int) -> float:
        script = f"{source}; {loop.format(n=n, what=what)}"
        return timed(lambda: subprocess.run([*argv, script], env=env, check=True), rounds, processor)

    return max(whole(times) - whole(1), 0.0) / (times - 1)


def prompts(folder: Path, times: int, rounds: int) -> list[Row]:
    rows = []
    for shell, (_, _, draw, cat) in SHELLS.items():
        if shutil.which(shell) is None:
            rows.append(Row(f"{shell}: a prompt", "not installed"))
            continue
        ours = each(shell, folder, hook(shell, str(folder)), draw, times, rounds) * 1e6
        forked = each(shell, folder, "", cat, max(times // 10, 2), rounds) * 1e6
        rows.append(at_most(f"{shell}: a prompt", ours, MICROSECONDS, " us"))
        rows.append(at_most(f"{shell}: a prompt / $(cat FILE)", ours / forked, OF_A_FORK, detail=f"{forked:.0f} us"))
        if shell == "fish":
            text = hook(shell, str(folder))
            asking = each(shell, folder, f"{text}\n{NO_CLOCK}", draw, times, rounds) * 1e6
            rows.append(at_most("fish: a prompt without /proc/uptime", asking, MICROSECONDS, " us"))
            new = each(shell, folder, text, NEW, times, rounds) * 1e6
            rows.append(Row("fish: a prompt whose line is new", f"{new:.0f} us"))
    return rows


def bar(folder: Path, rounds: int) -> list[Row]:
    told = f'{{"hook_event_name": "Status", "session_id": "{SESSION}", "pad": "{"x" * 1500}"}}'.encode()
    argv = ["sh", SCRIPT, str(folder), "claude-code"]
    shown = subprocess.run(argv, input=told, capture_output=True, check=True).stdout
    assert b"Opus" in shown, shown
    ours = timed(lambda: subprocess.run(argv, input=told, stdout=subprocess.DEVNULL, check=True), rounds) * 1e3
    bare = (
        timed(lambda: subprocess.run(["sh", "-c", ":"], input=b"", stdout=subprocess.DEVNULL, check=True), rounds) * 1e3
    )
    return [at_most("status bar of Claude Code", ours, BAR, " ms", detail=f"sh -c : {bare:.2f} ms")]


def tab(folder: Path, times: int, rounds: int) -> list[Row]:
    """With 500 models and 500 providers, which nobody has."""
    if shutil.which("bash") is None:
        return [Row("bash: a Tab", "not installed")]
    text = completion("bash", str(folder), commands())
    return [Row("bash: a Tab among 1000 names", f"{each('bash', folder, text, TAB, times, rounds) * 1e3:.1f} ms")]


def main() -> int:
    asked = options(__doc__).parse_args()
    times, rounds = (200, 3) if asked.quick else (2000, 7)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "sessions").mkdir()
        until = int(clock.now().wall) + 900
        line = f"{until}\twarn\tOpus 4.6 via GitHub Copilot · 5h 62/100 left · Claude Pro quota spent\n"
        for file in ("prompt", f"sessions/{SESSION}"):
            (folder / file).write_text(line)
            os.utime(folder / file, (until, until))
        (folder / "names").write_text(
            "".join(f"{kind}\t{kind}-{n}\n" for kind in ("model", "provider") for n in range(500))
        )
        rows = [*prompts(folder, times, rounds), *bar(folder, 20 if asked.quick else 100), *tab(folder, 20, rounds)]
    return report("The shell", rows, quick=asked.quick)


if __name__ == "__main__":
    sys.exit(main())
