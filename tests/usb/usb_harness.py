"""One of our own cameras on a USB bus that exists for the program under test only (mock_camera.cpp)."""
import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
import harness  # noqa: E402

MOCK = os.environ.get("STUNTCAM_MOCK", os.path.join(harness.ROOT, "build/dev/tests/usb/mock_camera"))


def main(needs=()):
    # Without libumockdev-dev there is no mock to be built, and its path is empty.
    harness.main(["umockdev-wrapper", MOCK or "/no/mock_camera", *needs])


def environment():
    """umockdev is preloaded: a sanitizer's library is not the first one then."""
    more = {}
    if os.environ.get("STUNTCAM_SANITIZE"):
        more["ASAN_OPTIONS"] = "verify_asan_link_order=0:detect_leaks=0"
    return dict(os.environ, **more)


def plugged(profile, *options):
    """The words in front of a program that finds this camera on its USB."""
    return ["umockdev-wrapper", MOCK, profile, *options, "--"]


class Camera(harness.Camera):
    """`stuntcam serve usb:` with the camera plugged in."""

    def __init__(self, *options, profile="nikon-d5300", mock=(), **more):
        os.environ.update(environment())
        super().__init__(*options, camera="usb:", wrapper=plugged(profile, *mock), **more)

    def unplug(self):
        os.kill(self._mock(), signal.SIGUSR1)

    def plug_in(self):
        os.kill(self._mock(), signal.SIGUSR2)

    def _mock(self):
        """umockdev-wrapper becomes the mock by exec."""
        return self.process.pid

    def resident(self, field="VmRSS"):
        """Of the program under test, which the mock has started."""
        children = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=True)
        self.pid = int(children.stdout.split()[0])
        return super().resident(field)


class Test(harness.Test):
    def camera(self, *options, **more):
        camera = Camera(*options, **more)
        self.addCleanup(self._end, camera)
        return camera

    def stuntcam(self, *arguments, profile="nikon-d5300", mock=(), status=0):
        """A command of the program, with the camera on its USB; its stdout."""
        done = subprocess.run([*plugged(profile, *mock), harness.PROGRAM, *arguments], cwd=self.folder, text=True,
                              env=environment(), stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=100 * harness.PATIENCE, check=False)
        self.assertEqual(status, done.returncode, f"{arguments}\nstderr: {done.stderr}\nstdout: {done.stdout}")
        self.said = done.stderr
        return done.stdout
