"""The fields that scripts rely on in the JSON forms of the commands. Further fields are nobody's business here."""
import json
import signal
import subprocess

import harness
from initiator import Initiator

OBJECT = {"handle", "storage", "parent", "format", "size", "name", "path"}
EVENT = {"type", "code", "name", "params"}
PROPERTY = {"code", "name", "type", "access", "default", "current", "form"}
CODE = {"code", "name"}
CODES_WITH_PARAMS = {"code", "name", "params"}
CONTRACT = {
    "info": {"StandardVersion", "VendorExtensionID", "VendorExtensionVersion", "VendorExtensionDesc", "FunctionalMode",
             "OperationsSupported", "EventsSupported", "DevicePropertiesSupported", "CaptureFormats", "ImageFormats", "Manufacturer",
             "Model", "DeviceVersion", "SerialNumber", "Storages"},
    "info: OperationsSupported": CODE,
    "info: EventsSupported": CODE,
    "info: DevicePropertiesSupported": CODE,
    "info: CaptureFormats": CODE,
    "info: ImageFormats": CODE,
    "info: Storages": {"StorageID", "StorageType", "FilesystemType", "AccessCapability", "MaxCapacity", "FreeSpaceInBytes",
                       "FreeSpaceInImages", "StorageDescription", "VolumeLabel"},
    "ls": OBJECT,
    "get": OBJECT | {"file"},
    "get-all": OBJECT | {"file"},
    "mkdir": {"handle"},
    "put": {"handle"},
    "rm": {"handle"},
    "capture: event": EVENT,
    "capture: object": OBJECT,
    "watch": EVENT,
    "prop list": PROPERTY,
    "prop get": PROPERTY,
    "prop set": PROPERTY,
    "prop reset": PROPERTY,
    "op": {"type", "operation", "data", "response"},
    "decode: transaction": {"type", "operation", "data", "response", "frames"},
    "decode: event": EVENT,
    "operation": CODES_WITH_PARAMS,
    "response": CODES_WITH_PARAMS,
    "data": {"direction", "size"},
}


class Contract(Initiator):
    def check(self, form, objects):
        """Each of the objects has the fields of the form; there is one at least."""
        self.seen.add(form)
        self.assertTrue(objects, form)
        for each in objects:
            self.assertLessEqual(CONTRACT[form], set(each), f"{form}: {json.dumps(each)[:1000]}")

    def transactions(self, form, objects):
        self.check(form, objects)
        self.assertEqual({"transaction"}, {each["type"] for each in objects})
        self.check("operation", [each["operation"] for each in objects])
        self.check("response", [each["response"] for each in objects if each["response"]])
        self.check("data", [each["data"] for each in objects if each["data"]])

    def watched(self, target):
        """What `watch` tells of a capture, once it says that it is there."""
        with open(self.path("said"), "w", encoding="utf-8") as said:
            watch = subprocess.Popen([harness.PROGRAM, "watch", target, "--json"], stdout=subprocess.PIPE, stderr=said, text=True,
                                     start_new_session=True)
        self.addCleanup(harness.kill_group, watch)
        with open(self.path("said"), encoding="utf-8") as said:
            harness.wait_until(lambda: said.read() or watch.poll() is not None, what="watching")
        captured = self.lines("capture", target)
        first = json.loads(watch.stdout.readline())
        watch.send_signal(signal.SIGINT)
        rest = watch.communicate(timeout=20 * harness.PATIENCE)[0]
        self.assertEqual(0, watch.returncode)
        return [first, *map(json.loads, rest.splitlines())], captured

    def test_every_form(self):
        self.seen = set()
        camera = self.camera("--media", self.media(), "--writable", "--record", self.path("session.pcapng"), camera="generic")
        target = camera.ready[0]["target"]
        info = self.lines("info", target)
        self.check("info", info)
        for field in ("OperationsSupported", "EventsSupported", "DevicePropertiesSupported", "CaptureFormats", "ImageFormats", "Storages"):
            self.check(f"info: {field}", info[0][field])
        self.check("ls", self.lines("ls", target))
        self.check("get", self.lines("get", target, "DCIM/100TEST/SMALL.MOV"))
        self.check("get-all", self.lines("get-all", target, "all"))
        self.check("mkdir", self.lines("mkdir", target, "DCIM/101NEW"))
        harness.write_pattern(self.path("UP.JPG"), 1000)
        self.check("put", self.lines("put", target, "UP.JPG", "--to", "DCIM/101NEW"))
        self.check("rm", self.lines("rm", target, "DCIM/101NEW/UP.JPG"))
        watched, captured = self.watched(target)
        self.check("watch", watched)
        self.check("capture: event", [each for each in captured if each.get("type") == "event"])
        self.check("capture: object", [each for each in captured if each.get("type") != "event"])
        self.check("prop list", self.lines("prop", "list", target))
        self.check("prop get", self.lines("prop", "get", target, "whitebalance"))
        self.check("prop set", self.lines("prop", "set", target, "whitebalance", "daylight"))
        self.check("prop reset", self.lines("prop", "reset", target, "whitebalance"))
        self.transactions("op", self.lines("op", target, "GetStorageIDs") + self.lines("op", target, "GetObjectInfo", "99", status=1))
        camera.stop()
        decoded = self.lines("decode", self.path("session.pcapng"))
        self.transactions("decode: transaction", [each for each in decoded if each["type"] == "transaction"])
        self.check("decode: event", [each for each in decoded if each["type"] == "event"])
        self.assertEqual(set(CONTRACT), self.seen)


if __name__ == "__main__":
    harness.main()
