"""The rules of the house, held by reading the sources."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("binder", "lti", "exporters", "examples")
LONGEST_MODULE = 300
LONGEST_FUNCTION = 50

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def sources(*packages: str) -> list[Path]:
    """The modules of the packages, without the steps of their migrations."""
    found = [path for package in packages for path in sorted((ROOT / package).rglob("*.py"))]
    return [path for path in found if path.parent.name != "versions" or path.name == "__init__.py"]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), name_of(path))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def public(tree: ast.Module | ast.ClassDef, above: str = "") -> Iterator[tuple[str, Definition]]:
    """Public classes, functions and methods; not what is inside functions, nor methods with names of Python's own."""
    for node in tree.body:
        if isinstance(node, Definition) and not node.name.startswith("_") and node.name != "Meta":
            yield f"{above}{node.name}", node
            if isinstance(node, ast.ClassDef):
                yield from public(node, f"{above}{node.name}.")


def exported(tree: ast.Module) -> list[str] | None:
    """What `__all__` says, if there is one."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets
        ):
            return list(ast.literal_eval(node.value))
    return None


every_module = pytest.mark.parametrize("path", sources(*PACKAGES), ids=name_of)


def test_the_import_contracts_hold() -> None:
    program = shutil.which("lint-imports", path=str(Path(sys.executable).parent)) or "lint-imports"
    done = subprocess.run(
        [program, "--config", "setup.cfg", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", sources("binder"), ids=name_of)
def test_use_cases_leave_the_transaction_to_the_edge(path: Path) -> None:
    """They may flush and use savepoints; whoever began the transaction ends it."""
    ended = [
        f"line {node.lineno}: .{node.func.attr}()"
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"commit", "rollback"}
    ]
    assert not ended


@every_module
def test_a_module_fits_in_a_head(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST_MODULE


@every_module
def test_a_function_fits_on_a_screen(path: Path) -> None:
    """Counted from `def` to the end, without its docstring."""
    long = {}
    for node in functions(parsed(path)):
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        if ast.get_docstring(node):
            said = node.body[0]
            lines -= (said.end_lineno or said.lineno) - said.lineno + 1
        if lines > LONGEST_FUNCTION:
            long[node.name] = lines
    assert not long


@every_module
def test_everything_public_says_what_it_is(path: Path) -> None:
    tree = parsed(path)
    silent = [name for name, node in public(tree) if not ast.get_docstring(node)]
    if tree.body and not ast.get_docstring(tree):
        silent.insert(0, "the module")
    assert not silent


@every_module
def test_what_a_module_exports_is_there_and_sorted(path: Path) -> None:
    names = exported(parsed(path))
    if names is None:
        return
    assert len(set(names)) == len(names)
    assert names == sorted(names, key=lambda name: (not name.isupper(), not name[0].isupper(), name)), (
        "ruff's RUF022 order: constants, classes, then the rest"
    )
    dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    module = importlib.import_module(dotted)
    assert not [name for name in names if not hasattr(module, name)]


def test_every_module_of_the_domain_can_be_imported_alone() -> None:
    """In a fresh process each, so that no order of imports is needed."""
    names = [
        found.name
        for found in pkgutil.walk_packages([str(ROOT / "binder")], "binder.")
        if ".migrations" not in found.name
    ]
    script = (
        "import importlib, os, sys, sqlalchemy.orm, marshmallow, alembic.command, bleach, nh3\n"
        "for name in sys.argv[1:]:\n"
        "    child = os.fork()\n"
        "    if not child:\n"
        "        importlib.import_module(name)\n"
        "        os._exit(0)\n"
        "    if os.waitpid(child, 0)[1]: sys.exit(f'{name} cannot be imported alone')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *names], cwd=ROOT, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr
