"""Binders to export: one with everything in it, and as many odd ones as a test asks for; documents in native form."""

from __future__ import annotations

import hashlib
import io
import random
import zipfile
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy.orm import Session

from binder.content.importing import import_binder
from binder.models import Binder
from binder.schemas import walk_pages
from binder.storage import FileStorage
from exporters import Report, export
from tests import factories

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20" width="40" height="20">'
    b'<rect width="40" height="20" fill="#268"/></svg>'
)
WAV = (
    b"RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x40\x1f\0\0\1\0\x08\0data\x08\0\0\0" + b"\x80" * 8
)
VTT = b"WEBVTT\n\n00:00.000 --> 00:01.000\nIl pleut.\n"
PDF = b"%PDF-1.4\n%%EOF\n"
DOCX = b"PK\x03\x04 not a real one"
FILES = (
    (PNG, "carré é.png", "image/png"),
    (SVG, "dessin.svg", "image/svg+xml"),
    (WAV, "pluie.wav", "audio/wav"),
    (PDF, "fiche.pdf", "application/pdf"),
    (DOCX, "évaluation.docx", "application/zip"),
    (b"<script>alert(1)</script>", "piège.html", "application/octet-stream"),
    (VTT, "pluie.fr.vtt", "text/vtt"),
)
HOSTILE = (
    "<script>alert(1)</script>",
    "]]> --> </title></main>",
    "{{ 7 * 7 }} {% raw %} {number}",
    "É\u0301à l’œuvre\u00a0: «\u00a0Noël\u00a0» & 🌧️ \u202e",
    "motinterminable" * 17,
    "../../etc/passwd",
    '" onload="alert(1)',
    "\u05e9\u05dc\u05d5\u05dd",
)
HTML = (
    "<p>Bonjour <strong>à tous</strong>&nbsp;: <a href='https://example.org/?a=1&amp;b=2'>un site</a>.</p>",
    "<ul><li>un</li><li>deux<ol start='3'><li>trois</li></ol></li></ul><blockquote><p>dit-il</p></blockquote>",
    "<table><caption>Notes</caption><thead><tr><th scope='col'>A</th><th scope='col'>B</th></tr></thead>"
    "<tbody><tr><td>1</td><td>2</td></tr></tbody></table>",
    "<p>]]&gt; &lt;script&gt; &amp;amp; <code>a &lt; b</code> x<sup>2</sup><br>ligne</p><hr><pre>  code</pre>",
)


class Maker:
    """Makes documents; the same seed makes the same one.

    `tokens` are planted in every place that pupils must not see.
    """

    def __init__(self, seed: int = 0) -> None:
        self.random = random.Random(seed)
        self.tokens: list[str] = []
        self.resources: list[dict[str, Any]] = []
        self.activities: list[dict[str, Any]] = []
        self.files = {hashlib.sha256(data).hexdigest(): data for data, _, _ in FILES}
        for data, name, media_type in FILES:
            self.resource(data, name, media_type)

    def uuid(self) -> str:
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def word(self) -> str:
        return "".join(self.random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=8))

    def secret(self) -> str:
        self.tokens.append("secret" + self.word())
        return self.tokens[-1]

    def resource(self, data: bytes, name: str, media_type: str) -> str:
        self.resources.append(
            {
                "id": self.uuid(),
                "sha256": hashlib.sha256(data).hexdigest(),
                "name": name,
                "media_type": media_type,
                "size": len(data),
                "credit": self.random.choice(["", "Zoé <Martin>"]),
                "licence": self.random.choice(["", "CC BY 4.0"]),
            }
        )
        return str(self.resources[-1]["id"])

    def choice(self, title: str, *, multiple: bool = False, tell_count: bool = False) -> str:
        options = [{"id": self.word(), "html": f"<em>réponse</em> {n}"} for n in range(4)]
        ids = [option["id"] for option in options]
        correct = self.random.sample(ids, 2) if multiple else [ids[0]]
        self.tokens += [] if multiple else correct
        self.activities.append(
            {
                "id": self.uuid(),
                "type": "choice",
                "title": title,
                "points": self.random.choice(["1", "1/2", "1/3", "2", "0", "1.5"]),
                "body": {
                    "prompt": "<p>Que devient l’eau ?</p>",
                    "multiple": multiple,
                    "shuffle": self.random.random() < 0.5,
                    "tell_count": tell_count,
                    "options": options,
                },
                "key": {
                    "correct": correct,
                    "mapping": {} if multiple else {ids[1]: "1/3"},
                    "feedback": {ids[2]: f"<p>{self.secret()}</p>"},
                    "explanation": f"<p>{self.secret()}</p>",
                },
                "scoring": {"mode": "balanced"},
            }
        )
        return str(self.activities[-1]["id"])

    def block(self, type_: str, /, **values: Any) -> dict[str, Any]:
        return {"id": self.word(), "type": type_, **values}

    def page(self, title: str, *blocks: Mapping[str, Any]) -> dict[str, Any]:
        return {"id": self.uuid(), "title": title, "blocks": list(blocks)}

    def section(self, title: str, pages: list[Any], sections: list[Any] | None = None) -> dict[str, Any]:
        return {"id": self.uuid(), "title": title, "pages": pages, "sections": sections or []}

    def document(self, title: str, sections: list[Any], **values: str) -> dict[str, Any]:
        binder = {
            "id": self.uuid(),
            "title": title,
            "description": "",
            "lang": "fr",
            "subject": "",
            "level": "",
            "licence": "",
            **values,
            "sections": sections,
            "activities": self.activities,
            "resources": self.resources,
        }
        return {"format": "classeur", "version": 1, "binder": binder}


def media(maker: Maker, png: str, svg: str, wav: str, vtt: str) -> list[dict[str, Any]]:
    """A block of each type that is neither words nor a picture nor a file nor a question."""
    return [
        maker.block(
            "gallery",
            items=[
                {"resource": png, "alt": "Un carré", "decorative": False, "caption": "Vide"},
                {"resource": svg, "alt": "", "decorative": True, "caption": ""},
            ],
        ),
        maker.block("audio", resource=wav, title="La pluie", transcript=HTML[0]),
        maker.block(
            "video",
            resource=wav,
            title="La pluie, filmée",
            poster=png,
            captions=[{"resource": vtt, "lang": "fr", "kind": "captions"}],
            transcript="",
        ),
        maker.block("callout", kind="retenir", title="L’eau", html=HTML[1]),
        maker.block("callout", kind="attention", title="", html=HTML[2]),
        maker.block("divider"),
        maker.block("embed", url="https://www.geogebra.org/m/wefyydbs", title="Figure", ratio="4-3"),
        maker.block(
            "meeting",
            url="https://visio.example/r/4",
            title="Révisions",
            starts_at="2026-11-24T18:00:00+01:00",
            ends_at="2026-11-24T19:30:00+01:00",
            note="Avec un crayon",
        ),
        maker.block("text", html="<p>Pour plus tard</p>", hidden_until="2126-01-01T08:00:00+01:00"),
        maker.block("text", html="<p>Pour un groupe</p>", audience=maker.uuid()),
    ]


def everything(maker: Maker, lang: str = "fr") -> dict[str, Any]:
    """A binder whose first page has every type of block, and every way to print a choice."""
    png, svg, wav, pdf, docx, _, vtt = (resource["id"] for resource in maker.resources)
    twice = maker.resource(PNG, "le même carré.png", "image/png")
    full = maker.page(
        "Tous les blocs",
        *(maker.block("text", html=html) for html in HTML),
        maker.block("heading", level=2, text="Un titre"),
        maker.block("image", resource=png, alt="Un carré", decorative=False, caption="Vide"),
        maker.block("image", resource=svg, alt="", decorative=True, caption=""),
        maker.block("heading", level=3, text="Un sous-titre"),
        maker.block("file", resource=wav, label="La pluie"),
        maker.block("file", resource=pdf, label="La fiche"),
        maker.block("file", resource=docx, label="Le devoir"),
        maker.block("activity", activity=maker.choice("Une seule")),
        maker.block("activity", activity=maker.choice("Plusieurs", multiple=True)),
        maker.block("activity", activity=maker.choice("Deux", multiple=True, tell_count=True)),
        *media(maker, png, svg, wav, vtt),
    )
    again = maker.page(
        "Encore", maker.block("image", resource=twice, alt="Carré", decorative=False, caption="")
    )
    inner = maker.section("Dedans", [again], [maker.section("Plus loin encore", [maker.page("Vide")])])
    sections = [maker.section("Chapitre", [full], [inner]), maker.section("Sans page", [])]
    return maker.document(
        "L’eau & la pluie",
        sections,
        lang=lang,
        description="Voir https://example.org/eau.\nDeuxième ligne.",
        subject="SVT",
        level="5e",
        licence="CC BY-SA 4.0",
    )


def hostile(maker: Maker) -> dict[str, Any]:
    """A binder whose every title is an attack or a trial; shapes and blocks by chance."""
    chance = maker.random

    def title() -> str:
        return chance.choice(HOSTILE)

    def block() -> dict[str, Any]:
        resource = str(chance.choice(maker.resources)["id"])
        makers: list[Callable[[], dict[str, Any]]] = [
            lambda: maker.block("text", html=chance.choice(HTML)),
            lambda: maker.block("heading", level=chance.choice([2, 3]), text=title()),
            lambda: maker.block("image", resource=resource, alt=title(), decorative=False, caption=title()),
            lambda: maker.block("file", resource=resource, label=title()),
            lambda: maker.block("activity", activity=maker.choice(title(), multiple=chance.random() < 0.5)),
            lambda: maker.block(
                "gallery",
                items=[{"resource": resource, "alt": title(), "decorative": False, "caption": title()}],
            ),
            lambda: maker.block("audio", resource=resource, title=title(), transcript=chance.choice(HTML)),
            lambda: maker.block(
                "video",
                resource=resource,
                title=title(),
                poster=resource,
                captions=[{"resource": resource, "lang": "", "kind": "subtitles"}],
                transcript=chance.choice(HTML),
            ),
            lambda: maker.block("callout", kind="consigne", title=title(), html=chance.choice(HTML)),
            lambda: maker.block("divider"),
            lambda: maker.block(
                "embed", url=chance.choice([*HOSTILE, "https://example.org/a"]), title=title(), ratio="1-1"
            ),
            lambda: maker.block(
                "meeting",
                url=chance.choice([*HOSTILE, "https://example.org/a"]),
                title=title(),
                starts_at="2026-11-24T18:00:00+01:00",
                ends_at="",
                note=title(),
            ),
        ]
        return chance.choice(makers)()

    def section(depth: int) -> dict[str, Any]:
        pages = [
            maker.page(title(), *(block() for _ in range(chance.randrange(6))))
            for _ in range(chance.randrange(4))
        ]
        below = [section(depth - 1) for _ in range(chance.randrange(3))] if depth else []
        return maker.section(title(), pages, below)

    sections = [section(3) for _ in range(chance.randrange(4))]
    lang = chance.choice(["fr", "en", "de", "ar", "fr-CA"])
    return maker.document(title(), sections, lang=lang, description=title(), licence=title(), subject=title())


def bring_in(
    session: Session, storage: FileStorage, document: Any, open_file: Callable[[str], BinaryIO]
) -> Binder:
    """The document as a new binder of a new teacher."""
    teacher = factories.viewer(session, factories.tenant(session))
    return import_binder(session, teacher, document, storage, open_file)


def of(session: Session, storage: FileStorage, maker: Maker, document: Any) -> Binder:
    """The maker's document as a binder."""
    return bring_in(session, storage, document, lambda sha256: io.BytesIO(maker.files[sha256]))


def write(binder: Binder, storage: FileStorage, name: str = "html") -> tuple[io.BytesIO, Report]:
    """The binder exported, ready to be read."""
    out = io.BytesIO()
    report = export(name, binder, storage, out)
    out.seek(0)
    return out, report


def unpacked(out: BinaryIO) -> dict[str, bytes]:
    """Name → bytes."""
    with zipfile.ZipFile(out) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def texts(out: BinaryIO) -> dict[str, str]:
    """The pages: name → HTML."""
    return {name: data.decode() for name, data in unpacked(out).items() if name.endswith(".html")}


def canonical(document: Mapping[str, Any]) -> Any:
    """The document with its identifiers counted through, so that two copies of a binder are equal."""
    binder = document["binder"]
    things = [binder, *binder["resources"], *binder["activities"], *walk_pages(binder)]
    pending = list(binder["sections"])
    while pending:
        things.append(pending[0])
        pending = [*pending[0]["sections"], *pending[1:]]
    new = {thing["id"]: f"id {number}" for number, thing in enumerate(things)}

    def renamed(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: renamed(below) for name, below in value.items()}
        if isinstance(value, list):
            return [renamed(below) for below in value]
        return new.get(value, value) if isinstance(value, str) else value

    return renamed(document)
