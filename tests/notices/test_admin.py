import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.roles import Role
from notices.models import Season
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_system_administrator_sets_which_notice_governs(client, tree):
    client.force_login(factories.make_staff(Role.SYSTEM_ADMIN, factories.PINGLI))
    form = {"region": factories.PINGLI, "coverage_year": "2022", "pack_id": "pingli-2022"}
    assert client.post(reverse("admin:notices_season_add"), form).status_code == 302
    assert Season.objects.get().pack_id == "pingli-2022"
    assert AuditEntry.objects.filter(model="notices.season").exists()


def test_a_notice_that_there_is_not_is_refused(client, tree):
    client.force_login(factories.make_staff(Role.SYSTEM_ADMIN, factories.PINGLI))
    form = {"region": factories.PINGLI, "coverage_year": "2022", "pack_id": "no-such"}
    assert client.post(reverse("admin:notices_season_add"), form).status_code == 200
    assert not Season.objects.exists()
