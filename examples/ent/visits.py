"""A browser's visit: who is signed in, in which language, and the proof that a form is ours."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from typing import cast

from flask import abort, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from examples.ent import people
from examples.ent.people import Account
from examples.ent.platform import Ent, current_ent
from examples.ent.wording import LOCALES, word


def begin(account: Account) -> None:
    """Sign somebody in, with a session nobody had before."""
    session.clear()
    session["account_id"] = account.id
    session["id"] = secrets.token_urlsafe(24)


def account_or_none() -> Account | None:
    """Who is signed in, if anybody."""
    if "account" not in g:
        g.account = None
        if "account_id" in session:
            with current_ent().database.reading() as connection:
                g.account = people.find(connection, session["account_id"])
    return cast(Account | None, g.account)


def account() -> Account:
    """Who is signed in; nobody is sent to the sign-in page."""
    found = account_or_none()
    if found is None:
        abort(redirect(url_for("sign_in.page", next=request.full_path.rstrip("?"))))
    return found


def ent() -> Ent:
    """The ENT that is visited."""
    return current_ent()


def locale() -> str:
    """The language of this visit: the account's, else the one chosen on the sign-in page, else French."""
    found = account_or_none()
    chosen = found.locale if found else session.get("locale", "fr")
    return chosen if chosen in LOCALES else "fr"


def text(key: str, **values: object) -> str:
    """The words for a key in the language of this visit."""
    return word(key, locale(), **values)


def csrf_token() -> str:
    """What every form of ours carries."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(24)
    return cast(str, session["csrf"])


def check_csrf() -> None:
    """Refuse a form that is not ours."""
    given, expected = request.form.get("csrf_token", ""), session.get("csrf", "")
    if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        abort(400, text("error.csrf"))


def local_target(address: str | None) -> str:
    """An address of this site, or the home page: never a redirect to somewhere else."""
    if address and address.startswith("/") and not address.startswith(("//", "/\\")):
        return address
    return url_for("pages.home")


def storage_settings(ent: Ent) -> dict[str, str]:
    """What the scripts around a tool must know: whom to answer, in which partition, under which name, how to fail."""
    origins = {origin for tool in ent.tools.values() for origin in tool.origins}
    partition = hashlib.sha256(session.get("id", "").encode()).hexdigest()[:32]
    return {
        "origins": " ".join(sorted(origins | set(g.get("frame_origins", ())))),
        "partition": partition,
        "target": ent.options.storage_target or "",
        "faults": " ".join(sorted(ent.options.storage_faults)),
    }


def headers(response: Response) -> Response:
    """What every page tells the browser: frames and forms go to us and the tools only."""
    if response.mimetype != "text/html":
        return response
    tools = " ".join(sorted({origin for tool in current_ent().tools.values() for origin in tool.origins}))
    shown = " ".join(sorted(g.get("shown_origins", ())))
    frames = " ".join(dict.fromkeys(["'self'", *tools.split(), *g.get("frame_origins", ()), *shown.split()]))
    policy = {
        "default-src": "'self'",
        "frame-src": frames,
        "img-src": f"'self' {shown}".strip(),
        "media-src": f"'self' {shown}".strip(),
        "form-action": f"'self' {current_ent().addresses.public} {tools}",
        "frame-ancestors": "'self'",
        "base-uri": "'none'",
        "object-src": "'none'",
    }
    response.headers["Content-Security-Policy"] = "; ".join(
        f"{name} {value}" for name, value in policy.items()
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def show_from(origins: Iterable[str]) -> None:
    """Let this page show pictures, sounds, films and frames from elsewhere, because a tool put them there."""
    g.setdefault("shown_origins", set()).update(origins)


def template_values() -> dict[str, object]:
    """What templates may use."""
    return {
        "t": text,
        "locale": locale(),
        "locales": LOCALES,
        "account": account_or_none(),
        "csrf_token": csrf_token,
        "client_storage": lambda: storage_settings(current_ent()),
    }
