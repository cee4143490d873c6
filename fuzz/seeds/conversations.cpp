// What clients do with each camera, and what cameras answer an initiator.
#include <array>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "fuzz/seeds/seeds.h"
#include "fuzz/targets/steps.h"
#include "ptp/datasets.h"

namespace stuntcam::fuzz {
namespace {

// As the order of profiles::cameras(); a byte of the input.
constexpr std::array cameras{"canon-eos-r6", "fujifilm-x-t1", "generic",       "leica-sl",
                             "nikon-d5300",  "olympus-e-m1",  "parrot-sequoia"};

class Client {
 public:
  explicit Client(u8 camera, u8 form = 0, std::string_view faults = {}) {
    seed_.number(camera).number(static_cast<u8>(form | (faults.empty() ? 0 : 4)));
    if (!faults.empty()) seed_.number(static_cast<u8>(faults.size())).text(faults);
  }
  Client& step(ServerStep what) {
    seed_.number(static_cast<u8>(what));
    return *this;
  }
  Client& connect(u8 lane = 0) {
    step(ServerStep::connect);
    if (lanes) seed_.number(lane);
    return *this;
  }
  Client& greet() {
    connect().step(ServerStep::introduce);
    seed_.number(u8{0}).number(u8{7}).number(u8{6}).text("client");
    connect(1);
    if (lanes) return *this;
    step(ServerStep::join);
    seed_.number(u8{1}).number(u8{0});
    return *this;
  }
  Client& ask(u16 code, std::initializer_list<u32> params = {}, bool sends = false) {
    step(ServerStep::request);
    seed_.number(u8{0}).number(static_cast<u8>(0x80 | (sends ? 0x10 : 0) | params.size())).number(code);
    for (const u32 param : params) seed_.number(param);
    return *this;
  }
  // The camera's own operation of this index.
  Client& ask_any(u8 index, u32 param) {
    step(ServerStep::request);
    seed_.number(u8{0}).number(u8{1}).number(index).number(param);
    return *this;
  }
  Client& send(const Bytes& data) {
    step(ServerStep::data);
    seed_.number(u8{0}).number(u8{0}).number(static_cast<u16>(data.size())).bytes(data);
    return *this;
  }
  Client& wait(u16 milliseconds) {
    step(ServerStep::wait);
    seed_.number(milliseconds);
    return *this;
  }
  Client& leave(u8 wire) {
    step(ServerStep::leave);
    seed_.number(wire).number(u8{0});
    return *this;
  }
  const Bytes& done() const { return seed_.done(); }
  bool lanes = false;

 private:
  Seed seed_;
};

Client client(u8 camera, u8 form = 0, std::string_view faults = {}) {
  Client client(camera, form, faults);
  client.lanes = std::string_view(cameras[camera]).starts_with("fuji");
  client.greet().ask(0x1002, {1});
  return client;
}

void add_clients(Seeds& seeds) {
  for (u8 camera = 0; camera < cameras.size(); ++camera) {
    const auto name = [&](const char* what) { return "server/" + std::string(cameras[camera]) + "_" + what; };
    Client list = client(camera, camera % 2);
    list.ask(0x1001).ask(0x1004).ask(0x1005, {0x00010001}).ask(0x1007, {0xFFFFFFFF, 0, 0}).ask(0x1003);
    seeds[name("list")] = list.done();
    Client everything = client(camera);
    for (u8 index = 0; index < 48; ++index) everything.ask_any(index, 0x00010001);
    seeds[name("every_operation")] = everything.done();
    Client capture = client(camera);
    capture.ask(0x100E, {0, 0}).wait(1000).ask(0x90C0).wait(2000).ask(0x90C7).ask(0x9116).leave(1);
    seeds[name("capture")] = capture.done();
    Client property = client(camera);
    for (const u32 code : {0x5001u, 0x5007u, 0x500Fu, 0xD212u, 0xDF01u})
      property.ask(0x1014, {code}).ask(0x1015, {code}).ask(0x1016, {code}, true).send({1, 0});
    seeds[name("properties")] = property.done();
  }
  constexpr u8 generic = 2;
  ptp::ObjectInfo info;
  info.object_format = 0x3801;
  info.object_compressed_size = 5;
  info.filename = "UP.JPG";
  Client upload = client(generic);
  upload.ask(0x100C, {0x00010001, 0xFFFFFFFF}, true).send(encode(info)).ask(0x100D, {}, true).send(Bytes(5, 0xD8));
  seeds["server/upload"] = upload.done();
  Client strict = client(generic, 2);
  strict.ask(0x1009, {1}).ask(0x101B, {1, 10, 20}).ask(0x100A, {1}).leave(0).wait(60'000);
  seeds["server/strict_objects"] = strict.done();
  Client late = client(generic);
  late.ask(0x100D, {}, true).wait(10'000).ask(0x1003).leave(0);
  seeds["server/data_that_never_comes"] = late.done();
}

// What clients do while things go wrong, and time for what waits.
void add_faulty_clients(Seeds& seeds) {
  struct Faulty {
    const char *name, *faults;
  };
  constexpr std::array all = {
      Faulty{"responses", "code:code=DeviceBusy,nth=2\nparameters:values=1+2,nth=3\nrepeat:nth=4\npad:bytes=4,nth=5"},
      Faulty{"late_responses", "late:delay=2s,jitter=1s,every=2\nearly:for=3s,every=3\nbefore-data:nth=2"},
      Faulty{"lost_packets", "drop:nth=3\ndrop:direction=i2r,nth=2\nshorten:bytes=4,nth=1\ntransaction:add=1,every=2"},
      Faulty{"data_lengths", "truncate:at=5,nth=2\nextend:bytes=9,nth=3\ntotal:value=unknown,every=2\nempty:nth=4"},
      Faulty{"data_bytes", "flip:count=3\nreplace:at=3,hex=ffff,length=1\nsplit:values=1+0+70\ndata:hex=0102,nth=4"},
      Faulty{"cut_data", "cut:at=40,operation=GetObject,then=stall\nslice:bytes=7,delay=10ms\nthrottle:bytes=1000"},
      Faulty{"events",
             "reorder:for=1s\ninject:code=ObjectAdded,values=1,operation=InitiateCapture\nrepeat:packet=Event,count=3"},
      Faulty{"stalls",
             "stall:for=2s,operation=GetStorageIDs\nsilence:for=1s,operation=GetObjectInfo\nlatency:delay=50ms"},
      Faulty{"ends", "half-close:from=600\nreset:after=3s,lane=event\nclose:packet=EndData,nth=5\ndeny:for=1s"},
      Faulty{"handshake", "refuse:reason=2,times=1\nlate:delay=1s,packet=InitEventAck\nrefuse:code=DeviceBusy,times=2"},
      Faulty{"hands",
             "card-out:for=1s,operation=InitiateCapture\nbattery:to=0,for=4s\nforget:property=BatteryLevel\nclock:jump="
             "-1h"},
      Faulty{
          "more_hands",
          "card-full:after=1s,for=1s\noverheat:operation=GetStorageIDs,for=2s\nset:property=BatteryLevel,to=5\nfreeze"},
  };
  for (const auto& [name, faults] : all) {
    for (const u8 camera : {u8{1}, u8{2}}) {
      Client client = fuzz::client(camera, camera % 2, faults);
      client.ask(0x1001).ask(0x1004).wait(2000).ask(0x1007, {0xFFFFFFFF, 0, 0}).ask(0x1008, {1}).ask(0x1009, {1});
      client.wait(3000).ask(0x1016, {0x500F}, true).send({1, 0}).ask(0x100E, {0, 0}).wait(4000).ask(0x1003).leave(0);
      seeds["server/" + std::string(cameras[camera]) + "_with_faulty_" + name] = client.done();
    }
  }
}

// What a camera says, and what the initiator is to do next.
class Camera {
 public:
  explicit Camera(u8 dialect) : dialect_(dialect) { seed_.number(dialect); }
  Camera& call(Call what) {
    seed_.number(static_cast<u8>(what));
    return *this;
  }
  Camera& greet() { return step(CameraStep::greet); }
  Camera& answer(const Bytes& data) {
    step(CameraStep::answer);
    seed_.number(static_cast<u16>(data.size())).bytes(data);
    return *this;
  }
  Camera& respond(u16 code, std::initializer_list<u32> params = {}) {
    step(CameraStep::respond);
    seed_.number(code).number(static_cast<u8>(params.size()));
    for (const u32 param : params) seed_.number(param);
    return *this;
  }
  Camera& ok() { return respond(0x2001); }
  Camera& event(u16 code, u32 param) {
    step(CameraStep::event);
    if (dialect_ == 1) seed_.number(u8{1});
    seed_.number(code).number(u8{1}).number(param);
    return *this;
  }
  Camera& wait(u16 milliseconds) {
    step(CameraStep::wait);
    seed_.number(milliseconds);
    return *this;
  }
  Camera& raw(const Bytes& bytes) {
    step(CameraStep::raw);
    seed_.number(static_cast<u16>(bytes.size())).bytes(bytes);
    return *this;
  }
  const Bytes& done() const { return seed_.done(); }

 private:
  Camera& step(CameraStep what) {
    seed_.number(static_cast<u8>(what));
    return *this;
  }
  u8 dialect_;
  Seed seed_;
};

Bytes device(u32 vendor, const char* maker, std::vector<u16> operations) {
  ptp::DeviceInfo info;
  info.vendor_extension_id = vendor;
  info.manufacturer = maker;
  info.operations_supported = std::move(operations);
  return encode(info);
}

void add_cameras(Seeds& seeds) {
  const u32 ids[] = {0x00010001};
  ptp::StorageInfo card;
  card.max_capacity = 1 << 30;
  ptp::ObjectInfo photo;
  photo.filename = "DSC_0001.JPG";
  photo.object_compressed_size = 5;
  Camera list(0);
  list.greet().ok().call(Call::device_info).answer(device(0, "Maker", {0x1001, 0x1002}));
  list.call(Call::storage_ids).answer(ptp::encode_array(ids)).call(Call::storage_info).answer(encode(card));
  list.call(Call::object_handles).answer(ptp::encode_array(ids)).call(Call::object_info).answer(encode(photo));
  list.call(Call::object).answer(Bytes(5, 0xD8)).call(Call::thumb).answer(Bytes(3, 0xD8));
  seeds["initiator/list"] = list.done();
  Camera busy(0);
  busy.greet().ok().call(Call::num_objects).respond(0x2019).wait(100).respond(0x2019).wait(200).respond(0x2001, {3});
  seeds["initiator/busy"] = busy.done();
  Camera upload(0);
  upload.greet().ok().call(Call::send_object).respond(0x2001, {1, 2, 3}).ok();
  seeds["initiator/upload"] = upload.done();
  Camera capture(0);
  capture.greet().ok().call(Call::capture).ok().event(0x4002, 7).call(Call::events).event(0x400D, 0).wait(3000);
  seeds["initiator/capture"] = capture.done();
  ptp::DevicePropDesc prop;
  prop.code = 0x5001;
  prop.type = ptp::DataType::uint16;
  prop.factory_default = prop.current = ptp::Value(prop.type, 50);
  prop.form = ptp::RangeForm{ptp::Value(prop.type, 0), ptp::Value(prop.type, 100), ptp::Value(prop.type, 1)};
  Camera property(0);
  property.greet().ok().call(Call::prop_desc).answer(encode(prop)).call(Call::prop_value).answer({0});
  property.call(Call::set_prop_value).ok().call(Call::changes).ok().respond(0x2001, {9});
  seeds["initiator/properties"] = property.done();
  for (const auto& [name, id, maker] : std::array<std::tuple<const char*, u32, const char*>, 3>{
           {{"nikon", 10, "Nikon Corporation"}, {"canon", 11, "Canon Inc."}, {"olympus", 6, "OLYMPUS"}}}) {
    Camera extended(0);
    extended.greet().ok().call(Call::device_info).answer(device(id, maker, {0x90C7, 0x9116, 0x9201, 0x9203, 0x90C0}));
    extended.answer({1, 0, 2, 0x40, 5, 0, 0, 0}).ok().ok();
    extended.call(Call::more_properties).answer({1, 0, 0, 0, 0, 0xD1}).answer(encode(prop));
    extended.call(Call::live_view).ok().ok().answer({0xFF, 0xD8, 0xFF, 0xE0, 0xFF, 0xD9}).ok();
    extended.call(Call::capture).ok().answer({0, 0}).ok().wait(1000);
    seeds["initiator/" + std::string(name)] = extended.done();
  }
  Camera nonsense(0);
  nonsense.greet().ok().call(Call::object).raw({0xFF, 0xFF, 0xFF, 0x7F, 9, 0, 0, 0});
  seeds["initiator/nonsense"] = nonsense.done();
  Camera silent(0);
  silent.greet().ok().call(Call::device_info).wait(60'000);
  seeds["initiator/silent"] = silent.done();
  Camera lanes(1);
  lanes.greet().ok();
  for (int i = 0; i < 12; ++i) lanes.answer({2, 0}).ok();
  lanes.event(0xC001, 1).call(Call::capture).ok();
  seeds["initiator/lanes"] = lanes.done();
}

}  // namespace

void add_conversations(Seeds& seeds) {
  add_clients(seeds);
  add_faulty_clients(seeds);
  add_cameras(seeds);
}

void add_streams(Seeds& seeds) {
  const auto piece = [](Seed& seed, u8 what, u16 offset, u8 size) {
    seed.number(what).number(offset).number(size);
    if ((what & 4) != 0) seed.number(u8{5});
  };
  Seed order, disorder, lost, wild;
  for (Seed* seed : {&order, &disorder, &lost}) seed->number(u8{0});
  for (u16 i = 0; i < 8; ++i) {
    piece(order, 0, static_cast<u16>(i * 40), 40);
    piece(order, 1, static_cast<u16>(i * 30), 30);
    piece(disorder, 0, static_cast<u16>((i ^ 3) * 40), 60);
    if (i != 4) piece(lost, i == 6 ? 4 : 2, static_cast<u16>(i * 160), 10);
  }
  seeds["streams/in_order"] = order;
  seeds["streams/out_of_order_and_again"] = disorder;
  seeds["streams/lost_and_cut"] = lost;
  wild.number(u8{1});
  for (const u8 flags : {u8{2}, u8{16}, u8{17}, u8{4}, u8{0x42}})
    wild.number(u8{0}).number(flags).number(u32{1000}).number(u8{4}).text("data").number(u8{0});
  seeds["streams/anything"] = wild;
}

}  // namespace stuntcam::fuzz
