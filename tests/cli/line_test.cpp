// Lines of the shell as words, what Tab would add, and the line of progress.
#include "cli/line.h"

#include <gtest/gtest.h>

#include "cli/completion.h"
#include "cli/failure.h"
#include "cli/objects.h"
#include "cli/progress.h"

namespace stuntcam::cli {
namespace {

using Words = std::vector<std::string>;

TEST(Line, IsSplitAsAShellDoes) {
  EXPECT_EQ(split_line(""), Words{});
  EXPECT_EQ(split_line("  \t\r\n"), Words{});
  EXPECT_EQ(split_line("prop set iso 800"), (Words{"prop", "set", "iso", "800"}));
  EXPECT_EQ(split_line("set 'exp-bias' \"-0.3 EV\""), (Words{"set", "exp-bias", "-0.3 EV"}));
  EXPECT_EQ(split_line(R"(get My\ File.JPG a\\b 'a\b' "a\"b")"), (Words{"get", "My File.JPG", "a\\b", "a\\b", "a\"b"}));
  EXPECT_EQ(split_line("ls # all of it"), Words{"ls"});
  EXPECT_EQ(split_line("get a#b ''"), (Words{"get", "a#b", ""}));
  EXPECT_EQ(split_line("a\\"), Words{"a\\"});
}

TEST(Line, ThatIsHostileIsRefused) {
  EXPECT_THROW(split_line("get 'a"), Failure);
  EXPECT_THROW(split_line("get \"a"), Failure);
  EXPECT_THROW(split_line(std::string_view("a\0b", 3)), Failure);
  EXPECT_THROW(split_line(std::string(longest_line + 1, 'a')), Failure);
  std::string many;
  for (std::size_t i = 0; i <= most_words; ++i) many += "a ";
  EXPECT_THROW(split_line(many), Failure);
  EXPECT_EQ(split_line(std::string(longest_line, 'a')).size(), 1u);
}

TEST(Line, QuotesSoThatSplittingGivesTheSame) {
  for (const std::string word : {"a", "a b", "it's", "\"", "a\\b", "", "#x", "ü", "a\tb"})
    EXPECT_EQ(split_line(quoted(word)), Words{word}) << word;
  EXPECT_EQ(quoted("DCIM/100NCD53"), "DCIM/100NCD53");
}

TEST(Completion, AddsWhatAllHaveInCommon) {
  EXPECT_EQ(common_beginning({}), "");
  EXPECT_EQ(common_beginning({"prop"}), "prop");
  EXPECT_EQ(common_beginning({"get", "get-all"}), "get");
  EXPECT_EQ(common_beginning({"a", "b"}), "");
}

TEST(SafeName, StaysInItsFolderAndOffOurOwnFiles) {
  EXPECT_EQ(safe_name("../x"), ".._x");
  EXPECT_EQ(safe_name(".."), "__");
  EXPECT_EQ(safe_name("A.JPG.part"), "A.JPG.part_");
  EXPECT_EQ(safe_name("a\nb\x1b\xC2\x9B"), "a_b__");
}

TEST(Progress, SaysHowMuchHowFastAndHowLong) {
  EXPECT_EQ(progress_text("A.JPG", 10'000'000, 40'000'000, 2, 80), "A.JPG  10.0 of 40.0 MB  5.0 MB/s  0:06 left");
  EXPECT_EQ(progress_text("A.JPG", 40'000'000, 40'000'000, 2, 80), "A.JPG  40.0 of 40.0 MB  20.0 MB/s");
  EXPECT_EQ(progress_text("A.JPG", 1'000'000, unknown_size, 1, 80), "A.JPG  1.0 MB  1.0 MB/s");
  EXPECT_EQ(progress_text("A", 1'000'000, u64{7200} * 1'000'000, 1, 80), "A  1.0 of 7200.0 MB  1.0 MB/s  1:59:59 left");
}

TEST(Progress, FitsIntoTheTerminal) {
  for (std::size_t columns = 20; columns < 100; ++columns)
    EXPECT_LT(progress_text(std::string(200, 'n'), 10'000'000, 40'000'000, 2, columns).size(), columns) << columns;
  EXPECT_EQ(progress_text("DCIM/100NCD53/DSC_0001.JPG", 10'000'000, 40'000'000, 2, 51),
            "DSC_0001.JPG  10.0 of 40.0 MB  5.0 MB/s  0:06 left");
}

}  // namespace
}  // namespace stuntcam::cli
