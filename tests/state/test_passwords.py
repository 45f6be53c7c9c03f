"""Passwords on command lines: hidden by where they stand, and nothing else is touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.findings.lines import masked
from state.findings.passwords import MARK

WORD = "hunt" + "er2bob"
SCHEME = "ftp" + "s"


@pytest.mark.parametrize(
    "line",
    [
        "mysql -u root -p{} shop",
        "mysqldump --password={} shop",
        "mysql --password='{}' shop",
        "mariadb -p'{}' -e 'select 1'",
        "curl -u bob:{} https://pay.invalid",
        "curl -s 'https://pay.invalid/?a=1&b=2' --user bob:{}",
        "curl -ubob:{} https://pay.invalid",
        'curl -H "Authorization: Bearer {}" https://pay.invalid',
        "curl -H 'authorization: Basic {}' https://pay.invalid",
        "curl -H 'X-Api-Key: {}' https://pay.invalid",
        "PGPASSWORD={} psql -h db",
        "cd x && GITLAB_TOKEN='{}' make",
        "export APP_SECRET={}; make",
        'MY_PASSWORD="{}" ./run',
        "MYSQL_PWD={} mysqladmin ping",
        "git clone svn+ssh://bob:{}@code.invalid/x.git",
        "redis-cli -u redis://:{}@cache.invalid",
        f"lftp {SCHEME}://bob:{{}}@host.invalid",
        "docker login --username bob --password {}",
        "gh auth login --token {}",
        "sshpass -p {} ssh bob@host",
    ],
)
def test_a_password_is_hidden_and_the_rest_of_its_line_stays(line: str) -> None:
    assert masked(line.format(WORD)) == line.format(MARK)


@pytest.mark.parametrize(
    "line",
    [
        "mkdir -p a/b && ls",
        "pytest -p no:cacheprovider -q",
        "docker run -u 1000:1000 -p 8080:80 image",
        "mysql -u root -p shop",
        "mysql -e 'select 1' | ssh -p2222 host",
        "curl -sS https://api.invalid/v1?x=1 -o out.json",
        "curl -u bob https://api.invalid",
        'curl -H "Authorization: Bearer $TOKEN" https://api.invalid',
        "PGPASSWORD=$PASS psql",
        'GH_TOKEN="$(gh auth token)" make',
        "docker login --password-stdin",
        "ssh git@github.com:owner/x.git",
        "git clone ssh://git@code.invalid:22/x.git",
        "npm install @scope/x@1.2.3 --registry https://registry.invalid:8080/",
        "the max-token and secret options of it: --token-count 3",
        "MAX_TOKENS=4000 python run.py",
        "MONKEY=3 make",
        "PATH=/usr/bin:$PATH make test",
    ],
)
def test_ordinary_commands_stay_as_they_are(line: str) -> None:
    assert masked(line) == line


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("password=", "hunter2" + "hunter2"),
        ("the password: ", "hunter2" + "hunter2"),
        ("token: ", "0a1b2c3d" * 8),
        ("aws_secret_access_key = ", "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYzz99kEYabc"),
        ("db_password = '", "hunter2" + "hunter2"),
        ("the key ", "sk_live_" + "abcdefgh" * 3),
    ],
)
def test_a_secret_in_prose_or_in_a_file_of_settings_is_hidden(name: str, word: str) -> None:
    once = masked(f"It uses {name}{word} there")
    assert word not in once and once.startswith(f"It uses {name}") and masked(once) == once


@pytest.mark.parametrize(
    "line",
    [
        *("The password reset works in 2 steps", "password: required", "token = get_token_2()", "max_tokens=4000"),
        *("token: str | None", "The token: it expires after 3600 seconds", "secret = self.secret1_of_all", "keys = 12"),
        *("password=$PASSWORD", "password = config2.password_of", "Secrets: none", "tokens: 1234567890"),
    ],
)
def test_prose_and_code_that_speak_of_secrets_stay(line: str) -> None:
    assert masked(line) == line


@given(st.text(alphabet="ab -_:/@='\"$.\npPASSWORDTKEN", max_size=200))
def test_what_was_hidden_once_stays_as_it_is(text: str) -> None:
    once = masked(f"curl mysql {text}")
    assert masked(once) == once


@pytest.mark.parametrize(
    "piece",
    ["A_TOKEN", "curl -u ", "a://", "a://b:c", "--a-", "mysql -p ", "Authorization: ", "a_token=", "password:a1"],
)
def test_long_lines_of_one_piece_are_read_in_linear_time(piece: str) -> None:
    assert masked(piece * 20_000)[:1] == piece[:1]
