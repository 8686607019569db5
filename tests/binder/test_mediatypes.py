"""What a file is, as its bytes say."""

from __future__ import annotations

import io
import time
import zipfile

import pytest

from binder.media.mediatypes import Kind, Limits, kind_of, named, sniff
from tests import media

ODF = "application/vnd.oasis.opendocument."
OOXML = "application/vnd.openxmlformats-officedocument."
WEBM = b"\x1a\x45\xdf\xa3\x93\x42\x82\x84webm"


def odf(kind: str) -> bytes:
    return media.zipped(mimetype=ODF + kind, content_dot_xml="<x/>")


def ooxml(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("_rels/.rels", *names, "[Content_Types].xml"):
            archive.writestr(name, "<x/>")
    return out.getvalue()


FILES: list[tuple[str, bytes, str]] = [
    ("png", media.saved(media.picture(), "PNG"), "image/png"),
    ("jpeg", media.jpeg(), "image/jpeg"),
    ("gif", media.saved(media.picture(), "GIF"), "image/gif"),
    ("webp", media.saved(media.picture(), "WEBP"), "image/webp"),
    ("avif", media.saved(media.picture(), "AVIF"), "image/avif"),
    ("heic", media.HEIC, "image/heic"),
    ("heif", media.box(b"ftyp", b"mif1", bytes(4), b"mif1"), "image/heif"),
    ("avif called mif1", media.box(b"ftyp", b"mif1", bytes(4), b"mif1avif"), "image/avif"),
    ("svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
    ("svg with comments", b"<?xml version='1.0'?>\n<!-- a -->\n<!-- b --><svg>", "image/svg+xml"),
    (
        "svg of old",
        b"\xef\xbb\xbf<?xml version='1.0'?><!DOCTYPE svg PUBLIC '-//W3C' 'x'><svg>",
        "image/svg+xml",
    ),
    ("svg with a prefix", b"<svg:svg xmlns:svg='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
    ("pdf", b"%PDF-1.7\n", "application/pdf"),
    ("pdf behind html", b"<html>%PDF-1.7\n", "application/octet-stream"),
    ("mp3 with tags", b"ID3\x04" + bytes(50), "audio/mpeg"),
    ("mp3", b"\xff\xfb\x90\x00" + bytes(50), "audio/mpeg"),
    ("mp3 of 24 kHz", b"\xff\xf3\x90\x00" + bytes(50), "audio/mpeg"),
    ("aac", b"\xff\xf1\x50\x80" + bytes(50), "audio/aac"),
    ("ogg", b"OggS\x00\x02" + bytes(20) + b"\x01vorbis", "audio/ogg"),
    ("opus", b"OggS\x00\x02" + bytes(22) + b"OpusHead", "audio/ogg"),
    ("theora", b"OggS\x00\x02" + bytes(22) + b"\x80theora", "video/ogg"),
    ("wav", b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
    ("flac", b"fLaC\x00\x00\x00\x22", "audio/flac"),
    ("mp4", media.film(b"vide", b"soun"), "video/mp4"),
    ("mp4, its index last", media.film(b"vide", b"soun", late=True), "video/mp4"),
    ("a sound called mp4", media.film(b"soun", late=True), "audio/mp4"),
    ("m4a", media.film(b"soun", brand=b"M4A "), "audio/mp4"),
    ("the beginning of m4a", media.box(b"ftyp", b"M4A ", bytes(4)), "audio/mp4"),
    ("the beginning of mp4", media.box(b"ftyp", b"isom", bytes(4)), "video/mp4"),
    ("mov", media.film(b"vide", brand=b"qt  "), "video/quicktime"),
    ("unknown boxes", b"\0\0\0\x10ftypcrx \0\0\0\0", "application/octet-stream"),
    ("webm", WEBM + bytes(40) + b"V_VP9" + b"A_OPUS", "video/webm"),
    ("a recording in a browser", WEBM + bytes(40) + b"A_OPUS", "audio/webm"),
    ("matroska", b"\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska", "application/octet-stream"),
    ("captions", b"WEBVTT\n\n00:01.000 --> 00:02.000\nBonjour\n", "text/vtt"),
    ("captions in latin 1", "WEBVTT\n\nété".encode("latin-1"), "application/octet-stream"),
    ("zip", media.zipped(a_dot_txt="a"), "application/zip"),
    ("half a zip", b"PK\x03\x04 not a real one", "application/zip"),
    ("odt", odf("text"), ODF + "text"),
    ("ods", odf("spreadsheet"), ODF + "spreadsheet"),
    ("odp", odf("presentation"), ODF + "presentation"),
    ("a zip that says html", media.zipped(mimetype="text/html"), "application/zip"),
    ("docx", ooxml("word/document.xml"), OOXML + "wordprocessingml.document"),
    ("xlsx", ooxml("xl/workbook.xml"), OOXML + "spreadsheetml.sheet"),
    ("pptx", ooxml("ppt/presentation.xml"), OOXML + "presentationml.presentation"),
    ("docx with macros", ooxml("word/document.xml", "word/vbaProject.bin"), "application/zip"),
    ("text", "Été, à Noël\r\n\tfin\n".encode(), "text/plain"),
    ("table", "nom;note\nÉlodie;12\n".encode(), "text/plain"),
    ("text in latin 1", "été".encode("latin-1"), "application/octet-stream"),
    ("text with a nought", b"abc\0def", "application/octet-stream"),
    ("text that turns out none", b"a" * 2_000_000 + b"\xff", "application/octet-stream"),
    ("html", b"<html><script>", "application/octet-stream"),
    ("html behind a mark", b"\xef\xbb\xbf \n<!doctype html>", "application/octet-stream"),
    ("xml", b"<?xml version='1.0'?><score-partwise/>", "application/octet-stream"),
    ("a comment before html", b"<!-- <svg> --><html>", "application/octet-stream"),
    ("almost svg", b"<svgx>", "application/octet-stream"),
    ("a program", b"MZ\x90\x00\x03", "application/octet-stream"),
    ("gif that is a script", b"GIF89a/*\0\0" + bytes(10) + b"*/=1;alert(1)", "image/gif"),
    ("nearly gif", b"GIF8=1;alert(1)", "text/plain"),
    ("nothing", b"", "application/octet-stream"),
]


@pytest.mark.parametrize(
    ("data", "media_type"), [each[1:] for each in FILES], ids=[each[0] for each in FILES]
)
def test_the_bytes_tell_the_media_type(data: bytes, media_type: str) -> None:
    stream = io.BytesIO(data)
    assert sniff(stream) == media_type
    assert stream.tell() == 0


def test_many_comments_do_not_hold_up_the_recognition() -> None:
    start = time.process_time()
    assert sniff(io.BytesIO(b"<!---->" * 500 + b"x")) == "application/octet-stream"
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    "data",
    [
        media.box(b"ftyp", b"isom", bytes(4)) + b"\0\0\0\x01moov" + b"\xff" * 8,
        media.box(b"ftyp", b"isom", bytes(4)) + b"\0\0\0\x07moov" * 10,
        media.box(b"ftyp", b"isom", bytes(4)) + b"\0\0\0",
        media.box(b"ftyp", b"isom", bytes(4)) + bytes(4) + b"mdat" + bytes(99),
        media.box(b"ftyp", b"isom", bytes(4)) + b"\0\0\0\x08free" * 100_000,
    ],
    ids=["endless", "too short", "cut", "to the end", "very many"],
)
def test_boxes_that_lead_nowhere_are_left(data: bytes) -> None:
    start = time.process_time()
    assert sniff(io.BytesIO(data)) == "video/mp4"
    assert time.process_time() - start < 1


def test_a_zip_whose_directory_lies_is_just_a_zip() -> None:
    end = b"PK\x05\x06" + bytes(8)
    for size, at in ((0xFFFFFFFF, 0), (10, 0xFFFFFFF0), (4, 0)):
        lie = (
            b"PK\x03\x04" + bytes(60) + end + size.to_bytes(4, "little") + at.to_bytes(4, "little") + b"\0\0"
        )
        assert sniff(io.BytesIO(lie)) == "application/zip"


@pytest.mark.parametrize(
    ("media_type", "kind"),
    [
        ("image/svg+xml", Kind.PICTURE),
        ("audio/webm", Kind.SOUND),
        ("video/quicktime", Kind.FILM),
        ("text/vtt", Kind.CAPTIONS),
        ("application/pdf", Kind.DOCUMENT),
        ("text/plain", Kind.DOCUMENT),
        (ODF + "text", Kind.DOCUMENT),
        ("application/zip", Kind.OTHER),
        ("text/html", Kind.OTHER),
        ("image/x-made-up", Kind.OTHER),
    ],
)
def test_each_type_has_a_kind(media_type: str, kind: Kind) -> None:
    assert kind_of(media_type) is kind


def test_each_kind_has_its_limit() -> None:
    limits = Limits(picture=1, sound=2, film=3, file=4)
    assert [limits.of(kind) for kind in Kind] == [1, 2, 3, 4, 4, 4]
    assert limits.most == 4


@pytest.mark.parametrize(
    ("name", "media_type", "told"),
    [
        ("IMG_1.HEIC", "image/jpeg", "IMG_1.jpg"),
        ("photo.JPEG", "image/jpeg", "photo.JPEG"),
        ("photo.png", "image/jpeg", "photo.jpg"),
        ("v1.2 final", "image/png", "v1.2 final.png"),
        ("page.html", "image/gif", "page.html.gif"),
        (".png", "image/png", ".png"),
        ("liste.csv", "text/plain", "liste.csv"),
        ("macro.docm", "application/zip", "macro.docm"),
        ("é" * 300, "image/png", "é" * 251 + ".png"),
        ("a" * 300, "application/zip", "a" * 255),
    ],
)
def test_a_name_ends_as_its_bytes_say(name: str, media_type: str, told: str) -> None:
    assert named(name, media_type) == told
