// docs/conform.md lists every case, and docs/protocol.md has the sections that they cite.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "initiator/conform/conform.h"

namespace stuntcam::tests {
namespace {

namespace conform = initiator::conform;

constexpr const char* page_path = STUNTCAM_SOURCE_DIR "/docs/conform.md";
constexpr std::string_view begin_mark = "<!-- cases -->\n", end_mark = "<!-- end of cases -->";

std::string read(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string table() {
  std::string text;
  std::string_view chapter;
  for (const auto* each : conform::all_cases()) {
    if (each->chapter() != chapter) {
      chapter = each->chapter();
      text += "\n### " + std::string(chapter) + "\n\n| case | § | rule |\n|---|---|---|\n";
    }
    text += "| `" + std::string(each->id) + "` | " + std::string(each->section) + " | " + std::string(each->rule);
    if (each->weight == conform::Weight::should) text += " *should*";
    if (each->destructive) text += " *destructive*";
    text += " |\n";
  }
  return text + "\n";
}

// STUNTCAM_WRITE_DOCS=1 in the environment writes the list instead of comparing it.
TEST(Documentation, ListsEveryCase) {
  const auto page = read(page_path);
  const auto begin = page.find(begin_mark), end = page.find(end_mark);
  ASSERT_NE(begin, page.npos);
  ASSERT_NE(end, page.npos);
  const auto from = begin + begin_mark.size();
  if (std::getenv("STUNTCAM_WRITE_DOCS") != nullptr) {
    std::ofstream(page_path) << page.substr(0, from) << table() << page.substr(end);
    return;
  }
  EXPECT_EQ(page.substr(from, end - from), table()) << "STUNTCAM_WRITE_DOCS=1 conform_tests writes the list";
}

TEST(Documentation, HasTheSectionsThatCasesCite) {
  const auto protocol = read(STUNTCAM_SOURCE_DIR "/docs/protocol.md");
  for (const auto* each : conform::all_cases()) {
    const std::string section(each->section);
    const bool there = protocol.find("\n## " + section + ". ") != protocol.npos ||
                       protocol.find("\n### " + section + " ") != protocol.npos;
    EXPECT_TRUE(there) << each->id << " cites §" << section;
    EXPECT_TRUE(each->rule.ends_with('.')) << each->id;
    EXPECT_EQ(each->rule.find('|'), std::string_view::npos) << each->id;
  }
}

}  // namespace
}  // namespace stuntcam::tests
