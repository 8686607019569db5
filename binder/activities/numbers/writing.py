"""Numbers written as a language writes them, so that whoever typed one sees what was read."""

from __future__ import annotations

from fractions import Fraction

from binder.activities.numbers.reading import Reading, decimal_comma

__all__ = ["echo", "plain", "written"]

RAISING = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
PLAIN_DIGITS = 21
"""A number with more digits is written with a power of ten."""


def written(value: Fraction, lang: str, *, decimals: int = 0) -> str:
    """A number as the language writes it, so that `read` reads it again; a fraction where decimals would be long.

    :param decimals: how many there are at the least.
    """
    sign = "\u2212" if value < 0 else ""
    digits, places = _terminating(abs(value))
    fraction = f"{abs(value.numerator)}/{value.denominator}"
    if digits is None or PLAIN_DIGITS < len(digits) > len(fraction):
        return sign + fraction
    mark, gap = (",", "\u202f") if decimal_comma(lang) else (".", ",")
    if max(len(digits), len(digits) + places, -places) > PLAIN_DIGITS:
        rest = f"{mark}{digits[1:]}" if len(digits) > 1 else ""
        exponent = str(len(digits) - 1 + places).translate(RAISING)
        return f"{sign}{digits[0]}{rest}\u00a0×\u00a010{exponent}"
    places = min(places, -decimals) if decimals <= PLAIN_DIGITS else places
    scaled = str(int(abs(value) * Fraction(10) ** -min(places, 0))).rjust(1 - min(places, 0), "0")
    whole, behind = (scaled[:places], scaled[places:]) if places < 0 else (scaled, "")
    groups = [whole[max(0, end - 3) : end] for end in range(len(whole), 0, -3)][::-1]
    return sign + gap.join(groups) + (mark + behind if behind else "")


def plain(value: Fraction) -> str:
    """A number for programs: `-3.14` where its decimals end, else `22/7`."""
    digits, places = _terminating(abs(value))
    if digits is None:
        return str(value)
    digits = (digits + "0" * max(0, places)).rjust(1 - min(0, places), "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:places]}.{digits[places:]}" if places < 0 else sign + digits


def _terminating(value: Fraction) -> tuple[str | None, int]:
    """Digits without zeros at their end, and the power of ten that they are multiplied by; None if decimals do not end."""
    two = (value.denominator & -value.denominator).bit_length() - 1
    rest, five = value.denominator >> two, 0
    while rest % 5 == 0:
        rest, five = rest // 5, five + 1
    if rest != 1:
        return None, 0
    places = max(two, five)
    digits = str(value.numerator * 10**places // value.denominator)
    shorter = digits.rstrip("0") or "0"
    return shorter, (len(digits) - len(shorter) if value else 0) - places


def echo(reading: Reading, lang: str) -> str:
    """What was read, for the one who typed it: with all decimals that they wrote, and its unit."""
    value = reading.value
    if reading.fraction:
        number = f"{value.numerator}/{value.denominator}".replace("-", "\u2212")
    else:
        number = written(value, lang, decimals=reading.decimals)
    return f"{number}\u00a0{reading.unit}" if reading.unit else number
