"""Words for people: the library's own texts in the viewer's language, apart from any translation of the host.

The texts in the sources are English; the catalogues in `translations/<language>/LC_MESSAGES`, one for each part of the
product, hold the others and are read as they are, so nothing has to be compiled.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from babel.messages.pofile import read_po

from binder.clock import now

__all__ = ["DEFAULT", "LANGUAGES", "N_", "Texts", "add_catalogues", "choose", "set_clocks", "texts"]

LANGUAGES = ("fr", "en")
"""Languages of the interface; the first is spoken where nothing is known."""
DEFAULT = LANGUAGES[0]
SPACES = ((re.compile(r" ([;!?])"), "\u202f\\1"), (re.compile(r" (:)"), "\u00a0\\1"))
QUOTES = ((re.compile(r"« "), "«\u00a0"), (re.compile(r" »"), "\u00a0»"))


def N_(text: str) -> str:
    """Marks a text for translation where it stands; it is translated where it is shown."""
    return text


def choose(*wanted: str | None) -> str:
    """The language to speak: the first of `wanted` (BCP 47, best first) that there is."""
    for tag in wanted:
        language = (tag or "").replace("_", "-").partition("-")[0].lower()
        if language in LANGUAGES:
            return language
    return DEFAULT


def _french(text: str) -> str:
    for pattern, replacement in SPACES + QUOTES:
        text = pattern.sub(replacement, text)
    return text


NEAR = {
    -1: N_("yesterday, %(time)s"),
    0: N_("today, %(time)s"),
    1: N_("tomorrow, %(time)s"),
}


@dataclass(frozen=True)
class Clocks:
    """The time zones that a request goes by."""

    school: ZoneInfo = ZoneInfo("Europe/Paris")
    own: ZoneInfo = ZoneInfo("Europe/Paris")


_clocks: ContextVar[Clocks] = ContextVar("lti-clocks", default=Clocks())  # noqa: B039 - it is frozen


def set_clocks(school: str, own: str = "") -> None:
    """From now on, in this thread, times are shown on somebody's own clock, and typed on the school's.

    :param own: IANA name; empty where nothing is known of the person.
    """
    _clocks.set(Clocks(ZoneInfo(school), ZoneInfo(own or school)))


@dataclass(frozen=True)
class Texts:
    """One language: translations, dates and numbers; times by the clocks of the request."""

    language: str
    locale: Locale
    messages: dict[str, str | tuple[str, ...]]
    plural: Callable[[float], int]

    @property
    def zone(self) -> ZoneInfo:
        """Where the viewer is, as far as their platform says so: on that clock times are shown."""
        return _clocks.get().own

    @property
    def school_zone(self) -> ZoneInfo:
        """Where the school is: on that clock dates and times are typed, and printed."""
        return _clocks.get().school

    def place(self, zone: ZoneInfo) -> str:
        """The town after which a zone is called, as people write it."""
        return str(dates.get_timezone_location(zone, locale=self.locale, return_city=True))

    @property
    def clocks_differ(self) -> bool:
        """Whether the viewer's clock shows another time than the school's at this moment."""
        return now().astimezone(self.zone).utcoffset() != now().astimezone(self.school_zone).utcoffset()

    def gettext(self, text: str, **values: Any) -> str:
        """`text` in this language; `%(name)s` is replaced by the value of that name."""
        found = self.messages.get(text) or text
        found = found if isinstance(found, str) else found[0]
        return found % values if values else found

    def ngettext(self, one: str, many: str, number: int, **values: Any) -> str:
        """As `gettext`, by number (in French 0 and 1 are singular); `%(num)s` is the number."""
        found = self.messages.get(one)
        form = found[self.plural(number)] if isinstance(found, tuple) else (one if number == 1 else many)
        return form % {"num": self.number(number), **values}

    def number(self, number: int | Fraction) -> str:
        """A number as written in this language, with two decimals at the most."""
        rounded = round(float(number) + 1e-9, 2)
        return str(numbers.format_decimal(rounded, "#,##0.##", locale=self.locale))

    def date_time(self, instant: datetime) -> str:
        """An instant on the viewer's clock, with the day's name."""
        local = instant.astimezone(self.zone)
        pattern = "EEE d MMM y, HH 'h' mm" if self.language == "fr" else "EEE d MMM y, HH:mm"
        return str(dates.format_datetime(local, pattern, locale=self.locale))

    def near(self, instant: datetime) -> str:
        """An instant on the viewer's clock as one says it who looks ahead: tomorrow, 18 h."""
        local, today = instant.astimezone(self.zone), now().astimezone(self.zone).date()
        time = local.strftime("%H h %M" if self.language == "fr" else "%H:%M")
        time = time.removesuffix(" 00") if self.language == "fr" else time
        away = (local.date() - today).days
        if away in NEAR:
            return self.gettext(NEAR[away], time=time)
        pattern = "EEEE d MMMM" if abs(away) < 300 else "EEEE d MMMM y"
        return f"{dates.format_date(local.date(), pattern, locale=self.locale)}, {time}"

    def day(self, day: date) -> str:
        """A day with its name."""
        return str(dates.format_date(day, "EEEE d MMMM y", locale=self.locale))

    def input_value(self, instant: datetime | None) -> str:
        """An instant as a `datetime-local` field wants it, on the school's clock."""
        return instant.astimezone(self.school_zone).strftime("%Y-%m-%dT%H:%M") if instant else ""

    def instant(self, value: str) -> datetime | None:
        """What a `datetime-local` field sent, on the school's clock; None if empty.

        :raises ValueError: if it is no date.
        """
        if not value.strip():
            return None
        try:
            return datetime.fromisoformat(value).replace(tzinfo=self.school_zone).astimezone(UTC)
        except OverflowError:
            raise ValueError("before the first day of all") from None


_folders: list[Traversable] = [files("lti") / "translations"]


def add_catalogues(folder: Traversable) -> None:
    """Read `<language>/LC_MESSAGES/*.po` of a folder too: for packages that bring types of activity or block.

    What is translated already stays as it is.
    """
    if folder not in _folders:
        _folders.append(folder)
        texts.cache_clear()


def _catalogued(language: str) -> Iterator[tuple[str, list[str]]]:
    """All messages of a language: the text in the sources, and its translation by number."""
    for place in reversed(_folders):
        folder = place / language / "LC_MESSAGES"
        for source in sorted(folder.iterdir(), key=lambda path: path.name) if folder.is_dir() else ():
            with source.open("rb") as stream:
                for message in read_po(stream, locale=language):
                    forms = (
                        [message.string] if isinstance(message.string, str) else list(message.string or ())
                    )
                    if message.id and not message.fuzzy and any(forms):
                        yield message.id if isinstance(message.id, str) else message.id[0], forms


@cache
def texts(language: str) -> Texts:
    """The texts of one of `LANGUAGES`."""
    locale = Locale.parse(language)
    tidy: Callable[[str], str] = _french if language == "fr" else str
    messages: dict[str, str | tuple[str, ...]] = {}
    for one, forms in _catalogued(language):
        messages[one] = tidy(forms[0]) if len(forms) == 1 else tuple(tidy(form) for form in forms)
    plural = (lambda n: int(n >= 2)) if language == "fr" else (lambda n: int(n != 1))
    return Texts(language, locale, messages, plural)
