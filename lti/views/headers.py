"""What every answer tells the browser about itself: no scripts but ours, no frame but the platform's, nothing kept."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, g

from lti.views.screens import blueprint

__all__ = ["protect"]


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


@blueprint.after_request
def protect(response: Response) -> Response:
    """Set the headers that are not set yet; a redirection has nothing to protect but where it comes from."""
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    if 300 <= response.status_code < 400:
        return response
    form_action = " ".join(["'self'", *g.get("lti_form_actions", ())])
    response.headers.setdefault(
        "Content-Security-Policy",
        "default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'self'; script-src 'self'; "
        f"font-src 'self'; connect-src 'self'; base-uri 'none'; form-action {form_action}; frame-ancestors {_frames()}",
    )
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-store")
    return response
