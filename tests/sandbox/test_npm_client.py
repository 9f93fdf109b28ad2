"""The published npm client runs a whole session against the sandbox."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from numberadmin.sandbox import Sandbox, sample

FOLDER = Path(__file__).resolve().parents[2] / ".tools" / "sinch-request"
NIGHT_DESK = list(sample.DEMO_APPLICATIONS)[-1]


@pytest.fixture(scope="module")
def node() -> str:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        pytest.skip("node and npm are not installed")
    if not (FOLDER / "node_modules" / "sinch-request" / "package.json").exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        options = ["--no-audit", "--no-fund", "--no-save", "--ignore-scripts", "--prefix", str(FOLDER)]
        subprocess.run([npm, "install", *options, "sinch-request@0.0.8"], check=True, timeout=180)
    return node


def test_the_providers_own_sample_runs_as_it_is(node: str, sandbox: Sandbox, tmp_path: Path) -> None:
    samples = FOLDER / "node_modules" / "sinch-request" / "samples"
    text = (samples / "partnerListDID_digest.js").read_text().replace("../index.js", str(samples.parent / "index.js"))
    text = text.replace("PARTNER_USER@EXAMPLE.COM", sample.DEMO_IDENTITY).replace("SOME_PASSWORD", sample.DEMO_PASSWORD)
    (tmp_path / "sample.js").write_text(text)
    hosts = {name: sandbox.urls[host] for name, host in (("userapi", "user"), ("api", "api"), ("portalapi", "portal"))}
    done = subprocess.run(
        [node, "--no-deprecation", "-r", str(Path(__file__).with_name("redirect.js")), str(tmp_path / "sample.js")],
        env=os.environ | {"HOSTS": json.dumps(hosts)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    assert "FR, PARIS(01) - " in done.stdout
    assert [entry["status"] for entry in sandbox.control.log()] == [200] * 4


def test_the_published_client_rents_and_assigns(node: str, sandbox: Sandbox) -> None:
    script = Path(__file__).with_name("session.js")
    done = subprocess.run(
        [node, "--no-deprecation", str(script), json.dumps(sandbox.urls), NIGHT_DESK],
        env=os.environ | {"NODE_PATH": str(FOLDER / "node_modules")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    state, said = sandbox.control.state(), json.loads(done.stdout)
    assert said == {"rented": [46313900603, 46313900604], "assigned": [46313900604]}
    assert set(said["rented"]) <= set(state["rented"][sample.DEMO_ORGANISATION])
    assert state["assignments"][NIGHT_DESK] == {"sms": [], "voice": said["assigned"]}
    assert state["spent"][sample.DEMO_ORGANISATION] == {"USD": "3.50"}
    assert {entry["code"] for entry in sandbox.control.log()} == {None}
