"""Turns any text into what a terminal, a log or a page of messages may show: nothing that steers, no password."""

from __future__ import annotations

import re

_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Controls but for tab and line feed, what turns the direction of reading, and bytes that are no text."""
_IN_ADDRESS = re.compile(r"(?<=://)\S+@")
_NAMED = re.compile(r"\b(password|passwd|pwd|secret|token)=('[^']*'|\"[^\"]*\"|[^\s;&'\"]+)", re.IGNORECASE)
_UNDECODED = range(0xDC80, 0xDD00)
HIDDEN = "***"


def shown(text: str) -> str:
    """The text with every character that steers a terminal written out, as `\\x1b`, and passwords as ***.

    A password is whatever stands before the @ of an address (tcp://user:password@host), and what follows `password=`.
    """
    return _STEERING.sub(_written_out, without_passwords(text))


def on_one_line(text: str) -> str:
    """The text as `shown`, its line feeds written out as well: one line of a log stays one line."""
    return shown(text).replace("\n", "\\n")


def without_passwords(text: str) -> str:
    """The text with *** for the passwords in it."""
    return _NAMED.sub(rf"\1={HIDDEN}", _IN_ADDRESS.sub(f"{HIDDEN}@", text))


def _written_out(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code in _UNDECODED:
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
