"""Finding pages by their words: accents and case make no difference, on SQLite (FTS5) and on PostgreSQL alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from binder.access import Viewer, require
from binder.blocks import kind_of
from binder.models import Page, PageText

__all__ = ["Hit", "folded", "forget", "learn", "search"]

MOST_WORDS = 400_000
"""Characters of one page that a search looks in; PostgreSQL takes a mebibyte of words at the most."""
MOST_TERMS = 12
LIGATURES = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss"})
WORD = re.compile(r"[^\W_]+")
ACCENT = re.compile("[\u0300-\u036f]+")
AROUND = 90
"""Characters shown before and behind the first word found."""


@dataclass(frozen=True)
class Hit:
    """A page that was found."""

    page_id: UUID
    title: str
    binder_id: UUID
    binder_title: str
    lang: str
    excerpt: Sequence[tuple[str, bool]]
    """Pieces of the page's text around what was found, and whether each is a word that was looked for."""


def folded(text: str) -> str:
    """The words of a text as they are compared: lower case, no accents, ligatures spelt out, one space between."""
    flat = unicodedata.normalize("NFKD", text.translate(LIGATURES).casefold())
    return " ".join(WORD.findall(ACCENT.sub("", flat)))


def _text(page: Page) -> str:
    return " ".join(filter(None, (kind_of(block).text(block) for block in page.blocks)))


def learn(session: Session, page: Page) -> None:
    """Take the words of a page's draft into the index; the caller has flushed the page."""
    title, body = folded(page.title), folded(_text(page))[:MOST_WORDS]
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


def forget(session: Session, page: Page) -> None:
    """Take a page that is about to be deleted for good out of the index."""
    known = session.get(PageText, (page.tenant_id, page.id))
    if known is not None:
        session.delete(known)
        session.flush()


def _terms(words: str) -> list[str]:
    """What to look for: the beginnings of words, so that a plural finds its singular and half a word the whole."""
    return list(dict.fromkeys(_beginning(term) for term in folded(words).split()))[:MOST_TERMS]


def _beginning(term: str) -> str:
    """The part of a word that its singular and its plural share: fractions, tableaux, décimal and décimaux."""
    if len(term) <= 4:
        return term
    for ending, dropped in (("aux", 2), ("al", 1), ("s", 1), ("x", 1)):
        if term.endswith(ending):
            return term[:-dropped]
    return term


_VECTOR = "(setweight(to_tsvector('simple', words.title), 'A') || setweight(to_tsvector('simple', words.body), 'B'))"
"""The expression that the index of PostgreSQL stands on; migration 0002 has the same."""
_MATCH = {
    "sqlite": "JOIN classeur_page_index ON classeur_page_index.rowid = words.docid "
    "WHERE classeur_page_index MATCH :wanted",
    "postgresql": f"WHERE {_VECTOR} @@ to_tsquery('simple', :wanted)",
}
_BEST_FIRST = {
    "sqlite": "bm25(classeur_page_index, 8.0, 1.0)",
    "postgresql": f"ts_rank({_VECTOR}, to_tsquery('simple', :wanted)) DESC",
}


def _found(dialect: str, terms: Sequence[str]) -> tuple[sa.TextualSelect, str]:
    """The query for the ids of pages, best first, and the words to look for as the database wants them."""
    query = f"""
        SELECT page.id FROM binder_page_text AS words
        JOIN binder_page AS page ON page.tenant_id = words.tenant_id AND page.id = words.id
        JOIN binder_binder AS binder ON binder.tenant_id = page.tenant_id AND binder.id = page.binder_id
        {_MATCH[dialect]}
        AND words.tenant_id = :tenant AND page.trashed_at IS NULL AND binder.trashed_at IS NULL
        AND (binder.owner_id = :person OR EXISTS (
            SELECT 1 FROM binder_share AS share WHERE share.tenant_id = binder.tenant_id
            AND share.binder_id = binder.id AND share.person_id = :person))
        AND (binder.id = :binder OR :everywhere)
        ORDER BY {_BEST_FIRST[dialect]}, page.id LIMIT :most
    """  # noqa: S608 - of our own words
    ids = sa.text(query).bindparams(
        sa.bindparam("tenant", type_=sa.Uuid()),
        sa.bindparam("person", type_=sa.Uuid()),
        sa.bindparam("binder", type_=sa.Uuid()),
        sa.bindparam("everywhere", type_=sa.Boolean()),
    )
    wanted = [f'"{term}"*' if dialect == "sqlite" else f"{term}:*" for term in terms]
    return ids.columns(id=sa.Uuid()), (" " if dialect == "sqlite" else " & ").join(wanted)


def search(
    session: Session, viewer: Viewer, words: str, *, binder_id: UUID | None = None, limit: int = 30
) -> list[Hit]:
    """Pages of the viewer's own binders, and of those shared with them, that have all of these words.

    :param words: in any case, with or without accents; the beginning of a word will do.
    :param binder_id: only look in that one.
    :param limit: pages at the most, the best first.
    """
    require(viewer, "write")
    terms = _terms(words)
    if not terms:
        return []
    query, wanted = _found(session.get_bind().dialect.name, terms)
    values = {
        "wanted": wanted,
        "tenant": viewer.tenant_id,
        "person": viewer.person_id,
        "binder": binder_id,
        "everywhere": binder_id is None,
        "most": limit,
    }
    ids = list(session.scalars(query, values))
    pages = session.scalars(
        sa.select(Page)
        .where(Page.tenant_id == viewer.tenant_id, Page.id.in_(ids))
        .options(joinedload(Page.binder))
    )
    by_id = {page.id: page for page in pages}
    return [_hit(by_id[id], terms) for id in ids]


def _hit(page: Page, terms: Sequence[str]) -> Hit:
    binder = page.binder
    return Hit(page.id, page.title, binder.id, binder.title, binder.lang, _excerpt(_text(page), terms))


def _excerpt(text: str, terms: Sequence[str]) -> list[tuple[str, bool]]:
    """The text around the first word found, in pieces."""
    found = [match.span() for match in WORD.finditer(text) if folded(match[0]).startswith(tuple(terms))]
    begin = max(0, found[0][0] - AROUND) if found else 0
    end = min(len(text), (found[0][1] if found else 0) + AROUND)
    if begin:
        begin = text.find(" ", begin) + 1 or begin
    if end < len(text):
        end = max(text.rfind(" ", begin, end), found[0][1] if found else begin)
    pieces = [("… ", False)] if begin else []
    at = begin
    for start, stop in found:
        if stop > end:
            break
        pieces += [(text[at:start], False), (text[start:stop], True)]
        at = stop
    pieces.append((text[at:end] + (" …" if end < len(text) else ""), False))
    return [piece for piece in pieces if piece[0]]
