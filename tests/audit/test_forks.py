import json
import os
import subprocess
import sys
from uuid import uuid4

import pytest
from django.db import connection

from tests.dashboard import ROOT
from tests.tools.audit_forks import EACH, PROCESSES

ALL = PROCESSES * EACH


@pytest.fixture
def database_url(tmp_path, django_db_setup, django_db_blocker):
    """An empty database of its own."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path}/audit.sqlite3"
        return
    name = f"audit_{uuid4().hex}"
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        yield f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"
        cursor.execute(f"DROP DATABASE {name}")


def appended_together(database_url, *how):
    command = [sys.executable, "-m", "tests.tools.audit_forks", *how]
    env = os.environ | {"DATABASE_URL": database_url}
    done = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, timeout=120, check=True)
    return json.loads(done.stdout)


def test_eight_processes_make_one_chain_without_a_fork(database_url):
    assert appended_together(database_url) == {"entries": ALL, "failed": 0, "forks": 0, "holds": True}


def test_where_they_do_not_wait_for_each_other_the_chain_forks_or_appending_fails(database_url):
    """On SQLite it fails: who has read and then wants to write is refused where somebody wrote in between."""
    found = appended_together(database_url, "unserialised")
    assert found["entries"] + found["failed"] == ALL
    if connection.vendor == "sqlite":
        assert (found["failed"] > 0, found["forks"], found["holds"]) == (True, 0, True)
    else:
        assert (found["failed"], found["forks"] > 0, found["holds"]) == (0, True, False)
