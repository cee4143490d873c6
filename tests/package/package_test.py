"""Installs the build, then configures, builds and runs a project that uses the installed package and nothing else."""
import argparse
import os
import subprocess
import tempfile


def run(*command):
    print("+", " ".join(command), flush=True)
    subprocess.run(command, check=True, timeout=500)


def main():
    options = argparse.ArgumentParser()
    for name in ["cmake", "build", "compiler", "build-type", "flags", "generator"]:
        options.add_argument("--" + name, required=True)
    given = options.parse_args()
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "consumer")
    with tempfile.TemporaryDirectory(prefix="stuntcam-package-") as temporary:
        prefix, build = os.path.join(temporary, "prefix"), os.path.join(temporary, "build")
        run(given.cmake, "--install", given.build, "--prefix", prefix)
        run(os.path.join(prefix, "bin", "stuntcam"), "--version")
        with open(os.path.join(prefix, "lib", "udev", "rules.d", "70-stuntcam.rules"), encoding="ascii") as rules:
            assert "060101" in rules.read(), "the rule is for cameras of the still-image class"
        run(given.cmake, "-S", source, "-B", build, "-G", given.generator, f"-DCMAKE_PREFIX_PATH={prefix}",
            f"-DCMAKE_CXX_COMPILER={given.compiler}", f"-DCMAKE_BUILD_TYPE={given.build_type}",
            f"-DCMAKE_CXX_FLAGS={given.flags}")
        run(given.cmake, "--build", build)
        run(os.path.join(build, "consumer"), os.path.join(temporary, "talk.pcapng"))


if __name__ == "__main__":
    main()
