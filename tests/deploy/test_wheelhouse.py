"""What a box installs: exactly what is locked and needed there, nothing fetched, the same bytes each time."""

from __future__ import annotations

import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name
from tools import wheelhouse
from tools.wheelhouse import LOCK, PRODUCT, TARGETS, Target, Wheel

ROOT = Path(__file__).parents[2]
PI = Target("aarch64", "3.11")
NEWER_PI = Target("aarch64", "3.13")
PC = Target("x86_64", "3.11")
SAMPLE = """# made by a tool
one==1.0 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
two==2.1 ; python_full_version < '3.13' and platform_machine == 'aarch64' \\
    --hash=sha256:cc
three==3 ; sys_platform == 'win32' \\
    --hash=sha256:dd
"""


def wheel(folder: Path, name: str, *needs: str) -> Wheel:
    path = folder / f"{name}-1.0-py3-none-any.whl"
    head = "".join(f"Requires-Dist: {need}\n" for need in needs)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}-1.0.dist-info/METADATA", f"Name: {name}\n{head}\n")
    return wheelhouse.read_wheel(path)


@pytest.mark.parametrize(
    ("target", "names"),
    [(PI, ["one", "two"]), (NEWER_PI, ["one"]), (PC, ["one"])],
    ids=["pi", "newer_pi", "pc"],
)
def test_markers_are_asked_of_the_box_and_not_of_this_machine(
    target: Target, names: list[str]
) -> None:
    lines = list(wheelhouse.locked(SAMPLE, target.environment))
    assert [line.partition("==")[0] for line in lines] == names
    assert lines[0] == "one==1.0 --hash=sha256:aa --hash=sha256:bb\n"


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_every_requirement_of_the_lock_has_a_hash_and_no_address(target: Target) -> None:
    lines = list(wheelhouse.locked(LOCK.read_text("utf-8"), target.environment))
    assert len(lines) > 40
    assert all("==" in line and "--hash=sha256:" in line and "//" not in line for line in lines)


def test_the_panels_pins_come_as_a_wheel_or_from_debian() -> None:
    def has_lgpio(target: Target) -> bool:
        lines = wheelhouse.locked(LOCK.read_text("utf-8"), target.environment)
        return any(line.startswith("lgpio==") for line in lines)

    assert [has_lgpio(target) for target in (PI, NEWER_PI, PC)] == [True, False, False]


def test_only_what_is_needed_is_chosen(tmp_path: Path) -> None:
    wheels = [
        wheel(tmp_path, "notanker", "base", 'web; extra == "portal"', 'db; extra == "central"'),
        wheel(tmp_path, "base"),
        wheel(tmp_path, "web", 'tls[fast]; python_version >= "3.11"', 'old; python_version < "3"'),
        wheel(tmp_path, "tls", 'quick; extra == "fast"'),
        wheel(tmp_path, "quick"),
        wheel(tmp_path, "db"),
    ]
    known = {canonicalize_name(one.path.name.partition("-")[0]): one for one in wheels}
    assert wheelhouse.closure(known, ["portal"], PI.environment) == {
        PRODUCT, "base", "web", "tls", "quick",
    }  # fmt: skip
    del known[canonicalize_name("quick")]
    with pytest.raises(KeyError):
        wheelhouse.closure(known, ["portal"], PI.environment)


def test_the_same_wheels_give_the_same_bytes(tmp_path: Path) -> None:
    wheels = [wheel(tmp_path, "notanker", "base"), wheel(tmp_path, "base")]
    for folder in (tmp_path / "one", tmp_path / "two"):
        wheelhouse.fill(folder, wheels, "1.0-00000000")
    one, two = ((tmp_path / f"{name}.tar").read_bytes() for name in ("one", "two"))
    assert one == two
    written = (tmp_path / "one" / "requirements.txt").read_text("utf-8").splitlines()
    digest = wheelhouse.digest_of(wheels[1].path.read_bytes())
    assert written[1] == f"base==1.0 --hash=sha256:{digest}"


def test_a_folder_is_filled_whole_or_stays_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "house"
    wheelhouse.fill(folder, [wheel(tmp_path, "notanker")], "1.0-00000000")
    gone = wheel(tmp_path, "gone")
    gone.path.unlink()
    with pytest.raises(FileNotFoundError):
        wheelhouse.fill(folder, [gone], "1.0-11111111")
    assert (folder / "release").read_text("utf-8") == "1.0-00000000\n"


def test_every_extra_of_a_set_is_one_of_the_product() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for extras in wheelhouse.SETS.values():
        assert set(extras) <= set(project["optional-dependencies"])


def test_a_box_takes_no_wheel_that_is_too_new_for_its_debian() -> None:
    assert PI.platforms[0] == "manylinux_2_36_aarch64"
    assert NEWER_PI.platforms[0] == "manylinux_2_41_aarch64"
    assert "manylinux_2_16_aarch64" not in PI.platforms
    assert PC.platforms[-2:] == ("manylinux1_x86_64", "linux_x86_64")
