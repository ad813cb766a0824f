"""Images: a Debian made by mmdebstrap of Debian's packages, kept until what it is made of changes."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from notanker_lab.booted import courier, places, recipe, system
from notanker_lab.errors import LabError

_TOOLS: Final = {
    "mmdebstrap": "mmdebstrap",
    "systemd-nspawn": "systemd-container",
    "ssh": "openssh-client",
    "nsenter": "util-linux",
}
_BUILD_S: Final = 900.0
_UNUSED_S: Final = 14 * 86_400.0
_DOCUMENTS: Final = ("man", "doc", "locale", "info")


def root(suite: str) -> Path:
    """Give the folder of a suite's file system; builds it if there is none of its recipe.

    Raises:
        LabError: not root, a tool is missing, there is no such suite, or mmdebstrap failed.
    """
    if suite not in recipe.SUITES:
        raise LabError(f"There are images of {' and '.join(recipe.SUITES)}, not of {suite!r}.")
    folder = places.cache() / "images" / f"{suite}-{recipe.fingerprint(suite)}"
    with places.alone(f"image-{suite}"):
        if not (folder / "root").exists():
            require(_TOOLS)
            system.sweep()
            _build(suite, folder)
        os.utime(folder)
    _forget_unused()
    return folder / "root"


def require(tools: dict[str, str]) -> None:
    """Make sure that programs are there, and that we may use them.

    Args:
        tools: program -> Debian's package.

    Raises:
        LabError: not root, or some are missing.
    """
    if os.geteuid() != 0:
        raise LabError("Booted systems need root: run it with sudo.")
    missing = sorted({package for tool, package in tools.items() if not shutil.which(tool)})
    if missing:
        raise LabError(
            f"These Debian packages are missing: {', '.join(missing)}: tools/setup test."
        )


@contextlib.contextmanager
def packages() -> Iterator[Sequence[str]]:
    """Serve packages to this machine's own apt for a while; gives the apt options that find them."""
    listener = courier.tcp_listener("127.0.0.1", 0)
    with courier.serving(listener):
        proxy = f'Acquire::http::Proxy "http://127.0.0.1:{listener.getsockname()[1]}"'
        yield [proxy, 'Acquire::Languages "none"', 'APT::Install-Recommends "false"']


def tell(text: str) -> None:
    """Say what takes its time."""
    print(text, file=sys.stderr, flush=True)


def call(line: Sequence[str | Path], text: str = "") -> None:
    """Run one step of a build.

    Raises:
        LabError: it failed; the text has the last it said.
    """
    try:
        done = subprocess.run(
            line, input=text, capture_output=True, text=True, check=False, timeout=_BUILD_S
        )
    except subprocess.TimeoutExpired as error:
        raise LabError(f"{line[0]} took longer than {_BUILD_S:g} s.") from error
    if done.returncode:
        raise LabError(f"{system.join(line)} failed:\n{(done.stderr or done.stdout)[-3000:]}")


def _build(suite: str, folder: Path) -> None:
    began_s = time.monotonic()
    tell(f"Building an image of {suite} ...")
    folder.parent.mkdir(exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-") as new:
        # Readable for all: what runs in a container has users of its own.
        Path(new).chmod(0o755)
        made = Path(new) / "root"
        with packages() as options:
            call(_mmdebstrap(suite, made, options), recipe.sources(suite))
        _furnish(made)
        folder.mkdir()
        made.rename(folder / "root")
    tell(f"Built in {time.monotonic() - began_s:.0f} s.")


def _mmdebstrap(suite: str, target: Path, options: Sequence[str]) -> list[str]:
    excluded = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in _DOCUMENTS]
    return [
        *("mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", "--format=directory"),
        *(f"--aptopt={option}" for option in options),
        *excluded,
        # With them, apt in a system finds its packages without asking first.
        "--skip=cleanup/apt/lists",
        f"--include={','.join(recipe.PACKAGES)}",
        *(suite, str(target), "-"),
    ]


def _furnish(root_folder: Path) -> None:
    for name, text in recipe.FILES.items():
        path = root_folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o644)
    # What mmdebstrap was told of the packages' way holds for the building alone.
    (root_folder / "etc/apt/apt.conf.d/99mmdebstrap").unlink()
    resolver = root_folder / "etc/resolv.conf"
    resolver.unlink(missing_ok=True)
    resolver.touch()
    inside = ["chroot", str(root_folder)]
    call([*inside, "useradd", "--create-home", "--shell", "/bin/bash", "--groups", "sudo", "pi"])
    for home in ("root", "home/pi"):
        folder = root_folder / home / ".ssh"
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / "authorized_keys").write_text(places.public_key(), encoding="ascii")
    call([*inside, "chown", "-R", "pi:pi", "/home/pi/.ssh"])
    call([*inside, "systemctl", "--quiet", "enable", *recipe.ENABLED])
    call([*inside, "systemctl", "--quiet", "mask", *recipe.MASKED])


def _forget_unused() -> None:
    """Remove images that nobody has asked for in two weeks."""
    oldest_s = time.clock_gettime(time.CLOCK_REALTIME) - _UNUSED_S
    for folder in (places.cache() / "images").glob("*-*"):
        if folder.stat().st_mtime < oldest_s:
            shutil.rmtree(folder, ignore_errors=True)
