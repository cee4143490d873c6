#include "cli/profile_json.h"

#include "profiles/show.h"
#include "profiles/toml_reader.h"

namespace stuntcam::cli {
namespace {

using profiles::Node;
using ptp::Json;

struct ToJson {
  Json operator()(const Node::Table& table) const {
    auto object = Json::object();
    for (const auto& entry : table) object[entry.key] = std::visit(*this, entry.value.value);
    return object;
  }
  Json operator()(const Node::Array& array) const {
    auto list = Json::array();
    for (const auto& node : array) list.push_back(std::visit(*this, node.value));
    return list;
  }
  Json operator()(const Node::Date&) const { return {}; }
  template <class Scalar>
  Json operator()(const Scalar& scalar) const {
    return scalar;
  }
};

}  // namespace

Json profile_json(const profiles::Profile& profile) {
  Json object = {{"name", profile.name}, {"origin", profile.origin}};
  if (const auto document = profiles::read_toml(profiles::to_toml(profile), profile.name))
    object.update(std::visit(ToJson{}, document->value));
  return object;
}

}  // namespace stuntcam::cli
