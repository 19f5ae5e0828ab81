// What a node tells whoever watches it: one event for each thing that happened, as fields and as a sentence.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

namespace lydian::node {

struct Event {
  std::string kind;      // "accepted", "committed", "challenged", …
  std::string sentence;  // for people
  nlohmann::json fields = nlohmann::json::object();
};

using EventSink = std::function<void(const Event&)>;

}  // namespace lydian::node
