"""Tools that others wrote, launched by the demo ENT: their code checks what it signs and serves, and it checks theirs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest

from examples.ent import Ent, Privacy, create_ent
from examples.ent.school import Link
from tests.flows.world import Late, Visitor, serving
from tests.foreign import tools
from tests.foreign.tools import Launched, LtiTool, Peer, StockFlask

PEERS = {"lti_tool": tools.lti_tool, "stock_flask": tools.stock_flask}


class Forgiving:
    """Puts the query of a line item's address back where a tool has cut it off, while `on`."""

    def __init__(self, app: Any, queries: dict[str, str]) -> None:
        self.app, self.queries = app, queries
        self.on = False

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        item = environ["PATH_INFO"].split("/lineitems/")[-1].split("/")[0]
        if self.on and not environ["QUERY_STRING"]:
            environ["QUERY_STRING"] = self.queries.get(item, "")
        return self.app(environ, start_response)


class School:
    """The running ENT, and the tools in it."""

    def __init__(self, ent: Ent, forgiving: Forgiving, peers: dict[str, Peer]) -> None:
        self.ent, self.forgiving, self.peers = ent, forgiving, peers

    def visitor(self, login: str) -> Visitor:
        """The browser of somebody who is signed in."""
        visitor = Visitor(self.ent.addresses.public, self.ent.password)
        visitor.sign_in(login)
        return visitor

    def link(self, peer: Peer, label: str = "5A", *, marked: bool = False) -> Link:
        """A new link to a tool, with a line item of 20 points if it is marked."""
        client = peer.tool.client_id
        link = self.ent.add_link(label, title="Lecture", client_id=client)
        if marked:
            self.ent.add_line_item(
                label, label="Lecture", score_maximum=20, link_id=link.id, client_id=client
            )
        return link


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """One for all tests here: each has links of its own."""
    late = Late()
    with ExitStack() as stack:
        peers = {name: stack.enter_context(running()) for name, running in PEERS.items()}
        port = stack.enter_context(serving(late))  # type: ignore[arg-type]
        first, *others = (peer.tool for peer in peers.values())
        app = create_ent(
            database=tmp_path_factory.mktemp("ent") / "ent.db",
            public_url=f"http://127.0.0.1:{port}",
            tool=first,
            other_tools=others,
        )
        ent: Ent = app.extensions["ent"]
        for peer in peers.values():
            peer.meet(ent)
        late.app = Forgiving(app, {})
        yield School(ent, late.app, peers)


@pytest.fixture(params=PEERS)
def peer(request: pytest.FixtureRequest, school: School) -> Peer:
    """Each of the two."""
    return school.peers[request.param]


@pytest.fixture
def lti_tool(school: School) -> LtiTool:
    """The one in node."""
    found = school.peers["lti_tool"]
    assert isinstance(found, LtiTool)
    return found


@contextmanager
def told(ent: Ent, privacy: Privacy) -> Iterator[None]:
    """The ENT tells only so much of people."""
    ent.privacy = privacy
    try:
        yield
    finally:
        ent.privacy = Privacy.PUBLIC


def begin(visitor: Visitor, school: School, link: Link) -> tuple[str, dict[str, Any]]:
    """Follow a link up to the signed form: where it goes, and what it carries."""
    visitor.get(f"{school.ent.addresses.public}/links/{link.id}/launch")
    visitor.send("/login")
    assert visitor.page.ok, visitor.page.text
    _, address, fields = visitor.forms()[0]
    return address, {name: values[0] for name, values in fields.items()}


def arrive(visitor: Visitor, peer: Peer, address: str, fields: dict[str, Any]) -> Launched:
    """Send the signed form; what the tool says of it."""
    assert address == peer.tool.launch_url
    assert set(fields) == {"state", "id_token"}, fields
    visitor.page = visitor.http.post(address, data=fields, timeout=20)
    launched: Launched = visitor.page.json()
    return launched


def launch(school: School, peer: Peer, login: str, link: Link) -> Launched:
    """Somebody opens a link, and the tool lets them in."""
    visitor = school.visitor(login)
    launched = arrive(visitor, peer, *begin(visitor, school, link))
    assert visitor.page.status_code == 200, launched
    return launched


@pytest.mark.parametrize("login", ["morel", "lina", "samira", "fournier"])
def test_everybody_arrives_as_who_they_are(school: School, peer: Peer, login: str) -> None:
    account = school.ent.account(login)
    launched = launch(school, peer, login, school.link(peer))
    assert launched["user"]["id"] == account.id
    assert launched["user"]["name"] == account.name


def test_a_token_changed_on_the_way_is_refused(school: School, peer: Peer) -> None:
    """So that they let in the others is because the signature is right."""
    visitor = school.visitor("lina")
    address, fields = begin(visitor, school, school.link(peer))
    header, claims, signature = fields["id_token"].split(".")
    swapped = signature[:20] + ("A" if signature[20] != "A" else "B") + signature[21:]
    said = arrive(visitor, peer, address, {**fields, "id_token": f"{header}.{claims}.{swapped}"})
    assert visitor.page.status_code == 400
    assert "error" in said


def test_a_token_for_another_tool_is_refused(school: School, peer: Peer) -> None:
    other = next(each for each in school.peers.values() if each is not peer)
    visitor = school.visitor("lina")
    _, stolen = begin(visitor, school, school.link(other))
    address, fields = begin(visitor, school, school.link(peer))
    arrive(visitor, peer, address, {**fields, "id_token": stolen["id_token"]})
    assert visitor.page.status_code == 400


def test_a_launch_that_is_sent_again_is_refused(school: School, lti_tool: LtiTool) -> None:
    visitor = school.visitor("lina")
    address, fields = begin(visitor, school, school.link(lti_tool))
    arrive(visitor, lti_tool, address, fields)
    assert visitor.page.ok
    said = arrive(visitor, lti_tool, address, fields)
    assert "already been used" in said["error"]


def test_the_ent_signs_once_for_a_login(school: School, peer: Peer) -> None:
    """Whatever the tool does about replays: the same authorization request has no second answer."""
    visitor = school.visitor("lina")
    visitor.get(f"{school.ent.addresses.public}/links/{school.link(peer).id}/launch")
    visitor.send("/login")
    assert "id_token" in visitor.forms()[0][2]
    visitor.get(visitor.page.url)
    assert "id_token" not in visitor.forms()[0][2]
    assert visitor.forms()[0][2]["error"] == ["invalid_request"]


def test_who_is_told_without_an_address_is_let_in_or_refused(school: School, peer: Peer) -> None:
    """PyLTI1p3 needs no names; lti-tool wants an e-mail address even of a child."""
    with told(school.ent, Privacy.ANONYMOUS):
        visitor = school.visitor("lina")
        said = arrive(visitor, peer, *begin(visitor, school, school.link(peer)))
    if isinstance(peer, StockFlask):
        assert said["user"] == {"id": school.ent.account("lina").id, "name": None}
    else:
        assert "given_name" in said["error"]


def choose(school: School, peer: Peer, title: str) -> tuple[Visitor, str]:
    """A teacher is sent to the tool's picker, and back with one link; the signed answer."""
    visitor = school.visitor("morel")
    visitor.get(f"{school.ent.addresses.public}/classes/{school.ent.school_class('5A').id}")
    visitor.send("/activities", client_id=peer.tool.client_id)
    visitor.send("/login")
    _, address, fields = visitor.forms()[0]
    launched = arrive(visitor, peer, address, {name: values[0] for name, values in fields.items()})
    assert visitor.page.ok, launched
    page = peer.choose(launched, f"{peer.tool.launch_url}?page=7", title, 12)
    assert unescape(page).count(school.ent.addresses.deep_linking_return) == 1
    return visitor, page


def hand_over(visitor: Visitor, school: School, page: str) -> None:
    """Send the form on the tool's page to the ENT."""
    visitor.page._content = page.encode()
    visitor.send(urlsplit(school.ent.addresses.deep_linking_return).path)


def test_the_ent_takes_what_a_teacher_chose(school: School, peer: Peer) -> None:
    title = f"Chosen in {peer.tool.name}"
    visitor, page = choose(school, peer, title)
    hand_over(visitor, school, page)
    assert visitor.page.ok, visitor.page.text
    chosen = next(link for link in school.ent.links("5A") if link.title == title)
    assert (chosen.client_id, chosen.url) == (peer.tool.client_id, f"{peer.tool.launch_url}?page=7")
    column = next(item for item in school.ent.line_items("5A") if item.link_id == chosen.id)
    assert column.score_maximum == 12
    launch(school, peer, "lina", chosen)


def test_the_ent_takes_an_answer_once(school: School, peer: Peer) -> None:
    visitor, page = choose(school, peer, "Once")
    hand_over(visitor, school, page)
    assert visitor.page.ok
    before = len(school.ent.links("5A"))
    hand_over(visitor, school, page)
    assert visitor.page.status_code == 400
    assert len(school.ent.links("5A")) == before


def test_line_items_are_made_and_listed(school: School, peer: Peer) -> None:
    launched = launch(school, peer, "morel", school.link(peer, "5B"))
    peer.add_column(launched, "Dictation", 10)
    assert "Dictation" in peer.columns(launched)
    made = [item for item in school.ent.line_items("5B") if item.client_id == peer.tool.client_id]
    assert [(item.label, item.score_maximum) for item in made] == [("Dictation", 10)]


def test_a_mark_stands_in_the_gradebook(school: School, peer: Peer) -> None:
    """What lti-tool cuts off the address is put back for it on the way."""
    link = school.link(peer, marked=True)
    item = next(each for each in school.ent.line_items("5A") if each.link_id == link.id)
    launched = launch(school, peer, "lina", link)
    lina = school.ent.account("lina").id
    school.forgiving.queries[item.id] = f"tool={peer.tool.number}"
    school.forgiving.on = isinstance(peer, LtiTool)
    try:
        peer.grade(launched, lina, 15, 20)
        assert peer.results(launched) == {lina: 15}
    finally:
        school.forgiving.on = False
    kept = [cell.score for cell in school.ent.scores("5A") if cell.line_item.id == item.id]
    assert [(score.account_id, score.score_given) for score in kept] == [(lina, 15)]


def test_an_address_without_its_query_is_not_found(school: School, lti_tool: LtiTool) -> None:
    """AGS 3.1: addresses are used as they are given; a tool that changes one is told so and writes nothing."""
    link = school.link(lti_tool, marked=True)
    launched = launch(school, lti_tool, "lina", link)
    before = len(school.ent.score_posts())
    with pytest.raises(LookupError, match="AGS score submission failed"):
        lti_tool.grade(launched, school.ent.account("lina").id, 15, 20)
    assert len(school.ent.score_posts()) == before


def test_a_class_is_read(school: School, peer: Peer) -> None:
    launched = launch(school, peer, "morel", school.link(peer))
    read = peer.members(launched)
    names = {"morel", "lina", "tom", "ines", "samira", "paul"}
    assert read == {school.ent.account(name).id: school.ent.account(name).name for name in names}


def test_a_class_of_many_pages_is_read(school: School, peer: Peer) -> None:
    """PyLTI1p3 follows the links to the last page; lti-tool stops at the first."""
    launched = launch(school, peer, "morel", school.link(peer))
    school.ent.page_size = 2
    try:
        assert len(peer.members(launched)) == (6 if isinstance(peer, StockFlask) else 2)
    finally:
        school.ent.page_size = None
