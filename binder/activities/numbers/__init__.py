"""Numbers: how they are typed, how they are written, and how near they must come."""

from binder.activities.numbers.reading import (
    MAX_LENGTH,
    MESSAGES,
    NumberError,
    Reading,
    decimal_comma,
    read,
)
from binder.activities.numbers.tolerance import (
    Tolerance,
    ToleranceKind,
    Unit,
    accepts,
    find_unit,
    unit_key,
)
from binder.activities.numbers.writing import echo, plain, written

__all__ = [
    "MAX_LENGTH",
    "MESSAGES",
    "NumberError",
    "Reading",
    "Tolerance",
    "ToleranceKind",
    "Unit",
    "accepts",
    "decimal_comma",
    "echo",
    "find_unit",
    "plain",
    "read",
    "unit_key",
    "written",
]
