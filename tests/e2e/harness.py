"""Starts cameras and clients for the end-to-end tests, and always ends them."""
import json
import os
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("STUNTCAM", os.path.join(ROOT, "build/dev/cli/stuntcam"))
# Nobody's own settings count, and nothing is written to them.
os.environ["XDG_CONFIG_HOME"] = os.path.join(tempfile.gettempdir(), f"stuntcam-e2e-config-{os.getuid()}")
IN_CI = os.environ.get("CI") == "true"
# Builds with sanitizers are several times slower; no test measures time, this only bounds the wait for a hang.
PATIENCE = 4 if os.environ.get("STUNTCAM_SANITIZE") else 1


def main(needs=()):
    """Runs the tests of the calling file. Without a program it needs: skipped (77), but failed in CI."""
    lacking = [name for name in needs if not (os.path.exists(name) if name.startswith("/") else shutil.which(name))]
    if lacking:
        print(f"{'FAIL' if IN_CI else 'SKIP'}: this test needs {', '.join(lacking)}")
        sys.exit(1 if IN_CI else 77)
    unittest.main(module="__main__", verbosity=2)


def need_open_files(count):
    """This process may have so many open; where the system forbids it, the test is skipped."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        raise unittest.SkipTest(f"{count} open files are not allowed here")
    if soft != resource.RLIM_INFINITY and soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))


class Camera:
    """`stuntcam serve` with one or more cameras, on free ports."""

    def __init__(self, *options, camera="nikon-d5300", port=0, count=1, wrapper=()):
        # setpriv: gone with the test, even when ctest kills that for taking too long.
        command = ["setpriv", "--pdeathsig", "KILL", *wrapper, PROGRAM, "serve", camera, "--port", str(port), *options]
        if count > 1:
            command += ["--count", str(count)]
        self.log = tempfile.TemporaryFile(prefix="stuntcam-log-")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, stdin=subprocess.DEVNULL)
        try:
            self.ready = [json.loads(self._line(30 * PATIENCE)) for _ in range(count)]
        except Exception:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            with self.log:
                raise AssertionError(f"{command} did not get ready:\n{self.said()}") from None
        self.port = self.ready[0]["port"]
        self.ports = [ready["port"] for ready in self.ready]
        self.pid = self.process.pid

    def _line(self, seconds):
        line, end = b"", time.monotonic() + seconds
        while not line.endswith(b"\n"):
            if not select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))[0]:
                raise TimeoutError
            byte = os.read(self.process.stdout.fileno(), 1)
            if not byte:
                raise EOFError
            line += byte
        return line

    def said(self):
        """What the program has written to stderr so far."""
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def resident(self, field="VmRSS"):
        """KiB of memory, as /proc tells."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith(field + ":"))

    def processor_seconds(self):
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as stat:
            user, system = stat.read().rsplit(")", 1)[1].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        """Ends it as a person would; whatever a sanitizer found makes the status other than 0."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(20 * PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            status = "no end after SIGTERM"
        self.process.stdout.close()
        if status != 0:
            raise AssertionError(f"serve ended with {status}:\n{self.said()[-8000:]}")


class Test(unittest.TestCase):
    """A test with a folder of its own, which is also HOME: gphoto2 keeps settings there."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="stuntcam-e2e-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, *names):
        path = os.path.join(self.folder, *names)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def camera(self, *options, **more):
        """A camera that lives as long as the test; it must end well."""
        camera = Camera(*options, **more)
        self.addCleanup(self._end, camera)
        return camera

    def _end(self, camera):
        try:
            camera.stop()
        finally:
            print(f"--- the camera said:\n{camera.said()[-4000:]}---", file=sys.stderr)
            camera.log.close()

    def start(self, port, *arguments, where=None):
        """gphoto2 as a process of its own, in a folder of its own."""
        where = where or tempfile.mkdtemp(dir=self.folder)
        # It ignores TERM while it waits for events; the outer limit is for a hang only.
        command = ["timeout", "-k", "5", str(100 * PATIENCE), "gphoto2", "--port", f"ptpip:127.0.0.1:{port}:{port}",
                   "--camera", "PTP/IP Camera", *arguments]
        environment = dict(os.environ, HOME=where, LC_ALL="C.UTF-8")
        process = subprocess.Popen(command, cwd=where, env=environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
                                   start_new_session=True)
        self.addCleanup(kill_group, process)
        process.where = where
        return process

    def gphoto2(self, port, *arguments, where=None, status=0):
        """Runs gphoto2 to its end; its stdout. `.where` of the result is the folder it ran in."""
        process = self.start(port, *arguments, where=where)
        out, err = process.communicate()
        self.assertEqual(status, process.returncode, f"gphoto2 {' '.join(arguments)}\nstderr: {err}\nstdout: {out}")
        result = Output(out)
        result.where = process.where
        result.err = err
        return result

    def assertSameFile(self, expected, actual):
        sizes = os.path.getsize(expected), os.path.getsize(actual)
        self.assertEqual(*sizes, f"sizes of {expected} and {actual}")
        self.assertEqual(0, subprocess.run(["cmp", expected, actual], check=False).returncode)

    def assertIsJpeg(self, path):
        """Another program must be able to open it. Returns what exiftool says about it."""
        done = subprocess.run(["djpeg", "-outfile", "/dev/null", path], capture_output=True, text=True, check=False)
        self.assertEqual((0, ""), (done.returncode, done.stderr), f"djpeg {path}")
        told = subprocess.run(["exiftool", "-json", "-n", "-validate", "-warning", "-a", path], capture_output=True, text=True,
                              check=True)
        return json.loads(told.stdout)[0]

    def exif(self, path):
        told = subprocess.run(["exiftool", "-json", path], capture_output=True, text=True, check=True)
        return json.loads(told.stdout)[0]


class Output(str):
    """What a client printed."""


def kill_group(process):
    if process.poll() is None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    process.wait()
    for stream in (process.stdout, process.stderr):
        if stream:
            stream.close()


def pattern(size, seed=1):
    """`size` bytes that differ at every offset, quickly made."""
    block = bytes((index * 131 + (index >> 8) * 17 + seed * 71) & 0xFF for index in range(65536))
    blocks = []
    for number in range(0, size, len(block)):
        blocks.append(number.to_bytes(8, "little") + block[8:])
    return b"".join(blocks)[:size]


def write_pattern(path, size, seed=1):
    with open(path, "wb") as file:
        for offset in range(0, size, 1 << 24):
            file.write(pattern(min(1 << 24, size - offset), seed + offset // (1 << 24)))


def make_photo(path, width=640, height=480, model="Pattern"):
    """A real JPEG with EXIF and a thumbnail as cameras write it (no JFIF), made by other programs than ours."""
    rows = bytes((x * 3 + y * 5 + z * 40) & 0xFF for y in range(height) for x in range(width) for z in range(3))
    with open(path, "wb") as file:
        subprocess.run(["cjpeg", "-quality", "80"], input=b"P6\n%d %d\n255\n" % (width, height) + rows, stdout=file, check=True)
    thumb = path + ".thumb"
    small = bytes((x + y + z * 60) & 0xFF for y in range(120) for x in range(160) for z in range(3))
    with open(thumb, "wb") as file:
        subprocess.run(["cjpeg", "-quality", "60"], input=b"P6\n160 120\n255\n" + small, stdout=file, check=True)
    subprocess.run(["exiftool", "-q", "-overwrite_original", "-JFIF:all=", f"-Model={model}", "-ISO=400", "-DateTimeOriginal=2024:05:06 07:08:09",
                    f"-ThumbnailImage<={thumb}", path], check=True)
    os.remove(thumb)


def wait_until(holds, seconds=30, what="what was waited for"):
    """Polls for something that another process does; there is nothing to wake us."""
    end = time.monotonic() + seconds * PATIENCE
    while True:
        value = holds()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not happen within {seconds * PATIENCE} s")
        time.sleep(0.02)
