"""Hides passwords by where they stand: options of commands, variables before them, headers, addresses of servers.

Such a password has no form of its own, so it is known by its place alone and nothing of it is shown. Every pattern is
bounded, so the time is linear in the text. A variable's name (`$TOKEN`) is no password and stays.
"""

import re

from state.policy.shown import SIGNS

MARK = "⟨password⟩"
"""What stands in a password's place."""
_VALUE = r"""("(?![$`⟨])[^"\n]{1,400}"?|'(?!⟨)[^'\n]{1,400}'?|(?![$`"'<{⟨-])[^\s"';&|<>⟨]{1,400})"""
_NAMES = r"(?:PASSWORD|PASSWD|PASSPHRASE|TOKEN|SECRET|API_?KEY|ACCESS_KEY|SECRET_KEY|PRIVATE_KEY)"
_EVERYWHERE = (
    re.compile(rf"(?<![A-Za-z0-9_])[A-Z0-9_]{{0,60}}(?:{_NAMES}|_PWD|_PASS)={_VALUE}"),
    re.compile(
        r"(?<!\S)--?(?:[a-z]{1,20}-){0,2}(?:password|passwd|passphrase|token|secret|api-?key|pass)"
        rf"(?:=|[ \t]{{1,3}}){_VALUE}"
    ),
    re.compile(
        r"""(?i)\bauthorization["']?[ \t]{0,3}[:=][ \t]{0,3}["']?(?:bearer|basic|token)[ \t]{1,3}"""
        r"""((?![$`<{⟨])[^\s"'⟨]{1,2000})"""
    ),
    re.compile(
        r"""(?i)\b(?:x-api-key|api-key|x-auth-token|private-token)[ \t]{0,3}:[ \t]{0,3}((?![$`<{⟨])[^\s"'⟨]{6,2000})"""
    ),
    re.compile(r"""\b[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/:@"'<>]{0,80}:((?![$`<{⟨])[^\s/@"'<>⟨]{1,200})@"""),
)
_ASSIGNED = re.compile(
    r"""(?i)(?<![a-z0-9])(?:[a-z0-9]{1,20}[_-]){0,4}"""
    r"""(?:password|passwd|passphrase|secret|token|api_?key|access_?key|secret_?key|private_?key)["']?"""
    r"""[ \t]{0,3}[:=][ \t]{0,3}["']?((?=[^\s"']{0,200}\d)[A-Za-z0-9+/_~!@#%^*-]{10,400}={0,2})(?![\w.(\[$`{<⟨])"""
)
"""A name and its long value with a digit in it, in any case: "password reset" and "token: required" stay."""
_OF_NAMES = ("passw", "passphrase", "secret", "token", "key")
_OF_MYSQL = re.compile(r"\b(?:mysql|mariadb)[a-z_-]{0,12}[ \t][^;|&\n]{1,400}")
_SHORT = re.compile(rf"(?<=\s)-p{_VALUE}")
_OF_SSHPASS = re.compile(rf"\bsshpass[ \t]{{1,3}}-p[ \t]{{0,3}}{_VALUE}")
_OF_CURL = re.compile(r"\bcurl[ \t][^\n]{1,2000}")
_USER = re.compile(
    r"""(?<=\s)(?:-u[ \t]{0,3}|--(?:proxy-)?user(?:=|[ \t]{1,3})|-U[ \t]{0,3})["']?"""
    r"""[^\s:"']{0,80}:((?![$`<{⟨])[^\s"'⟨]{1,200})"""
)


def hidden(text: str) -> str:
    """Give `text` with each password that is known by its place replaced by a mark."""
    if any(map(text.__contains__, SIGNS)) or ("://" in text and "@" in text):
        for pattern in _EVERYWHERE:
            text = pattern.sub(_marked, text)
    folded = text.casefold()
    if any(map(folded.__contains__, _OF_NAMES)):
        text = _ASSIGNED.sub(_marked, text)
    if "mysql" in text or "mariadb" in text:
        text = _OF_MYSQL.sub(lambda found: _SHORT.sub(_marked, found[0]), text)
    if "sshpass" in text:
        text = _OF_SSHPASS.sub(_marked, text)
    if "curl" in text:
        text = _OF_CURL.sub(lambda found: _USER.sub(_marked, found[0]), text)
    return text


def _marked(found: re.Match[str]) -> str:
    begin, end = found.start(1) - found.start(), found.end(1) - found.start()
    quote = found[1][0] if found[1][0] in "\"'" else ""
    return f"{found[0][:begin]}{quote}{MARK}{quote}{found[0][end:]}"
