// lydian keys: accounts of the ledger, as keystore files in the home.
#include <fmt/core.h>
#include <unistd.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "lydian/cli/command.h"
#include "lydian/cli/place.h"
#include "lydian/core/file.h"

namespace lydian::cli {
namespace {

namespace fs = std::filesystem;

/// Quick to unlock, and quick to guess: for keys that own nothing.
constexpr crypto::ScryptCost kLightCost{.n = 4096, .r = 8, .p = 1};

struct KeysOptions {
  PlaceOptions place;
  std::string source = "-";
  bool light = false;
  bool raw = false;
  bool sure = false;
};

Status store_key(const KeysOptions& options, const CommonOptions& common, const crypto::PrivateKey& key) {
  const node::HomeFolder home = TRY(open_home(options.place));
  const fs::path file = home.keystore() / (key.address().text() + ".json");
  if (fs::exists(file)) return fail("{}: this key is there already; nothing was changed", file.string());
  const std::string password =
      TRY(read_password(options.place.password_file, "password for the new key", true));
  const auto keystore = options.light ? crypto::Keystore::create(key, password, kLightCost)
                                      : crypto::Keystore::create(key, password);
  TRY_STATUS(write_new_private_file(file, keystore.to_json()));
  if (common.json)
    fmt::print("{}\n", nlohmann::json{{"address", key.address().text()}, {"file", file.string()}}.dump());
  else
    fmt::print("{}\n{}\n", key.address().text(), file.string());
  return {};
}

Status list_keys(const KeysOptions& options, const CommonOptions& common) {
  const node::HomeFolder home = TRY(open_home(options.place));
  nlohmann::json list = nlohmann::json::array();
  for (const fs::path& file : TRY(home.keys())) {
    const auto address = TRY(read_keystore(file)).address();
    const std::string text = address ? address->text() : "unnamed";
    list.push_back({{"address", text}, {"file", file.string()}});
    if (!common.json) fmt::print("{}  {}\n", text, file.string());
  }
  if (common.json)
    fmt::print("{}\n", list.dump(2));
  else if (list.empty())
    fmt::print(stderr, "{}: no keys yet; make one with lydian keys new\n", home.keystore().string());
  return {};
}

Status import_key(const KeysOptions& options, const CommonOptions& common) {
  std::string text;
  if (options.source == "-")
    std::getline(std::cin, text);
  else
    text = TRY(read_text_file(options.source));
  std::erase_if(text, [](char c) { return c == '\n' || c == '\r' || c == ' '; });
  const std::string place = options.source == "-" ? "standard input" : options.source;
  const auto bytes = from_hex(text);
  if (!bytes || bytes->size() != 32) return fail("{}: not a private key; expected 64 hex digits", place);
  const auto key = crypto::PrivateKey::from_bytes(*bytes);
  if (!key) return within(place, key.error());
  return store_key(options, common, *key);
}

Status confirm_export() {
  if (::isatty(STDIN_FILENO) != 1)
    return fail("whoever sees a private key owns its account: confirm with --yes");
  fmt::print(stderr, "Whoever sees the private key owns the account. Print it? Type yes: ");
  std::string answer;
  std::getline(std::cin, answer);
  if (answer != "yes") return fail("not printed");
  return {};
}

Status export_key(const KeysOptions& options, const CommonOptions&) {
  const node::HomeFolder home = TRY(open_home(options.place));
  if (!options.raw) {
    const fs::path file = TRY(key_file_of(options.place, home));
    fmt::print("{}\n", TRY(read_keystore(file)).to_json());
    return {};
  }
  if (!options.sure) TRY_STATUS(confirm_export());
  const crypto::PrivateKey key = TRY(unlock_key(options.place, home));
  fmt::print("0x{}\n", to_hex(key.bytes()));
  return {};
}

}  // namespace

void add_keys(CLI::App& app, const CommonOptions& common, Status* result) {
  auto options = std::make_shared<KeysOptions>();
  CLI::App* verb = app.add_subcommand("keys", "make, list, import and export accounts");
  verb->require_subcommand(1);
  verb->fallthrough();

  const auto add = [&](const char* name, const char* help,
                       Status (*run)(const KeysOptions&, const CommonOptions&)) {
    CLI::App* sub = verb->add_subcommand(name, help);
    add_home_option(*sub, options->place);
    on_run(*sub, result, [options, &common, run] { return run(*options, common); });
    return sub;
  };
  const auto add_secrets = [&](CLI::App& sub) {
    sub.add_option("--password-file", options->place.password_file,
                   "a file with the password (default: LYDIAN_PASSWORD, else asked)");
    sub.add_flag("--light", options->light, "cheap to unlock and to guess: for development only");
  };
  add_secrets(*add("new", "make a new account", [](const KeysOptions& o, const CommonOptions& c) {
    return store_key(o, c, crypto::PrivateKey::generate());
  }));
  add("list", "the accounts of the home", list_keys);
  CLI::App* import = add("import", "take in a private key", import_key);
  import->add_option("source", options->source, "a file with 64 hex digits, - for standard input")
      ->capture_default_str();
  add_secrets(*import);
  CLI::App* exported = add("export", "print an account's keystore", export_key);
  add_key_options(*exported, options->place);
  exported->add_flag("--private", options->raw, "the bare private key instead");
  exported->add_flag("--yes", options->sure, "do not ask back");
}

}  // namespace lydian::cli
