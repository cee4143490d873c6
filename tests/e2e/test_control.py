"""--control: everything that can be asked and ordered, and everybody who may not."""
import http.client
import json
import os
import socket
import subprocess

import harness
import ptpip

# KiB. A sanitizer keeps 256 MiB of what was freed.
GROWTH = 64 << 10 if harness.PATIENCE == 1 else 350 << 10


class Control(harness.Test):
    def setUp(self):
        super().setUp()
        self.serving = self.camera("--control", ":0", "--push-events", "--set", "timing.capture=20ms")
        self.url = self.serving.ready[0]["control"]
        self.port = int(self.url.rsplit(":", 1)[1])

    def ask(self, method, path, body=None, status=200, headers=None):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Content-Type": "application/json"} | (headers or {})
        link.request(method, path, None if body is None else body if isinstance(body, (str, bytes)) else json.dumps(body), headers)
        answer = link.getresponse()
        text = answer.read()
        link.close()
        self.assertEqual(status, answer.status, f"{method} {path}: {text}")
        return json.loads(text) if text else None

    def test_state(self):
        state = self.ask("GET", "/state")
        self.assertEqual(("nikon-d5300", 0, 0, False), tuple(state[key] for key in ("camera", "connections", "sessions", "busy")))
        with ptpip.Client(self.serving.port):
            self.assertEqual(1, self.ask("GET", "/state")["sessions"])
            self.assertEqual(2, self.ask("GET", "/state")["connections"])
        self.assertEqual(0x10001, state["storages"][0]["id"])
        self.assertEqual({"cameras": ["nikon-d5300"]}, self.ask("GET", "/cameras"))
        self.assertEqual("nikon-d5300", self.ask("GET", "/cameras/1")["camera"])
        self.ask("GET", "/cameras/2", status=404)
        self.ask("GET", "/cameras/1x/state", status=404)

    def test_properties_as_a_hand_on_the_body_sets_them(self):
        self.assertEqual(0x500F, self.ask("GET", "/properties/ExposureIndex")["code"])
        with ptpip.Client(self.serving.port) as client:
            self.assertEqual(800, self.ask("PUT", "/properties/ExposureIndex", {"value": 800})["value"])
            self.assertEqual(b"\x20\x03", client.do(ptpip.GET_PROP_VALUE, 0x500F).data)
            kind, body = client.events.receive()
            self.assertEqual((ptpip.EVENT, b"\x06\x40"), (kind, body[:2]))
        self.assertIn("did you mean 'ExposureIndex'", self.ask("GET", "/properties/ExposureIndx", status=404)["error"])
        self.ask("PUT", "/properties/ExposureIndex", {"value": "fast"}, status=400)
        self.ask("PUT", "/properties/ExposureIndex", {}, status=400)
        self.assertLess(20, len(self.ask("GET", "/properties")["properties"]))

    def test_shutter_events_and_transcript(self):
        with ptpip.Client(self.serving.port) as client:
            self.assertEqual("OK", self.ask("POST", "/shutter", {})["response"])
            codes = []
            while 0x400D not in codes:
                codes.append(int.from_bytes(client.events.receive()[1][:2], "little"))
            self.assertIn(0x4002, codes)
            self.assertEqual(1, self.ask("POST", "/events", {"code": "DeviceReset", "params": []})["sessions"])
            self.assertEqual(b"\x0b\x40", client.events.receive()[1][:2])
        self.ask("POST", "/events", {"code": "NoSuchEvent"}, status=400)
        self.ask("POST", "/events", {"code": "ObjectAdded", "params": [1, 2, 3, 4]}, status=400)
        self.ask("POST", "/events", {"code": "ObjectAdded", "params": ["x"]}, status=400)
        events = self.ask("GET", "/events")
        self.assertEqual([*codes, 0x400B], [line["code"] for line in events["events"]])
        lines = self.ask("GET", "/transcript")
        self.assertEqual("connected", lines["lines"][0]["note"])
        self.assertLessEqual(len(lines["lines"]), lines["next"])
        self.assertEqual([], self.ask("GET", f"/transcript?after={lines['next']}")["lines"])
        self.ask("GET", "/transcript?after=soon", status=400)

    def test_faults_come_and_go_while_a_client_is_there(self):
        with ptpip.Client(self.serving.port) as client:
            added = self.ask("POST", "/faults", {"fault": "code:code=DeviceBusy,operation=GetDeviceInfo"})["faults"]
            self.assertEqual([1], [one["id"] for one in added])
            self.ask("POST", "/faults", {"kind": "drop", "operation": "GetObject", "nth": 2})
            self.assertEqual(0x2019, client.do(ptpip.GET_DEVICE_INFO).code)
            first, second = self.ask("GET", "/faults")["faults"]
            self.assertEqual((1, 1, "code"), (first["seen"], first["applied"], first["kind"]))
            self.assertEqual((0, "drop:operation=GetObject,nth=2"), (second["seen"], second["fault"]))
            self.ask("DELETE", "/faults/1")
            self.ask("DELETE", "/faults/1", status=404)
            self.assertEqual(ptpip.OK, client.do(ptpip.GET_DEVICE_INFO).code)
            self.assertLess(2, len(self.ask("POST", "/faults", {"fault": "flaky-wifi"})["faults"]))
            self.ask("DELETE", "/faults")
            self.assertEqual([], self.ask("GET", "/faults")["faults"])
        for wrong in ({"fault": "lat:delay=1s"}, {"fault": "late"}, {}, {"kind": "set", "property": "ExposureIndex", "to": "x"},
                      {"fault": "/etc/passwd.toml"}, {"kind": ["late"]}):
            self.ask("POST", "/faults", wrong, status=400)

    def test_reset_is_a_camera_that_was_switched_off_and_on(self):
        client = ptpip.Client(self.serving.port)
        was = self.ask("GET", "/properties/ExposureIndex")["value"]
        self.ask("PUT", "/properties/ExposureIndex", {"value": 6400})
        self.ask("POST", "/reset", {})
        self.assertTrue(client.command.closed_within(5))
        client.close()
        self.assertEqual(was, self.ask("GET", "/properties/ExposureIndex")["value"])
        ptpip.Client(self.serving.port).close()

    def test_who_may_not(self):
        for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "10.0.0.1"):
            self.ask("GET", "/state", headers={"Host": host}, status=403)
        for host in (f"localhost:{self.port}", "127.0.0.1", f"[::1]:{self.port}"):
            self.ask("GET", "/state", headers={"Host": host})
        self.ask("POST", "/reset", {}, headers={"Origin": "http://evil.example"}, status=403)
        self.ask("POST", "/reset", {}, headers={"Origin": "null"}, status=403)
        self.ask("GET", "/state", headers={"Origin": f"http://127.0.0.1:{self.port}"})
        self.ask("POST", "/reset", "a=b", headers={"Content-Type": "application/x-www-form-urlencoded"}, status=415)
        self.ask("POST", "/reset", "{}", headers={"Content-Type": "text/plain"}, status=415)

    def test_hostile_input(self):
        before = self.serving.resident()
        for body in ("{", "[]", "null", "[" * 100_000, '{"fault":' * 5000, b"\xff\xfe\x00", '{"value":1e999}'):
            for method, path in (("POST", "/faults"), ("PUT", "/properties/ExposureIndex"), ("POST", "/events")):
                self.ask(method, path, body, status=400)
        self.ask("POST", "/faults", b" " * (1 << 21), status=413)
        for path in ("/../../etc/passwd", "/faults/99999999999999999999", "/faults/-1", "/properties/%00", "/cameras/0/state",
                     "/cameras/99999999999999999999/state", "/nothing", "//state/"):
            self.ask("GET", path, status=404)
        self.ask("DELETE", "/state", status=405)
        for raw in (b"\0" * 1000, b"GET /state HTTP/1.1\r\n" + b"X: y\r\n" * 10000, b"GET " + b"/" * 100_000 + b" HTTP/1.1\r\n\r\n",
                    b"POST /faults HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: -1\r\n\r\n",
                    b"POST /faults HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n"):
            with socket.create_connection(("127.0.0.1", self.port), 20) as link:
                try:
                    link.sendall(raw)
                    link.shutdown(socket.SHUT_WR)
                    while link.recv(65536):
                        pass
                except OSError:
                    pass
        self.assertEqual("nikon-d5300", self.ask("GET", "/state")["camera"])
        self.assertLess(self.serving.resident("VmHWM") - before, GROWTH)

    def command(self, *words, status=0):
        done = subprocess.run([harness.PROGRAM, "control", *words], capture_output=True, check=False, text=True, timeout=60,
                              env=dict(os.environ, STUNTCAM_CONTROL=self.url))
        self.assertEqual(status, done.returncode, done.stderr)
        return json.loads(done.stdout) if done.stdout else done.stderr

    def test_the_command(self):
        self.assertEqual("nikon-d5300", self.command()["camera"])
        self.assertEqual("nikon-d5300", self.command(f":{self.port}", "state")["camera"])
        self.assertEqual(400, self.command("set", "ExposureIndex", "400")["value"])
        self.assertEqual(400, self.command("get", "ExposureIndex")["value"])
        self.assertEqual("late", self.command("fault", "late:delay=1s")["faults"][0]["kind"])
        self.assertEqual(1, len(self.command("faults")["faults"]))
        self.assertEqual(1, self.command("clear", "1")["id"])
        self.assertEqual(0, self.command("event", "ObjectAdded", "1")["sessions"])
        self.assertEqual("OK", self.command("shutter")["response"])
        self.assertIn("lines", self.command("transcript"))
        self.command("reset")
        self.assertIn("did you mean", self.command("fault", "lat:delay=1s", status=1)["error"])
        self.assertIn("did you mean 'state'", self.command("stat", status=2))
        self.assertIn("PROP VALUE", self.command("set", "ExposureIndex", status=2))
        self.assertIn("cannot reach", self.command("127.0.0.1:1", "state", status=3))

    def test_where_it_may_listen(self):
        for place, words, status in (("0.0.0.0:0", "loopback", 2), ("8.8.8.8:80", "loopback", 2), ("nonsense", "not HOST:PORT", 2),
                                     (":70000", "not HOST:PORT", 2), (f":{self.port}", "cannot listen", 3)):
            done = subprocess.run([harness.PROGRAM, "serve", "nikon-d5300", "--port", "0", "--control", place], capture_output=True,
                                  check=False, text=True, timeout=60)
            self.assertEqual((status, True), (done.returncode, words in done.stderr), f"{place}: {done.stderr}")

    def test_several_cameras(self):
        serving = self.camera("--control", ":0", count=2)
        urls = [ready["control"] for ready in serving.ready]
        self.assertEqual(urls[0] + "/cameras/2", urls[1])
        self.url = urls[1]
        self.assertEqual("nikon-d5300#2", self.command()["camera"])


if __name__ == "__main__":
    harness.main()
