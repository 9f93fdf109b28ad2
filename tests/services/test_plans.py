"""A plan shows what would be done, changes nothing before it is applied, and then does exactly what it showed."""

import re
import unicodedata
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django_tasks_db.models import DBTaskResult

from numberadmin.accounts.models import Account, Connection, Membership
from numberadmin.accounts.roles import Role
from numberadmin.audit.models import Entry
from numberadmin.sandbox import sample
from numberadmin.services import applications, assignment, jobs, labels, plans, settling, steps, unassignment
from numberadmin.services.models import Label, Number, Plan
from numberadmin.services.results import Changed, Conflict, Forbidden, NotHere, Refusal
from numberadmin.services.table_reading import of_text
from tests.services.conftest import REMINDERS, SUPPORT, sign_in
from tests.services.people import beside
from tests.services.test_assign import free, in_application
from tests.services.test_cart import group, reserve

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def worker(settings):
    """Nobody takes what is put into the queue; the tests are the worker themselves."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}


def csv(*rows):
    return "\n".join(["number,application,label", *(",".join(map(str, row)) for row in rows)])


def made(actor, *rows):
    return plans.from_table(actor=actor, lines=of_text(csv(*rows)).lines, title="Autumn")


def kinds(plan):
    return {item.line: (item.what, item.message) for item in plan.items.order_by("id")}


def applied(actor, plan):
    jobs.apply(actor=actor, operation=uuid4(), plan=plan)
    jobs.work.func(plan.pk)
    plan.refresh_from_db()
    return plan


def changing(sinch):
    return [call["verb"] for call in sinch.log() if call["verb"] != "GET"]


def changing_paths(sinch):
    return [call["path"] for call in sinch.log() if call["verb"] != "GET"]


def held(sinch, key):
    return {number for numbers in sinch.state()["assignments"].get(key, {}).values() for number in numbers}


def test_making_a_plan_changes_nothing(jane, sinch):
    before = list(Number.objects.order_by("number").values_list("number", "application"))
    made(jane, (free(jane)[0], SUPPORT), (in_application(jane, REMINDERS)[0], "none"))
    assert changing(sinch) == []
    assert list(Number.objects.order_by("number").values_list("number", "application")) == before


def test_each_line_says_what_would_be_done(jane):
    number, there, other = free(jane)[0], in_application(jane, SUPPORT)[0], in_application(jane, REMINDERS)[0]
    plan = made(jane, (number, SUPPORT), (there, SUPPORT), (other, SUPPORT), (other + 0, SUPPORT), (there + 1, "none"))
    assert [what for what, _ in kinds(plan).values()] == ["assign", "leave", "leave", "move", "unassign"]


@pytest.mark.parametrize(
    ("number", "application", "why"),
    [
        ("1.4E+10", SUPPORT, "rounded"),
        ("19995550000", SUPPORT, "does not rent it"),
        ("4155550106", SUPPORT, r"Is \+14155550106 meant"),
        ("14155550106", "Nowhere", "no application is known as Nowhere"),
        ("14155550106", "", "no application is given"),
    ],
)
def test_a_line_that_is_wrong_says_why(jane, number, application, why):
    plan = made(jane, (number, application))
    what, message = kinds(plan)[2]
    assert what == "wrong"
    assert re.search(why, message)


@pytest.mark.parametrize("spelled", [SUPPORT.upper(), SUPPORT.replace("-", "")])
def test_an_application_key_is_known_however_it_is_written(jane, spelled):
    assert kinds(made(jane, (free(jane)[0], spelled))) == {2: ("assign", "")}


def test_a_number_with_two_goals_is_wrong_on_both_lines(jane):
    number = free(jane)[0]
    plan = made(jane, (number, SUPPORT), (number, REMINDERS))
    assert [what for what, _ in kinds(plan).values()] == ["wrong", "wrong"]


def test_applying_does_what_was_shown_and_nothing_else(jane, sinch):
    new, moved, out = free(jane)[0], in_application(jane, REMINDERS)[0], in_application(jane, SUPPORT)[0]
    before = held(sinch, SUPPORT) | held(sinch, REMINDERS)
    plan = applied(jane, made(jane, (new, SUPPORT), (moved, SUPPORT), (out, "none"), ("nonsense", SUPPORT)))
    assert plan.state == "done"
    assert {new, moved} <= held(sinch, SUPPORT)
    assert out not in held(sinch, SUPPORT)
    assert held(sinch, SUPPORT) | held(sinch, REMINDERS) == before - {out} | {new}
    assert [row["state"] for row in plans.result_rows(plan)] == ["done", "done", "done", ""]


def test_all_that_go_into_one_application_are_one_write_for_each_capability(jane, sinch):
    numbers = free(jane, count=3)
    applied(jane, plans.from_selection(actor=jane, operation=uuid4(), numbers=numbers, application_key=SUPPORT))
    assert changing(sinch) == ["PUT"]
    assert set(numbers) <= held(sinch, SUPPORT)


def test_what_changed_since_the_plan_was_shown_stops_it_before_it_begins(jane, sinch):
    number = free(jane)[0]
    plan = made(jane, (number, SUPPORT))
    assignment.assign(actor=jane, operation=uuid4(), numbers=[number], application_key=REMINDERS)
    assert plans.page(plan).stale == 1
    with pytest.raises(Changed, match="Plan again"):
        jobs.apply(actor=jane, operation=uuid4(), plan=plan)
    assert number in held(sinch, REMINDERS)
    assert [item.what for item in plans.again(actor=jane, plan=plan).items.all()] == ["move"]


def test_what_changes_while_it_is_applied_is_left_alone_and_said(jane, sinch):
    first, second = in_application(jane, SUPPORT)[:2]
    plan = made(jane, (first, "none"), (second, "none"))
    jobs.apply(actor=jane, operation=uuid4(), plan=plan)
    assignment.assign(actor=jane, operation=uuid4(), numbers=[second], application_key=REMINDERS, move=True)
    jobs.work.func(plan.pk)
    assert {item.number: item.state for item in plan.items.all()} == {first: "done", second: "changed"}
    assert second in held(sinch, REMINDERS)


def test_the_audit_names_whoever_applied_it_and_the_plan(jane):
    bob, number = beside(jane, "Bob Brown", Role.OPERATOR), free(jane)[0]
    applied(bob, made(jane, (number, SUPPORT)))
    entry = Entry.objects.filter(action="assign", phase="outcome").exclude(part_of=None).latest("id")
    assert (entry.actor_name, entry.address, entry.reason) == ("Bob Brown", "127.0.0.2", "Plan: Autumn")


def test_labels_are_set_and_a_line_with_a_label_alone_leaves_the_number(jane, sinch):
    number, there = free(jane)[0], in_application(jane, SUPPORT)[0]
    plan = applied(jane, made(jane, (number, SUPPORT, "Desk"), (there, "", "Bell")))
    assert dict(Label.objects.values_list("number", "label")) == {number: "Desk", there: "Bell"}
    assert plan.state == "done"


def test_a_viewer_makes_and_applies_no_plan(jane):
    vera = beside(jane, "Vera Vogel", Role.VIEWER)
    with pytest.raises(Forbidden):
        made(vera, (free(jane)[0], SUPPORT))
    with pytest.raises(Forbidden):
        jobs.apply(actor=vera, operation=uuid4(), plan=made(jane, (free(jane)[0], SUPPORT)))


def test_a_plan_stops_where_its_person_was_put_out_of_the_team(jane, sinch):
    bob = beside(jane, "Bob Brown", Role.OPERATOR)
    plan = made(bob, (free(jane)[0], SUPPORT))
    jobs.apply(actor=bob, operation=uuid4(), plan=plan)
    Membership.objects.filter(person=bob.person).update(is_active=False)
    jobs.work.func(plan.pk)
    plan.refresh_from_db()
    assert (plan.state, "no longer in the team" in plan.message) == ("paused", True)
    assert changing(sinch) == []


def test_an_unreachable_sinch_pauses_it_and_it_goes_on_after(jane, sinch):
    numbers = in_application(jane, SUPPORT)[:2]
    plan = made(jane, *((number, "none") for number in numbers))
    jobs.apply(actor=jane, operation=uuid4(), plan=plan)
    sinch.fault(match={"verb": "DELETE"}, kind="status", status=403, code=40300, times=1)
    jobs.work.func(plan.pk)
    plan.refresh_from_db()
    assert plan.state == "done"
    assert sorted(plan.items.values_list("state", flat=True)) == ["done", "failed"]


def test_an_answer_that_is_lost_is_found_and_not_sent_again(jane, sinch, settings):
    settings.SETTLE_SECONDS = 0.1
    number = free(jane)[0]
    sinch.fault(match={"verb": "PUT"}, kind="lose", times=1)
    plan = applied(jane, made(jane, (number, SUPPORT)))
    assert (plan.state, plan.items.get().state) == ("done", "done")
    assert changing(sinch).count("PUT") == 1


@pytest.mark.parametrize("lost", [1, 2])
def test_a_number_of_two_capabilities_whose_answer_is_lost_is_assigned_again_to_make_sure(jane, sinch, settings, lost):
    settings.SETTLE_SECONDS = 0.1
    both, voice = free(jane, has="sms,voice")[0], free(jane)[0]
    plan = made(jane, (both, SUPPORT), (voice, SUPPORT))
    sinch.fault(match={"verb": "PUT", "nth": lost}, kind="lose", times=1)
    applied(jane, plan)
    assert plan.state == "done"
    assert set(plan.items.values_list("state", flat=True)) == {"done"}
    held = sinch.state()["assignments"][SUPPORT]
    assert both in held["sms"]
    assert {both, voice} <= set(held["voice"])
    undoing = plans.undoing(actor=jane, operation=plan.key)
    assert set(undoing.items.values_list("number", "what")) == {(both, "unassign"), (voice, "unassign")}


def test_a_plan_is_paused_resumed_and_cancelled(jane, sinch):
    plan = made(jane, (free(jane)[0], SUPPORT))
    jobs.apply(actor=jane, operation=uuid4(), plan=plan)
    jobs.pause(actor=jane, operation=uuid4(), plan=plan)
    jobs.work.func(plan.pk)
    assert changing(sinch) == []
    jobs.resume(actor=jane, operation=uuid4(), plan=plan)
    jobs.cancel(actor=jane, operation=uuid4(), plan=plan)
    jobs.work.func(plan.pk)
    assert changing(sinch) == []
    with pytest.raises(Refusal):
        jobs.resume(actor=jane, operation=uuid4(), plan=plan)


def half_done(ann, rows):
    """A plan of Ann's with one step done and the rest to do, paused by her."""
    plan = made(ann, *((number, "none") for number in rows))
    jobs.apply(actor=ann, operation=uuid4(), plan=plan)
    plan.refresh_from_db()
    steps.take(plan, 1)
    jobs.pause(actor=ann, operation=uuid4(), plan=plan)
    return plan


def test_whoever_goes_on_with_a_plan_does_the_rest_of_it(jane, sinch):
    ann, ben = beside(jane, "Ann Arc", Role.OPERATOR), beside(jane, "Ben Bow", Role.OPERATOR)
    ben = replace(ben, address="127.0.0.7")
    plan = half_done(ann, in_application(jane, SUPPORT)[:3])
    jobs.resume(actor=ben, operation=uuid4(), plan=plan)
    jobs.work.func(plan.pk)
    done = Entry.objects.filter(part_of=plan.key, action="unassign", phase="outcome").order_by("id")
    assert [(entry.actor_name, entry.address) for entry in done] == [("Ann Arc", "127.0.0.2"), ("Ben Bow", "127.0.0.7")]
    assert {entry.session for entry in done} == {ann.session, ben.session}
    assert Entry.objects.get(operation=plan.key, phase="outcome").actor_name == "Ben Bow"
    assert Entry.objects.filter(part_of=plan.key, action="plan", actor=ben.person).count() == 1
    assert not set(in_application(jane, SUPPORT)) & set(plan.items.values_list("number", flat=True))


def test_a_plan_that_ben_goes_on_with_stops_with_his_role_and_not_with_anns(jane, sinch):
    ann, ben = beside(jane, "Ann Arc", Role.OPERATOR), beside(jane, "Ben Bow", Role.OPERATOR)
    plan = half_done(ann, in_application(jane, SUPPORT)[:3])
    Membership.objects.filter(person=ann.person).update(is_active=False)
    jobs.resume(actor=ben, operation=uuid4(), plan=plan)
    Membership.objects.filter(person=ben.person).update(role=Role.VIEWER)
    sinch.clear_log()
    jobs.work.func(plan.pk)
    plan.refresh_from_db()
    assert (plan.state, changing(sinch)) == ("paused", [])
    Membership.objects.filter(person=ben.person).update(role=Role.OPERATOR)
    jobs.resume(actor=ben, operation=uuid4(), plan=plan)
    jobs.work.func(plan.pk)
    plan.refresh_from_db()
    assert plan.state == "done"


def test_a_viewer_does_not_go_on_with_a_plan(jane, sinch):
    vera = beside(jane, "Vera Viewer", Role.VIEWER)
    plan = half_done(jane, in_application(jane, SUPPORT)[:2])
    with pytest.raises(Forbidden):
        jobs.resume(actor=vera, operation=uuid4(), plan=plan)
    plan.refresh_from_db()
    assert (plan.state, plan.applied_by) == ("paused", jane.person)


def test_a_step_taken_twice_is_sent_once(jane, sinch):
    plan = made(jane, (free(jane)[0], SUPPORT))
    jobs.apply(actor=jane, operation=uuid4(), plan=plan)
    plan.refresh_from_db()
    steps.take(plan)
    plan.items.update(state="waiting")
    jobs.work.func(plan.pk)
    assert changing(sinch) == ["PUT"]
    assert plan.items.get().state == "done"


def test_undo_shows_the_reverse_and_then_does_it(jane, sinch):
    number, operation = in_application(jane, SUPPORT)[0], uuid4()
    unassignment.unassign(actor=jane, operation=operation, numbers=[number])
    plan = plans.undoing(actor=jane, operation=operation)
    assert [(item.what, item.to) for item in plan.items.all()] == [("assign", SUPPORT)]
    assert number not in held(sinch, SUPPORT)
    applied(jane, plan)
    assert number in held(sinch, SUPPORT)


def test_undo_leaves_what_is_elsewhere_by_now(jane):
    number, operation = free(jane)[0], uuid4()
    assignment.assign(actor=jane, operation=operation, numbers=[number], application_key=SUPPORT)
    assignment.assign(actor=jane, operation=uuid4(), numbers=[number], application_key=REMINDERS, move=True)
    assert [item.what for item in plans.undoing(actor=jane, operation=operation).items.all()] == ["wrong"]


def test_there_is_nothing_to_undo_in_other_things(jane):
    with pytest.raises(NotHere):
        plans.undoing(actor=jane, operation=uuid4())
    reserve(jane, group(jane))
    with pytest.raises(NotHere):
        plans.undoing(actor=jane, operation=Entry.objects.latest("id").operation)


def test_a_plan_whose_worker_was_silent_is_given_to_another(jane, settings):
    plan = made(jane, (free(jane)[0], SUPPORT))
    jobs.apply(actor=jane, operation=uuid4(), plan=plan)
    assert jobs.revive() == 0
    Plan.objects.update(beat_at=plan.made_at - timedelta(minutes=5))
    assert [jobs.revive(), jobs.revive()] == [1, 0]


def test_a_worker_that_died_in_a_step_is_followed_by_one_that_takes_the_same_step(jane, sinch):
    numbers = in_application(jane, SUPPORT)[:2]
    plan = made(jane, *((number, "none") for number in numbers))
    jobs.apply(actor=jane, operation=uuid4(), plan=plan)
    plan.refresh_from_db()
    operation = steps._next(plan, 2)[0].operation or uuid4()
    unassignment.unassign(
        actor=jane,
        operation=operation,
        numbers=numbers,
        reason="Plan: Autumn",
        seen=dict.fromkeys(numbers, SUPPORT),
    )
    jobs.work.func(plan.pk)
    assert changing(sinch) == ["DELETE", "DELETE"]
    assert [item.state for item in plan.items.all()] == ["done", "done"]


def test_a_connection_that_ends_in_a_step_pauses_it_and_no_number_failed(jane, sinch):
    numbers = in_application(jane, SUPPORT)[:3]
    plan = made(jane, *((number, "none") for number in numbers))
    jobs.apply(actor=jane, operation=uuid4(), plan=plan)
    sinch.fault(match={"verb": "DELETE", "nth": 2}, kind="status", status=401, code=40100, times=1)
    jobs.work.func(plan.pk)
    plan.refresh_from_db()
    assert plan.state == "paused"
    assert sorted(plan.items.values_list("state", flat=True)) == ["done", "waiting", "waiting"]
    assert Connection.objects.count() == 0
    sign_in(sample.DEMO_IDENTITY, sample.DEMO_PASSWORD)
    jobs.resume(actor=jane, operation=uuid4(), plan=plan)
    jobs.work.func(plan.pk)
    assert set(plan.items.values_list("state", flat=True)) == {"done"}
    assert len({path for path in changing_paths(sinch) if "/applications/" in path}) == 3


def test_quick_steps_grow_and_slow_ones_shrink():
    assert [steps.paced(20, 0.1), steps.paced(200, 0.1), steps.paced(80, 1.0), steps.paced(80, 3.0)] == [
        40,
        200,
        80,
        40,
    ]
    assert steps.paced(5, 60.0) == 5


def test_what_came_of_a_plan_stands_in_the_audit_under_its_key(jane, sinch):
    first, second = in_application(jane, SUPPORT)[:2]
    plan = made(jane, (first, "none"), (second, REMINDERS))
    jobs.apply(actor=jane, operation=uuid4(), plan=plan)
    intent = Entry.objects.get(operation=plan.key)
    assert (intent.phase, intent.action, intent.state, intent.actor_name) == (
        "intent",
        "plan",
        "pending",
        "Jane Bloggs",
    )
    sinch.fault(match={"verb": "DELETE"}, kind="status", status=403, code=40300, times=1)
    jobs.work.func(plan.pk)
    outcome = Entry.objects.get(operation=plan.key, phase="outcome")
    assert (outcome.state, outcome.message) == ("failed", "Done: 1 of 2. Failed: 1.")
    assert Entry.objects.filter(part_of=plan.key, phase="outcome").count() == 2


def test_a_plan_that_is_cancelled_says_what_was_done_by_then(jane):
    plan = made(jane, *((number, "none") for number in in_application(jane, SUPPORT)[:3]))
    jobs.apply(actor=jane, operation=uuid4(), plan=plan)
    plan.refresh_from_db()
    steps.take(plan, 1)
    jobs.cancel(actor=jane, operation=uuid4(), plan=plan)
    outcome = Entry.objects.get(operation=plan.key, phase="outcome")
    assert (outcome.state, outcome.message) == ("failed", "Done: 1 of 3. Not begun: 2.")


def test_a_plan_that_is_cancelled_in_doubt_tells_later_what_came_of_it(jane, sinch, settings):
    settings.SETTLE_SECONDS = 0.1
    first, second = in_application(jane, SUPPORT)[:2]
    plan = made(jane, (first, "none"), (second, "none"))
    jobs.apply(actor=jane, operation=uuid4(), plan=plan)
    plan.refresh_from_db()
    sinch.fault(match={"verb": "DELETE"}, kind="lose", times=1)
    sinch.fault(match={"verb": "GET", "path": "/organisations/id/[0-9]+/numbers$"}, kind="drop", times=20)
    steps.take(plan)
    jobs.cancel(actor=jane, operation=uuid4(), plan=plan)
    jobs.revive()
    assert plan.items.get(number=first).state == "waiting"
    sinch.clear_faults()
    settling.of_account(plan.account, 1)
    jobs.revive()
    assert {item.number: item.state for item in plan.items.all()} == {first: "done", second: "waiting"}


def test_the_same_pause_posted_twice_is_answered_with_the_first_ones_outcome(jane):
    plan, operation = made(jane, (free(jane)[0], SUPPORT)), uuid4()
    jobs.apply(actor=jane, operation=uuid4(), plan=plan)
    jobs.pause(actor=jane, operation=operation, plan=plan)
    jobs.resume(actor=jane, operation=uuid4(), plan=plan)
    assert jobs.pause(actor=jane, operation=operation, plan=plan).repeated
    assert Plan.objects.get().state == "applying"
    with pytest.raises(Conflict):
        jobs.cancel(actor=jane, operation=operation, plan=plan)


def test_a_plan_under_way_is_not_undone(jane):
    plan = made(jane, (in_application(jane, SUPPORT)[0], "none"))
    jobs.apply(actor=jane, operation=uuid4(), plan=plan)
    with pytest.raises(Refusal, match="not at its end"):
        plans.undoing(actor=jane, operation=plan.key)


def test_undoing_a_plan_takes_back_what_each_line_did(jane, sinch):
    new, moved, out = free(jane)[0], in_application(jane, REMINDERS)[0], in_application(jane, SUPPORT)[0]
    before = held(sinch, SUPPORT), held(sinch, REMINDERS)
    plan = applied(jane, made(jane, (new, SUPPORT), (moved, SUPPORT), (out, "none")))
    undoing = plans.undoing(actor=jane, operation=plan.key)
    assert {item.number: item.what for item in undoing.items.all()} == {new: "unassign", moved: "move", out: "assign"}
    applied(jane, undoing)
    assert (held(sinch, SUPPORT), held(sinch, REMINDERS)) == before


def test_a_plan_of_another_account_is_not_there(jane):
    plan = made(jane, (free(jane)[0], SUPPORT))
    with pytest.raises(NotHere):
        plans.one(Account.objects.create(organisation_id="1", name="Other"), plan.key)


def test_a_number_that_stands_there_twice_keeps_its_label(jane):
    number, there = free(jane)[0], in_application(jane, SUPPORT)[0]
    plan = made(jane, (number, SUPPORT, "Desk"), (number, SUPPORT), (there, SUPPORT, "Bell"), (there, SUPPORT))
    assert [what for what, _ in kinds(plan).values()] == ["leave", "assign", "leave", "label"]
    applied(jane, plan)
    assert dict(Label.objects.values_list("number", "label")) == {number: "Desk", there: "Bell"}


def test_two_labels_for_one_number_are_wrong_and_a_label_alone_wants_it_nowhere(jane):
    number, other = free(jane, count=2)
    plan = made(jane, (number, SUPPORT, "Desk"), (number, SUPPORT, "Bell"), (other, "", "Hall"), (other, SUPPORT))
    assert [what for what, _ in kinds(plan).values()] == ["wrong", "wrong", "leave", "assign"]
    assert "different labels" in kinds(plan)[2][1]
    assert plan.items.get(what="assign").label == "Hall"


def test_a_plan_of_labels_follows_a_number_that_moved(jane):
    there = in_application(jane, SUPPORT)[0]
    plan = made(jane, (there, "", "Bell"))
    unassignment.unassign(actor=jane, operation=uuid4(), numbers=[there])
    assert plans.page(plan).stale == 0
    assert kinds(plans.again(actor=jane, plan=plan)) == {2: ("label", "")}


def test_a_label_that_somebody_has_changed_meanwhile_is_left_alone(jane):
    there = in_application(jane, SUPPORT)[0]
    plan = made(jane, (there, "", "Bell"))
    labels.set_label(actor=jane, operation=uuid4(), number=there, label="Door", note="")
    applied(jane, plan)
    assert Label.objects.get(number=there).label == "Door"
    assert plan.items.get().state == "changed"


def test_of_many_strangers_only_some_are_looked_up(jane, django_assert_max_num_queries):
    with django_assert_max_num_queries(280):
        plan = made(jane, *((10_000_000_000 + place, SUPPORT) for place in range(2000)))
    assert plan.items.filter(what="wrong").count() == 2000


def test_a_plan_makes_way_for_another_one_that_waits(jane, sinch, settings, monkeypatch):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    monkeypatch.setattr(jobs, "TURN", -1.0)
    first, second = (made(jane, (number, SUPPORT)) for number in free(jane, count=2))
    for plan in (first, second):
        jobs.apply(actor=jane, operation=uuid4(), plan=plan)
    jobs.work.func(first.pk)
    assert changing(sinch) == []
    waiting = DBTaskResult.objects.ready().order_by("enqueued_at")
    assert [result.args_kwargs["args"][0] for result in waiting] == [first.pk, second.pk, first.pk]


def test_alone_a_plan_makes_way_for_nobody(jane, sinch, monkeypatch):
    monkeypatch.setattr(jobs, "TURN", -1.0)
    assert applied(jane, made(jane, (free(jane)[0], SUPPORT))).state == "done"


def test_a_name_is_known_in_whatever_way_its_accents_are_written(jane):
    applications.add(actor=jane, operation=uuid4(), application_key=SUPPORT, name="Zürich désk")
    assert kinds(made(jane, (free(jane)[0], unicodedata.normalize("NFD", "ZÜRICH désk")))) == {2: ("assign", "")}
