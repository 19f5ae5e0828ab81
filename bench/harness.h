// What every bench shares: interleaved samples and their medians, the machine and how much of it others used,
// the table, and the rows {case, ours, peer, peer_name, unit, ratio} of build/bench/<name>.json.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "lydian/core/result.h"

namespace lydian::bench {

/// Of an even count: halfway between the middle two. At least one value.
[[nodiscard]] double median(std::vector<double> values);
/// At least one value, all positive.
[[nodiscard]] double geometric_mean(const std::vector<double>& values);

/// Seconds that one call of `work` takes, over `calls` in a row.
[[nodiscard]] double seconds_per_call(const std::function<void()>& work, int calls = 1);
/// How many calls of `work` take at least so long; at least 1. Calls it once to find out.
[[nodiscard]] int calls_for(const std::function<void()>& work, double seconds);

/// Forgets what this process's environment tells the libraries measured here to do (OPENBLAS_CORETYPE,
/// OMP_WAIT_POLICY, ...), so that they run as they choose themselves. Children inherit that.
void clear_library_settings();

/// One of the things that are measured side by side.
struct Contender {
  std::string name;
  std::function<double()> sample;  // seconds
};
/// The median of each contender's samples. Rounds in which each has its turn, so that what disturbs the
/// machine disturbs all; a first round, to warm up, does not count.
[[nodiscard]] std::vector<double> interleaved_medians(const std::vector<Contender>& contenders, int rounds);

struct Row {
  std::string name;  // "case" in JSON
  double ours = 0;
  double peer = 0;
  std::string peer_name;
  std::string unit;
  double ratio = 0;  // above 1: we are ahead
};
/// Of figures that are better the larger they are, and the smaller.
[[nodiscard]] Row larger_is_better(std::string name, double ours, double peer, std::string peer_name,
                                   std::string unit);
[[nodiscard]] Row smaller_is_better(std::string name, double ours, double peer, std::string peer_name,
                                    std::string unit);
/// "1 thread", "2 threads".
[[nodiscard]] std::string threads_text(int threads);
/// A list of objects, one a line.
[[nodiscard]] std::string json_of(const std::vector<Row>& rows);

/// The share of the machine that processes outside this bench had since the object was made.
class Disturbance {
 public:
  Disturbance();
  /// From 0 to 1.
  [[nodiscard]] double share() const;
  /// From its begin to its end, when it was waited for, a child process is part of this bench.
  static void child_began(pid_t child);
  static void child_ended(pid_t child);

 private:
  double busy_;
  double own_;
  double clock_;
};

/// The rows of one bench.
class Report {
 public:
  /// Prints the machine and the table's head.
  explicit Report(std::string name);

  void note(const std::string& text) const;
  /// Keeps the row; prints it.
  void add(Row row);
  /// Keeps the row.
  void add_quietly(Row row) { rows_.push_back(std::move(row)); }
  /// Writes build/bench/<name>.json and says how busy others were.
  [[nodiscard]] Status write() const;

 private:
  std::string name_;
  std::vector<Row> rows_;
  Disturbance disturbance_;
};

/// A bench's arguments, in any order: names of its cases, and thread counts.
struct Selection {
  std::vector<std::string> cases;  // none: all
  std::vector<int> threads;
  [[nodiscard]] bool wants(const std::string& name) const;
};
/// Thread counts unless given: 1 and all of this machine.
[[nodiscard]] Result<Selection> select(int count, char** arguments, const std::vector<std::string>& known);

/// What main returns: 0, or 1 after printing the error.
[[nodiscard]] int exit_code(const std::string& bench, const Status& status);

}  // namespace lydian::bench
