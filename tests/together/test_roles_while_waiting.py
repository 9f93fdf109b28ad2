"""What somebody may do is asked again when the change's turn has come."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from numberadmin.sandbox import sample, start
from tests import crew
from tests.dashboard import Visitor, dashboard, messages
from tests.databases import new_database

APPLICATION = next(iter(sample.DEMO_APPLICATIONS))


@pytest.mark.parametrize("change", ["/team/deactivate/", "/team/role/", "/team/session/"])
def test_what_is_taken_away_while_a_change_waits_for_its_turn_is_not_done(tmp_path, change):
    with (
        start(seed="demo") as remote,
        dashboard(remote.urls, new_database(tmp_path), SINCH_TIMEOUT="8", LOCK_SECONDS="8") as base,
    ):
        jane = crew.owner(base)
        otto = crew.joined(jane, "Otto Oper", "operator")
        pieces = otto.get("/inventory/?application=none&capability=voice").text.split('data-number="')[1:3]
        first, second = (piece.split('"')[0] for piece in pieces)
        person = crew.person_id(jane, "Otto Oper")
        session = jane.get("/team/").text.split(f'data-person="{person}"')[1].split('data-session="')[1].split('"')[0]
        remote.control.fault(match={"verb": "PUT"}, kind="lag", seconds=2.5, times=1)
        with ThreadPoolExecutor(2) as pool:
            holds = pool.submit(jane.post, "/inventory/assign/", numbers=first, application_key=APPLICATION)
            while not any(call["verb"] == "PUT" for call in remote.control.log()):
                time.sleep(0.02)
            waits = pool.submit(otto.post, "/inventory/assign/", numbers=second, application_key=APPLICATION)
            time.sleep(0.5)
            owner = Visitor(base)
            owner.post("/login/", kind="member", identity=crew.OWNER, password=crew.OWNER_PASSWORD)
            told = owner.post(change, person=person, role="viewer", session=session)
            assert messages(told) == ["success"]
            assert not waits.done()
            assert messages(holds.result()) == ["success"]
            assert messages(waits.result()) != ["success"]
        held = remote.control.state()["assignments"][APPLICATION]["voice"]
        assert (int(first) in held, int(second) in held) == (True, False)
