// The device properties of one camera and their present values.
#pragma once

#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "profiles/profile.h"
#include "ptp/codes.h"
#include "ptp/datasets.h"

namespace stuntcam::emulator {

using ptp::PropertyCode;
using ptp::ResponseCode;
using ptp::Value;

class Properties {
 public:
  explicit Properties(const std::vector<profiles::Property>&);

  bool has(u16 code) const {
    const auto found = states_.find(code);
    return found != states_.end() && !found->second.hidden;
  }
  bool has(PropertyCode code) const { return has(static_cast<u16>(code)); }
  // Of those the profile knows nothing but that they are listed and refused, with what. They are not had.
  std::optional<ResponseCode> refusal(u16 code) const;
  std::vector<u16> codes(bool vendor_list) const;        // what is listed, in the profile's order
  unsigned listing() const { return listing_; }          // another number whenever codes() may have changed
  const profiles::Property& definition(u16 code) const;  // must be had

  // Null, nullopt: there is no such property. A description is good until the next one of that property.
  const ptp::DevicePropDesc* describe(u16 code) const;
  std::optional<Value> get(u16 code) const;
  bool writable(u16 code) const;
  // The integer value of a property that there is; `otherwise` when there is none.
  i64 integer(u16 code, i64 otherwise = 0) const;
  i64 integer(PropertyCode code, i64 otherwise = 0) const { return integer(static_cast<u16>(code), otherwise); }

  // What an initiator does: checks access (AccessDenied), type (InvalidDevicePropFormat: done by the caller when
  // decoding) and form (InvalidDevicePropValue); setting the present value always succeeds. `by` is passed on to the
  // listener.
  ResponseCode set(u16 code, Value, const void* by);
  ResponseCode reset(u16 code, const void* by);  // to the factory default; AccessDenied for a read-only one
  void reset_all(const void* by);                // every writable one
  // What the camera does itself, or at somebody's word (`by`): no check of access or form. Ignored when there is no
  // such property.
  void change(u16 code, Value, const void* by = nullptr);
  void change(u16 code, i64 integer);
  void change(PropertyCode code, i64 integer) { change(static_cast<u16>(code), integer); }
  // Some properties can be set only in some state of the camera. Ignored when there is no such property.
  void set_writable(u16 code, bool writable);

  // As if the firmware had forgotten it: initiators find no such property. The camera itself still has it.
  void hide(u16 code, bool hidden = true);

  // A property whose value is worked out when asked (a running clock, remaining shots). store is called with what
  // set(), reset() or change() accepted, also when it is the present value: another one may be on its way. It may be
  // empty. Ignored when there is no such property.
  void compute(u16 code, std::function<Value()> value, std::function<void(const Value&)> store);

  // Values that are refused although the form allows them: InvalidDevicePropValue unless the predicate holds. Ignored
  // when there is no such property.
  void require(u16 code, std::function<bool(const Value&)>);

  // Called after a value really changed; `by` is null when the camera changed it itself.
  void on_change(std::function<void(u16 code, const void* by)> listener) { listeners_.push_back(std::move(listener)); }

 private:
  struct State {
    const profiles::Property* definition;
    Value current;
    std::function<Value()> value;
    std::function<void(const Value&)> store;
    std::function<bool(const Value&)> requirement;
    std::optional<bool> writable;  // none: as the definition says
    bool hidden = false;
    mutable ptp::DevicePropDesc description{};  // but for what changes: forms are long, and asked for often
  };
  static bool writable(const State&);
  static Value current(const State&);
  void put(State&, Value, const void* by);
  std::vector<const profiles::Property*> order_;
  std::map<u16, State> states_;
  std::vector<std::function<void(u16, const void*)>> listeners_;
  unsigned listing_ = 1;
};

}  // namespace stuntcam::emulator
