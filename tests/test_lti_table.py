"""docs/lti.md is true: each row names its tests and they exist; commands, addresses, scopes and variables are those of the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click
import pytest
from flask import Flask

from lti import views
from lti.cli import commands
from lti.links import linking
from lti.protocol import introduction
from lti.protocol.checks import CHECKS

ROOT = Path(__file__).parent.parent
DOCUMENT = (ROOT / "docs" / "lti.md").read_text()
PEERS = 13
SYMBOLS = {"✔", "◐", "✘", "?", "–"}
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


@dataclass(frozen=True)
class Row:
    """One line of a table."""

    name: str
    cells: tuple[str, ...]
    """All but the name and the tests."""
    shown_by: str

    def __str__(self) -> str:
        return self.name


def chapter(title: str) -> str:
    """What stands under a heading of the second level."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert found, f"docs/lti.md has no chapter {title}"
    return found[1]


def lines(text: str) -> Iterator[tuple[str, ...]]:
    """Cells of each line of the tables in a text, without their heads."""
    for table in re.findall(r"(?:^\|.*\n)+", text + "\n", re.MULTILINE):
        for line in table.splitlines()[2:]:
            yield tuple(cell.strip() for cell in line.strip().strip("|").split("|"))


def codes(title: str) -> list[tuple[str, ...]]:
    """The same of a chapter whose first cells are code, without the marks of code in them."""
    return [(cells[0].strip("`"), *cells[1:]) for cells in lines(chapter(title)) if cells[0].startswith("`")]


CAPABILITIES = [Row(cells[0], cells[1:-1], cells[-1]) for cells in lines(chapter("Compared"))]
PAINS = [
    Row(cells[1], cells[2:-1], cells[-1])
    for cells in lines(chapter("Twenty things that people suffer from elsewhere"))
]


@cache
def names_of_tests(path: str) -> frozenset[str]:
    """Names of the tests in a file; it is not imported."""
    if not (ROOT / path).is_file():
        return frozenset()
    parts = ast.parse((ROOT / path).read_text()).body
    found = (part for part in parts if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(part.name for part in found if part.name.startswith("test_"))


def test_the_tables_were_found() -> None:
    assert len(CAPABILITIES) > 70
    assert len({row.name for row in CAPABILITIES}) == len(CAPABILITIES)
    assert len(PAINS) == 20


@pytest.mark.parametrize("row", [*CAPABILITIES, *PAINS], ids=str)
def test_every_row_is_shown_by_tests_that_exist(row: Row) -> None:
    named = NAMED.findall(row.shown_by)
    assert named, "no test"
    assert NAMED.sub("", row.shown_by).replace(",", "").strip() == "", "something else than tests"
    assert [f"{path}::{name}" for path, name in named if name not in names_of_tests(path)] == []


@pytest.mark.parametrize("row", CAPABILITIES, ids=str)
def test_every_capability_is_ours_in_full_and_compared_with_every_peer(row: Row) -> None:
    ours, *peers = row.cells
    assert (len(peers), set(peers) - SYMBOLS) == (PEERS, set())
    assert ours == "full"


def test_each_table_names_the_peers_in_the_order_of_the_list() -> None:
    listed = re.findall(r"\*\*([A-Z]{1,2})\*\*", chapter("Compared"))
    heads = re.findall(r"^\| capability \| Classeur \| (.*) \| shown by \|$", DOCUMENT, re.MULTILINE)
    assert len(listed) == PEERS
    assert {head: head.split(" | ") == listed for head in heads} == {heads[0]: True}


def named_commands(group: click.Group, before: str = "") -> Iterator[str]:
    """Every command that does something, as it is typed."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from named_commands(command, f"{before}{name} ")
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield before + name


def test_every_command_is_documented_and_nothing_else() -> None:
    assert sorted(cells[0] for cells in codes("Commands")) == sorted(named_commands(commands))


def test_every_address_is_documented_and_nothing_else() -> None:
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(views.blueprint)
    known: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        address = re.sub(r"<[^<>]*?(\w+)>", r"<\1>", rule.rule)
        if address.startswith(("/l/", "/my/", "/static/")):
            continue
        if address.startswith("/admin/") and not address.startswith("/admin/enter/"):
            address = "/admin/…"
        known.setdefault(address, set()).update(rule.methods or ())
    said = {cells[0]: set(cells[1].split()) for cells in codes("Addresses")}
    assert said == {address: methods - {"HEAD", "OPTIONS"} for address, methods in known.items()}


def test_scopes_and_variables_are_those_that_are_asked_for() -> None:
    asked = codes("What is asked of a platform")
    scopes = [cells[0] for cells in asked if len(cells) == 2]
    more = [scope for group in introduction.SCOPES_BY_MESSAGE.values() for scope in group]
    assert scopes == [*introduction.SCOPES, *more]
    variables = {cells[0]: cells[1].strip("`") for cells in asked if len(cells) == 3}
    assert variables == linking.VARIABLES


def test_the_checks_of_a_launch_are_named_in_their_order() -> None:
    steps = chapter("A launch, step by step")
    listed = re.search(r"refused launches:\s+(.*?)\.\s", steps, re.DOTALL)
    assert listed
    assert re.findall(r"`([a-z-]+)`", listed[1]) == [name for name, _ in CHECKS]
