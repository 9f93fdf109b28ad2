import pytest

from numberadmin.accounts.seal import Unsealable, opened, renewed, seal, unseal


def test_a_sealed_text_is_read_again_by_what_it_belongs_to():
    assert unseal(seal("secret", "acme:1"), "acme:1") == "secret"


def test_a_sealed_text_does_not_show_what_it_holds():
    assert "secret" not in seal("secret", "acme:1")


def test_a_sealed_text_moved_to_another_account_is_not_read():
    with pytest.raises(Unsealable):
        unseal(seal("secret", "acme:1"), "globex:1")


def test_an_older_key_still_opens_what_it_sealed(settings):
    settings.SEAL_KEYS = ["old"]
    sealed = seal("secret", "acme:1")
    settings.SEAL_KEYS = ["new", "old"]
    assert unseal(sealed, "acme:1") == "secret"


def test_a_key_that_is_gone_opens_nothing(settings):
    settings.SEAL_KEYS = ["old"]
    sealed = seal("secret", "acme:1")
    settings.SEAL_KEYS = ["new"]
    with pytest.raises(Unsealable):
        unseal(sealed, "acme:1")


@pytest.mark.parametrize("damaged", ["", "x", "kein Base64", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAA", "ä"])
def test_what_is_damaged_is_not_read_and_breaks_nothing(damaged):
    with pytest.raises(Unsealable):
        unseal(damaged, "acme:1")
    assert opened(damaged, "acme:1") == ""


def test_a_text_under_an_older_key_is_sealed_anew_and_one_under_the_newest_stays(settings):
    settings.SEAL_KEYS = ["old"]
    sealed = seal("secret", "acme:1")
    settings.SEAL_KEYS = ["new", "old"]
    anew = renewed(sealed, "acme:1")
    settings.SEAL_KEYS = ["new"]
    assert unseal(anew, "acme:1") == "secret"
    assert renewed(anew, "acme:1") == anew
