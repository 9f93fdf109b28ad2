"""The guards that `mutations` takes away one by one, and the tests that have to see it."""

from typing import NamedTuple


class Guard(NamedTuple):
    """`text` stands once in `file`; `without` is the same without the guard. One of `tests` turns red then."""

    what: str
    file: str
    text: str
    without: str
    tests: tuple[str, ...]


def _in(file: str, tests: str, *rows: tuple[str, str, str, str]) -> list[Guard]:
    """Guards of one file that are seen by tests of one file."""
    return [Guard(what, file, text, without, (f"{tests}::{test}",)) for what, text, without, test in rows]


_DOORS = [
    *_in(
        "numberadmin/accounts/middleware.py",
        "tests/accounts/test_routes.py",
        (
            "no page for who is not signed in",
            'if not getattr(view_func, "login_required", True):',
            "if True:",
            "test_who_is_not_signed_in_is_led_to_sign_in_and_changes_nothing",
        ),
        (
            "the role is asked before a page is shown",
            "if not actor.may(wanted):",
            "if False:",
            "test_a_role_looks_at_what_the_table_says_and_at_nothing_else",
        ),
    ),
    *_in(
        "numberadmin/accounts/middleware.py",
        "tests/accounts/test_isolation.py",
        (
            "a form of another account's page",
            'if request.method != "POST" or drafts.is_for(request, actor):',
            "if True:",
            "test_a_form_that_names_another_account_is_refused",
        ),
    ),
    *_in(
        "numberadmin/accounts/middleware.py",
        "tests/accounts/test_demanded_factor.py",
        (
            "a demanded second factor",
            "if view.needs_factor and factor.is_lacking(actor.account, actor.person):",
            "if False:",
            "test_from_the_day_on_who_has_none_gets_to_no_page_and_changes_nothing",
        ),
    ),
    *_in(
        "numberadmin/services/demand.py",
        "tests/accounts/test_demanded_factor.py",
        (
            "who demands a factor has one",
            "if not factor.has(actor.person):",
            "if False:",
            "test_only_who_has_one_demands_it",
        ),
    ),
    *_in(
        "numberadmin/services/permission.py",
        "tests/services/test_roles.py",
        (
            "the role is asked by each service",
            "if not membership.may(may):",
            "if False:",
            "test_readers_change_nothing",
        ),
        (
            "a refusal is in the audit",
            'record.event(actor.account, actor, Action.REFUSED, message, details={"wanted": may}, state=State.FAILED)',
            "pass",
            "test_a_refusal_is_in_the_audit_with_the_name",
        ),
    ),
    *_in(
        "numberadmin/accounts/actor.py",
        "tests/services/test_roles.py",
        (
            "rights are those of now",
            "return active(self.account).filter(person=self.person).first()",
            "return self.membership",
            "test_who_was_deactivated_since_the_form_was_sent_changes_nothing",
        ),
    ),
    *_in(
        "numberadmin/accounts/actor.py",
        "tests/accounts/test_team_sign_in.py",
        (
            "Sinch alone opens no team of two",
            "connection is None or needs_person(membership)",
            "connection is None",
            "test_a_sinch_session_from_before_the_team_ends_with_the_second_person",
        ),
    ),
    *_in(
        "numberadmin/accounts/actor.py",
        "tests/accounts/test_joining.py",
        (
            "a password from elsewhere, at each request",
            "else not opens(membership):",
            "else False:",
            "test_the_session_that_is_open_ends_where_its_password_came_from_elsewhere",
        ),
        (
            "a password from elsewhere, at sign-in",
            "if by == BY_SINCH or opens(row)]",
            "]",
            "test_a_password_set_by_a_link_opens_no_team_that_is_entered_afterwards_by_sinch",
        ),
    ),
    *_in(
        "numberadmin/services/signin.py",
        "tests/accounts/test_team_sign_in.py",
        (
            "a Sinch sign-in tells nobody who it is",
            "return team.filter(person__login__isnull=False).exclude(person__sinch_user_id=user.id).exists()",
            "return False",
            "test_with_two_in_the_team_sinch_opens_the_instance_and_tells_nobody_who_it_is",
        ),
    ),
    *_in(
        "numberadmin/accounts/views/entering.py",
        "tests/accounts/test_team_sign_in.py",
        (
            "the second factor is asked for",
            "if not factor.has(person):",
            "if True:",
            "test_the_second_factor_is_asked_for_before_anything_is_shown",
        ),
    ),
    *_in(
        "numberadmin/accounts/views/entering.py",
        "tests/accounts/test_takeovers.py",
        (
            "a half sign-in ends with a new password",
            'kept["proven"] == _proven(person)',
            "True",
            "test_who_waits_at_the_choice_of_a_team_is_not_let_in_after_a_change",
        ),
    ),
]

_ADMISSION = [
    *_in(
        "numberadmin/services/enrolment.py",
        "tests/accounts/test_enrolment.py",
        (
            "ORGANISATIONS, at sign-in",
            "found = tuple(row for row in organisations if admits(row.id))",
            "found = tuple(organisations)",
            "test_an_organisation_that_is_not_named_is_refused_before_anything_is_stored",
        ),
        (
            "CLOSED_ENROLMENT, of teams",
            "if settings.CLOSED_ENROLMENT:\n        _log(organisation.id",
            "if False:\n        _log(organisation.id",
            "test_where_enrolment_is_closed_a_sign_in_makes_no_team",
        ),
        (
            "CLOSED_ENROLMENT, of people",
            "if settings.CLOSED_ENROLMENT:\n        _log(account.organisation_id",
            "if False:\n        _log(account.organisation_id",
            "test_where_enrolment_is_closed_a_sign_in_takes_nobody_new_into_a_team",
        ),
    ),
    *_in(
        "numberadmin/accounts/admission.py",
        "tests/accounts/test_enrolment.py",
        (
            "ORGANISATIONS, at each request",
            "return rows.filter(account__organisation_id__in=settings.ORGANISATIONS)",
            "return rows",
            "test_a_session_of_an_organisation_that_is_no_longer_named_ends",
        ),
    ),
    *_in(
        "numberadmin/services/invitations.py",
        "tests/accounts/test_enrolment.py",
        (
            "ORGANISATIONS, at links",
            "enrolment.ensure_admitted(row.account)",
            "pass",
            "test_links_of_one_open_nothing",
        ),
    ),
]

_SESSIONS = [
    *_in(
        "numberadmin/accounts/middleware.py",
        "tests/accounts/test_sessions.py",
        (
            "a page that looks again is no use",
            'if "Polling" not in request.headers:',
            "if True:",
            "test_a_page_that_looks_again_by_itself_keeps_no_session",
        ),
    ),
    *_in(
        "numberadmin/accounts/actor.py",
        "tests/accounts/test_sessions.py",
        (
            "a session stands on the password of now",
            "return constant_time_compare(proven, person.get_session_auth_hash()) or request.user.is_authenticated",
            "return True",
            "test_a_session_does_not_outlive_the_password_that_it_was_opened_with",
        ),
    ),
    *_in(
        "numberadmin/accounts/sessions.py",
        "tests/accounts/test_sessions.py",
        (
            "a session ends without use",
            "row.expire_date = min(row.expire_date, row.used_at + _idle())",
            "pass",
            "test_a_session_that_nobody_uses_ends_after_half_an_hour",
        ),
        (
            "the longest time of a session that is used",
            "ends = min(session.get_expiry_date(), now + _idle())",
            "ends = now + _idle()",
            "test_use_carries_no_session_beyond_its_longest_time",
        ),
    ),
    *_in(
        "numberadmin/accounts/views/entering.py",
        "tests/accounts/test_sign_in_pages.py",
        (
            "the longest time of a session",
            "request.session.set_expiry(min(ends, connection.expires_at) if connection and by == BY_SINCH else ends)",
            "request.session.set_expiry(30 * 86400)",
            "test_a_session_never_lasts_longer_than_twelve_hours",
        ),
    ),
    *_in(
        "numberadmin/accounts/views/signing.py",
        "tests/accounts/test_sessions.py",
        (
            "signing out ends the session",
            "auth.logout(request)",
            "pass",
            "test_signing_out_makes_the_cookie_worthless",
        ),
    ),
    *_in(
        "numberadmin/accounts/views/signing.py",
        "tests/accounts/test_sign_in_pages.py",
        (
            "signing out clears the browser",
            'response["Clear-Site-Data"] = \'"cache", "storage"\'',
            "pass",
            "test_signing_out_ends_the_session_on_the_server",
        ),
    ),
    *_in(
        "numberadmin/services/team.py",
        "tests/accounts/test_sessions.py",
        (
            "a new role ends the sessions",
            "sessions.end(row.person, actor.account)\n        over = _given_up(actor, row, powers.role)",
            "over = _given_up(actor, row, powers.role)",
            "test_what_an_owner_changes_ends_the_persons_sessions_at_once",
        ),
    ),
    *_in(
        "numberadmin/services/own.py",
        "tests/accounts/test_sessions.py",
        (
            "a new factor ends the other sessions",
            "sessions.end(actor.person, but=actor.session_key)\n        return Action.SECOND_FACTOR",
            "return Action.SECOND_FACTOR",
            "test_a_second_factor_that_is_set_up_ends_the_others",
        ),
    ),
    *_in(
        "numberadmin/services/restored.py",
        "tests/accounts/test_after_restore.py",
        (
            "a restore ends sessions",
            "sessions, _ = Session.objects.all().delete()",
            "sessions = 0",
            "test_every_session_and_half_sign_in_ends",
        ),
        (
            "a restore ends known browsers",
            "Restoration.objects.create()",
            "pass",
            "test_no_browser_counts_as_known_and_those_that_sign_in_afterwards_do",
        ),
    ),
]

_LIMITS = [
    *_in(
        "numberadmin/accounts/guesses.py",
        "tests/accounts/test_guessing.py",
        (
            "few tries at one identity from one place",
            'Limit(f"at {whose} {place}", 8, HOUR),',
            "",
            "test_one_place_uses_up_its_own_tries_and_nobody_elses",
        ),
        (
            "few tries at one identity in all",
            'Limit(f"identity {whose}", *IN_ALL[kind]),',
            "",
            "test_the_code_of_a_second_factor_is_guessed_five_times_at_most",
        ),
        (
            "a known browser has its own tries",
            "if visitor.device:",
            "if False:",
            "test_a_known_browser_comes_in_when_strangers_have_used_up_all_tries",
        ),
    ),
    *_in(
        "numberadmin/accounts/guesses.py",
        "tests/accounts/test_limits_of_tries.py",
        (
            "few tries from one place",
            'Limit(f"place {place}", 50, QUARTER),',
            "",
            "test_from_one_place_fifty_wrong_tries_are_made_whoever_they_are_at",
        ),
        (
            "other spellings are the same identity",
            "{text.email(who)}",
            "{who}",
            "test_an_identity_is_the_same_in_capitals_and_with_blanks",
        ),
    ),
    *_in(
        "numberadmin/accounts/devices.py",
        "tests/accounts/test_tries.py",
        (
            "a browser is known for what it has shown",
            'return name if _short(identity, kind) in identities else ""',
            "return name",
            "test_the_password_alone_gives_no_browser_tries_of_its_own_at_the_code",
        ),
    ),
    *_in(
        "numberadmin/accounts/hashing.py",
        "tests/accounts/test_many_passwords.py",
        (
            "few passwords are hashed at a time",
            "with place():\n            return super().verify(password, encoded)",
            "return super().verify(password, encoded)",
            "test_every_hasher_that_is_used_asks_for_a_place",
        ),
    ),
    *_in(
        "numberadmin/services/invitations.py",
        "tests/accounts/test_links_and_mails.py",
        (
            "a team makes few links an hour",
            'Limit(f"links of {account.pk}", AN_HOUR, guesses.HOUR),',
            "",
            "test_a_team_makes_twenty_links_an_hour",
        ),
        (
            "one address gets few links a day",
            'Limit(f"{guesses.BY_DAY}links of {account.pk} to {to}", TO_ONE_A_DAY, guesses.DAY),',
            "",
            "test_one_address_gets_five_links_a_day_of_a_team",
        ),
    ),
    *_in(
        "numberadmin/services/mail.py",
        "tests/accounts/test_links_and_mails.py",
        (
            "one address gets few mails a day",
            'Limit(f"{guesses.BY_DAY}mail to {address}", TO_ONE_A_DAY, guesses.DAY),',
            "",
            "test_one_address_gets_ten_links_by_mail_a_day_from_all_teams",
        ),
    ),
    *_in(
        "numberadmin/services/tries.py",
        "tests/accounts/test_tries.py",
        (
            "a wrong try is in the log",
            '_log("wrong", kind, who, visitor, person)',
            "pass",
            "test_each_wrong_try_is_in_the_log_and_in_the_audit",
        ),
        (
            "a wrong try is in the audit",
            '_record(f"A wrong {kind} was given", kind, visitor, person, actor)',
            "pass",
            "test_each_wrong_try_is_in_the_log_and_in_the_audit",
        ),
        (
            "a refused try is in the log",
            '_log("refused", kind, who, visitor, person)',
            "pass",
            "test_each_try_that_is_one_too_many_is_in_the_log_and_the_first_in_the_audit",
        ),
        (
            "what was typed is no plain text of the log",
            "guesses.short(text.email(who)),",
            "who,",
            "test_a_wrong_try_at_nobodys_e_mail_is_in_the_log_alone_and_not_in_clear",
        ),
    ),
]

_LINKS = [
    *_in(
        "numberadmin/services/invitations.py",
        "tests/services/test_team.py",
        (
            "a link ends after 72 hours",
            "closed_at=None, ends_at__gt=timezone.now())",
            "closed_at=None)",
            "test_a_link_is_over_after_72_hours",
        ),
        (
            "a link works once",
            "if not still_open().filter(pk=link.pk).update(closed_at=timezone.now()):",
            "if False:",
            "test_a_link_works_once",
        ),
        (
            "an invitation is for its e-mail",
            "if not is_for(link, person):",
            "if False:",
            "test_nobody_accepts_an_invitation_to_another_e_mail",
        ),
        (
            "no link for who is in another team, when it is made",
            'team.only_here(row, "set a new password for them")',
            "pass",
            "test_no_owner_sets_the_password_of_somebody_who_is_in_another_team_too",
        ),
    ),
    *_in(
        "numberadmin/services/invitations.py",
        "tests/accounts/test_rights_end.py",
        (
            "a link ends with the rights of its maker",
            'made = Q(by_server=True) | Exists(team_now.filter(person=OuterRef("maker"), role__in=team.OWNING))',
            "made = Q()",
            "test_a_link_stays_shut_whatever_way_its_maker_lost_the_role",
        ),
        (
            "a link for somebody who was put out",
            'meant = Q(person=None) | Exists(team_now.filter(person=OuterRef("person")))',
            "meant = Q()",
            "test_a_link_stays_shut_whatever_way_somebody_was_put_out",
        ),
    ),
    *_in(
        "numberadmin/services/invitations.py",
        "tests/accounts/test_takeovers.py",
        (
            "no link for who is in another team, when it is used",
            'team.only_here(team.member(link.account, link.person.pk), "set a new password for them")',
            "pass",
            "test_a_link_for_a_new_password_ends_where_the_person_comes_into_another_team",
        ),
    ),
    *_in(
        "numberadmin/services/invitations.py",
        "tests/accounts/test_joining.py",
        (
            "at a link no password is compared or set for who has one",
            "if link.person is None and Person.objects.filter(login=link.email).exists():",
            "if False:",
            "test_at_a_link_no_password_is_compared_not_even_the_right_one",
        ),
        (
            "a password from elsewhere is set anew",
            "renews = needs_password(link, person)",
            "renews = False",
            "test_who_accepts_with_a_password_of_another_teams_link_sets_a_new_one",
        ),
        (
            "a password set by a link opens that team alone",
            "_gets_password(person, hashed, None if link.by_server else link.account)",
            "_gets_password(person, hashed, None)",
            "test_a_password_set_by_a_link_opens_no_team_that_is_entered_afterwards_by_sinch",
        ),
    ),
    *_in(
        "numberadmin/services/own.py",
        "tests/accounts/test_joining.py",
        (
            "who knows a password makes it no better",
            "return None if actor.by == BY_SINCH and not opens(actor.membership) else person.password_from",
            "return None",
            "test_whoever_knows_it_makes_it_no_better_by_changing_it",
        ),
    ),
    *_in(
        "numberadmin/services/team.py",
        "tests/accounts/test_rights_end.py",
        (
            "requests end with the right to buy",
            "if role is None or not allows(role, May.BUY):",
            "if False:",
            "test_a_request_of_somebody_who_may_not_buy_any_more_waits_no_longer",
        ),
    ),
    *_in(
        "numberadmin/services/restored.py",
        "tests/accounts/test_after_restore.py",
        (
            "a restore closes links",
            "Invitation.objects.filter(closed_at=None, ends_at__gt=now).update(closed_at=now)",
            "0",
            "test_links_that_were_open_then_open_nothing",
        ),
    ),
    *_in(
        "numberadmin/services/notices.py",
        "tests/accounts/test_notices.py",
        (
            "a new password is told",
            "_later(_tell, person, _address(person), account, ABOUT[action], what)",
            "pass",
            "test_a_new_password_is_told_to_whose_it_is_and_is_not_in_the_mail",
        ),
    ),
]

_PASSWORDS = [
    *_in(
        "numberadmin/services/own.py",
        "tests/services/test_own.py",
        (
            "the present password, for a new one",
            "if not actor.person.check_password(password):",
            "if False:",
            "test_a_new_password_needs_the_one_before",
        ),
        (
            "the present password, to set up a factor",
            "has_password(actor, password)\n    codes: list[str] = []\n\n"
            "    def change() -> tuple[Action, str]:\n        new",
            "codes: list[str] = []\n\n    def change() -> tuple[Action, str]:\n        new",
            "test_it_is_set_up_with_the_password_only",
        ),
        (
            "the present password, to end a factor",
            "has_password(actor, password)\n\n    def change() -> tuple[Action, str]:\n"
            "        _with_factor(actor.person)\n        factor.end",
            "\n    def change() -> tuple[Action, str]:\n        _with_factor(actor.person)\n        factor.end",
            "test_it_is_taken_away_with_the_password_only",
        ),
    ),
    *_in(
        "numberadmin/services/own.py",
        "tests/services/test_team.py",
        (
            "a weak password",
            "validate_password(password, person)",
            "pass",
            "test_a_weak_password_is_refused_and_the_link_stays",
        ),
    ),
    *_in(
        "numberadmin/settings.py",
        "tests/accounts/test_passwords.py",
        (
            "twelve characters",
            '"OPTIONS": {"min_length": 12}',
            '"OPTIONS": {"min_length": 1}',
            "test_eleven_characters_are_too_few_whatever_they_are",
        ),
    ),
    *_in(
        "numberadmin/accounts/passwords.py",
        "tests/accounts/test_passwords.py",
        (
            "common passwords",
            "FEWEST_GUESSES = 10**10",
            "FEWEST_GUESSES = 1",
            "test_what_is_tried_first_is_refused",
        ),
        (
            "words of the context",
            'for text, why in (*_without(whole, words), (whole, "")):',
            'for text, why in ((whole, ""),):',
            "test_words_that_stand_near_it_are_refused_in_any_combination",
        ),
    ),
    *_in(
        "numberadmin/accounts/hashing.py",
        "tests/test_password_hashing.py",
        (
            "what Argon2 costs",
            "class FewAtATime(Argon2PasswordHasher):",
            "class FewAtATime(Argon2PasswordHasher):\n    memory_cost = 8\n",
            "test_a_password_is_kept_by_an_argon2_that_costs_what_it_should",
        ),
    ),
]

_FACTOR = [
    *_in(
        "numberadmin/accounts/factor.py",
        "tests/services/test_own.py",
        (
            "a code of the app works once",
            "SecondFactor.objects.filter(pk=factor.pk, counter__lt=step).update",
            "SecondFactor.objects.filter(pk=factor.pk).update",
            "test_the_code_that_turned_it_on_is_used_up",
        ),
        (
            "a recovery code works once",
            "if not rows.delete()[0]:",
            "if False:",
            "test_a_recovery_code_works_once",
        ),
    ),
    *_in(
        "numberadmin/accounts/factor.py",
        "tests/accounts/test_codes.py",
        (
            "how long a code of the app is taken",
            "STEPS = (0, -1, 1)",
            "STEPS = tuple(range(-10, 11))",
            "test_a_code_is_taken_for_its_own_half_minute_and_the_two_beside_it",
        ),
        (
            "how long recovery codes are",
            "GROUPS = 5",
            "GROUPS = 2",
            "test_recovery_codes_have_more_than_112_bits",
        ),
    ),
    *_in(
        "numberadmin/accounts/factor.py",
        "tests/test_crypto.py",
        (
            "codes are made by the system's random source",
            "import secrets",
            "import random as secrets",
            "test_nothing_of_the_product_uses_plain_random_numbers",
        ),
    ),
]

_SEAL = [
    *_in(
        "numberadmin/accounts/seal.py",
        "tests/accounts/test_seal.py",
        (
            "the newest key seals",
            "return sealed if key == 0 else _sealed(raw, belongs_to)",
            "return sealed",
            "test_a_text_under_an_older_key_is_sealed_anew_and_one_under_the_newest_stays",
        ),
    ),
    *_in(
        "numberadmin/accounts/seal.py",
        "tests/test_crypto.py",
        (
            "each seal has a nonce of its own",
            "nonce = os.urandom(NONCE_BYTES)",
            "nonce = bytes(NONCE_BYTES)",
            "test_no_two_seals_have_the_same_nonce",
        ),
    ),
    *_in(
        "numberadmin/environment.py",
        "tests/test_environment.py",
        (
            "short keys",
            "if len(text) < least:",
            "if False:",
            "test_a_command_tells_all_that_cannot_be_read_a_sentence_each",
        ),
        (
            "host names that would never match",
            "if not _HOST.fullmatch(word):",
            "if False:",
            "test_a_host_that_would_never_match_is_refused",
        ),
    ),
    *_in(
        "numberadmin/settings.py",
        "tests/test_deployed_settings.py",
        (
            "no start without a key",
            'if not DEBUG and not os.environ.get("SECRET_KEY"):',
            "if False:",
            "test_without_a_key_it_does_not_start",
        ),
        (
            "no debugging where nothing is said",
            'DEBUG = env.read("DEBUG", False, switch)',
            'DEBUG = env.read("DEBUG", True, switch)',
            "test_what_is_not_said_is_the_safe_choice",
        ),
    ),
]

_NAMES = [
    *_in(
        "numberadmin/accounts/names.py",
        "tests/accounts/test_names.py",
        ("names of the program", "if _is_ours(name):", "if False:", "test_nobody_is_called_like_the_program"),
        ("names that show nothing", "if not skeleton(name):", "if False:", "test_a_name_that_shows_nothing_is_none"),
        (
            "look-alikes",
            "table.get(c, c) for c in shape",
            "c for c in shape",
            "test_a_name_that_looks_like_another_has_a_look_in_common_with_it",
        ),
    ),
    *_in(
        "numberadmin/services/own.py",
        "tests/services/test_own_names.py",
        ("the name of somebody else", "names.claim(changed)", "pass", "test_nobody_takes_the_name_of_somebody_else"),
    ),
]

_ACCOUNTS = [
    *_in(
        "numberadmin/services/team.py",
        "tests/services/test_team.py",
        (
            "people of another account",
            "row = rows.filter(account=account, person=person_id, is_active=is_active).first()",
            "row = rows.filter(person=person_id, is_active=is_active).first()",
            "test_somebody_of_another_account_is_not_there",
        ),
        (
            "the last owner",
            "if row.role == Role.OWNER and not active(account).filter(role=Role.OWNER).exclude(pk=row.pk).exists():",
            "if False:",
            "test_the_last_owner_stays",
        ),
    ),
    *_in(
        "numberadmin/services/record.py",
        "tests/services/test_whose.py",
        (
            "operations of another account",
            "if first.account_id != actor.account.pk or ",
            "if ",
            "test_the_same_form_in_another_account_is_not_answered_with_what_came_of_it_here",
        ),
    ),
    *_in(
        "numberadmin/services/table_uploads.py",
        "tests/services/test_whose.py",
        (
            "a kept file of somebody else",
            "Upload.objects.filter(account=actor.account, person=actor.person, made_at__gt=since)",
            "Upload.objects.filter(account=actor.account, made_at__gt=since)",
            "test_a_kept_file_is_not_a_colleagues",
        ),
    ),
    *_in(
        "numberadmin/services/approval.py",
        "tests/services/test_approval.py",
        (
            "a buyer's limit",
            "return any(not membership.may_spend(total) for total in sums)",
            "return False",
            "test_above_the_limit_nothing_is_rented_and_an_owner_is_asked",
        ),
    ),
]

_PROOF = [
    *_in(
        "numberadmin/audit/chain.py",
        "tests/audit/test_chain.py",
        (
            "each entry's hash",
            "if digest(self.previous, fields, rows, old) != stored:",
            "if False:",
            "test_an_altered_text_is_found",
        ),
    ),
    *_in(
        "numberadmin/audit/chain.py",
        "tests/audit/test_anchor.py",
        (
            "the hash is keyed",
            'return hmac.digest(key(), text, "sha256").hex()',
            "return hashlib.sha256(text).hexdigest()",
            "test_the_key_is_known_by_the_last_entry",
        ),
        (
            "the chain is held against anchors",
            "return next(other, None) or next(behind, None)",
            "return None",
            "test_a_cut_end_is_said_with_the_furthest_anchor",
        ),
    ),
    *_in(
        "numberadmin/audit/stored.py",
        "tests/audit/test_stored_form.py",
        (
            "JSON in one form",
            'if connection.vendor == "sqlite" and json.dumps(value) != text:',
            "if False:",
            "test_an_entry_in_another_form_does_not_hold",
        ),
        (
            "values in one form",
            "return lambda given, raw: (None if given[place] is None else write(given[place])) == raw[at]",
            "return lambda given, raw: True",
            "test_an_entry_in_another_form_does_not_hold",
        ),
    ),
    *_in(
        "numberadmin/audit/walk.py",
        "tests/audit/test_walk.py",
        (
            "lines without an entry",
            "yield from _ownerless(last)",
            "yield from ()",
            "test_a_line_of_an_entry_that_never_was_is_found",
        ),
    ),
]

_WEB = [
    *_in(
        "numberadmin/accounts/address.py",
        "tests/accounts/test_address.py",
        (
            "who may name another address",
            "if not _trusted(address):\n        return address\n    for",
            "for",
            "test_a_stranger_who_names_another_address_is_not_believed",
        ),
        (
            "IPv4 in the spelling of IPv6",
            "return mapped or found",
            "return found",
            "test_an_ipv4_address_in_the_spelling_of_ipv6_is_the_same_address",
        ),
        (
            "a network of IPv6 is one place",
            "64 if found.version == 6 else 32",
            "128 if found.version == 6 else 32",
            "test_an_ipv6_network_is_one_place",
        ),
    ),
    *_in(
        "numberadmin/middleware.py",
        "tests/test_front.py",
        (
            "other hosts",
            "request.get_host()",
            "pass",
            "test_another_host_is_refused_with_all_headers_and_a_sentence",
        ),
    ),
    *_in(
        "numberadmin/log.py",
        "tests/test_front.py",
        (
            "no traceback for what strangers send",
            "record.exc_info = None",
            "pass",
            "test_a_form_that_cannot_be_read_is_one_line_of_the_log_too",
        ),
    ),
    *_in(
        "numberadmin/middleware.py",
        "tests/test_headers.py",
        (
            "nothing is kept by caches",
            'response.setdefault("Cache-Control", "no-store")',
            "pass",
            "test_nothing_but_files_may_be_kept_by_a_cache",
        ),
        (
            "cookies are not for scripts",
            'cookie["httponly"] = True',
            "pass",
            "test_each_cookie_goes_over_tls_only_and_to_this_host_only",
        ),
    ),
    *_in(
        "numberadmin/settings.py",
        "tests/test_headers.py",
        (
            "no framing",
            '"frame-ancestors": ["\'none\'"],',
            "",
            "test_error_pages_score_the_same",
        ),
        (
            "scripts of this site alone",
            '"script-src": _self,',
            '"script-src": ["\'self\'", "\'unsafe-inline\'"],',
            "test_error_pages_score_the_same",
        ),
        (
            "HSTS",
            "SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0",
            "SECURE_HSTS_SECONDS = 0",
            "test_error_pages_score_the_same",
        ),
        (
            "the referrer policy",
            'SECURE_REFERRER_POLICY = "same-origin"',
            'SECURE_REFERRER_POLICY = "unsafe-url"',
            "test_error_pages_score_the_same",
        ),
        (
            "plain HTTP is led to https",
            "SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS",
            "SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS",
            "test_plain_http_is_led_to_https",
        ),
        (
            "SameSite",
            'SESSION_COOKIE_SAMESITE = "Lax"',
            'SESSION_COOKIE_SAMESITE = "None"',
            "test_each_cookie_goes_over_tls_only_and_to_this_host_only",
        ),
    ),
    *_in(
        "numberadmin/settings.py",
        "tests/accounts/test_forged_forms.py",
        (
            "forms of other sites",
            '    "django.middleware.csrf.CsrfViewMiddleware",\n',
            "",
            "test_without_its_token_no_form_is_taken",
        ),
    ),
    *_in(
        "numberadmin/web.py",
        "tests/accounts/test_sign_in_pages.py",
        (
            "only to pages of this site",
            'return path if path and safe and path.startswith("/") else default',
            "return path or default",
            "test_another_site_is_never_come_back_to",
        ),
    ),
]

_BODIES = [
    *_in(
        "numberadmin/bodies.py",
        "tests/test_bodies.py",
        ("large bodies", "if length > most:", "if False:", "test_a_stranger_sends_up_to_64_kilobytes_and_not_more"),
        (
            "bodies without a length",
            'if "HTTP_TRANSFER_ENCODING" in request.META:',
            "if False:",
            "test_a_body_without_its_length_is_refused_unread",
        ),
    ),
    *_in(
        "numberadmin/settings.py",
        "tests/test_bodies.py",
        (
            "many files",
            "DATA_UPLOAD_MAX_NUMBER_FILES = 1",
            "DATA_UPLOAD_MAX_NUMBER_FILES = 100",
            "test_more_files_than_a_form_has_are_refused",
        ),
    ),
    *_in(
        "numberadmin/taken.py",
        "tests/test_taken.py",
        (
            "passwords stay as they were typed",
            "if name in _PASSWORDS:",
            "if False:",
            "test_all_of_a_form_is_cleaned_but_its_passwords",
        ),
    ),
    *_in(
        "numberadmin/services/table_workbook.py",
        "tests/services/test_table_workbook.py",
        (
            "what a workbook unpacks to",
            "if too_much or not known:",
            "if False:",
            "test_a_workbook_that_unpacks_to_too_much_is_not_unpacked",
        ),
        (
            "how much XML a workbook has",
            "if _elements(archive) > MOST_ELEMENTS:",
            "if False:",
            "test_a_workbook_of_too_many_cells_is_not_read",
        ),
        (
            "what is no workbook",
            'if "xl/workbook.xml" not in archive.namelist():',
            "if False:",
            "test_another_archive_is_refused_by_name",
        ),
    ),
    *_in(
        "numberadmin/files.py",
        "tests/test_files.py",
        (
            "formulas in a CSV",
            'return _fitting(_START.sub(r"\'\\1", _INSIDE.sub(r"\\1\'\\2", text)))',
            "return _fitting(text)",
            "test_no_spreadsheet_finds_a_formula_whatever_it_cuts_at",
        ),
    ),
    *_in(
        "numberadmin/sinch/transport.py",
        "tests/sinch/test_tls.py",
        (
            "Sinch's certificate",
            "verify=True",
            "verify=False",
            "test_a_certificate_that_nobody_vouches_for_means_not_sent",
        ),
    ),
    *_in(
        "numberadmin/sinch/transport.py",
        "tests/sinch/test_transport.py",
        ("how large an answer is", "if size > max_bytes:", "if False:", "test_a_gzip_bomb_is_not_unpacked"),
    ),
]

GUARDS: list[Guard] = [
    *_DOORS,
    *_ADMISSION,
    *_SESSIONS,
    *_LIMITS,
    *_LINKS,
    *_PASSWORDS,
    *_FACTOR,
    *_SEAL,
    *_NAMES,
    *_ACCOUNTS,
    *_PROOF,
    *_WEB,
    *_BODIES,
]
