"""Screenshots of every screen, to look at: `python -m tests.lti.looks [folder] [name …]`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from binder import db
from binder.activities import activities
from tests.browser import chromium
from tests.lti.school import School, open_school, served


def screens(school: School) -> dict[str, tuple[str, str]]:
    """Name → (who looks, path) of every screen."""
    ids = school.ids
    return {
        "start": ("", "/lti/"),
        "not-signed-in": ("", "/lti/my/binders"),
        "binders": ("teacher", "/lti/my/binders"),
        "binders-empty": ("newcomer", "/lti/my/binders"),
        "binder": ("teacher", f"/lti/my/binders/{ids['binder']}"),
        "binder-trash": ("teacher", f"/lti/my/binders/{ids['binder']}/trash"),
        "place-page": ("teacher", f"/lti/my/pages/{ids['page']}/place"),
        "templates": ("teacher", "/lti/my/templates"),
        "template": ("teacher", "/lti/my/templates?name=sequence-de-cours"),
        "trash": ("teacher", "/lti/my/trash"),
        "export": ("teacher", f"/lti/my/binders/{ids['binder']}/export"),
        "page": ("teacher", f"/lti/my/pages/{ids['page']}"),
        "page-draft": ("teacher", f"/lti/my/pages/{ids['draft']}"),
        "edit-page": ("teacher", f"/lti/my/pages/{ids['page']}/edit"),
        "question": ("teacher", f"/lti/my/pages/{ids['page']}/activity?activity={ids['activity']}"),
        "question-new": ("teacher", f"/lti/my/pages/{ids['page']}/activity"),
        "question-kinds": ("teacher", f"/lti/my/pages/{ids['page']}/activity/new"),
        **{
            f"question-{kind.name}": (
                "teacher",
                f"/lti/my/pages/{ids['page']}/activity?type={kind.name}&example=1",
            )
            for kind in activities
        },
        "try-page": ("teacher", f"/lti/my/pages/{ids['page']}/try"),
        "page-questions": ("teacher", f"/lti/my/pages/{ids['page']}/questions"),
        "bank": ("teacher", "/lti/my/bank"),
        "feeds": ("pupil", "/lti/my/work/calendar"),
        "give": ("teacher", f"/lti/my/pages/{ids['page']}/give"),
        "given": ("teacher", "/lti/my/given"),
        "given-empty": ("newcomer", "/lti/my/given"),
        "follow-up": ("teacher", f"/lti/my/given/{ids['marked']}"),
        "follow-up-by-hand": ("teacher", f"/lti/my/given/{ids['by_hand']}"),
        "follow-up-late": ("teacher", f"/lti/my/given/{ids['late']}"),
        "class-answers": ("teacher", f"/lti/my/given/{ids['marked']}/answers"),
        "class-answers-none": ("teacher", f"/lti/my/given/{ids['free']}/answers"),
        "class-answers-done": ("teacher", f"/lti/my/given/{ids['marked']}/answers?done=nothing"),
        **{
            f"regrade-{kind}": (
                "teacher",
                f"/lti/my/given/{ids['marked']}/answers/{ids['activity']}?kind={kind}",
            )
            for kind in ("neutralise", "full", "replace", "accept&response={}")
        },
        "dates": ("teacher", f"/lti/my/given/{ids['marked']}/dates"),
        "pupil": ("teacher", f"/lti/my/given/{ids['marked']}/pupils/{ids['child']}"),
        "copy": ("teacher", f"/lti/my/copies/{ids['copy']}"),
        "copy-unreturned": ("teacher", f"/lti/my/copies/{ids['unreturned']}"),
        "work-as-teacher": ("teacher", f"/lti/my/work/{ids['free']}"),
        "picker": ("teacher", "/lti/my/link"),
        "picker-binder": (
            "teacher",
            f"/lti/my/link?binder={ids['binder']}&what=p:{ids['draft']}&what=p:{ids['page']}",
        ),
        "picker-found": ("teacher", "/lti/my/link?q=eau"),
        "picker-colleague": ("colleague", f"/lti/my/link?binder={ids['binder']}"),
        "picker-empty": ("newcomer", "/lti/my/link"),
        "picker-how": ("teacher", f"/lti/my/link/how?what=p:{ids['page']}&what=b:{ids['binder']}"),
        "picker-new": ("teacher", "/lti/my/link/new"),
        "history": ("teacher", f"/lti/my/pages/{ids['page']}/history"),
        "history-version": ("teacher", f"/lti/my/pages/{ids['page']}/history/1"),
        "history-before": ("teacher", f"/lti/my/pages/{ids['page']}/history/2?against=before"),
        "changes": ("teacher", f"/lti/my/pages/{ids['page']}/changes"),
        "changes-draft": ("teacher", f"/lti/my/pages/{ids['draft']}/changes"),
        "proposals": ("teacher", f"/lti/my/binders/{ids['binder']}/proposals"),
        "proposals-mine": ("colleague", f"/lti/my/binders/{ids['binder']}/proposals"),
        "proposals-none": ("teacher", f"/lti/my/binders/{ids['fractions']}/proposals"),
        "proposal": ("teacher", f"/lti/my/proposals/{ids['proposal']}"),
        "proposal-mine": ("colleague", f"/lti/my/proposals/{ids['proposal']}"),
        "proposal-declined": ("colleague", f"/lti/my/proposals/{ids['declined']}"),
        "propose": ("colleague", f"/lti/my/shared/pages/{ids['page']}"),
        "propose-new": ("colleague", f"/lti/my/shared/pages/{ids['page']}/blocks/new?type=callout"),
        "sharing": ("teacher", f"/lti/my/binders/{ids['binder']}/sharing?q=etienne"),
        "sharing-nobody": ("teacher", f"/lti/my/binders/{ids['fractions']}/sharing?q=z"),
        "shared": ("colleague", "/lti/my/shared"),
        "shared-none": ("newcomer", "/lti/my/shared"),
        "shared-binder": ("colleague", f"/lti/my/shared/{ids['binder']}"),
        "settings": ("teacher", f"/lti/my/binders/{ids['binder']}/settings"),
        "settings-of-a-copy": ("colleague", f"/lti/my/binders/{ids['copy_of']}/settings"),
        "library": ("newcomer", "/lti/my/library"),
        "library-found": ("newcomer", "/lti/my/library?q=eau&subject=svt"),
        "library-binder": ("newcomer", f"/lti/my/library/{ids['binder']}"),
        "library-binder-nd": ("newcomer", f"/lti/my/library/{ids['fractions']}"),
        "library-page": ("newcomer", f"/lti/my/library/pages/{ids['page']}"),
        "nameless": ("nobody", "/lti/my/nameless"),
        "work-list": ("pupil", "/lti/my/work"),
        "work-new": ("pupil", f"/lti/my/work/{ids['free']}"),
        "work-result": ("pupil", f"/lti/my/work/{ids['marked']}"),
        "work-result-wrong": ("pupil2", f"/lti/my/work/{ids['marked']}"),
        "work-again": ("pupil", f"/lti/my/work/{ids['marked']}?again=1"),
        "work-handed-in": ("pupil", f"/lti/my/work/{ids['by_hand']}"),
        "work-late": ("pupil3", f"/lti/my/work/{ids['late']}"),
        "work-not-open": ("pupil", f"/lti/my/work/{ids['later']}"),
        "work-list-empty": ("stranger", "/lti/my/work"),
        "work-stranger": ("stranger", f"/lti/my/work/{ids['free']}"),
        "kept": ("returner", "/lti/my/kept"),
        "kept-none": ("teacher", "/lti/my/kept"),
        "readable": ("pupil", "/lti/my/read"),
        "readable-parent": ("parent", "/lti/my/read"),
        "read-binder": ("pupil", f"/lti/my/read/binders/{ids['binder']}"),
        "read": ("pupil", f"/lti/my/read/pages/{ids['reading']}"),
        "as-pupil": ("teacher", f"/lti/my/binders/{ids['binder']}/as-pupil"),
        "as-pupil-page": ("teacher", f"/lti/my/pages/{ids['reading']}/as-pupil"),
        "search": ("teacher", "/lti/my/search?q=eau"),
        "search-nothing": ("teacher", f"/lti/my/search?q=zzz&binder={ids['binder']}"),
        "ready": ("teacher", f"/lti/my/pages/{ids['page']}/ready"),
        "ready-draft": ("teacher", f"/lti/my/pages/{ids['draft']}/ready"),
        "print-page": ("teacher", f"/lti/my/pages/{ids['page']}/print"),
        "print-answers": ("teacher", f"/lti/my/pages/{ids['page']}/print?answers=1&codes=0"),
        "print-binder": ("teacher", f"/lti/my/binders/{ids['binder']}/print"),
        "next-year": ("teacher", f"/lti/my/binders/{ids['binder']}/next-year?zone=A"),
        "next-year-newcomer": ("teacher", f"/lti/my/binders/{ids['fractions']}/next-year?year=2029&zone=B"),
        "family": ("parent", "/lti/my/family"),
        "child-work": ("parent", f"/lti/my/family/{ids['child']}/work/{ids['marked']}"),
        "overview": ("head", "/lti/my/overview"),
        "forbidden": ("pupil", f"/lti/my/copies/{ids['copy']}"),
    }


def main(folder: Path, names: list[str]) -> None:
    """Take the pictures: French, 1280, 700 and 375 px light, 700 px dark."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        template = Path(place) / "template.db"
        engine = db.create_engine(f"sqlite:///{template}")
        db.upgrade(engine, ("binder", "lti"))
        with engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        engine.dispose()
        school = open_school(template, Path(place))
        try:
            with served(school.app) as origin:
                _walk(school, origin, folder, names)
        finally:
            school.close()


def _walk(school: School, origin: str, folder: Path, names: list[str]) -> None:
    with chromium(bare=True) as browser:
        for width, scheme in ((1280, "light"), (700, "light"), (375, "light"), (700, "dark")):
            context = browser.new_context(
                viewport={"width": width, "height": 800},
                color_scheme=scheme,  # type: ignore[arg-type]  # a literal
                has_touch=width < 500,
            )
            page = context.new_page()
            for name, (who, path) in screens(school).items():
                if names and name not in names:
                    continue
                context.add_cookies([{"name": "as", "value": who, "url": origin}])
                page.goto(origin + path)
                page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
            context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "looks"), sys.argv[2:])
