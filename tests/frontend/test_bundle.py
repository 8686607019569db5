"""What the built scripts weigh, and what is in them."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from _build import frontend
from tests.frontend.conftest import Bundle, built

LICENCES = {"MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "Apache-2.0"}
# in the texts of errors, and names of namespaces: no browser asks for them
ONLY_TEXT = re.compile(r"http://www\.w3\.org/|https://prosemirror\.net/docs/")


def lock() -> dict[str, Any]:
    """The packages of the lock file, by their folders."""
    packages: dict[str, Any] = json.loads((frontend.SOURCES / "package-lock.json").read_text())["packages"]
    return {path: package for path, package in packages.items() if path}


def scripts(bundle: Bundle) -> list[Path]:
    return sorted(bundle.folder.glob("*.js"))


@pytest.mark.parametrize(("entry", "budget"), [("reader.js", 40_000), ("editor.js", 160_000)])
def test_what_a_page_loads_first_stays_within_its_budget(bundle: Bundle, entry: str, budget: int) -> None:
    """Compressed as a server does it."""
    weights = {path.name: len(gzip.compress(path.read_bytes(), 6)) for path in bundle.first_load(entry)}
    assert sum(weights.values()) <= budget, weights


def test_the_first_load_is_all_that_is_imported_before_the_entry_runs(bundle: Bundle) -> None:
    """The manifest leaves out nothing that the files themselves ask for."""
    for entry in bundle.manifest:
        loaded = bundle.first_load(entry)
        asked = {
            name
            for path in loaded
            for name in re.findall(r'(?:from|import)\s*"\./([^"]+)"', path.read_text("utf-8"))
        }
        assert asked <= {path.name for path in loaded}


def test_the_same_sources_give_the_same_names_and_bytes(bundle: Bundle, tmp_path: Path) -> None:
    again = built(tmp_path / "elsewhere")

    def content(of: Bundle) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in of.folder.iterdir()}

    assert content(again) == content(bundle)


def test_nothing_in_the_scripts_needs_more_than_script_src_self(bundle: Bundle) -> None:
    making = re.compile(r"\beval\(|\bnew Function\b|\bFunction\(|import\((?!\"\./)")
    found = [match[0] for path in scripts(bundle) for match in making.finditer(path.read_text("utf-8"))]
    assert not found


def test_the_scripts_name_no_address_of_another_site(bundle: Bundle) -> None:
    address = re.compile(
        r"(?:https?:|(?<=[\"'`]))//[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}[^\s\"'`)]*", re.IGNORECASE
    )
    found = {
        match[0]
        for path in scripts(bundle)
        for match in address.finditer(path.read_text("utf-8"))
        if not ONLY_TEXT.match(match[0])
    }
    assert not found


def test_all_that_is_bundled_may_be_passed_on_and_is_named(bundle: Bundle) -> None:
    notices = (bundle.folder / "third-party.txt").read_text("utf-8")
    for path in bundle.packages():
        package = json.loads((frontend.SOURCES / path / "package.json").read_text("utf-8"))
        assert package["license"] in LICENCES, package["name"]
        assert f"{package['name']} {package['version']} ({package['license']})\n" in notices
        assert lock()[path]["version"] == package["version"]


def test_the_lock_file_names_no_place_to_fetch_from() -> None:
    """Whose registry it is, is a matter of the machine; the content is held by its digest."""
    assert all(package.get("integrity", "").startswith("sha512-") for package in lock().values())
    assert not [path for path, package in lock().items() if "resolved" in package]


def test_every_requirement_is_one_exact_version() -> None:
    package = json.loads((frontend.SOURCES / "package.json").read_text())
    asked = {**package["dependencies"], **package["devDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in asked.values())
    editor = {version["version"] for path, version in lock().items() if "/@tiptap/" in path}
    assert len(editor) == 1, "its packages fit each other only at the same version"


def test_every_package_that_is_asked_for_is_used() -> None:
    package = json.loads((frontend.SOURCES / "package.json").read_text())
    texts = [path.read_text("utf-8") for path in (frontend.SOURCES / "src").rglob("*.js")]
    imported = {name for text in texts for name in re.findall(r'(?:from |import\()"(@?[a-z][^"]*)"', text)}
    unused = [name for name in package["dependencies"] if not any(it.startswith(name) for it in imported)]
    assert not unused
