// SPDX-License-Identifier: Apache-2.0
// Jobs on the ledger: docs/protocol.md, sections 3 and 4.
pragma solidity 0.8.37;

import {GameId, IVerdicts} from "src/dispute/IDisputeGame.sol";
import {Root} from "src/dispute/Root.sol";
import {Timestamp} from "src/dispute/Timestamp.sol";

/// Jobs count from 1.
type JobId is uint256;

enum Status {
    None, // no such job
    Open, // offered, nobody works on it
    Running, // accepted by `solver`
    Settled, // final: the last checkpoint is paid
    Withdrawn // final: the escrow went back
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
}

/// @param attempt how often the job was reopened; a claim belongs to one attempt
/// @param committed checkpoints committed and not dropped; the next commitment has this index
/// @param settled checkpoints settled; settled <= committed
/// @param since start of the auction while Open; acceptance or the last commitment while Running
/// @param price of the whole job for this attempt; zero while Open
/// @param escrow what is left of the submitter's tokens
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
    Terms terms;
}

/// @param openGames games that keep it from settling
struct Checkpoint {
    Root root;
    Timestamp committedAt;
    uint32 openGames;
}

/// What the market knows of a game that is not over.
struct Challenge {
    JobId jobId;
    uint64 index;
    uint32 attempt;
    address challenger;
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
    event CheckpointSettled(JobId indexed jobId, address indexed solver, uint64 index, uint128 paid);
    /// The last checkpoint settled: `result` is the job's result, `returned` the rest of the escrow.
    event JobSettled(JobId indexed jobId, Root result, uint128 returned);
    event JobWithdrawn(JobId indexed jobId, uint128 returned);
    /// A new auction begins for the checkpoints from `settled` on; those in [settled, dropped) were dropped.
    event JobReopened(JobId indexed jobId, uint32 attempt, uint64 settled, uint64 dropped);
    /// A deadline was missed; `penalty` of the bond went to the submitter.
    event DeadlineMissed(JobId indexed jobId, address indexed solver, uint128 penalty);

    event CheckpointChallenged(
        JobId indexed jobId, GameId indexed gameId, address indexed challenger, uint32 attempt, uint64 index
    );
    /// The solver lost the game: `slashed` of its stake, of which the challenger gets half.
    event ChallengeUpheld(
        JobId indexed jobId, GameId indexed gameId, address indexed solver, uint128 slashed
    );
    /// The challenger lost the game and its bond.
    event ChallengeRejected(JobId indexed jobId, GameId indexed gameId, address indexed challenger);
    /// The claim was dropped before the game was over: the challenger's bond returned.
    event ChallengeMoot(JobId indexed jobId, GameId indexed gameId, address indexed challenger);

    /// `account` may claim `amount` more.
    event Credited(address indexed account, uint128 amount);
    event Claimed(address indexed account, uint128 amount);

    // ---- what was refused

    /// The registry and the game must have been deployed for this market.
    error DeployedForAnotherMarket(address deployed, address market);
    /// What is credited to the zero address could never be claimed.
    error ZeroTreasury();
    error BadTerms(string rule);
    /// The header is not one that a responder could always answer for.
    error BadHeader(string rule);
    error NoSuchJob(JobId jobId);
    error WrongStatus(JobId jobId, Status actual, Status needed);
    /// Before it expires, only the submitter takes an offer back.
    error OfferNotExpired(JobId jobId, Timestamp expiresAt);
    error OfferExpired(JobId jobId, Timestamp expiresAt);
    error OfferTooLow(JobId jobId, uint128 offered, uint128 expected);
    error NotRegistered(address operator);
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
    error NoSuchChallenge(GameId gameId);
    error NotMoot(GameId gameId);
    error NothingToClaim(address account);

    // ---- the submitter

    /// Offers a job and escrows terms.maxPrice from the caller; needs an allowance.
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

    /// Takes the job at the offer of this moment and locks terms.solverBond of the caller's free stake.
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

    /// Anybody. Ends a game on a dropped claim and credits the challenger with its bond.
    function releaseMoot(GameId gameId) external;

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
}
