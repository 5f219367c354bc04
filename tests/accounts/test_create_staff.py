import json
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.cli import CommandRefused
from accounts.models import AuditEntry, Staff
from accounts.roles import Role
from tests.factories import PINGLI


def create(*args):
    out = StringIO()
    call_command("create_staff", *args, "--area", PINGLI, "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def test_the_first_account_of_an_installation(tree):
    made = create("anquan", "--name", "李四", "--role", Role.SECURITY_ADMIN.value, "--bureau-kind", "agency")
    staff = Staff.objects.get(username="anquan")
    assert staff.check_password(made["temporary_password"])
    assert staff.must_change_password
    assert staff.bureau.kind == "agency"
    assert [posting.region_id for posting in staff.postings.all()] == [PINGLI]
    entry = AuditEntry.objects.get(verb="accounts.add_staff")
    assert made["temporary_password"] not in str(entry.after)


def test_a_name_that_is_taken_is_one_clear_line(tree):
    create("anquan", "--name", "李四", "--role", Role.SECURITY_ADMIN.value)
    with pytest.raises(CommandRefused):
        create("anquan", "--name", "王五", "--role", Role.SECURITY_ADMIN.value)
    assert Staff.objects.filter(username="anquan").count() == 1
