"""Scrub: the one place that makes foreign text safe to log, store and show.

Providers echo keys, tokens and e-mail addresses in their errors, whole or half starred out.
Rules for editing: mask too much rather than too little; a pattern is only ever added; each has
a line in tests/daemon/core/test_scrub.py. Model ids and error codes must stay readable.
"""

import re
import unicodedata

MAX_CHARS = 200
MASK = "***"
_READ = 4_000  # characters looked at: patterns never see a megabyte

_VALUE = r"[^\s\"'`,;&<>(){}\[\]]+"
_PREFIXES = (
    "sk|pk|rk|gh[opusr]|github_pat|glpat|xai|gsk|csk|hf|nvapi|pplx|fw|r8|tgp|xox[abeoprs]|sess|whsec|op|dop|shpat|sgw"
)
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # key-like by their issuer's prefix, however short or starred out what follows is
    (re.compile(rf"\b(?:{_PREFIXES})[-_]{_VALUE}"), MASK),
    (re.compile(rf"\b(?:AIza|AKIA|ASIA|ya29\.|eyJ){_VALUE}"), MASK),
    # what a header, a query string or a sentence calls a secret
    (re.compile(r"(?i)\b(authorization)[\"']?\s*[:=]\s*[\"']?(?:\w+\s+)?[^\s\"',;]+"), rf"\1: {MASK}"),
    (re.compile(rf"(?i)\b(bearer|basic)\s+[\"']?(?=[^\s]*[\d+/=_.\-]|[^\s]{{16}}){_VALUE}"), rf"\1 {MASK}"),
    (
        re.compile(
            r"(?i)\b((?:x-)?(?:api|access|secret|private)?[ _-]?(?:key|secret|password|passwd|passphrase)(?: provided)?"
            rf"|(?:access|refresh|auth|id|bearer|session)[ _-]?token|tid|client_secret)"
            rf"[\"']?\s*[:=]\s*[\"']?{_VALUE}"
        ),
        rf"\1: {MASK}",
    ),
    # possessive, from the start of a run only: linear in a long run that is neither
    (re.compile(r"(?<![\w.+%-])[\w.+%-]++@[\w-]+(?:\.[\w-]+)+"), MASK),  # e-mail
    (re.compile(r"(?<![\w.-])[\w.-]++\*{2,}[\w*.-]*|(?<!\*)\*{2,}+\w[\w*.-]*"), MASK),  # "ab***cd", "****abcd"
)
# what no pattern could touch: a few short words, none with a character or a word that a pattern begins with
_HARMLESS = re.compile(
    rf"(?!.*(?:\b(?:{_PREFIXES})[-_]|\b(?:AIza|AKIA|ASIA|ya29\.|eyJ)|(?i:bearer|basic)))"
    r"[\w.()-]{1,19}(?: [\w.()-]{1,19}){0,5}",
    re.ASCII,
)
_RUN = re.compile(r"[A-Za-z0-9+/=_\-]{20,}")
_WORD = re.compile(r"(?:[A-Z]?[a-z]{1,19}){1,4}|[A-Z]{1,19}|\d{1,10}|[A-Za-z]{0,8}\d{1,4}[a-z]{0,3}")


def scrub(text: str) -> str:
    """One printable line of at most 200 characters with everything key-like masked. Never raises."""
    if _HARMLESS.fullmatch(text):  # nearly all there is to log: a name, a word, a short id
        return text
    line = _printable(_head(text))
    for pattern, mask in _PATTERNS:
        line = pattern.sub(mask, line)
    line = _RUN.sub(_mask_random, line)
    return line if len(line) <= MAX_CHARS else line[: MAX_CHARS - 1] + "…"


def _head(text: str) -> str:
    """The first characters, cut at a space: half a key at the cut would not look like a key."""
    if len(text) <= _READ:
        return text
    return text[:_READ].rsplit(None, 1)[0] if text[:_READ].strip() else ""


def _printable(text: str) -> str:
    """Control, format (bidi, zero width) and surrogate characters go; white space becomes one space."""
    spaced = " ".join(text.split())
    return "".join(char for char in spaced if not unicodedata.category(char).startswith("C"))


def _mask_random(run: re.Match[str]) -> str:
    """Masks a long run unless it reads as words: model ids, paths and error codes are words and short numbers."""
    pieces = [piece for piece in re.split(r"[-_/=+]", run[0]) if piece]
    hexadecimal = re.fullmatch(r"[0-9a-fA-F-]{20,}", run[0]) is not None
    wordy = not hexadecimal and all(_WORD.fullmatch(piece) for piece in pieces)
    return run[0] if wordy else MASK
