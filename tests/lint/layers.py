"""Who may know whom: the arrows between folders, sockets only in transport/, vendors only where cameras are described."""
import re

import tree

KNOWS = {
    "ptp": set(),
    "transport": {"ptp"},
    "profiles": {"ptp"},
    "emulator": {"ptp", "transport", "profiles"},
    "initiator": {"ptp", "transport"},
    "pcap": {"ptp", "transport", "profiles"},
    "cli": {"ptp", "transport", "profiles", "emulator", "initiator", "pcap", "fuzz", "bench"},
}
FOLDERS = set(KNOWS) | {"fuzz", "bench", "tests"}

# Only transport/ calls sockets; the program, tests, fuzz targets and benchmarks drive its loop.
# An address is a value, no socket.
NETWORK = re.compile(r"asio[./](?!ip/address\.hpp)|asio\.hpp|sys/(socket|sendfile|un)\.h|netinet/|arpa/inet\.h|netdb\.h|libusb")
MAY_USE_NETWORK = {"transport", "cli", "fuzz", "tests", "bench"}

VENDOR = re.compile(r"nikon|canon(?!ical)|fuji|leica|olympus|parrot|sony|sequoia", re.IGNORECASE)
# The code tables name vendors because codes belong to them; a dialect of one vendor is files of its own, and a row in
# the table of dialects. Tests, fuzz targets and benchmarks name the cameras that they run against.
MAY_NAME_VENDORS = re.compile(r"^(profiles/[^/]*\.toml$|profiles/CMakeLists\.txt$|(emulator|initiator)/vendors/|ptp/[^/]*codes[^/]*$|ptp/dialect.cpp$|(ptp|transport)/fuji[^/]*$|"
                              r"transport/dialect\.cpp$|tests/|bench/|fuzz/)")
# The first camera, as an example in help texts and scripts.
EXAMPLE = {folder: re.compile(r"nikon[- ]d5300", re.IGNORECASE) for folder in ("cli", "scripts", ".ci")}
# How the code is built and run. Its files are named there, those that may name vendors too.
BUILD = re.compile(r"(^|/)CMakeLists\.txt$|\.cmake$|^scripts/|^\.ci/|^CMakePresets\.json$")
FILE = re.compile(r"[\w/-]+\.(cpp|h|py)\b")

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^">]+)[">]', re.MULTILINE)


def check(files):
    problems = []
    for path, text in files.items():
        folder = path.split("/")[0]
        if BUILD.search(path) and not MAY_NAME_VENDORS.match(path):
            problems += _vendors(path, folder, FILE.sub("", text))
        if not tree.is_cpp(path) or folder not in FOLDERS:
            continue
        code = tree.without_comments(text)
        for match in INCLUDE.finditer(code):
            problems += _include(path, folder, match.group(1), tree.line_of(code, match.start(1)))
        if not MAY_NAME_VENDORS.match(path):
            problems += _vendors(path, folder, code)
    return problems


def _include(path, folder, name, line):
    name = name.removeprefix("stuntcam/")
    other = name.split("/")[0]
    if folder in KNOWS and "/" in name and other in FOLDERS and other != folder and other not in KNOWS[folder]:
        yield f"{path}:{line}: {folder}/ must not know {other}/ ({name})"
    if folder not in MAY_USE_NETWORK and NETWORK.match(name):
        yield f"{path}:{line}: only transport/ may use sockets ({name})"


def _vendors(path, folder, code):
    for number, line in enumerate(code.split("\n"), 1):
        if folder in EXAMPLE:
            line = EXAMPLE[folder].sub("", line)
        match = VENDOR.search(line)
        if match:
            yield f"{path}:{number}: vendor knowledge ({match.group(0)}) belongs in profiles/, ptp/ code tables or a vendors/ folder"


if __name__ == "__main__":
    tree.main(check)
