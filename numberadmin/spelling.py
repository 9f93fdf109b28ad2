"""Phone numbers as people spell them, where they look for one."""


def digits(text: str) -> str:
    """The digits of a number in any common spelling; empty where it is none."""
    plain = text.lower().removeprefix("tel:").replace("(0)", "")
    if any(c.isalpha() or (c.isdigit() and not c.isascii()) for c in plain):
        return ""
    return "".join(c for c in plain if c in "0123456789")


def bare(text: str) -> str:
    """The same without the zeros that some write before a number: two where they are abroad, one where they are at
    home."""
    return digits(text).lstrip("0")
