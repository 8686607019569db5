"""The few words that an export adds, in the language of the binder."""

from __future__ import annotations

from fractions import Fraction

__all__ = ["RIGHT_TO_LEFT", "TEXTS", "Words"]

TEXTS: dict[str, dict[str, str]] = {
    "fr": {
        "activity": "Activité {number}",
        "by": "{credit} : {files}",
        "contents": "Sommaire",
        "counted": "{count} réponses à cocher.",
        "credits": "Crédits",
        "empty": "Ce classeur n’a pas encore de page.",
        "empty_page": "Cette page est vide.",
        "here": "Vous êtes ici",
        "licence": "Licence",
        "limited_group": "Pour un groupe seulement",
        "limited_until": "Caché aux élèves jusqu’au {date}",
        "missing_activity": "Cette activité n’est plus dans le classeur.",
        "next": "Page suivante",
        "of": "Page {number} sur {total}",
        "one": "Une seule réponse à cocher.",
        "one_counted": "Une réponse à cocher.",
        "pages": "Pages",
        "point": "{number} point",
        "points": "{number} points",
        "previous": "Page précédente",
        "several": "Une ou plusieurs réponses à cocher.",
        "skip": "Aller au contenu",
    },
    "en": {
        "activity": "Activity {number}",
        "by": "{credit}: {files}",
        "contents": "Contents",
        "counted": "Tick {count} answers.",
        "credits": "Credits",
        "empty": "This binder has no pages yet.",
        "empty_page": "This page is empty.",
        "here": "You are here",
        "licence": "Licence",
        "limited_group": "For one group only",
        "limited_until": "Hidden from pupils until {date}",
        "missing_activity": "This activity is no longer in the binder.",
        "next": "Next page",
        "of": "Page {number} of {total}",
        "one": "Tick one answer.",
        "one_counted": "Tick one answer.",
        "pages": "Pages",
        "point": "{number} point",
        "points": "{number} points",
        "previous": "Previous page",
        "several": "Tick one answer or more.",
        "skip": "Skip to the content",
    },
}
"""Language → name → words; every language has the same names."""

RIGHT_TO_LEFT = frozenset("ar arc ckb dv fa he ps sd ug ur yi".split())
"""Languages written from right to left."""


class Words:
    """The words for content in a language: its own where we have them, else English."""

    def __init__(self, content_lang: str) -> None:
        primary = content_lang.partition("-")[0].lower()
        self.lang = primary if primary in TEXTS else "en"
        self.content_lang = content_lang
        self.direction = "rtl" if primary in RIGHT_TO_LEFT else "ltr"

    @property
    def foreign(self) -> bool:
        """Whether these words are in another language than the content, so that the page must say so."""
        return self.content_lang.partition("-")[0].lower() != self.lang

    def __call__(self, name: str, /, **values: object) -> str:
        """The words called `name`, with `values` put in.

        :raises KeyError: if there are none.
        """
        return TEXTS[self.lang][name].format(**values)

    def number(self, number: Fraction) -> str:
        """A number as people write it: decimal where that is exact and short, else a fraction."""
        hundredths = number * 100
        if hundredths.denominator != 1:
            return str(number)
        text = f"{int(hundredths) / 100:.2f}".rstrip("0").rstrip(".")
        return text.replace(".", ",") if self.lang == "fr" else text

    def points(self, points: Fraction) -> str:
        """`2 points`, `0,5 point`."""
        one = points < 2 if self.lang == "fr" else points == 1
        return self("point" if one else "points", number=self.number(points))
