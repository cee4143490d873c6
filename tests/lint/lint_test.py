"""The lint checks find what they are for, and let pass what is right."""
import unittest

import coroutines
import forbidden
import layers


def awaits(statement):
    return coroutines.check({"transport/a.cpp": f"Task<> f() {{\n{statement}\n}}\n"})


class Layers(unittest.TestCase):
    def problems(self, path, text):
        return layers.check({path: text})

    def test_arrows(self):
        for path, include in [("ptp/a.h", "transport/link.h"), ("transport/a.cpp", "profiles/load.h"),
                              ("emulator/a.cpp", "initiator/client.h"), ("initiator/a.cpp", "emulator/camera.h"),
                              ("emulator/vendors/a.cpp", "cli/serve.h"), ("pcap/a.cpp", "stuntcam/emulator/camera.h")]:
            self.assertEqual(1, len(self.problems(path, f'#include "{include}"\n')), (path, include))
        for path, include in [("transport/a.cpp", "ptp/bytes.h"), ("emulator/a.cpp", "transport/server.h"),
                              ("cli/a.cpp", "emulator/camera.h"), ("tests/ptp/a.cpp", "emulator/camera.h")]:
            self.assertEqual([], self.problems(path, f'#include "{include}"\n'), (path, include))

    def test_a_commented_include_is_none(self):
        self.assertEqual([], self.problems("ptp/a.h", '// #include "transport/link.h"\n'))

    def test_sockets(self):
        for include in ["asio.hpp", "asio/awaitable.hpp", "sys/socket.h", "sys/sendfile.h", "netinet/in.h"]:
            self.assertEqual(1, len(self.problems("emulator/a.cpp", f"#include <{include}>\n")), include)
            self.assertEqual([], self.problems("transport/a.cpp", f"#include <{include}>\n"), include)

    def test_vendors(self):
        self.assertEqual(1, len(self.problems("transport/a.cpp", "\nbool b = vendor == Vendor::nikon;\n")))
        self.assertIn("transport/a.cpp:2:", self.problems("transport/a.cpp", "\nif (nikon) {}\n")[0])
        self.assertEqual(1, len(self.problems("cli/a.cpp", 'auto s = "Canon";\n')))
        self.assertEqual([], self.problems("cli/a.cpp", 'auto s = "stuntcam serve nikon-d5300: a Nikon D5300";\n'))
        self.assertEqual([], self.problems("emulator/a.cpp", "// seen on a Nikon\nint canonical;\n"))
        self.assertEqual([], self.problems("emulator/vendors/nikon.cpp", "struct Nikon {};\n"))
        self.assertEqual([], self.problems("initiator/vendors/nikon.cpp", "struct Nikon {};\n"))
        self.assertEqual(1, len(self.problems("initiator/session.cpp", "struct Nikon {};\n")))
        self.assertEqual([], self.problems("ptp/vendor_codes.def", 'V(nikon, 1)\n'))
        self.assertEqual(1, len(self.problems("profiles/a.cpp", 'if (name == "leica") {}\n')))
        self.assertEqual([], self.problems("profiles/leica.toml", 'vendor = "leica"\n'))
        self.assertEqual([], self.problems("profiles/CMakeLists.txt", "set(PROFILES leica)\n"))
        self.assertEqual([], self.problems("emulator/CMakeLists.txt", "a(vendors/leica.cpp)\n"))
        self.assertEqual(1, len(self.problems("emulator/CMakeLists.txt", "set(LEICA on)\n")))
        self.assertEqual(1, len(self.problems("scripts/run", "serve canon-r6\n")))
        self.assertEqual([], self.problems("scripts/run", "serve nikon-d5300\n"))


class Coroutines(unittest.TestCase):
    def test_bad_forms(self):
        for statement in ["if (co_await x() == 1) {}", "while (co_await x()) {}", "switch (co_await x()) {}",
                          "for (; co_await x();) {}", "f(co_await x());", "auto a = f(co_await x());",
                          "auto a = 1 + co_await x();", "auto a = co_await x() && b;", "auto a = co_await x() ? 1 : 2;",
                          "if (auto m = co_await x(); !m) {}", "Agg a{1, co_await x()};", "Agg a{co_await x()};",
                          "auto a = Agg{co_await x()};", "auto a = (co_await x()).b;", "auto a = *co_await x();",
                          "a += co_await x();", "co_return f(co_await x());", "(void)co_await x();",
                          "auto a = co_await f([s] { return s; });", "co_await f({1, 2});", "co_await f(1, {s});",
                          "co_await f(co_await g());", "auto f = [a = co_await x()] {};", "return co_await x();"]:
            self.assertNotEqual([], awaits(statement), statement)

    def test_good_forms(self):
        for statement in ["co_await x();", "auto a = co_await x();", "a = co_await x();", "co_return co_await x();",
                          "if (y) co_await x();", "if (y) { co_await x(); } else co_await z();", "x(); co_await y();",
                          "auto [a, b] = co_await x();", "const Expected<int> r = co_await link->receive();",
                          "try { co_await x(); } catch (...) {}", "for (;;) { const auto n = co_await x(); }",
                          "co_await (a() || b());", "const auto n = co_await (a() || b());",
                          "spawn(io, [&]() -> Task<> { co_await x(); });", "while (y) co_await x();",
                          "switch (y) { case 1: co_await x(); }", "// if (co_await x()) is wrong",
                          'auto s = "f(co_await x())";', "co_await t.async_wait(asio::use_awaitable);",
                          "if (y) co_return co_await x();", "struct S { Task<int> g() override { co_return co_await x(); } };",
                           "co_await f([] { return 1; });", "co_await send({}, false);", "do { co_await x(); } while (y);"]:
            self.assertEqual([], awaits(statement), statement)

    def test_names_the_line(self):
        self.assertIn("transport/a.cpp:3:", awaits("\nf(co_await x());")[0])


class Forbidden(unittest.TestCase):
    def test_words(self):
        for text in ["// TO" "DO: later", "# FIX" "ME", "XX" "X", "see /wo" "rk/main", "in ../sha" "red/x", "seed 0" "04",
                     "https://py" "pi.org/simple"]:
            self.assertEqual(1, len(forbidden.check({"a.cpp": text})), text)
        for text in ["TODOS", "mktemp -d /tmp/aXXXXXX", "a/work/b", "the seed 7", "framework/x"]:
            self.assertEqual([], forbidden.check({"a.cpp": text}), text)

    def test_run_bits(self):
        self.assertEqual(1, len(forbidden.check_run_bits({"scripts/a": "#!/bin/sh\n"}, lambda path: False)))
        self.assertEqual(1, len(forbidden.check_run_bits({"a.cpp": "int a;\n"}, lambda path: True)))
        self.assertEqual([], forbidden.check_run_bits({"scripts/a": "#!/bin/sh\n"}, lambda path: True))


if __name__ == "__main__":
    unittest.main()
