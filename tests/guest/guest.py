"""A virtual machine with Debian's stock kernel, for what needs a real USB stack. Its root is this machine's own, read-only
with a layer of memory on top, so that whatever is installed or built here runs there unchanged. No KVM: its being there
proves nothing, so the processor is emulated, always."""
import fcntl
import glob
import gzip
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
CACHE = os.environ.get("STUNTCAM_GUEST", os.path.join(tempfile.gettempdir(), f"stuntcam-guest-{os.getuid()}"))
NEEDS = ("qemu-system-x86_64", "setpriv", "/bin/busybox", "cpio", "depmod", "apt-get", "dpkg-deb", "/usr/sbin/usbip")

# What the guest's own start needs, and what the tests load in it.
FIRST = ("virtio_pci", "virtio_net", "9pnet_virtio", "9p", "overlay")
LATER = ("xhci-pci", "vhci-hcd", "dummy_hcd", "libcomposite", "usb_f_fs", "configfs")
FOLDERS = ("drivers/usb", "drivers/virtio", "drivers/net/virtio_net.ko", "drivers/net/net_failover.ko", "net/core",
           "net/9p", "fs/9p", "fs/netfs", "fs/fscache", "fs/overlayfs", "fs/configfs")
APPLETS = ("sh", "mount", "modprobe", "mkdir", "cat", "ip", "chroot", "reboot", "umount")

INIT = r"""#!/bin/sh
export PATH=/bin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm /host /out /layer /root
mount -t devpts devpts /dev/pts
for module in {first}; do modprobe $module; done
ip link set lo up
ip link set eth0 up; ip addr add 10.0.2.15/24 dev eth0; ip route add default via 10.0.2.2
mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=512000 host /host || reboot -f
mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000 out /out || reboot -f
mount -t tmpfs tmpfs /layer; mkdir /layer/upper /layer/work
mount -t overlay -o lowerdir=/host,upperdir=/layer/upper,workdir=/layer/work overlay /root || reboot -f
for folder in proc sys dev; do mount -o bind /$folder /root/$folder; done
mount -o bind /dev/pts /root/dev/pts
mount -t tmpfs tmpfs /root/run
mkdir -p /root/lib/modules /root/out
mount -o bind /lib/modules /root/lib/modules; mount -o bind /out /root/out
chroot /root /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/run LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 \
  PYTHONUNBUFFERED=1 /bin/sh /out/payload > /out/said 2>&1
echo $? > /out/status
reboot -f
"""


# What was made of other ingredients is made anew.
INITRAMFS = os.path.join(CACHE, "initramfs-" + hashlib.md5(repr((INIT, FIRST, LATER, FOLDERS)).encode()).hexdigest())


class Unavailable(Exception):
    """The guest cannot be made here; says what is missing."""


def skip_or_fail(reason):
    in_ci = os.environ.get("CI") == "true"
    print(f"{'FAIL' if in_ci else 'SKIP'}: {reason}")
    sys.exit(1 if in_ci else 77)


def lacking():
    return [name for name in NEEDS if not (os.path.exists(name) if name.startswith("/") else shutil.which(name))]


def build():
    """Kernel and initial file system, made once."""
    os.makedirs(CACHE, exist_ok=True)
    with open(os.path.join(CACHE, "lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(INITRAMFS):
            _build()


def _build():
    kernel = _download("linux-image-amd64", depends=r"^ *Depends: (linux-image-[0-9]\S*)$")
    release = os.path.basename(glob.glob(os.path.join(kernel, "boot", "vmlinuz-*"))[0]).removeprefix("vmlinuz-")
    _run("depmod", "-b", kernel, release)
    with tempfile.TemporaryDirectory() as root:
        modules = os.path.join(root, "lib", "modules", release)
        for name in FIRST + LATER:
            _copy_module(kernel, release, name, modules)
        for name in ("modules.builtin", "modules.order"):
            shutil.copy(os.path.join(kernel, "lib/modules", release, name), modules)
        _run("depmod", "-b", root, release)
        for folder in ("bin", "proc", "sys", "dev"):
            os.makedirs(os.path.join(root, folder))
        shutil.copy("/bin/busybox", os.path.join(root, "bin/busybox"))
        for applet in APPLETS:
            os.symlink("busybox", os.path.join(root, "bin", applet))
        with open(os.path.join(root, "init"), "w", encoding="ascii") as init:
            init.write(INIT.replace("{first}", " ".join(FIRST)))
        os.chmod(os.path.join(root, "init"), 0o755)
        names = subprocess.run(["find", "."], cwd=root, check=True, capture_output=True).stdout
        archive = subprocess.run(["cpio", "-o", "-H", "newc", "--quiet"], cwd=root, input=names, check=True,
                                 capture_output=True).stdout
    shutil.copy(os.path.join(kernel, "boot", f"vmlinuz-{release}"), os.path.join(CACHE, "kernel"))
    with gzip.open(INITRAMFS + ".part", "wb", 1) as out:
        out.write(archive)
    os.rename(INITRAMFS + ".part", INITRAMFS)


def _copy_module(kernel, release, name, into):
    listed = _run("modprobe", "-d", kernel, "-S", release, "--show-depends", name)
    for path in re.findall(r"^insmod (\S+)", listed, re.MULTILINE):
        inside = path.split(f"/modules/{release}/", 1)[1]
        os.makedirs(os.path.dirname(os.path.join(into, inside)), exist_ok=True)
        shutil.copy(path, os.path.join(into, inside))


def _download(package, depends=None):
    """A Debian package, unpacked and not installed; its folder."""
    folder = os.path.join(CACHE, package)
    done = os.path.join(folder, ".whole")
    if os.path.exists(done):
        return folder
    if depends:
        found = re.search(depends, _run("apt-cache", "depends", package), re.MULTILINE)
        if not found:
            raise Unavailable(f"apt knows no {package}: run apt-get update")
        package = found.group(1)
    with tempfile.TemporaryDirectory() as where:
        os.chmod(where, 0o755)
        _run("apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", package, cwd=where)
        archive = glob.glob(os.path.join(where, "*.deb"))[0]
        os.makedirs(folder, exist_ok=True)
        unpack = ["tar", "-x", "-C", folder]
        if package.startswith("linux-image"):
            unpack += ["--wildcards", "./boot/vmlinuz*", "./lib/modules/*/modules.*",
                       *(f"./lib/modules/*/kernel/{each}{'' if each.endswith('.ko') else '/*'}" for each in FOLDERS)]
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", archive], stdout=subprocess.PIPE) as tar:
            subprocess.run(unpack, stdin=tar.stdout, check=True)
    with open(done, "w", encoding="ascii"):
        pass
    return folder


def unpacked(package):
    """The folder of a package that runs in the guest without being installed here."""
    return _download(package)


def _run(*command, cwd=None):
    try:
        return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True, timeout=300).stdout
    except (subprocess.SubprocessError, OSError) as error:
        said = getattr(error, "stderr", "") or ""
        raise Unavailable(f"{' '.join(command)}: {error}\n{said}") from None


def command(folder, payload, *, forward=(), extra=()):
    """The command that runs a shell script in the guest. `folder` is /out there: what it said and its status go to it.
    forward: TCP ports (here, there). The guest reaches this machine's loopback as 10.0.2.2."""
    build()
    with open(os.path.join(folder, "payload"), "w", encoding="utf-8") as file:
        file.write(payload)
    ports = "".join(f",hostfwd=tcp:127.0.0.1:{here}-10.0.2.15:{there}" for here, there in forward)
    return ["qemu-system-x86_64", "-M", "q35", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "1", "-m", "1024",
            "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
            "-serial", f"file:{os.path.join(folder, 'console')}",
            "-kernel", os.path.join(CACHE, "kernel"), "-initrd", INITRAMFS,
            # On a machine with much to do, the check of the timer may find none in time.
            "-append", "console=ttyS0 quiet panic=-1 no_timer_check",
            "-netdev", f"user,id=net{ports}", "-device", "virtio-net-pci,netdev=net,romfile=",
            "-virtfs", "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap",
            "-virtfs", f"local,path={folder},mount_tag=out,security_model=none", *extra]


class Refused(Exception):
    """By QEMU's monitor."""


class Machine:
    """The guest while it runs a shell script. Its folder is /out there."""

    def __init__(self, payload, limit, *, forward=(), extra=()):
        self.folder = tempfile.mkdtemp(prefix="stuntcam-guest-")
        self.limit = limit
        # setpriv: gone with the test, even when ctest kills that for taking too long.
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "timeout", "-k", "5", str(limit),
             *command(self.folder, payload, forward=forward,
                      extra=("-qmp", f"unix:{os.path.join(self.folder, 'qmp')},server=on,wait=off", *extra))],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        try:
            with open(self.path(name), encoding="utf-8", errors="replace") as file:
                return file.read()
        except OSError:
            return ""

    def wait_for(self, name):
        """Until the script has written this file; what is in it."""
        while not os.path.exists(self.path(name)):
            if self.process.poll() is not None:
                raise AssertionError(f"the guest ended:\n{self.said()}")
            time.sleep(0.1)
        return self.read(name)

    def tell(self, name):
        with open(self.path(name), "w", encoding="ascii"):
            pass

    def qmp(self, execute, **arguments):
        """A command of QEMU's monitor."""
        with socket.socket(socket.AF_UNIX) as monitor:
            monitor.settimeout(30)
            monitor.connect(self.path("qmp"))
            lines = monitor.makefile("rw")
            lines.readline()
            for order in ({"execute": "qmp_capabilities"}, {"execute": execute, "arguments": arguments}):
                lines.write(json.dumps(order) + "\n")
                lines.flush()
                answer = json.loads(lines.readline())
                while "event" in answer:
                    answer = json.loads(lines.readline())
                if "error" in answer:
                    raise Refused(f"{order}: {answer}")

    def said(self):
        return self.read("said") or self.read("console")[-2000:]

    def end(self):
        """Its status, when the script has ended; all that it said."""
        trouble = self.process.communicate()[1]
        status = self.read("status")
        return (int(status), self.said()) if status else (125, f"{self.said()}\n{trouble}")

    def remove(self):
        if self.process.poll() is None:
            self.process.terminate()  # timeout passes it on
            self.process.wait()
        self.process.stderr.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def main(needs=()):
    """Runs the tests of the calling file, or says what is missing."""
    missing = lacking() + [name for name in needs if not shutil.which(name)]
    if missing:
        skip_or_fail(f"this test needs {', '.join(missing)}")
    try:
        build()
    except Unavailable as reason:
        skip_or_fail(str(reason))
    unittest.main(module="__main__", verbosity=2)
