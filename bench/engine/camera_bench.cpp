#include "bench/engine/camera_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "bench/engine/sizes.h"
#include "transport/file.h"

namespace stuntcam::bench {
namespace {

using initiator::Problem;
using initiator::Request;
using ptp::OperationCode;
using SteadyClock = std::chrono::steady_clock;

constexpr u16 association = static_cast<u16>(ptp::FormatCode::Association);
constexpr std::size_t most_looked_at = 500;  // objects, in search of different sizes
constexpr std::size_t sizes_downloaded = 4;
constexpr u64 chunks_read = 16;  // of an object in one repetition, at most
constexpr std::chrono::seconds probe_limit{2};
constexpr std::string_view upload_name = "STUNTCAM.DAT";

// What this camera cannot do, or what there is nothing for.
struct Impossible : std::runtime_error {
  using std::runtime_error::runtime_error;
};

double processor_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

class Counting final : public initiator::Sink {
 public:
  void write(View bytes) override { received += bytes.size(); }
  u64 received = 0;
};

struct Found {
  u32 handle = 0;
  u64 size = 0;
};

class Bench {
 public:
  Bench(Subject& subject, const Plan& plan, const std::function<void(const Series&)>& tell)
      : subject_(subject), plan_(plan), tell_(tell) {}

  void downloads();
  void pieces();
  void upload();
  void listing();
  void property_get();
  void property_describe();
  void property_set();
  void probe();
  void live_view();

  // What goes wrong is told with the series that it hits.
  void attempt(Series& series, const std::function<void()>& work);
  bool stopped() const { return subject_.interrupted(); }

 private:
  initiator::Session& session() { return subject_.camera().session(); }
  template <class T>
  T run(transport::Task<T> task) {
    return subject_.camera().run(std::move(task));
  }
  void run(transport::Task<> task) { subject_.camera().run(std::move(task)); }

  void repeat(Series&, const std::function<void(Repetition&, Histogram&)>& once);
  void round_trips(const char* name, const std::function<void()>& trip);
  template <class Work>
  static void step(Histogram& steps, const Work& work) {
    const auto begin = SteadyClock::now();
    work();
    steps.add(static_cast<u64>((SteadyClock::now() - begin).count()));
  }
  bool supports(OperationCode code) {
    return std::ranges::find(subject_.device().operations_supported, static_cast<u16>(code)) !=
           subject_.device().operations_supported.end();
  }
  void demand(OperationCode code) {
    if (!supports(code)) throw Impossible(fmt::format("the camera has no {}", ptp::to_string(code)));
  }
  const std::vector<Found>& objects();
  u16 property(bool writable);
  Bytes value(u16 code) { return run(session().fetch(Request(OperationCode::GetDevicePropValue, {code}))); }

  Subject& subject_;
  const Plan& plan_;
  const std::function<void(const Series&)>& tell_;
  std::vector<Found> objects_;
};

void Bench::attempt(Series& series, const std::function<void()>& work) {
  try {
    work();
  } catch (const Problem& problem) {
    series.problem = problem.what();
  } catch (const Impossible& impossible) {
    series.problem = impossible.what();
  }
  if (!series.repetitions.empty() || !series.problem.empty()) tell_(series);
}

void Bench::repeat(Series& series, const std::function<void(Repetition&, Histogram&)>& once) {
  for (unsigned n = 0; n < plan_.warm_up + plan_.repetitions && !stopped(); ++n) {
    Repetition repetition;
    Histogram steps;
    const double processor = processor_seconds();
    const auto begin = SteadyClock::now();
    once(repetition, steps);
    // What `once` timed itself had something around it that does not count.
    if (repetition.seconds == 0) repetition.seconds = std::chrono::duration<double>(SteadyClock::now() - begin).count();
    repetition.processor_seconds = processor_seconds() - processor;
    if (n < plan_.warm_up) continue;
    series.repetitions.push_back(repetition);
    series.steps.add(steps);
  }
}

// Files of different sizes, the largest last.
const std::vector<Found>& Bench::objects() {
  if (!objects_.empty()) return objects_;
  std::vector<Found> all;
  if (plan_.object) {
    all.push_back({*plan_.object, run(session().object_info(*plan_.object)).object_compressed_size});
  } else {
    auto handles = run(session().object_handles());
    if (handles.size() > most_looked_at) handles.resize(most_looked_at);
    for (const u32 handle : handles) {
      const auto info = run(session().object_info(handle));
      if (info.object_format != association && info.object_compressed_size != 0)
        all.push_back({handle, info.object_compressed_size});
    }
  }
  if (all.empty()) throw Impossible("there is no object on the camera");
  std::ranges::sort(all, {}, &Found::size);
  const auto same = std::ranges::unique(all, {}, &Found::size);
  all.erase(same.begin(), same.end());
  // From the smallest to the largest, evenly.
  const auto wanted = std::min(all.size(), sizes_downloaded);
  for (std::size_t n = 0; n < wanted; ++n)
    objects_.push_back(all[wanted == 1 ? all.size() - 1 : n * (all.size() - 1) / (wanted - 1)]);
  return objects_;
}

void Bench::downloads() {
  Series search;
  search.name = "download";
  std::vector<Found> found;
  attempt(search, [&] { found = objects(); });
  for (const auto& object : found) {
    if (stopped()) return;
    Series series;
    series.name = "download/" + size_text(object.size);
    series.size = object.size;
    attempt(series, [&] {
      repeat(series, [&](Repetition& repetition, Histogram&) {
        Counting sink;
        run(session().object(object.handle, sink));
        repetition.bytes = sink.received;
      });
    });
  }
}

void Bench::pieces() {
  for (const u64 chunk : plan_.chunks) {
    if (stopped()) return;
    Series series;
    series.name = "partial/" + size_text(chunk);
    series.size = chunk;
    attempt(series, [&] {
      demand(OperationCode::GetPartialObject);
      const auto object = objects().back();
      if (object.size < chunk) throw Impossible(fmt::format("no object is larger than {}", size_text(object.size)));
      repeat(series, [&](Repetition& repetition, Histogram& steps) {
        for (u64 offset = 0; offset + chunk <= std::min(object.size, chunks_read * chunk); offset += chunk)
          step(steps, [&] {
            Counting sink;
            run(session().partial_object(object.handle, static_cast<u32>(offset), static_cast<u32>(chunk), sink));
            repetition.bytes += sink.received;
            ++repetition.items;
          });
      });
    });
  }
}

void Bench::upload() {
  Series series;
  series.name = "upload/" + size_text(plan_.upload);
  series.size = plan_.upload;
  attempt(series, [&] {
    demand(OperationCode::SendObject);
    const auto file = transport::File::temporary();
    file->resize(plan_.upload);
    repeat(series, [&](Repetition& repetition, Histogram&) {
      ptp::ObjectInfo info;
      info.object_format = static_cast<u16>(ptp::FormatCode::Undefined);
      info.object_compressed_size = static_cast<u32>(plan_.upload);
      info.filename = upload_name;
      const auto begin = SteadyClock::now();
      const auto place = run(session().send_object_info(info));
      run(session().send_object(transport::FileSlice{file, 0, plan_.upload}));
      repetition.seconds = std::chrono::duration<double>(SteadyClock::now() - begin).count();
      repetition.bytes = plan_.upload;
      run(session().delete_object(place.handle));
    });
  });
}

void Bench::listing() {
  Series handles;
  handles.name = "listing/handles";
  handles.item = "objects";
  std::vector<u32> all;
  attempt(handles, [&] {
    repeat(handles, [&](Repetition& repetition, Histogram& steps) {
      step(steps, [&] { all = run(session().object_handles()); });
      repetition.items = all.size();
    });
  });
  Series infos;
  infos.name = "listing/info";
  infos.item = "objects";
  attempt(infos, [&] {
    if (all.empty()) throw Impossible("there is no object on the camera");
    if (all.size() > plan_.listed) all.resize(plan_.listed);
    repeat(infos, [&](Repetition& repetition, Histogram& steps) {
      for (const u32 handle : all) step(steps, [&] { run(session().object_info(handle)); });
      repetition.items = all.size();
    });
  });
}

void Bench::round_trips(const char* name, const std::function<void()>& trip) {
  Series series;
  series.name = name;
  series.item = "round trips";
  attempt(series, [&] {
    repeat(series, [&](Repetition& repetition, Histogram& steps) {
      for (unsigned n = 0; n < plan_.round_trips; ++n) step(steps, trip);
      repetition.items = plan_.round_trips;
    });
  });
}

// One that answers: the battery if there is one, else the first.
u16 Bench::property(bool writable) {
  demand(writable ? OperationCode::SetDevicePropValue : OperationCode::GetDevicePropValue);
  auto codes = subject_.device().device_properties_supported;
  const auto battery = std::ranges::find(codes, static_cast<u16>(ptp::PropertyCode::BatteryLevel));
  if (battery != codes.end()) std::iter_swap(battery, codes.begin());
  for (const u16 code : codes) {
    try {
      if (writable && run(session().prop_desc(code)).get_set == 0) continue;
      if (!value(code).empty()) return code;
    } catch (const Problem& problem) {
      if (problem.kind != initiator::Trouble::refused) throw;
    }
  }
  throw Impossible(writable ? "no property can be set" : "no property can be read");
}

void Bench::property_get() {
  std::optional<u16> code;
  round_trips("property/get", [&] {
    if (!code) code = property(false);
    value(*code);
  });
}

void Bench::property_describe() {
  std::optional<u16> code;
  round_trips("property/describe", [&] {
    if (!code) code = property(false);
    run(session().fetch(Request(OperationCode::GetDevicePropDesc, {*code})));
  });
}

void Bench::property_set() {
  std::optional<u16> code;
  Bytes present;
  round_trips("property/set", [&] {
    if (!code) {
      code = property(true);
      present = value(*code);
    }
    Request request(OperationCode::SetDevicePropValue, {*code});
    request.data = present;
    run(session().demand(request));
  });
}

void Bench::probe() {
  round_trips("event/probe", [&] {
    auto& connection = subject_.camera().connection();
    if (connection.dialect().lanes) throw Impossible("its event connection knows no probes");
    const bool answered = run(connection.events().probe(probe_limit));
    if (!answered) throw Impossible("the camera does not answer probes");
  });
}

void Bench::live_view() {
  Series series;
  series.name = "live-view";
  series.item = "frames";
  attempt(series, [&] {
    auto& extension = subject_.extension();
    if (!extension.has_live_view()) throw Impossible("the camera has no live view that is known here");
    run(extension.start_live_view(session()));
    struct End {
      Bench& bench;
      Series& series;
      ~End() {
        try {
          bench.run(bench.subject_.extension().end_live_view(bench.session()));
        } catch (const std::exception& problem) {
          if (series.problem.empty()) series.problem = problem.what();
        }
      }
    } const end{*this, series};
    Bytes last;
    repeat(series, [&](Repetition& repetition, Histogram& steps) {
      const auto begin = SteadyClock::now();
      auto before = begin;
      while (SteadyClock::now() - begin < plan_.live_view && !stopped()) {
        auto frame = run(extension.frame(session()));
        if (frame == last) continue;  // the camera has no new one yet
        last = std::move(frame);
        const auto now = SteadyClock::now();
        steps.add(static_cast<u64>((now - before).count()));
        before = now;
        ++repetition.items;
        repetition.bytes += last.size();
      }
    });
  });
}

struct Measurement {
  std::string_view name;
  void (Bench::*run)();
  bool changes;
};
constexpr std::array measurements = std::to_array<Measurement>({{"download", &Bench::downloads, false},
                                                                {"partial", &Bench::pieces, false},
                                                                {"upload", &Bench::upload, true},
                                                                {"listing", &Bench::listing, false},
                                                                {"property/get", &Bench::property_get, false},
                                                                {"property/describe", &Bench::property_describe, false},
                                                                {"property/set", &Bench::property_set, true},
                                                                {"event", &Bench::probe, false},
                                                                {"live-view", &Bench::live_view, false}});

bool wanted(const Plan& plan, const Measurement& measurement) {
  if (measurement.changes && !plan.changes) return false;
  return plan.only.empty() || std::ranges::any_of(plan.only, [&](const std::string& name) {
           return name == measurement.name || measurement.name.starts_with(name + "/");
         });
}

}  // namespace

std::vector<double> Series::rates() const {
  std::vector<double> values;
  values.reserve(repetitions.size());
  for (const auto& each : repetitions)
    values.push_back(static_cast<double>(item.empty() ? each.bytes : each.items) / each.seconds);
  return values;
}

std::vector<std::string_view> measurement_names() {
  std::vector<std::string_view> names;
  names.reserve(measurements.size());
  for (const auto& measurement : measurements) names.push_back(measurement.name);
  return names;
}

void measure(Subject& subject, const Plan& plan, const std::function<void(const Series&)>& tell) {
  Bench bench(subject, plan, tell);
  for (const auto& measurement : measurements)
    if (!bench.stopped() && wanted(plan, measurement)) (bench.*measurement.run)();
}

}  // namespace stuntcam::bench
