"""Which addresses become frames, and whose."""

from __future__ import annotations

import pytest

from binder.blocks.providers import HOSTS, PLAYERS, player
from binder.blocks.values import HOST, https_parts


def framed(url: str) -> str:
    parts = https_parts(url)
    assert parts is not None
    return player(parts)


TUBE = "https://tube-sciences-technologies.apps.education.fr"
NOCOOKIE = "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"
MAP = "https://www.openstreetmap.org/export/embed.html?bbox="


@pytest.mark.parametrize(
    ("url", "frame"),
    [
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", NOCOOKIE),
        ("https://m.youtube.com/watch?v=dQw4w9WgXcQ&list=abc", NOCOOKIE),
        ("https://youtu.be/dQw4w9WgXcQ?si=x", NOCOOKIE),
        ("https://youtu.be/dQw4w9WgXcQ?t=90", f"{NOCOOKIE}?start=90"),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=1h2m3s", f"{NOCOOKIE}?start=3723"),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=abc", NOCOOKIE),
        ("https://WWW.YOUTUBE.COM/shorts/dQw4w9WgXcQ", NOCOOKIE),
        ("https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ", NOCOOKIE),
        ("https://vimeo.com/76979871", "https://player.vimeo.com/video/76979871?dnt=1"),
        (
            "https://vimeo.com/76979871/8272103f6e",
            "https://player.vimeo.com/video/76979871?h=8272103f6e&dnt=1",
        ),
        (
            "https://player.vimeo.com/video/76979871?h=8272103f6e&autoplay=1",
            "https://player.vimeo.com/video/76979871?h=8272103f6e&dnt=1",
        ),
        (f"{TUBE}/w/kbR5SMFRbRshKe8HejRQZV", f"{TUBE}/videos/embed/kbR5SMFRbRshKe8HejRQZV?p2p=0"),
        (
            f"{TUBE}/videos/watch/2e283f1d-4658-4ad9-bb17-75a37cf8dd80",
            f"{TUBE}/videos/embed/2e283f1d-4658-4ad9-bb17-75a37cf8dd80?p2p=0",
        ),
        ("https://www.geogebra.org/m/wefyydbs", "https://www.geogebra.org/material/iframe/id/wefyydbs"),
        (
            "https://www.geogebra.org/material/iframe/id/wefyydbs/width/620",
            "https://www.geogebra.org/material/iframe/id/wefyydbs",
        ),
        ("https://learningapps.org/1653886", "https://learningapps.org/watch?app=1653886"),
        ("https://learningapps.org/watch?v=pfduds6kt22", "https://learningapps.org/watch?v=pfduds6kt22"),
        (
            "https://commons.wikimedia.org/wiki/File:Water_cycle.webm",
            "https://commons.wikimedia.org/wiki/File:Water_cycle.webm?embedplayer=yes",
        ),
        ("https://scratch.mit.edu/projects/10128407/", "https://scratch.mit.edu/projects/10128407/embed"),
        ("https://archive.org/details/water.cycle-1", "https://archive.org/embed/water.cycle-1"),
        (
            "https://www.openstreetmap.org/#map=15/48.8566/2.3522",
            f"{MAP}2.33933%2C48.85095%2C2.36507%2C48.86225&layer=mapnik",
        ),
        (f"{MAP}1%2C2%2C3%2C4&layer=mapnik", f"{MAP}1%2C2%2C3%2C4&layer=mapnik"),
    ],
)
def test_the_address_of_a_page_becomes_that_of_its_player(url: str, frame: str) -> None:
    assert framed(url) == frame
    parts = https_parts(frame)
    assert parts is not None
    assert parts.netloc in HOSTS
    assert framed(frame) == frame, "what is already a player's address stays one"


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/@chaine",
        "https://www.youtube.com/watch?v=<script>".replace("<", "%3C").replace(">", "%3E"),
        "https://youtu.be/a/b",
        "https://vimeo.com/channels/x",
        "https://openstreetmap.org/#map=99/1/2",
        "https://www.youtube.com.evil.example/watch?v=abc",
        "https://evil.example/https://www.geogebra.org/m/abc",
        "https://tube.apps.education.fr.evil.example/w/abc",
    ],
)
def test_what_is_no_page_of_a_known_site_stays_a_link(url: str) -> None:
    parts = https_parts(framed(url))
    assert parts is not None
    assert parts.netloc not in HOSTS


def test_a_page_without_a_player_on_an_allowed_host_is_framed_as_it_is_without_its_anchor() -> None:
    assert framed("https://scratch.mit.edu/about#x") == "https://scratch.mit.edu/about"


def test_hosts_are_plain_names_and_every_player_of_ours_is_allowed() -> None:
    assert all(HOST.fullmatch(host) for host in HOSTS)
    assert len(set(HOSTS)) == len(HOSTS)
    assert set(PLAYERS) - set(HOSTS) == {
        "m.youtube.com",
        "openstreetmap.org",
        "vimeo.com",
        "www.youtube.com",
        "youtu.be",
        "youtube.com",
    }
