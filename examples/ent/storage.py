"""Client-side storage for tools in a frame (LTI client-side postMessage storage 0.1): the hidden frame."""

from flask import Blueprint, render_template

from examples.ent import visits

storage = Blueprint("storage", __name__)


@storage.get("/lti-storage")
def frame() -> str:
    """What the hidden frame shows: nothing; its script answers tools."""
    visits.account()
    return render_template("ent/storage.html", storage=visits.storage_settings(visits.ent()))
