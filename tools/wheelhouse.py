"""Fill dist/wheelhouse: all that a box installs, for each machine and Python, hashed.

    tools/wheelhouse.py                        # all of them
    tools/wheelhouse.py x86_64-py3.11          # one
    tools/wheelhouse.py --from FOLDER          # from wheels brought along, without any network

Each folder is complete in itself: wheels, `requirements.txt` with the hash of each, `release` with the name
of what is in it; the same as one file stands beside it, `<folder>.tar`. A box installs it by

    pip install --no-index --find-links . --no-deps --require-hashes -r requirements.txt

`<machine>-py<version>` is what a site needs, `<machine>-py<version>-centre` what the centre needs: a card has
no room for a database's driver that nobody calls. Versions and hashes are those of requirements/run.lock. The
same checkout gives the same bytes; the product's own wheel takes SOURCE_DATE_EPOCH if it is set.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name, parse_wheel_filename

ROOT: Final = Path(__file__).resolve().parents[1]
LOCK: Final = ROOT / "requirements" / "run.lock"
CACHE: Final = ROOT / ".cache" / "wheels"
HOUSE: Final = ROOT / "dist" / "wheelhouse"
PRODUCT: Final = canonicalize_name("notanker")

SITE: Final = (
    "portal", "huawei_lte", "apprise", "at_modem", "modemmanager", "gpio_panel", "sftp",
)  # fmt: skip
CENTRE: Final = (
    "central", "oidc", "postgresql", "rabbitmq", "apprise", "huawei_lte", "at_modem", "modemmanager", "paper",
)  # fmt: skip
SETS: Final = {"": SITE, "-centre": CENTRE}
"""What is added to a folder's name, and the extras that it holds."""

GLIBC: Final = {"3.11": 36, "3.13": 41}
"""The minor version of glibc 2 in the Debian that has this Python: 12 and 13."""
OLDEST_GLIBC: Final = {"x86_64": 5, "aarch64": 17}
"""The first one that has a name of its own (PEP 600)."""
OLDER_NAMES: Final = {
    "x86_64": ("manylinux2014", "manylinux2010", "manylinux1"),
    "aarch64": ("manylinux2014",),
}

TAR_TIME_S: Final = 1_577_836_800
"""2020: a box without a clock finds no file of the future."""


@dataclass(frozen=True, slots=True)
class Target:
    """A kind of box: `machine` as uname(1) says it, `python` as 3.11."""

    machine: str
    python: str

    @property
    def name(self) -> str:
        """Name its folder."""
        return f"{self.machine}-py{self.python}"

    @property
    def environment(self) -> dict[str, str]:
        """Give what environment markers are asked by there (PEP 508)."""
        return {
            "implementation_name": "cpython",
            "implementation_version": f"{self.python}.0",
            "os_name": "posix",
            "platform_machine": self.machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": "Linux",
            "platform_version": "",
            "python_full_version": f"{self.python}.0",
            "python_version": self.python,
            "sys_platform": "linux",
            "extra": "",
        }

    @property
    def platforms(self) -> tuple[str, ...]:
        """Give the tags of wheels that run there, the newest first."""
        minors = range(GLIBC[self.python], OLDEST_GLIBC[self.machine] - 1, -1)
        names = (*(f"manylinux_2_{minor}" for minor in minors), *OLDER_NAMES[self.machine], "linux")
        return tuple(f"{name}_{self.machine}" for name in names)


TARGETS: Final = tuple(Target(m, p) for m in ("x86_64", "aarch64") for p in ("3.11", "3.13"))


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel on disk, and what its metadata say."""

    path: Path
    needs: tuple[Requirement, ...]

    @property
    def line(self) -> str:
        """Write it as a line of requirements.txt."""
        name, version, _, _ = parse_wheel_filename(self.path.name)
        return f"{name}=={version} --hash=sha256:{digest_of(self.path.read_bytes())}\n"


def main(words: Sequence[str] | None = None) -> int:
    """Fill the folders that were asked for."""
    arguments = _arguments(words)
    product = build_product()
    name = release_of(product.path)
    for target in arguments.targets:
        wheels = fetched(target, arguments.brought) | {PRODUCT: product}
        for suffix, extras in SETS.items():
            chosen = closure(wheels, extras, target.environment)
            folder = HOUSE / f"{target.name}{suffix}"
            fill(folder, (wheels[package] for package in sorted(chosen)), name)
            print(
                f"{folder.relative_to(ROOT)}: {name}, {len(chosen)} wheels, {_size_mb(folder)} MB"
            )
    return 0


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    known = {target.name: target for target in TARGETS}
    parser = argparse.ArgumentParser(description="Fill dist/wheelhouse.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(known))
    parser.add_argument("--from", dest="brought", type=Path, help="a folder of wheels; no network")
    arguments = parser.parse_args(words)
    if unknown := set(arguments.targets) - set(known):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    arguments.targets = [known[name] for name in arguments.targets] or list(TARGETS)
    return arguments


def build_product() -> Wheel:
    """Build the product's own wheel: pure Python, one for all."""
    folder = CACHE / "product"
    shutil.rmtree(folder, ignore_errors=True)
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT))
    return read_wheel(next(folder.glob("*.whl")))


def fetched(target: Target, brought: Path | None) -> dict[NormalizedName, Wheel]:
    """Return every locked wheel for this target; what was fetched once is not fetched again."""
    wanted = "".join(locked(LOCK.read_text("utf-8"), target.environment))
    folder, stamp = CACHE / target.name, CACHE / f"{target.name}.{digest_of(wanted.encode())[:16]}"
    if not stamp.exists():
        asked = CACHE / f"{target.name}.txt"
        shutil.rmtree(folder, ignore_errors=True)
        asked.write_text(wanted, "utf-8")
        pip("download", *foreign(target), *_source(brought), "-r", str(asked), "-d", str(folder))
        for old in CACHE.glob(f"{target.name}.*"):
            old.unlink()
        stamp.touch()
    wheels = map(read_wheel, folder.glob("*.whl"))
    return {parse_wheel_filename(wheel.path.name)[0]: wheel for wheel in wheels}


def foreign(target: Target) -> Iterator[str]:
    """Yield what makes pip look for wheels of another machine."""
    yield from ("--no-deps", "--require-hashes", "--only-binary=:all:")
    yield from ("--implementation", "cp", "--python-version", target.python)
    for platform in target.platforms:
        yield from ("--platform", platform)


def _source(brought: Path | None) -> tuple[str, ...]:
    return () if brought is None else ("--no-index", "--find-links", str(brought))


def locked(lock: str, environment: Mapping[str, str]) -> Iterator[str]:
    """Yield the requirements of a lock file that count in an environment, with hashes, without markers.

    pip asks markers of the machine that it runs on, also while it looks for wheels of another one.
    """
    for entry in re.split(r"\n(?=[^\s#])", lock.replace("\\\n", "")):
        head, *hashes = entry.split("--hash=")
        if head.startswith("#"):
            continue
        needed = Requirement(head.strip())
        if needed.marker is None or needed.marker.evaluate(dict(environment)):
            words = (f"--hash={digest.split()[0]}" for digest in hashes)
            yield f"{needed.name}{needed.specifier} {' '.join(words)}\n"


def read_wheel(path: Path) -> Wheel:
    """Read what a wheel needs."""
    with zipfile.ZipFile(path) as archive:
        place = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        headers = HeaderParser().parsestr(archive.read(place).decode("utf-8"))
    needs = headers.get_all("Requires-Dist", [])
    return Wheel(path, tuple(Requirement(text) for text in needs))


def closure(
    wheels: Mapping[NormalizedName, Wheel], extras: Iterable[str], environment: Mapping[str, str]
) -> set[NormalizedName]:
    """Return all that the product needs with these extras, itself among it.

    Raises:
        KeyError: something is needed that is not locked.
    """
    done: set[tuple[NormalizedName, str]] = set()
    ahead = {(PRODUCT, ""), *((PRODUCT, extra) for extra in extras)}
    while ahead:
        package, extra = one = ahead.pop()
        done.add(one)
        here = {**environment, "extra": extra}
        for need in wheels[package].needs:
            if need.marker is None or need.marker.evaluate(here):
                name = canonicalize_name(need.name)
                ahead |= {(name, ""), *((name, wanted) for wanted in need.extras)} - done
    return {package for package, _ in done}


def fill(folder: Path, wheels: Iterable[Wheel], release: str) -> None:
    """Write the folder whole, or leave it as it was."""
    fresh = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    lines = []
    for wheel in wheels:
        shutil.copyfile(wheel.path, fresh / wheel.path.name)
        lines.append(wheel.line)
    (fresh / "requirements.txt").write_text("".join(lines), "utf-8")
    (fresh / "release").write_text(f"{release}\n", "utf-8")
    pack(fresh)
    shutil.rmtree(folder, ignore_errors=True)
    fresh.replace(folder)
    fresh.with_name(f"{fresh.name}.tar").replace(folder.with_name(f"{folder.name}.tar"))


def pack(folder: Path) -> None:
    """Pack the folder into `<folder>.tar`, with nothing in it of who made it, or when."""

    def plain(found: tarfile.TarInfo) -> tarfile.TarInfo:
        bare = tarfile.TarInfo(found.name)
        bare.size, bare.mtime, bare.mode = found.size, TAR_TIME_S, 0o644
        return bare

    with tarfile.open(folder.with_name(f"{folder.name}.tar"), "w") as archive:
        for path in sorted(folder.iterdir()):
            archive.add(path, path.name, filter=plain)


def release_of(product: Path) -> str:
    """Name the release: the version, and eight signs of all that was locked and built."""
    _, version, _, _ = parse_wheel_filename(product.name)
    return f"{version}-{digest_of(product.read_bytes() + LOCK.read_bytes())[:8]}"


def digest_of(data: bytes) -> str:
    """Return the SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _size_mb(folder: Path) -> int:
    return round(sum(path.stat().st_size for path in folder.iterdir()) / 1e6)


def pip(*arguments: str) -> None:
    """Call pip."""
    # The order of what is hashed, and so the product's wheel, must not depend on who builds it.
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    command = [sys.executable, "-m", "pip", "--quiet", *arguments]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, umask=0o022)


if __name__ == "__main__":
    sys.exit(main())
