// The submitter: puts a job's blobs in place, posts it exactly once, serves what solvers need, and collects
// what comes back. A node without roles drives it: first the node's tick, then this.
#pragma once

#include "lydian/node/context.h"

namespace lydian::node {

/// A job as it is to be posted.
struct Posting {
  program::Program program;
  std::vector<Bytes> constants;  // in the program's order
  ledger::Terms terms;
};

class Submitter {
 public:
  explicit Submitter(const Context& context) : context_(&context) {}

  /// Stores and serves the blobs and writes down what is to be posted. From here to acknowledge() a restart
  /// can neither lose the job nor post it twice: post the same program again, and job() comes to the same
  /// number.
  [[nodiscard]] Status post(const Posting& posting);
  /// Whoever wanted the job knows its number: posting the same program again makes another job.
  [[nodiscard]] Status acknowledge();
  /// Serves a job that is posted already; whether all its blobs are here.
  [[nodiscard]] Result<bool> serve(const ledger::Job& job);

  /// A turn: approves, posts and finds the job; collects what the market owes.
  [[nodiscard]] Status tick();
  /// The ledger's number of the posted job, once it is known.
  [[nodiscard]] std::optional<std::uint64_t> job() const { return job_; }

 private:
  struct Pending {
    store::Intent intent;
    std::uint64_t jobs_before = 0;  // ids up to this one are older
    Root program_root;
    BlobId blob;
    Posting posting;
  };
  Result<std::optional<std::uint64_t>> find(const Pending& pending) const;
  Status push(const Pending& pending);

  const Context* context_;
  std::optional<Pending> pending_;
  std::optional<std::uint64_t> job_;
};

}  // namespace lydian::node
