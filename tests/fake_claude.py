"""The stand-in of the `claude` program, as tests name it; what it says is `switchgeard.demo.claude`."""

from switchgeard.demo.claude import (
    SCRIPT,
    USAGE,
    begun,
    delta,
    ended,
    good,
    install,
    limited,
    refused,
    result,
    say,
    seen,
    streamed,
    whole,
)

__all__ = [
    "SCRIPT",
    "USAGE",
    "begun",
    "delta",
    "ended",
    "good",
    "install",
    "limited",
    "refused",
    "result",
    "say",
    "seen",
    "streamed",
    "whole",
]
