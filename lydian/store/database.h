// A thin owner of one SQLite file: write-ahead log, every commit synced to the disk, one process at a time.
// Opening checks that the file is ours, undamaged and not newer than this program, and brings its schema up
// to date. One thread at a time may use a Database and what it hands out.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lydian/core/bytes.h"
#include "lydian/core/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace lydian::store {

/// What a database file must be. migrations[i] brings a file of schema version i to version i + 1.
struct DatabaseFormat {
  std::int32_t application_id;
  std::span<const char* const> migrations;
  std::chrono::milliseconds busy_timeout{5000};
};

/// A prepared statement with its arguments and, after step() said true, a row.
class Statement {
 public:
  /// Arguments are bound left to right, starting anew after a reset.
  Statement& bind(std::int64_t value);
  /// Numbers above 2^63 - 1 cannot be stored: the next step() says so.
  Statement& bind(std::uint64_t value);
  Statement& bind(std::string_view value);
  Statement& bind(ByteView value);
  Statement& bind(const Root& value) { return bind(value.view()); }

  /// True: there is a row. False: the statement has ended.
  [[nodiscard]] Result<bool> step();
  /// Steps to the end, ignoring rows.
  [[nodiscard]] Status finish();

  /// A column of the row, which must have the type asked for: int64_t, uint64_t, std::string, Bytes, Root.
  template <typename T>
  [[nodiscard]] Result<T> get(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement(sqlite3_stmt* statement, const std::string* path) : statement_(statement), path_(path) {}
  void note_bind(int code);
  [[nodiscard]] Status expect_type(int column, int type, const char* name) const;

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  const std::string* path_;  // the database's, for messages
  int bound_ = 0;
  std::optional<Error> bind_error_;
};

class Database;

/// Everything between begin() and commit() happens or nothing does. Rolled back when it ends without
/// commit().
class Transaction {
 public:
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  /// On success everything is on the disk.
  [[nodiscard]] Status commit();

 private:
  friend class Database;
  explicit Transaction(Database* database) : database_(database) {}
  Database* database_;
};

class Database {
 public:
  /// Creates the file where it does not exist; its folder must exist.
  static Result<Database> open(const std::filesystem::path& path, const DatabaseFormat& format);

  [[nodiscard]] Result<Statement> prepare(std::string_view sql);
  /// Runs a script without arguments.
  [[nodiscard]] Status execute(const char* script);
  /// Starts a write transaction. Nesting one is our bug.
  [[nodiscard]] Result<Transaction> begin();

  /// Prepares and binds: step through the rows of the result.
  template <typename... Arguments>
  [[nodiscard]] Result<Statement> query(std::string_view sql, const Arguments&... arguments) {
    Statement statement = TRY(prepare(sql));
    (statement.bind(arguments), ...);
    return statement;
  }
  /// Prepares, binds and runs to the end.
  template <typename... Arguments>
  [[nodiscard]] Status run(std::string_view sql, const Arguments&... arguments) {
    Statement statement = TRY(query(sql, arguments...));
    return statement.finish();
  }

 private:
  friend class Transaction;
  struct Close {
    void operator()(sqlite3* database) const;
  };
  Database(sqlite3* database, const std::filesystem::path& path)
      : database_(database), path_(std::make_unique<std::string>(path.string())) {}

  [[nodiscard]] std::unexpected<Error> failure(std::string_view doing) const;
  [[nodiscard]] Result<std::int64_t> integer(const char* sql);
  [[nodiscard]] Status check_identity(const DatabaseFormat& format);
  [[nodiscard]] Status check_integrity();
  [[nodiscard]] Status configure(const DatabaseFormat& format);
  [[nodiscard]] Status migrate(const DatabaseFormat& format);
  [[nodiscard]] Status check_schema(const DatabaseFormat& format);
  [[nodiscard]] Result<std::string> schema();

  std::unique_ptr<sqlite3, Close> database_;
  std::unique_ptr<std::string> path_;  // at a fixed address: statements point to it
};

}  // namespace lydian::store
