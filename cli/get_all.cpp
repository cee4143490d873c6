// Everything on a camera, over as many connections as it takes.
#include <fmt/format.h>

#include <deque>
#include <filesystem>
#include <map>
#include <set>

#include "cli/commands.h"
#include "cli/download.h"
#include "cli/failure.h"
#include "cli/objects.h"
#include "transport/spawn.h"

namespace stuntcam::cli {
namespace {

using initiator::Connection;
using initiator::Problem;
using initiator::Session;
using initiator::Trouble;
using transport::Task;

constexpr u64 most_jobs = 16;  // no camera takes more, and each has buffers of its own

struct GetAll {
  bool force = false, resume = false;
  u64 jobs = 1;
};

struct Job {
  Object object;
  std::filesystem::path file;
};

// What is to be fetched; folders are made. Two objects of one name: the second has its handle behind it.
class Plan {
 public:
  Plan(Visit& visit, const GetAll& options) : visit_(visit), options_(options) {}

  // Folders come before what is in them.
  void add(const std::filesystem::path& base, const Object& object) {
    const std::filesystem::path path(object.path);
    const auto folder = folders_.find(object.info.parent_object);
    auto file = (folder == folders_.end() ? base / path.parent_path() : folder->second) / path.filename();
    if (!taken_.insert(file).second) file += fmt::format("_{:08x}", object.handle);
    std::error_code problem;
    std::filesystem::create_directories(object.folder() ? file : file.parent_path(), problem);
    if (problem) {
      visit_.console().error(fmt::format("{}: {}", file.string(), problem.message()));
      failed_ = true;
      return;
    }
    if (object.folder()) {
      folders_[object.handle] = file;
      return;
    }
    const auto size = std::filesystem::file_size(file, problem);
    if (!options_.force && !problem && object.size && size == *object.size) return;  // of an earlier run
    bytes_ += object.size.value_or(0);
    jobs_.push_back({object, file});
  }
  std::deque<Job>& jobs() { return jobs_; }
  u64 bytes() const { return bytes_; }
  bool failed() const { return failed_; }

 private:
  Visit& visit_;
  const GetAll& options_;
  std::set<std::filesystem::path> taken_;
  std::map<u32, std::filesystem::path> folders_;  // by handle: of two with one name, one is called otherwise here
  std::deque<Job> jobs_;
  u64 bytes_ = 0;
  bool failed_ = false;
};

// One more way to the camera.
struct Line {
  Line() = default;  // no aggregate: it crosses co_await
  std::unique_ptr<Connection> connection;
  std::unique_ptr<Session> session;
};

Task<Line> open_line(Contact& contact, Timeout timeout, u32 session_id) {
  auto& first = contact.camera().connection();
  auto options = contact.options(timeout);
  const auto& target = contact.destination().target;
  auto dialers = initiator::tcp_dialers(contact.camera().io(), first.clock(), target.host, target.port, target.lanes,
                                        options.connection.timeouts.connect, *target.dialect);
  Line line;
  line.connection = co_await Connection::open(contact.camera().io(), first.clock(), std::move(dialers),
                                              std::move(options.connection));
  options.session.id = session_id;
  line.session = std::make_unique<Session>(*line.connection, options.session);
  co_await line.session->open();
  co_return line;
}

class Fetch {
 public:
  Fetch(Visit& visit, Plan& plan, const GetAll& options)
      : visit_(visit),
        plan_(plan),
        options_(options),
        source_(make_source(visit)),
        meter_(visit.console(), plan.bytes()),
        ended_(visit.contact().camera().io()) {}

  int run() {
    open_lines();
    visit_.contact().on_interrupt = [this] {
      for (const auto& line : lines_) line.connection->interrupt();
    };
    visit_.run(work_side_by_side());
    visit_.contact().on_interrupt = {};
    for (const auto& line : lines_) visit_.run(line.session->close());
    // The others did what was left where they could.
    if (problem_ && (!plan_.jobs().empty() || visit_.interrupted() != 0)) std::rethrow_exception(problem_);
    return failed_ || plan_.failed() ? failed : success;
  }

 private:
  void open_lines() {
    const bool only_one = visit_.contact().destination().target.usb.has_value();
    const auto wanted = std::min<u64>(only_one ? 1 : options_.jobs, plan_.jobs().size());
    for (u32 id = 2; id <= wanted; ++id) {
      try {
        lines_.push_back(visit_.run(open_line(visit_.contact(), visit_.timeout(), id)));
      } catch (const Problem& problem) {
        if (visit_.interrupted() != 0) throw;
        visit_.console().say(fmt::format("the camera takes {} connections: {}", id - 1, problem.what()));
        return;
      }
    }
  }

  Task<> work_side_by_side() {
    auto& io = visit_.contact().camera().io();
    working_ = lines_.size() + 1;
    const auto over = [this](const std::exception_ptr&) {
      --working_;
      ended_.raise();
    };
    transport::spawn(io, work(visit_.session()), over);
    for (const auto& line : lines_) transport::spawn(io, work(*line.session), over);
    while (working_ != 0) co_await ended_.wait();
  }

  Task<> work(Session& session) {
    while (!plan_.jobs().empty()) {
      const Job job = std::move(plan_.jobs().front());
      plan_.jobs().pop_front();
      std::exception_ptr failure;
      try {
        const DownloadOptions how{.replace = options_.force, .resume = options_.resume};
        Object object = job.object;
        std::string file = job.file.string();
        Meter meter = meter_;
        co_await download(session, source_, std::move(object), std::move(file), how, std::move(meter));
      } catch (...) {
        failure = std::current_exception();
      }
      if (failure ? !goes_on(failure, session, job) : !told(job)) co_return;
    }
  }

  bool told(const Job& job) {
    meter_.clear();
    tell_file(visit_, job.object, job.file.string());
    return true;
  }

  // One object that cannot be had is no reason to leave out the others; a connection that is over is.
  bool goes_on(const std::exception_ptr& failure, Session& session, const Job& job) {
    try {
      std::rethrow_exception(failure);
    } catch (const Failure& problem) {
      complain(problem.what(), problem.hint);
      return true;
    } catch (const Problem& problem) {
      if (session.connection().usable() && problem.kind != Trouble::cancelled) {
        complain(fmt::format("'{}': {}", job.object.path, problem.what()), {});
        return true;
      }
      return give_up(failure, job);
    } catch (const std::exception&) {  // the disk
      return give_up(failure, job);
    }
  }

  bool give_up(const std::exception_ptr& failure, const Job& job) {
    plan_.jobs().push_front(job);
    if (!problem_) problem_ = failure;
    return false;
  }

  void complain(const std::string& what, const std::string& hint) {
    meter_.clear();
    visit_.console().error(what, hint);
    failed_ = true;
  }

  Visit& visit_;
  Plan& plan_;
  const GetAll& options_;
  Source source_;
  Meter meter_;
  transport::Signal ended_;
  std::vector<Line> lines_;
  std::size_t working_ = 0;
  std::exception_ptr problem_;
  bool failed_ = false;
};

int get_all(Visit& visit, const GetAll& options) {
  const std::filesystem::path folder = visit.word(0, "DIR");
  visit.at_most(1);
  Plan plan(visit, options);
  const auto ids = visit.run(visit.session().storage_ids());
  for (const u32 id : ids) {
    // Of several stores, each has a folder of its own: they may well have the same names.
    const auto base = ids.size() == 1 ? folder : folder / fmt::format("store_{:08x}", id);
    for (const auto& object : list_objects(visit, id)) plan.add(base, object);
  }
  return Fetch(visit, plan, options).run();
}

}  // namespace

Command get_all_command() {
  auto options = std::make_shared<GetAll>();
  return visitor(
      {"get-all", "download everything, folders and all",
       "Examples:\n"
       "  stuntcam get-all ptpip:192.168.1.1 pictures\n"
       "  stuntcam get-all ptpip:192.168.1.1 pictures --jobs 4 --resume\n\n"
       "What is already there with the same size is not fetched again.\n",
       "DIR", ""},
      [options](Visit& visit) { return get_all(visit, *options); },
      [options](Options& declared) {
        declared.flag("--force", [options] { options->force = true; }, "replace files that exist");
        declared.flag("--resume", [options] { options->resume = true; }, "continue what an earlier download left");
        declared.option("--jobs", "N", number(options->jobs, 1, most_jobs),
                        "so many at a time, as far as the camera takes connections");
      });
}

}  // namespace stuntcam::cli
