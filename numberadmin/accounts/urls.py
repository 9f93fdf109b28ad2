from django.urls import path

from numberadmin.accounts.views import joining, own, signing, team

urlpatterns = [
    path("login/", signing.login, name="login"),
    path("login/organisation/", signing.organisation, name="organisation"),
    path("login/code/", signing.code, name="code"),
    path("join/", joining.join, name="join"),
    path("logout/", signing.logout, name="logout"),
    path("team/", team.team, name="team"),
    path("team/invite/", team.invite, name="invite"),
    path("team/link/", team.link, name="link"),
    path("team/take-back/", team.take_back, name="take_back"),
    path("team/role/", team.role, name="role"),
    path("team/deactivate/", team.deactivate, name="deactivate"),
    path("team/activate/", team.activate, name="activate"),
    path("team/second-factor/", team.reset_factor, name="reset_factor"),
    path("team/factor/", team.demand_factor, name="demand_factor"),
    path("team/session/", team.end_session, name="end_session"),
    path("you/", own.you, name="you"),
    path("you/password/", own.password, name="password"),
    path("you/second-factor/", own.begin_factor, name="begin_factor"),
    path("you/second-factor/codes/", own.new_codes, name="new_codes"),
    path("you/second-factor/end/", own.end_factor, name="end_factor"),
    path("you/session/", own.end_own_session, name="end_own_session"),
    path("you/sessions/", own.end_others, name="end_others"),
]
