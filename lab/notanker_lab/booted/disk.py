"""What a virtual machine boots: an image's file system as a disk, Debian's kernel, and the way to it."""

import lzma
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from notanker_lab.booted import image, places, recipe
from notanker_lab.errors import LabError

_TOOLS: Final = {
    "qemu-system-x86_64": "qemu-system-x86",
    "qemu-img": "qemu-utils",
    "mke2fs": "e2fsprogs",
    "modprobe": "kmod",
    "cpio": "cpio",
    "xz": "xz-utils",
}
_SIZE: Final = "6G"
"""Sparse: what an installed box leaves of it is not there."""
_MODULES: Final = ("virtio_pci", "virtio_blk", "ext4", "crc32c_generic")
# Trees of drivers for hardware that no machine here has; they are most of a kernel's bytes.
_UNUSED: Final = (
    *("arch/x86/kvm", "sound", "net/bluetooth", "fs/xfs", "fs/btrfs", "fs/ceph", "fs/ocfs2"),
    *(
        f"drivers/{name}"
        for name in (
            *("gpu", "media", "infiniband", "scsi", "isdn", "hwmon", "iio", "ata", "staging"),
            *("video", "mtd", "edac", "nvme", "thunderbolt", "message", "target", "comedi"),
            *("bluetooth", "mmc", "xen", "hv", "platform", "net/ethernet"),
        )
    ),
)
_INIT: Final = """\
#!/bin/sh
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev
for module in /modules/*.ko; do insmod $module; done
tries=0; while [ ! -b /dev/vda ] && [ $tries -lt 200 ]; do tries=$((tries + 1)); usleep 50000; done
mount -t ext4 -o rw /dev/vda /root || { echo "no root file system"; exec sh; }
umount /sys /proc; mount --move /dev /root/dev
exec switch_root /root /sbin/init
"""
_XZ: Final = b"\xfd7zXZ\x00"
_ELF: Final = b"\x7fELF"


@dataclass(frozen=True, slots=True)
class Disk:
    """What qemu is given."""

    raw: Path
    kernel: Path
    initrd: Path

    @classmethod
    def inside(cls, folder: Path) -> "Disk":
        """Name the files that a folder has, or will have."""
        return cls(folder / "disk.raw", folder / "kernel", folder / "initrd")


def of(suite: str) -> Disk:
    """Give a suite's disk; makes it of the suite's image if there is none.

    Raises:
        LabError: as image.root does.
    """
    root = image.root(suite)
    made_of = recipe.fingerprint(suite, [_SIZE, _MODULES, _UNUSED, _INIT])
    folder = root.parent / f"disk-{made_of}"
    with places.alone(f"disk-{suite}"):
        if not folder.exists():
            image.require(_TOOLS)
            began_s = time.monotonic()
            image.tell(f"Making a disk of {suite} ...")
            with tempfile.TemporaryDirectory(dir=root.parent, prefix=".new-") as new:
                _make(root, Path(new))
                # What was only on the way stays in the temporary folder, and goes with it.
                (Path(new) / "out").rename(folder)
            image.tell(f"Made in {time.monotonic() - began_s:.0f} s.")
    return Disk.inside(folder)


def _make(root: Path, new: Path) -> None:
    out = Disk.inside(new / "out")
    out.raw.parent.mkdir()
    for name in ("linux", "busybox"):
        (new / name).mkdir()
    tree = new / "tree"
    # Linked, not copied: the image stays as it is, the kernel's modules come beside it.
    image.call(["cp", "-al", str(root), str(tree)])
    _unpack_packages(tree, new)
    release = _install_modules(new / "linux", tree)
    out.kernel.write_bytes(_startable(next((new / "linux/boot").glob("vmlinuz-*"))))
    _make_initrd(tree, release, next((new / "busybox").rglob("bin/busybox")), out.initrd)
    options = ["-q", "-t", "ext4", "-m", "0", "-E", "lazy_itable_init=1,lazy_journal_init=1"]
    image.call(["mke2fs", *options, "-d", str(tree), str(out.raw), _SIZE])


def _unpack_packages(tree: Path, new: Path) -> None:
    """Unpack the kernel, not install it: no scripts run, no initramfs-tools are needed."""
    debs = tree / "var/cache/stand"
    with image.packages() as options:
        apt = [part for option in options for part in ("-o", option.replace(' "', "=").rstrip('"'))]
        inside = ["chroot", str(tree), "sh", "-c"]
        # The package linux-image-amd64 only names the one that has the kernel.
        script = (
            "mkdir -p /var/cache/stand && cd /var/cache/stand && apt-get -qq download $("
            "apt-cache depends --important linux-image-amd64 | sed -n 's/.*Depends: //p' | "
            'grep -E "^linux-image-[0-9]" | head -1) busybox-static "$@"'
        )
        image.call([*inside, script, "sh", *apt, "-o", "APT::Sandbox::User=root"])
    image.call(["dpkg-deb", "-x", str(next(debs.glob("linux-image-*"))), str(new / "linux")])
    image.call(["dpkg-deb", "-x", str(next(debs.glob("busybox-*"))), str(new / "busybox")])
    shutil.rmtree(debs)


def _install_modules(linux: Path, tree: Path) -> str:
    """Put the kernel's modules into the file system, and give the kernel's release."""
    modules = next(iter([*linux.glob("lib/modules/*"), *linux.glob("usr/lib/modules/*")]))
    for name in _UNUSED:
        shutil.rmtree(modules / "kernel" / name, ignore_errors=True)
    # Debian 13 packs them, and unpacking under emulation is slow.
    packed = [str(path) for path in modules.rglob("*.ko.xz")]
    for start in range(0, len(packed), 500):
        image.call(["xz", "--decompress", *packed[start : start + 500]])
    target = tree / "usr/lib/modules" / modules.name
    target.parent.mkdir(parents=True, exist_ok=True)
    modules.rename(target)
    image.call(["depmod", "--basedir", str(tree / "usr"), modules.name])
    return modules.name


def _startable(packed: Path) -> bytes:
    """Give the kernel unpacked, if it is packed by xz: under emulation that takes seconds of each boot."""
    data = packed.read_bytes()
    start = data.find(_XZ)
    if start > 0:
        unpacked = lzma.LZMADecompressor().decompress(data[start:])
        if unpacked.startswith(_ELF):
            return unpacked
    return data


def _make_initrd(tree: Path, release: str, busybox: Path, target: Path) -> None:
    """Make the first file system of a boot: busybox, and the few modules that reach the disk."""
    with tempfile.TemporaryDirectory(dir=target.parent) as made:
        base = Path(made)
        for name in ("bin", "proc", "sys", "dev", "root", "modules"):
            (base / name).mkdir()
        shutil.copy(busybox, base / "bin/busybox")
        for name in ("sh", "mount", "umount", "insmod", "switch_root", "usleep"):
            (base / "bin" / name).symlink_to("busybox")
        for number, module in enumerate(_needed(tree, release)):
            shutil.copy(module, base / "modules" / f"{number:02}-{module.name}")
        (base / "init").write_text(_INIT, encoding="ascii")
        (base / "init").chmod(0o755)
        pack = f"cd '{base}' && find . | cpio --create --format=newc --quiet >'{target}'"
        image.call(["sh", "-c", pack])


def _needed(tree: Path, release: str) -> Iterable[Path]:
    """Give the modules that lead to the disk, in the order in which they are loaded."""
    found: dict[Path, None] = {}
    for name in _MODULES:
        line = ["modprobe", "--dirname", str(tree / "usr"), "--set-version", release]
        done = subprocess.run(
            [*line, "--show-depends", name], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise LabError(f"The kernel has no module {name}: {done.stderr.strip()}")
        for text in done.stdout.splitlines():
            if text.startswith("insmod "):
                found[Path(text.split()[1])] = None
    return found
