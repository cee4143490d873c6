#include "cli/contact.h"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <utility>

#include "cli/failure.h"
#include "initiator/vendors/extension.h"
#include "transport/usb/usb_camera.h"

namespace stuntcam::cli {

using initiator::Problem;
using initiator::Timeouts;

namespace {

transport::Task<std::unique_ptr<transport::Link>> at_once(std::unique_ptr<transport::Link> link) { co_return link; }

initiator::MakeDialers usb_dialers(const transport::usb::Selector& selector, const Console& console) {
  return [selector, console](asio::io_context& io, transport::Clock& clock) {
    const auto log = [console](const std::string& line) { console.warn(line); };
    auto pipe = transport::usb::open_camera(io, selector, log);
    const auto links = std::make_shared<transport::usb::Links>(io, clock, std::move(pipe), log);
    return initiator::Dialers{
        [links] { return at_once(links->command()); }, [links] { return at_once(links->events()); }, {}};
  };
}

Timeouts timeouts(const Timeout& timeout) { return timeout ? Timeouts::all(*timeout) : Timeouts(); }

}  // namespace

Contact::Contact(Destination destination, const Console& console, const Timeout& timeout)
    : attended(::isatty(STDIN_FILENO) != 0), destination_(std::move(destination)), console_(console) {
  std::signal(SIGPIPE, SIG_IGN);  // sendfile(2) to a camera that left must fail, not end the program
  const auto& target = destination_.target;
  try {
    camera_ = target.usb
                  ? std::make_unique<initiator::Camera>(usb_dialers(*target.usb, console), options(timeout))
                  : std::make_unique<initiator::Camera>(target.host, target.port, target.lanes, options(timeout));
  } catch (const transport::usb::Problem& problem) {
    throw Failure(unavailable, problem.what(), problem.remedy);
  } catch (const Problem& problem) {
    throw Problem(problem.kind, fmt::format("{}: {}", destination_.name, problem.what()), problem.response,
                  problem.wire);
  }
  signals_ = std::make_unique<asio::signal_set>(camera_->io(), SIGINT, SIGTERM, SIGHUP);
  heed();
}

Contact::~Contact() = default;

initiator::CameraOptions Contact::options(const Timeout& timeout) {
  initiator::CameraOptions camera;
  camera.connection.identity = destination_.identity;
  camera.connection.wrap = destination_.wrap;
  camera.session.when_open = destination_.target.usb ? initiator::WhenOpen::close : initiator::WhenOpen::join;
  camera.connection.dialect = destination_.target.dialect;
  camera.connection.timeouts = timeouts(timeout);
  camera.connection.remark = [this](const std::string& text) { console_.detail("the camera: " + text); };
  return camera;
}

void Contact::heed() {
  signals_->async_wait([this](std::error_code error, int signal) {
    if (error) return;
    signal_ = signal;
    signals_->clear();  // a second Ctrl-C ends the program at once
    camera_->connection().interrupt();
    if (on_interrupt) on_interrupt();
  });
}

void Contact::begin(const Console& console, const Timeout& given) {
  console_ = console;
  const Timeout limit = given ? given : usual_timeout;
  const bool interrupted = std::exchange(signal_, 0) != 0;
  camera_->connection().set_timeouts(timeouts(limit));
  if (!interrupted) return;
  camera_->connection().resume();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) signals_->add(signal);
  heed();
}

const ptp::DeviceInfo& Contact::device() {
  if (!device_) device_ = camera_->run(session().device_info());
  return *device_;
}

initiator::Extension& Contact::extension() {
  if (!extension_) {
    const auto& info = device();
    extension_ = initiator::make_extension(info, session().vendor());
  }
  return *extension_;
}

}  // namespace stuntcam::cli
