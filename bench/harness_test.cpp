#include "bench/harness.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "bench/child.h"

namespace lydian::bench {
namespace {

TEST(Harness, median_is_the_middle_or_halfway_between_the_middle_two) {
  EXPECT_EQ(median({3, 100, 1}), 3);
  EXPECT_EQ(median({4, 1, 100, 2}), 3);
  EXPECT_EQ(median({5}), 5);
}

TEST(Harness, geometric_mean_weighs_ratios) { EXPECT_NEAR(geometric_mean({0.5, 2, 8}), 2, 1e-12); }

TEST(Harness, contenders_take_turns_and_the_first_round_does_not_count) {
  std::string order;
  double first = 1000;  // a cold start
  const std::vector<Contender> contenders = {
      {"x",
       [&] {
         order += 'x';
         return std::exchange(first, 2.0);
       }},
      {"y",
       [&] {
         order += 'y';
         return 5.0;
       }},
  };
  EXPECT_EQ(interleaved_medians(contenders, 1), (std::vector<double>{2, 5}));
  EXPECT_EQ(order, "xyxy");
}

TEST(Harness, rows_are_json_with_ratios_above_one_where_we_are_ahead) {
  const std::vector<Row> rows = {larger_is_better("fast", 30, 20, "P", "tokens/s"),
                                 smaller_is_better("small", 30, 60, "Q", "MB")};
  const nlohmann::json parsed = nlohmann::json::parse(json_of(rows));
  ASSERT_EQ(parsed.size(), 2);
  EXPECT_EQ(parsed[0], (nlohmann::json{{"case", "fast"},
                                       {"ours", 30},
                                       {"peer", 20},
                                       {"peer_name", "P"},
                                       {"unit", "tokens/s"},
                                       {"ratio", 1.5}}));
  EXPECT_EQ(parsed[1]["ratio"], 2);
}

TEST(Harness, selection_takes_cases_and_threads_and_refuses_the_rest) {
  const auto chosen = [](std::vector<std::string> words) {
    std::vector<char*> arguments = {nullptr};
    for (std::string& word : words) arguments.push_back(word.data());
    return select(static_cast<int>(arguments.size()), arguments.data(), {"a", "b"});
  };
  const auto both = chosen({"b", "2"});
  ASSERT_TRUE(both);
  EXPECT_TRUE(both->wants("b"));
  EXPECT_FALSE(both->wants("a"));
  EXPECT_EQ(both->threads, std::vector<int>{2});
  EXPECT_TRUE(chosen({})->wants("a"));
  EXPECT_EQ(chosen({})->threads.front(), 1);
  EXPECT_FALSE(chosen({"d"}));
  EXPECT_FALSE(chosen({"0"}));
  EXPECT_FALSE(chosen({"2x"}));
}

TEST(Harness, settings_of_other_libraries_are_forgotten_and_the_rest_stays) {
  setenv("OPENBLAS_CORETYPE", "Haswell", 1);
  setenv("OMP_NUM_THREADS", "1", 1);
  setenv("MY_OMP_COLOUR", "green", 1);
  clear_library_settings();
  EXPECT_EQ(getenv("OPENBLAS_CORETYPE"), nullptr);
  EXPECT_EQ(getenv("OMP_NUM_THREADS"), nullptr);
  EXPECT_NE(getenv("MY_OMP_COLOUR"), nullptr);
}

TEST(Child, answers_lines_and_sees_its_variables_instead_of_ours) {
  setenv("COLOUR", "red", 1);
  auto child = Child::start({"sh", "-c", "env | grep ^COLOUR=; while read line; do echo 1$line; done"},
                            {"COLOUR=green"});
  ASSERT_TRUE(child) << child.error().message;
  EXPECT_EQ(child->read_line().value(), "COLOUR=green");
  EXPECT_EQ(child->ask_number("2").value(), 12);
  EXPECT_EQ(child->ask_number("3").value(), 13);
  EXPECT_FALSE(child->ask_number("x"));
  EXPECT_GT(peak_resident_bytes(child->pid()).value(), 0);
  unsetenv("COLOUR");
}

TEST(Child, an_end_instead_of_an_answer_is_an_error) {
  auto child = Child::start({"true"});
  ASSERT_TRUE(child);
  EXPECT_FALSE(child->read_line());
  EXPECT_FALSE(Child::start({"no-such-program-anywhere"}));
}

}  // namespace
}  // namespace lydian::bench
