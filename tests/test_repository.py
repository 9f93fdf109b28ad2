"""What the repository promises of itself."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOP = {
    *(".ci", ".dockerignore", ".gitignore", "CHANGELOG.md", "Dockerfile", "LICENSE", "Makefile", "README.md", "docs"),
    *("gunicorn.conf.py", "inventory", "manage.py", "numberadmin", "pyproject.toml", "shop", "static", "templates"),
    *("requirements-dev.in", "requirements-dev.txt", "requirements-uv.in", "requirements-uv.txt", "requirements.in"),
    *("requirements.txt", "tests", ".editorconfig", ".pre-commit-config.yaml", "SECURITY.md"),
}
# In pieces, so that this file does not hold them.
REGISTRIES = ["pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org", "deb.debian" + ".org"]


def tracked():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name]


def texts():
    for path in tracked():
        if path.suffix not in (".png", ".ico") and "data" not in path.parts:
            yield path, path.read_text()


@pytest.mark.parametrize("host", REGISTRIES)
def test_no_file_names_the_host_of_a_registry(host):
    assert [path.name for path, text in texts() if host in text] == []


def test_the_top_level_holds_what_it_should():
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} == TOP


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements-uv.txt"])
def test_each_requirement_is_pinned_and_hashed(name):
    blocks = re.split(r"\n(?=\S)", (ROOT / name).read_text().strip())
    assert blocks
    assert [block for block in blocks if "==" not in block or "--hash=sha256:" not in block] == []


def test_the_makefiles_help_tells_what_the_readme_names():
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    named = set(re.findall(r"(?:`| {4})make ([a-z]+)", (ROOT / "README.md").read_text()))
    assert {"demo", "test", "help"} <= named
    assert named <= set(re.findall(r"make (\w+)", shown))


def test_the_documents_lead_to_files_that_exist():
    for path, text in texts():
        if path.suffix == ".md":
            for target in re.findall(r"\]\((?!https?://)([^)#]+)", text):
                assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_each_setting_read_from_the_environment_is_documented():
    names = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "numberadmin/settings.py").read_text()))
    documented = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs/configuration.md").read_text()))
    assert names - documented == set()
