#include "process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace stuntcam::test {

Process::Process(const std::vector<std::string>& arguments) {
  int out[2], err[2];
  if (::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe");
  std::vector<std::string> words = {STUNTCAM_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  ::posix_spawn_file_actions_adddup2(&actions, err[1], 2);
  const int error = ::posix_spawn(&process_, argv[0], &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  ::close(err[1]);
  pipes_[0] = out[0];
  pipes_[1] = err[0];
  if (error != 0) throw std::system_error(error, std::generic_category(), argv[0]);
}

Process::~Process() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  for (const int pipe : pipes_)
    if (pipe >= 0) ::close(pipe);
}

bool Process::pump() {
  pollfd wanted[2] = {{pipes_[0], POLLIN, 0}, {pipes_[1], POLLIN, 0}};  // negative ones are skipped
  if (pipes_[0] < 0 && pipes_[1] < 0) return false;
  if (::poll(wanted, 2, std::chrono::duration_cast<std::chrono::milliseconds>(patience).count()) <= 0)
    throw std::runtime_error("the program says nothing; so far: " + out_ + err_);
  std::string* into[2] = {&out_, &err_};
  for (int i = 0; i < 2; ++i) {
    if (!wanted[i].revents) continue;
    char buffer[65536];
    const auto count = ::read(pipes_[i], buffer, sizeof buffer);
    if (count > 0) {
      into[i]->append(buffer, static_cast<std::size_t>(count));
    } else {
      ::close(pipes_[i]);
      pipes_[i] = -1;
    }
  }
  return true;
}

std::string Process::line() {
  std::size_t end = 0;
  while ((end = out_.find('\n')) == std::string::npos && pipes_[0] >= 0) pump();
  const auto taken = out_.substr(0, end);
  out_.erase(0, end == std::string::npos ? end : end + 1);
  return taken;
}

void Process::signal(int number) const { ::kill(process_, number); }

int Process::wait() {
  while (pump()) {
  }
  int state = 0;
  ::waitpid(process_, &state, 0);
  process_ = -1;
  return WIFSIGNALED(state) ? 128 + WTERMSIG(state) : WEXITSTATUS(state);
}

Result stuntcam(const std::vector<std::string>& arguments) {
  Process process(arguments);
  const int status = process.wait();
  return {status, process.out(), process.err()};
}

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "stuntcam.XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::system_error(errno, std::generic_category(), name);
  folder_ = name;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string Folder::write(const std::string& name, const std::string& content) const {
  std::ofstream(path(name), std::ios::binary) << content;
  return path(name);
}

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace stuntcam::test
