#include "lydian/tensor/safetensors.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "lydian/core/ensure.h"

namespace lydian::tensor {
namespace {

using nlohmann::json;

constexpr std::int64_t kLengthBytes = 8;
constexpr std::string_view kMetadata = "__metadata__";

/// Follows the JSON as it is read and keeps only what the format has, so that a hostile header never becomes
/// a tree in memory. A method that returns false stops the parser; error_ says why.
class HeaderReader : public nlohmann::json_sax<json> {
 public:
  explicit HeaderReader(std::int64_t data_begin) { file_.data_begin = data_begin; }

  [[nodiscard]] Result<Safetensors> result() && {
    if (error_) return std::unexpected(std::move(*error_));
    return std::move(file_);
  }

  bool start_object(std::size_t) override {
    if (place_ == Place::outside) return enter(Place::top);
    if (place_ != Place::top) return unexpected_value("an object");
    return enter(key_ == kMetadata ? Place::metadata : Place::entry);
  }

  bool key(string_t& name) override {
    if (place_ == Place::entry) {
      field_ = name;
      if (name != "dtype" && name != "shape" && name != "data_offsets") {
        return refuse("the field '{}' is not one of dtype, shape and data_offsets", name);
      }
      return seen_fields_.insert(name).second || refuse("the field '{}' stands there twice", name);
    }
    if (place_ == Place::metadata) {
      field_ = name;
      return !file_.metadata.contains(name) || refuse("the key '{}' stands there twice", name);
    }
    key_ = name;
    return names_.insert(name).second || refuse("the name stands there twice");
  }

  bool string(string_t& value) override {
    if (place_ == Place::metadata) return file_.metadata.emplace(field_, value).second;
    if (place_ != Place::entry || field_ != "dtype") return unexpected_value("a string");
    entry_.dtype_name = value;
    if (const auto dtype = parse_safetensors_dtype(value)) entry_.dtype = *dtype;
    return true;
  }

  bool start_array(std::size_t) override {
    if (place_ != Place::entry || field_ == "dtype") return unexpected_value("a list");
    numbers_.clear();
    return enter(Place::list);
  }

  bool number_unsigned(number_unsigned_t value) override {
    if (place_ != Place::list) return unexpected_value("a number");
    const std::size_t most = field_ == "shape" ? kMaxRank : 2;
    if (numbers_.size() == most) return refuse("{} has more than {} numbers", field_, most);
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return refuse("the number {} in {} is too large", value, field_);
    }
    numbers_.push_back(static_cast<std::int64_t>(value));
    return true;
  }

  bool end_array() override {
    place_ = Place::entry;
    if (field_ == "shape") {
      const auto shape = Shape::make(numbers_);
      if (!shape) return refuse("{}", shape.error().message);
      entry_.shape = *shape;
      return true;
    }
    if (numbers_.size() != 2) return refuse("data_offsets has {} numbers, expected 2", numbers_.size());
    const std::int64_t limit = std::numeric_limits<std::int64_t>::max() - file_.data_begin;
    if (numbers_[0] > numbers_[1] || numbers_[1] > limit) {
      return refuse("data_offsets [{}, {}] are not a range", numbers_[0], numbers_[1]);
    }
    entry_.begin = file_.data_begin + numbers_[0];
    entry_.end = file_.data_begin + numbers_[1];
    return true;
  }

  bool end_object() override {
    if (place_ == Place::entry && !finish_entry()) return false;
    place_ = place_ == Place::top ? Place::outside : Place::top;
    return true;
  }

  bool null() override { return unexpected_value("null"); }
  bool boolean(bool) override { return unexpected_value("a boolean"); }
  bool number_integer(number_integer_t) override { return unexpected_value("a negative number"); }
  bool number_float(number_float_t, const string_t&) override {
    return unexpected_value("a number that is not an integer");
  }
  bool binary(binary_t&) override { return unexpected_value("binary data"); }
  bool parse_error(std::size_t position, const std::string& token, const json::exception&) override {
    error_ = fail("safetensors: the header is not JSON in UTF-8: byte {} of the file, near '{}'",
                  kLengthBytes + static_cast<std::int64_t>(position) - 1, printable(token))
                 .error();
    return false;
  }

 private:
  enum class Place { outside, top, metadata, entry, list };

  static std::string printable(const std::string& token) {
    std::string out = token.substr(0, 40);
    std::ranges::replace_if(out, [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    return out;
  }

  bool enter(Place place) {
    place_ = place;
    if (place == Place::entry) {
      entry_ = {.name = key_};
      seen_fields_.clear();
    }
    return true;
  }

  bool finish_entry() {
    for (const auto* field : {"dtype", "shape", "data_offsets"}) {
      if (!seen_fields_.contains(field)) return refuse("the field '{}' is missing", field);
    }
    if (entry_.dtype && entry_.bytes() != entry_.shape.elements() * size_of(*entry_.dtype)) {
      return refuse("data_offsets cover {} bytes, {} {} has {}", entry_.bytes(), entry_.dtype_name,
                    entry_.shape.text(), entry_.shape.elements() * size_of(*entry_.dtype));
    }
    file_.entries.push_back(std::move(entry_));
    return true;
  }

  bool unexpected_value(std::string_view found) {
    switch (place_) {
      case Place::outside:
        return refuse("the header is {}, expected an object", found);
      case Place::top:
        return refuse("found {}, expected an object", found);
      case Place::metadata:
        return refuse("the value of '{}' is {}, expected a string", field_, found);
      case Place::list:
        return refuse("{} holds {}, expected only integers from 0", field_, found);
      case Place::entry:
        return refuse("{} is {}, expected {}", field_, found,
                      field_ == "dtype" ? "a string" : "a list of integers");
    }
    return refuse("found {}", found);
  }

  template <typename... Args>
  bool refuse(fmt::format_string<Args...> format, Args&&... args) {
    const std::string where =
        place_ == Place::outside ? "safetensors" : fmt::format("safetensors: '{}'", printable(key_));
    error_ = within(where, fail(format, std::forward<Args>(args)...).error()).error();
    return false;
  }

  Safetensors file_;
  std::optional<Error> error_;
  Place place_ = Place::outside;
  std::string key_;    // of the top object
  std::string field_;  // of an entry or of the metadata
  std::set<std::string> names_;
  std::set<std::string> seen_fields_;
  std::vector<std::int64_t> numbers_;
  SafetensorsEntry entry_;
};

/// Sorts the entries by their bytes, which must follow each other from the header to the file's end.
Status check_layout(Safetensors& file, std::int64_t file_bytes) {
  std::ranges::sort(file.entries, {},
                    [](const auto& e) { return std::tuple(e.begin, e.end, std::string_view(e.name)); });
  std::int64_t expected = file.data_begin;
  for (const SafetensorsEntry& entry : file.entries) {
    if (entry.begin != expected) {
      return fail("safetensors: '{}' begins at byte {} of the file, {} what ends at byte {}", entry.name,
                  entry.begin, entry.begin < expected ? "inside" : "after a hole behind", expected);
    }
    expected = entry.end;
  }
  if (expected != file_bytes)
    return fail("safetensors: the tensors end at byte {}, the file at byte {}", expected, file_bytes);
  return {};
}

}  // namespace

const SafetensorsEntry* Safetensors::find(std::string_view name) const {
  const auto found = std::ranges::find(entries, name, &SafetensorsEntry::name);
  return found == entries.end() ? nullptr : &*found;
}

Result<Safetensors> parse_safetensors(ByteView head, std::int64_t file_bytes) {
  if (head.size() < kLengthBytes)
    return fail("safetensors: {} bytes, a file has at least {}", head.size(), kLengthBytes + 2);
  const auto length = load_le<std::uint64_t>(head.data());
  if (length > static_cast<std::uint64_t>(kSafetensorsHeaderBytesMax)) {
    return fail("safetensors: the header's length is {}, at most {} is possible", length,
                kSafetensorsHeaderBytesMax);
  }
  const auto data_begin = kLengthBytes + static_cast<std::int64_t>(length);
  if (data_begin > file_bytes || data_begin > static_cast<std::int64_t>(head.size())) {
    return fail("safetensors: the header ends at byte {}, beyond what is there", data_begin);
  }
  const std::string_view text = as_text(head.subspan(kLengthBytes, static_cast<std::size_t>(length)));
  if (!text.starts_with('{')) return fail("safetensors: the header does not begin with '{{'");
  // The JSON reader takes a zero byte for the end of its input.
  if (text.contains('\0')) return fail("safetensors: the header contains a zero byte");
  HeaderReader reader(data_begin);
  static_cast<void>(json::sax_parse(text, &reader));
  Safetensors file = TRY(std::move(reader).result());
  TRY_STATUS(check_layout(file, file_bytes));
  return file;
}

Bytes safetensors_header(std::span<const SafetensorsTensor> tensors,
                         const std::map<std::string, std::string>& metadata) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header[std::string(kMetadata)] = metadata;
  std::set<std::string_view> names = {kMetadata};
  std::int64_t offset = 0;
  for (const SafetensorsTensor& tensor : tensors) {
    ENSURE(names.insert(tensor.name).second, "tensor '{}' twice", tensor.name);
    const std::int64_t end = offset + tensor.shape.elements() * size_of(tensor.dtype);
    const auto extents = tensor.shape.extents();
    header.push_back({tensor.name,
                      {{"dtype", safetensors_name_of(tensor.dtype)},
                       {"shape", std::vector(extents.begin(), extents.end())},
                       {"data_offsets", {offset, end}}}});
    offset = end;
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const nlohmann::json::exception& error) {
    ENSURE(false, "a name or metadata is not UTF-8: {}", error.what());
  }
  const auto unpadded = kLengthBytes + static_cast<std::int64_t>(text.size());
  text.append(static_cast<std::size_t>((kSafetensorsAlignment - unpadded % kSafetensorsAlignment) %
                                       kSafetensorsAlignment),
              ' ');
  ENSURE(static_cast<std::int64_t>(text.size()) <= kSafetensorsHeaderBytesMax, "{} bytes of header",
         text.size());
  Bytes bytes(kLengthBytes + text.size());
  store_le<std::uint64_t>(bytes.data(), text.size());
  std::ranges::copy(text, bytes.begin() + kLengthBytes);
  return bytes;
}

}  // namespace lydian::tensor
