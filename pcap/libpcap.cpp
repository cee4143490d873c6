#include "pcap/libpcap.h"

#include <fmt/format.h>
#include <pcap.h>
#include <poll.h>

#include <array>
#include <map>
#include <stdexcept>
#include <utility>

namespace stuntcam::pcap {
namespace {

constexpr int snap_length = 262'144;  // whole packets, also those that a network card will cut up

class Program {
 public:
  Program(LinkType type, const std::string& expression) {
    struct Dead {
      pcap_t* handle;
      ~Dead() { pcap_close(handle); }
    };
    const Dead dead{pcap_open_dead(std::to_underlying(type), snap_length)};
    if (!dead.handle) throw std::runtime_error("libpcap: no memory");
    if (pcap_compile(dead.handle, &program_, expression.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0)
      throw std::invalid_argument(fmt::format("filter '{}': {}", expression, pcap_geterr(dead.handle)));
  }
  ~Program() { pcap_freecode(&program_); }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  bool passes(const Frame& frame) const {
    pcap_pkthdr header{};
    header.caplen = static_cast<bpf_u_int32>(frame.bytes.size());
    header.len = frame.original_size;
    return pcap_offline_filter(&program_, &header, frame.bytes.data()) != 0;
  }

 private:
  bpf_program program_{};
};

class Filtered final : public CaptureFile {
 public:
  Filtered(std::unique_ptr<CaptureFile> file, std::string expression)
      : file_(std::move(file)), expression_(std::move(expression)) {
    const Program check(LinkType::ethernet, expression_);  // now, and not in the middle of the file
  }
  std::optional<Frame> next() override {
    while (auto frame = file_->next()) {
      auto& program = programs_[frame->link_type];
      if (!program) program = std::make_unique<Program>(frame->link_type, expression_);
      if (program->passes(*frame)) return frame;
    }
    return {};
  }

 private:
  std::unique_ptr<CaptureFile> file_;
  std::string expression_;
  std::map<LinkType, std::unique_ptr<Program>> programs_;
};

std::string interfaces() {
  std::array<char, PCAP_ERRBUF_SIZE> error{};
  pcap_if_t* list = nullptr;
  if (pcap_findalldevs(&list, error.data()) != 0) return {};
  std::string names;
  for (const auto* one = list; one; one = one->next) names += (names.empty() ? "" : ", ") + std::string(one->name);
  pcap_freealldevs(list);
  return names;
}

[[noreturn]] void fail(const std::string& name, int status, const std::string& said) {
  std::string help;
  if (status == PCAP_ERROR_PERM_DENIED || status == PCAP_ERROR_PROMISC_PERM_DENIED)
    help = name.starts_with("usbmon")
               ? fmt::format("reading a USB bus needs root, or read access: sudo setfacl -m u:$USER:r /dev/{}", name)
               : fmt::format(
                     "capturing needs root or the capability CAP_NET_RAW: sudo setcap cap_net_raw+ep "
                     "$(command -v stuntcam), or pipe it in: sudo tcpdump -i {} -U -w - | stuntcam decode -",
                     name);
  else if (status == PCAP_ERROR_NO_SUCH_DEVICE && name.starts_with("usbmon"))
    help = "is the module loaded? sudo modprobe usbmon";
  else if (status == PCAP_ERROR_NO_SUCH_DEVICE)
    help = fmt::format("there are: {}", interfaces());
  else if (status == PCAP_ERROR_IFACE_NOT_UP)
    help = fmt::format("sudo ip link set {} up", name);
  throw std::runtime_error(fmt::format("{}: {}{}{}", name, said, help.empty() ? "" : "; ", help));
}

class Live final : public CaptureFile {
 public:
  Live(const std::string& name, std::function<bool()> stop) : name_(name), stop_(std::move(stop)) {
    std::array<char, PCAP_ERRBUF_SIZE> error{};
    handle_.reset(pcap_create(name.c_str(), error.data()));
    if (!handle_) throw std::runtime_error(fmt::format("{}: {}", name, error.data()));
    pcap_set_snaplen(handle_.get(), snap_length);
    pcap_set_timeout(handle_.get(), patience);
    pcap_set_immediate_mode(handle_.get(), 1);
    pcap_set_tstamp_precision(handle_.get(), PCAP_TSTAMP_PRECISION_NANO);
    const int status = pcap_activate(handle_.get());
    if (status < 0) {
      const std::string detail = pcap_geterr(handle_.get());
      fail(name, status, pcap_statustostr(status) + (detail.empty() ? "" : " (" + detail + ")"));
    }
    if (pcap_setnonblock(handle_.get(), 1, error.data()) < 0)
      throw std::runtime_error(fmt::format("{}: {}", name, error.data()));
    nano_ = pcap_get_tstamp_precision(handle_.get()) == PCAP_TSTAMP_PRECISION_NANO;
    link_type_ = static_cast<LinkType>(pcap_datalink(handle_.get()));
  }

  std::optional<Frame> next() override {
    while (!stop_ || !stop_()) {
      pcap_pkthdr* header = nullptr;
      const u_char* bytes = nullptr;
      const int got = pcap_next_ex(handle_.get(), &header, &bytes);
      if (got == 1) {
        const i64 fraction = header->ts.tv_usec;
        return Frame{++frames_, header->ts.tv_sec * 1'000'000'000 + fraction * (nano_ ? 1 : 1000), link_type_,
                     header->len, View(bytes, header->caplen)};
      }
      if (got < 0) throw std::runtime_error(fmt::format("{}: {}", name_, pcap_geterr(handle_.get())));
      wait();
    }
    return {};
  }

 private:
  static constexpr int patience = 100;  // ms until stop() is asked again

  // Here, since libpcap itself waits on when its time is up, and where nothing passes it would never return.
  void wait() {
    pollfd descriptor{pcap_get_selectable_fd(handle_.get()), POLLIN, 0};  // -1, which never is ready: there is none
    ::poll(&descriptor, 1, patience);
  }

  struct Close {
    void operator()(pcap_t* handle) const { pcap_close(handle); }
  };
  std::string name_;
  std::function<bool()> stop_;
  std::unique_ptr<pcap_t, Close> handle_;
  bool nano_ = false;
  LinkType link_type_{};
  u64 frames_ = 0;
};

}  // namespace

std::unique_ptr<CaptureFile> filtered(std::unique_ptr<CaptureFile> file, std::string expression) {
  return std::make_unique<Filtered>(std::move(file), std::move(expression));
}

std::unique_ptr<CaptureFile> open_interface(const std::string& name, std::function<bool()> stop) {
  return std::make_unique<Live>(name, std::move(stop));
}

}  // namespace stuntcam::pcap
