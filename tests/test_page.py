"""The live page's server: what it answers, and above all to whom."""

import http.client
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from random import Random
from typing import NamedTuple
from urllib.parse import quote, urlencode

import pytest

from conftest import SOURCE, Knapper, WriteVault
from knapper.app.events import Event
from knapper.app.report import report
from knapper.app.trend import Recorder
from knapper.app.watch import Watch
from knapper.app.workspace import open_workspace
from knapper.page.server import LOOPBACK, Page, serving
from knapper.shell.readings import Readings
from knapper.shell.user_folders import state_folder
from test_report import EVIL
from test_report import Page as Read

FILES = {
    ".knapper.toml": 'ignore = ["frontmatter"]\n',
    "A.md": "[[Gone]] and [[B|]]\n",
    "Deep/B.md": "![[Gone]]\n",
    "Sound.md": "[[A]]\n",
}
OTHER = '[[replica]]\nname = "other"\npath = "../other"\nmode = "two-way"\n'


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    text: str


class Visitor:
    """A vault that is watched by hand, its page, and a browser of few words."""

    def __init__(self, root: Path, stack: ExitStack) -> None:
        self.root = root
        self.listeners: list[Callable[[Event], None]] = []
        self.watch = Watch(root, self.tell)
        recorder = Recorder(self.watch)
        self.listeners.append(recorder)
        self.watch.look(None)
        self.desk, self.page = stack.enter_context(serving(self.watch, 0))
        self.listeners.append(self.desk.take)
        self.cookie = ""

    def tell(self, event: Event) -> None:
        for listener in self.listeners:
            listener(event)

    def save(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.watch.look([str(path)])

    def get(self, target: str, method: str = "GET", **headers: str) -> Answer:
        """Ask for what stands behind the host; a header of "" is not sent."""
        sent = {"Host": f"127.0.0.1:{self.page.port}", "Cookie": self.cookie}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection(LOOPBACK, self.page.port, timeout=20)
        try:
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in sent.items():
                if value:
                    connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, found, answer.read().decode())
        finally:
            connection.close()

    def enter(self) -> Answer:
        """Open the address, and keep the cookie."""
        answer = self.get(self.page.address.partition(str(self.page.port))[2])
        self.cookie = answer.headers["set-cookie"].partition(";")[0]
        return answer


@pytest.fixture
def visit(vault: WriteVault) -> Iterator[Callable[..., Visitor]]:
    with ExitStack() as stack:
        yield lambda files=FILES: Visitor(vault(files), stack)


# -- to whom ---------------------------------------------------------------------------------


def test_the_token_is_given_once_and_then_kept_as_a_cookie(visit: Callable[..., Visitor]) -> None:
    here = visit()
    assert here.get("/").status == 403
    answer = here.enter()
    assert (answer.status, answer.headers["location"]) == (303, "/")
    flags = {flag.strip().lower() for flag in answer.headers["set-cookie"].split(";")[1:]}
    assert flags == {"httponly", "samesite=strict", "path=/"}
    token = here.page.address.partition("token=")[2]
    assert len(token) >= 40
    assert token not in here.cookie
    answer = here.get("/")
    assert (answer.status, token in answer.text) == (200, False)


WRONG = [
    "",
    "knapper-1=x",
    "knapper-{port}=",
    "knapper-{port}=x",
    "knapper-{port}={token}",
    "\x01;;",
]
TARGETS = ["/", "/pieces", "/rows?by=rule&key=broken-wikilink", "/events", "/page.css", "/missing",
           "/rules/broken-wikilink", "/nothing"]  # fmt: skip


@pytest.mark.parametrize("cookie", WRONG)
def test_without_the_token_nothing_is_answered(cookie: str, visit: Callable[..., Visitor]) -> None:
    here = visit()
    token = here.page.address.partition("token=")[2]
    here.cookie = cookie.format(port=here.page.port, token=token)
    for target in TARGETS:
        answer = here.get(target)
        assert answer.status == 403, target
        assert (
            answer.text
            == "this page needs its token; open the address that 'knapper status' shows\n"
        )
        assert "set-cookie" not in answer.headers
    for wrong in ("", "x", token[:-1], token + "x", "\udce9"):
        query = quote(wrong, errors="surrogateescape")
        assert here.get(f"/?token={query}").status == 403


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Host": "evil.example"}, id="another name (DNS rebinding)"),
        pytest.param({"Host": "evil.example:{port}"}, id="another name at our port"),
        pytest.param({"Host": "127.0.0.1"}, id="no port"),
        pytest.param({"Host": "127.0.0.1:1"}, id="another port"),
        pytest.param({"Host": "127.0.0.1:{port}.evil.example"}, id="a name that begins as ours"),
        pytest.param({"Host": ""}, id="no host"),
        pytest.param({"Origin": "http://evil.example"}, id="another site"),
        pytest.param({"Origin": "null"}, id="a sandboxed frame or a file"),
        pytest.param({"Origin": "https://127.0.0.1:{port}"}, id="another scheme"),
        pytest.param({"Origin": "http://localhost:{port}"}, id="our other name"),
        pytest.param({"Origin": "http://127.0.0.1:1"}, id="another server on this machine"),
        pytest.param({"Sec_Fetch_Site": "cross-site"}, id="a picture or script of another site"),
        pytest.param({"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "no-cors"},
                     id="a script of another server on this machine"),
        pytest.param({"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate",
                      "Sec_Fetch_Dest": "iframe"}, id="a frame in another site"),
    ],
)  # fmt: skip
def test_other_sites_are_refused_even_with_the_cookie(
    headers: dict[str, str], visit: Callable[..., Visitor]
) -> None:
    here = visit()
    here.enter()
    sent = {name: value.format(port=here.page.port) for name, value in headers.items()}
    for target in ("/", "/pieces", "/events", here.page.address.partition("/?")[2]):
        answer = here.get(target if target.startswith("/") else f"/?{target}", **sent)
        assert answer.status in (400, 403, 421)
        assert "Gone" not in answer.text
        assert "set-cookie" not in answer.headers


def test_our_own_requests_and_a_followed_link_are_answered(visit: Callable[..., Visitor]) -> None:
    here = visit()
    here.enter()
    own = f"127.0.0.1:{here.page.port}"
    for headers in (
        {"Origin": f"http://{own}", "Sec_Fetch_Site": "same-origin"},
        {"Host": f"localhost:{here.page.port}"},
        {"Sec_Fetch_Site": "none", "Sec_Fetch_Mode": "navigate"},
        {
            "Sec_Fetch_Site": "cross-site",
            "Sec_Fetch_Mode": "navigate",
            "Sec_Fetch_Dest": "document",
        },
    ):
        assert here.get("/", **headers).status == 200, headers


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "QUERY"]
)
def test_there_is_nothing_that_writes(method: str, visit: Callable[..., Visitor]) -> None:
    here = visit()
    here.enter()
    for target in TARGETS:
        assert here.get(target, method).status in (400, 405)


def test_every_answer_forbids_what_a_page_does_not_need(visit: Callable[..., Visitor]) -> None:
    here = visit()
    answers = [here.get("/"), here.enter(), here.get("/", "POST"), here.get("/", Host="x")]
    answers += [here.get(target) for target in TARGETS if target != "/events"]
    for answer in answers:
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "access-control-allow-origin" not in answer.headers
        assert "server" not in answer.headers


def test_only_this_machine_is_listened_to(visit: Callable[..., Visitor]) -> None:
    here = visit()
    with suppress(OSError):
        own = socket.gethostbyname(socket.gethostname())
        if not own.startswith("127."):
            with (
                pytest.raises(OSError, match="refused"),
                socket.create_connection((own, here.page.port), timeout=5),
            ):
                pass
    assert LOOPBACK == "127.0.0.1"
    assert here.page._socket.getsockname()[0] == LOOPBACK


@pytest.mark.parametrize("value", ["0.0.0.0:80", "0.0.0.0", "65536", "x", "::"])
def test_no_other_place_can_be_asked_for(value: str, vault: WriteVault, knapper: Knapper) -> None:
    ran = knapper(vault(FILES), "watch", f"--http={value}")
    assert ran.status == 2
    assert "invalid value for '--http'" in ran.err


# -- what ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        "/rules/../../etc/passwd", "/rules/..%2f..%2fetc%2fpasswd", "/rules/%2e%2e/x",
        "/rules/links%2Fbroken-wikilink", "/rules/broken-wikilink.md", "/rules/", "/rules/%00",
        "/rows?by=rule&key=../../etc/passwd", "/rows?by=folder&key=..", "/rows", "/../page.css",
        "/assets/page.css", "//page.css", "/%2e%2e/page.py", "/.knapper.toml", "/A.md",
    ],
)  # fmt: skip
def test_no_path_leads_anywhere_else(target: str, visit: Callable[..., Visitor]) -> None:
    here = visit()
    here.enter()
    answer = here.get(target)
    assert answer.status in (307, 404)
    assert "root:" not in answer.text
    assert answer.headers.get("location", "/rules").endswith("/rules")


def test_names_of_notes_and_words_asked_for_are_only_shown(visit: Callable[..., Visitor]) -> None:
    name = EVIL.replace("/", "-")
    here = visit({f"{name}/new\nline.md": "[[<script>alert(1)</script>]]\n"})
    here.enter()
    query = urlencode({"by": "folder", "q": '"><script>x</script>', "severity": "<b>"})
    pages = [here.get("/").text, here.get(f"/?{query}").text]
    pieces = json.loads(here.get("/pieces?by=folder").text)["pieces"]
    source = next(one for one in Read(pieces["groups"]).all("data-src"))
    pages += [here.get(source).text, *pieces.values()]
    assert "alert(1)" in pages[2]
    for text in pages:
        page = Read(text)
        assert not [tag for tag, _ in page.elements if tag == "img"]
        assert all(held.get("src") == "/page.js" for tag, held in page.elements if tag == "script")
        assert not page.open
    opened = Read(pages[2]).all("href")
    assert f"obsidian://open?vault=vault&file={quote(name, safe='')}%2Fnew%0Aline.md" in opened


def test_the_page_has_what_is_found_and_fetches_the_rest(visit: Callable[..., Visitor]) -> None:
    here = visit()
    here.enter()
    page = Read(here.get("/").text)
    assert "3 findings in 2 of 3 notes" in page.texts
    assert all(
        one.startswith(("/", "obsidian:", "#")) for one in page.all("href") + page.all("src")
    )
    assert not page.all("style")
    (wiki,) = [one for one in page.all("data-src") if "key=broken-wikilink" in one]
    rows = Read(here.get(wiki).text)
    assert "no note is called 'Gone'" in rows.texts
    assert "/missing" in page.all("data-src")
    assert "Deep/" in Read(here.get("/missing").text).texts
    assert "/rules/broken-wikilink" in page.all("href")
    rule = Read(here.get("/rules/broken-wikilink").text)
    assert "A wikilink should lead to a note or file that exists." in rule.texts
    assert "/rules/title-form" in rule.all("href")
    assert "Reported" in rule.texts
    for name, kind in (("page.css", "text/css"), ("page.js", "text/javascript"),
                       ("icon.svg", "image/svg+xml")):  # fmt: skip
        assert here.get(f"/{name}").headers["content-type"].startswith(kind)


def test_a_filter_narrows_groups_and_rows(visit: Callable[..., Visitor]) -> None:
    here = visit()
    here.enter()
    found = json.loads(here.get("/pieces?q=deep&severity=error,warning").text)["pieces"]
    groups = Read(found["groups"])
    assert groups.all("data-key") == ["broken-embed"]
    assert "1 of 3 findings shown" in Read(found["shown-line"]).texts
    assert "Deep/" in Read(here.get(groups.all("data-src")[0]).text).texts
    nothing = json.loads(here.get("/pieces?q=zzz").text)["pieces"]
    assert "Nothing that is found fits." in Read(nothing["groups"]).texts


def test_many_rows_are_fetched_in_parts(visit: Callable[..., Visitor]) -> None:
    here = visit({"A.md": "".join(f"[[none {number}]]\n" for number in range(450))})
    here.enter()
    first = here.get("/rows?by=rule&key=broken-wikilink").text
    sources = Read(first).all("data-src")
    assert (first.count("no note is called"), len(sources)) == (200, 2)
    assert [here.get(one).text.count("no note is called") for one in sources] == [200, 50]


def test_replicas_conflicts_and_runs_are_shown(
    vault: WriteVault, visit: Callable[..., Visitor]
) -> None:
    files = {**FILES, ".knapper.toml": FILES[".knapper.toml"] + OTHER,
             "A (conflict 2026-11-23 host).md": "x\n"}  # fmt: skip
    here = visit(files)
    here.enter()
    texts = Read(json.loads(here.get("/pieces").text)["pieces"]["sync"]).texts
    assert {"other", "never synced", "1 conflict", "A (conflict 2026-11-23 host).md"} <= set(texts)
    here.watch.act()
    here.watch._sync()
    texts = Read(json.loads(here.get("/pieces").text)["pieces"]["sync"]).texts
    assert any(text.startswith("last synced") for text in texts)


# -- as it happens ---------------------------------------------------------------------------


class Stream:
    """The events of a page, read line by line."""

    def __init__(self, here: Visitor) -> None:
        self.connection = http.client.HTTPConnection(LOOPBACK, here.page.port, timeout=20)
        self.connection.request("GET", "/events", headers={"Cookie": here.cookie})
        self.answer = self.connection.getresponse()

    def close(self) -> None:
        self.answer.close()
        self.connection.close()

    def next(self) -> str:
        """Return the next event that says something."""
        said: list[str] = []
        while line := self.answer.readline().decode():
            if line == "\n" and said and not said[0].startswith(":"):
                return " ".join(said)
            said = [] if line == "\n" else [*said, line.strip()]
        return "over"


def test_changes_are_told_as_they_happen(visit: Callable[..., Visitor]) -> None:
    here = visit()
    here.enter()
    stream = Stream(here)
    assert stream.answer.getheader("content-type", "").startswith("text/event-stream")
    first = stream.next()
    here.save("Sound.md", "[[neither]]\n")
    assert stream.next() != first
    found = json.loads(here.get("/pieces").text)
    assert found["title"] == "vault: 4 findings in 3 of 3 notes"
    here.save("Sound.md", "[[A]]\n")
    stream.next()
    assert json.loads(here.get("/pieces").text)["title"] == "vault: 3 findings in 2 of 3 notes"
    here.page.stop()
    assert stream.next() == "event: ended data:"
    stream.close()


WORDS = ("[[A]]", "[[none]]", "![[gone.png]]", "[[A#Head]]", "# Head", "text", "[[x|]]", "[[B]]")
NAMES = ("A.md", "B.md", "f/C.md", "f/g/D.md", "pic?.png", "x.canvas")


@pytest.mark.parametrize("seed", range(12))
def test_the_page_shows_what_a_fresh_run_finds(seed: int, visit: Callable[..., Visitor]) -> None:
    chance = Random(seed)
    here = visit({"A.md": "# Head\n"})
    for _ in range(chance.randint(3, 20)):
        name = chance.choice(NAMES)
        path = here.root / name
        if chance.random() < 0.2 and path.exists():
            path.unlink()
            here.watch.look([str(path)])
        else:
            here.save(name, "\n".join(chance.choices(WORDS, k=chance.randint(0, 5))) + "\n")
    here.watch.look(None)
    found = report(open_workspace(here.root, root=here.root), 0).health
    shown = here.desk.now().health
    assert (shown.rows, shown.notes) == (found.rows, found.notes)
    last = Readings(state_folder(here.root)).all()[-1]
    assert (last.counts, last.rules) == (found.counts, found.rules)


def test_a_finding_that_moved_to_another_line_is_shown_there(
    visit: Callable[..., Visitor],
) -> None:
    here = visit({"A.md": "one two [[none]]\n"})
    here.save("A.md", "one\ntwo [[none]]\n")  # nothing else is found, at no other offset
    assert [(row.line, row.column) for row in here.desk.now().health.rows] == [(2, 5)]


def test_a_problem_is_shown_as_long_as_it_lasts(visit: Callable[..., Visitor]) -> None:
    here = visit()
    here.enter()
    config = here.root / ".knapper.toml"

    def problem() -> str:
        return str(json.loads(here.get("/pieces").text)["pieces"]["problem"])

    config.write_text("ignore = [")
    here.watch.look([str(config)])
    assert "the last good configuration holds" in problem()
    here.save("New.md", "[[no]]\n")
    assert "the last good configuration holds" in problem()
    config.write_text('ignore = ["links"]\n')
    here.watch.look([str(config)])
    assert problem() == ""


def test_the_page_ends_with_its_watcher(visit: Callable[..., Visitor]) -> None:
    here = visit()
    here.enter()
    streams = [Stream(here) for _ in range(3)]
    here.page.stop()
    assert not [one for one in threading.enumerate() if one.name == "page"]
    with pytest.raises(OSError, match="refused"):
        here.get("/")
    for stream in streams:
        stream.close()


def test_who_asks_for_nothing_is_shown_the_door(
    visit: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knapper.page.connection._PATIENCE", 0.1)
    here = visit()
    head = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{here.page.port}\r\n".encode()
    refused = head + b"\r\n"
    here.enter()
    asked = head + f"Cookie: {here.cookie}\r\n\r\n".encode()
    stream = Stream(here)
    first = stream.next()
    for sent in (b"", b"G", head, refused, asked, asked + head):
        with socket.create_connection((LOOPBACK, here.page.port), timeout=20) as idle:
            idle.sendall(sent)
            with idle.makefile("rb") as answers:  # to its end
                assert answers.read().count(b"HTTP/1.1 ") == sent.count(b"\r\n\r\n"), sent
    here.save("New.md", "[[no]]\n")  # a stream of events may be silent for as long as it likes
    assert stream.next() != first
    stream.close()


def test_a_taken_port_is_said_in_one_line(vault: WriteVault, knapper: Knapper) -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = knapper(vault(FILES), "watch", f"--http={port}")
    assert ran.status == 2
    assert (
        f"error: the page cannot listen at port {port}: address already in use; give another"
        in (ran.err)
    )
    assert "Traceback" not in ran.err


def test_a_missing_extra_is_said_in_one_line(
    vault: WriteVault, knapper: Knapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knapper.cli.watch.find_spec", lambda _: None)
    ran = knapper(vault(FILES), "watch", "--http")
    assert (ran.status, ran.err) == (
        2, "error: --http needs two more libraries: pip install 'knapper[http]'\n"
    )  # fmt: skip


def test_once_serves_no_page(vault: WriteVault, knapper: Knapper) -> None:
    ran = knapper(vault(FILES), "watch", "--http", "--once")
    assert ran.status == 2
    assert "--once ends it" in ran.err


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_the_program_keeps_its_token_to_itself(vault: WriteVault, knapper: Knapper) -> None:
    root = vault(FILES)
    process = subprocess.Popen(
        [sys.executable, "-m", "knapper", "watch", "--http=0", "--output-format", "json"],
        cwd=root, env={**os.environ, "PYTHONPATH": str(SOURCE)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        said = [next(process.stdout)]
        while '"ready"' not in said[-1]:
            said.append(next(process.stdout))
        status = json.loads(knapper(root, "status", "--json").out)
        address = status["watcher"]["page"]
        token = address.partition("token=")[2]
        assert f"page: {address}" in knapper(root, "status").out
        page = state_folder(root) / "page.json"
        assert stat.S_IMODE(page.stat().st_mode) == 0o600
        port = int(address.split(":")[2].partition("/")[0])
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=20)
        connection.request("GET", f"/?token={token}")
        assert connection.getresponse().status == 303
        connection.close()
        process.send_signal(signal.SIGTERM)
        rest, errors = process.communicate(timeout=60)
        assert process.returncode == 0
        everything = "".join((*said, rest, errors))
        everything += (state_folder(root) / "watch.log").read_text()
        assert f"http://127.0.0.1:{port}/" in everything
        assert token not in everything
        assert not page.exists()
    finally:
        process.kill()
        process.wait()


def test_nothing_of_the_page_is_imported_where_none_is_served() -> None:
    program = (
        "import sys; sys.argv = ['knapper', 'watch', '--help']\n"
        "from knapper.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "held = {'starlette', 'uvicorn', 'anyio', 'asyncio', 'mistune'} & set(sys.modules)\n"
        "assert not held, held\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True,
                   env={**os.environ, "PYTHONPATH": str(SOURCE)})  # fmt: skip


def test_two_pages_have_tokens_and_cookies_of_their_own(visit: Callable[..., Visitor]) -> None:
    here = visit()
    with serving(here.watch, 0) as (_, other):
        assert isinstance(other, Page)
        assert other.address.partition("token=")[2] != here.page.address.partition("token=")[2]
        here.enter()
        there = Visitor.__new__(Visitor)
        there.page, there.cookie = other, here.cookie
        assert there.get("/").status == 403
