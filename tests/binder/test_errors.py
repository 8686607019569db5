"""The errors of the domain."""

from __future__ import annotations

import pytest

from binder import errors


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.BinderError(), "error"),
        (errors.Invalid(), "invalid"),
        (errors.NotFound(), "not-found"),
        (errors.Forbidden(), "forbidden"),
        (errors.Conflict(), "conflict"),
        (errors.Closed("over"), "closed"),
        (errors.Unavailable(), "unavailable"),
    ],
)
def test_every_error_has_a_code_and_says_something(error: errors.BinderError, code: str) -> None:
    assert error.code == code
    assert isinstance(error, errors.BinderError)
    assert str(error)


def test_errors_carry_what_the_edge_needs() -> None:
    assert errors.Invalid("x", {"title": ["give it a title"]}).messages == {"title": ["give it a title"]}
    assert errors.Invalid("x").messages == {}
    assert errors.Conflict("x", current=3).current == 3
    closed = errors.Closed("over", "since Monday")
    assert (closed.reason, closed.detail, str(closed)) == ("over", "since Monday", "since Monday")
    assert str(errors.Closed("over")) == "over"
