"""The secret whole numbers of the ledger: drawn from its key, so that key and files give the same on every machine."""

from __future__ import annotations

import hmac
from dataclasses import dataclass


@dataclass(frozen=True)
class Draws:
    """The draws of one key. `base` is the step of the ledger; monthly draws lie between -`width` and `width`."""

    key: bytes
    base: int
    width: int

    def start(self, ledger: str, name: str) -> int:
        """Where a leaf's running error starts: a whole number of a band one base wide about 0."""
        return self._number("start", ledger, "", name) % self.base - self.base // 2

    def monthly(self, ledger: str, month: str, name: str) -> int:
        """What shifts a leaf or a published set in one month."""
        return self._number("month", ledger, month, name) % (2 * self.width + 1) - self.width

    def _number(self, *said: str) -> int:
        text = "\x1f".join(said).encode()
        return int.from_bytes(hmac.digest(self.key, text, "sha256")[:8], "big")


def fingerprint(key: bytes) -> str:
    """What tells a key from another without giving it away."""
    return hmac.digest(key, b"thematic ledger key", "sha256").hex()[:16]
