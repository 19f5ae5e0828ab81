// SPDX-License-Identifier: Apache-2.0
// Jobs on the ledger: docs/protocol.md, sections 3 and 4.
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {GameId, IDisputeGame, IVerdicts} from "src/dispute/IDisputeGame.sol";
import {Root} from "src/dispute/Root.sol";
import {Timestamp} from "src/dispute/Timestamp.sol";
import {IParameters} from "src/governance/IParameters.sol";
import {INodeRegistry} from "src/market/INodeRegistry.sol";
import {JobRules} from "src/market/JobRules.sol";

/// Jobs count from 1.
type JobId is uint256;

enum Status {
    None, // no such job
    Open, // offered, nobody works on it
    Running, // accepted by `solver`
    Settled, // final: the last checkpoint is paid
    Withdrawn // final: the escrow went back
}

/// Who may accept a job. Memory and speed are what the node says of itself; stake and reputation are the ledger's.
/// @param stake free and locked, in token units
/// @param memoryBytes see NodeRecord
/// @param speedClass see NodeRecord
/// @param reputation in whole tokens; see `reputation`
struct Qualification {
    uint128 stake;
    uint64 memoryBytes;
    uint32 speedClass;
    uint32 reputation;
}

/// What the submitter offers; docs/protocol.md, section 4. Prices are for the whole job; amounts are token units.
/// @param auctionSeconds the offer rises from minPrice to maxPrice in this time
/// @param expirySeconds from posting or reopening; an offer not taken by then can be withdrawn by anyone
/// @param solverBond locked from the solver's free stake
/// @param challengeBond what a challenger puts up for one game
/// @param challengeWindow seconds in which a committed checkpoint can be challenged
/// @param checkpointSeconds time for each checkpoint
/// @param moveBudget seconds each side of a game has for all its moves
/// @param stepMillis reference time of one step
/// @param auditRate in basis points: audits of a checkpoint in the mean of the lot, which may be above one
/// @param demandSeconds time to answer a demand for a block of a checkpoint
/// @param auditFee paid for an audit; escrowed as often as JobRules.auditsOf says
/// @param demandBond what a demand for a block costs the asker, and pays whoever answers it
/// @param workGflop the whole job's cost, computed from the program; the price index divides by it
/// @param model hash of the plan by which ModelRegistry registers the result; zero if nobody will
struct Terms {
    uint128 minPrice;
    uint128 maxPrice;
    uint128 solverBond;
    uint128 challengeBond;
    uint32 auctionSeconds;
    uint32 expirySeconds;
    uint32 challengeWindow;
    uint32 checkpointSeconds;
    uint32 moveBudget;
    uint32 stepMillis;
    uint16 auditRate;
    uint32 demandSeconds;
    uint128 auditFee;
    uint128 demandBond;
    uint64 workGflop;
    Qualification qualification;
    bytes32 model;
}

/// @param attempt how often the job was reopened; a claim belongs to one attempt
/// @param committed checkpoints committed and not dropped; the next commitment has this index
/// @param settled checkpoints settled; settled <= committed
/// @param since start of the auction while Open; acceptance or the last commitment while Running
/// @param price of the whole job for this attempt; zero while Open
/// @param escrow what is left of the submitter's tokens for the solver
/// @param auditEscrow what is left of them for auditors
/// @param feeShare, rewardShare what Parameters said at posting
struct Job {
    Root programRoot;
    Root blobRoot;
    uint64 blobLength;
    uint64 steps;
    uint64 interval;
    address submitter;
    Status status;
    uint32 attempt;
    address solver;
    uint64 committed;
    uint64 settled;
    Timestamp since;
    uint128 price;
    uint128 escrow;
    uint128 auditEscrow;
    uint16 feeShare;
    uint16 rewardShare;
    Terms terms;
}

/// @param openGames games, audits and demands that keep it from settling
/// @param blockNumber of the commitment; an audit's beacon is a later block
struct Checkpoint {
    Root root;
    Timestamp committedAt;
    uint32 openGames;
    uint64 blockNumber;
}

/// What the market knows of a game that is not over.
/// @param backer put up the bond and gets what it earns; often the challenger itself
struct Challenge {
    JobId jobId;
    uint64 index;
    uint32 attempt;
    address backer;
}

/// Two answers about one transition that do not agree, by which a game begins further on than at a checkpoint.
/// @param rootLo agreed root of boundary lo
/// @param rootHi, traceRoot the solver's roots of boundary hi and of the trace of transition lo; a traceRoot of zero
/// is none
struct Disagreement {
    uint64 lo;
    uint64 hi;
    Root rootLo;
    Root rootHi;
    Root traceRoot;
}

/// A contract of the ring, made for one market.
interface IMarketPart {
    function market() external view returns (address account);
}

/// The other contracts of the deployment.
struct Ring {
    IERC20 token;
    INodeRegistry registry;
    JobRules rules;
    IDisputeGame games;
    IParameters parameters;
    address treasury;
    address audits;
    address demands;
}

interface IJobMarket is IVerdicts {
    // ---- what happened

    event JobPosted(
        JobId indexed jobId,
        address indexed submitter,
        Root indexed programRoot,
        Root blobRoot,
        uint64 blobLength,
        uint64 steps,
        uint64 interval,
        Terms terms
    );
    event JobAccepted(JobId indexed jobId, address indexed solver, uint32 attempt, uint128 price);
    event CheckpointCommitted(
        JobId indexed jobId, address indexed solver, uint32 attempt, uint64 index, Root root
    );
    /// `paid` left the escrow, of which `fee` went to the treasury.
    event CheckpointSettled(
        JobId indexed jobId, address indexed solver, uint64 index, uint128 paid, uint128 fee
    );
    /// Token units per TFLOP, after a settlement.
    event PriceIndexMoved(uint128 priceIndex);
    /// The last checkpoint settled: `result` is the job's result, `returned` the rest of both escrows.
    event JobSettled(JobId indexed jobId, Root result, uint128 returned);
    event JobWithdrawn(JobId indexed jobId, uint128 returned);
    /// A new auction begins for the checkpoints from `settled` on; those in [settled, dropped) were dropped.
    event JobReopened(JobId indexed jobId, uint32 attempt, uint64 settled, uint64 dropped);
    /// A deadline was missed; `penalty` of the bond went to the submitter.
    event DeadlineMissed(JobId indexed jobId, address indexed solver, uint128 penalty);

    event CheckpointChallenged(
        JobId indexed jobId, GameId indexed gameId, address indexed challenger, uint32 attempt, uint64 index
    );
    /// The solver lost the game.
    event ChallengeUpheld(
        JobId indexed jobId, GameId indexed gameId, address indexed solver, uint128 slashed
    );
    /// The challenger lost the game, and its backer the bond.
    event ChallengeRejected(JobId indexed jobId, GameId indexed gameId, address indexed backer);
    /// The claim was dropped before the game was over: the bond returned.
    event ChallengeMoot(JobId indexed jobId, GameId indexed gameId, address indexed backer);
    /// The solver lost its bond, to a game or to silence: `reward` to the accuser, `refilled` to the job's audit escrow
    /// for audits that must be done again, the rest to the treasury.
    event SolverConvicted(
        JobId indexed jobId,
        address indexed solver,
        address indexed accuser,
        uint128 slashed,
        uint128 reward,
        uint128 refilled
    );
    event AuditorPaid(JobId indexed jobId, uint64 index, address indexed auditor, uint128 amount);

    /// `account` may claim `amount` more.
    event Credited(address indexed account, uint128 amount);
    event Claimed(address indexed account, uint128 amount);

    // ---- what was refused

    /// The registry, the game and the courts must have been deployed for this market.
    error DeployedForAnotherMarket(address deployed, address market);
    /// What is credited to the zero address could never be claimed.
    error ZeroTreasury();
    error BadTerms(string rule);
    error BondTooSmall(string bond, uint128 actual, uint128 min);
    /// The header is not one that a responder could always answer for.
    error BadHeader(string rule);
    error NoSuchJob(JobId jobId);
    error WrongStatus(JobId jobId, Status actual, Status needed);
    /// Before it expires, only the submitter takes an offer back.
    error OfferNotExpired(JobId jobId, Timestamp expiresAt);
    error OfferExpired(JobId jobId, Timestamp expiresAt);
    error OfferTooLow(JobId jobId, uint128 offered, uint128 expected);
    error NotRegistered(address operator);
    error NotQualified(JobId jobId, string rule, uint256 actual, uint256 needed);
    error NotTheSolver(JobId jobId, address caller);
    error WrongCheckpoint(JobId jobId, uint64 index, uint64 expected);
    error AllCommitted(JobId jobId);
    error DeadlinePassed(JobId jobId, Timestamp deadline);
    error DeadlineNotPassed(JobId jobId, Timestamp deadline);
    /// Reopening waits until what was committed has settled.
    error CommitmentsPending(JobId jobId, uint64 settled, uint64 committed);
    error NotCommitted(JobId jobId, uint64 index);
    error AlreadySettled(JobId jobId, uint64 index);
    error ChallengeWindowOpen(JobId jobId, uint64 index, Timestamp closesAt);
    error ChallengeWindowClosed(JobId jobId, uint64 index, Timestamp closesAt);
    error GameOpen(JobId jobId, uint64 index, uint32 openGames);
    /// Only the dispute game fixed at deployment gives verdicts.
    error NotTheGame(address caller);
    /// Only the courts fixed at deployment, Audits and Demands, hold checkpoints and convict for silence.
    error NotACourt(address caller);
    error NoSuchChallenge(GameId gameId);
    error NotMoot(GameId gameId);
    error NothingToClaim(address account);

    // ---- the submitter

    /// Offers a job and escrows `JobRules.escrowOf` from the caller; needs an allowance.
    /// @param header the program's 12 header words: program root, steps and interval follow from them
    /// @param blobRoot blob root of the program's bytes, by which nodes fetch it
    /// @param blobLength length of those bytes
    function post(bytes32[12] calldata header, Root blobRoot, uint64 blobLength, Terms calldata terms)
        external
        returns (JobId jobId);

    /// Ends an open job and credits the submitter with its escrow. The submitter at any time, anybody once the offer
    /// has expired.
    function withdraw(JobId jobId) external;

    // ---- the solver

    /// Takes the job at the offer of this moment and locks terms.solverBond of the caller's free stake. The caller must
    /// qualify by terms.qualification.
    /// @param minPriceExpected the least price for the whole job that the caller works for
    function accept(JobId jobId, uint128 minPriceExpected) external;

    /// The next checkpoint's root, by the solver, before its deadline `since + checkpointSeconds`.
    function commitCheckpoint(JobId jobId, uint64 index, Root root) external;

    /// Anybody. Pays for the oldest unsettled checkpoint, once its window has passed and no game on it is open.
    function settle(JobId jobId, uint64 index) external;

    /// Anybody. Offers the rest of a job whose solver missed a deadline, once all it committed has settled.
    function reopen(JobId jobId) external;

    // ---- disputes

    /// Puts up terms.challengeBond (needs an allowance) against a committed checkpoint, and opens a game on it.
    function challenge(JobId jobId, uint64 index) external returns (GameId gameId);

    /// The same, with a game that `player` plays: the caller puts up the bond and gets what the game earns.
    function challengeFor(JobId jobId, uint64 index, address player) external returns (GameId gameId);

    /// Anybody. Ends a game on a dropped claim and credits the challenger with its bond.
    function releaseMoot(GameId gameId) external;

    // ---- the courts'

    /// A court holds a committed checkpoint back from settling until it releases it. Returns the attempt.
    function hold(JobId jobId, uint64 index) external returns (uint32 attempt);

    /// Does nothing if the claim was dropped meanwhile.
    function release(JobId jobId, uint32 attempt, uint64 index) external;

    /// Releases and pays terms.auditFee, unless the claim was dropped meanwhile.
    function payAuditor(JobId jobId, uint32 attempt, uint64 index, address auditor) external;

    /// Takes a silent solver's bond as a lost game does, unless the claim was dropped meanwhile. Requires that the
    /// caller holds a checkpoint of the attempt.
    function convict(JobId jobId, uint32 attempt, address accuser) external;

    /// Turns a hold into a game on what the solver answered. The caller puts up terms.challengeBond (needs an
    /// allowance); what the game earns is credited to `player`. Requires that the attempt is current.
    function dispute(JobId jobId, uint64 index, address player, Disagreement calldata its)
        external
        returns (GameId gameId);

    // ---- money

    /// Anybody. Transfers to `account` all that was credited to it.
    function claim(address account) external;

    // ---- views

    function jobCount() external view returns (uint256 count);
    function job(JobId jobId) external view returns (Job memory jobRecord);
    function checkpoint(JobId jobId, uint64 index) external view returns (Checkpoint memory record);
    function checkpointCount(JobId jobId) external view returns (uint64 count);
    /// The boundaries between which a checkpoint lies; docs/protocol.md, section 3.
    function boundaries(JobId jobId, uint64 index) external view returns (uint64 lo, uint64 hi);
    /// What an open job pays now for the whole of it.
    function offer(JobId jobId) external view returns (uint128 price);
    /// A game that is not over; zeros otherwise.
    function challengeOf(GameId gameId) external view returns (Challenge memory record);
    function claimable(address account) external view returns (uint128 amount);
    /// All that solving paid an account since it last lost a bond, after fees, in token units. Who pays itself to look
    /// good has burnt feeShare / (1 - feeShare) of it.
    function reputation(address account) external view returns (uint128 amount);
    /// Token units per TFLOP; src/market/PriceIndex.sol says what it takes to move it.
    function priceIndex() external view returns (uint128 price);
}
