"""`stuntcam fuzz`: what it prints and saves, that the saved scenario does it again, and which clients it turns away."""
import glob
import json
import os
import signal
import subprocess

import harness

CLIENTS = os.environ.get("STUNTCAM_CLIENTS", os.path.join(harness.ROOT, "build/dev/tests/fuzz"))
CAMERA = os.path.join(harness.ROOT, "tests/fuzz/small.toml")
TIMEOUT = f"{2 * harness.PATIENCE}s"


def client(name, *arguments):
    return ["--", os.path.join(CLIENTS, "client_" + name), "{port}", *arguments]


class Fuzz(harness.Test):
    def fuzz(self, *arguments, status=0):
        out = subprocess.run([harness.PROGRAM, "fuzz", CAMERA, *arguments], capture_output=True, text=True, cwd=self.folder,
                             timeout=150 * harness.PATIENCE)
        self.assertEqual(status, out.returncode, out.stderr)
        return out

    def test_a_crash_is_found_saved_and_comes_again(self):
        out = self.fuzz("--time", f"{60 * harness.PATIENCE}s", "--findings", "1", "--jobs", "2", "--json", "--timeout", TIMEOUT, *client("short_data_set"), status=1)
        *findings, summary = [json.loads(line) for line in out.stdout.splitlines()]
        self.assertEqual("summary", summary["type"])
        self.assertEqual(len(findings), summary["findings"])
        finding = findings[0]
        for key, value in {"type": "finding", "kind": "crash", "seed": 1, "repeated": 3, "tried": 3}.items():
            self.assertEqual(value, finding[key], key)
        self.assertEqual(1, len(finding["faults"]), finding)
        scenario = os.path.join(self.folder, finding["reproducer"])
        for ending in ("toml", "txt", "pcapng"):
            self.assertGreater(os.path.getsize(scenario[:-4] + ending), 100)
        # The line that it names, word for word; and the same without the hunt.
        command = finding["command"].replace("stuntcam", harness.PROGRAM, 1)
        again = subprocess.run(["sh", "-c", command + " 2>&1"], capture_output=True, text=True, cwd=self.folder)
        self.assertEqual(1, again.returncode, again.stdout)
        self.assertIn("3 of 3 times", again.stdout)
        run = subprocess.run([harness.PROGRAM, "run", CAMERA, "--fault", scenario, *client("short_data_set")],
                             capture_output=True, text=True)
        self.assertIn(run.returncode, (128 + signal.SIGSEGV, 1 if harness.PATIENCE > 1 else 139), run.stderr)
        decoded = subprocess.run([harness.PROGRAM, "decode", scenario[:-4] + "pcapng"], capture_output=True, text=True)
        self.assertIn("GetDeviceInfo", decoded.stdout)
        # Corrected, it gets along with it.
        self.fuzz("--replay", scenario, *client("short_data_set_corrected"))

    def test_what_is_replayed_reaches_the_camera_as_in_run(self):
        def replay(camera, scenario, line, status):
            out = subprocess.run([harness.PROGRAM, "fuzz", camera, "--replay", scenario, "--timeout", "60s", "--", "sh", "-c", line],
                                 capture_output=True, text=True, cwd=self.folder, timeout=150 * harness.PATIENCE)
            self.assertEqual(status, out.returncode, out.stderr)
            return out.stderr

        # The hand on the body: the card is full, so the capture fails.
        patience = f"--timeout {2 * harness.PATIENCE}s"
        capture = f"{harness.PROGRAM} capture {{target}} {patience} || kill -SEGV $$"
        self.assertIn("3 of 3 times", replay("nikon-d5300", "full-card", capture, 1))
        # What cannot be done is said before anything is tried.
        with open(self.path("property.toml"), "w", encoding="utf-8") as file:
            file.write('[[fault]]\nkind = "set"\nproperty = 0xD123\nto = "1"\n')
        self.assertIn("has no property", replay("nikon-d5300", self.path("property.toml"), "true", 2))

    def test_nothing_is_found_in_a_client_that_is_right(self):
        out = self.fuzz("--runs", "100", "--json", "--timeout", TIMEOUT, "--expect-file", "{dir}/a",
                        *client("trusts_total_corrected", "{dir}/a"))
        summary = json.loads(out.stdout)
        self.assertEqual((100, 0), (summary["runs"], summary["findings"]))
        self.assertEqual([], glob.glob(self.path("findings", "*")))

    def test_the_same_seed_draws_the_same(self):
        outs = [self.fuzz("--seed", "7", "--runs", "40", "--jobs", "1", "--json", "--timeout", "10s", *client("count_overflow"), status=1)
                for _ in range(2)]
        faults = [[json.loads(line)["faults"] for line in out.stdout.splitlines()[:-1]] for out in outs]
        self.assertEqual(faults[0], faults[1])

    def test_bytes_of_another_engine_draw_the_faults(self):
        def drawn(content):
            with open(self.path("bytes"), "wb") as file:
                file.write(content)
            out = subprocess.run([harness.PROGRAM, "fuzz", CAMERA, "--timeout", TIMEOUT, "--bytes", self.path("bytes"), *client("short_data_set")],
                                 capture_output=True, text=True, cwd=self.folder, timeout=150 * harness.PATIENCE)
            return out.returncode, out.stderr

        # One fault, a new one, of an answer, the second, in its data: fields, bytes, or the phase.
        tried = [drawn(bytes([0, 0, 99, 1, 1, choice]) + bytes(12)) for choice in range(10)]
        self.assertEqual({0, -signal.SIGABRT}, {status for status, _ in tried}, tried)
        for status, said in tried:
            self.assertIn("--fault '", said)
            self.assertEqual(status != 0, "crash: " in said, said)
        crash = next(index for index, (status, _) in enumerate(tried) if status != 0)
        self.assertEqual(tried[crash][1].splitlines()[0], drawn(bytes([0, 0, 99, 1, 1, crash]) + bytes(12))[1].splitlines()[0])
        self.assertEqual([], glob.glob(self.path("findings")))
        missing = self.fuzz("--bytes", "missing", *client("short_data_set"), status=2)
        self.assertIn("cannot read missing: No such file", missing.stderr)

    def test_clients_that_cannot_be_fuzzed_are_turned_away(self):
        for words, reason in ((["/nonexistent/client"], "cannot start /nonexistent/client"), (["true"], "never connects"),
                              (["sh", "-c", "kill -SEGV $$"], "signal 11")):
            out = self.fuzz("--runs", "1000", "--", *words, status=2)
            self.assertIn(reason, out.stderr)
        self.assertIn("CLIENT ARGS", self.fuzz("--runs", "5", status=2).stderr)
        always = self.fuzz("--runs", "3", "--", "sh", "-c", f"{CLIENTS}/client_short_data_set_corrected {{port}}; true")
        self.assertIn("exits with 0 whatever happens", always.stderr)

    def test_ctrl_c_ends_it_and_its_client(self):
        started = self.path("started")
        line = " ".join(client("short_data_set_corrected")[1:])
        process = subprocess.Popen([harness.PROGRAM, "fuzz", CAMERA, "--timeout", "60s", "--", "sh", "-c", f"touch {started}; exec {line}"],
                                   cwd=self.folder, stderr=subprocess.PIPE, text=True)
        harness.wait_until(lambda: os.path.exists(started), what="the first run")
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=30 * harness.PATIENCE)[1]
        self.assertEqual(130, process.returncode, said)

    def test_ctrl_c_ends_a_client_that_does_not_end_by_itself(self):
        # While it is looked at without faults, in the hunt, and where a scenario is tried again.
        started = self.path("started")
        line = " ".join(client("short_data_set_corrected")[1:])
        scenario = self.path("late.toml")
        with open(scenario, "w", encoding="utf-8") as file:
            file.write('[[fault]]\nkind = "drop"\noperation = "GetDeviceInfo"\n')
        for name, script, more in (("first", f"echo >>{started}; sleep 1000", []),
                                   ("hunt", f"{line}; status=$?; echo >>{started}; test $(wc -l <{started}) -lt 5 || sleep 1000; exit $status", []),
                                   ("again", f"{line}; status=$?; echo >>{started}; test $(wc -l <{started}) -lt 5 || sleep 1000; exit $status",
                                    ["--replay", scenario])):
            with self.subTest(name):
                open(started, "w", encoding="utf-8").close()
                process = subprocess.Popen([harness.PROGRAM, "fuzz", CAMERA, "--timeout", "900s", "--jobs", "1", *more, "--", "sh", "-c", script],
                                           cwd=self.folder, stderr=subprocess.PIPE, text=True)
                lines = 1 if name == "first" else 5
                harness.wait_until(lambda: os.path.getsize(started) >= lines, what=f"the client of {name}")
                process.send_signal(signal.SIGINT)
                said = process.communicate(timeout=30 * harness.PATIENCE)[1]
                self.assertEqual(130, process.returncode, said)


if __name__ == "__main__":
    harness.main()
