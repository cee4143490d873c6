// What grows with the number of objects and properties.
#include <fmt/format.h>

#include <fstream>
#include <memory>
#include <stdexcept>

#include "bench/engine/statistics.h"
#include "bench/exchange.h"
#include "bench/many_objects.h"
#include "bench/rows.h"
#include "bench/served.h"
#include "ptp/datasets.h"

namespace stuntcam::bench {

using ptp::OperationCode;

namespace {

// A card with so many objects, and what was measured of it, in seconds.
struct Card {
  Card(const Options& options, u32 count)
      : objects(count),
        server(serve(options, {objects.profile()})),
        client(server.port()),
        small(small_exchange(client)) {}
  ManyObjects objects;
  Served server;
  Client client;
  Exchange small;
  std::vector<u32> all;
  std::vector<double> handles, infos, smalls;  // of all, of one, of one

  void ask_for_handles() {
    handles.push_back(seconds([&] {
      all = ptp::decode_u32_array(client.data(OperationCode::GetObjectHandles, {0xFFFFFFFF, 0, 0}), "handles").value();
    }));
  }
  void ask_one_by_one(std::size_t count) {
    const auto each = static_cast<double>(count);
    infos.push_back(seconds([&] {
                      for (std::size_t n = 0; n < count; ++n)  // all over the card, whatever its size
                        client.drain(OperationCode::GetObjectInfo, {all[n * all.size() / count % all.size()]});
                    }) /
                    each);
    smalls.push_back(seconds_of(small, client, count) / each);
  }
};

std::vector<double> times(double factor, std::vector<double> values) {
  for (auto& value : values) value *= factor;
  return values;
}

}  // namespace

Row listing_row(const Options& options) {
  Row row("listing", "objects listed: handles in one reply, ObjectInfo one by one", "");
  std::vector<std::unique_ptr<Card>> cards;
  const auto counts = options.brief ? std::vector<u32>{10, 100} : std::vector<u32>{100, 1000, 10000, 100000};
  cards.reserve(counts.size());
  for (const u32 count : counts) cards.push_back(std::make_unique<Card>(options, count));
  const std::size_t asked = options.brief ? 100 : 2000;
  for (int n = 0; n < options.times(9, 1); ++n)
    for (const auto& card : cards) {
      card->ask_for_handles();
      card->ask_one_by_one(asked);
    }
  Plot handles{"All handles in one reply", "objects", "ms", true, false, {{"GetObjectHandles", {}}}, {}};
  Plot each{"One by one",
            "objects on the card",
            "µs each",
            true,
            false,
            {{"GetObjectInfo", {}}, {"GetDevicePropValue", {}}},
            {}};
  for (std::size_t n = 0; n < cards.size(); ++n) {
    const auto& card = *cards[n];
    if (card.all.size() < counts[n]) throw std::runtime_error("objects are missing");
    handles.lines[0].points.emplace_back(counts[n], median(card.handles) * 1e3);
    each.lines[0].points.emplace_back(counts[n], median(card.infos) * 1e6);
    each.lines[1].points.emplace_back(counts[n], median(card.smalls) * 1e6);
  }
  const auto &most = *cards.back(), &tenth = *cards[cards.size() - 2], &fewest = *cards.front();
  row.add({"all handles, 100,000 objects", "ms", times(1e3, most.handles), {}, Bound::none, 0});
  row.add({"… against ten times those of 10,000", "ms", times(1e3, most.handles), times(1e4, tenth.handles),
           Bound::at_most, 1.3});
  row.add({"ObjectInfo among 100,000 against a small operation", "µs", times(1e6, most.infos), times(1e6, most.smalls),
           Bound::none, 0});
  row.add({"ObjectInfo among 100,000 against 100", "µs", times(1e6, most.infos), times(1e6, fewest.infos),
           Bound::at_most, 1.3});
  row.add(std::move(handles));
  row.add(std::move(each));
  return row;
}

namespace {

// A camera with so many properties of one byte.
class ManyProperties : public Folder {
 public:
  static constexpr u32 first = 0xD001;
  explicit ManyProperties(u32 count) {
    std::ofstream text(profile());
    text << "extends = \"generic\"\n";
    for (u32 n = 0; n < count; ++n)
      text << fmt::format("[[property]]\ncode = {:#x}\ntype = \"uint8\"\naccess = \"rw\"\ndefault = 1\n", first + n);
  }
  std::string profile() const { return file("properties.toml"); }
};

struct Body {
  Body(const Options& options, u32 count)
      : properties(count),
        server(serve(options, {properties.profile()})),
        client(server.port()),
        value(client, OperationCode::GetDevicePropValue, ManyProperties::first + count - 1),
        description(client, OperationCode::GetDevicePropDesc, ManyProperties::first + count - 1) {}
  ManyProperties properties;
  Served server;
  Client client;
  Exchange value, description;
  std::vector<double> values, descriptions;  // µs
};

}  // namespace

Row properties_row(const Options& options) {
  Row row("properties", "one property among many, read and described", "");
  const auto counts = options.brief ? std::vector<u32>{10, 20} : std::vector<u32>{10, 100, 1000};
  std::vector<std::unique_ptr<Body>> bodies;
  bodies.reserve(counts.size());
  for (const u32 count : counts) bodies.push_back(std::make_unique<Body>(options, count));
  const auto asked = static_cast<std::size_t>(options.times(2000, 20));
  const double each = 1e6 / static_cast<double>(asked);
  for (int n = 0; n < options.times(9, 1); ++n)
    for (const auto& body : bodies) {
      body->values.push_back(seconds_of(body->value, body->client, asked) * each);
      body->descriptions.push_back(seconds_of(body->description, body->client, asked) * each);
    }
  Plot curve{"The last property of many",
             "properties of the camera",
             "µs each",
             true,
             false,
             {{"GetDevicePropValue", {}}, {"GetDevicePropDesc", {}}},
             {}};
  for (std::size_t n = 0; n < bodies.size(); ++n) {
    curve.lines[0].points.emplace_back(counts[n], median(bodies[n]->values));
    curve.lines[1].points.emplace_back(counts[n], median(bodies[n]->descriptions));
  }
  const auto &most = *bodies.back(), &fewest = *bodies.front();
  row.add({"GetDevicePropValue among 1,000 against 10", "µs", most.values, fewest.values, Bound::at_most, 1.3});
  row.add(
      {"GetDevicePropDesc among 1,000 against 10", "µs", most.descriptions, fewest.descriptions, Bound::at_most, 1.3});
  row.add(std::move(curve));
  return row;
}

}  // namespace stuntcam::bench
