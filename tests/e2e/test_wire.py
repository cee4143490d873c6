"""What goes over the wire, seen by others: tshark finds nothing malformed, and a count of the recorded packets agrees
with the transcript. In a network of its own: tshark knows PTP/IP on port 15740 only, and there that port is free."""
import collections
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time

import harness
import ptpip
import recording

PORT = 15740
NAMES = {ptpip.INIT_COMMAND: "InitCommandRequest", ptpip.INIT_COMMAND_ACK: "InitCommandAck",
         ptpip.INIT_EVENT: "InitEventRequest", ptpip.INIT_EVENT_ACK: "InitEventAck", ptpip.INIT_FAIL: "InitFail",
         ptpip.REQUEST: "OperationRequest", ptpip.RESPONSE: "OperationResponse", ptpip.EVENT: "Event",
         ptpip.START: "StartData", ptpip.DATA: "Data", ptpip.CANCEL: "Cancel", ptpip.END: "EndData",
         ptpip.PROBE: "ProbeRequest", ptpip.PROBE_ANSWER: "ProbeResponse"}


class Wire(harness.Test):
    def record(self):
        """Starts tcpdump; returns the file that it writes."""
        path = self.path("wire.pcap")
        # A snapshot length of everything, and room for bursts: a dropped packet would look like a hole.
        self.tcpdump = subprocess.Popen(["tcpdump", "-Z", "root", "-i", "lo", "-s", "0", "-B", "262144", "-U", "-w", path,
                                         f"tcp port {PORT}"], stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.tcpdump.kill)
        line = self.tcpdump.stderr.readline()
        while line and "listening on" not in line:
            line = self.tcpdump.stderr.readline()
        self.assertIn("listening on", line)
        return path

    def finish(self, path):
        """Ends the recording once everything before is in the file: packets keep their order, so a last one tells."""
        with socket.socket() as marker:
            marker.bind(("127.0.0.1", 0))
            self.assertNotEqual(0, marker.connect_ex(("127.0.0.1", PORT)), "the camera is still there")
            refusal = struct.pack(">HH", PORT, marker.getsockname()[1])
        deadline = time.monotonic() + 30
        while not any(frame[34:38] == refusal for _, frame in recording.packets(path)):
            self.assertLess(time.monotonic(), deadline, "tcpdump does not write what it saw")
            self.assertIsNone(self.tcpdump.poll(), "tcpdump has ended")
            time.sleep(0.05)
        self.tcpdump.terminate()
        said = self.tcpdump.stderr.read()
        self.tcpdump.wait()
        self.tcpdump.stderr.close()
        self.assertIn("0 packets dropped by kernel", said)

    def sessions(self, camera):
        """One of everything."""
        harness.write_pattern(self.path("local", "UP.MOV"), 200_000, 9)
        for arguments in (["--summary"], ["--list-files"], ["--get-all-files"], ["--list-all-config"],
                          ["--set-config", "iso=400"], ["--capture-image-and-download"], ["--capture-preview"],
                          ["--folder", "/store_00010001/DCIM", "--upload-file", self.path("local", "UP.MOV")],
                          ["--folder", "/store_00010001/DCIM", "--delete-file", "UP.MOV"], ["--wait-event=1s"]):
            self.gphoto2(camera.port, *arguments)
        with ptpip.Client(camera.port) as client:
            client.events.send(ptpip.packet(ptpip.PROBE))
            self.assertEqual((ptpip.PROBE_ANSWER, b""), client.events.receive())
            self.assertEqual(ptpip.OPERATION_NOT_SUPPORTED, client.do(0x9999, out=b"1234").code)
        with ptpip.Connection(camera.port) as stranger:
            stranger.send(ptpip.packet(ptpip.INIT_EVENT, b"\xff\0\0\0"))
            self.assertEqual(ptpip.INIT_FAIL, stranger.receive()[0])

    def test_recorded_sessions(self):
        harness.write_pattern(self.path("media", "DCIM", "100TEST", "FILE.MOV"), 20_000_000, 4)
        harness.write_pattern(self.path("media", "DCIM", "100TEST", "SMALL.MOV"), 100_000, 4)
        transcript = self.path("transcript.jsonl")
        wire = self.record()
        camera = self.camera("--transcript", transcript, "--media", self.path("media"), port=PORT)
        self.sessions(camera)
        camera.stop()
        self.finish(wire)
        malformed = subprocess.run(["tshark", "-n", "-r", wire, "-Y", "_ws.malformed"], capture_output=True, text=True, check=True)
        self.assertEqual("", malformed.stdout)
        dissected = subprocess.run(["tshark", "-n", "-r", wire, "-Y", "ptpip", "-T", "fields", "-e", "ptpip.pktType"],
                                   capture_output=True, text=True, check=True)
        self.assertGreater(len(dissected.stdout.split()), 100)
        self.assertEqual(self.walked(wire), self.told(transcript))

    def walked(self, wire):
        """How often each packet went each way, by our own walk of the recorded bytes."""
        counted = collections.Counter()
        for (_, source, _, _, _), stream in recording.streams(wire).items():
            way = "r2i" if source == PORT else "i2r"
            counted.update((way, NAMES[kind]) for kind, _ in ptpip.walk(stream))
        return counted

    def told(self, transcript):
        counted = collections.Counter()
        with open(transcript, encoding="utf-8") as file:
            for line in file:
                entry = json.loads(line)
                if "type" in entry:
                    counted[(entry["dir"], entry["type"])] += 1
        return counted

    def test_decode_listens_to_an_interface(self):
        camera = self.camera()
        heard = self.path("live.jsonl")
        end = time.monotonic() + 60 * harness.PATIENCE

        def heard_enough():
            with open(heard, encoding="utf-8") as file:
                return '"Model":"D5300"' in file.read()

        with open(heard, "wb") as out:
            process = subprocess.Popen([harness.PROGRAM, "decode", "-i", "lo", "--json"], stdout=out)
        self.addCleanup(process.kill)
        while not heard_enough():  # it does not say when it has begun to listen
            self.assertLess(time.monotonic(), end)
            self.assertIsNone(process.poll())
            subprocess.run([harness.PROGRAM, "info", f"ptpip:127.0.0.1:{camera.port}"], check=True, capture_output=True, timeout=60)
        process.send_signal(signal.SIGINT)  # when nothing passes any more
        self.assertEqual(0, process.wait(20 * harness.PATIENCE))
        with open(heard, encoding="utf-8") as file:
            records = [json.loads(line) for line in file]
        infos = [record for record in records if (record.get("operation") or {}).get("name") == "GetDeviceInfo"]
        self.assertEqual("D5300", infos[-1]["data"]["dataset"]["Model"])


if __name__ == "__main__":
    if os.environ.get("STUNTCAM_OWN_NETWORK") != "yes":
        os.environ["STUNTCAM_OWN_NETWORK"] = "yes"
        script = "ip link set lo up && exec \"$0\" \"$@\""
        user = [] if os.geteuid() == 0 else ["--map-root-user"]
        os.execvp("unshare", ["unshare", *user, "--net", "sh", "-c", script, sys.executable, *sys.argv])
    harness.main(["gphoto2", "tcpdump", "tshark"])
