// A job file beside one small text.
#include <cstdlib>
#include <fstream>

#include "lydian/core/ensure.h"
#include "lydian/models/recipe.h"

namespace {

const std::filesystem::path& folder() {
  static const std::filesystem::path made = [] {
    std::string path = (std::filesystem::temp_directory_path() / "lydian_recipe_fuzz_XXXXXX").string();
    ENSURE(::mkdtemp(path.data()) != nullptr, "no folder {}", path);
    std::ofstream(std::filesystem::path(path) / "a") << std::string(100, 'x') + "yz\n";
    static const std::filesystem::path kept = path;
    std::atexit([] { std::filesystem::remove_all(kept); });
    return kept;
  }();
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto recipe = lydian::models::parse_recipe(text, folder(), "job.toml");
  if (!recipe) {
    ENSURE(!recipe.error().message.empty(), "an error without a word");
    return 0;
  }
  ENSURE(lydian::models::check(recipe->training).has_value(), "a recipe that its own check refuses");
  ENSURE(recipe->validation_end <= static_cast<std::int64_t>(recipe->token_file.size()),
         "tokens beyond the file");
  return 0;
}
