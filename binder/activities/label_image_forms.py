"""An author's form for a picture to be labelled, and an example to begin with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from binder.activities.forms import Form, one
from binder.activities.picturing import ZoneRow, picture_from_form, zone_rows
from binder.activities.values import new_id

__all__ = ["content_of", "example"]

APART = ";"
"""Stands between the texts that are all right in a zone."""


def content_of(form: Form, data: dict[str, Any]) -> dict[str, Any]:
    """Data for `LabelImage.load`.

    Zones are lines as `zone_rows` reads them, with `zone_place` (where it is) and `zone_label` (what belongs there;
    several texts with `;` between them). `wrong_labels` has a line for each label that belongs nowhere; `label_id` and
    `label_text` say which labels had an id already; `resource` names their pictures behind the question's own, `bare`
    the labels that are to have none.

    :param data: what `forms.common` has made of the form.
    """
    mode, lines = one(form, "mode", "select"), zone_rows(form, "zone_place", "zone_label")
    data["body"] |= {
        "image": picture_from_form(form),
        "mode": mode,
        "reuse": one(form, "reuse") == "1",
        "zones": [{**line.zone(), "label_sr": line["zone_place"]} for line in lines],
        "labels": [],
    }
    said = {line["zone_id"]: texts for line in lines if (texts := _said(line))}
    wrong = [text for line in one(form, "wrong_labels").splitlines() if (text := line.strip())]
    if mode == "text":
        data["key"]["texts"] = {
            zone: [{"text": text, "fraction": _fraction(form, zone, text)} for text in texts]
            for zone, texts in said.items()
        }
    else:
        ids = _ids(form, [*(text for texts in said.values() for text in texts), *wrong])
        data["body"]["labels"] = [_label(name, text, _pictures(form)) for text, name in ids.items()]
        data["key"]["zones"] = {zone: [ids[text] for text in texts] for zone, texts in said.items()}
    data["scoring"] = {
        "mode": one(form, "total", "per_zone"),
        "penalty": one(form, "penalty") == "1",
        "case": one(form, "case", "ignore"),
        "accents": one(form, "accents", "require"),
        "typos": one(form, "typos", "no"),
    }
    return data


def _said(line: ZoneRow) -> list[str]:
    texts = [" ".join(text.split()) for text in line["zone_label"].split(APART)]
    return list(dict.fromkeys(text for text in texts if text))


def _ids(form: Form, texts: list[str]) -> dict[str, str]:
    """Text → id, each once; a text that was there before keeps its own."""
    before = dict(zip(form.get("label_text", ()), form.get("label_id", ()), strict=False))
    return {text: before.get(text) or new_id() for text in dict.fromkeys(texts)}


def _pictures(form: Form) -> dict[str, str]:
    """Id of a label that was there before → its picture; that of the question stands first among the files."""
    pairs = zip(form.get("label_id", ()), form.get("resource", ())[1:], strict=False)
    return {label: picture for label, picture in pairs if picture and label not in form.get("bare", ())}


def _label(name: str, text: str, pictures: Mapping[str, str]) -> dict[str, str]:
    label = {"id": name, "text": text}
    return {**label, "picture": pictures[name]} if name in pictures else label


def _fraction(form: Form, zone: str, text: str) -> str:
    """What a text was worth that has been accepted in part; those that are typed are right."""
    known = zip(
        form.get("part_zone", ()), form.get("part_text", ()), form.get("part_fraction", ()), strict=False
    )
    return next((fraction for at, said, fraction in known if (at, said) == (zone, text)), "1")


def example(lang: str) -> dict[str, Any]:
    """Data as `LabelImage.load` takes it once a picture has been chosen."""
    english = lang.partition("-")[0] == "en"
    texts = ("petal", "stamen", "pistil", "root") if english else ("pétale", "étamine", "pistil", "racine")
    places = (
        ("Top left", "In the middle, on the right", "In the middle")
        if english
        else ("En haut à gauche", "Au milieu, à droite", "Au milieu")
    )
    corners = ([0.1, 0.15, 0.18, 0.12], [0.6, 0.4, 0.14, 0.12], [0.44, 0.45, 0.12, 0.2])
    return {
        "title": "The parts of a flower" if english else "Les parties d’une fleur",
        "points": "3",
        "body": {
            "prompt": "<p>Label the flower.</p>" if english else "<p>Légende la fleur.</p>",
            "image": {
                "resource": "",
                "alt": "A flower cut in half." if english else "Une fleur coupée en deux, sans légende.",
            },
            "mode": "drag",
            "zones": [
                {"id": f"z{number}", "shape": "rect", "coords": coords, "label_sr": place}
                for number, (coords, place) in enumerate(zip(corners, places, strict=True))
            ],
            "labels": [{"id": f"l{number}", "text": text} for number, text in enumerate(texts)],
        },
        "key": {
            "zones": {"z0": ["l0"], "z1": ["l1"], "z2": ["l2"]},
            "explanation": "<p>A root is no part of a flower.</p>"
            if english
            else "<p>La racine appartient à la plante, pas à la fleur.</p>",
        },
        "scoring": {},
    }
