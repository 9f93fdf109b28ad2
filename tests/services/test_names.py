"""The audit calls an application what it was called then."""

from uuid import uuid4

from numberadmin.services import applications, assignment
from tests.services.conftest import SUPPORT
from tests.services.test_assign import free


def test_an_entry_keeps_the_name_that_the_application_had(jane, audit, operation):
    applications.add(actor=jane, operation=uuid4(), application_key=SUPPORT, name="Support line")
    assignment.assign(actor=jane, operation=operation, numbers=free(jane), application_key=SUPPORT)
    applications.add(actor=jane, operation=uuid4(), application_key=SUPPORT, name="Night desk")
    assert audit(operation).application_label == "Support line"
    assert audit(operation).lines[0].became_label == "Support line"
