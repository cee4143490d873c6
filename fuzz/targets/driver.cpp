// Stands in for libFuzzer where a compiler has none: runs the target on each file, and each file of a folder, that is
// named on the command line. ctest replays corpora and regressions by it. `--random N SEED` first changes what it read
// at random, N times: blind, but better than nothing; the input that is tried is always in random-input.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "fuzz/targets/input.h"

namespace {

using Content = std::vector<std::uint8_t>;

std::vector<std::filesystem::path> files_of(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) return {path};
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(path))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

void change(Content& content, const std::vector<Content>& others, std::mt19937_64& random) {
  const auto below = [&](std::size_t count) { return count == 0 ? 0 : static_cast<std::size_t>(random() % count); };
  for (std::size_t times = 1 + below(6); times > 0; --times) {
    const auto at = content.begin() + static_cast<std::ptrdiff_t>(below(content.size()));
    switch (content.empty() ? 0 : below(5)) {
      case 0: {  // a part of another
        const auto& other = others[below(others.size())];
        const auto from = below(other.size()), size = below(std::min<std::size_t>(64, other.size() - from) + 1);
        const auto part = other.begin() + static_cast<std::ptrdiff_t>(from);
        content.insert(at, part, part + static_cast<std::ptrdiff_t>(size));
        break;
      }
      case 1:
        *at = static_cast<std::uint8_t>(random());
        break;
      case 2:
        *at = static_cast<std::uint8_t>(*at ^ (1U << below(8)));
        break;
      case 3:
        content.erase(at, at + static_cast<std::ptrdiff_t>(
                                   1 + below(std::min<std::size_t>(16, static_cast<std::size_t>(content.end() - at)))));
        break;
      default:
        content.insert(at, static_cast<std::uint8_t>(below(2) == 0 ? 0xFF : below(4)));
        break;
    }
  }
}

void run(const Content& content) { LLVMFuzzerTestOneInput(content.data(), content.size()); }

}  // namespace

int main(int argc, char** argv) {
  int first = 1;
  unsigned long long times = 0, seed = 1;
  if (argc > 3 && std::string(argv[1]) == "--random") {
    times = std::strtoull(argv[2], nullptr, 0);
    seed = std::strtoull(argv[3], nullptr, 0);
    first = 4;
  }
  std::vector<Content> inputs;
  for (int i = first; i < argc; ++i) {
    for (const auto& path : files_of(argv[i])) {
      std::ifstream file(path, std::ios::binary);
      if (!file) {
        std::fprintf(stderr, "cannot open %s\n", path.c_str());
        return 1;
      }
      inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
      if (times > 0) continue;
      std::fprintf(stderr, "%s\n", path.c_str());  // of those that crash, the last
      run(inputs.back());
    }
  }
  if (inputs.empty()) return 1;
  std::mt19937_64 random(seed);
  for (unsigned long long i = 0; i < times; ++i) {
    Content input = inputs[random() % inputs.size()];
    change(input, inputs, random);
    std::ofstream("random-input", std::ios::binary)
        .write(reinterpret_cast<const char*>(input.data()), static_cast<std::streamsize>(input.size()));
    run(input);
  }
  std::printf("%zu inputs, %llu random ones\n", inputs.size(), times);
  return 0;
}
