"""Numbers as people type them, read exactly or refused with a reason."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

__all__ = ["MAX_LENGTH", "MESSAGES", "NumberError", "Reading", "decimal_comma", "read"]

MAX_LENGTH = 60
"""Characters of one number at the most, without the spaces around it."""
MAX_DIGITS = 40
"""Digits of one number at the most, without its exponent."""
LARGEST = Fraction(10) ** 99
POINT = frozenset(
    """am bn cy dv en fil ga gd gsw gu ha haw he hi ig ii ja km kn ko lb_ch lg mi ml mn mr ms mt my ne om pa rm si sn so
    sw ta te th ti tl tn ug ur yo yue za zh zu""".split()
)
"""Languages with a decimal point (CLDR); all others have a comma."""
POINT_REGIONS = frozenset(
    "de-ch de-li it-ch es-419 es-do es-gt es-hn es-mx es-ni es-pa es-pe es-pr es-sv es-us".split()
)
"""Regions that write a point where their language has a comma."""
MINUS = str.maketrans(dict.fromkeys("\u2212\u2010\u2011\u2013\ufe63\uff0d", "-"))
INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
RUN = re.compile(r"[0-9.,]+(?: [0-9.,]+)*")
SIGN = re.compile(r"([+-]?) ?")
BAR = re.compile(r" ?[/\u2044] ?")
POWER_ALONE = re.compile(r"10 ?(?:\^|(?=[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]))")
POWER = re.compile(r" ?(?:[eE](?= ?[+-]?[0-9])|[xX×*·⋅] ?10 ?(?:\^|(?=[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻])))")
EXPONENT = re.compile(r" ?\(?([+-]?)([0-9]+)\)?|([⁺⁻]?)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
VULGAR = {
    chr(code): Fraction(unicodedata.normalize("NFKC", chr(code)).replace("\u2044", "/"))
    for code in (*range(0xBC, 0xBF), *range(0x2150, 0x215F), 0x2189)
}
"""Signs such as ½."""
UNIT = re.compile(r"(?:[^\W\d_]|[°%‰€$£¥'\"′″])(?: ?(?:[^\W\d_]|[°%‰€$£¥'\"′″²³¹⁻^*/.·⋅()-])|[0-9]){0,29}")

MESSAGES = {
    "empty": "write a number",
    "too-long": f"{MAX_LENGTH} characters at the most",
    "digits": f"a number has {MAX_DIGITS} digits at the most",
    "unreadable": "this is no number: write digits, such as 12 or 3/4",
    "comma": "a number has one decimal comma at the most, and spaces between thousands: 1 234,5",
    "point": "a number has one decimal point at the most, and commas between thousands: 1,234.5",
    "groups": "is this one number? Thousands stand in groups of three: 12 345 or 12345",
    "english-comma": "commas stand between thousands here: write 1.5 with a point, or 12,345",
    "incomplete": "digits are missing behind the comma or the point",
    "bar": "a fraction has one whole number above its bar and one below: 3/4",
    "zero": "nothing can be divided by 0",
    "mixed": "write a fraction such as 3/2, or 1,5",
    "power": "write a power of ten like this: 3 × 10^5 or 3e5",
    "exponent": "the exponent of 10 has two digits at the most",
    "unit": "what stands behind the number is no unit",
}


class NumberError(ValueError):
    """Why something typed is no number: `code` for machines, `message` for people, in English."""

    def __init__(self, code: str) -> None:
        super().__init__(MESSAGES[code])
        self.code, self.message = code, MESSAGES[code]


@dataclass(frozen=True)
class Reading:
    """A number as it was typed; `decimals` and `significant` count its digits, a fraction has none of them."""

    value: Fraction
    unit: str = ""
    decimals: int = 0
    significant: int = 0
    fraction: bool = False


def decimal_comma(lang: str) -> bool:
    """Whether a language (BCP 47) writes a decimal comma."""
    tag = lang.replace("_", "-").lower()
    region = "-".join(part for part in tag.split("-") if len(part) != 4)
    return tag.partition("-")[0] not in POINT and region not in POINT_REGIONS


def read(text: str, lang: str) -> Reading:
    """A number with its unit, if there is one.

    :param lang: of the question: it says what comma and point mean.
    :raises NumberError: where it is none, or could mean two things.
    """
    text = text.strip()
    if len(text) > MAX_LENGTH:
        raise NumberError("too-long")
    text = INVISIBLE.sub("", unicodedata.normalize("NFC", text)).translate(MINUS)
    text = " ".join(text.split())
    sign = SIGN.match(text)
    at = sign.end() if sign else 0
    factor = -1 if text.startswith("-") else 1
    if at == len(text):
        raise NumberError("unreadable" if text else "empty")
    reading, at = _number(text, at, comma=decimal_comma(lang))
    unit = text[at:].strip()
    if unit:
        _check_unit(unit, reading)
    return Reading(factor * reading.value, unit, reading.decimals, reading.significant, reading.fraction)


def _number(text: str, at: int, *, comma: bool) -> tuple[Reading, int]:
    """Everything but sign and unit, and where it ends."""
    power = POWER_ALONE.match(text, at)
    whole, decimals, end = "1", "", at
    if power is None:
        run = RUN.match(text, at)
        end = run.end() if run else at
        sign = text[end : end + 2].lstrip()[:1]
        if sign in VULGAR:
            return _with_sign(run[0] if run else "0", VULGAR[sign]), text.index(sign, end) + 1
        if run is None:
            raise NumberError("unreadable")
        bar = BAR.match(text, end)
        if bar:
            return _fraction(run[0], text, bar.end())
        whole, decimals = _digits(run[0], comma=comma)
        power = POWER.match(text, end)
    shift, end = _exponent(text, power.end()) if power else (0, end)
    digits = whole + decimals
    significant = len(digits.lstrip("0")) or len(decimals) or 1
    value = Fraction(int(digits)) * Fraction(10) ** (shift - len(decimals))
    if value and not 1 / LARGEST < value < LARGEST:
        raise NumberError("exponent")
    return Reading(value, decimals=max(0, len(decimals) - shift), significant=significant), end


def _with_sign(run: str, part: Fraction) -> Reading:
    if not run.isdigit() or len(run) > MAX_DIGITS:
        raise NumberError("mixed")
    return Reading(int(run) + part, fraction=True)


def _fraction(above: str, text: str, at: int) -> tuple[Reading, int]:
    below = RUN.match(text, at)
    if not below or BAR.match(text, below.end()) or set(",.") & set(above + below[0]):
        raise NumberError("bar")
    if not (_grouped(above.split(" ")) and _grouped(below[0].split(" "))):
        raise NumberError("mixed")
    if POWER.match(text, below.end()):
        raise NumberError("power")
    numerator, denominator = above.replace(" ", ""), below[0].replace(" ", "")
    if len(numerator + denominator) > MAX_DIGITS:
        raise NumberError("digits")
    if not int(denominator):
        raise NumberError("zero")
    return Reading(Fraction(int(numerator), int(denominator)), fraction=True), below.end()


def _exponent(text: str, at: int) -> tuple[int, int]:
    match = EXPONENT.match(text, at)
    if not match:
        raise NumberError("power")
    sign, digits = (match[1], match[2]) if match[2] else (match[3], match[4])
    if len(digits) > 2:
        raise NumberError("exponent")
    return int((sign + digits).translate(RAISED)), match.end()


def _digits(run: str, *, comma: bool) -> tuple[str, str]:
    """Digits before and behind the comma or point."""
    separator = "." if not comma or "." in run else ","
    if run.count(separator) > 1 or (comma and "," in run and "." in run):
        raise NumberError("comma" if comma else "point")
    whole, _, decimals = run.partition(separator)
    if separator in run and not decimals:
        raise NumberError("incomplete")
    if "," in decimals:
        raise NumberError("point")
    groups = re.split("[ ,]", whole) if whole else []
    behind = decimals.split(" ")
    if len(groups) > 1 and ("," in whole) and (" " in whole or not _grouped(groups)):
        raise NumberError("english-comma")
    if (
        not _grouped(groups)
        or any(len(part) != 3 for part in behind[:-1])
        or len(behind) > 1
        and not 0 < len(behind[-1]) < 4
    ):
        raise NumberError("groups")
    made = "".join(groups), "".join(behind)
    if len(made[0] + made[1]) > MAX_DIGITS:
        raise NumberError("digits")
    return made


def _grouped(groups: Sequence[str]) -> bool:
    """Whether thousands stand apart as they should; a number without spaces is one group."""
    if len(groups) < 2:
        return True
    first, *others = groups
    return 0 < len(first) <= 3 and not first.startswith("0") and all(len(group) == 3 for group in others)


def _check_unit(unit: str, reading: Reading) -> None:
    if re.match(r"[xX×*·⋅]{1,2} ?10|\^|[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]", unit):
        raise NumberError("power")
    if not UNIT.fullmatch(unit) or (reading.fraction and re.match(r"[eE][+-]?[0-9]", unit)):
        raise NumberError("unit" if unit[0] not in "/.,0123456789" else "unreadable")
