import pytest
from django.contrib.auth import SESSION_KEY
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import include, path

from accounts.access import public, requires, signed_in
from accounts.queries import system_staff
from accounts.roles import Role
from tests.factories import PINGLI

PASSWORD = "correct-horse-7"


def plain(request):
    return HttpResponse("the page")


urlpatterns = [
    path("undeclared/", plain),
    path("public/", public(lambda request: HttpResponse("the page"))),
    path("signed-in/", signed_in(lambda request: HttpResponse("the page"))),
    path("guarded/", requires("quotas.freeze")(plain)),
    path("", include("config.urls")),
]
handler403, handler404 = "accounts.views.forbidden", "accounts.views.not_found"


@pytest.fixture
def officer(staff):
    user = staff(Role.TOWNSHIP_OFFICER, "610926102000", username="officer")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def door():
    return Client()


def sign_in(client, username="officer", password=PASSWORD, **more):
    return client.post("/login/", {"username": username, "password": password, **more})


@override_settings(ROOT_URLCONF=__name__)
def test_a_view_that_declares_nothing_is_closed(officer, client):
    assert client.get("/undeclared/").status_code == 302
    client.force_login(officer)
    answer = client.get("/undeclared/")
    assert answer.status_code == 403
    assert b"the page" not in answer.content


@override_settings(ROOT_URLCONF=__name__)
def test_declared_views(officer, staff, client):
    assert client.get("/public/").content == b"the page"
    assert client.get("/signed-in/").status_code == 302
    client.force_login(officer)
    assert client.get("/signed-in/").content == b"the page"
    assert client.get("/guarded/").status_code == 403
    client.force_login(staff(Role.COUNTY_AGENT, PINGLI))
    assert client.get("/guarded/").content == b"the page"


def test_the_way_back_after_signing_in(officer, door):
    asked = door.get("/account/?a=1")
    assert asked.url == "/login/?next=/account/%3Fa%3D1"
    assert sign_in(door, next="/account/?a=1").url == "/account/?a=1"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_no_way_out_through_next(officer, door, target):
    assert sign_in(door, next=target).url == "/ranking/"
    answer = door.post("/language/", {"language": "en", "next": target})
    assert "evil" not in answer.url
    assert "javascript" not in answer.url


def test_a_new_session_key_at_signing_in_and_none_after_signing_out(officer, door):
    door.get("/login/")
    door.session.save()
    door.cookies["sessionid"] = "planted"
    sign_in(door)
    key = door.cookies["sessionid"].value
    assert key != "planted"
    assert door.session[SESSION_KEY] == str(officer.pk)
    door.post("/logout/")
    door.cookies["sessionid"] = key
    assert door.get("/account/").status_code == 302


def test_sessions_end_after_eight_hours(officer, door):
    sign_in(door)
    assert door.cookies["sessionid"]["max-age"] == 8 * 60 * 60
    assert door.cookies["sessionid"]["httponly"]


def test_a_session_that_nobody_uses_ends(officer, door, settings):
    sign_in(door)
    door.get("/account/")
    kept = door.session
    kept["used_at"] -= settings.IDLE_MINUTES * 60 - 61
    kept.save()
    assert door.get("/account/").status_code == 200
    kept = door.session
    kept["used_at"] -= settings.IDLE_MINUTES * 60
    kept.save()
    answer = door.get("/account/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/login/?next=")
    assert "长时间未操作" in answer.content.decode()
    assert SESSION_KEY not in door.session


def test_a_page_that_asks_by_itself_keeps_no_session_awake(staff, door, settings):
    user = staff(Role.COUNTY_AGENT, PINGLI)
    door.force_login(user)
    door.get("/")
    kept = door.session
    kept["used_at"] -= 120
    kept.save()
    door.get("/exchanges/1/progress/")
    assert door.session["used_at"] == kept["used_at"]
    door.get("/")
    assert door.session["used_at"] > kept["used_at"]


def test_signing_out_is_a_post(officer, door):
    sign_in(door)
    assert door.get("/logout/").url == "/"
    assert door.get("/account/").status_code == 200


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/people/find/", "/people/"),
        ("/people/registrations/7/reopen/", "/people/"),
        ("/people/7/number/", "/people/7/"),
        ("/ranking/610926102000/2022/freeze/", "/ranking/610926102000/"),
        ("/language/", "/"),
    ],
)
def test_an_address_of_a_button_leads_to_its_page_when_it_is_opened(staff, address, page):
    client = Client()
    client.force_login(staff(Role.COUNTY_AGENT, PINGLI))
    assert client.get(address).url == page
    assert client.head(address).url == page
    assert "没有执行任何操作" in client.get(address, follow=True).content.decode()
    assert client.put(address).status_code == 405


@pytest.mark.parametrize(
    ("role", "page"),
    [(Role.TOWNSHIP_OFFICER, "/ranking/"), (Role.VILLAGE_OFFICER, "/ranking/"), (Role.COUNTY_AGENT, "/")],
)
def test_officers_of_a_place_find_its_ranking_after_signing_in(staff, role, page):
    user = staff(role, "610926102000", username="someone")
    user.set_password(PASSWORD)
    user.save()
    assert sign_in(Client(), username="someone").url == page
    user.postings.all().delete()
    assert sign_in(Client(), username="someone").url == "/"


def test_a_closed_account_is_out_with_the_next_click(officer, door):
    sign_in(door)
    officer.is_active = False
    officer.save()
    assert door.get("/account/").status_code == 302
    assert sign_in(Client()).status_code == 200


def test_wrong_name_wrong_password_and_closed_account_answer_alike(officer, staff):
    closed = staff(Role.COUNTY_AGENT, PINGLI, username="closed")
    closed.set_password(PASSWORD)
    closed.is_active = False
    closed.save()
    errors = [
        sign_in(Client(), username=name, password=password).context["form"].non_field_errors()
        for name, password in (("officer", "wrong"), ("nobody", "wrong"), ("closed", PASSWORD))
    ]
    assert errors[0] == errors[1] == errors[2]


def test_nobody_signs_in_as_the_system(tree):
    system = system_staff()
    system.set_password(PASSWORD)
    system.save()
    assert sign_in(Client(), username=system.username).status_code == 200
    planted = Client()
    planted.force_login(system)
    assert planted.get("/account/").status_code == 302


def test_the_door_locks_after_repeated_failures(officer, door):
    answers = [sign_in(door, password=f"wrong-{n}").status_code for n in range(6)]
    assert answers[-1] in {403, 429}
    assert sign_in(door).status_code in {403, 429}


def test_headers_of_every_page(officer, door):
    sign_in(door)
    answer = door.get("/account/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "private, no-store"


def test_writes_need_the_token_of_the_form(officer):
    strict = Client(enforce_csrf_checks=True)
    assert sign_in(strict).status_code == 403
    assert strict.post("/language/", {"language": "en"}).status_code == 403


def test_chinese_whatever_the_browser_says_english_by_switching(officer):
    client = Client(headers={"accept-language": "en-US,en"})
    assert client.get("/login/")["Content-Language"] == "zh-hans"
    client.post("/language/", {"language": "en", "next": "/login/"})
    assert client.get("/login/")["Content-Language"] == "en"
    client.post("/language/", {"language": "zh-hans", "next": "/login/"})
    assert client.get("/login/")["Content-Language"] == "zh-hans"


def test_a_temporary_password_opens_nothing_but_the_choice_of_an_own_one(officer, door):
    officer.must_change_password = True
    officer.save()
    sign_in(door)
    assert door.get("/").url == "/account/password/"
    assert door.get("/admin/").url == "/account/password/"
    chosen = "another-horse-8"
    fields = {"old_password": PASSWORD, "new_password1": chosen, "new_password2": chosen}
    assert door.post("/account/password/", fields).url == "/account/"
    assert door.get("/account/").status_code == 200
    officer.refresh_from_db()
    assert not officer.must_change_password
    assert officer.check_password(chosen)
