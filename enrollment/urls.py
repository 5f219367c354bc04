from django.urls import path

from enrollment.views import employee_cover, lists, person, posting, proposals, registration, schools

app_name = "enrollment"

urlpatterns = [
    path("", lists.people, name="people"),
    path("in/<str:code>/", lists.people, name="people_in"),
    path("find/", lists.find, name="find"),
    path("not-paid/", lists.not_paid, name="not_paid"),
    path("not-paid/<str:code>/", lists.not_paid, name="not_paid_in"),
    path("amounts/", lists.amounts, name="amounts"),
    path("amounts/<str:code>/", lists.amounts, name="amounts_in"),
    path("duplicates/", lists.duplicates, name="duplicates"),
    path("duplicates/<str:code>/", lists.duplicates, name="duplicates_in"),
    path("posting/", posting.posting, name="posting"),
    path("posting/<str:code>/", posting.posting, name="posting_in"),
    path("register/", registration.register, name="register"),
    path("employee-cover/", employee_cover.spells, name="employee_cover"),
    path("employee-cover/find/", employee_cover.find, name="find_cover"),
    path("schools/", schools.schools, name="schools"),
    path("schools/<int:pk>/", schools.school, name="school"),
    path("registrations/<int:pk>/end/", registration.end, name="end"),
    path("registrations/<int:pk>/reopen/", registration.reopen, name="reopen"),
    path("proposals/", proposals.proposal_list, name="proposals"),
    path("proposals/decide/", proposals.decide, name="decide_proposals"),
    path("proposals/<int:pk>/undo/", proposals.undo, name="undo_proposal"),
    path("reasons/<int:pk>/withdraw/", person.withdraw_reason, name="withdraw_reason"),
    path("<int:pk>/", person.person_page, name="person"),
    path("<int:pk>/number/", person.reveal, name="reveal"),
    path("<int:pk>/reason/", person.record_reason, name="record_reason"),
    path("<int:pk>/register/", registration.register_known, name="register_known"),
    path("<int:pk>/correct/", person.correct, name="correct"),
]
