"""Imports run one way: faces, services, what is kept, the remote. Read from the source, not from what is loaded."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FACES = ("shop", "inventory", "numberadmin.web", "numberadmin.accounts.views", "numberadmin.audit.views")
FORBIDDEN = {
    "numberadmin/sinch": ("django", "numberadmin.sandbox", "numberadmin.services", "numberadmin.accounts", *FACES),
    "numberadmin/sandbox": (
        "django",
        "numberadmin.sinch",
        "numberadmin.services",
        "numberadmin.accounts",
        "numberadmin.audit",
        *FACES,
    ),
    "numberadmin/audit": ("numberadmin.sinch", "numberadmin.sandbox", "shop", "inventory"),
    "numberadmin/services": ("numberadmin.sandbox", *FACES),
    "shop": ("inventory", "numberadmin.sandbox", "numberadmin.sinch.client", "requests"),
    "inventory": ("shop", "numberadmin.sandbox", "numberadmin.sinch.client", "requests"),
}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def sources(folder):
    files = [path for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts]
    assert files
    return files


@pytest.mark.parametrize(("folder", "forbidden"), FORBIDDEN.items())
def test_imports_run_one_way(folder, forbidden):
    crossing = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sources(folder)
        for name in imported(path)
        if any(name == other or name.startswith(f"{other}.") for other in forbidden)
    ]
    assert crossing == []


def test_only_the_services_call_sinch_and_add_to_the_audit():
    crossing = [
        f"{path.relative_to(ROOT)}: {name}"
        for folder in ("numberadmin", "shop", "inventory")
        for path in sources(folder)
        if "services" not in path.parts
        for name in imported(path)
        if name in ("numberadmin.sinch.Client", "numberadmin.services.record", "numberadmin.audit.chain.append")
        and "sinch" not in path.parts
    ]
    assert crossing == []
