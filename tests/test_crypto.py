"""Which cryptography the product uses, and where: what docs/security.md lists, and nothing else."""

import ast
import base64
import re
from functools import cache
from pathlib import Path

import pytest
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.utils.crypto import get_random_string

from numberadmin.accounts.seal import NONCE_BYTES, seal
from numberadmin.audit import chain

ROOT = Path(__file__).parent.parent
# The stand-in of Sinch and the demo hold nothing of anybody.
OURS = [
    path
    for folder in ("numberadmin", "inventory", "shop")
    for path in (ROOT / folder).rglob("*.py")
    if "sandbox" not in path.parts and path.name != "demo.py"
]
LIST = (ROOT / "docs/security.md").read_text().partition("## Cryptography in use")[2].partition("\n## ")[0]


@cache
def names_imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


@cache
def _calls() -> list[tuple[Path, str, ast.Call]]:
    return [
        (path, ast.unparse(node.func), node)
        for path in OURS
        if re.search(r"secrets|hmac|uuid1|HKDF", path.read_text())
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
    ]


def calls(name: str) -> list[tuple[Path, ast.Call]]:
    """Where something is called that ends with this name."""
    return [(path, node) for path, called, node in _calls() if called.endswith(name)]


def test_nothing_of_the_product_uses_plain_random_numbers():
    plain = {path.name for path in OURS if {"random", "uuid.uuid1"} & names_imported(path)}
    # Pauses between two tries at Sinch, which spread load and guard nothing.
    assert plain == {"caller.py"}


def test_each_token_has_at_least_128_bits():
    made = calls("secrets.token_urlsafe") + calls("secrets.token_bytes") + calls("secrets.token_hex")
    assert made
    assert min(ast.literal_eval(call.args[0]) for _, call in made) >= 16
    assert calls("uuid1") == []


def test_keys_of_sessions_have_more_than_128_bits():
    assert len(VALID_KEY_CHARS) ** 32 > 2**128
    assert len(get_random_string(32, VALID_KEY_CHARS)) == 32


def test_no_digest_is_made_by_anything_but_sha_256_beside_the_one_that_sinch_demands():
    made = {(path.name, found) for path in OURS for found in re.findall(r"hashlib\.(\w+)", path.read_text())}
    assert {found for name, found in made if name != "signing.py"} == {"sha256"}
    assert {found for name, found in made if name == "signing.py"} <= {"md5", "sha256"}
    assert {ast.literal_eval(call.args[2]) for _, call in calls("hmac.digest")} <= {"sha256"}


def test_cryptography_comes_from_these_libraries_and_each_is_in_the_list():
    parts = {name for path in OURS for name in names_imported(path) if re.match(r"cryptography|pyotp|argon2", name)}
    assert parts == {
        "cryptography.exceptions",
        "cryptography.exceptions.InvalidTag",
        "cryptography.hazmat.primitives.ciphers.aead",
        "cryptography.hazmat.primitives.ciphers.aead.AESGCM",
        "cryptography.hazmat.primitives.hashes",
        "cryptography.hazmat.primitives.hashes.SHA256",
        "cryptography.hazmat.primitives.kdf.hkdf",
        "cryptography.hazmat.primitives.kdf.hkdf.HKDF",
        "pyotp",
    }


@pytest.mark.parametrize(
    "word",
    ["AES-256-GCM", "HKDF-SHA256", "Argon2id", "HMAC-SHA256", "SHA-256", "SHA-1", "MD5", "TLS"],
)
def test_the_list_names_what_is_used(word):
    assert word in LIST


@pytest.mark.parametrize("key", ["SECRET_KEY", "SEAL_KEYS", "AUDIT_KEY"])
def test_each_key_has_its_rules(key):
    """Made by, kept in, changed, shared with."""
    rows = [row.split("|")[1:-1] for row in LIST.splitlines() if row.startswith(f"| `{key}` |")]
    assert [len(row) for row in rows] == [5]
    assert all(cell.strip() for cell in rows[0])


def test_what_seals_has_256_bits():
    derived = [call for path, call in calls("HKDF") if path.name == "seal.py"]
    assert [ast.unparse(call.args[0]) for call in derived] == ["SHA256()"]
    assert [ast.literal_eval(word.value) for call in derived for word in call.keywords if word.arg == "length"] == [32]


def test_what_proves_the_audit_has_256_bits():
    assert len(chain.key()) == 32
    assert len(chain.FIRST) * 4 == 256
    assert [ast.literal_eval(call.args[2]) for path, call in calls("hmac.digest") if path.name == "chain.py"] == [
        "sha256"
    ]


def test_no_two_seals_have_the_same_nonce():
    nonces = {base64.b64decode(seal("the same", "acme:1"))[:NONCE_BYTES] for _ in range(200)}
    assert len(nonces) == 200
    assert NONCE_BYTES == 12
