"""decode, on every capture of one session that goes wrong somewhere: the same transactions where nothing is lost, a marked gap and
everything else where something is. tshark's opinion of the streams is the second one."""
import json
import os
import shutil
import struct
import subprocess

import harness
import pathologies
import ptpip


def decoded(path, *options):
    done = subprocess.run([harness.PROGRAM, "decode", "--json", *options, path], capture_output=True, check=False, timeout=100)
    return done, [json.loads(line) for line in done.stdout.splitlines()]


def essence(records):
    """Transactions and events without where and when they were."""
    kept = []
    for one in records:
        if one["type"] == "transaction":
            kept.append((one["tid"], one["operation"], one["data"], one["response"], one["incomplete"]))
        elif one["type"] == "event":
            kept.append((one["tid"], one["code"], one["params"]))
    return kept


class Pathologies(harness.Test):
    @classmethod
    def setUpClass(cls):
        """A session of our own, in its messages, with data both ways and a picture of some segments."""
        camera = harness.Camera()
        cls.talk = []
        try:
            cls.converse(camera.port)
        finally:
            camera.stop()
            camera.log.close()

    @classmethod
    def converse(cls, port):
        links = [ptpip.Connection(port), ptpip.Connection(port)]

        def say(connection, wire):
            links[connection].send(wire)
            cls.talk.append((connection, 0, wire))

        def hear(connection, until):
            while True:
                head = links[connection].read(8)
                whole = head + links[connection].read(struct.unpack("<I", head[:4])[0] - 8)
                cls.talk.append((connection, 1, whole))
                if struct.unpack("<I", head[4:])[0] == until:
                    return whole

        say(0, ptpip.init_command())
        number = hear(0, ptpip.INIT_COMMAND_ACK)[8:12]
        say(1, ptpip.packet(ptpip.INIT_EVENT, number))
        hear(1, ptpip.INIT_EVENT_ACK)
        tid = 0
        for code, params, out in ((ptpip.GET_DEVICE_INFO, (), None), (ptpip.OPEN_SESSION, (1,), None),
                                  (ptpip.GET_STORAGE_IDS, (), None), (ptpip.GET_OBJECT_HANDLES, (0xFFFFFFFF, 0, 0), None),
                                  (ptpip.SET_PROP_VALUE, (0x500F,), b"\x90\x01"), (ptpip.GET_PARTIAL_OBJECT, (3, 0, 9000), None),
                                  (ptpip.GET_PROP_VALUE, (0x500F,), None), (ptpip.GET_OBJECT_INFO, (0xDEAD,), None),
                                  (0x1014, (0x500F,), None), (ptpip.CLOSE_SESSION, (), None)):
            if code == ptpip.GET_PARTIAL_OBJECT:
                params = (cls.handle, *params[1:])
            say(0, ptpip.request(code, tid, *params, phase=2 if out else 1))
            if out:
                say(0, ptpip.start(tid, len(out)))
                say(0, ptpip.end(tid, out))
            hear(0, ptpip.RESPONSE)
            if code == ptpip.GET_OBJECT_HANDLES:
                cls.handle = struct.unpack("<I", cls.talk[-2][2][-4:])[0]
            tid += 1
        for link in links:
            link.socket.close()

    def test_every_variant(self):
        base = self.path("base.pcap")
        frames = pathologies.links()["eth"][1]
        plain = pathologies.Tcp(self.talk).segments
        with open(base, "wb") as file:
            file.write(pathologies.pcap([frame for number, one in enumerate(plain) for frame in frames(one, number)]))
        done, records = decoded(base)
        self.assertEqual((0, b""), (done.returncode, done.stderr))
        whole = essence(records)
        self.assertEqual(10, len(whole))
        self.assertFalse(any(one[-1] for one in whole))
        self.assertEqual(["packet", "transaction"], sorted({one["type"] for one in records}))
        tried = 0
        for name, variant in pathologies.variants(self.talk):
            with self.subTest(name):
                tried += 1
                path = self.path(name)
                with open(path, "wb") as file:
                    file.write(variant.file)
                self.judge(name, variant, path, whole)
        self.assertGreater(tried, 60)

    def test_encrypted_wifi_is_said(self):
        path = self.path("encrypted.pcap")
        frames = [pathologies.wifi(pathologies.ip4(one), one.side) for one in pathologies.Tcp(self.talk).segments]
        with open(path, "wb") as file:
            file.write(pathologies.pcap([frame[:1] + bytes([frame[1] | 0x40]) + frame[2:] for frame in frames], 105))
        done, records = decoded(path)
        self.assertEqual(1, done.returncode)
        self.assertEqual(["warning"], [one["type"] for one in records])
        self.assertIn("encrypted Wi-Fi", records[0]["text"])

    def judge(self, name, variant, path, whole):
        done, records = decoded(path)
        self.assertEqual((0, b""), (done.returncode, done.stderr))
        found = essence(records)
        types = {one["type"] for one in records}
        if variant.lost is None:
            self.assertEqual(whole, found)
            self.assertNotIn("gap", types)
        elif variant.lost == "twice":
            self.assertEqual(sorted(map(str, whole * 2)), sorted(map(str, found)))
        else:
            self.assertTrue(types & {"gap", "warning"} or any(one[-1] for one in found), f"{name}: nothing was said")
            good = [one for one in found if not one[-1]]
            for one in good:
                self.assertIn(one, whole)
            if variant.lost == "one":
                self.assertEqual(len(whole) - 1, len(good))
                self.assertIn("gap", types)
            elif variant.lost == "all":
                self.assertEqual([], good)
            else:
                self.assertLess(0, len(good))
                self.assertLess(len(good), len(whole))

    def test_tshark_sees_the_same_streams(self):
        if not shutil.which("tshark"):
            self.skipTest("needs tshark")
        sent = pathologies.streams(self.talk)
        for name, variant in pathologies.variants(self.talk):
            # What tshark 4.0 can't: conflicts, and conversations that are told apart in other ways than ours.
            if variant.lost is not None or not name.startswith("tcp-") or name == "tcp-no-syn":
                continue
            with self.subTest(name):
                path = self.path(name)
                with open(path, "wb") as file:
                    file.write(variant.file)
                follow = [option for stream in (0, 1) for option in ("-z", f"follow,tcp,raw,{stream}")]
                out = subprocess.run(["tshark", "-q", "-r", path, *follow], capture_output=True, text=True, check=True, timeout=100,
                                     env=dict(os.environ, HOME=self.folder)).stdout
                told = out.split("Follow: tcp,raw")[1:]
                self.assertEqual(2, len(told))
                for text in told:
                    stream = int(text.split("tcp.stream eq ")[1].split()[0])
                    lines = [line for line in text.splitlines() if line and all(c in "0123456789abcdef\t" for c in line)]
                    for side in (0, 1):
                        said = bytes.fromhex("".join(line.strip() for line in lines if line.startswith("\t") == bool(side)))
                        self.assertEqual(sent[stream, side], said, f"stream {stream} side {side}")


if __name__ == "__main__":
    harness.main()
