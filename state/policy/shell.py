"""Takes a shell line apart into simple commands, those inside substitutions too, without running or expanding any.

Quotes, escapes, comments, redirections and here-documents are understood, so that text inside them is never taken for a
command. What cannot be known without running something is marked: a word that is expanded is `open`. Each letter is
looked at once a level of nesting, and no more than `DEEPEST` levels and `LONGEST` characters are.
"""

import re
from dataclasses import dataclass, field

LONGEST = 20_000
DEEPEST = 4
_RESERVED = frozenset(
    {"then", "do", "else", "elif", "if", "while", "until", "!", "fi", "done", "esac", "{", "}", "time"}
)
_OPERATOR = re.compile(r"&&|\|\||\|&|;;&?|;&|[;&|()\n]")
_PLAIN = re.compile(r"[^\s'\"\\$`<>;&|()#]+")
_TAG = re.compile(r"-?[ \t]*(?:'([^'\n]{1,200})'|\"([^\"\n]{1,200})\"|\\?([\w.!@%+-]{1,200}))")
_REDIRECT = re.compile(r"(?:&>>?|<<<|<<|<>|>>|>\||<&|>&|<|>)")
_TILL_QUOTE = re.compile(r'[^"\\$`]+')
_QUOTED = re.compile(r'[^"\\]+')
_TILL_BRACKET = re.compile(r"[^'\"\\()]+")
_WILD = frozenset("*?[{")
_NAME = re.compile(r"[A-Za-z_]\w*|[0-9?!@*#$-]")


@dataclass(frozen=True, slots=True)
class Word:
    """A word without its quotes; `open` where a variable or a substitution decides some of it.

    `wild` where letters of a pattern or of a choice in braces stand outside quotes, which a shell may expand; `loose`
    where an expansion stands outside quotes, so that what it gives is split into words.
    """

    text: str
    open: bool = False
    wild: bool = False
    loose: bool = False


@dataclass(slots=True)
class Simple:
    """One simple command: its words, the operator behind it, the files it writes, and the text it is fed.

    `join` is "" at the end of a list. `inside` are the lines that its substitutions run, and `fed` is the body of a
    here-document or here-string, None where it has none. `ends` brackets are closed before it, then `begins` opened:
    what a directory is changed to inside them does not last.
    """

    words: list[Word] = field(default_factory=list[Word])
    join: str = ""
    written: list[Word] = field(default_factory=list[Word])
    read: list[Word] = field(default_factory=list[Word])
    inside: list[str] = field(default_factory=list[str])
    fed: str | None = None
    ends: int = 0
    begins: int = 0

    @property
    def texts(self) -> list[str]:
        """The words as plain texts."""
        return [word.text for word in self.words]


def split(line: str) -> list[Simple]:
    """Give the simple commands of a line in their order; those of substitutions stand in `inside`, as lines."""
    scan = _Scan(line[:LONGEST])
    scan.run()
    return scan.commands


def last_tag(line: str) -> str:
    """Give the word that ends the last here-document of a line, "" where none begins in it."""
    at = line.rfind("<<")
    tag = _TAG.match(line, at + 2) if at >= 0 else None
    return next((part for part in tag.groups() if part is not None), "") if tag else ""


def _descriptor(text: str) -> bool:
    """Say whether a word before a redirection is its number, or `{name}` for one that the shell chooses."""
    return text.isdigit() or (text[:1] == "{" and text[-1:] == "}" and text[1:-1].isidentifier())


class _Scan:
    """A place in the text, the command and the word that are being gathered, and here-documents that wait."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at: int = 0
        self._pieces: list[str] | None = None
        self._open = self._wild = self._loose = False
        self._ends = self._begins = self._depth = 0
        self._current = Simple()
        self._target = ""
        self._waiting: list[tuple[str, Simple, bool]] = []
        self.commands: list[Simple] = []

    def run(self) -> None:
        while self._at < len(self._text):
            self._step(self._text[self._at])
        self._close("")

    def _step(self, letter: str) -> None:
        if operator := _REDIRECT.match(self._text, self._at):
            self._redirect(operator)
        elif operator := _OPERATOR.match(self._text, self._at):
            self._at = operator.end()
            self._operate(operator[0])
        elif letter.isspace():
            self._end_word()
            self._at += 1
        elif letter == "#" and self._pieces is None:
            self._at = self._find("\n", self._at)
        else:
            self._grow(letter)

    def _grow(self, letter: str) -> None:
        """Add to the current word what stands here: a quoted text, an expansion or plain letters."""
        text, start = self._text, self._at
        if letter == "\\":
            self._at = min(start + 2, len(text))
            if text[start + 1 : start + 2] != "\n":
                self._add(text[start + 1 : start + 2])
        elif letter == "'" or text.startswith("$'", start):
            begin = start + 1 if letter == "'" else start + 2
            end = self._find("'", begin) if letter == "'" else self._past_escapes(begin)
            self._at = min(end + 1, len(text))
            self._open |= letter == "$" and "\\" in text[begin:end]
            self._add(text[begin:end])
        elif letter == '"':
            self._quoted()
        elif letter in "$`":
            self._expansion()
            self._loose |= self._open
        else:
            plain = _PLAIN.match(text, start)
            self._at = plain.end() if plain else start + 1
            self._add(text[start : self._at])
            self._wild |= not _WILD.isdisjoint(text[start : self._at])

    def _add(self, piece: str) -> None:
        if self._pieces is None:
            self._pieces = []
        self._pieces.append(piece)

    def _past_escapes(self, at: int) -> int:
        """Give the place of the quote that ends a `$'…'`, in which a backslash hides a quote."""
        text = self._text
        while at < len(text) and text[at] != "'":
            at += 2 if text[at] == "\\" else 1
        return min(at, len(text))

    def _quoted(self) -> None:
        text = self._text
        self._at += 1
        self._add("")
        while self._at < len(text) and text[self._at] != '"':
            letter = text[self._at]
            if letter == "\\":
                self._add(text[self._at + 1 : self._at + 2].replace("\n", ""))
                self._at += 2
            elif letter in "$`":
                self._expansion()
            else:
                plain = _TILL_QUOTE.match(text, self._at)
                end = plain.end() if plain else self._at + 1
                self._add(text[self._at : end])
                self._at = end
        self._at = min(self._at + 1, len(text))

    def _expansion(self) -> None:
        """Take `$name`, `${...}`, `$(...)` or backticks into the word as it stands, and note a line that it runs."""
        text, start = self._text, self._at
        if text.startswith("$(", start):
            self._at = self._closing(start + 1)
            inner = text[start + 2 : self._at - 1]
            if inner.startswith("(") and self._closing(start + 2) == self._at - 1:
                self._nested(inner)
            else:
                self._current.inside.append(inner)
        elif text[start] == "`":
            end = self._find("`", start + 1)
            self._current.inside.append(text[start + 1 : end])
            self._at = min(end + 1, len(text))
        elif text.startswith("${", start):
            self._at = min(self._find("}", start) + 1, len(text))
            if "$(" in text[start : self._at] or "`" in text[start : self._at]:
                end = self._find("}", self._past_nested(start))
                self._nested(text[start + 2 : end])
                self._at = min(end + 1, len(text))
        elif name := _NAME.match(text, start + 1):
            self._at = name.end()
        else:
            self._at = start + 1
            self._add("$")
            return
        self._open = True
        self._add(text[start : self._at])

    def _nested(self, inner: str) -> None:
        """Note the substitutions in a text that is expanded but is no command: a sum, a default, a here-document."""
        if "$(" in inner or "`" in inner or "${" in inner:
            self._current.inside.append(': "' + inner.replace('"', " ") + '"')

    def _past_nested(self, start: int) -> int:
        """Give the place behind the last substitution of a `${` that begins at `start`, as far as brackets say."""
        at = self._text.find("$(", start)
        end = self._text.find("}", start)
        return self._closing(at + 1) if 0 <= at < end else start

    def _closing(self, start: int) -> int:
        """Give the place behind the bracket that closes the one at `start`; quotes inside are passed over."""
        text, at, depth = self._text, start, 0
        while at < len(text):
            if plain := _TILL_BRACKET.match(text, at):
                at = plain.end()
                continue
            letter = text[at]
            if letter == "'":
                at = self._find("'", at + 1)
            elif letter == '"':
                at = self._past_quoted(at)
            elif letter == "\\":
                at += 1
            depth += (letter == "(") - (letter == ")")
            at += 1
            if letter == ")" and depth == 0:
                return at
        return len(text) + 1

    def _past_quoted(self, at: int) -> int:
        """Give the place of the quote that closes the one at `at`."""
        text = self._text
        at += 1
        while at < len(text) and text[at] != '"':
            plain = _QUOTED.match(text, at)
            at = plain.end() if plain else at + 2
        return at

    def _redirect(self, operator: re.Match[str]) -> None:
        """Begin a redirection: its target is the next word, and no argument."""
        text, sign = self._text, operator[0]
        if self._pieces is not None and _descriptor("".join(self._pieces)):
            self._pieces = None
        self._end_word()
        if sign in "<>" and text.startswith("(", operator.end()):
            end = self._closing(operator.end())
            self._current.inside.append(text[operator.end() + 1 : end - 1])
            word = Word(text[self._at : end], open=True)
            if self._target:
                self._aim(word)
            else:
                self._current.words.append(word)
            self._at = min(end, len(text))
            return
        self._at = operator.end()
        tag = _TAG.match(text, self._at) if sign == "<<" else None
        if tag is not None:
            self._at = tag.end()
            quoted = tag[3] is None or "\\" in tag[0]
            self._waiting.append((next(part for part in tag.groups() if part is not None), self._current, quoted))
            return
        self._target = sign

    def _operate(self, operator: str) -> None:
        if operator in "()":
            self._end_word()
            if operator == "(" and self._current.words:  # the brackets of a function's name
                self._current = Simple()
            elif operator == ")" and not self._depth:
                self._tame()
            self._close("")
            self._bracket(operator)
            return
        self._close({"\n": ";", "|&": "|", ";;": ";", ";&": ";", ";;&": ";"}.get(operator, operator))
        if operator == "\n":
            self._take_bodies()

    def _bracket(self, operator: str) -> None:
        if operator == "(":
            self._begins += 1
            self._depth += 1
        else:
            self._depth -= self._depth > 0
            self._ends += not self._begins
            self._begins -= self._begins > 0

    def _tame(self) -> None:
        """Take what stands before a bracket that nothing opened for the patterns of a `case`, which run nothing."""
        at = len(self.commands)
        patterns = [self._current]
        while at and self.commands[at - 1].join == "|":
            at -= 1
            patterns.append(self.commands[at])
        for one in patterns:
            one.words = [Word(word.text) for word in one.words]
            one.join = ";" if one.join else ""

    def _take_bodies(self) -> None:
        for tag, command, quoted in self._waiting:
            body: list[str] = []
            while self._at < len(self._text):
                end = self._find("\n", self._at)
                line = self._text[self._at : end]
                self._at = end + 1
                if line.strip() == tag:
                    break
                body.append(line)
            command.fed = "\n".join(body)
            if not quoted and ("$(" in command.fed or "`" in command.fed):
                command.inside.append(': "' + command.fed.replace('"', " ") + '"')
        self._waiting = []

    def _end_word(self) -> None:
        if self._pieces is None:
            return
        word = Word("".join(self._pieces), self._open, self._wild, self._loose)
        self._pieces, self._open, self._wild, self._loose = None, False, False, False
        if self._target:
            self._aim(word)
        elif word.text == "{" and self._current.words and self._current.words[0].text in ("function", "coproc"):
            self._current.words = []
        elif self._current.words or word.text not in _RESERVED or word.open:
            self._current.words.append(word)

    def _aim(self, word: Word) -> None:
        sign, self._target = self._target, ""
        if sign == "<<<":
            self._current.fed = word.text
        elif sign == "<" or (sign == "<>" and not word.text.startswith("/dev/")):
            self._current.read.append(word)
        elif not (sign in (">&", "<&") and word.text.lstrip("-").isdigit()):
            self._current.written.append(word)

    def _close(self, join: str) -> None:
        """End the current command; an operator behind a closed bracket belongs to the last command inside it."""
        self._end_word()
        self._target = ""
        one = self._current
        if one.words or one.written or one.inside or one.read:
            one.join = join
            one.ends, one.begins = self._ends, self._begins
            self._ends = self._begins = 0
            self.commands.append(one)
        elif join and self.commands and self.commands[-1].join == "":
            self.commands[-1].join = join
        self._current = Simple()

    def _find(self, wanted: str, start: int) -> int:
        found = self._text.find(wanted, start)
        return len(self._text) if found < 0 else found
