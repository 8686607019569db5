"""Signs that word processors and keyboards write in more than one way, and those that nobody sees."""

from __future__ import annotations

import re

__all__ = ["PLAIN", "SMART", "TELLTALE"]

SMART = {
    **dict.fromkeys("’‘ʼʻ‚‛‹›´′", "'"),
    **dict.fromkeys("“”„‟″", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    "…": "...",
    **{"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ǽ": "aé", "Ǽ": "AÉ", "ǣ": "aē", "Ǣ": "AĒ"},
}

ZERO_WIDTH = "\u00ad\u034f\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060"
ZERO_WIDTH += "\u2066\u2067\u2068\u2069\ufe0e\ufe0f\ufeff"
TELLTALE = re.compile(f"[{ZERO_WIDTH}{''.join(SMART)}]")
PLAIN = str.maketrans({**SMART, **dict.fromkeys(ZERO_WIDTH, "")})
"""For `str.translate`: each as it is typed, the unseen ones as nothing."""
