"""Captions: WebVTT is checked, SubRip becomes WebVTT, anything else is refused in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binder.errors import Invalid
from binder.media.captions import MOST, as_webvtt

VTT = "WEBVTT - La pluie\n\nNOTE rien\n\n1\n00:01.000 --> 00:02.500 line:0\nIl pleut.\n"
SRT = (
    "1\r\n00:00:01,000 --> 00:00:02,500\r\n<font color=red>Il pleut</font>,\r\nil mouille.\r\n\r\n"
    "2\r\n00:00:03,5 --> 01:00:04,000  X1:10\r\n{\\an8}C’est la fête\r\n\r\n3\r\n00:00:05,000 --> 00:00:06,000\r\n\r\n"
)
AS_VTT = (
    "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nIl pleut,\nil mouille.\n\n"
    "00:00:03.500 --> 01:00:04.000\nC’est la fête\n"
)


def test_webvtt_stays_as_it_is() -> None:
    assert as_webvtt(VTT.encode()).decode() == VTT
    assert as_webvtt(b"\xef\xbb\xbf" + VTT.replace("\n", "\r\n").encode()).decode() == VTT


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_subrip_becomes_webvtt_whatever_it_was_written_with(encoding: str) -> None:
    made = as_webvtt(SRT.encode(encoding)).decode()
    assert made == AS_VTT
    assert as_webvtt(made.encode()).decode() == made


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no file of captions"),
        (b"WEBVTT", "no caption in this file"),
        (b"<html>", "no file of captions"),
        (b"WEBVTT\n\n1:99 --> 2:00\nx", "no time of a caption"),
        (b"WEBVTT\n\n00:05.000 --> 00:05.000\nx", "ends before it begins"),
        (b"1\n00:00:05,000 --> demain\nx", "no time of a caption"),
        (b"\x81\x8d" * 9, "no file of captions"),
        (b"x" * (MOST + 1), "too large"),
    ],
)
def test_what_is_no_captions_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        as_webvtt(data)
    assert words in refused.value.messages["file"][0]


@given(
    st.binary(max_size=300)
    | st.text(max_size=200).map(lambda text: f"1\n00:01,0 --> 00:02,0\n{text}".encode())
)
def test_whatever_comes_is_made_into_webvtt_or_refused(data: bytes) -> None:
    try:
        made = as_webvtt(data)
    except Invalid:
        return
    assert made.startswith(b"WEBVTT")
    assert as_webvtt(made) == made
