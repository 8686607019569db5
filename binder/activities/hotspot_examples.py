"""An example for those who write a hotspot question; its picture is a portrait of the author's own."""

from __future__ import annotations

from typing import Any

__all__ = ["example"]

WORDS = {
    "fr": (
        "Le cœur sur une planche",
        "<p>Clique sur le cœur.</p>",
        "Planche d’anatomie : le tronc, vu de face, sans légende.",
        "Le cœur",
        "<p>Dans le corps humain, où se trouve le cœur ?</p>",
        (
            "entre les deux poumons, un peu à gauche",
            "sous les poumons, à droite du ventre",
            "dans le dos, au-dessus des hanches",
        ),
        "<p>Le cœur bat entre les poumons ; sa pointe est tournée vers la gauche du corps.</p>",
    ),
    "en": (
        "The heart on a chart",
        "<p>Click on the heart.</p>",
        "Anatomical chart: the trunk from the front, without labels.",
        "The heart",
        "<p>Where is the heart in the human body?</p>",
        (
            "between the lungs, a little to the left",
            "below the lungs, on the right of the belly",
            "in the back, above the hips",
        ),
        "<p>The heart beats between the lungs; its tip points to the left of the body.</p>",
    ),
}


def example(lang: str) -> dict[str, Any]:
    """Data as `Hotspot.load` takes it once a picture has been chosen."""
    title, prompt, alt, label, asked, texts, said = WORDS.get(lang.partition("-")[0], WORDS["fr"])
    return {
        "title": title,
        "points": "1",
        "body": {
            "prompt": prompt,
            "image": {"resource": "", "alt": alt},
            "max_points": 1,
            "alternative": {
                "prompt": asked,
                "options": [{"id": f"o{number}", "text": text} for number, text in enumerate(texts)],
            },
        },
        "key": {
            "zones": [{"id": "z0", "shape": "rect", "coords": [0.46, 0.3, 0.16, 0.18], "label": label}],
            "correct": ["z0"],
            "alternative": ["o0"],
            "explanation": said,
        },
        "scoring": {},
    }
