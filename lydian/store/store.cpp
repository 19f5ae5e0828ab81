#include "lydian/store/store.h"

#include "lydian/core/ensure.h"
#include "lydian/store/schema.h"

namespace lydian::store {
namespace {

constexpr std::string_view kIntentColumns = "SELECT id, kind, job, item, payload, state FROM intent ";
constexpr std::string_view kTransactionColumns =
    "SELECT hash, nonce, raw, purpose, state FROM transaction_log ";
constexpr std::string_view kJobColumns = "SELECT job, role, phase, next_step, state FROM job ";

std::string sql(std::string_view columns, std::string_view rest) {
  return std::string(columns) + std::string(rest);
}

std::int64_t number(IntentState state) { return static_cast<std::int64_t>(state); }
std::int64_t number(TransactionState state) { return static_cast<std::int64_t>(state); }

Result<Intent> read_intent(const Statement& row) {
  Intent intent;
  intent.id = TRY(row.get<std::int64_t>(0));
  intent.kind = TRY(row.get<std::string>(1));
  intent.job = TRY(row.get<std::uint64_t>(2));
  intent.index = TRY(row.get<std::uint64_t>(3));
  intent.payload = TRY(row.get<Bytes>(4));
  const std::uint64_t state = TRY(row.get<std::uint64_t>(5));
  if (state > static_cast<std::uint64_t>(IntentState::kAbandoned))
    return fail("intent {}: unknown state {}", intent.id, state);
  intent.state = static_cast<IntentState>(state);
  return intent;
}

Result<TransactionRecord> read_transaction(const Statement& row) {
  TransactionRecord transaction;
  transaction.hash = TRY(row.get<Root>(0));
  transaction.nonce = TRY(row.get<std::uint64_t>(1));
  transaction.raw = TRY(row.get<Bytes>(2));
  transaction.purpose = TRY(row.get<std::string>(3));
  const std::uint64_t state = TRY(row.get<std::uint64_t>(4));
  if (state > static_cast<std::uint64_t>(TransactionState::kReplaced))
    return fail("transaction {}: unknown state {}", transaction.hash.hex(), state);
  transaction.state = static_cast<TransactionState>(state);
  return transaction;
}

Result<JobRecord> read_job(const Statement& row) {
  JobRecord record;
  record.job = TRY(row.get<std::uint64_t>(0));
  record.role = TRY(row.get<std::string>(1));
  record.phase = TRY(row.get<std::string>(2));
  record.next_step = TRY(row.get<std::uint64_t>(3));
  record.state = TRY(row.get<Bytes>(4));
  return record;
}

Result<Commitment> read_commitment(const Statement& row) {
  Commitment commitment;
  commitment.checkpoint = TRY(row.get<std::uint64_t>(0));
  commitment.root = TRY(row.get<Root>(1));
  return commitment;
}

Result<Cursor> read_cursor(const Statement& row) {
  Cursor cursor;
  cursor.block = TRY(row.get<std::uint64_t>(0));
  cursor.hash = TRY(row.get<Root>(1));
  return cursor;
}

template <typename Row>
using Reader = Result<Row> (*)(const Statement&);

template <typename Row>
Result<std::optional<Row>> first(Result<Statement> query, Reader<Row> read) {
  Statement statement = TRY(std::move(query));
  if (!TRY(statement.step())) return std::nullopt;
  return TRY(read(statement));
}

template <typename Row>
Result<std::vector<Row>> all(Result<Statement> query, Reader<Row> read) {
  Statement statement = TRY(std::move(query));
  std::vector<Row> rows;
  while (TRY(statement.step())) rows.push_back(TRY(read(statement)));
  return rows;
}

Result<Bytes> read_bytes(const Statement& row) { return row.get<Bytes>(0); }
Result<Root> read_root(const Statement& row) { return row.get<Root>(0); }
Result<std::uint64_t> read_number(const Statement& row) { return row.get<std::uint64_t>(0); }

}  // namespace

Result<Store> Store::open(const std::filesystem::path& path) {
  return Store(TRY(Database::open(path, {.application_id = kApplicationId, .migrations = kMigrations})));
}

Status Store::set_meta(std::string_view name, ByteView value) {
  return database_.run("INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
                       name, value);
}

Result<std::optional<Bytes>> Store::meta(std::string_view name) {
  return first(database_.query("SELECT value FROM meta WHERE name = ?", name), read_bytes);
}

Result<Intent> Store::plan(std::string_view kind, std::uint64_t job, std::uint64_t index, ByteView payload) {
  TRY_STATUS(
      database_.run("INSERT INTO intent (kind, job, item, payload, state) VALUES (?, ?, ?, ?, 0) "
                    "ON CONFLICT DO UPDATE SET payload = excluded.payload, state = 0 WHERE state = 2",
                    kind, job, index, payload));
  auto stored = TRY(intent(kind, job, index));
  if (!stored)
    return fail("intent '{}' of job {}, index {}: not in the database after it was written", kind, job,
                index);
  return *std::move(stored);
}

Status Store::settle(std::int64_t id, IntentState outcome) {
  ENSURE(outcome != IntentState::kPlanned, "intent {}", id);
  return database_.run("UPDATE intent SET state = ? WHERE id = ?", number(outcome), id);
}

Result<std::optional<Intent>> Store::intent(std::string_view kind, std::uint64_t job, std::uint64_t index) {
  return first(
      database_.query(sql(kIntentColumns, "WHERE kind = ? AND job = ? AND item = ?"), kind, job, index),
      read_intent);
}

Result<std::vector<Intent>> Store::planned_intents() {
  return all(database_.query(sql(kIntentColumns, "WHERE state = 0 ORDER BY id")), read_intent);
}

Result<Root> Store::record_commitment(std::uint64_t job, std::uint64_t checkpoint, const Root& root) {
  TRY_STATUS(
      database_.run("INSERT INTO commitment VALUES (?, ?, ?) ON CONFLICT DO NOTHING", job, checkpoint, root));
  const auto recorded = TRY(commitment(job, checkpoint));
  if (!recorded)
    return fail("commitment {} of job {}: not in the database after it was written", checkpoint, job);
  return *recorded;
}

Result<std::optional<Root>> Store::commitment(std::uint64_t job, std::uint64_t checkpoint) {
  return first(
      database_.query("SELECT root FROM commitment WHERE job = ? AND checkpoint = ?", job, checkpoint),
      read_root);
}

Result<std::vector<Commitment>> Store::commitments(std::uint64_t job) {
  return all(
      database_.query("SELECT checkpoint, root FROM commitment WHERE job = ? ORDER BY checkpoint", job),
      read_commitment);
}

Status Store::record_transaction(const TransactionRecord& transaction) {
  return database_.run(
      "INSERT INTO transaction_log (hash, nonce, raw, purpose, state) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT (hash) DO NOTHING",
      transaction.hash, transaction.nonce, transaction.raw, transaction.purpose, number(transaction.state));
}

Status Store::set_transaction_state(const Root& hash, TransactionState state) {
  return database_.run("UPDATE transaction_log SET state = ? WHERE hash = ?", number(state), hash);
}

Result<std::optional<TransactionRecord>> Store::transaction(const Root& hash) {
  return first(database_.query(sql(kTransactionColumns, "WHERE hash = ?"), hash), read_transaction);
}

Result<std::vector<TransactionRecord>> Store::pending_transactions() {
  return all(database_.query(sql(kTransactionColumns, "WHERE state IN (0, 1) ORDER BY nonce, id")),
             read_transaction);
}

Result<std::optional<std::uint64_t>> Store::last_nonce() {
  return first(database_.query("SELECT nonce FROM transaction_log ORDER BY nonce DESC LIMIT 1"), read_number);
}

Status Store::set_cursor(std::string_view name, const Cursor& cursor) {
  return database_.run(
      "INSERT INTO cursor VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET block = excluded.block, hash = "
      "excluded.hash",
      name, cursor.block, cursor.hash);
}

Result<std::optional<Cursor>> Store::cursor(std::string_view name) {
  return first(database_.query("SELECT block, hash FROM cursor WHERE name = ?", name), read_cursor);
}

Status Store::put_job(const JobRecord& record) {
  return database_.run("INSERT OR REPLACE INTO job VALUES (?, ?, ?, ?, ?)", record.job, record.role,
                       record.phase, record.next_step, record.state);
}

Result<std::optional<JobRecord>> Store::job(std::uint64_t job, std::string_view role) {
  return first(database_.query(sql(kJobColumns, "WHERE job = ? AND role = ?"), job, role), read_job);
}

Result<std::vector<JobRecord>> Store::jobs() {
  return all(database_.query(sql(kJobColumns, "ORDER BY job, role")), read_job);
}

Status Store::remove_job(std::uint64_t job, std::string_view role) {
  return database_.run("DELETE FROM job WHERE job = ? AND role = ?", job, role);
}

}  // namespace lydian::store
