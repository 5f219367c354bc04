import json
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.cli import CommandRefused
from accounts.models import AuditEntry, Bureau, Staff
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


def test_a_bureau_is_made_once_with_its_trace_and_not_for_an_account_that_is_refused(tree):
    create("anquan", "--name", "李四", "--role", Role.SECURITY_ADMIN.value, "--bureau-kind", "agency")
    create("jingban", "--name", "王五", "--role", Role.COUNTY_AGENT.value, "--bureau-kind", "agency")
    with pytest.raises(CommandRefused):
        create("anquan", "--name", "赵六", "--role", Role.TAX_CLERK.value, "--bureau-kind", "tax")
    assert [bureau.kind for bureau in Bureau.objects.all()] == ["agency"]
    assert AuditEntry.objects.filter(verb="accounts.add_bureau").count() == 1


def test_a_name_that_is_taken_is_one_clear_line(tree):
    create("anquan", "--name", "李四", "--role", Role.SECURITY_ADMIN.value)
    with pytest.raises(CommandRefused):
        create("anquan", "--name", "王五", "--role", Role.SECURITY_ADMIN.value)
    assert Staff.objects.filter(username="anquan").count() == 1
