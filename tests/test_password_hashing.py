"""The hasher of the product: the tests use a cheap one, so this is the place that looks at the real one."""

from importlib import import_module

from django.utils.module_loading import import_string

from numberadmin import settings as product


def test_a_password_is_kept_by_an_argon2_that_costs_what_it_should():
    hasher = import_string(product.PASSWORD_HASHERS[0])()
    encoded = hasher.encode("four words and more", hasher.salt())
    kept = hasher.decode(encoded)
    assert (kept["algorithm"], kept["variety"]) == ("argon2", "argon2id")
    assert kept["memory_cost"] >= 19_456
    assert kept["time_cost"] >= 2
    assert hasher.verify("four words and more", encoded)
    assert not hasher.verify("four words and mor", encoded)


def test_only_the_hasher_is_another_one_in_tests():
    tests = import_module("tests.settings")
    names = {name for name in dir(product) if name.isupper()}
    assert {name for name in names if getattr(tests, name) != getattr(product, name)} == {"PASSWORD_HASHERS"}
