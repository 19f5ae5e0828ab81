// The schema of the node's database. A released migration never changes; a new one is added after it.
#pragma once

#include <array>
#include <cstdint>

namespace lydian::store {

inline constexpr std::int32_t kApplicationId = 0x4C79646E;  // "Lydn"

inline constexpr std::array<const char*, 1> kMigrations = {
    R"sql(
CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE intent (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  job INTEGER NOT NULL,
  item INTEGER NOT NULL,
  payload BLOB NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2),
  UNIQUE (kind, job, item)
) STRICT;
CREATE INDEX intent_by_state ON intent (state, id);

CREATE TABLE commitment (
  job INTEGER NOT NULL,
  checkpoint INTEGER NOT NULL,
  root BLOB NOT NULL CHECK (length(root) = 32),
  PRIMARY KEY (job, checkpoint)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER commitment_is_final BEFORE UPDATE ON commitment
BEGIN SELECT RAISE(ABORT, 'a recorded commitment never changes'); END;
CREATE TRIGGER commitment_is_kept BEFORE DELETE ON commitment
BEGIN SELECT RAISE(ABORT, 'a recorded commitment is never deleted'); END;

CREATE TABLE transaction_log (
  id INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
  nonce INTEGER NOT NULL,
  raw BLOB NOT NULL,
  purpose TEXT NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4)
) STRICT;
CREATE INDEX transaction_by_nonce ON transaction_log (nonce, id);
CREATE INDEX transaction_by_state ON transaction_log (state);

CREATE TABLE cursor (
  name TEXT PRIMARY KEY,
  block INTEGER NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT, WITHOUT ROWID;

CREATE TABLE job (
  job INTEGER NOT NULL,
  role TEXT NOT NULL,
  phase TEXT NOT NULL,
  next_step INTEGER NOT NULL,
  state BLOB NOT NULL,
  PRIMARY KEY (job, role)
) STRICT, WITHOUT ROWID;
)sql"};

}  // namespace lydian::store
