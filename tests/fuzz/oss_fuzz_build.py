""".clusterfuzzlite/build.sh, run as its container runs it: what it puts into $OUT is complete, and fuzzes.
OSS_FUZZ_TARGETS=all builds every target instead of the two smallest, OSS_FUZZ_TARGETS="usbip server" these."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Without a wish, those of the smallest library: what is built is not what is tested here.
TARGETS = os.environ.get("OSS_FUZZ_TARGETS", "text framings").split()
CLANG = "clang++-19"


def ask_fuzz(*words):
    return subprocess.run([ROOT / "scripts/fuzz", *words], capture_output=True, text=True, check=True).stdout.split()


if TARGETS == ["all"]:
    TARGETS = ask_fuzz("--list")


def check_dictionaries():
    """libFuzzer refuses to begin with one that it cannot read."""
    used = {word for target in ask_fuzz("--list") for word in ask_fuzz("--dictionary", target)}
    assert {"fuzz/dictionaries/capture.dict"} < used
    assert used == {f"fuzz/dictionaries/{file.name}" for file in (ROOT / "fuzz/dictionaries").iterdir()}, used
    for name in used:
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
            assert re.fullmatch(r'\s*(#.*|(\w+=)?"([^"\\]|\\["\\]|\\x[0-9a-fA-F]{2})+"\s*|)', line), f"{name}: {line}"


def build(folder):
    (folder / "src").mkdir()
    (folder / "src/stuntcam").symlink_to(ROOT)
    environment = dict(os.environ, SRC=str(folder / "src"), OUT=str(folder / "out"), TARGETS=" ".join(TARGETS), CC="clang-19",
                       CXX=CLANG, CXXFLAGS="-O1 -gline-tables-only -fsanitize=address,fuzzer-no-link -stdlib=libc++",
                       LIB_FUZZING_ENGINE="-fsanitize=fuzzer")
    if shutil.which("ccache"):
        environment["LAUNCHER"] = "ccache"
    subprocess.run([str(ROOT / ".clusterfuzzlite/build.sh")], env=environment, check=True)


def check(out):
    for target in TARGETS:
        program = out / f"fuzz_{target}"
        corpus = out / f"fuzz_{target}_seed_corpus.zip"
        assert os.access(program, os.X_OK), program
        assert corpus.stat().st_size > 100, corpus
        words = out / f"fuzz_{target}.dict"
        assert words.exists() == bool(ask_fuzz("--dictionary", target)), target
        needed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
        assert f"{out}/lib/libfmt" in needed, f"{target} takes its libraries from elsewhere:\n{needed}"
        inputs = out / f"corpus_{target}"
        shutil.unpack_archive(corpus, inputs)
        seeds = len(os.listdir(inputs))
        assert seeds > 2, inputs
        run = subprocess.run([program, "-runs=2000", "-max_total_time=60", "-seed=1",
                              *([f"-dict={words}"] if words.exists() else []), inputs], capture_output=True, text=True)
        assert run.returncode == 0, run.stderr[-2000:]
        assert int(re.search(r"Done (\d+) runs", run.stderr)[1]) >= seeds, run.stderr[-2000:]
        print(f"{target}: built, and ran", flush=True)


check_dictionaries()
if not shutil.which(CLANG):
    print(f"skipped: no {CLANG}")
    sys.exit(1 if os.environ.get("CI") == "true" else 77)
with tempfile.TemporaryDirectory() as temporary:
    build(pathlib.Path(temporary))
    check(pathlib.Path(temporary) / "out")
print("ok")
