"""What a line's own variables stand for, as far as its words say: `D=/x; rm -rf $D` removes `/x`.

A variable that is set to two different things, or by anything but plain words, stays unknown. Nothing is run.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from state.policy.listed import LISTED, lists
from state.policy.shell import Simple, Word

_MOST_VALUES = 20
_SETS = frozenset({"export", "declare", "typeset", "local", "readonly"})
_NAMED = re.compile(
    r"\$(?:\{([A-Za-z_]\w{0,80})(?:(:?[-=])([^{}]{0,400}))?\}|([A-Za-z_]\w{0,80}))|(\$\((?:pwd|mktemp[^()]{0,80})\))"
)
_PLACES = {"PWD": ".", "TMPDIR": "/tmp"}


class Variables:
    """The values of a line's variables so far; `inside` are the lines that a value's substitutions ran."""

    __slots__ = ("_inside", "_values")

    def __init__(self) -> None:
        """Begin with none."""
        self._values: dict[str, tuple[str, ...] | None] = {}
        self._inside: dict[str, list[str]] = {}

    def fill(self, simple: Simple, listed: bool = False) -> None:
        """Put what is known into a command's words and targets, then note what the command itself sets.

        `listed` where what is piped into it names files below where the line runs.
        """
        if any(word.open for word in simple.words):
            simple.words = [one for word in simple.words for one in self._filled(word, simple)]
        for targets in (simple.written, simple.read):
            if any(word.open for word in targets):
                targets[:] = [one for word in targets for one in self._filled(word, simple)]
        self._note(simple, listed)

    def _note(self, simple: Simple, listed: bool) -> None:
        words = simple.words
        if len(words) > 1 and words[0].text == "IFS=":
            words = words[1:]
        if not words:
            return
        name = words[0].text
        if name in ("for", "select") and len(words) > 3 and words[2].text == "in":
            self._set(words[1].text, words[3:], simple)
        elif name == "read" and (told := _told(simple, listed)) is not None:
            self._set(words[-1].text, [Word(told)], simple)
        elif name in ("read", "mapfile", "readarray", "unset") or (name == "printf" and words[1].text == "-v"):
            self._values.update((word.text, None) for word in words[1:] if word.text[:1] != "-")
        elif name in _SETS or all(_assigned(word.text) or "+=" in word.text for word in words):
            for word in words[name in _SETS :]:
                if told := _assigned(word.text):
                    self._set(told, [Word(word.text[len(told) + 1 :], word.open)], simple)
                elif "+=" in word.text:
                    self._values[word.text.partition("+=")[0]] = None

    def _set(self, name: str, words: Sequence[Word], simple: Simple) -> None:
        texts = tuple(LISTED if word.open and _lists(word.text) else word.text for word in words[:_MOST_VALUES])
        known = not any(word.open and not word.text.startswith(("$(", "`", '"$(')) for word in words)
        before = self._values.get(name, texts)
        self._values[name] = texts if known and before == texts else None
        if any(word.open for word in words):
            self._inside[name] = list(simple.inside)

    def _filled(self, word: Word, simple: Simple) -> Iterator[Word]:
        """Give the words that a word stands for: itself where something in it is unknown."""
        if not word.open:
            yield word
            return
        texts = [word.text]
        for found in _NAMED.finditer(word.text):
            values = self._of(found, simple)
            if values is not None:
                texts = [text.replace(found[0], value, 1) for text in texts for value in values][:_MOST_VALUES]
        for text in texts:
            if text == word.text:
                yield word
                continue
            still = "$" in text or "`" in text
            if word.loose and not still:
                yield from (Word(piece, False, word.wild) for piece in text.split())
            else:
                yield Word(text, still, word.wild, word.loose)

    def _of(self, found: re.Match[str], simple: Simple) -> Iterable[str] | None:
        name = found[1] or found[4]
        if name is None:
            return (".",) if found[0] == "$(pwd)" else ("/tmp/made",)
        if (values := self._values.get(name)) is not None:
            simple.inside += [line for line in self._inside.get(name, ()) if line not in simple.inside]
            return values
        if name == "HOME" and found.start() == 0:
            return ("~",)
        if name in _PLACES and found.start() == 0 and name not in self._values:
            return (_PLACES[name],)
        return (found[0], found[3]) if found[3] else None


def _told(simple: Simple, listed: bool) -> str | None:
    """Give what `read` reads into its last variable where that can be known."""
    if listed:
        return LISTED
    plain = simple.fed is not None and not {"$", "`", "\n"} & {*simple.fed} and len(simple.words) == 2
    return simple.fed if plain else None


def _lists(text: str) -> bool:
    """Say whether a substitution alone names files below where the line runs: `$(git ls-files)`."""
    inner = text[2:-1] if text.startswith("$(") else text[1:-1] if text[:1] == "`" else ""
    return (
        bool(inner)
        and {";", "|", "&", "$", "`", "\n", "<", ">", "("}.isdisjoint(inner)
        and lists(inner.split(), "", "")
    )


def _assigned(text: str) -> str:
    """Give the name that a word assigns to, "" where it assigns nothing."""
    name, sign, _ = text.partition("=")
    return name if sign and name.isidentifier() else ""
