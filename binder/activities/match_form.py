"""An author's form for matching: lines of pairs, and lines of what belongs to nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from binder.activities.forms import Form, Row, one
from binder.activities.items import entries, worded
from binder.activities.values import new_id

__all__ = ["content_of"]


def content_of(form: Form, data: dict[str, Any]) -> dict[str, Any]:
    """Data for `Match.load`.

    Pairs are lines of `left` and `right`, what belongs to nothing lines of `extra`; `left_id`, `right_id` and `extra_id`
    are empty in new lines. `resource` names the pictures: two for each line of a pair, then one for each of the others;
    `bare` names the places, as `left-0`, whose picture is taken away.

    :param data: what `forms.common` has made of the form.
    """
    form = {**form, **_pictures(form)}
    reuse, lines = one(form, "reuse") == "1", entries(form, "left", "right", "left_picture", "right_picture")
    left = [_side(line["left_id"] or new_id(), line, "left") for line in lines]
    right_ids = _right_ids(lines, reuse=reuse)
    right = [_side(name, line, "right") for name, line in zip(right_ids, lines, strict=True)]
    extras = [
        _side(line["extra_id"] or new_id(), line, "extra") for line in entries(form, "extra", "extra_picture")
    ]
    data["body"] |= {
        "left": left,
        "right": list({side["id"]: side for side in (*right, *extras)}.values()),
        "reuse": reuse,
    }
    data["key"]["pairs"] = dict(zip((side["id"] for side in left), right_ids, strict=True))
    data["scoring"] = {"mode": one(form, "mode", "per_pair")}
    return data


def _pictures(form: Form) -> dict[str, list[str]]:
    """The column of pictures beside each column of words."""
    chosen, bare = list(form.get("resource", ())), set(form.get("bare", ()))
    pairs, extras = len(form.get("left", ())), len(form.get("extra", ()))
    chosen += [""] * (2 * pairs + extras - len(chosen))
    columns = {
        "left": chosen[0 : 2 * pairs : 2],
        "right": chosen[1 : 2 * pairs : 2],
        "extra": chosen[2 * pairs : 2 * pairs + extras],
    }
    return {
        f"{name}_picture": ["" if f"{name}-{number}" in bare else id for number, id in enumerate(column)]
        for name, column in columns.items()
    }


def _side(name: str, line: Row, column: str) -> dict[str, Any]:
    side = {"id": name, "html": line[column]}
    return {**side, "picture": line[f"{column}_picture"]} if line[f"{column}_picture"] else side


def _right_ids(lines: Sequence[Row], *, reuse: bool) -> list[str]:
    """The id of each line's right side; where answers may be reused, equal ones are one answer."""
    given: list[str] = []
    by_looks: dict[tuple[str, str], str] = {}
    for line in lines:
        looks, name = (worded(line["right"]), line["right_picture"]), line["right_id"]
        if reuse and looks[0] and looks in by_looks:
            name = by_looks[looks]
        elif not name or name in given:
            name = new_id()
        by_looks.setdefault(looks, name)
        given.append(name)
    return given
