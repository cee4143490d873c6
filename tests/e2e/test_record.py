"""--record: what Wireshark makes of a recording, and that it holds exactly what the transcript tells."""
import collections
import json
import signal
import subprocess

import harness
import ptpip

PORT = 15740  # in the recording; the camera listens on a free one


def tshark(recording, *arguments):
    done = subprocess.run(["tshark", "-n", "-r", recording, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE",
                           *arguments], capture_output=True, text=True, check=True)
    return done.stdout


def streams(recording):
    """The bytes of each connection, each way, as tshark puts them together."""
    count = 1 + max((int(number) for number in tshark(recording, "-T", "fields", "-e", "tcp.stream").split()), default=-1)
    for number in range(count):
        ways = {False: bytearray(), True: bytearray()}
        for line in tshark(recording, "-q", "-z", f"follow,tcp,raw,{number}").splitlines():
            digits = line.strip()
            if digits and not digits.strip("0123456789abcdef"):
                ways[line.startswith("\t")] += bytes.fromhex(digits)
        yield ways[False], ways[True]  # the client began


class Record(harness.Test):
    def told(self, transcript):
        counted, lengths = collections.Counter(), collections.Counter()
        with open(transcript, encoding="utf-8") as file:
            for line in file:
                entry = json.loads(line)
                if "type" in entry:
                    counted[entry["conn"], entry["dir"]] += 1
                    lengths[entry["conn"], entry["dir"]] += entry["length"]
        return counted, lengths

    def content(self, path):
        with open(path, "rb") as file:
            return file.read()

    def test_a_session_of_gphoto2(self):
        recording, transcript = self.path("session.pcapng"), self.path("session.jsonl")
        harness.write_pattern(self.path("media", "DCIM", "100TEST", "FILE.MOV"), 3_000_000, 4)
        camera = self.camera("--record", recording, "--record-port", str(PORT), "--transcript", transcript,
                             "--media", self.path("media"))
        for arguments in (["--list-files"], ["--get-all-files"], ["--set-config", "iso=400"],
                          ["--capture-image-and-download"]):
            self.gphoto2(camera.port, *arguments)
        camera.stop()
        self.assertEqual("", tshark(recording, "-Y", "_ws.malformed || _ws.expert.severity >= 6291456"))  # warnings and errors
        self.assertEqual("", tshark(recording, "-Y", "tcp.analysis.flags || tcp.checksum.status == 0 || ip.checksum.status == 0"))
        self.assertGreater(len(tshark(recording, "-Y", "ptpip.pktType == 6").splitlines()), 50)
        self.assertIn("GetObject(0x", tshark(recording, "-T", "fields", "-e", "frame.comment"))
        counted, lengths = collections.Counter(), collections.Counter()
        for number, (client, server) in enumerate(streams(recording), 1):
            for way, stream in (("i2r", client), ("r2i", server)):
                counted[number, way] += len(list(ptpip.walk(bytes(stream))))
                lengths[number, way] += len(stream)
        packets, sizes = self.told(transcript)
        self.assertEqual(+sizes, +lengths)
        self.assertEqual(+packets, +counted)

    def test_complete_when_killed(self):
        recording = self.path("killed.pcapng")
        camera = harness.Camera("--record", recording)
        with ptpip.Client(camera.port) as client:
            client.do(ptpip.GET_DEVICE_INFO)
            # Recorded is what the socket took, after it did: the client may have the answer a moment earlier.
            harness.wait_until(lambda: b"GetDeviceInfo -> OK" in self.content(recording), what="the packet in the file")
            camera.process.send_signal(signal.SIGKILL)
            camera.process.wait()
        camera.process.stdout.close()
        camera.log.close()
        self.assertEqual(str(camera.port), tshark(recording, "-T", "fields", "-e", "tcp.srcport").split()[-1])
        comments = tshark(recording, "-T", "fields", "-e", "frame.comment").split("\n")
        self.assertIn("GetDeviceInfo -> OK()", comments)

    def test_options_that_cannot_be(self):
        for wrong in (["--record-port", "15740"], ["--record", self.path("x"), "--record-cut", "x"],
                      ["--record", self.path("x"), "--record-port", "15740", "--count", "2"]):
            done = subprocess.run([harness.PROGRAM, "serve", "nikon-d5300", "--port", "0", *wrong], capture_output=True,
                                  text=True, check=False, timeout=30)
            self.assertEqual(2, done.returncode, done)
            self.assertIn("--record", done.stderr)
        done = subprocess.run([harness.PROGRAM, "run", "nikon-d5300", "--record", "/no/such/folder/x", "--", "true"],
                              capture_output=True, text=True, check=False, timeout=30)
        self.assertEqual(125, done.returncode, done)
        self.assertIn("/no/such/folder/x", done.stderr)


if __name__ == "__main__":
    harness.main(["gphoto2", "tshark"])
