"""The French school year: which weeks are school weeks in a zone, and the same week a year later.

The dates are those that the ministry publishes, by way of the package vacances-scolaires-france; they are known for
zones A, B and C. Corsica and the overseas territories have calendars of their own: there, weeks are counted whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from vacances_scolaires_france import SchoolHolidayDates

__all__ = ["ZONES", "SchoolYear", "is_public_holiday", "moved"]

ZONES = ("A", "B", "C")
WEEK = timedelta(days=7)
DAY = timedelta(days=1)
AUGUST_1 = (8, 1)


@cache
def _holidays() -> SchoolHolidayDates:
    return SchoolHolidayDates()


def _is_holiday(day: date, zone: str) -> bool:
    calendar = _holidays()
    if zone not in ZONES or not calendar.min_year <= day.year <= calendar.max_year:
        return False
    return bool(calendar.is_holiday_for_zone(day, zone))


@cache
def _public_holidays(year: int) -> frozenset[date]:
    """Those of the whole country, article L3133-1 of the Code du travail."""
    easter = _easter(year)
    fixed = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    return frozenset((*(date(year, *day) for day in fixed), *(easter + DAY * more for more in (1, 39, 50))))


def _easter(year: int) -> date:
    """Easter Sunday by the Gregorian calendar: the first Sunday after the full moon on or after 21 March."""
    golden, century = year % 19, year // 100
    moon = (19 * golden + century - century // 4 - (8 * century + 13) // 25 + 15) % 30
    moon -= moon == 29 or (moon == 28 and golden > 10)
    full = date(year, 3, 21) + DAY * moon
    return full + DAY * (6 - full.weekday() or 7)


def is_public_holiday(day: date) -> bool:
    """Whether France does not work on that day, Sundays apart; those of Alsace and overseas are not known here."""
    return day in _public_holidays(day.year)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True)
class SchoolYear:
    """From one first of August to the next.

    :param begins: the year of its first day: 2026 for 2026–2027.
    :param zone: `A`, `B`, `C`, or anything else where no holidays are known.
    """

    begins: int
    zone: str

    @classmethod
    def of(cls, day: date, zone: str) -> SchoolYear:
        """The year that a day is in."""
        return cls(day.year - ((day.month, day.day) < AUGUST_1), zone)

    @property
    def is_known(self) -> bool:
        """Whether its holidays are known: those of the summer before and after, too."""
        return self.zone in ZONES and self._begins_after_holidays() and self._has_holidays()

    def _begins_after_holidays(self) -> bool:
        return _is_holiday(date(self.begins, 8, 15), self.zone)

    def _has_holidays(self) -> bool:
        return _is_holiday(date(self.begins + 1, 1, 1), self.zone) and _is_holiday(
            date(self.begins + 1, 7, 20), self.zone
        )

    def is_school_day(self, day: date) -> bool:
        """From Monday to Friday, but for the holidays; public holidays are not told apart."""
        if day.weekday() > 4:
            return False
        return not _is_holiday(day, self.zone) if self.is_known else True

    def weeks(self) -> Sequence[date]:
        """The Mondays of its weeks in which there is school on some day, the first one first."""
        return _weeks(self)


@cache
def _weeks(year: SchoolYear) -> Sequence[date]:
    if year.is_known:
        monday, end = _monday(date(year.begins, 8, 1)), date(year.begins + 1, 7, 31)
    else:  # where nothing is known: from the first of September to the first days of July, all of them
        monday, end = _monday(date(year.begins, 9, 1)), date(year.begins + 1, 7, 7)
    found = []
    while monday <= end:
        if any(year.is_school_day(monday + DAY * at) for at in range(5)):
            found.append(monday)
        monday += WEEK
    return tuple(found)


def moved(day: date, old: SchoolYear, new: SchoolYear) -> date:
    """The same weekday of the same school week of another year; in its holidays, the first school day after them.

    The fifth week of school stays the fifth week, whatever the calendar; so a due date never falls into holidays.
    """
    if not (old.is_known and new.is_known):
        old, new = SchoolYear(old.begins, ""), SchoolYear(new.begins, "")
    weeks, wanted = old.weeks(), _monday(day)
    before = [at for at, monday in enumerate(weeks) if monday <= wanted]
    at = before[-1] if before else 0
    beyond = (wanted - weeks[at]) // WEEK
    target = new.weeks()[min(at, len(new.weeks()) - 1)] + beyond * WEEK + timedelta(days=day.weekday())
    last = new.weeks()[-1] + 4 * DAY
    if day.weekday() > 4 and new.is_school_day(target - DAY * (day.weekday() - 4)):
        return target
    while not new.is_school_day(target) and target < last:
        target += DAY
    return target
