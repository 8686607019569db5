"""What every answer tells the browser about itself: no scripts but ours, no frame but the platform's, nothing kept."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, g, request

from binder.errors import Unavailable
from lti.tool import tool
from lti.views.assets import is_hashed
from lti.views.screens import blueprint

__all__ = ["keep", "protect"]


def _origin(url: str) -> str | None:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") and parts.netloc else None


def _frames() -> str:
    """Who may hold the page in a frame: the platform of the launch; before there is one, any secure page."""
    launch = g.get("lti_launch")
    if launch is None:
        return "'self' https: http://localhost:* http://127.0.0.1:*"
    origins = {origin for url in launch.platform_urls if (origin := _origin(url))}
    return " ".join(["'self'", *sorted(origins)])


def _embeds() -> str:
    """What may stand in a frame of ours: the sites that the host allows for blocks, and nothing of our own."""
    return " ".join(f"https://{host}" for host in tool().settings.embed_hosts) or "'none'"


def _files() -> str:
    """Where files are shown from, beside ourselves: a store that hands them out by itself."""
    try:
        return "".join(f" {origin}" for origin in sorted(tool().storage.origins))
    except Unavailable:  # the page is still of use, and says that files are not
        return ""


@blueprint.after_request
def keep(response: Response) -> Response:
    """A script's name changes with its content, so a browser need never ask again."""
    if request.endpoint == "lti.static" and response.status_code in (200, 206, 304):
        if is_hashed((request.view_args or {})["filename"]):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@blueprint.after_request
def protect(response: Response) -> Response:
    """Set the headers that are not set yet; a redirection has nothing to protect but where it comes from."""
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    if 300 <= response.status_code < 400:
        return response
    form_action = " ".join(["'self'", *g.get("lti_form_actions", ())])
    response.headers.setdefault(
        "Content-Security-Policy",
        f"default-src 'none'; img-src 'self' data:{_files()}; media-src 'self'{_files()}; style-src 'self'; "
        "script-src 'self'; "
        f"font-src 'self'; connect-src 'self'; frame-src {_embeds()}; base-uri 'none'; form-action {form_action}; "
        f"frame-ancestors {_frames()}",
    )
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-store")
    return response
