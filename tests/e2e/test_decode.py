"""decode: what it says of our own recording is what the transcript says; standard input, exit statuses."""
import gzip
import json
import os
import subprocess

import harness


def decode(*arguments, given=None):
    return subprocess.run([harness.PROGRAM, "decode", *arguments], capture_output=True, input=given, check=False, timeout=100)


class Decode(harness.Test):
    def record(self, *arguments):
        """A session of gphoto2; its recording and its transcript."""
        recording, transcript = self.path("session.pcapng"), self.path("session.jsonl")
        camera = self.camera("--record", recording, "--transcript", transcript)
        for one in arguments:
            self.gphoto2(camera.port, *one)
        camera.stop()
        with open(transcript, encoding="utf-8") as file:
            return recording, [json.loads(line) for line in file]

    def test_decode_of_a_recording_equals_the_transcript(self):
        recording, told = self.record(["--get-file", "1"], ["--set-config", "iso=400"], ["--capture-image-and-download"])
        done = decode("--json", recording)
        self.assertEqual((0, b""), (done.returncode, done.stderr))
        records = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual({"transaction", "event", "packet"} & {record["type"] for record in records},
                         {record["type"] for record in records})
        decoded = [(record["connection"], record["tid"], record["operation"]["name"], record["operation"]["params"],
                    record["response"]["name"], (record["data"] or {}).get("size"), (record["data"] or {}).get("dataset"))
                   for record in records if record["type"] == "transaction"]
        # A value doesn't say its type on the wire: the transcript has it from the profile, a capture only after a GetDevicePropDesc.
        untyped = {index for index, one in enumerate(decoded) if one[2].endswith("DevicePropValue") and one[-1] is None}
        told_plainly = [(*one[:-1], None) if index in untyped else one for index, one in enumerate(self.transactions(told))]
        self.maxDiff = None
        self.assertEqual(told_plainly, decoded)
        self.assertGreater(len(decoded), len(untyped) + 20)
        self.assertFalse(any(record["incomplete"] for record in records if record["type"] == "transaction"))
        events = [(record["tid"], record["name"], record["params"]) for record in records if record["type"] == "event"]
        self.assertEqual([(line["tid"], line["name"], line["params"]) for line in told if line.get("type") == "Event"], events)

    def transactions(self, told):
        """The same out of the transcript."""
        listed, going = [], {}
        for line in told:
            kind, connection = line.get("type"), line["conn"]
            if kind == "OperationRequest":
                going[connection] = [line, None, None]
            elif kind in ("StartData", "Data", "EndData"):
                going[connection][1] = (going[connection][1] or 0) + line.get("payload", 0)
                going[connection][2] = line.get("data_set")
            elif kind == "OperationResponse":
                request, size, data_set = going.pop(connection)
                listed.append((connection, request["tid"], request["name"], request["params"], line["name"], size, data_set))
        return listed

    def test_plain_and_other_sources(self):
        recording, _ = self.record(["--list-files"])
        plain = decode(recording)
        self.assertIn(b"GetDeviceInfo() <- ", plain.stdout)
        self.assertNotIn(b"StandardVersion", plain.stdout)
        self.assertIn(b'dataset: {"StandardVersion":', decode("-v", recording).stdout)
        with open(recording, "rb") as file:
            content = file.read()
        self.assertEqual(plain.stdout, decode("-", given=content).stdout)
        self.assertEqual(plain.stdout, decode("-", given=gzip.compress(content)).stdout)
        cut = decode("-", given=content[:-10])
        self.assertEqual(0, cut.returncode)
        self.assertIn(b"the file ends inside a record", cut.stdout)

    def test_objects(self):
        recording = self.path("session.pcapng")
        camera = self.camera("--record", recording)
        where = self.gphoto2(camera.port, "--capture-image-and-download", "--keep", "--filename", "got.jpg").where
        camera.stop()
        saved = self.path("objects", "x").removesuffix("/x")
        done = decode("--objects", saved, "--json", recording)
        self.assertEqual(0, done.returncode, done)
        names = os.listdir(saved)
        self.assertEqual(1, len(names), names)
        self.assertTrue(names[0].endswith(".JPG"), names)
        self.assertSameFile(os.path.join(where, "got.jpg"), os.path.join(saved, names[0]))
        self.assertEqual(3, decode("--objects", "/dev/null/x", recording).returncode)

    def test_statuses(self):
        self.assertEqual(3, decode(self.path("missing")).returncode)
        self.assertEqual(3, decode("-", given=b"no capture at all").returncode)
        nothing = decode("-", given=b"\xd4\xc3\xb2\xa1\x02\0\x04\0" + bytes(8) + b"\xff\xff\0\0\x01\0\0\0")
        self.assertEqual(1, nothing.returncode)
        self.assertIn(b"no PTP/IP", nothing.stderr)
        self.assertEqual(2, decode().returncode)
        self.assertEqual(2, decode("--port", "0", "x").returncode)


if __name__ == "__main__":
    harness.main(["gphoto2"])
