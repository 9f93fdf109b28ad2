"""The second factor: a code of an authenticator app (RFC 6238), or one of the recovery codes that stand in for it."""

import hashlib
import secrets
import time
from contextlib import suppress

import pyotp
import segno
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from numberadmin.accounts.models import Account, Person, RecoveryCode, SecondFactor
from numberadmin.accounts.seal import Unsealable, renewed, seal, unseal

CODES = 10
# Of so many groups of five letters: 123 bits, so that a plain digest is enough to keep them by.
GROUPS = 5
# A code of the step before or after the present one is taken too: clocks differ.
STEPS = (0, -1, 1)
STEP_SECONDS = 30
# Without the letters and digits that are taken for others.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class Spent(Exception):
    """The code is right, and was used before."""


def has(person: Person) -> bool:
    return SecondFactor.objects.filter(person=person).exists()


def is_lacking(account: Account, person: Person) -> bool:
    """Whether the team demands one by now, and the person has none."""
    return account.factor_from is not None and account.factor_from <= timezone.localdate() and not has(person)


def mark(person: Person) -> int:
    """Stands for the second factor that the person has; 0 for none."""
    return SecondFactor.objects.filter(person=person).values_list("pk", flat=True).first() or 0


def codes_left(person: Person) -> int:
    return RecoveryCode.objects.filter(person=person).count()


def new_seed() -> str:
    return pyotp.random_base32()


def address(person: Person, seed: str) -> str:
    """What an app reads from the picture."""
    return pyotp.TOTP(seed).provisioning_uri(name=person.login or person.name, issuer_name="numberadmin")


def picture(person: Person, seed: str) -> str:
    """The same as an inline SVG."""
    return segno.make(address(person, seed), error="m").svg_inline(
        scale=5, border=2, dark="#111", light="#fff", svgclass="qr", lineclass=None, omitsize=False
    )


def begin(person: Person, seed: str, code: str) -> list[str] | None:
    """Where `code` shows that the app has the seed: asks for it from now on. Gives new recovery codes, else None."""
    step = _step(seed, code)
    if step is None:
        return None
    with transaction.atomic():
        SecondFactor.objects.filter(person=person).delete()
        SecondFactor.objects.create(person=person, seed=seal(seed, _belongs_to(person)), counter=step)
        return new_codes(person)


def new_codes(person: Person) -> list[str]:
    """Recovery codes in place of the ones before; they are shown once."""
    codes = ["-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(GROUPS)) for _ in range(CODES)]
    with transaction.atomic():
        RecoveryCode.objects.filter(person=person).delete()
        RecoveryCode.objects.bulk_create(RecoveryCode(person=person, digest=_digest(person, code)) for code in codes)
    return codes


def recovers(person: Person, code: str) -> bool:
    """Whether it is one of the person's recovery codes, which is used up by it. Nobody guesses one of 123 bits: a right
    one is taken however often somebody was wrong before. Raises Spent where it was used up at the same moment."""
    digest = _digest(person, "".join(code.split()).lower())
    rows = RecoveryCode.objects.filter(person=person, digest=digest)
    if not rows.exists() or not has(person):
        return False
    if not rows.delete()[0]:
        raise Spent
    return True


def takes(person: Person, code: str) -> bool:
    """Whether the app shows the code now. Raises Spent for one that is right and was used before: of two that come with
    the same code, one is first."""
    factor = SecondFactor.objects.filter(person=person).first()
    step = _step(unseal(factor.seed, _belongs_to(person)), code) if factor else None
    if factor is None or step is None:
        return False
    seal_anew(factor)
    if not SecondFactor.objects.filter(pk=factor.pk, counter__lt=step).update(counter=step):
        raise Spent
    return True


def end(person: Person) -> None:
    SecondFactor.objects.filter(person=person).delete()
    RecoveryCode.objects.filter(person=person).delete()


def seal_anew(row: SecondFactor) -> bool:
    """Whether the seed was under an older key. Raises Unsealable."""
    anew = renewed(row.seed, _belongs_to(row.person))
    return anew != row.seed and bool(SecondFactor.objects.filter(pk=row.pk, seed=row.seed).update(seed=anew))


def newest_opens() -> bool:
    """Whether the keys open the second factor that was set up last, if there is one."""
    row = SecondFactor.objects.select_related("person").order_by("-pk").first()
    with suppress(Unsealable):
        return row is None or bool(unseal(row.seed, _belongs_to(row.person)))
    return False


def _step(seed: str, code: str) -> int | None:
    """The latest time step whose code it is, of those that are taken now."""
    code, now = "".join(code.split()), int(time.time()) // STEP_SECONDS
    steps, totp = [now + offset for offset in STEPS], pyotp.TOTP(seed)
    return max((step for step in steps if constant_time_compare(totp.generate_otp(step), code)), default=None)


def _digest(person: Person, code: str) -> str:
    return hashlib.sha256(f"{person.pk}:{code.replace('-', '')}".encode()).hexdigest()


def _belongs_to(person: Person) -> str:
    return f"second factor of {person.pk}"
