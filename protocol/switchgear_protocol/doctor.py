"""What `doctor/check` tells: one finding each, with the evidence for it and the command that cures it.

Rules for editing: `id` is stable, scripts know it. No evidence holds a secret.
"""

from typing import Literal

from .shapes import Params, Result

Verdict = Literal["ok", "warn", "fail", "skipped"]


class DoctorCheck(Params, frozen=True):
    """`network`: knock at every provider's address. `keyring`: try it, which may bring up its unlock prompt."""

    network: bool = True
    keyring: bool = True


class Finding(Result, frozen=True):
    """`about`: the provider or model it is about, where there are several with this id."""

    id: str
    verdict: Verdict
    evidence: str
    about: str = ""
    hint: str | None = None


class Findings(Result, frozen=True):
    findings: list[Finding]
