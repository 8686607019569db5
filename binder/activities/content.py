"""What one version of an activity holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

__all__ = ["Content"]


@dataclass(frozen=True)
class Content:
    """One version of an activity, apart from any database: `body` is for learners, `key` never is."""

    points: Fraction
    body: Mapping[str, Any]
    key: Mapping[str, Any]
    scoring: Mapping[str, Any]
