"""What the tests of texts with gaps, matching, putting in order and sorting have in common: questions shown, forms read."""

from __future__ import annotations

import contextlib
import json
import secrets
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from flask import Flask
from hypothesis import strategies as st
from jinja2 import FileSystemLoader
from markupsafe import Markup

import lti
from benchmarks import hostile
from binder.activities import ActivityType, Content
from binder.errors import Invalid
from lti import i18n
from lti.views.templates import filled
from lti.views.typed import as_html

SAMPLES = Path(__file__).parents[2] / "conformance/samples"
MODES = ("form", "copy", "result", "preview", "paper")

LIMIT = hostile.LIMIT * (3 if sys.gettrace() is None else 30)
"""Seconds of processor time for any answer, on a machine three times slower than that of `benchmarks`."""

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def sample(name: str) -> dict[str, Any]:
    """The sample of a type."""
    data: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return data


@contextmanager
def templates() -> Iterator[Flask]:
    """The learner's templates, and nothing else."""
    app = Flask("questions")
    app.jinja_loader = FileSystemLoader(Path(lti.__path__[0]) / "templates")  # type: ignore[misc]
    with app.test_request_context():
        yield app


def shown(
    kind: ActivityType,
    of: Content,
    mode: str,
    response: Mapping[str, Any] | None = None,
    *,
    told: bool = False,
    seed: str = "seed",
) -> str:
    """The question as a page shows it, with plain spaces."""
    score = kind.score(of, response)
    result = {"state": score.state, "points": "1", "parts": score.parts, "fraction": str(score.fraction)}
    html = filled(
        f"activities/{kind.name}.html",
        i18n.texts("fr"),
        id="q1",
        number=1,
        type=kind.name,
        title="Une question",
        points=of.points,
        prompt=Markup(of.body["prompt"]),  # noqa: S704 - it has passed the gate
        hint="",
        question=kind.public(of, seed),
        response=response or {},
        unreadable=kind.problems(of, response or {}, "fr"),
        result=result if mode == "result" else None,
        solution=kind.solution(of, response) if told else None,
        explanation="",
        overall="",
        file=lambda name: None,
        mode=mode,
        lang="fr",
    )
    return html.replace("\u00a0", " ").replace("\u202f", " ")


class Controls(HTMLParser):
    """What a browser would send of a form: field → values."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self._select: tuple[str, list[str], list[str]] | None = None
        self._area: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See `HTMLParser`."""
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value")
        if tag == "input" and name and given.get("type") != "file":
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                self.fields.setdefault(name, []).append(value or "")
        elif tag == "select":
            self._select = name, [], []
        elif tag == "option" and self._select:
            self._select[2 if "selected" in given else 1].append(value or "")
        elif tag == "textarea":
            self._area = name, []

    def handle_data(self, data: str) -> None:
        """See `HTMLParser`."""
        if self._area:
            self._area[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        """See `HTMLParser`."""
        if tag == "select" and self._select:
            name, others, chosen = self._select
            self.fields.setdefault(name, []).extend((chosen or others)[:1])
            self._select = None
        elif tag == "textarea" and self._area:
            self.fields.setdefault(self._area[0], []).append("".join(self._area[1]).removeprefix("\n"))
            self._area = None


def controls(html: str) -> dict[str, list[str]]:
    """The fields of a form as they stand in it."""
    reader = Controls()
    reader.feed(html)
    return reader.fields


def answered(kind: ActivityType, html: str, **changes: str) -> dict[str, Any]:
    """The answer that a learner's form sends, with some fields changed."""
    fields = {name.removeprefix("q1."): values for name, values in controls(html).items()}
    fields |= {name: [value] for name, value in changes.items()}
    return kind.answer(kind.answer_from_form(fields))


def typed(kind: ActivityType, html: str, **changes: list[str]) -> dict[str, Any]:
    """What an author's form sends, as data for `load()`."""
    fields = {**controls(html[html.index("data-type=") :]), **changes}
    for name, form in kind.written.items():
        fields[name] = [as_html(text, inline=form == "inline") for text in fields.get(name, [])]
    return kind.content_from_form(fields)


def leaks(kind: ActivityType, data: dict[str, Any]) -> list[str]:
    """Words of the key that a learner is sent before release: none should be."""
    tokens = []

    def planted(value: Any) -> Any:
        if isinstance(value, str) and (" " in value or "<" in value):
            tokens.append(secrets.token_hex(8))
            return f"<p>{tokens[-1]} {tokens[-1]}</p>"
        if isinstance(value, dict):
            return {name: planted(inner) for name, inner in value.items()}
        return [planted(inner) for inner in value] if isinstance(value, list) else value

    of = kind.load({**data, "key": planted(data["key"])})
    assert tokens
    sent = "".join(json.dumps(kind.public(of, seed)) + shown(kind, of, "form", seed=seed) for seed in "abc")
    return [token for token in tokens if token in sent]


def slowest(kind: ActivityType, of: Content, field: str) -> float:
    """Seconds that the slowest of several hostile answers takes, each at the best of three times."""
    nested: Any = "x"
    for _ in range(60):
        nested = [nested]
    bombs = ("1e999999", "9" * 500, "=" * 500, nested, float("nan"), "\x00" * 500, {}, ["a"] * 5)
    responses = [
        response
        for bomb in bombs
        for response in ({field: bomb}, {field: {"ga": bomb}}, {field: {f"a{n}": bomb for n in range(101)}})
    ]
    return max(min(_seconds(kind, of, response) for _ in range(3)) for response in responses)


def _seconds(kind: ActivityType, of: Content, response: Any) -> float:
    began = time.process_time()
    with contextlib.suppress(Invalid):
        assert 0 <= kind.score(of, kind.answer(response)).fraction <= 1
    return time.process_time() - began
