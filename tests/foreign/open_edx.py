"""Open edX's LTI platform (lti-consumer-xblock): its Django app as it is, with a database, without the LMS around it.

Its own views answer the authorization request, publish the keys, give tokens, keep line items and scores, list the
members of a course, and take the deep linking response. What the LMS would add is stood in for: a signed-in author,
page templates, and who is in a course.

What it lacks (11.4.4, found in its source): results are of everybody unless a person stands in the path, and have no
pages, nor have line items; nobody may delete a line item (its permissions say `delete` where Django's action is
`destroy`); a resource link must be a usage key; NRPS has pages, but no filter by role, no resource link and no
differences; deep linking takes no files.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from tests.flows.world import Late, serving
from tests.foreign.browser import TOOL
from tests.foreign.platforms import PUPIL, TEACHER, Account, platform_pem

BLOCK = "block-v1:Lycee+Maths+2026+type@lti_consumer+block@classeur"
ROOT = "http://lms.invalid"


class Author:
    """Middleware: whoever asks is signed in."""

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        request.user = "author"
        return self.get_response(request)


def configure(database: Path) -> None:
    """Set up Django, once for this process."""
    with warnings.catch_warnings():
        # webob imports `cgi`, and openedx_filters is about to drop Python 3.11; neither is ours
        warnings.filterwarnings("ignore", "'cgi' is deprecated", DeprecationWarning)
        warnings.filterwarnings("ignore", "Python 3.1. support is deprecated", DeprecationWarning)
        import django
        from django.conf import settings

        if settings.configured:
            return
        settings.configure(
            SECRET_KEY="tests",
            ALLOWED_HOSTS=["127.0.0.1"],
            LMS_ROOT_URL=ROOT,
            LMS_BASE="lms.invalid",
            PLATFORM_NAME="Open edX",
            USAGE_ID_PATTERN=r"(?P<usage_id>[^/]+)",
            ROOT_URLCONF="tests.foreign.open_edx_urls",
            MIDDLEWARE=["tests.foreign.open_edx.Author"],
            TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
            CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
            DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(database)}},
            INSTALLED_APPS=[
                "django.contrib.contenttypes",
                "django.contrib.auth",
                "waffle",
                "config_models",
                "lti_consumer",
            ],
            DEFAULT_AUTO_FIELD="django.db.models.AutoField",
            OPENEDX_TELEMETRY=[],
            USE_TZ=True,
            LOGGING_CONFIG=None,
        )
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
    logging.getLogger("lti_consumer").setLevel(logging.ERROR)


class OpenEdx:
    """One course with one LTI block, configured for our tool."""

    client_id: str

    def __init__(self, url: str, tool_jwks: str) -> None:
        from lti_consumer.models import Lti1p3Passport, LtiConfiguration
        from opaque_keys.edx.keys import UsageKey

        passport = Lti1p3Passport.objects.create(
            name="Classeur",
            lti_1p3_tool_keyset_url=tool_jwks,
            lti_1p3_internal_private_key=platform_pem(),
            lti_1p3_internal_private_key_id="open-edx-1",
        )
        LtiConfiguration.objects.all().delete()
        self.configuration = LtiConfiguration.objects.create(
            version=LtiConfiguration.LTI_1P3,
            config_store=LtiConfiguration.CONFIG_ON_DB,
            location=UsageKey.from_string(BLOCK),
            lti_1p3_passport=passport,
            lti_1p3_oidc_url=f"{TOOL}/lti/login",
            lti_1p3_launch_url=f"{TOOL}/lti/launch",
            lti_advantage_deep_linking_enabled=True,
            lti_advantage_deep_linking_launch_url=f"{TOOL}/lti/launch",
            lti_advantage_ags_mode=LtiConfiguration.LTI_ADVANTAGE_AGS_PROGRAMMATIC,
            lti_advantage_enable_nrps=True,
        )
        base = f"{url}/api/lti_consumer/v1"
        self.issuer = url
        self.client_id = passport.lti_1p3_client_id
        self.authorization_endpoint = f"{base}/launch/"
        self.token_endpoint = f"{base}/token/{passport.passport_id}"
        self.jwks_uri = f"{base}/public_keysets/{passport.passport_id}"

    def login_url(self, account: Account, *, picking: bool = False, item: int | None = None) -> str:
        """See `Platform.login_url`."""
        from lti_consumer.api import get_lti_1p3_launch_start_url
        from lti_consumer.data import Lti1p3LaunchData

        chosen = list(self.configuration.ltidlcontentitem_set.order_by("id"))
        launch = Lti1p3LaunchData(
            user_id=account.id,
            external_user_id=account.id,
            user_role="instructor" if account.teaches else "student",
            config_id=self.configuration.config_id,
            resource_link_id="link-1" if item is None else f"link-1-{item}",
            name=account.name,
            message_type="LtiDeepLinkingRequest" if picking else "LtiResourceLinkRequest",
            context_id="course-v1:Lycee+Maths+2026",
            context_type=["course_offering"],
            context_title="Maths, seconde 4",
        )
        return str(
            get_lti_1p3_launch_start_url(
                launch, deep_link_launch=picking, dl_content_id=None if item is None else chosen[item].id
            )
        )

    def items(self) -> list[dict[str, Any]]:
        """See `Platform.items`."""
        chosen = self.configuration.ltidlcontentitem_set.order_by("id")
        return [{"type": item.content_type, **item.attributes} for item in chosen]

    def scores(self) -> list[dict[str, Any]]:
        """See `Platform.scores`."""
        from lti_consumer.models import LtiAgsScore

        rows = LtiAgsScore.objects.filter(line_item__lti_configuration=self.configuration)
        return [
            {
                "userId": row.user_id,
                "scoreGiven": row.score_given,
                "scoreMaximum": row.score_maximum,
                "gradingProgress": row.grading_progress,
            }
            for row in rows
        ]


def course_members(_course: Any) -> dict[int, dict[str, Any]]:
    """Who is in the course, in the form of the LMS."""
    return {
        number: {
            "id": number,
            "name": account.name,
            "email": f"{account.id}@school.invalid",
            "roles": ["staff" if account.teaches else "student"],
        }
        for number, account in enumerate((TEACHER, PUPIL), 1)
    }


def external_ids(_users: Any) -> dict[int, Any]:
    """The same people's names for tools."""
    return {
        number: SimpleNamespace(external_user_id=account.id)
        for number, account in enumerate((TEACHER, PUPIL), 1)
    }


LMS: dict[str, Callable[..., Any]] = {
    "lti_consumer.plugin.compat.user_has_studio_write_access": lambda *_: True,
    "lti_consumer.plugin.compat.get_course_members": course_members,
    "lti_consumer.plugin.compat.merge_course_forum_roles": lambda *_: None,
    "lti_consumer.plugin.compat.batch_get_or_create_externalids": external_ids,
    "lti_consumer.plugin.views.get_lti_pii_sharing_state_for_course": lambda *_: True,
    "lti_consumer.plugin.views.track_event": lambda *_: None,
}
"""What the LMS does."""


@contextmanager
def running(tool_jwks: str) -> Iterator[OpenEdx]:
    """Serve it; `configure` comes first."""
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.test.utils import override_settings

    late = Late()
    with ExitStack() as stack:
        port = stack.enter_context(serving(late))  # type: ignore[arg-type]
        stack.enter_context(override_settings(LMS_ROOT_URL=f"http://127.0.0.1:{port}"))
        for name, stand_in in LMS.items():
            stack.enter_context(patch(name, stand_in))
        late.app = get_wsgi_application()
        yield OpenEdx(str(settings.LMS_ROOT_URL), tool_jwks)
