from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.roles import Role
from notices import amendments, impact
from notices.amendments import AmendmentRefused
from notices.forms import AmendmentForm
from notices.leaves import amendable
from notices.models import AmendedLeaf, Amendment, PackVersion, SeenImpact
from notices.queries import pack_for, pack_of
from notices.services import keep_version, set_season
from policy.categories import FUND_NAMES
from policy.facts import parse
from policy.pack import available, load
from policy.quote import quote
from regions.models import Region
from subsidies.services.calculating import run_next_calculation
from tests import factories
from tests.notices.conftest import TONGNAN, approve, look

pytestmark = pytest.mark.django_db
ON = date(2022, 11, 1)
DIBAO = {
    "assistance.classes.dibao.amount": "280.00",
    "assistance.classes.dibao.funds": "{medical_assistance: 200.00, county: 80.00}",
}
QUESTION = {
    "policy": "tongnan-2023",
    "birth_date": "1975-04-12",
    "paid_on": "2022-11-01",
    "identities": [{"category": "dibao", "determined_on": "2020-01-01"}],
}


@pytest.fixture
def propose(clerk):
    def make(changes=DIBAO, **more):
        given = {
            "region": Region.objects.get(pk=TONGNAN),
            "pack_id": "tongnan-2023",
            "changes": changes,
            "effective_on": ON,
            "document_number": "潼南府办发〔2021〕77号",
            "reason": "资助标准",
            "by": clerk,
            "on": ON,
            **more,
        }
        return amendments.propose(**given)

    return make


def tongnan(on=ON):
    return pack_for(TONGNAN, 2023, on=on)


@pytest.mark.clause("TN-4.3")
def test_a_figure_left_to_another_document_counts_from_its_day_once_approved(propose, reviewer):
    question = parse(QUESTION)
    assert quote(question, tongnan()).outcome == "undetermined"
    amendment = propose(effective_on=date(2022, 11, 10))
    assert quote(question, tongnan(date(2022, 12, 1))).outcome == "undetermined"
    approve(amendment=amendment, by=reviewer, on=ON)
    assert quote(question, tongnan(date(2022, 11, 9))).outcome == "undetermined"
    answer = quote(question, tongnan(date(2022, 11, 10)))
    assert answer.assistance.as_json() == {
        "category": "dibao",
        "amount": "280.00",
        "funds": {"medical_assistance": "200.00", "county": "80.00"},
    }


@pytest.mark.clause("TN-4.1a")
def test_the_figure_after_the_first_of_july(propose, reviewer):
    amendment = propose({"contributions.tier_one_from_july.amount": "990.00"})
    approve(amendment=amendment, by=reviewer, on=ON)
    late = parse({"policy": "tongnan-2023", "birth_date": "1975-04-12", "paid_on": "2023-07-01"})
    assert quote(late, tongnan()).as_json()["standard"] == "990.00"


@pytest.mark.clause("SL-4.0")
def test_the_collection_window_is_extended_for_the_whole_city(seasons):
    city = Region.objects.create(code="611000000000", name="商洛市", full_name="陕西省商洛市", level="city")
    clerk = factories.make_staff(Role.COUNTY_AGENT, city.pk)
    reviewer = factories.make_staff(Role.AGENCY_APPROVER, city.pk)
    set_season(region=city, coverage_year=2024, pack_id="shangluo-2024", by=clerk, on=date(2023, 9, 1))
    amendment = amendments.propose(
        region=city,
        pack_id="shangluo-2024",
        changes={"windows.collection.last": "2023-12-25"},
        effective_on=date(2023, 12, 18),
        document_number="商医保发〔2023〕99号",
        reason="延长集中缴费期",
        by=clerk,
        on=date(2023, 12, 18),
    )
    approve(amendment=amendment, by=reviewer, on=date(2023, 12, 18))
    asked = parse({"policy": "shangluo-2024", "birth_date": "1975-04-12", "paid_on": "2023-12-24"})
    assert quote(asked, pack_for("611002000000", 2024, on=date(2023, 12, 24))).outcome == "enrolled"
    assert quote(asked, load("shangluo-2024")).outcome == "not_allowed"


def test_another_reading_is_an_amendment(propose, reviewer):
    amendment = propose({"readings.R1.choice": "event_day_included"}, document_number="内部纪要1", reason="口径")
    approve(amendment=amendment, by=reviewer, on=ON)
    assert tongnan().readings["R1"].choice == "event_day_included"


def test_an_approval_makes_a_version_and_the_old_one_explains_as_before(propose, reviewer):
    old = keep_version(tongnan())
    changes = {**DIBAO, "settlement.modes.elsewhere.mode": "reimbursed"}
    amendment = approve(amendment=propose(changes), by=reviewer, on=ON)
    assert amendment.version_id == tongnan().version
    assert amendment.version_id != old.pk
    assert quote(parse(QUESTION), pack_of(old)).outcome == "undetermined"
    assert quote(parse(QUESTION), pack_of(amendment.version)).outcome == "enrolled"


class TestTwoPeople:
    def test_nobody_approves_their_own(self, propose, reviewer, clerk):
        with pytest.raises(AmendmentRefused):
            amendments.approve(amendment=propose(), by=clerk, on=ON)
        amendment = propose({"windows.collection.last": "2022-12-30"})
        with pytest.raises(IntegrityError), transaction.atomic():
            Amendment.objects.filter(pk=amendment.pk).update(
                status="approved", settled_by=clerk, settled_on=ON, version=keep_version(tongnan())
            )

    def test_the_second_reviewer_learns_who_was_first(self, propose, reviewer):
        amendment = propose()
        other = factories.make_staff(Role.AGENCY_APPROVER, TONGNAN)
        stale = Amendment.objects.get(pk=amendment.pk)
        approve(amendment=amendment, by=reviewer, on=ON)
        with pytest.raises(AmendmentRefused, match=str(reviewer)):
            amendments.reject(amendment=stale, by=other, on=ON, why="不同意")
        assert tongnan().amendments

    def test_a_rejection_needs_a_reason_and_changes_nothing(self, propose, reviewer):
        amendment = propose()
        with pytest.raises(AmendmentRefused):
            amendments.reject(amendment=amendment, by=reviewer, on=ON, why=" ")
        amendments.reject(amendment=amendment, by=reviewer, on=ON, why="文号有误")
        assert not tongnan().amendments

    def test_only_the_proposer_withdraws(self, propose, clerk):
        amendment = propose()
        other = factories.make_staff(Role.COUNTY_AGENT, TONGNAN)
        with pytest.raises(AmendmentRefused):
            amendments.withdraw(amendment=amendment, by=other, on=ON)
        assert amendments.withdraw(amendment=amendment, by=clerk, on=ON).status == "withdrawn"

    @pytest.mark.parametrize("role", [Role.AGENCY_APPROVER, Role.TOWNSHIP_OFFICER, Role.SYSTEM_ADMIN])
    def test_the_agency_s_clerk_proposes(self, propose, role):
        with pytest.raises(AmendmentRefused):
            propose(by=factories.make_staff(role, TONGNAN))

    def test_it_stays_in_one_s_own_area(self, propose):
        with pytest.raises(AmendmentRefused, match="潼南区"):
            propose(by=factories.make_staff(Role.COUNTY_AGENT, factories.PINGLI))

    def test_who_and_what_stand_in_the_audit_trail(self, propose, reviewer):
        amendment = propose()
        approve(amendment=amendment, by=reviewer, on=ON)
        first, second = (
            AuditEntry.objects.filter(model="notices.amendment").exclude(verb__contains="see").order_by("id")
        )
        assert (first.before["assistance.classes.dibao.amount"], first.why) == ("elsewhere", "资助标准")
        assert second.after["version"] == amendment.version_id


class TestSeenBeforeApproved:
    def test_nobody_approves_what_they_have_not_looked_at(self, propose, reviewer):
        amendment = propose()
        with pytest.raises(AmendmentRefused, match="查看修订"):
            amendments.approve(amendment=amendment, by=reviewer, on=ON)
        other = factories.make_staff(Role.AGENCY_APPROVER, TONGNAN)
        approve(amendment=amendment, by=other, on=ON)
        assert SeenImpact.objects.get().by == other

    def test_what_was_seen_is_stale_after_another_approval(self, propose, reviewer):
        first, second = propose(), propose({"windows.collection.last": "2022-12-30"})
        look(amendment=second, by=reviewer, on=ON)
        approve(amendment=first, by=reviewer, on=ON)
        with pytest.raises(AmendmentRefused, match="重新查看"):
            amendments.approve(amendment=second, by=reviewer, on=ON)
        assert approve(amendment=second, by=reviewer, on=ON).status == "approved"

    def test_the_trail_says_what_was_known_when_it_was_approved(self, propose, reviewer):
        approve(amendment=propose(), by=reviewer, on=ON)
        seen, settled = AuditEntry.objects.filter(model="notices.amendment", by=reviewer).order_by("id")
        assert seen.verb == "notices.see_impact"
        assert (settled.after["people"], settled.after["changed"]) == (0, 0)

    def test_what_was_not_reckoned_of_these_readings_is_not_seen(self, propose, reviewer):
        first, second = propose(), propose({"windows.collection.last": "2022-12-30"})
        look(amendment=second, by=reviewer, on=ON)
        approve(amendment=first, by=reviewer, on=ON)
        before, after = amendments.reading_before_and_after(second)
        kept = impact.see(amendment=second, before=before, after=after, by=reviewer, on=ON)
        assert (kept.before, kept.after) != (before.version, after.version)
        with pytest.raises(AmendmentRefused, match="重新查看"):
            amendments.approve(amendment=second, by=reviewer, on=ON)

    def test_a_direct_post_shows_the_impact_first(self, client, propose, reviewer):
        amendment = propose()
        client.force_login(reviewer)
        settle = reverse("notices:settle", args=[amendment.pk, "approve"])
        page = client.post(settle, {"why": ""})
        assert "查看修订" in page.content.decode()
        assert page.context["kept"] is None
        url = reverse("notices:impact", args=[amendment.pk])
        running = client.post(url, follow=True)
        progress = reverse("notices:impact_progress", args=[amendment.pk])
        assert progress in running.text
        assert client.get(progress).json()["final"] is False
        assert client.post(settle, {"why": ""}).status_code == 200
        run_next_calculation(lambda: False)
        assert client.get(url).context["impact"].people == 0
        amendment.refresh_from_db()
        assert amendment.status == "proposed"
        assert client.post(settle, {"why": ""}).status_code == 302


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_reviewers_at_once_never_leave_a_notice_that_cannot_be_read(propose, reviewer):
    """Each is right alone; together somebody would be assisted with more than the contribution."""
    dibao = {
        "assistance.classes.dibao.amount": "340.00",
        "assistance.classes.dibao.funds": "{medical_assistance: 340.00}",
    }
    pair = propose(dibao), propose({"contributions.newborn_tier_one.amount": "330.00"})
    people = reviewer, factories.make_staff(Role.AGENCY_APPROVER, TONGNAN)
    for amendment, by in zip(pair, people, strict=True):
        look(amendment=amendment, by=by, on=ON)
    start, refused = Barrier(2), []

    def settle(amendment, by):
        start.wait()
        try:
            amendments.approve(amendment=amendment, by=by, on=ON)
        except AmendmentRefused as error:
            refused.append(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(settle, pair, people))
    assert len(refused) == 1
    assert tongnan().amendments


class TestRefused:
    @pytest.mark.parametrize(
        ("changes", "word"),
        [
            ({}, ""),
            ({"windows.collection.last": "2022-12-31"}, ""),
            ({"windows.nowhere.last": "2022-12-30"}, "windows.nowhere.last"),
            ({"id": "other"}, "id"),
            ({"windows.collection.counts_as": "late"}, "counts_as"),
            ({"windows.collection.last": "2022-02-30"}, "集中缴费期"),
            ({"windows.collection.last": "2023-01-05"}, ""),
            ({"assistance.classes.dibao.amount": "-1"}, "低保对象"),
            ({"assistance.classes.dibao.amount": "1000.00"}, ""),
            (
                {
                    "assistance.classes.dibao.amount": "280.00",
                    "assistance.classes.dibao.funds": "{county: 80.00}",
                },
                "",
            ),
            ({"readings.R1.choice": "as_you_like"}, "此处不能这样选择"),
            ({"windows.collection.last": "2022-12-30\nid: other"}, ""),
        ],
    )
    def test_what_the_notice_cannot_hold_is_refused_with_the_leaf(self, propose, changes, word):
        with pytest.raises(AmendmentRefused) as refused:
            propose(changes)
        assert word in str(refused.value)
        assert not Amendment.objects.exists()

    def test_without_document_or_reason(self, propose):
        for missing in ({"document_number": " "}, {"reason": ""}):
            with pytest.raises(AmendmentRefused):
                propose(**missing)

    def test_what_was_right_when_proposed_is_read_again_when_approved(self, propose, reviewer):
        """Two extensions that exclude each other: the second one is refused at its approval."""
        first = propose({"windows.collection.last": "2022-12-20"})
        second = propose({"windows.late.first": "2022-12-21", "windows.collection.last": "2022-12-20"})
        later = propose({"windows.collection.last": "2022-12-25"}, effective_on=date(2022, 12, 1))
        approve(amendment=first, by=reviewer, on=ON)
        approve(amendment=later, by=reviewer, on=ON)
        with pytest.raises(AmendmentRefused):
            amendments.approve(amendment=second, by=reviewer, on=ON)


def test_proposals_and_versions_are_never_changed(propose, reviewer):
    amendment = approve(amendment=propose(), by=reviewer, on=ON)
    for rows, change in (
        (AmendedLeaf.objects.filter(amendment=amendment), {"value": "1.00"}),
        (PackVersion.objects.filter(pk=amendment.version_id), {"content": "{}"}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            rows._raw_delete(rows.db)


@pytest.mark.parametrize("pack_id", available())
def test_every_amendable_leaf_takes_its_own_value_through_the_form(pack_id, clerk):
    chosen = list(amendable(load(pack_id)))
    form = AmendmentForm(leaves=chosen, by=clerk)
    data = {}
    for leaf, bound in form.changes:
        value = bound.initial
        if leaf.kind == "funds":
            parts = form.fields[bound.name].widget.decompress(value)
            data |= {f"{bound.name}_{fund}": part for fund, part in zip(FUND_NAMES, parts, strict=True)}
        else:
            data[bound.name] = {"amount": "1.00", "mode": "batch"}[leaf.kind] if leaf.elsewhere else value
    bound_form = AmendmentForm(data, leaves=chosen, by=clerk)
    bound_form.is_valid()
    values = {name: value for name, value in bound_form.cleaned_data.items() if name.startswith("leaf_")}
    assert len(values) + sum(leaf.elsewhere and leaf.kind == "funds" for leaf in chosen) == len(chosen)


class TestPages:
    def test_from_the_figure_to_the_approval(self, client, clerk, reviewer):
        client.force_login(clerk)
        page = client.get(reverse("notices:notice", args=["tongnan-2023"])).content.decode()
        assert "?leaf=assistance.classes.dibao.amount" in page
        url = reverse("notices:propose", args=["tongnan-2023"]) + "?leaf=assistance.classes.dibao.amount"
        form = client.get(url).context["form"]
        assert [leaf.path for leaf, _bound in form.changes] == list(DIBAO)
        data = {
            "leaf_0": "280",
            "leaf_1_medical_assistance": "200",
            "leaf_1_county": "80.00",
            "document_number": "潼南府办发〔2021〕77号",
            "reason": "资助标准",
            "effective_on": "2022-11-01",
            "region": TONGNAN,
        }
        assert client.post(url, data).status_code == 302
        amendment = Amendment.objects.get()
        assert {leaf.path: leaf.value for leaf in amendment.leaves.all()} == DIBAO
        client.force_login(reviewer)
        assert client.get("/").status_code == 200
        assert "280.00" in client.get(reverse("notices:amendment", args=[amendment.pk])).content.decode()
        assert run_next_calculation(lambda: False), "the proposal lets its impact be reckoned"
        assert client.get(reverse("notices:impact", args=[amendment.pk])).context["may_settle"]
        client.post(reverse("notices:settle", args=[amendment.pk, "approve"]), {"why": ""})
        amendment.refresh_from_db()
        assert amendment.status == "approved"
        page = client.get(reverse("notices:notice", args=["tongnan-2023"])).content.decode()
        assert "潼南府办发〔2021〕77号" in page

    def test_errors_stand_in_the_form(self, client, clerk):
        client.force_login(clerk)
        url = reverse("notices:propose", args=["tongnan-2023"]) + "?leaf=windows.collection.last"
        data = {
            "leaf_0": "2023-01-05",
            "document_number": "1",
            "reason": "x",
            "effective_on": "2022-11-01",
            "region": TONGNAN,
        }
        assert client.post(url, data).context["form"].non_field_errors()
        assert client.post(url, {**data, "region": factories.PINGLI}).context["form"].errors["region"]

    def test_another_area_s_amendment_does_not_exist(self, client, propose):
        amendment = propose()
        client.force_login(factories.make_staff(Role.AGENCY_APPROVER, factories.PINGLI))
        assert client.get(reverse("notices:amendment", args=[amendment.pk])).status_code == 404
        assert client.post(reverse("notices:settle", args=[amendment.pk, "approve"])).status_code == 404
        assert not client.get(reverse("notices:amendments")).context["table"].rows.data.data

    def test_the_proposer_sees_no_approval(self, client, propose, clerk):
        amendment = propose()
        client.force_login(clerk)
        page = client.get(reverse("notices:impact", args=[amendment.pk]))
        assert not page.context["may_settle"]
        client.post(reverse("notices:settle", args=[amendment.pk, "approve"]), {"why": ""})
        amendment.refresh_from_db()
        assert amendment.status == "proposed"
