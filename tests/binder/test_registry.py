"""How a new kind of thing gets in."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import Any

import pytest

from binder import registry


class Red:
    """A kind."""

    name = "red"


class Blue:
    """Another kind."""

    name = "blue"


class OtherRed:
    """A kind whose name is taken."""

    name = "red"


def empty() -> registry.Registry[Any]:
    return registry.Registry("tests.colours")


def test_a_class_with_a_name_is_found_by_it() -> None:
    colours = empty()
    assert colours.register(Red) is Red
    colours.register(Blue)
    assert isinstance(colours["red"], Red)
    assert "red" in colours
    assert "green" not in colours
    assert [colour.name for colour in colours] == ["red", "blue"]


def test_an_unknown_name_is_answered_by_the_known_ones() -> None:
    colours = empty()
    colours.register(Red)
    colours.register(Blue)
    with pytest.raises(KeyError, match="no 'green'; known: blue, red"):
        colours["green"]


def test_a_name_taken_twice_is_an_error_at_once() -> None:
    colours = empty()
    colours.register(Red)
    with pytest.raises(ValueError, match="the name 'red' is taken by Red"):
        colours.register(OtherRed)


def test_a_kind_can_be_there_for_a_moment() -> None:
    colours = empty()
    with colours.temporarily(Red) as red:
        assert colours["red"] is red
    assert "red" not in colours
    with pytest.raises(RuntimeError), colours.temporarily(Red):
        raise RuntimeError
    assert "red" not in colours


def test_installed_packages_offer_kinds_by_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    offered = [
        EntryPoint("red", f"{__name__}:Red", "tests.colours"),
        EntryPoint("blue", f"{__name__}:Blue", "tests.colours"),
    ]
    asked: list[str] = []

    def entry_points(*, group: str) -> list[EntryPoint]:
        asked.append(group)
        return offered

    monkeypatch.setattr(registry, "entry_points", entry_points)
    colours = empty()
    colours.register(Red)  # a package that registers itself and is offered too is there once
    assert sorted(colour.name for colour in colours) == ["blue", "red"]
    assert isinstance(colours["blue"], Blue)
    assert asked == ["tests.colours"]
