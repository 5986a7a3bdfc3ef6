"""A batch Emacs with the package loaded, driven over a pair of pipes. It waits for itself: no test sleeps.

In batch mode Emacs reads forms from its standard input, so the driver's own loop reads one form a line, evaluates it,
and prints the value between two marks.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parents[2] / "client" / "editors" / "emacs"
PATIENCE = 30.0  # seconds
PRESENT = shutil.which("emacs") is not None
LOOP = """
(progn
  (require (quote json))
  (defun heard ()
    (let ((line (read-from-minibuffer "")))
      (condition-case trouble
          (list :value (eval (car (read-from-string line)) t))
        (error (list :error (error-message-string trouble))))))
  (defun until (seconds condition)
    (let ((end (+ (float-time) seconds)) found)
      (while (and (not (setq found (funcall condition))) (< (float-time) end))
        (accept-process-output nil 0.01))
      (and found t)))
  (defun text-of (name)
    (with-current-buffer name (buffer-substring-no-properties (point-min) (point-max))))
  (while t
    (let ((told (heard)))
      (princ (concat "\\n@@" (json-encode told) "\\n")))))
"""


class LispFailed(AssertionError):
    """The editor signalled an error."""


class Emacs:
    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def lisp(self, form: str) -> Any:
        """The value of a form, as JSON has it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(form.replace("\n", " ") + "\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            if line.startswith("@@"):
                told = json.loads(line[2:])
                if "error" in told:
                    raise LispFailed(told["error"])
                return told["value"]
        raise EOFError("the editor is gone")

    def wait(self, condition: str, seconds: float = PATIENCE) -> bool:
        """Whether a form becomes true; the editor goes on with its work meanwhile."""
        return bool(self.lisp(f"(until {seconds} (lambda () {condition}))"))

    def text(self, buffer: str) -> str:
        return str(self.lisp(f'(text-of "{buffer}")'))


@contextmanager
def emacs(home: Path, env: dict[str, str]) -> Iterator[Emacs]:
    """One in a home of its own. `env`: what tells it where the daemon is."""
    place = home / "emacs"
    place.mkdir(exist_ok=True)
    kept = {"PATH": os.environ["PATH"], "HOME": str(place), "LANG": "C.UTF-8"}
    argv = ["emacs", "-Q", "--batch", "-L", str(PACKAGE), "-l", "switchgear.el", "--eval", LOOP]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(argv, env=kept | env, text=True, encoding="utf-8", **pipes) as process:  # type: ignore[call-overload]
        try:
            yield Emacs(process)
        finally:
            process.kill()
