// SPDX-License-Identifier: Apache-2.0
// Audits: paid checks of checkpoints that nobody has challenged. Who put stake behind its answers is drawn by lot, weighted
// by that stake, from a beacon fixed after the commitment. It is asked for the roots of one random transition of the
// segment, which only somebody who executed the segment knows; it seals its answer, the solver answers, it reveals.
// Agreement is paid by the job, disagreement is a dispute game. docs/protocol.md, section 7.
pragma solidity 0.8.37;

import {GameId} from "src/dispute/IDisputeGame.sol";
import {Root} from "src/dispute/Root.sol";
import {Timestamp} from "src/dispute/Timestamp.sol";
import {JobId} from "src/market/IJobMarket.sol";

/// Audits count from 1.
type AuditId is uint256;

enum Stage {
    None, // no such audit
    Drawn, // the auditor executes, and seals its answer
    Sealed, // the solver answers
    Answered, // the auditor reveals
    Over
}

/// One transition of the segment.
/// @param before root of the boundary where it begins
/// @param next root of the boundary where it ends
/// @param trace root of its trace
struct Answer {
    Root before;
    Root next;
    Root trace;
}

/// An auditor's part of its locked stake in the registry.
/// @param free counts in the draw
/// @param reserved behind audits that are not over
/// @param since when `free` was last added to
struct Auditor {
    uint128 free;
    uint128 reserved;
    Timestamp since;
}

/// @param attempt of the job; when that is over, so is the audit
/// @param transition that is asked for, within the boundaries [lo, hi)
/// @param bond reserved of the auditor's stake: the job's challengeBond
/// @param executionSeconds reference time of the segment
/// @param seal of the auditor's answer; then the hash of the solver's answer stands in `answered`
struct Audit {
    JobId jobId;
    uint64 index;
    uint32 attempt;
    Stage stage;
    address auditor;
    address solver;
    uint64 lo;
    uint64 hi;
    uint64 transition;
    uint32 moveBudget;
    uint32 executionSeconds;
    uint128 bond;
    Timestamp deadline;
    bytes32 seal;
    bytes32 answered;
}

interface IAudits {
    event Enlisted(address indexed auditor, uint128 amount);
    event Delisted(address indexed auditor, uint128 amount);
    event BeaconKept(uint64 indexed blockNumber, bytes32 beacon);
    event AuditDrawn(
        AuditId indexed auditId,
        JobId indexed jobId,
        address indexed auditor,
        uint64 index,
        uint32 attempt,
        uint64 transition
    );
    event AnswerSealed(AuditId indexed auditId, bytes32 seal);
    event SolverAnswered(AuditId indexed auditId, Answer answer);
    event Agreed(AuditId indexed auditId);
    event Disagreed(AuditId indexed auditId, GameId indexed gameId, Answer auditors);
    /// The auditor did not seal or did not reveal: `penalty` of its stake went to the treasury.
    event AuditorMissed(AuditId indexed auditId, address indexed auditor, uint128 penalty);
    /// The solver did not answer: it lost its bond.
    event SolverMissed(AuditId indexed auditId, address indexed solver);
    /// The claim was dropped before the audit was over.
    event AuditMoot(AuditId indexed auditId);

    error ZeroAmount();
    error InsufficientFree(uint128 wanted, uint128 free);
    error NotCommitted(JobId jobId, uint64 index);
    error WindowClosed(JobId jobId, uint64 index, Timestamp closedAt);
    error BeaconNotYet(uint64 blockNumber);
    /// Its block is more than 256 blocks old and nobody kept it.
    error BeaconGone(uint64 blockNumber);
    error DrawnBefore(JobId jobId, uint64 index, address auditor);
    /// A solver does not audit itself.
    error IsTheSolver(JobId jobId, address auditor);
    /// Stake that was added after the commitment could have been placed by the beacon.
    error EnlistedTooLate(address auditor, Timestamp since, Timestamp committedAt);
    error NotDrawn(JobId jobId, uint64 index, address auditor);
    error NoSuchAudit(AuditId auditId);
    error WrongStage(AuditId auditId, Stage actual, Stage needed);
    error NotYours(AuditId auditId, address caller, address needed);
    error TimeIsUp(AuditId auditId, Timestamp deadline);
    error TimeIsNotUp(AuditId auditId, Timestamp deadline);
    /// What the ledger knows already: a segment begins and ends at committed roots.
    error NotAsCommitted(Root answered, Root committed);
    error NotTheSeal(bytes32 revealed, bytes32 sealed_);
    error NotTheAnswer(bytes32 shown, bytes32 answered);

    // ---- the auditor's stake

    /// Locks `amount` of the caller's free stake in the registry behind its answers.
    function enlist(uint128 amount) external;

    /// Unlocks what is not reserved.
    function delist(uint128 amount) external;

    // ---- an audit, in its order

    /// Anybody. Keeps the hash of a block for draws that come after the ledger has forgotten it.
    function keep(uint64 blockNumber) external;

    /// Anybody, while the checkpoint's challenge window is open. Begins the audit of a checkpoint by an auditor that the
    /// lot names; `isDrawn` says which. Reserves the job's challengeBond of the auditor's stake.
    function draw(JobId jobId, uint64 index, address auditor) external returns (AuditId auditId);

    /// The auditor. `seal` = keccak256(abi.encode(answer, salt, auditor)), with a salt that nobody guesses.
    function seal(AuditId auditId, bytes32 seal_) external;

    /// The solver.
    function answer(AuditId auditId, Answer calldata its) external;

    /// The auditor. Equal answers: it is paid. Others: a game begins, on the segment up to the transition where the
    /// answers differ before it, else on the transition itself, by the trace that the solver answered with.
    /// @param solvers what the solver answered
    function reveal(AuditId auditId, Answer calldata own, bytes32 salt, Answer calldata solvers) external;

    /// Anybody, once the one whose turn it is has missed its deadline, or the claim was dropped.
    function expire(AuditId auditId) external;

    // ---- views

    function market() external view returns (address account);
    function audit(AuditId auditId) external view returns (Audit memory record);
    function auditor(address account) external view returns (Auditor memory record);
    /// The stake that counts in the draw, of all.
    function total() external view returns (uint256 amount);
    /// Whether the lot names the auditor for a checkpoint. Reverts like `draw` where nothing can be drawn (yet).
    function isDrawn(JobId jobId, uint64 index, address auditor_) external view returns (bool drawn);
}
