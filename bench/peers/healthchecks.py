"""healthchecks as a peer of the centre: it takes pings, and tells when one stays away.

Two deployments: the one that its image for Docker starts (uWSGI with 4 processes and SQLite, by its own
``docker/uwsgi.ini``, with `sendalerts` and `sendreports` beside it), and a tuned one (gunicorn with 3
workers, PostgreSQL whose connections are kept for 60 s, nothing beside it). psycopg comes with its C part,
as in the image. What favours it: it has no TLS to do, as it leaves that to a proxy; its pings have no body,
and so it has nothing to check or to read in them.
"""

import http.client
import json
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.peers.fetched import Fetched, Release, done, fetched
from sqlalchemy import make_url

from notanker_lab.errors import LabError
from notanker_lab.ports import free_port

_SERVERS: Final = ("uwsgi==2.0.31", "gunicorn==27.0.1")
_REPOSITORY: Final = "https://github.com/healthchecks/healthchecks"
RELEASES: Final = {
    (3, 12): Release(
        "healthchecks",
        "v4.3",
        "099f9c38a581df1863d9cb4e9266423cc7d33f18",
        _REPOSITORY,
        (*_SERVERS, "psycopg[binary]==3.3.4"),
    ),
    (3, 10): Release(
        "healthchecks",
        "v3.13",
        "39d8ccafdd5aa02ed734dc2fadf3a962f9a7b770",
        _REPOSITORY,
        (*_SERVERS, "psycopg[binary]==3.2.13"),
    ),
}
"""By the oldest Python that each runs on; the second is the last one that runs on Debian 12's."""

_STEP_S: Final = 120.0
_START_S: Final = 60.0
_END_S: Final = 20.0

_FILL: Final = """
import django, json, sys
django.setup()
from django.contrib.auth.models import User
from hc.accounts.models import Profile, Project
from hc.api.models import Check
user = User(username="bench", email="bench@site.example")
user.set_unusable_password()
user.save()
Profile.objects.for_user(user)
project = Project.objects.create(owner=user, badge_key="bench")
checks = [Check(project=project, name=f"site-{n:06d}") for n in range(int(sys.argv[1]))]
Check.objects.bulk_create(checks)
print(json.dumps([f"/ping/{check.code}" for check in checks]))
"""
_COUNT: Final = """
import django
django.setup()
from hc.api.models import Ping
print(Ping.objects.count())
"""


@dataclass(frozen=True, slots=True)
class Deployment:
    """One way to run it.

    Attributes:
        name: For the table.
        database: "sqlite" or "postgresql".
        command: Gives its command line for a port, and a folder to write in.
    """

    name: str
    database: str
    command: Callable[[Fetched, int, Path], list[str]]


def _uwsgi(release: Fetched, port: int, folder: Path) -> list[str]:
    """Take its own settings; only the port and the folder are the bench's."""
    text = (release.source / "docker" / "uwsgi.ini").read_text("utf-8")
    ours = {
        "http-socket = :8000": f"http-socket = 127.0.0.1:{port}",
        "chdir = /opt/healthchecks": f"chdir = {release.source}",
    }
    for old, new in ours.items():
        if old not in text:
            raise LabError(f"docker/uwsgi.ini of healthchecks {release.tag} has no {old!r}.")
        text = text.replace(old, new)
    settings = folder / "uwsgi.ini"
    settings.write_text(text, "utf-8")
    return [str(release.programs / "uwsgi"), str(settings)]


def _gunicorn(release: Fetched, port: int, _folder: Path) -> list[str]:
    where = ["--bind", f"127.0.0.1:{port}", "--chdir", str(release.source)]
    return [str(release.programs / "gunicorn"), "-w3", *where, "hc.wsgi:application"]


DEFAULT: Final = Deployment("uWSGI 4x1", "sqlite", _uwsgi)
TUNED: Final = Deployment("gunicorn -w3", "postgresql", _gunicorn)


@dataclass(frozen=True, slots=True)
class Healthchecks:
    """One that runs.

    Attributes:
        release: Which one.
        port: On loopback, by plain HTTP.
        paths: Where to post pings, one for each check; each has a secret of its own.
        process: The first of its processes, and the leader of their session.
    """

    release: Fetched
    port: int
    paths: list[str]
    process: subprocess.Popen[bytes]
    _environment: Mapping[str, str]

    def stored(self) -> int:
        """Count the pings in its database."""
        return int(_python(self.release, self._environment, _COUNT))


@contextmanager
def running(deployment: Deployment, url: str, folder: Path, checks: int) -> Iterator[Healthchecks]:
    """Run it with so many checks.

    Args:
        deployment: Which way.
        url: Of an empty database, as SQLAlchemy has it.
        folder: For all that it writes.
        checks: How many.

    Raises:
        LabError: it cannot be had, or does not start.
    """
    release, port = fetched(RELEASES), free_port()
    environment = _environment(release, port, url, folder)
    manage = [release.python, str(release.source / "manage.py")]
    done([*manage, "migrate", "--verbosity=0"], _STEP_S, env=environment, cwd=folder)
    # uWSGI looks among these files first, as it does in the image.
    collect = ["collectstatic", "--noinput", "--verbosity=0"]
    done([*manage, *collect], _STEP_S, env=environment, cwd=folder)
    paths = json.loads(_python(release, environment, _FILL, str(checks)))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            deployment.command(release, port, folder), cwd=folder, env=environment,
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        _await(process, port, folder / "log")
        yield Healthchecks(release, port, paths, process, environment)
    finally:
        _end(process)


def _environment(release: Fetched, port: int, url: str, folder: Path) -> dict[str, str]:
    database = make_url(url)
    here: dict[str, Any] = {"DB_NAME": database.database}
    if database.get_backend_name() == "postgresql":
        here |= {"DB": "postgres", "DB_HOST": database.host, "DB_PORT": database.port}
        here |= {"DB_USER": database.username, "DB_CONN_MAX_AGE": 60}
    return {
        "PATH": f"{release.programs}:{os.environ['PATH']}",  # uWSGI runs its manage.py
        "HOME": str(folder),
        "PYTHONPATH": str(release.source),
        "DJANGO_SETTINGS_MODULE": "hc.settings",
        "DEBUG": "False",
        "USE_GZIP_MIDDLEWARE": "True",
        "SECRET_KEY": secrets.token_urlsafe(32),
        "SITE_ROOT": f"http://127.0.0.1:{port}",
        **{name: str(value) for name, value in here.items()},
    }


def _python(release: Fetched, environment: Mapping[str, str], program: str, *words: str) -> str:
    line = [release.python, "-c", program, *words]
    return done(line, _STEP_S, env=environment, cwd=release.source).splitlines()[-1]


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and process.poll() is None:
        if _answers(port):
            return
        time.sleep(0.2)
    raise LabError(
        f"healthchecks does not answer: {log.read_text('utf-8', errors='replace')[-1_000:]}"
    )


def _answers(port: int) -> bool:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=5.0)
    try:
        link.request("GET", "/api/v3/status/")
        return link.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        link.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it: politely, and then whatever of it is left; uWSGI gives each program beside it a session."""
    groups = [process.pid, *_groups_below(process.pid)]
    with suppress(ProcessLookupError, subprocess.TimeoutExpired):
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(_END_S)
    for group in groups:
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
    process.wait(_END_S)


def _groups_below(pid: int) -> list[int]:
    """List the process groups that a process's children lead; proc(5)."""
    groups = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # one that has ended by now
            fields = path.read_text("ascii", "replace").rpartition(")")[2].split()
            if int(fields[1]) == pid and fields[2] == path.parent.name:
                groups.append(int(fields[2]))
    return groups
