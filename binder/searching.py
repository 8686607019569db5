"""Finding pages by their words: accents and case make no difference, on SQLite (FTS5) and on PostgreSQL alike."""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy.orm import Session

from binder.blocks import blocks
from binder.models import Page, PageText

__all__ = ["folded", "learn"]

MOST_WORDS = 400_000
"""Characters of one page that a search looks in; PostgreSQL takes a mebibyte of words at the most."""
LIGATURES = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss"})
WORD = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """The words of a text as they are compared: lower case, no accents, ligatures spelt out, one space between."""
    flat = unicodedata.normalize("NFKD", text.translate(LIGATURES).casefold())
    bare = "".join(character for character in flat if not unicodedata.combining(character))
    return " ".join(WORD.findall(bare))


def learn(session: Session, page: Page) -> None:
    """Take the words of a page's draft into the index; the caller has flushed the page."""
    words = (blocks[block["type"]].text(block) for block in page.blocks if block["type"] in blocks)
    title, body = folded(page.title), folded(" ".join(words))[:MOST_WORDS]
    known = session.get(PageText, (page.tenant_id, page.id))
    if known is None:
        session.add(
            PageText(
                tenant_id=page.tenant_id,
                id=page.id,
                binder_id=page.binder_id,
                docid=page.id.int & (2**62 - 1),
                title=title,
                body=body,
            )
        )
    elif (known.title, known.body, known.binder_id) != (title, body, page.binder_id):
        known.title, known.body, known.binder_id = title, body, page.binder_id
