// Where the verbs of the network work: the home, the network, the account and the password, from options,
// environment and what the home holds.
#pragma once

#include <CLI/CLI.hpp>

#include "lydian/crypto/keystore.h"
#include "lydian/node/home.h"
#include "lydian/node/node.h"

namespace lydian::cli {

struct PlaceOptions {
  std::string home;           // empty: LYDIAN_HOME, else ~/.lydian
  std::string network;        // empty: the home's
  std::string key;            // a file, or the address of a key in the home; empty: the home's only one
  std::string password_file;  // empty: LYDIAN_PASSWORD, else asked
  std::string listen;         // address:port of the swarm
  std::string announce;       // where others reach it
};

void add_home_option(CLI::App& verb, PlaceOptions& options);
void add_network_options(CLI::App& verb, PlaceOptions& options);
void add_key_options(CLI::App& verb, PlaceOptions& options);
void add_swarm_options(CLI::App& verb, PlaceOptions& options);

[[nodiscard]] Result<node::HomeFolder> open_home(const PlaceOptions& options);
/// From the option, else from the home.
[[nodiscard]] Result<ledger::Deployment> network_of(const PlaceOptions& options,
                                                    const node::HomeFolder& home);
/// Reached at once, and the one that the network file means; otherwise an error.
[[nodiscard]] Result<ledger::RpcClient> open_ledger(const ledger::Deployment& deployment);
[[nodiscard]] Result<std::filesystem::path> key_file_of(const PlaceOptions& options,
                                                        const node::HomeFolder& home);

/// The home's network joined, the swarm's addresses read: what a node needs but its roles.
[[nodiscard]] Result<node::NodeOptions> node_options(const PlaceOptions& options,
                                                     const node::HomeFolder& home, int threads);

/// Asks without echo where the options and the environment say nothing; twice for a new one.
[[nodiscard]] Result<std::string> read_password(const std::string& password_file, const std::string& question,
                                                bool is_new);
[[nodiscard]] Result<crypto::Keystore> read_keystore(const std::filesystem::path& file);
[[nodiscard]] Result<crypto::PrivateKey> unlock_key(const PlaceOptions& options,
                                                    const node::HomeFolder& home);

/// Whether a file can be written there, as far as its folder goes: asked before long work.
[[nodiscard]] Status check_folder_of(const std::filesystem::path& file);
/// A file of this mode 0600 that was not there before.
[[nodiscard]] Status write_new_private_file(const std::filesystem::path& path, std::string_view content);

}  // namespace lydian::cli
