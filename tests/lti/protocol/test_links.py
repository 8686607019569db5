"""The Link header as platforms write it."""

from __future__ import annotations

import pytest

from lti.protocol.links import links_of

BASE = "https://ent.example/a/list?page=1"


@pytest.mark.parametrize(
    ("header", "links"),
    [
        ("", {}),
        ('<https://ent.example/Next?Id=aB>; rel="next"', {"next": "https://ent.example/Next?Id=aB"}),
        ("<https://e.x/n>; rel=next", {"next": "https://e.x/n"}),
        ("<https://e.x/n>;rel=next", {"next": "https://e.x/n"}),
        ('<https://e.x/n>; title="a; b, <c>"; rel="next"', {"next": "https://e.x/n"}),
        ('<https://e.x/n>; REL="Next"', {"next": "https://e.x/n"}),
        ('<https://e.x/n>; rel="prev next"', {"prev": "https://e.x/n", "next": "https://e.x/n"}),
        (
            '<https://e.x/a,b;c>; rel="next", <https://e.x/d>; rel="differences"',
            {"next": "https://e.x/a,b;c", "differences": "https://e.x/d"},
        ),
        (
            '<https://e.x/1>; rel="first",\n <https://e.x/2>; rel="next"',
            {"first": "https://e.x/1", "next": "https://e.x/2"},
        ),
        ('<?page=2>; rel="next"', {"next": "https://ent.example/a/list?page=2"}),
        ('<https://e.x/1>; rel="next", <https://e.x/2>; rel="next"', {"next": "https://e.x/1"}),
        ('<https://e.x/1>; rev="next"', {}),
        ("<https://e.x/1>", {}),
        ('https://e.x/1; rel="next"', {}),
        ("<" * 5000, {}),
        ("<x>" + "; a" * 3000, {}),
    ],
)
def test_links(header: str, links: dict[str, str]) -> None:
    assert links_of(header, BASE) == links
