"""gphoto2 reads all configuration, sets some of it, and reads it back."""
import re
import time

import harness
import ptpip

GET_VENDOR_PROP_CODES = 0x90CA


def device_properties(client):
    info = client.do(ptpip.GET_DEVICE_INFO).data
    offset = 2 + 4 + 2
    offset += 1 + 2 * info[offset] + 2
    lists = []
    for _ in range(3):
        count = int.from_bytes(info[offset:offset + 4], "little")
        offset += 4
        lists.append([int.from_bytes(info[offset + 2 * n:offset + 2 * n + 2], "little") for n in range(count)])
        offset += 2 * count
    vendor = client.do(GET_VENDOR_PROP_CODES).data
    count = int.from_bytes(vendor[:4], "little")
    return lists[2] + [int.from_bytes(vendor[4 + 2 * n:6 + 2 * n], "little") for n in range(count)]


class Config(harness.Test):
    def test_list_all_config_shows_every_property(self):
        port = self.camera().port
        with ptpip.Client(port) as client:
            properties = device_properties(client)
        self.assertEqual(120, len(set(properties)))
        out = self.gphoto2(port, "--list-all-config")
        shown = {int(code, 16) for code in re.findall(r"^/main/other/([0-9a-f]{4})$", out, re.MULTILINE)}
        self.assertEqual([], [f"{code:04x}" for code in properties if code not in shown])
        for name in ["iso", "f-number", "shutterspeed", "whitebalance", "imagequality", "datetime", "batterylevel"]:
            self.assertRegex(out, rf"(?m)/{name}$")

    def choose(self, port, name):
        """Sets `name` to a choice other than the current one, and reads it back in a new session."""
        before = self.gphoto2(port, "--get-config", name)
        current = re.search(r"^Current: (.*)$", before, re.MULTILINE).group(1)
        choices = re.findall(r"^Choice: \d+ (.*)$", before, re.MULTILINE)
        self.assertIn(current, choices)
        wanted = next(choice for choice in reversed(choices) if choice != current)
        self.gphoto2(port, "--set-config", f"{name}={wanted}")
        after = self.gphoto2(port, "--get-config", name)
        self.assertEqual(wanted, re.search(r"^Current: (.*)$", after, re.MULTILINE).group(1), name)

    def value(self, port, code):
        with ptpip.Client(port, session=9) as client:
            return client.do(ptpip.GET_PROP_VALUE, code).data

    def check(self, name, code):
        port = self.camera().port
        before = self.value(port, code)
        self.choose(port, name)
        self.assertNotEqual(before, self.value(port, code))

    def test_iso(self):
        self.check("iso", 0x500F)

    def test_aperture(self):
        self.check("f-number", 0x5007)

    def test_shutter_speed(self):
        self.check("shutterspeed", 0x500D)

    def test_vendor_shutter_speed_moves_along(self):
        port = self.camera().port
        self.gphoto2(port, "--set-config", "shutterspeed2=1/125")
        self.assertEqual(80, int.from_bytes(self.value(port, 0x500D), "little"))  # tenths of a millisecond

    def test_white_balance(self):
        self.check("whitebalance", 0x5005)

    def test_quality(self):
        self.check("imagequality", 0x5004)

    def test_date(self):
        port = self.camera().port
        wanted = 1_600_000_000
        begin = time.monotonic()
        self.gphoto2(port, "--set-config", f"datetime={wanted}")
        read = int(re.search(r"^Current: (\d+)$", self.gphoto2(port, "--get-config", "datetime"), re.MULTILINE).group(1))
        self.assertTrue(wanted <= read <= wanted + time.monotonic() - begin + 1, read)

    def test_read_only_stays(self):
        port = self.camera().port
        before = self.value(port, 0x5001)
        self.gphoto2(port, "--set-config", "batterylevel=5", status=1)
        self.assertEqual(before, self.value(port, 0x5001))

    def test_own_values_of_one_camera_only(self):
        one, other = self.camera(count=2).ports
        before = self.value(other, 0x500F)
        self.choose(one, "iso")
        self.assertEqual(before, self.value(other, 0x500F))


if __name__ == "__main__":
    harness.main(["gphoto2"])
