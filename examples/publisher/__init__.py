"""A publisher's own activity type, and a host that has it: `flask --app examples.publisher run`."""

from examples.publisher.app import create_app
from examples.publisher.timeline import Timeline

__all__ = ["Timeline", "create_app"]
