"""Takes a shell line apart into simple commands, as far as is needed to know which programs it runs.

Quotes, escapes, here-documents, comments, redirections and substitutions are understood so that text inside them is
never taken for a command; nothing is expanded. One pass, and a line is read to `LONGEST` characters only.
"""

import re
from dataclasses import dataclass, field

LONGEST = 20_000
"""Characters read of a line; scripts beyond that are carried in here-documents, which hold no commands of interest."""
_ASIDE = frozenset({"then", "do", "else", "elif", "if", "while", "until", "!", "fi", "done", "esac", "}"})
_CONTROL = frozenset({"if", "while", "until", "for", "case", "select", "function", "!", "elif", "else", "trap"})
_NO_WORD = _CONTROL | _ASIDE | {"{"}
_NAMES_A_COMMAND = _CONTROL - _ASIDE
_OPERATOR = re.compile(r"&&|\|\||\|&|;;|[;&|()]")
_PLAIN = re.compile(r"[^\s'\"\\$`<>;&|()#]+")
_ODD = re.compile(r"[\n'\"\\$`<>;&|()#]")
"""What a line of nothing but plain words has none of: its words are then those between its blanks."""
_BLANK = re.compile(r"[^\S\n]+")
_TILL_QUOTE = re.compile(r'[^"\\$]+')
_TAG = re.compile(r"[ \t]*(?:'([^'\n]*)'|\"([^\"\n]*)\"|\\?([\w.!@%+-]+))")


@dataclass(slots=True)
class Simple:
    """One simple command: its words without quotes, and the operator that follows it ("" at the end of the line)."""

    words: list[str] = field(default_factory=list[str])
    join: str = ""


@dataclass(slots=True)
class Script:
    """The simple commands of a line. `branches` says that what runs depends on a condition, a loop or a negation."""

    commands: list[Simple] = field(default_factory=list[Simple])
    branches: bool = False


def split(line: str) -> Script:
    """Give the simple commands of a shell line, in the order in which they stand."""
    if _ODD.search(line) is None and len(line) <= LONGEST:
        words = line.split()
        if words and words[0] not in _NO_WORD:
            return Script([Simple(words)])
    scan = _Scan(line[:LONGEST])
    scan.run()
    scan.script.branches = scan.script.branches or len(line) > LONGEST
    return scan.script


class _Scan:
    """A position in the text, the command that is being gathered, and the here-documents that wait for their bodies."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._word: list[str] | None = None
        self._current = Simple()
        self._target = False
        self._tags: list[str] = []
        self.script = Script()

    def run(self) -> None:
        text = self._text
        while self._at < len(text):
            # Most of a line is plain words and the blanks between them.
            if plain := _PLAIN.match(text, self._at):
                self._add(plain[0])
                self._at = plain.end()
            elif blank := _BLANK.match(text, self._at):
                self._end_word()
                self._at = blank.end()
            else:
                self._step(text[self._at])
        self._close("")

    def _step(self, letter: str) -> None:
        if letter == "\n":
            self._newline()
        elif letter in "<>" or self._text.startswith("&>", self._at):
            self._redirect()
        elif letter == "#" and self._word is None:
            self._at = self._find("\n", self._at)
        elif operator := _OPERATOR.match(self._text, self._at):
            self._at = operator.end()
            self._operate(operator[0])
        else:
            self._grow(letter)

    def _grow(self, letter: str) -> None:
        """Add to the current word what stands here: a quoted text, a substitution or plain letters."""
        text, start = self._text, self._at
        if letter == "'":
            self._at = min(self._find("'", start + 1) + 1, len(text))
            piece = text[start + 1 : self._at - 1]
        elif letter == '"':
            piece = self._quoted()
        elif letter == "\\":
            piece = "" if text[start + 1 : start + 2] == "\n" else text[start + 1 : start + 2]
            self._at += 2
        elif text.startswith("$(", start):
            piece = self._nested()
        elif letter == "`":
            self._at = min(self._find("`", start + 1) + 1, len(text))
            piece = text[start : self._at]
        else:
            self._at = start + 1
            piece = letter
        if text[start : start + 2] != "\\\n":
            self._add(piece)

    def _add(self, piece: str) -> None:
        if self._word is None:
            self._word = []
        self._word.append(piece)

    def _quoted(self) -> str:
        text, kept = self._text, list[str]()
        self._at += 1
        while self._at < len(text) and text[self._at] != '"':
            if text[self._at] == "\\" and self._at + 1 < len(text):
                self._at += 1
                kept.append(text[self._at] if text[self._at] != "\n" else "")
                self._at += 1
            elif text.startswith("$(", self._at):
                kept.append(self._nested())
            else:
                plain = _TILL_QUOTE.match(text, self._at)
                end = plain.end() if plain else self._at + 1
                kept.append(text[self._at : end])
                self._at = end
        self._at += 1
        return "".join(kept)

    def _nested(self) -> str:
        """Pass over `$( … )` or `<( … )`, whose output goes elsewhere, and give it as it stands."""
        text, start, depth = self._text, self._at, 0
        tags: list[str] = []
        while self._at < len(text):
            letter = text[self._at]
            if letter in "'\"":
                self._at = self._find(letter, self._at + 1)
            elif letter == "\\":
                self._at += 1
            elif letter == "\n" and tags:
                self._at += 1
                self._pass_body(tags.pop())
                continue
            elif text.startswith("<<", self._at) and (tag := _TAG.match(text, self._at + 2)) is not None:
                tags = [_name(tag)]
                self._at = tag.end()
                continue
            depth += (letter == "(") - (letter == ")")
            self._at += 1
            if letter == ")" and depth == 0:
                break
        return text[start : self._at]

    def _redirect(self) -> None:
        """Leave out a redirection and its target; note the end mark of a here-document."""
        text = self._text
        if self._word is not None and all(piece.isdigit() for piece in self._word):
            self._word = None
        self._end_word()
        if text.startswith(("<(", ">("), self._at):
            self._at += 1
            self._nested()
            return
        if text.startswith("<<", self._at) and not text.startswith("<<<", self._at):
            self._at += 3 if text.startswith("<<-", self._at) else 2
            if (tag := _TAG.match(text, self._at)) is not None:
                self._tags.append(_name(tag))
                self._at = tag.end()
            return
        while self._at < len(text) and text[self._at] in "<>&|":
            self._at += 1
        self._target = True

    def _newline(self) -> None:
        self._at += 1
        self._operate(";" if self._current.words or self._word else "")
        for tag in self._tags:
            self._pass_body(tag)
        self._tags = []

    def _pass_body(self, tag: str) -> None:
        while self._at < len(self._text):
            end = self._find("\n", self._at)
            line = self._text[self._at : end].strip()
            self._at = end + 1
            if line == tag:
                return

    def _operate(self, operator: str) -> None:
        """End a command at an operator; one after a closing bracket belongs to the last command inside it."""
        self._end_word()
        join = {"(": "", ")": "", ";;": ";", "|&": "|"}.get(operator, operator)
        if self._current.words:
            self._close(join)
        elif join and self.script.commands and self.script.commands[-1].join in ("", ";"):
            self.script.commands[-1].join = join

    def _end_word(self) -> None:
        if self._word is None:
            return
        word, self._word = "".join(self._word), None
        if self._target:
            self._target = False
        elif not self._current.words and word in _NO_WORD:
            self.script.branches = self.script.branches or word in _CONTROL
            if word in _NAMES_A_COMMAND:
                self._current.words.append(word)
        else:
            self._current.words.append(word)

    def _close(self, join: str) -> None:
        self._end_word()
        self._target = False
        if self._current.words:
            self.script.commands.append(Simple(self._current.words, join))
        self._current = Simple()

    def _find(self, wanted: str, start: int) -> int:
        found = self._text.find(wanted, start)
        return len(self._text) if found < 0 else found


def _name(tag: re.Match[str]) -> str:
    """Give the end mark of a here-document without its quotes."""
    return next(part for part in tag.groups() if part is not None)
