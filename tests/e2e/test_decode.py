"""decode: what it says of our own recording is what the transcript says; standard input, exit statuses."""
import gzip
import json
import os
import signal
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

    def test_what_is_wrong_comes_first(self):
        recording, _ = self.record(["--list-files"])
        with open(recording, "rb") as file:
            content = file.read()
        with open(self.path("cut.pcapng"), "wb") as file:
            file.write(content[:-10])
        lines = decode(self.path("cut.pcapng")).stdout.splitlines()
        self.assertEqual(b"A problem in this trace:", lines[0])
        self.assertIn(b"the file ends inside a record", lines[1])
        self.assertIn(b"the file ends inside a record", lines[-1])

    def test_sessions_and_sums(self):
        recording, _ = self.record(["--list-files"], ["--get-file", "1"])
        listed = [json.loads(line) for line in decode("--list", "--json", recording).stdout.splitlines()]
        self.assertEqual([(1, "D5300"), (2, "D5300")], [(one["session"], one["model"]) for one in listed])
        records = [json.loads(line) for line in decode("--session", "2", "--json", recording).stdout.splitlines()]
        self.assertEqual({2}, {record["session"] for record in records})
        self.assertEqual(listed[1]["transactions"], sum(record["type"] == "transaction" for record in records))
        summary = decode("--summary", recording).stdout
        self.assertRegex(summary, rb"MB/s  operation\n")
        self.assertRegex(summary, rb"\n +[0-9]+ +0 .* Get(Partial)?Object\n")

    def test_filter(self):
        recording, _ = self.record(["--list-files"])
        self.assertEqual(decode(recording).stdout, decode("--filter", "tcp", recording).stdout)
        self.assertEqual(1, decode("--filter", "udp", recording).returncode)
        wrong = decode("--filter", "foo bar", recording)
        self.assertEqual(2, wrong.returncode)
        self.assertIn(b"syntax error", wrong.stderr)

    def test_follow(self):
        recording, _ = self.record(["--list-files"])
        with open(recording, "rb") as file:
            content = file.read()
        growing = self.path("growing.pcapng")
        with open(growing, "wb") as file:
            file.write(content[:len(content) // 2])
            file.flush()
            with subprocess.Popen([harness.PROGRAM, "decode", "--follow", growing], stdout=subprocess.PIPE) as process:
                first = process.stdout.readline()
                self.assertIn(b"InitCommandRequest", first)
                file.write(content[len(content) // 2:])
                file.flush()
                seen = first
                while b"CloseSession" not in seen:
                    line = process.stdout.readline()
                    self.assertTrue(line, seen)
                    seen += line
                process.send_signal(signal.SIGINT)
                process.communicate(timeout=20)
                self.assertEqual(0, process.returncode)

    def test_interfaces_that_are_not_there(self):
        nothing = decode("-i", "nosuchinterface")
        self.assertEqual(3, nothing.returncode)
        self.assertIn(b"nosuchinterface", nothing.stderr)
        self.assertEqual(2, decode("-i", "lo", "file").returncode)

    def test_a_debug_log(self):
        camera = self.camera()
        log = self.path("gphoto2.log")
        self.gphoto2(camera.port, "--debug", f"--debug-logfile={log}", "--get-file", "1")
        done = decode("--json", log)
        self.assertEqual(0, done.returncode, done)
        records = [json.loads(line) for line in done.stdout.splitlines()]
        names = [record["operation"]["name"] for record in records if record["type"] == "transaction"]
        self.assertTrue({"GetObject", "GetPartialObject"} & set(names), names)
        self.assertIn("CloseSession", names)

    def test_statuses(self):
        self.assertEqual(3, decode(self.path("missing")).returncode)
        self.assertEqual(3, decode("-", given=b"no capture at all").returncode)
        nothing = decode("-", given=b"\xd4\xc3\xb2\xa1\x02\0\x04\0" + bytes(8) + b"\xff\xff\0\0\x01\0\0\0")
        self.assertEqual(1, nothing.returncode)
        self.assertIn(b"no conversation with a camera", nothing.stderr)
        self.assertEqual(2, decode().returncode)
        self.assertEqual(2, decode("--port", "0", "x").returncode)


if __name__ == "__main__":
    harness.main(["gphoto2"])
