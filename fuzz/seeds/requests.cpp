// What is asked of a running camera: faults, control requests, USB/IP commands.
#include <string>

#include "fuzz/seeds/seeds.h"
#include "ptp/container.h"

namespace stuntcam::fuzz {
namespace {

template <class T>
void add_big(Seed& seed, T value) {
  for (std::size_t i = sizeof(T); i-- > 0;) seed.number(static_cast<u8>(value >> (8 * i)));
}

// A USBIP_CMD_SUBMIT, or an unlink.
void add_command(Seed& seed, u32 kind, u32 sequence, bool to_host, u32 endpoint, u32 length,
                 const Bytes& setup = Bytes(8)) {
  for (const u32 word :
       {kind, sequence, u32{0x00010001}, u32{to_host}, endpoint, u32{0}, length, u32{0}, u32{0}, u32{0}})
    add_big(seed, word);
  seed.bytes(setup);
}

Bytes container(u16 operation, u32 transaction, std::initializer_list<u32> params) {
  ptp::Message message;
  message.kind = ptp::Kind::operation_request;
  message.code = operation;
  message.transaction_id = transaction;
  for (const u32 param : params) message.params[message.count++] = param;
  Bytes out;
  ptp::ContainerFraming().encode(message, out);
  return out;
}

void add_hosts(Seeds& seeds) {
  Seed descriptors;
  for (const u8 type : {u8{1}, u8{2}, u8{3}, u8{6}})
    add_command(descriptors, 1, type, true, 0, 255, {0x80, 6, 0, type, 0, 0, 255, 0});
  for (const u8 request : {u8{0x67}, u8{0x66}, u8{0x64}, u8{0x65}})
    add_command(descriptors, 1, 10u + request, request != 0x66, 0, 16,
                {static_cast<u8>(request == 0x66 ? 0x21 : 0xA1), request, 0, 0, 0, 0, 16, 0});
  seeds["usbip/control_requests"] = descriptors;
  Seed talk;
  u32 sequence = 0, transaction = 0;
  for (const u16 operation : {u16{0x1001}, u16{0x1002}, u16{0x1004}, u16{0x1007}, u16{0x1003}}) {
    const Bytes request =
        operation == 0x1002 ? container(operation, transaction, {1}) : container(operation, transaction, {});
    add_command(talk, 1, ++sequence, false, 2, static_cast<u32>(request.size()));
    talk.bytes(request);
    add_command(talk, 1, ++sequence, true, 1, 1024);
    add_command(talk, 1, ++sequence, true, 1, 512);
    ++transaction;
  }
  add_command(talk, 1, ++sequence, true, 3, 64);
  seeds["usbip/talk"] = talk;
  Seed unlink;
  add_command(unlink, 1, 1, true, 1, 512);
  add_command(unlink, 1, 2, true, 3, 64);
  add_command(unlink, 2, 3, true, 0, 0);
  seeds["usbip/unlink"] = unlink;
}

}  // namespace

void add_requests(Seeds& seeds) {
  const auto fault = [&](const std::string& name, std::string_view text) {
    seeds["faults/" + name] = Seed().number(u8{1}).text(text);
  };
  fault("late", "late:delay=2.6s,operation=GetObject,nth=2");
  fault("replace", "replace:at=53,length=10,hex=0661002f000000,operation=GetObjectInfo,every=3");
  fault("code", "code:code=DeviceBusy,operation=GetEvent,times=4,probability=0.5");
  fault("cut", "cut:at=10,then=silence,connection=1,from=64KiB");
  fault("total", "total:value=unknown,operation=GetObject");
  fault("inject", "inject:code=ObjectAdded,values=1+2+3,count=2,after=5s,until=9s");
  fault("split", "split:values=1+2+0,packet=StartData");
  fault("refuse", "refuse:reason=2,lane=command,direction=to-responder");
  fault("clock", "clock:jump=-1h");
  fault("unknown_key", "late:delay=1s,opration=GetObject");
  const auto control = [&](const std::string& name, std::string_view text) {
    seeds["control/" + name] = Seed().text(text);
  };
  control("look",
          "GET /state\n\nGET /properties\n\nGET /properties/BatteryLevel\n\nGET /events\n\nGET /transcript\n\nGET "
          "/faults\n\n");
  control("set",
          "PUT /properties/BatteryLevel\n{\"value\": 7}\nPUT /properties/0x5001\n{\"value\": \"a\"}\nPUT "
          "/properties/5\n{\n");
  control("do", "POST /shutter\n\nPOST /events\n{\"code\": \"ObjectAdded\", \"params\": [1]}\nPOST /reset\n\n");
  control("faults",
          "POST /faults\n{\"fault\": \"late:delay=1s\"}\nPOST /faults\n{\"kind\": \"battery\", \"to\": 3, \"for\": "
          "\"2s\"}\nGET "
          "/faults/1\n\nDELETE /faults/1\n\nDELETE /faults\n\n");
  control("wrong", "POST /nothing\n\nPATCH /state\n\nGET /properties/Batery\n\nPOST /faults\n[1, {}]\n\n\n");
  add_hosts(seeds);
}

}  // namespace stuntcam::fuzz
