// A node's database, damaged anywhere: opening and using it gives values or errors, and never crashes. The
// input is a list of (offset u16, byte) patches to a real database file, so that damage lands deep inside.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>

#include "lydian/core/file.h"
#include "lydian/store/store.h"

namespace {

namespace fs = std::filesystem;
using lydian::Bytes;
using lydian::Root;
using lydian::store::Store;

/// Gone when the process ends.
struct Folder {
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }

  static constexpr const char* kMemory = "/dev/shm";  // no disk to wait for
  fs::path path = (fs::exists(kMemory) ? fs::path(kMemory) : fs::temp_directory_path()) /
                  ("lydian_store_fuzz." + std::to_string(::getpid()));
};

fs::path path() {
  static const Folder folder;
  return folder.path / "node.db";
}

void use(Store& store) {
  static_cast<void>(store.meta("name"));
  static_cast<void>(store.plan("kind", 1, 2, Bytes(3)));
  static_cast<void>(store.planned_intents());
  static_cast<void>(store.record_commitment(1, 1, Root{}));
  static_cast<void>(store.commitments(1));
  static_cast<void>(store.pending_transactions());
  static_cast<void>(store.last_nonce());
  static_cast<void>(store.cursor("market"));
  static_cast<void>(store.jobs());
}

Bytes sound_database() {
  {
    auto store = Store::open(path());
    if (!store || !store->set_meta("name", Bytes(10)) ||
        !store->put_job({1, "solver", "phase", 2, Bytes(20)}) ||
        !store->record_transaction({Root{}, 1, Bytes(100), "purpose", {}}) ||
        !store->set_cursor("market", {1, {}}))
      std::abort();
    use(*store);
  }
  return *lydian::read_file(path());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Bytes sound = sound_database();
  Bytes damaged = sound;
  for (std::size_t i = 0; i + 3 <= size; i += 3)
    damaged[lydian::load_le<std::uint16_t>(data + i) % damaged.size()] ^= data[i + 2];
  for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(path().string() + suffix);
  if (!lydian::write_file_atomic(path(), damaged)) std::abort();
  if (auto store = Store::open(path())) use(*store);
  return 0;
}
