"""The camera of no brand, plain ISO 15740: gphoto2 takes pictures with it, and events go to everybody."""
import os
import struct

import harness
import ptpip

INITIATE_CAPTURE, OBJECT_ADDED, CAPTURE_COMPLETE = 0x100E, 0x4002, 0x400D


def event(client):
    kind, body = client.events.receive()
    assert kind == ptpip.EVENT, kind
    code, _, first = struct.unpack_from("<HII", body + b"\0\0\0\0")
    return code, first


class Generic(harness.Test):
    def test_summary_and_configuration(self):
        port = self.camera(camera="generic").port
        self.assertIn("Model:", self.gphoto2(port, "--summary"))
        self.assertIn("/main/", self.gphoto2(port, "--list-all-config"))

    def test_capture(self):
        port = self.camera(camera="generic").port
        where = self.gphoto2(port, "--capture-image-and-download").where
        (picture,) = [name for name in os.listdir(where) if name.lower().endswith(".jpg")]
        self.assertIsJpeg(os.path.join(where, picture))

    def test_tethered(self):
        port = self.camera(camera="generic").port
        tethered = self.start(port, "--capture-tethered=FILEADDED", "--keep")

        def shoot():
            with ptpip.Client(port, session=77) as other:
                other.do(INITIATE_CAPTURE)
            try:
                tethered.wait(1)
            except harness.subprocess.TimeoutExpired:
                return False
            return True
        harness.wait_until(shoot, 40, "the end of the watching client")
        _, err = tethered.communicate()
        self.assertEqual(0, tethered.returncode, err)
        self.assertTrue([name for name in os.listdir(tethered.where) if name.lower().endswith(".jpg")])

    def test_everybody_hears_of_a_picture(self):
        port = self.camera(camera="generic").port
        with ptpip.Client(port) as one, ptpip.Client(port, guid=b"\x22" * 16) as other:
            self.assertEqual(ptpip.OK, one.do(INITIATE_CAPTURE).code)
            for client in (one, other):
                heard = {}
                while OBJECT_ADDED not in heard or CAPTURE_COMPLETE not in heard:
                    code, first = event(client)
                    heard[code] = first
                self.assertEqual(b"\xff\xd8\xff", client.do(ptpip.GET_PARTIAL_OBJECT, heard[OBJECT_ADDED], 0, 3).data)


if __name__ == "__main__":
    harness.main(["gphoto2", "djpeg", "exiftool"])
