"""The picker: a teacher chooses what their platform gets (deep linking), and how it is shown and given there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Response, g, request

from binder.access import require
from binder.errors import Forbidden, Invalid, NotFound
from binder.giving.windows import MAX_ATTEMPTS, Window, checked
from binder.models import Binder, Preset
from lti.claims import DeepLinkingSettings
from lti.errors import ContentItemInvalid
from lti.i18n import N_
from lti.links import linking, picking
from lti.links.linking import MOST, Place, Wish
from lti.links.things import Key, Kind, Thing, Why
from lti.models import Launch
from lti.protocol import deep_linking
from lti.tool import tool
from lti.views.forms import identifier, number, problems
from lti.views.platforms.launch import blueprint_url
from lti.views.screens import Here, form_key, render, screen, texts
from lti.views.teaching.giving import instants

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["CHOSEN", "choose", "chosen", "how", "keep", "picker", "place", "settings_of"]

CHOSEN = "chosen"
"""In `Launch.message`: the keys of what is ticked, as long as the teacher looks around."""
MOST_TYPED = 200
EVERYTHING = DeepLinkingSettings("", tuple(deep_linking.TARGETS), ("embed", "iframe", "window"), True)
WHY = {
    Why.COLLEAGUE: N_("A colleague shares it with you to read: only those who write it can place it."),
    Why.EMPTY: N_("There is nothing on this page yet."),
    Why.NOTHING_PUBLISHED: N_("Nothing in it is published yet: the class would find it empty."),
    Why.DRAFT: N_("Your workspace takes a copy of the published page, and this one is a draft."),
    Why.ONLY_QUESTIONS: N_("Your workspace takes copies of texts only, and there are none on this page."),
    Why.NOT_TAKEN: N_("Your workspace does not take this kind of thing here."),
    Why.TARGET: N_("Your workspace shows such things in a place where this one cannot be shown."),
    Why.MEDIA_TYPE: N_("Your workspace does not take files of this type here."),
    Why.SCANNING: N_("This file is not ready: it is being checked for viruses, or was refused."),
    Why.UNKNOWN_TYPE: N_("The type of this question is not installed here."),
}
SHAPES = {
    "ltiResourceLink": N_("A link that opens in Classeur, with the pupil’s name"),
    "link": N_("An ordinary link"),
    "html": N_("A copy of its texts, without questions and pictures"),
    "image": N_("The picture itself"),
    "file": N_("A file to fetch"),
}
TAKES = {
    "ltiResourceLink": N_("links that open in Classeur"),
    "link": N_("ordinary links"),
    "html": N_("copies of texts"),
    "image": N_("pictures"),
    "file": N_("files"),
}


def settings_of(here: Here) -> DeepLinkingSettings:
    """What the platform takes; a teacher who looks without having been asked is shown everything."""
    if here.launch_id is not None:
        with suppress(Forbidden):
            return linking.asked(here.session, here.viewer, here.launch_id)[1]
    return EVERYTHING


def chosen(here: Here, settings: DeepLinkingSettings) -> list[Thing]:
    """What is ticked and can still be placed, as far as the platform takes so many."""
    names = request.args.getlist("what")
    if here.launch is not None:
        names = here.launch.message.get(CHOSEN, [])
    things = []
    for name in names[:MOST]:
        with suppress(NotFound, Forbidden):
            thing = picking.thing(here.session, here.viewer, settings, Key.read(name))
            if thing.shapes:
                things.append(thing)
    return things if settings.accept_multiple else things[:1]


def keep(here: Here, names: Sequence[str]) -> dict[str, Any]:
    """Remember what is ticked.

    :return: what must stand in the address of the next screen, where there is no launch to keep it.
    """
    names = list(dict.fromkeys(names))[:MOST]
    if here.launch_id is None:
        return {"what": names}
    launch = here.session.get(Launch, (here.viewer.tenant_id, here.launch_id))
    if launch is not None:
        launch.message = {**(launch.message or {}), CHOSEN: [str(Key.read(name)) for name in names]}
    return {}


@dataclass(frozen=True)
class Looked:
    """What the picker shows."""

    words: str
    binder: Binder | None
    things: Sequence[Thing]


def _looked(here: Here, settings: DeepLinkingSettings, known: Sequence[Binder]) -> Looked:
    words, wanted = request.args.get("q", "").strip()[:MOST_TYPED], request.args.get("binder", "")
    if words:
        return Looked(words, None, picking.found(here.session, here.viewer, settings, words))
    if not wanted and len(known) == 1:
        wanted = str(known[0].id)
    if not wanted:
        return Looked("", None, ())
    opened = picking.shelf(here.session, here.viewer, settings, identifier(wanted))
    return Looked("", opened.binder, opened.things)


@screen("/link")
def picker(here: Here) -> Response:
    """Binders to open, what is in one of them (`?binder=`) or has the words looked for (`?q=`), and what is ticked."""
    return _picker(here)


def _picker(here: Here, problem: str = "") -> Response:
    require(here.viewer, "write")
    settings = settings_of(here)
    known = picking.binders(here.session, here.viewer)
    looked, ticked = _looked(here, settings, known), chosen(here, settings)
    shown = {part.key for thing in looked.things for part in thing.walk()}
    words = texts()
    return render(
        "picker.html",
        here,
        binders=known,
        looked=looked,
        ticked={str(thing.key) for thing in ticked},
        elsewhere=[replace(thing, parts=()) for thing in ticked if thing.key not in shown],
        several=settings.accept_multiple,
        takes=[words.gettext(TAKES[one]) for one in settings.accept_types if one in TAKES],
        takes_all={"ltiResourceLink"} <= set(settings.accept_types),
        why=WHY,
        kinds=Kind,
        problem=problem,
        status=422 if problem else 200,
    )


@screen("/link", "POST")
def choose(here: Here) -> BaseResponse:
    """Look elsewhere with the same ticks, go on to how it is shown, place it as it goes without saying, or nothing."""
    form, names = request.form, request.form.getlist("what")
    action = form.get("action", "")
    if "open" in form or action in ("look", "how", "new"):
        more = keep(here, names)
        if action == "how" and _amiss(names):
            return _picker(here, _amiss(names))
        if action in ("how", "new"):
            return here.to("how" if action == "how" else "make", **more)
        where = {"binder": form["open"]} if "open" in form else {"q": form.get("q", "")[:MOST_TYPED]}
        return here.to("picker", **where, **more)
    if action == "nothing" or form.get("page") == "":
        return _answered(here, [])
    names = [f"{Kind.PAGE.value}:{form['page']}"] if "page" in form else names
    if _amiss(names):
        keep(here, names)
        return _picker(here, _amiss(names))
    return _answered(here, [Wish(key=Key.read(name)) for name in dict.fromkeys(names)])


def _amiss(names: Sequence[str]) -> str:
    """What is to be said of so many ticks; empty if they are as they should be."""
    words = texts()
    if not names:
        return words.gettext("Tick something first.")
    return words.gettext("At most %(most)s things at once.", most=MOST) if len(set(names)) > MOST else ""


def _answered(here: Here, wishes: Sequence[Wish]) -> Response:
    """A form that brings the signed choice to the platform: by itself, or by its button where there are no scripts."""
    answer = linking.answer(
        here.session,
        here.viewer,
        here.launch_id or identifier(""),
        wishes,
        tool().services,
        Place(blueprint_url(), form_key(), texts()),
    )
    target = urlsplit(answer.return_url)
    g.lti_form_actions = (f"{target.scheme}://{target.netloc}",)
    return render("picked.html", here, answer=answer)


@screen("/link/how")
def how(here: Here) -> BaseResponse:
    """How each thing is shown in the platform and given to the class."""
    things = chosen(here, settings_of(here))
    return _how(here, things) if things else here.to("picker")


def _how(here: Here, things: Sequence[Thing], error: Invalid | None = None) -> Response:
    settings = settings_of(here)
    return render(
        "picker_how.html",
        here,
        things=things,
        shapes=SHAPES,
        presets=Preset,
        columns=settings.accept_lineitem is not False and "ltiResourceLink" in settings.accept_types,
        targets=[
            one for one in ("iframe", "window") if one in deep_linking.targets(settings, "ltiResourceLink")
        ],
        typed=request.form,
        problems=problems(error),
        status=422 if error else 200,
    )


@screen("/link/how", "POST")
def place(here: Here) -> BaseResponse:
    """Place it so."""
    if request.form.get("action") == "back":
        return here.to("picker", **keep(here, request.form.getlist("what")))
    settings = settings_of(here)
    names = list(dict.fromkeys(request.form.getlist("what")))[:MOST]
    things = [picking.thing(here.session, here.viewer, settings, Key.read(name)) for name in names]
    if not things:
        return here.to("picker")
    try:
        wishes = [_wish(thing, at) for at, thing in enumerate(things)]
        with here.session.begin_nested():
            return _answered(here, wishes)
    except ContentItemInvalid as error:
        told = Invalid(error.detail, {"": ["this cannot be placed so: choose another way"]})
        return _how(here, things, told)
    except Invalid as error:
        return _how(here, things, error)


def _wish(thing: Thing, at: int) -> Wish:
    """What the form says of one thing.

    :raises Invalid: messages by the names that the fields have in the form.
    """
    form, after = request.form, f"-{at}" if at else ""
    opens_at, due_at = instants(f"opens_at{after}", f"due_at{after}")
    attempts = number(f"max_attempts{after}", 1, most=MAX_ATTEMPTS)
    try:
        checked(Window(opens_at, due_at, None, None, attempts))
    except Invalid as error:
        messages: Mapping[str, Any] = error.messages
        raise Invalid(error.detail, {f"{name}{after}": said for name, said in messages.items()}) from None
    title = form.get(f"title{after}", "")
    if len(title) > 255:
        raise Invalid("title", {f"title{after}": ["255 characters at the most"]})
    preset, shape = form.get(f"preset{after}", ""), form.get(f"shape{after}", "")
    return Wish(
        key=thing.key,
        shape=shape if shape in thing.shapes else "",
        target=form.get(f"target{after}", ""),
        title=title,
        opens_at=opens_at,
        due_at=due_at,
        max_attempts=attempts,
        preset=Preset(preset) if preset in list(Preset) else Preset.HOMEWORK,
        column=form.get(f"asks{after}") != "1" or form.get(f"column{after}") == "1",
    )
