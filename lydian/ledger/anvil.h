// A local Ethereum node (Foundry's anvil) as a child process, for the development network and for tests.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "lydian/core/result.h"

namespace lydian::ledger {

struct EvmNodeOptions {
  std::filesystem::path binary;
  std::uint64_t chain_id = 31337;
  std::uint16_t port = 0;                      // 0: any free one, on loopback
  bool rollup = false;                         // with the fees and deposits of an OP Stack chain
  int accounts = 10;                           // funded ones, from the well-known test mnemonic
  std::optional<int> block_seconds;            // none: a block for each transaction, at once
  std::optional<std::uint64_t> genesis_time;   // Unix seconds; none: now
  std::optional<std::filesystem::path> state;  // loaded if it exists, saved when the node stops
  std::optional<std::filesystem::path>
      log_file;  // none: its messages are kept in memory, for errors at the start
};

/// Runs from start() until it is destroyed or stopped. It also dies with the thread that started it, so that
/// nothing stays behind a program that is killed.
class EvmNode {
 public:
  /// Returns once the node listens.
  static Result<EvmNode> start(const EvmNodeOptions& options);

  EvmNode(EvmNode&& other) noexcept;
  EvmNode& operator=(EvmNode&& other) noexcept;
  ~EvmNode();

  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] bool is_running();

  /// Asks the node to save and end, and waits for it.
  void stop();

 private:
  EvmNode(pid_t pid, std::uint16_t port) : pid_(pid), port_(port) {}

  pid_t pid_ = -1;  // -1: stopped
  std::uint16_t port_ = 0;
};

}  // namespace lydian::ledger
