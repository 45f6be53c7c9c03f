"""Code of other languages on a shell line or in a script: read for what certainly acts, as lines of a shell.

Nobody parses these languages here. A call that starts programs, removes or writes files or sends something is written
as the shell line that would do the same, where its argument stands there as text; where it does not, the code is
`opaque`. Everything is bounded, so the time is linear in the text.
"""

import re
from collections.abc import Iterator, Sequence

_TELLS = {
    "python": "-c",
    "pypy": "-c",
    "node": "-e --eval -p --print -pe",
    "bun": "-e --eval -p --print",
    "deno": "eval",
    "ruby": "-e",
    "perl": "-e -E",
    "php": "-r",
    "osascript": "-e",
    "lua": "-e",
    "Rscript": "-e",
    "expect": "-c",
    "R": "-e",
    "julia": "-e -E",
    "elixir": "-e --eval",
    "groovy": "-e",
    "guile": "-c",
    "swift": "-e",
    "tclsh": "-",
    "jshell": "-",
}
UNREAD = frozenset({"expect", "julia", "elixir", "groovy", "guile", "swift", "tclsh", "jshell"})
"""Languages of which nothing is read here: what they are told on a line is always opaque."""
_TEXT = r"""[rbfu]{0,2}(?:'((?:[^'\\\n]|\\.){0,400})'|"((?:[^"\\\n]|\\.){0,400})"|`([^`\\$]{0,400})`)"""
_ONE = re.compile(_TEXT)
_RUNS = re.compile(
    r"(?:\bos\.(?:system|popen|exec\w{1,3}|spawn\w{1,3})|\bsubprocess\.\w{1,20}|(?<![\w.])(?:Popen|check_output|check_call"
    r"|system|popen|shell_exec|passthru|proc_open|spawn|spawnSync|execSync|execFile|execFileSync|execvp|qx)"
    r"|child_process['\"]\)\.\w{1,20}|\bcp\.(?:exec|spawn)\w{0,8}|os\.execute|io\.popen|IO\.popen|Kernel\.\w{1,9}"
    r"|(?<![\w.])exec(?=[ \t]{1,9}['\"])|%x(?=[(\[{])"
    r"|Deno\.(?:run|Command)|Bun\.spawn\w{0,4}|pty\.spawn|do shell script)[ \t]{0,3}\(?[ \t\n]{0,40}"
)
_LIST = re.compile(rf"\[[ \t\n]{{0,40}}((?:{_TEXT}[ \t\n]{{0,40}}(?:,[ \t\n]{{0,40}})?){{1,40}})[,\]]")
_ARGUMENTS = re.compile(rf",[ \t]{{0,9}}\[[ \t]{{0,9}}((?:{_TEXT}[ \t]{{0,9}}(?:,[ \t]{{0,9}})?){{0,40}})\]")
_REMOVES = re.compile(
    r"\b(rmtree|rmSync|rmdirSync|rm_rf|rm_r|remove_entry|remove_dir_all|removeSync|unlinkSync|unlink|(?:os|fs)\.(?:remove|rm"
    r"|rmdir|unlink|removedirs)|Deno\.remove|File\.delete)[ \t]{0,3}\(?[ \t]{0,9}"
)
_OPENS = re.compile(
    rf"(\bopen|\bPath|\bFile\.(?:open|read|write)|\bread_text)[ \t]{{0,3}}\([ \t]{{0,9}}{_TEXT}(.{{0,60}})"
)
_WRITES = re.compile(
    r"\b(?:writeFileSync|writeFile|appendFileSync|appendFile|createWriteStream|file_put_contents|writeTextFile(?:Sync)?"
    r"|File\.write|Bun\.write)[ \t]{0,3}\([ \t]{0,9}"
)
_READS = re.compile(
    r"\b(?:readFileSync|readFile|file_get_contents|readTextFile(?:Sync)?|File\.read)[ \t]{0,3}\([ \t]{0,9}"
)
_MOVES = re.compile(
    rf"\b(?:os\.rename|os\.replace|os\.symlink|os\.link|symlinkSync|linkSync|shutil\.(?:move|copy\w{{0,4}}|copytree)|renameSync|copyFileSync)\(\s{{0,9}}{_TEXT}\s{{0,9}},\s{{0,9}}{_TEXT}"
)
_SENDS = re.compile(
    r"\b(?:requests|httpx|axios|session|client|urllib3)\.(?:post|put|patch|delete)\s{0,3}\(|\burlopen\([^)\n]{0,200}data="
    r"|\bfetch\([^;]{0,200}method['\"]?\s{0,3}:\s{0,3}['\"](?:POST|PUT|PATCH|DELETE)|\bsmtplib\b|\bsocket\.(?:socket|create_connection)|\bnet\.connect"
)
_HIDES = re.compile(
    r"(?<![\w.])(?:exec|eval)\s{0,3}(?:\(|<|gets\b)(?!\s{0,3}[\"'][^\"'\n]{0,200}[\"']\s{0,3}\))|\b(?:__import__|ctypes|marshal\.loads|pickle\.loads|Function)\("
    r"|\bopen\s{0,3}\(?[^()'\";]{0,40},\s{0,3}['\"][^'\"]{0,200}(?:\||-\|)|%x[(\[{]|\bvm\.run|\bgetattr\(\s{0,3}os\b|\bimportlib\.import_module\(\s{0,3}(?![\"'])|\b(?:pty\.spawn|os\.fork|os\.kill|process\.kill)\("
)
_WRITING = re.compile(
    r"""^,\s{0,9}(?:mode\s{0,3}=\s{0,3})?['"][rb+]{0,2}[wax+]|^\)\s{0,3}\.(?:write|unlink|rmdir|touch|rename)"""
)
_FULLEST = 40
LONGEST = 20_000


_ALIAS = re.compile(
    r"\bimport\s{1,9}(os|subprocess|shutil|pty)\s{1,9}as\s{1,9}(\w{1,40})"
    r"|\bfrom\s{1,9}(os|subprocess|shutil|pty)\s{1,9}import\s{1,9}([\w ,]{1,400})"
)


def _spelled_out(code: str) -> str:
    """Give Python's code with the names that its imports give to modules and functions replaced by their own."""
    for found in _ALIAS.finditer(code[:LONGEST]):
        pairs = [(found[2], f"{found[1]}.")] if found[1] else []
        for name in (found[4] or "").split(","):
            own, _, alias = name.strip().partition(" as ")
            pairs.append((alias.strip() or own, f"{found[3]}.{own}"))
        for name, own in pairs:
            tail = r"\." if own.endswith(".") else r"(?=\s{0,3}\()"
            if name.isidentifier():
                code = re.sub(rf"(?<![\w.]){name}{tail}", own, code)
    return code


def code_of(name: str, words: Sequence[str], fed: str | None) -> str | None:
    """Give the code that an interpreter is told in words or on its input, None where there is none."""
    tells = _TELLS.get(name) or _TELLS.get(name.rstrip("0123456789."))
    if tells is None:
        return None
    options = tells.split()
    for at, word in enumerate(words[1:], 1):
        if word in options or (word[:1] == "-" and word[1:2] != "-" and f"-{word[-1]}" in options):
            return _spelled_out(" ".join(words[at + 1 : at + 2]))
        if not word.startswith("-"):
            return None
        if word == "-m":
            return None
    return fed and _spelled_out(fed)


def hidden(code: str) -> bool:
    """Say whether code acts in a way that only running it would show."""
    if code.strip().startswith(("$", "`")) or _HIDES.search(code):
        return True
    return any(not _told(code, found.end()) for found in _RUNS.finditer(code))


def lines_in(code: str) -> Iterator[str]:
    """Give the shell lines that do what code certainly does."""
    for count, line in enumerate(_lines(_spelled_out(code))):
        if count == _FULLEST:
            return
        yield line


def _lines(code: str) -> Iterator[str]:
    for found in _RUNS.finditer(code):
        yield from filter(None, (_told(code, found.end()),))
    for found in _REMOVES.finditer(code):
        if path := _literal(code, found.end()):
            deep = (
                found[1].startswith(("rm", "remove_", "removeS"))
                or "recursive" in code[found.end() : found.end() + 400]
            )
            yield f"rm {'-rf ' if deep else ''}{_quoted(path)}"
        elif found[1] in ("rmtree", "rm_rf", "remove_dir_all"):
            yield f'rm -rf "${_name(code, found.end())}"'
    for found in _OPENS.finditer(code):
        path = next((part for part in found.groups()[1:4] if part is not None), "")
        written = found[1] == "File.write" or _WRITING.match(found[5])
        yield f"echo > {_quoted(path)}" if written else f"cat {_quoted(path)}"
    for pattern, line in ((_WRITES, "echo > "), (_READS, "cat ")):
        for found in pattern.finditer(code):
            if path := _literal(code, found.end()):
                yield line + _quoted(path)
    for found in _MOVES.finditer(code):
        first, second = (next((part for part in found.groups()[at : at + 3] if part is not None), "") for at in (0, 3))
        verb = "ln -s" if "link" in found[0] else "cp" if "cop" in found[0] else "mv"
        yield f"{verb} {_quoted(first)} {_quoted(second)}"
    if _SENDS.search(code):
        yield "curl -X POST https://code.invalid"


def _told(code: str, at: int) -> str:
    """Give the line that a call is told: one text, or a list of them; "" where it is neither."""
    if found := _LIST.match(code, at):
        return " ".join(_quoted(_text(one)) for one in _ONE.finditer(found[1]))
    if found := _ONE.match(code, at):
        line = _text(found)
        rest = _ARGUMENTS.match(code, found.end())
        return " ".join((line, *(_quoted(_text(one)) for one in _ONE.finditer(rest[1])))) if rest else line
    return ""


def _name(code: str, at: int) -> str:
    """Give the name of the variable that stands in a call, for who knows variables of scratch directories by it."""
    found = re.compile(r"\w{1,40}").match(code, at)
    return found[0] if found else "X"


def _literal(code: str, at: int) -> str:
    found = _ONE.match(code, at)
    return _text(found) if found else ""


def _text(found: re.Match[str]) -> str:
    text = next((part for part in found.groups()[:3] if part is not None), "")
    return text.replace('\\"', '"').replace("\\'", "'").replace("\\n", "\n").replace("\\\\", "\\")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
