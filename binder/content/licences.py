"""The licences that a binder may stand under, what they let colleagues do, and how a copy says whose work it was."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LICENCES", "Licence", "credit_line", "licence_of"]


@dataclass(frozen=True)
class Licence:
    """A licence, or terms of one's own."""

    name: str
    """As it is written on a binder."""
    url: str = ""
    share_alike: bool = False
    """A changed copy stands under the same licence."""
    no_derivatives: bool = False
    """A changed copy may not be passed on."""
    may_copy: bool = True
    """Whether colleagues may copy without asking."""
    free: bool = False
    """Whether a copy may stand under another licence, its author being named."""


def _cc(code: str, number: str = "4.0") -> Licence:
    return Licence(
        f"CC {code} {number}",
        f"https://creativecommons.org/licenses/{code.lower()}/{number}/",
        share_alike="SA" in code,
        no_derivatives="ND" in code,
        free=code == "BY",
    )


LICENCES: dict[str, Licence] = {
    licence.name: licence
    for licence in (
        _cc("BY"),
        _cc("BY-SA"),
        _cc("BY-NC"),
        _cc("BY-NC-SA"),
        _cc("BY-ND"),
        _cc("BY-NC-ND"),
        Licence("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/", free=True),
    )
}
"""By name; anything else is terms of one's own: to be read, and copied only after asking."""
SPELLINGS = {"".join(name.split()).casefold(): name for name in LICENCES}


def licence_of(text: str) -> Licence | None:
    """The licence that a binder names; None where it names none. Terms of one's own allow nothing but reading."""
    text = " ".join(text.split())
    if not text:
        return None
    squeezed = "".join(text.split()).casefold()
    name = SPELLINGS.get(squeezed) or SPELLINGS.get(f"{squeezed}4.0") or SPELLINGS.get(f"{squeezed}1.0")
    return LICENCES[name] if name else Licence(text, may_copy=False)


CREDITS = {
    "fr": ("D’après « {title} » de {author}", "D’après « {title} »"),
    "en": ("After “{title}” by {author}", "After “{title}”"),
}
"""Language → whose work a copy was, with the author's name and without."""


def credit_line(*, title: str, author: str, licence: str, credit: str, lang: str) -> str:
    """What a copy of a binder says of its origin: one line for each binder that it goes back to, the nearest first.

    :param credit: what the copied binder says itself.
    :param lang: language of the content.
    """
    named, nameless = CREDITS["fr" if lang.partition("-")[0] == "fr" else "en"]
    line = (named if author else nameless).format(title=title, author=author)
    first = ", ".join(filter(None, (line, licence)))
    return "\n".join(dict.fromkeys([first, *filter(None, credit.split("\n"))]))
