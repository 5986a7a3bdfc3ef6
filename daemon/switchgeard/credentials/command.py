"""Running the user's own program for a secret: `op read ...`, `pass show ...`, `gcloud auth ...`.

argv as the config has it, no shell, nothing on its stdin, bounded time and output. What it prints
stays in memory; what it complains about is scrubbed before anyone sees it.
"""

from collections.abc import Mapping

import trio

from switchgeard.core.scrub import scrub

from .program import Ended, run
from .secret import LONGEST, Answer, Broken, answer

DEADLINE = 30.0  # seconds: time enough for a fingerprint or a PIN


async def run_for_secret(argv: tuple[str, ...], environ: Mapping[str, str]) -> Answer:
    """What the program prints, as an answer."""
    where = f"command {argv[0]}"
    try:
        with trio.move_on_after(DEADLINE):
            return _judged(where, await run(argv, environ, LONGEST))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its arguments cannot be passed on"
        return Broken(f"{where} cannot be run: {reason}", f"command -v {argv[0]}")
    return Broken(f"{where} gave no answer within {DEADLINE:.0f} s", "run it yourself to see what it waits for")


def _judged(where: str, ended: Ended) -> Answer:
    if ended.out.overflown or ended.status == 0:
        return answer(ended.out.text, f"the output of {where}")
    said = scrub(ended.complaint.text)
    return Broken(f"{where} failed ({ended.how})" + (f": {said}" if said else ""), "run it yourself to see why")
