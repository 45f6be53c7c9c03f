"""The words that `xargs` takes from its input and puts behind, or into, the command that it carries."""

from state.policy.listed import LISTED
from state.policy.shell import Simple, Word
from state.policy.wrappers import base, past

_MOST = 50
_VALUES = frozenset({"-I", "-n", "-P", "-L", "-d", "-E", "-s", "-a", "--max-args", "--max-procs", "--delimiter"})
_UNKNOWN = Word("$xargs", open=True, loose=True)


def take_in(simple: Simple, listed: bool) -> None:
    """Put in what `xargs` reads: what is known of it, `LISTED` where a listing names it, else an unknown word."""
    texts = simple.texts
    at = next((at for at, word in enumerate(texts) if base(word) == "xargs"), None)
    if at is None:
        return
    known = simple.fed.split()[:_MOST] if simple.fed is not None else [LISTED] if listed else []
    given = list(map(Word, known)) or [_UNKNOWN]
    own = range(at + 1, past(texts, at + 1, _VALUES))
    told = next((there for there in own if texts[there].startswith(("-I", "-i", "--rep"))), None)
    if told is None:
        simple.words += given
        return
    mark = _mark(texts, told)
    head, rest = simple.words[: told + 1 + (texts[told] == "-I")], simple.words[told + 1 + (texts[told] == "-I") :]
    simple.words = head + [each for word in rest for each in _put(word, mark, given)]


def _mark(texts: list[str], told: int) -> str:
    """Give the letters that stand for what is read: `{}` where an option names no others."""
    if texts[told] == "-I":
        return "".join(texts[told + 1 : told + 2]) or "{}"
    return texts[told].removeprefix("--replace").removeprefix("-I").removeprefix("-i").removeprefix("=") or "{}"


def _put(word: Word, mark: str, given: list[Word]) -> list[Word]:
    if mark not in word.text:
        return [word]
    return [Word(word.text.replace(mark, one.text), word.open or one.open, word.wild, one.loose) for one in given]
