"""What the buttons of a question's form do but to save it: more lines, a pasted list, a try, another type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from flask import request

from binder.activities import activities
from binder.activities.pasting import MOST_PASTED
from binder.activities.transforming import transformed
from binder.errors import Invalid
from binder.models import Activity, Binder
from lti.views.authors.block_forms import Store, take_in
from lti.views.authors.question_forms import Asked, Place, known, written_as_html
from lti.views.authors.trying import probed, tried
from lti.views.screens import Here

__all__ = ["ACTIONS", "sent"]


def sent(here: Here, place: Place, existing: Activity | None, store: Store) -> Asked:
    """The form as it was sent, after what its button asked for; `ACTIONS` store nothing.

    :param store: keeps a file that was chosen.
    """
    kind = known(request.form.get("type", "") or (existing.type if existing is not None else ""))
    fields = request.form.to_dict(flat=False)
    action = request.form.get("action", "")
    if action not in PURE:
        take_in(store, fields)
        fields |= _proportions(place.binder, fields)
    asked = Asked(place, kind, existing, written_as_html(kind, fields), typed=True)
    return ACTIONS[action](here, asked) if action in ACTIONS else asked


def _proportions(binder: Binder, fields: dict[str, list[str]]) -> dict[str, list[str]]:
    """Width and height of the picture that the form names, in pixels, as the binder knows them."""
    named = next(iter(fields.get("resource", ())), "")
    file = next((one for one in binder.resources if str(one.id) == named), None)
    if file is None or file.width is None or file.height is None:
        return {}
    return {"resource_width": [str(file.width)], "resource_height": [str(file.height)]}


def _more(here: Here, asked: Asked) -> Asked:
    """Empty lines at the end of the form."""
    return replace(asked, data={**asked.data, "more": True})


def _paste(here: Here, asked: Asked) -> Asked:
    """The lines of a pasted list as rows."""
    text = request.form.get("pasted", "")[:MOST_PASTED]
    return replace(asked, data=asked.kind.pasted(asked.data, text))


def _count(here: Here, asked: Asked) -> Asked:
    """The table of what typical answers are worth."""
    try:
        asked.kind.load(asked.data)
    except Invalid as error:
        return replace(asked, error=error)
    return replace(asked, table=True)


def _probe(here: Here, asked: Asked) -> Asked:
    """What a text is worth."""
    try:
        content = asked.kind.load(asked.data)
        return replace(asked, probe=probed(asked.kind, content, asked.place.lang))
    except Invalid as error:
        return replace(asked, error=error)


def _try(here: Here, asked: Asked) -> Asked:
    """The question as a learner has it, or what became of the answer to it."""
    try:
        return replace(asked, trial=tried(here, asked))
    except Invalid as error:
        return replace(asked, error=error)


def _transform(here: Here, asked: Asked) -> Asked:
    """The form of another type, filled; the question stays what it is until it is saved."""
    target = request.form.get("transform_to", "")
    try:
        content = asked.kind.load(asked.data)
        data, lost = transformed(asked.kind.name, content, target, asked.place.lang)
    except Invalid as error:
        return replace(asked, error=error)
    filled = asked.place.begun(activities[target], {**data, "title": asked.data.get("title", "")})
    return replace(asked, kind=activities[target], data=filled, lost=lost)


ACTIONS: Mapping[str, Callable[[Here, Asked], Asked]] = {
    "more": _more,
    "paste": _paste,
    "table": _count,
    "probe": _probe,
    "try": _try,
    "check": _try,
    "transform": _transform,
    "back": lambda here, asked: asked,
}
"""What a button of the form may ask for than to save it; `back` shows what a device has kept."""
PURE = frozenset(("table", "probe", "try", "check", "back"))
"""Those in which not even a file that is being chosen is stored."""
