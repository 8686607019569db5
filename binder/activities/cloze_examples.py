"""Filled examples of texts with gaps."""

from __future__ import annotations

from typing import Any

from binder.activities.gapped import place

__all__ = ["example"]


def _text(html: str) -> dict[str, Any]:
    return {"accepted": [{"text": html}]}


def example(lang: str) -> dict[str, Any]:
    """See `ActivityType.example`: a gap of each kind."""
    english = lang.partition("-")[0] == "en"
    ga, gb, gc, gd = (place(name) for name in ("ga", "gb", "gc", "gd"))
    if english:
        title, prompt = "The water cycle", "<p>Complete the text.</p>"
        html = (
            f"<p>The sun warms the sea: water becomes {ga}. High up, at about {gb} °C, it freezes in the {gc}."
            f" Then it falls as rain or {gd}.</p>"
        )
        texts = ("vapour", "0", "clouds", "rivers", "snow", "sand")
    else:
        title, prompt = "Le cycle de l’eau", "<p>Complète le texte.</p>"
        html = (
            f"<p>Le soleil chauffe la mer : l’eau devient de la {ga}. En altitude, vers {gb} °C, elle gèle dans les"
            f" {gc}. Puis elle retombe en pluie ou en {gd}.</p>"
        )
        texts = ("vapeur", "0", "nuages", "rivières", "neige", "sable")
    vapour, zero, clouds, rivers, snow, sand = texts
    return {
        "title": title,
        "points": "4",
        "body": {
            "prompt": prompt,
            "html": html,
            "gaps": [
                {"id": "ga", "kind": "text"},
                {"id": "gb", "kind": "number"},
                {
                    "id": "gc",
                    "kind": "select",
                    "options": [{"id": "oa", "html": clouds}, {"id": "ob", "html": rivers}],
                },
                {"id": "gd", "kind": "drag"},
            ],
            "bank": [{"id": "pa", "html": snow}, {"id": "pb", "html": sand}],
            "answer_lang": "en" if english else "fr",
        },
        "key": {
            "gaps": {
                "ga": _text(vapour),
                "gb": _text(f"{zero} ± 2"),
                "gc": {"correct": ["oa"]},
                "gd": {"correct": ["pa"]},
            }
        },
        "scoring": {"accents": "half"},
    }
