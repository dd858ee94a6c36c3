"""What changed is shown line by line, bounded, and no secret is shown."""

from __future__ import annotations

import time
from difflib import unified_diff

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcreports.evidence.configuration.difference import MOST_SHOWN, WIDEST, difference
from mcreports.evidence.configuration.masking import MASK, masked

SECRETS = [
    "password: hunter2",
    "password: |\n  hunter2\n  more\nuser: bob",
    "passwords:\n- hunter2\n- other\nuser: bob",
    "- password: hunter\n    hunter2\n    more\n",
    'DB_PASSWORD="hunter2"',
    "export API_TOKEN=hunter2",
    "api_key = 'hunter2'",
    '{"a": 1, "clientSecret": "hunter2", "b": 2}',
    '{"password": {\n"old": "hunter2"\n}}',
    "secrets = [\n'a',\n'hunter2',\n]",
    'key = """\nhunter2\n"""\n',
    "password=hunter\\\nhunter2\n",
    "env:\n  - name: DB_PASSWORD\n    value: hunter2\n",
    "env:\n  - value: hunter2\n    name: DB_PASSWORD\n",
    '{"name":"DB_PASSWORD","value":"hunter2"}',
    "kind: Secret\ndata:\n  foo: hunter2\n",
    "stringData:\n  foo: hunter2\nkind: Secret\n",
    "<password>hunter2</password>",
    "run --token hunter2",
    "run --token=hunter2",
    'args: ["--password", "hunter2"]',
    "args:\n- --password\n- hunter2\n",
    'os.environ["SECRET"] = "hunter2"',
    "url: postgres://bob:hunter2@db/x",
    "header: Bearer hunter2",
    "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----",
    "tls:\n  cert: |\n    -----BEGIN RSA PRIVATE KEY-----\n    hunter2\n    -----END RSA PRIVATE KEY-----",
    "access-key: hunter2",
    "AWS_SECRET_ACCESS_KEY: hunter2",
    "pass: hunter2",
    "Authorization: Basic hunter2",
]


@pytest.mark.parametrize("text", SECRETS)
def test_a_secret_is_not_shown_and_its_change_is(text: str) -> None:
    assert "hunter2" not in "\n".join(masked(text))
    assert "hunter2" not in "\n".join(difference(text.replace("hunter2", "before"), text))
    shown = difference(text, text.replace("hunter2", "before"))
    assert [line[0] for line in shown if MASK in line and line[0] in "+-"] == ["-", "+"]


@pytest.mark.parametrize(
    "text", ["pass_rate: 0.95", "primary: egress-a", "author: bob", "user: bob\nsalty\ntier: 3", "bypass: true", ""]
)
def test_what_is_no_secret_is_shown_as_it_is(text: str) -> None:
    assert masked(text) == text.split("\n")


def test_what_stands_after_a_secret_is_shown_again() -> None:
    text = "db:\n  password: x\n  host: h\nlist:\n  - token: t\n    size: 3\n  - size: 4\n"
    assert [line for line in masked(text) if MASK in line] == ["  password: (masked)", "  - token: (masked)"]


@given(st.text(alphabet="ab:=\n\t {}[]\"'-\\", max_size=60))
def test_a_text_has_as_many_lines_without_its_secrets(text: str) -> None:
    assert len(masked(text)) == len(text.split("\n"))
    assert len(masked(text.replace("a", "password"))) == len(text.split("\n"))


lines = st.lists(st.sampled_from("abc"), max_size=12).map(lambda every: "".join(f"{line}\n" for line in every))


@settings(max_examples=60)
@given(lines, lines)
def test_the_lines_that_differ_are_those_of_a_unified_diff(before: str, after: str) -> None:
    wanted = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    own = [line for line in wanted if not line.startswith(("---", "+++", "@@"))]
    assert [line for line in difference(before, after) if not line.startswith("@@")] == own


def test_a_missing_newline_at_the_end_is_a_difference() -> None:
    assert difference("a\n", "a")[-1] == "+\\ no newline at the end"


def test_a_file_that_came_or_went_is_shown_whole() -> None:
    assert difference(None, "a\nb\n") == ("@@ -0,0 +1,2 @@", "+a", "+b")
    assert difference("a\n", None) == ("@@ -1,1 +0,0 @@", "-a")


def test_a_difference_is_bounded_in_lines_width_and_time() -> None:
    begun = time.monotonic()
    shown = difference("", "x" * 10_000 + "\n" + "y\n" * 500)
    assert len(shown) == MOST_SHOWN + 1
    assert max(map(len, shown)) <= WIDEST + 1
    assert shown[-1] == "@@ and 442 more lines @@"
    assert difference("a\n" * 5000, "b\n") == ("@@ too long to be compared line by line: 5,000 lines and 1 lines @@",)
    for hostile in (
        "a" * 10**6,
        "key" * 300_000,
        "\n".join(["keys"] * 1999),
        "value" * 10**5,
        "://" * 10**5,
        "a:" * 10**5,
    ):
        difference(hostile, hostile + "x")
    assert time.monotonic() - begun < 5
