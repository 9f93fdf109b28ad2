"""Every regular expression of the product, with the texts that are worst for it."""

import ast
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from re import _constants as c  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
PRODUCT = ("numberadmin", "shop", "inventory")
FUNCTIONS = ("compile", "search", "match", "fullmatch", "split", "sub", "subn", "findall", "finditer")
# As long as the longest text that somebody may send; a linear pattern is through with it in a few milliseconds.
LONG = 30_000
# Of the processor's time, which another program does not use up.
SECONDS = 0.25
REPEATED = 8


class Pattern(NamedTuple):
    where: str
    compiled: "re.Pattern[Any]"
    method: str


class Slow(Exception):
    """A text took longer than any linear pattern does."""


def every() -> list[Pattern]:
    """All patterns of the code, each with the methods by which it is used."""
    used = _methods()
    return [
        Pattern(f"{path}:{call.lineno}", compiled, method)
        for path, call in _calls()
        for name, compiled in _compiled(path, call)
        for method in (used.get(name, {"search", "fullmatch"}) if name else {_of(call)})
    ]


def made_while_running() -> list[str]:
    """Patterns that only a running program knows."""
    return [f"{path}: {ast.unparse(call)}" for path, call in _calls() if not [*_compiled(path, call)]]


def _calls() -> Iterator[tuple[Path, ast.Call]]:
    for path in _sources():
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and (_is_re(call) or _given(call)):
                yield path, call


def _given(call: ast.Call) -> list[str]:
    """The patterns that a field is given, which makes them itself."""
    values = [word.value for word in call.keywords if word.arg == "other"]
    return [str(value.value) for value in values if isinstance(value, ast.Constant)]


def slow(pattern: Pattern) -> str:
    """The text at which the pattern is slow; empty where it is linear."""
    for text in worst(pattern.compiled):
        try:
            with _limited():
                _use(pattern, text)
        except Slow:
            return repr(text[:16])
    return ""


def worst(compiled: "re.Pattern[Any]") -> Iterator[Any]:
    """Texts as the pattern wants them, each repetition as long as can be and of one character if it may, and an end
    that fits nothing."""
    tree = parser.parse(compiled.pattern, compiled.flags & ~re.DEBUG)
    for character in sorted(_alphabet(tree))[:16]:
        text = _text(tree, character, LONG)
        many, alone = text * (1 + LONG // max(len(text), 1)), character * LONG
        for long in (text, many, text[:-1], many.replace(text[-1:], ""), alone, f"a{alone}"):
            for end in "\x00a":
                short = long[: 2 * LONG] + end
                yield short.encode("latin-1", "replace") if isinstance(compiled.pattern, bytes) else short


def _sources() -> Iterator[Path]:
    for folder in PRODUCT:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts and "sandbox" not in path.parts:
                yield path.relative_to(ROOT)


def _is_re(call: ast.Call) -> bool:
    function = call.func
    return (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id == "re"
        and function.attr in FUNCTIONS
    )


def _of(call: ast.Call) -> str:
    return call.func.attr if _is_re(call) and isinstance(call.func, ast.Attribute) else "fullmatch"


def _compiled(path: Path, call: ast.Call) -> Iterator[tuple[str, "re.Pattern[Any]"]]:
    """The patterns of a call, with the name of one that is kept."""
    if not _is_re(call):
        yield from (("", re.compile(pattern)) for pattern in _given(call))
        return
    text = call.args[0]
    if isinstance(text, ast.Constant) and _of(call) != "compile":
        yield "", re.compile(text.value)
        return
    kept = _kept(path)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Assign) and any(_same(inner, call) for inner in ast.walk(node.value)):
            names = [name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)]
            yield from ((name, kept[name]) for name in names if name in kept)


def _kept(path: Path) -> dict[str, "re.Pattern[Any]"]:
    """The patterns of a module and its classes, by name."""
    module = import_module(".".join(path.with_suffix("").parts).removesuffix(".__init__"))
    owners = [module, *(one for one in vars(module).values() if isinstance(one, type))]
    kept = {name: value for owner in owners for name, value in vars(owner).items()}
    return {name: value for name, value in kept.items() if isinstance(value, re.Pattern)}


def _same(node: ast.AST, call: ast.Call) -> bool:
    return isinstance(node, ast.Call) and (node.lineno, node.col_offset) == (call.lineno, call.col_offset)


def _methods() -> dict[str, set[str]]:
    """By the name of a pattern, what is called on it."""
    found: dict[str, set[str]] = {}
    for path in _sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in FUNCTIONS:
                value = node.value
                name = (
                    value.id if isinstance(value, ast.Name) else value.attr if isinstance(value, ast.Attribute) else ""
                )
                found.setdefault(name, set()).add(node.attr)
    return found


def _alphabet(tree: Any) -> set[str]:
    """A few characters of each part of the pattern."""
    found = set(" a1")
    for kind, value in tree:
        if kind in (c.LITERAL, c.NOT_LITERAL):
            found.add(chr(value))
        elif kind is c.IN:
            found.add(_member(value, ""))
        elif kind is c.BRANCH:
            found |= set().union(*map(_alphabet, value[1]))
        elif kind in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
            found |= _alphabet(value[2])
        elif kind is c.SUBPATTERN:
            found |= _alphabet(value[-1])
    return found


def _text(tree: Any, character: str, size: int) -> str:
    parts = []
    for kind, value in tree:
        if kind is c.LITERAL:
            parts.append(chr(value))
        elif kind is c.NOT_LITERAL:
            parts.append(character if ord(character) != value else "~")
        elif kind is c.ANY:
            parts.append(character)
        elif kind is c.IN:
            parts.append(_member(value, character))
        elif kind is c.BRANCH:
            texts = [_text(one, character, size) for one in value[1]]
            parts.append(max(texts, key=lambda text: text.count(character)))
        elif kind in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
            least, most, inner = value
            parts.append(_text(inner, character, REPEATED) * max(least, min(int(most), size)))
        elif kind is c.SUBPATTERN:
            parts.append(_text(value[-1], character, size))
    return "".join(parts)[: 4 * size + 100]


def _member(items: Any, wanted: str) -> str:
    """The wanted character if the class has it, else its first."""
    if wanted and re.fullmatch(_class(items), wanted):
        return wanted
    sample = [*map(chr, range(32, 127)), "\t", "\n", "\0", "\u00a0", "\u0301", "\u200d", "\u0627", "\u4e00"]
    bounds = [chr(value[0] if kind is c.RANGE else value) for kind, value in items if kind in (c.RANGE, c.LITERAL)]
    return next((one for one in [*bounds, *sample] if re.fullmatch(_class(items), one)), "~")


def _class(items: Any) -> str:
    categories = {
        c.CATEGORY_DIGIT: r"\d", c.CATEGORY_NOT_DIGIT: r"\D", c.CATEGORY_SPACE: r"\s",
        c.CATEGORY_NOT_SPACE: r"\S", c.CATEGORY_WORD: r"\w", c.CATEGORY_NOT_WORD: r"\W",
    }  # fmt: skip
    text = ""
    for kind, value in items:
        if kind is c.LITERAL:
            text += re.escape(chr(value))
        elif kind is c.RANGE:
            text += f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
        elif kind is c.CATEGORY:
            text += categories[value]
        elif kind is c.NEGATE:
            text += "^"
    return f"[{text}]"


def _use(pattern: Pattern, text: Any) -> None:
    compiled, method = pattern.compiled, pattern.method
    if method in ("sub", "subn"):
        compiled.sub(b"" if isinstance(text, bytes) else "", text)
    elif method == "finditer":
        for _ in compiled.finditer(text):
            pass
    else:
        getattr(compiled, "search" if method == "compile" else method)(text)


@contextmanager
def _limited() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise Slow

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
