// A learned profile as TOML: what profiles/ writes, with a comment behind each value.
#include <fmt/format.h>

#include "pcap/findings.h"
#include "profiles/show.h"

namespace stuntcam::pcap {
namespace {

class Annotator {
 public:
  explicit Annotator(const Learned& learned) : learned_(learned) {}

  std::string operator()(std::string_view toml) {
    while (!toml.empty()) {
      const auto end = std::min(toml.find('\n'), toml.size());
      line(std::string(toml.substr(0, end)));
      toml.remove_prefix(std::min(end + 1, toml.size()));
    }
    return std::move(out_);
  }

 private:
  void line(const std::string& text) {
    if (text.starts_with('[')) enter(text);
    const auto equals = text.find(" = ");
    const bool is_key = equals != std::string::npos && text.find_first_of(" \"[]") == equals;
    out_ += text;
    if (is_key) out_ += "  # " + source(text.substr(0, equals));
    out_ += '\n';
  }

  // The table that the lines to come are in.
  void enter(const std::string& header) {
    const auto& profile = learned_.profile;
    if (header == "[[property]]" && properties_ < profile.properties.size()) {
      table_ = fmt::format("property 0x{:04X}", profile.properties[properties_++].code);
    } else if (header == "[[storage]]" && storages_ < profile.storages.size()) {
      storage_ = table_ = fmt::format("storage 0x{:08X}", profile.storages[storages_++].id);
      objects_ = 0;
    } else if (header == "[[storage.objects]]") {
      table_ = fmt::format("{} objects {}", storage_, objects_++);
    } else if (header == "[[operation]]" && operations_ < profile.canned.size()) {
      table_ = fmt::format("operation 0x{:04X}", profile.canned[operations_++].code);
    } else {
      table_ = header.substr(1, header.find(']') - 1);
    }
  }

  std::string source(const std::string& key) const {
    const bool numbered = table_.find(' ') != std::string::npos;
    const auto full = table_.empty() ? key : table_ + (numbered ? " " : ".") + key;
    for (const auto& name : {full, table_}) {
      const auto found = learned_.sources.find(name);
      if (found != learned_.sources.end()) return found->second;
    }
    return "not observed";
  }

  const Learned& learned_;
  std::string out_, table_, storage_;
  std::size_t properties_ = 0, storages_ = 0, objects_ = 0, operations_ = 0;
};

}  // namespace

std::string to_toml(const Learned& learned) {
  std::string head;
  for (const auto& remark : learned.remarks) head += fmt::format("# {}\n", remark);
  if (!head.empty()) head += '\n';
  return head + Annotator(learned)(profiles::to_toml(learned.profile));
}

}  // namespace stuntcam::pcap
