// seeds DIR writes the corpora into DIR/TARGET/NAME. seeds --check DIR only says which files there differ from them.
#include "fuzz/seeds/seeds.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

int main(int argc, char** argv) {
  using namespace stuntcam;
  using namespace stuntcam::fuzz;
  namespace fs = std::filesystem;
  const bool check = argc == 3 && std::string_view(argv[1]) == "--check";
  if (argc != 2 && !check) {
    std::fprintf(stderr, "usage: seeds [--check] DIR\n");
    return 2;
  }
  Seeds seeds;
  for (auto* add :
       {add_messages, add_data_sets, add_profiles, add_captures, add_conversations, add_requests, add_streams})
    add(seeds);
  const fs::path folder = argv[argc - 1];
  int differ = 0;
  for (const auto& [name, bytes] : seeds) {
    const auto path = folder / name;
    if (check) {
      std::ifstream file(path, std::ios::binary);
      const Bytes there{std::istreambuf_iterator<char>(file), {}};
      if (there == bytes) continue;
      std::printf("%s is not what `seeds` writes\n", path.c_str());
      ++differ;
    } else {
      fs::create_directories(path.parent_path());
      std::ofstream file(path, std::ios::binary | std::ios::trunc);
      file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
      if (!file.flush()) return std::fprintf(stderr, "cannot write %s\n", path.c_str()), 1;
    }
  }
  std::printf("%zu seeds\n", seeds.size());
  return differ == 0 ? 0 : 1;
}
