"""What the code of the product may not do anywhere, read from the code: each list of exceptions is the whole of it."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from numberadmin import settings as product

ROOT = Path(__file__).parent.parent
# The stand-in of Sinch and the demo are not in use where there is anything to protect.
OURS = [
    path
    for folder in ("numberadmin", "inventory", "shop")
    for path in (ROOT / folder).rglob("*.py")
    if not {"sandbox", "migrations"} & set(path.parts) and path.name != "demo.py"
]
TEMPLATES = {path: path.read_text() for path in (ROOT / "templates").rglob("*.html")}
SCRIPT = (ROOT / "static/js/app.js").read_text()


@cache
def calls() -> list[tuple[str, str, ast.Call]]:
    """Each call: the name of its file, what is called, and it."""
    return [
        (path.name, ast.unparse(node.func), node)
        for path in OURS
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
    ]


def test_nothing_runs_text_as_code_or_a_command():
    runs = re.compile(r"(eval|exec|compile|__import__|(pickle|marshal|shelve|yaml)\.\w+|os\.(system|popen|exec\w*))")
    assert {(file, name) for file, name, _ in calls() if runs.fullmatch(name)} == set()
    imported = re.compile(r"^\s*(?:import|from) (pickle|marshal|shelve|yaml|subprocess|ctypes)\b", re.MULTILINE)
    # The schema that is to be there is made by our own migrations, in a process of their own.
    assert {path.name for path in OURS if imported.search(path.read_text())} == {"schema.py"}


def test_no_query_is_put_together_from_data():
    """What is not a constant is made of names of tables and of numbers of ours; values are parameters."""
    made = {
        file
        for file, name, call in calls()
        if name.endswith((".execute", ".raw", ".extra", "RawSQL")) and not isinstance(call.args[0], ast.Constant)
    }
    assert made == {"bulk.py", "database.py", "mirror.py", "schema.py", "search.py"}


def test_only_these_write_markup_that_is_not_escaped():
    marked = {file for file, name, _ in calls() if name in ("SafeString", "mark_safe")}
    assert marked == {"rows.py", "display.py", "fields.py"}
    unescaped = {path.name for path, text in TEMPLATES.items() if re.search(r"\|\s*safe\b|autoescape off", text)}
    assert unescaped == {"you.html"}
    assert re.findall(r"{{ ([^}]*)\|safe }}", (ROOT / "templates/accounts/you.html").read_text()) == ["picture"]


def test_no_template_is_made_of_data():
    assert {
        file for file, name, _ in calls() if name in ("Template", "Engine", "engines") or "from_string" in name
    } == set()


def test_no_format_string_is_made_of_data():
    made = [
        (file, ast.unparse(call.func))
        for file, name, call in calls()
        if name.endswith((".format", ".format_map", "format_html"))
        and not isinstance(call.func.value if isinstance(call.func, ast.Attribute) else call.args[0], ast.Constant)
    ]
    assert made == []


def test_only_these_open_files():
    """The lock, the lists of the installation itself, and what an administrator names: nothing that a page takes in."""
    opens = re.compile(r"open|(os|file|path|Path\(.*\))\.open|.*\.(write_text|write_bytes|mkdir|save_as)")
    assert {file for file, name, _ in calls() if opens.fullmatch(name)} == {"settings.py", "lock.py", "audit_anchor.py"}
    assert not getattr(product, "MEDIA_ROOT", "")
    assert product.FILE_UPLOAD_MAX_MEMORY_SIZE >= 6_000_000


def test_only_the_client_of_sinch_calls_out():
    calling = re.compile(
        r"^\s*(?:import|from) (requests|urllib3|urllib\.request|http\.client|ftplib|httpx)\b", re.MULTILINE
    )
    assert {path.parent.name for path in OURS if calling.search(path.read_text())} == {"sinch"}


def test_the_name_of_a_download_is_made_of_our_words_and_the_moment():
    named = [(file, call) for file, name, call in calls() if name == "web.file"]
    assert named
    assert all(isinstance(call.args[0], ast.Constant) for _, call in named)
    heads = [path.name for path in OURS if "Content-Disposition" in path.read_text()]
    assert heads == ["web.py"]


def test_no_view_takes_a_value_from_wherever_it_comes():
    assert {path.name for path in OURS if re.search(r"request\.(REQUEST|params|values)\b", path.read_text())} == set()
    assert not re.search(r"(GET|POST)\s*\|\s*request\.(GET|POST)", "".join(path.read_text() for path in OURS))


def test_pages_load_nothing_from_elsewhere_and_use_no_plugin():
    pages = "".join(TEMPLATES.values())
    assert re.findall(r"<(?:object|embed|applet|iframe|frame|marquee)\b", pages) == []
    assert re.findall(r'(?:src|srcset|href|action|data)="(?:https?:)?//[^"]*"', pages) == []
    assert {source for sources in product.CONTENT_SECURITY_POLICY["DIRECTIVES"].values() for source in sources} == {
        "'self'",
        "'none'",
    }


@pytest.mark.parametrize(
    "word",
    [
        *("localStorage", "indexedDB", "document.cookie", "postMessage", "eval(", "new Function", "outerHTML"),
        *("insertAdjacentHTML", "document.write", "__proto__", "Object.assign", "fetch(", "XMLHttpRequest"),
    ],
)
def test_the_script_of_the_pages_keeps_and_runs_nothing(word):
    assert word not in SCRIPT
    # Which lists are folded.
    assert set(re.findall(r'sessionStorage\.\w+\("(\w+)"', SCRIPT)) == {"folds"}


def test_the_server_has_no_cache():
    assert not hasattr(product, "CACHES")
    assert not any("cache" in name.lower() for name in product.MIDDLEWARE)
