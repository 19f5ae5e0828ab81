#include "bench/harness.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "lydian/core/ensure.h"
#include "lydian/core/file.h"
#include "lydian/core/thread_pool.h"
#include "lydian/kernels/isa.h"

namespace lydian::bench {
namespace {

using Clock = std::chrono::steady_clock;

// Libraries' idle threads spin for a while, on the core that the next contender wants.
constexpr std::chrono::milliseconds kRest{40};

/// The children that run. The time of those that ended counts by RUSAGE_CHILDREN.
std::set<pid_t>& children() {
  static std::set<pid_t> processes;
  return processes;
}

/// Seconds in user and kernel mode, from the fields of a line of /proc's stat files.
double ticks_to_seconds(double ticks) { return ticks / static_cast<double>(sysconf(_SC_CLK_TCK)); }

double machine_busy_seconds() {
  std::ifstream file("/proc/stat");
  std::string name;
  double user = 0, nice = 0, system = 0, idle = 0, wait = 0, hard = 0, soft = 0, stolen = 0;
  file >> name >> user >> nice >> system >> idle >> wait >> hard >> soft >> stolen;
  return ticks_to_seconds(user + nice + system + hard + soft + stolen);
}

double seconds_of(const rusage& usage) {
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double own_busy_seconds() {
  rusage self{};
  rusage ended{};
  getrusage(RUSAGE_SELF, &self);
  getrusage(RUSAGE_CHILDREN, &ended);
  double ticks = 0;
  for (const pid_t process : children()) {
    std::ifstream file(fmt::format("/proc/{}/stat", process));
    std::string line;
    if (!std::getline(file, line)) continue;
    std::istringstream fields(line.substr(line.rfind(')') + 1));
    std::string skipped;
    for (int i = 0; i < 11; ++i) fields >> skipped;
    double user = 0, system = 0;
    fields >> user >> system;
    ticks += user + system;
  }
  return seconds_of(self) + seconds_of(ended) + ticks_to_seconds(ticks);
}

double clock_seconds() { return std::chrono::duration<double>(Clock::now().time_since_epoch()).count(); }

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

std::string number(double value) {
  const double size = std::abs(value);
  const int decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return fmt::format("{:.{}f}", value, decimals);
}

}  // namespace

double median(std::vector<double> values) {
  ENSURE(!values.empty());
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double geometric_mean(const std::vector<double>& values) {
  ENSURE(!values.empty());
  double sum = 0;
  for (const double value : values) sum += std::log(value);
  return std::exp(sum / static_cast<double>(values.size()));
}

double seconds_per_call(const std::function<void()>& work, int calls) {
  const auto begin = Clock::now();
  for (int i = 0; i < calls; ++i) work();
  return std::chrono::duration<double>(Clock::now() - begin).count() / calls;
}

int calls_for(const std::function<void()>& work, double seconds) {
  constexpr double kMost = 1e6;
  return static_cast<int>(std::clamp(std::ceil(seconds / seconds_per_call(work)), 1.0, kMost));
}

void clear_library_settings() {
  constexpr std::array<std::string_view, 8> kPrefixes = {"OPENBLAS_", "GOTO_", "BLIS_", "DNNL_",
                                                         "ONEDNN_",   "OMP_",  "GOMP_", "ATEN_"};
  std::vector<std::string> names;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view variable = *entry;
    if (std::ranges::any_of(kPrefixes, [&](auto prefix) { return variable.starts_with(prefix); }))
      names.emplace_back(variable.substr(0, variable.find('=')));
  }
  for (const std::string& name : names) unsetenv(name.c_str());
}

std::vector<double> interleaved_medians(const std::vector<Contender>& contenders, int rounds) {
  std::vector<std::vector<double>> samples(contenders.size());
  for (int round = -1; round < rounds; ++round) {
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      std::this_thread::sleep_for(kRest);
      const double seconds = contenders[i].sample();
      if (round >= 0) samples[i].push_back(seconds);
    }
  }
  std::vector<double> medians;
  for (const auto& of_one : samples) medians.push_back(median(of_one));
  return medians;
}

Row larger_is_better(std::string name, double ours, double peer, std::string peer_name, std::string unit) {
  return {std::move(name), ours, peer, std::move(peer_name), std::move(unit), ours / peer};
}

Row smaller_is_better(std::string name, double ours, double peer, std::string peer_name, std::string unit) {
  return {std::move(name), ours, peer, std::move(peer_name), std::move(unit), peer / ours};
}

std::string threads_text(int threads) { return fmt::format("{} thread{}", threads, threads == 1 ? "" : "s"); }

std::string json_of(const std::vector<Row>& rows) {
  std::vector<std::string> lines;
  for (const Row& row : rows) {
    lines.push_back(fmt::format(
        R"({{"case": "{}", "ours": {:.6g}, "peer": {:.6g}, "peer_name": "{}", "unit": "{}", "ratio": {:.4f}}})",
        row.name, row.ours, row.peer, row.peer_name, row.unit, row.ratio));
  }
  return fmt::format("[\n  {}\n]\n", fmt::join(lines, ",\n  "));
}

Disturbance::Disturbance()
    : busy_(machine_busy_seconds()), own_(own_busy_seconds()), clock_(clock_seconds()) {}

double Disturbance::share() const {
  const double others = machine_busy_seconds() - busy_ - (own_busy_seconds() - own_);
  const double room = (clock_seconds() - clock_) * std::thread::hardware_concurrency();
  return std::clamp(others / room, 0.0, 1.0);
}

void Disturbance::child_began(pid_t child) { children().insert(child); }

void Disturbance::child_ended(pid_t child) { children().erase(child); }

Report::Report(std::string name) : name_(std::move(name)) {
  fmt::print("{}: {}, {} hardware threads, kernels for {}\n", name_, processor_name(),
             std::thread::hardware_concurrency(), name_of(kernels::active_isa()));
  fmt::print("{:<44}{:>10}{:>10}  {:<24}{:<20}{:>6}\n", "case", "ours", "peer", "peer's name", "unit",
             "ratio");
  std::fflush(stdout);
}

void Report::note(const std::string& text) const {
  fmt::print("  {}\n", text);
  std::fflush(stdout);
}

void Report::add(Row row) {
  fmt::print("{:<44}{:>10}{:>10}  {:<24}{:<20}{:>6.2f}\n", row.name, number(row.ours), number(row.peer),
             row.peer_name, row.unit, row.ratio);
  std::fflush(stdout);
  add_quietly(std::move(row));
}

Status Report::write() const {
  const std::filesystem::path path = fmt::format("build/bench/{}.json", name_);
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  const std::string json = json_of(rows_);
  TRY_STATUS(write_file_atomic(path, as_bytes(json)));
  fmt::print("wrote {}; other processes had {:.0f} % of the machine meanwhile\n\n", path.string(),
             100 * disturbance_.share());
  return {};
}

bool Selection::wants(const std::string& name) const {
  return cases.empty() || std::ranges::find(cases, name) != cases.end();
}

Result<Selection> select(int count, char** arguments, const std::vector<std::string>& known) {
  Selection selection;
  for (int i = 1; i < count; ++i) {
    const std::string argument = arguments[i];
    int threads = 0;
    const char* const end = argument.data() + argument.size();
    const auto parsed = std::from_chars(argument.data(), end, threads);
    if (parsed.ec == std::errc{} && parsed.ptr == end) {
      if (threads < 1 || threads > 1024) return fail("{} threads, expected 1 to 1024", threads);
      selection.threads.push_back(threads);
    } else if (std::ranges::find(known, argument) != known.end()) {
      selection.cases.push_back(argument);
    } else {
      return fail("'{}' is neither a number of threads nor a case: {}", argument, fmt::join(known, ", "));
    }
  }
  if (selection.threads.empty()) {
    const std::set<int> both = {1, ThreadPool::hardware_threads()};
    selection.threads.assign(both.begin(), both.end());
  }
  return selection;
}

int exit_code(const std::string& bench, const Status& status) {
  if (status) return 0;
  fmt::print(stderr, "{}: {}\n", bench, status.error().message);
  return 1;
}

}  // namespace lydian::bench
