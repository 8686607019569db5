"""A filled time line for authors who begin."""

from __future__ import annotations

from typing import Any

from binder.activities.values import new_id

__all__ = ["example"]

EXAMPLES: dict[str, tuple[str, str, dict[str, tuple[int, str]], tuple[int, ...], str]] = {
    "fr": (
        "De la Bastille à l’abolition",
        "<p>Place chaque événement sur la frise.</p>",
        {
            "L’abolition définitive de l’esclavage en France": (
                1848,
                "Une première abolition, en 1794, avait été annulée en 1802.",
            ),
            "La prise de la Bastille": (1789, "C’était le 14 juillet, d’où la fête nationale."),
            "La bataille de Waterloo": (1815, ""),
            "Le sacre de Napoléon Ier": (1804, ""),
        },
        (1792, 1830),
        "<p>De la prise de la Bastille à l’abolition, il s’écoule 59 ans.</p>",
    ),
    "en": (
        "Nine centuries of history",
        "<p>Put each event on the line of years.</p>",
        {
            "The first steps on the Moon": (1969, "Neil Armstrong and Buzz Aldrin walked there in July."),
            "The Battle of Hastings": (1066, ""),
            "The Great Fire of London": (1666, "It began in a bakery in Pudding Lane."),
            "The Battle of Trafalgar": (1805, ""),
        },
        (1215, 1815),
        "<p>From Hastings to the Moon it is 903 years.</p>",
    ),
}
"""Title, question, event → (year, feedback), years that are too many, explanation; by language."""


def example(lang: str) -> dict[str, Any]:
    """As `load()` takes it, with a title; in French unless `lang` is known."""
    title, prompt, events, others, explanation = EXAMPLES.get(lang.partition("-")[0], EXAMPLES["fr"])
    named = {new_id(): (html, year, said) for html, (year, said) in events.items()}
    return {
        "title": title,
        "points": str(len(named)),
        "body": {
            "prompt": prompt,
            "events": [{"id": name, "html": html} for name, (html, _, _) in named.items()],
            "years": sorted({*others, *(year for _, year, _ in named.values())}),
        },
        "key": {
            "years": {name: [year] for name, (_, year, _) in named.items()},
            "feedback": {name: said for name, (_, _, said) in named.items() if said},
            "explanation": explanation,
        },
        "scoring": {"mode": "per_event"},
    }
