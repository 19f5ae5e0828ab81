#include "lydian/store/database.h"

#include <sqlite3.h>

#include <limits>

#include "lydian/core/ensure.h"

namespace lydian::store {

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
void Database::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

void Statement::note_bind(int code) {
  ENSURE(code != SQLITE_RANGE && code != SQLITE_MISUSE, "argument {} of: {}", bound_,
         sqlite3_sql(statement_.get()));
  if (code != SQLITE_OK && !bind_error_) bind_error_ = Error{*path_ + ": " + sqlite3_errstr(code)};
}

Statement& Statement::bind(std::int64_t value) {
  note_bind(sqlite3_bind_int64(statement_.get(), ++bound_, value));
  return *this;
}

Statement& Statement::bind(std::uint64_t value) {
  if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return bind(static_cast<std::int64_t>(value));
  ++bound_;
  bind_error_ = Error{fmt::format("{}: cannot store {}: numbers must be below 2^63", *path_, value)};
  return *this;
}

Statement& Statement::bind(std::string_view value) {
  note_bind(sqlite3_bind_text64(statement_.get(), ++bound_, value.empty() ? "" : value.data(), value.size(),
                                SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind(ByteView value) {
  // A null pointer would bind NULL, not an empty blob.
  const void* data = value.empty() ? static_cast<const void*>("") : value.data();
  note_bind(sqlite3_bind_blob64(statement_.get(), ++bound_, data, value.size(), SQLITE_TRANSIENT));
  return *this;
}

Result<bool> Statement::step() {
  if (bind_error_) return std::unexpected(*bind_error_);
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  const std::string reason = sqlite3_errmsg(sqlite3_db_handle(statement_.get()));
  return fail("{}: {} (in: {})", *path_, reason, sqlite3_sql(statement_.get()));
}

Status Statement::finish() {
  while (TRY(step())) {
  }
  return {};
}

Status Statement::expect_type(int column, int type, const char* name) const {
  ENSURE(column >= 0 && column < sqlite3_column_count(statement_.get()), "column {}", column);
  if (sqlite3_column_type(statement_.get(), column) == type) return {};
  return fail("{}: column '{}' must hold {} (in: {})", *path_, sqlite3_column_name(statement_.get(), column),
              name, sqlite3_sql(statement_.get()));
}

template <>
Result<std::int64_t> Statement::get<std::int64_t>(int column) const {
  TRY_STATUS(expect_type(column, SQLITE_INTEGER, "an integer"));
  return sqlite3_column_int64(statement_.get(), column);
}

template <>
Result<std::uint64_t> Statement::get<std::uint64_t>(int column) const {
  const std::int64_t value = TRY(get<std::int64_t>(column));
  if (value < 0)
    return fail("{}: column '{}' must not be negative, found {}", *path_,
                sqlite3_column_name(statement_.get(), column), value);
  return static_cast<std::uint64_t>(value);
}

template <>
Result<std::string> Statement::get<std::string>(int column) const {
  TRY_STATUS(expect_type(column, SQLITE_TEXT, "text"));
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (text == nullptr) return fail("{}: out of memory", *path_);
  return std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column)));
}

template <>
Result<Bytes> Statement::get<Bytes>(int column) const {
  TRY_STATUS(expect_type(column, SQLITE_BLOB, "bytes"));
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return size == 0 ? Bytes{} : Bytes(data, data + size);
}

template <>
Result<Root> Statement::get<Root>(int column) const {
  const Bytes bytes = TRY(get<Bytes>(column));
  if (bytes.size() != sizeof(Root::bytes))
    return fail("{}: column '{}' must hold 32 bytes, found {}", *path_,
                sqlite3_column_name(statement_.get(), column), bytes.size());
  return Root::from_bytes(bytes);
}

Transaction::~Transaction() {
  // A rollback that fails leaves the file as it was: SQLite rolls back again when it next opens it.
  if (database_ != nullptr) sqlite3_exec(database_->database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Status Transaction::commit() {
  ENSURE(database_ != nullptr, "commit() twice");
  TRY_STATUS(database_->execute("COMMIT"));
  database_ = nullptr;
  return {};
}

std::unexpected<Error> Database::failure(std::string_view doing) const {
  return fail("{}: {}: {}", *path_, doing, sqlite3_errmsg(database_.get()));
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v2(database_.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) return failure(fmt::format("cannot prepare '{}'", sql));
  return Statement(statement, path_.get());
}

Status Database::execute(const char* script) {
  if (sqlite3_exec(database_.get(), script, nullptr, nullptr, nullptr) != SQLITE_OK)
    return failure(fmt::format("cannot run '{}'", script));
  return {};
}

Result<Transaction> Database::begin() {
  ENSURE(sqlite3_get_autocommit(database_.get()) != 0, "a transaction is already open");
  TRY_STATUS(execute("BEGIN IMMEDIATE"));
  return Transaction(this);
}

Result<std::int64_t> Database::integer(const char* sql) {
  Statement statement = TRY(prepare(sql));
  if (!TRY(statement.step())) return fail("{}: no answer to '{}'", *path_, sql);
  return statement.get<std::int64_t>(0);
}

/// Reads only, so that somebody else's file stays as it is.
Status Database::check_identity(const DatabaseFormat& format) {
  const auto tables = integer("SELECT count(*) FROM sqlite_schema");
  if (!tables && sqlite3_errcode(database_.get()) == SQLITE_BUSY)
    return fail("{}: in use by another process; stop that one first", *path_);
  if (!tables && sqlite3_errcode(database_.get()) == SQLITE_CANTOPEN)
    return fail("{}: cannot create or open the database: check that its folder exists and may be written",
                *path_);
  if (!tables)
    return fail("{}: not a readable database ({}); move the file away or restore a copy", *path_,
                sqlite3_errmsg(database_.get()));
  const std::int64_t application = TRY(integer("PRAGMA application_id"));
  const std::int64_t version = TRY(integer("PRAGMA user_version"));
  if (application == 0 && version == 0 && *tables == 0) return {};  // new, or a crash before the first commit
  if (application != format.application_id)
    return fail("{}: a database of another program (application id {}, expected {})", *path_, application,
                format.application_id);
  if (version < 1 || version > std::ssize(format.migrations))
    return fail("{}: schema version {}, but this program knows 1 to {}; use the program that wrote it",
                *path_, version, format.migrations.size());
  return {};
}

Status Database::check_integrity() {
  Statement check = TRY(prepare("PRAGMA integrity_check(1)"));
  const auto row = check.step();
  if (!row || !*row) return fail("{}: damaged database: {}", *path_, sqlite3_errmsg(database_.get()));
  const std::string verdict = TRY(check.get<std::string>(0));
  if (verdict != "ok") return fail("{}: damaged database: {}; restore a copy", *path_, verdict);
  return {};
}

Status Database::configure(const DatabaseFormat& format) {
  sqlite3_busy_timeout(database_.get(), static_cast<int>(format.busy_timeout.count()));
  sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_extended_result_codes(database_.get(), 0);
  return execute("PRAGMA cell_size_check = ON; PRAGMA locking_mode = EXCLUSIVE; PRAGMA foreign_keys = ON;");
}

Status Database::migrate(const DatabaseFormat& format) {
  Transaction transaction = TRY(begin());
  const auto version = static_cast<std::size_t>(TRY(integer("PRAGMA user_version")));
  for (std::size_t i = version; i < format.migrations.size(); ++i) TRY_STATUS(execute(format.migrations[i]));
  TRY_STATUS(execute(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {};",
                                 format.application_id, format.migrations.size())
                         .c_str()));
  return transaction.commit();
}

Result<std::string> Database::schema() {
  // ANALYZE and AUTOINCREMENT keep tables of SQLite's own, which have no text here.
  Statement list =
      TRY(prepare("SELECT sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name"));
  std::string text;
  while (TRY(list.step())) text += TRY(list.get<std::string>(0)) + ";\n";
  return text;
}

/// The tables are exactly those that the migrations make, so their keys and checks can be relied on.
Status Database::check_schema(const DatabaseFormat& format) {
  sqlite3* handle = nullptr;
  if (sqlite3_open(":memory:", &handle) != SQLITE_OK) return fail("{}: out of memory", *path_);
  Database fresh(handle, "model schema");
  TRY_STATUS(fresh.migrate(format));
  if (TRY(schema()) != TRY(fresh.schema()))
    return fail("{}: damaged database: its tables are not ours", *path_);
  return {};
}

Result<Database> Database::open(const std::filesystem::path& path, const DatabaseFormat& format) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (handle == nullptr) return fail("{}: out of memory", path.string());
  Database database(handle, path);
  if (code != SQLITE_OK)
    return database.failure("cannot create or open the database; check the folder and its rights");
  TRY_STATUS(database.configure(format));
  TRY_STATUS(database.check_identity(format));
  TRY_STATUS(database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"));
  TRY_STATUS(database.check_integrity());
  TRY_STATUS(database.migrate(format));
  TRY_STATUS(database.check_schema(format));
  return database;
}

}  // namespace lydian::store
