#include "lydian/store/database.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "lydian/core/file.h"

namespace lydian::store {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 2> kTwoMigrations = {
    "CREATE TABLE item (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;",
    "ALTER TABLE item ADD COLUMN rank INTEGER NOT NULL DEFAULT 7;"};
constexpr DatabaseFormat kFormat{
    .application_id = 77, .migrations = kTwoMigrations, .busy_timeout = std::chrono::milliseconds(1)};

class DatabaseTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("lydian_database_test." + std::to_string(::getpid()));
    fs::create_directories(folder_);
    path_ = folder_ / "node.db";
  }
  void TearDown() override { fs::remove_all(folder_); }

  void run_raw(const char* sql) {
    sqlite3* raw = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &raw), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(raw, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(raw);
    sqlite3_close(raw);
  }
  std::string error_on_open() {
    const auto database = Database::open(path_, kFormat);
    return database ? "" : database.error().message;
  }

  fs::path folder_;
  fs::path path_;
};

TEST_F(DatabaseTest, gives_back_every_type_it_took) {
  auto database = Database::open(path_, kFormat);
  ASSERT_TRUE(database) << database.error().message;
  ASSERT_TRUE(
      database->execute("CREATE TABLE t (i INTEGER, u INTEGER, s TEXT, b BLOB, e BLOB, r BLOB) STRICT"));
  const Root root = *Root::from_hex(std::string(64, '7'));
  const Bytes bytes = {0, 1, 0, 255};
  ASSERT_TRUE(database->run("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)", std::int64_t{-5},
                            std::uint64_t{(1ULL << 63) - 1}, std::string("a\0b", 3), bytes, ByteView{},
                            root));
  auto row = database->query("SELECT * FROM t");
  ASSERT_TRUE(row);
  ASSERT_EQ(row->step(), true);
  EXPECT_EQ(*row->get<std::int64_t>(0), -5);
  EXPECT_EQ(*row->get<std::uint64_t>(1), (1ULL << 63) - 1);
  EXPECT_EQ(*row->get<std::string>(2), std::string("a\0b", 3));
  EXPECT_EQ(*row->get<Bytes>(3), bytes);
  EXPECT_EQ(*row->get<Bytes>(4), Bytes{});
  EXPECT_EQ(*row->get<Root>(5), root);
}

TEST_F(DatabaseTest, refuses_values_of_another_type_than_asked_for) {
  auto database = Database::open(path_, kFormat);
  ASSERT_TRUE(database);
  auto row = database->query("SELECT -1, 'text', x'00', NULL");
  ASSERT_TRUE(row);
  ASSERT_EQ(row->step(), true);
  EXPECT_FALSE(row->get<std::uint64_t>(0));
  EXPECT_FALSE(row->get<std::int64_t>(1));
  EXPECT_FALSE(row->get<Root>(2));
  EXPECT_FALSE(row->get<Bytes>(3));
  EXPECT_FALSE(row->get<std::string>(3));
  EXPECT_FALSE(database->run("SELECT ?", std::uint64_t{1} << 63));
}

TEST_F(DatabaseTest, keeps_a_committed_transaction_and_drops_an_abandoned_one) {
  {
    auto database = Database::open(path_, kFormat);
    ASSERT_TRUE(database);
    {
      auto transaction = database->begin();
      ASSERT_TRUE(transaction);
      ASSERT_TRUE(database->run("INSERT INTO item (name, value) VALUES ('kept', x'01')"));
      ASSERT_TRUE(transaction->commit());
    }
    auto transaction = database->begin();
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(database->run("INSERT INTO item (name, value) VALUES ('dropped', x'02')"));
  }
  auto database = Database::open(path_, kFormat);
  ASSERT_TRUE(database);
  auto rows = database->query("SELECT name FROM item");
  ASSERT_EQ(rows->step(), true);
  EXPECT_EQ(*rows->get<std::string>(0), "kept");
  EXPECT_EQ(rows->step(), false);
}

TEST_F(DatabaseTest, brings_an_older_schema_up_to_date_and_keeps_its_rows) {
  DatabaseFormat old = kFormat;
  old.migrations = old.migrations.first(1);
  {
    auto database = Database::open(path_, old);
    ASSERT_TRUE(database);
    ASSERT_TRUE(database->run("INSERT INTO item VALUES ('a', x'01')"));
  }
  {
    auto database = Database::open(path_, kFormat);
    ASSERT_TRUE(database) << database.error().message;
    auto row = database->query("SELECT rank FROM item");
    ASSERT_EQ(row->step(), true);
    EXPECT_EQ(*row->get<std::int64_t>(0), 7);
  }
  const auto older_program = Database::open(path_, old);
  ASSERT_FALSE(older_program);
  EXPECT_NE(older_program.error().message.find("schema version 2"), std::string::npos)
      << older_program.error().message;
}

TEST_F(DatabaseTest, refuses_another_programs_file_and_leaves_it_as_it_was) {
  run_raw("CREATE TABLE theirs (x)");
  const Bytes before = *read_file(path_);
  EXPECT_NE(error_on_open().find("another program"), std::string::npos) << error_on_open();
  EXPECT_EQ(*read_file(path_), before);
}

TEST_F(DatabaseTest, refuses_a_file_that_is_no_database) {
  ASSERT_TRUE(write_file_atomic(path_, as_bytes(std::string(5000, 'x'))));
  EXPECT_NE(error_on_open().find("not a readable database"), std::string::npos) << error_on_open();
  EXPECT_EQ(read_file(path_)->size(), 5000U);
}

TEST_F(DatabaseTest, refuses_a_file_whose_pages_are_damaged) {
  {
    auto database = Database::open(path_, kFormat);
    ASSERT_TRUE(database);
    for (std::uint64_t i = 0; i < 200; ++i)
      ASSERT_TRUE(
          database->run("INSERT INTO item (name, value) VALUES (?, ?)", std::to_string(i), Bytes(500)));
  }
  Bytes content = *read_file(path_);
  ASSERT_GT(content.size(), 20 * 4096U);
  std::fill(content.begin() + 8 * 4096, content.begin() + 9 * 4096, std::uint8_t{0xEE});
  ASSERT_TRUE(write_file_atomic(path_, content));
  EXPECT_NE(error_on_open().find("damaged database"), std::string::npos) << error_on_open();
}

TEST_F(DatabaseTest, refuses_a_truncated_file) {
  {
    auto database = Database::open(path_, kFormat);
    ASSERT_TRUE(database);
    ASSERT_TRUE(database->run("INSERT INTO item (name, value) VALUES ('a', ?)", Bytes(50000)));
  }
  fs::resize_file(path_, 4096 * 3);
  EXPECT_NE(error_on_open(), "");
}

TEST_F(DatabaseTest, refuses_tables_that_its_migrations_do_not_make) {
  {
    ASSERT_TRUE(Database::open(path_, kFormat));
  }
  run_raw("CREATE TABLE extra (x)");
  EXPECT_NE(error_on_open().find("tables are not ours"), std::string::npos) << error_on_open();
}

TEST_F(DatabaseTest, says_when_another_process_has_it) {
  const auto holder = Database::open(path_, kFormat);
  ASSERT_TRUE(holder);
  EXPECT_NE(error_on_open().find("in use by another process"), std::string::npos) << error_on_open();
}

TEST_F(DatabaseTest, names_the_path_when_its_folder_is_missing_or_read_only) {
  path_ = folder_ / "missing" / "node.db";
  EXPECT_NE(error_on_open().find("missing/node.db"), std::string::npos) << error_on_open();

  path_ = folder_ / "locked" / "node.db";
  fs::create_directory(folder_ / "locked");
  fs::permissions(folder_ / "locked", fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read |
                                          fs::perms::others_exec);
  const uid_t user = ::geteuid();
  if (user == 0) {  // root may write anywhere
    ASSERT_EQ(::seteuid(65534), 0);
  }
  const std::string error = error_on_open();
  if (user == 0) {
    ASSERT_EQ(::seteuid(0), 0);
  }
  EXPECT_NE(error.find("locked/node.db"), std::string::npos) << error;
  fs::permissions(folder_ / "locked", fs::perms::owner_all);
}

TEST_F(DatabaseTest, refuses_a_write_that_finds_no_room_and_keeps_what_was_there) {
  auto database = Database::open(path_, kFormat);
  ASSERT_TRUE(database);
  ASSERT_TRUE(database->run("INSERT INTO item (name, value) VALUES ('a', x'01')"));
  ASSERT_TRUE(database->execute("PRAGMA max_page_count = 10"));
  const auto full = database->run("INSERT INTO item (name, value) VALUES ('b', ?)", Bytes(100000));
  ASSERT_FALSE(full);
  EXPECT_NE(full.error().message.find("full"), std::string::npos) << full.error().message;
  auto rows = database->query("SELECT count(*) FROM item");
  ASSERT_EQ(rows->step(), true);
  EXPECT_EQ(*rows->get<std::int64_t>(0), 1);
}

}  // namespace
}  // namespace lydian::store
