// Store: what a node must still know after kill -9. Every call that returns success is on the disk, or will
// be when the transaction around it commits. The node writes what it intends before it acts, and looks here
// before it signs. Numbers (jobs, steps, nonces, blocks) are below 2^63. One thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lydian/core/bytes.h"
#include "lydian/core/result.h"
#include "lydian/store/database.h"

namespace lydian::store {

/// planned: decided, perhaps begun; must be finished or abandoned. done, abandoned: settled.
enum class IntentState { kPlanned = 0, kDone = 1, kAbandoned = 2 };

/// Something the node means to do once: (kind, job, index) names it.
struct Intent {
  std::int64_t id = 0;
  std::string kind;
  std::uint64_t job = 0;
  std::uint64_t index = 0;
  Bytes payload;
  IntentState state = IntentState::kPlanned;

  bool operator==(const Intent&) const = default;
};

struct Commitment {
  std::uint64_t checkpoint = 0;
  Root root;

  bool operator==(const Commitment&) const = default;
};

/// prepared: signed and stored, perhaps sent. sent: a ledger node took it. confirmed, reverted: in a block.
/// replaced: another transaction of its nonce is in a block.
enum class TransactionState { kPrepared = 0, kSent = 1, kConfirmed = 2, kReverted = 3, kReplaced = 4 };

struct TransactionRecord {
  Root hash;
  std::uint64_t nonce = 0;
  Bytes raw;
  std::string purpose;
  TransactionState state = TransactionState::kPrepared;

  bool operator==(const TransactionRecord&) const = default;
};

/// How far the ledger has been read. The hash tells a reorganisation.
struct Cursor {
  std::uint64_t block = 0;
  Root hash;

  bool operator==(const Cursor&) const = default;
};

/// A job in which the node plays a role; phase and state are the role's own.
struct JobRecord {
  std::uint64_t job = 0;
  std::string role;
  std::string phase;
  std::uint64_t next_step = 0;
  Bytes state;

  bool operator==(const JobRecord&) const = default;
};

class Store {
 public:
  /// Creates the file where it does not exist; its folder must exist.
  static Result<Store> open(const std::filesystem::path& path);

  /// Groups the calls until commit() into one write.
  [[nodiscard]] Result<Transaction> begin() { return database_.begin(); }

  // Named values of the node: its identity, its settings.
  [[nodiscard]] Status set_meta(std::string_view name, ByteView value);
  [[nodiscard]] Result<std::optional<Bytes>> meta(std::string_view name);

  /// Records an intent before the act. One that is already planned or done is returned as it stands and the
  /// new payload is dropped, so deciding twice acts once; an abandoned one is planned anew.
  [[nodiscard]] Result<Intent> plan(std::string_view kind, std::uint64_t job, std::uint64_t index,
                                    ByteView payload);
  [[nodiscard]] Status settle(std::int64_t id, IntentState outcome);
  [[nodiscard]] Result<std::optional<Intent>> intent(std::string_view kind, std::uint64_t job,
                                                     std::uint64_t index);
  /// Those to finish after a restart, oldest first.
  [[nodiscard]] Result<std::vector<Intent>> planned_intents();

  /// The only root the node may sign for this checkpoint: the one given, or the one recorded before it.
  [[nodiscard]] Result<Root> record_commitment(std::uint64_t job, std::uint64_t checkpoint, const Root& root);
  [[nodiscard]] Result<std::optional<Root>> commitment(std::uint64_t job, std::uint64_t checkpoint);
  /// Ascending.
  [[nodiscard]] Result<std::vector<Commitment>> commitments(std::uint64_t job);

  /// Before sending. Recording the same transaction again changes nothing.
  [[nodiscard]] Status record_transaction(const TransactionRecord& transaction);
  [[nodiscard]] Status set_transaction_state(const Root& hash, TransactionState state);
  [[nodiscard]] Result<std::optional<TransactionRecord>> transaction(const Root& hash);
  /// Prepared and sent ones, by nonce, then in the order recorded.
  [[nodiscard]] Result<std::vector<TransactionRecord>> pending_transactions();
  /// The highest nonce of any recorded transaction.
  [[nodiscard]] Result<std::optional<std::uint64_t>> last_nonce();

  [[nodiscard]] Status set_cursor(std::string_view name, const Cursor& cursor);
  [[nodiscard]] Result<std::optional<Cursor>> cursor(std::string_view name);

  /// Replaces the record of (job, role).
  [[nodiscard]] Status put_job(const JobRecord& record);
  [[nodiscard]] Result<std::optional<JobRecord>> job(std::uint64_t job, std::string_view role);
  /// By job, then role.
  [[nodiscard]] Result<std::vector<JobRecord>> jobs();
  [[nodiscard]] Status remove_job(std::uint64_t job, std::string_view role);

 private:
  explicit Store(Database database) : database_(std::move(database)) {}

  Database database_;
};

}  // namespace lydian::store
