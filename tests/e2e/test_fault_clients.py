"""Each kind of fault finds the client that is broken in just that way: a careful client copes or notices, one with a
single flaw does not. What kind is in no case here fails the test."""
import json
import re
import subprocess
import time
import urllib.request

import harness
import ptpip
import small_client

NAME = "Nikon Corporation"


def info(client):
    return client.manufacturer()


def info_and_silence(client):
    name = client.manufacturer()
    client.expect_silence()
    return name


def info_twice(client):
    return client.manufacturer() and client.manufacturer()


def handles(client):
    return len(client.handles())


def picture(client):
    return len(client.picture())


def capture(client):
    return client.capture()


def busy(client):
    client.open().ask(0x100E, 0, 0)
    return "released"


def twice(prop):
    """A property, before and after something else was asked."""
    def use(client):
        client.value(prop, "<H")
        client.manufacturer()
        return client.value(prop, "<H")
    return use


def battery(client):
    return client.battery()


def age(client):
    return client.age()


def motion(client):
    return client.motion()


def come_back(port, flaws, patience=0.7):
    """A client that dials again after its connection broke, for as long as it takes."""
    first = small_client.outcome(port, flaws, info, patience)
    for _ in range(30 if "gives up after one try" not in flaws else 1):
        time.sleep(0.05)
        again = small_client.outcome(port, flaws, info, patience)
        if again == NAME:
            return "came back"
    return f"{first}, then {again}"


INFO, DATA, OPEN = "operation=GetDeviceInfo", "operation=GetObject", "operation=OpenSession"
DENY = "deny:for=600ms,after=0s"
# fault, what the client does, its flaw, what the careful one makes of it, what the flawed one does (both as patterns)
CASES = [
    ("code:code=GeneralError," + INFO, info, "takes every response for OK", "caught: response 0x2002", NAME),
    ("parameters:values=1+2+3," + INFO, info, "expects no parameters", NAME, "crash: error"),
    ("transaction:add=7," + INFO, info, "does not look at ids", "caught: transaction 7 instead of 0", NAME),
    ("transaction:value=9,packet=StartData," + INFO, info, "does not look at ids", "caught: transaction 9 instead of 0", NAME),
    ("drop:" + INFO, info, "no timeout", "caught: nothing came in time", "hang"),
    ("late:delay=300ms," + INFO, info, "impatient", NAME, "caught: nothing came in time"),
    ("repeat:" + INFO, info_and_silence, "reads what is left over", "caught: bytes that nobody asked for", NAME),
    ("repeat:nth=1," + INFO, info_twice, "does not look at ids", "caught: transaction 0 instead of 1", "caught: no DeviceInfo"),
    ("pad:bytes=3," + INFO, info, "trusts lengths", "caught: packet type 7 of 17 bytes", NAME),
    ("shorten:bytes=4," + INFO, info, "trusts lengths", "caught: packet type 7 of 10 bytes", "crash: error"),
    ("refuse:code=DeviceBusy,times=3,operation=InitiateCapture", busy, "gives up when busy", "released", "caught: response 0x2019"),
    ("before-data:" + INFO, info, "reads beyond the end", "caught: no DeviceInfo", "crash: IndexError"),
    ("early:for=1s,operation=InitiateCapture", capture, "drops early events", "1", "0|caught: nothing came in time"),
    ("cut:at=100,then=stall," + INFO, info, "no timeout", "caught: nothing came in time", "hang"),
    ("cut:at=100,then=close," + INFO, info, "takes a segment for a packet", "caught: the connection ended", "crash: error"),
    ("truncate:at=120," + INFO, info, "trusts the total", "caught: 120 bytes instead of .*", "caught: a .*"),
    ("truncate:at=5000," + DATA, picture, "trusts the total", "caught: 5000 bytes instead of .*", "5000"),
    ("extend:bytes=9," + DATA, picture, "trusts the total", "caught: .* bytes instead of .*", r"\d+"),
    ("total:add=-4," + INFO, info, "trusts the total", "caught: .* bytes instead of .*", NAME),
    ("total:value=unknown," + INFO, info, "allocates the total", NAME, "crash: OverflowError"),
    ("flip:at=0,mask=255," + DATA, picture, "believes the contents", "caught: no JPEG", r"\d+"),
    ("replace:at=0,hex=ffffff7f,operation=GetObjectHandles", handles, "reads beyond the end", "caught: 2147483647 handles in .*", "crash: error"),
    ("data:hex=6400060000006400fe," + INFO, info, "reads beyond the end", "caught: .*", "crash: .*"),
    ("empty:" + INFO, info, "reads beyond the end", "caught: no DeviceInfo", "crash: IndexError"),
    ("split:values=1+0+50," + INFO, info, "expects one packet", NAME, "crash: error"),
    ("inject:code=0xC7FF,operation=InitiateCapture", capture, "knows every event", "1", "crash: KeyError"),
    ("repeat:event=ObjectAdded", capture, "counts events", "1", "2"),
    ("transaction:value=77,event=ObjectAdded", capture, "does not look at ids", "caught: an event of transaction 77", "1"),
    ("drop:event=CaptureComplete", capture, "no timeout", "caught: nothing came in time", "hang"),
    ("late:delay=400ms,event=ObjectAdded", capture, "impatient", "1", "caught: nothing came in time"),
    ("reorder:event=ObjectAdded", capture, "expects events in order", "1", "0"),
    ("reset:" + INFO, info, "takes a segment for a packet", "caught: the connection was reset", "crash: ConnectionResetError"),
    ("close:" + INFO, info, "takes a segment for a packet", "caught: the connection ended", "crash: error"),
    ("half-close:" + INFO, info, "takes a segment for a packet", "caught: the connection ended", "crash: error"),
    ("stall:for=300ms," + INFO, info, "impatient", NAME, "caught: nothing came in time"),
    ("silence:" + INFO, info, "no timeout", "caught: nothing came in time", "hang"),
    ("throttle:bytes=1000,lane=command", info, "wants it at once", NAME, "caught: it takes too long"),
    ("latency:delay=300ms", info, "impatient", NAME, "caught: nothing came in time"),
    ("slice:bytes=5,delay=2ms," + INFO, info, "takes a segment for a packet", NAME, "crash: error"),
    ("refuse:reason=2", info, "believes every greeting", "caught: refused, reason 2", "caught: the connection .*|crash: .*"),
    ("cut:at=20,packet=InitCommandAck,then=close", info, "takes a segment for a packet", "caught: the connection ended", "crash: error|caught: a short Ack"),
    ("drop:packet=InitEventAck", info, "no timeout", "caught: nothing came in time", "hang"),
    ("card-full:operation=InitiateCapture", busy, "takes every response for OK", "caught: response 0x200c", "released"),
    ("card-out:operation=GetObject", picture, "takes every response for OK", "caught: response 0x2013", "caught: an object of 0 bytes.*"),
    ("lens-off:operation=InitiateCapture", busy, "takes every response for OK", "caught: response 0x2002", "released"),
    ("overheat:operation=InitiateCapture", busy, "takes every response for OK", "caught: response 0x2019", "released"),
    ("battery:to=5," + OPEN, battery, "divides by what is left", "5, nearly empty", "crash: ZeroDivisionError"),
    ("dial:to=3," + INFO, twice(small_client.EXPOSURE_PROGRAM), "keeps what it has read", "3", "1"),
    ("set:property=ExposureIndex,to=400," + INFO, twice(small_client.EXPOSURE_INDEX), "keeps what it has read", "400", "6400"),
    ("forget:property=BatteryLevel", battery, "takes every response for OK", "caught: response 0x200a", "caught: a short value"),
    ("clock:jump=-1h," + INFO, age, "takes time to go on", "caught: the clock went back", "crash: error"),
    ("freeze:operation=StartLiveView", motion, "no timeout", "caught: the picture stands still", "hang"),
]


class FaultClients(harness.Test):
    @classmethod
    def setUpClass(cls):
        cls.serving = harness.Camera("--control", ":0", "--push-events", "--set", "timing.capture=50ms",
                                     "--set", "CompressionSetting=fine")
        cls.control = cls.serving.ready[0]["control"]

    @classmethod
    def tearDownClass(cls):
        cls.serving.stop()
        cls.serving.log.close()

    def order(self, method, path, body=None):
        request = urllib.request.Request(self.control + path, method=method, data=None if body is None else json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def under(self, fault, use, flaws):
        self.order("DELETE", "/faults")
        self.order("POST", "/reset", {})
        self.order("POST", "/faults", {"fault": fault})
        patience = 0.15 if "impatient" in flaws else 0.7
        result = small_client.outcome(self.serving.port, flaws, use, patience)
        counters = self.order("GET", "/faults")["faults"][0]
        return result, counters["applied"]

    def test_each_kind(self):
        for fault, use, flaw, careful, careless in CASES:
            with self.subTest(fault=fault, flaw=flaw):
                good, applied = self.under(fault, use, [])
                bad, _ = self.under(fault, use, [flaw])
                self.assertLess(0, applied, "the fault was never applied")
                self.assertRegex(str(good), f"^({careful})$")
                self.assertRegex(str(bad), f"^({careless})$")
                self.assertNotEqual(good, bad, "the flaw makes no difference")

    def test_no_kind_is_forgotten(self):
        done = subprocess.run([harness.PROGRAM, "faults", "--json"], capture_output=True, check=True, text=True)
        kinds = {line["kind"] for line in map(json.loads, done.stdout.splitlines()) if "kind" in line}
        self.assertEqual(kinds, {fault.split(":")[0] for fault in [DENY, *(case[0] for case in CASES)]})

    def test_who_comes_back_too_soon(self):
        for flaws, wanted in (((), "came back"), (("gives up after one try",), "(crash|caught): .*reset.*, then .*")):
            self.order("DELETE", "/faults")
            self.order("POST", "/faults", {"fault": DENY})
            self.assertRegex(come_back(self.serving.port, flaws), re.compile(wanted, re.IGNORECASE))

    def test_the_same_seed_gives_the_same_bytes(self):
        def talk(seed):
            camera = self.camera("--seed", str(seed), "--fault", "flip:count=5,probability=0.5", "--fault", "split:values=9+1+100,probability=0.5",
                                 "--fault", "code:code=DeviceBusy,probability=0.2")
            link = ptpip.Connection(camera.port)
            link.send(ptpip.init_command())
            link.receive()
            heard = []
            for tid in range(40):
                link.send(ptpip.request(ptpip.GET_DEVICE_INFO, tid))
                while not heard or heard[-1][0] != ptpip.RESPONSE or len(heard) <= tid:
                    heard.append(link.receive())
                    if heard[-1][0] == ptpip.RESPONSE:
                        break
            link.close()
            return heard
        first = talk(3)
        self.assertEqual(first, talk(3))
        self.assertNotEqual(first, talk(4))

    def test_recordings_and_transcripts_tell_and_can_be_replayed(self):
        talk, trace = self.path("talk.jsonl"), self.path("trace.pcapng")
        camera = self.camera("--fault", "pad:bytes=4,operation=OpenSession", "--fault", "drop:operation=GetStorageIDs",
                             "--transcript", talk, "--record", trace)
        with ptpip.Client(camera.port, session=None, timeout=1) as client:
            self.assertEqual(ptpip.OK, client.do(ptpip.GET_DEVICE_INFO).code)
            self.assertEqual(ptpip.OK, client.do(ptpip.OPEN_SESSION, 1).code)
            with self.assertRaises(TimeoutError):
                client.do(ptpip.GET_STORAGE_IDS)
        camera.stop()
        with open(talk, encoding="utf-8") as file:
            notes = [line["fault"] for line in map(json.loads, file) if line.get("note") == "fault"]
        self.assertEqual(["fault 1: pad:bytes=4,operation=OpenSession", "fault 2: drop:operation=GetStorageIDs"], notes)
        with open(trace, "rb") as file:
            content = file.read()
        for note in notes:
            self.assertIn(note.encode(), content)
        again = self.camera("--fault", "code:code=AccessDenied,operation=GetDeviceInfo", camera=trace)
        with ptpip.Client(again.port, session=None) as client:
            self.assertEqual(0x200F, client.do(ptpip.GET_DEVICE_INFO).code)

    def test_what_is_wrong_is_said_at_the_start(self):
        cases = {"lat:delay=1s": "did you mean 'late'?", "flaky-wify": "did you mean 'flaky-wifi'?", "late": "late needs delay=",
                 "set:property=ExposureIndex,to=fast": "ExposureIndex", "nothing.toml": "cannot read nothing.toml"}
        for number, (text, words) in enumerate({
                '[[fault]]\nkind = "late"\ndelai = "1s"\n': ":3:1: late has no key 'delai'; did you mean 'delay'?",
                '[[fault]]\nkind = "lat"\n': ":2:1: unknown kind of fault 'lat'; did you mean 'late'?",
                '[[fault]]\nkind = "late"\ndelay = "soon"\n': ":3:1: delay is 'soon'; write a duration",
                '[[fault]]\nkind = "late"\n': ":1:1: late needs delay=",
                '[[faults]]\nkind = "late"\n': "did you mean 'fault'?", 'fault = 3\n': "two brackets", 'seed = "x"\n': "seed is a number",
                '': "at least one [[fault]]", '[[fault]\n': "mine"}.items()):
            path = self.path(f"mine{number}.toml")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            cases[path] = words
        for fault, words in cases.items():
            done = subprocess.run([harness.PROGRAM, "serve", "nikon-d5300", "--port", "0", "--fault", fault], capture_output=True, check=False,
                                  text=True, timeout=60, cwd=self.folder)
            self.assertEqual((2, True), (done.returncode, words in done.stderr), f"{fault}: {done.stderr}")

    def test_scenarios_are_for_every_camera_and_read_back(self):
        done = subprocess.run([harness.PROGRAM, "faults", "--json"], capture_output=True, check=True, text=True)
        names = [line["scenario"] for line in map(json.loads, done.stdout.splitlines()) if "scenario" in line]
        self.assertLess(7, len(names))
        for name in names:
            shown = subprocess.run([harness.PROGRAM, "faults", name], capture_output=True, check=True, text=True).stdout
            path = self.path(name + ".toml")
            with open(path, "w", encoding="utf-8") as file:
                file.write(shown)
            camera = self.camera("--fault", path, "--control", ":0")
            with urllib.request.urlopen(camera.ready[0]["control"] + "/faults", timeout=20) as answer:
                mine = [one["fault"] for one in json.load(answer)["faults"]]
            camera.stop()
            self.order("DELETE", "/faults")
            self.assertEqual(mine, [one["fault"] for one in self.order("POST", "/faults", {"fault": name})["faults"]])
        self.order("DELETE", "/faults")


if __name__ == "__main__":
    harness.main()
