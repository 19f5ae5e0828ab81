// SPDX-License-Identifier: Apache-2.0
// The market's one implementation: a job's life, and what a dispute does to it. It has no administrator. MarketBooks
// holds the records and the money.
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Claim, GameId, IVerdicts} from "src/dispute/IDisputeGame.sol";
import {ProgramCodec} from "src/dispute/ProgramCodec.sol";
import {Root} from "src/dispute/Root.sol";
import {Timestamp, currentTime} from "src/dispute/Timestamp.sol";
import {ParameterValues} from "src/governance/IParameters.sol";
import {
    Challenge,
    Checkpoint,
    Disagreement,
    IJobMarket,
    Job,
    JobId,
    Qualification,
    Ring,
    Status,
    Terms
} from "src/market/IJobMarket.sol";
import {NodeRecord, Stake} from "src/market/INodeRegistry.sol";
import {MarketBooks} from "src/market/MarketBooks.sol";
import {Schedule} from "src/market/Schedule.sol";
import {Deposits} from "src/token/Deposits.sol";

contract JobMarket is MarketBooks {
    using Deposits for IERC20;

    /// A verdict settles at most so many checkpoints, which bounds its gas.
    uint256 public constant SETTLED_BY_VERDICT_MAX = 64;
    /// The submitter's part of the bond for a missed deadline: a twentieth.
    uint128 public constant DEADLINE_PENALTY_DIVISOR = 20;

    constructor(Ring memory ring) MarketBooks(ring) {}

    modifier onlyCourt() {
        if (msg.sender != audits && msg.sender != demands) revert NotACourt(msg.sender);
        _;
    }

    // ---- the submitter

    /// @inheritdoc IJobMarket
    function post(bytes32[12] calldata header, Root blobRoot, uint64 blobLength, Terms calldata terms)
        external
        returns (JobId jobId)
    {
        ParameterValues memory values = parameters.values();
        rules.check(header, terms, values);

        jobId = JobId.wrap(++jobCount);
        Job storage record = _jobs[jobId];
        record.programRoot = ProgramCodec.programRoot(header);
        record.blobRoot = blobRoot;
        record.blobLength = blobLength;
        record.steps = ProgramCodec.steps(header);
        record.interval = ProgramCodec.interval(header);
        record.submitter = msg.sender;
        record.status = Status.Open;
        record.since = currentTime();
        (record.escrow, record.auditEscrow) = rules.escrowOf(header, terms);
        record.feeShare = values.feeShare;
        record.rewardShare = values.rewardShare;
        record.terms = terms;

        emit JobPosted(
            jobId, msg.sender, record.programRoot, blobRoot, blobLength, record.steps, record.interval, terms
        );
        token.collect(msg.sender, record.escrow + record.auditEscrow);
    }

    /// @inheritdoc IJobMarket
    function withdraw(JobId jobId) external {
        Job storage record = _requireStatus(jobId, Status.Open);
        Timestamp expiresAt = record.since.plus(record.terms.expirySeconds);
        bool expired = currentTime() > expiresAt;
        if (!expired && msg.sender != record.submitter) revert OfferNotExpired(jobId, expiresAt);

        record.status = Status.Withdrawn;
        emit JobWithdrawn(jobId, record.escrow + record.auditEscrow);
        _returnEscrow(record);
    }

    // ---- the solver

    /// @inheritdoc IJobMarket
    function accept(JobId jobId, uint128 minPriceExpected) external {
        Job storage record = _requireStatus(jobId, Status.Open);
        Timestamp expiresAt = record.since.plus(record.terms.expirySeconds);
        if (currentTime() > expiresAt) revert OfferExpired(jobId, expiresAt);
        uint128 price = _offer(record);
        if (price < minPriceExpected) revert OfferTooLow(jobId, price, minPriceExpected);
        _requireQualified(jobId, record.terms.qualification);

        record.status = Status.Running;
        record.solver = msg.sender;
        record.price = price;
        record.since = currentTime();
        emit JobAccepted(jobId, msg.sender, record.attempt, price);
        registry.lock(msg.sender, record.terms.solverBond);
    }

    /// @inheritdoc IJobMarket
    function commitCheckpoint(JobId jobId, uint64 index, Root root) external {
        Job storage record = _requireStatus(jobId, Status.Running);
        if (msg.sender != record.solver) revert NotTheSolver(jobId, msg.sender);
        if (record.committed == _count(record)) revert AllCommitted(jobId);
        if (index != record.committed) revert WrongCheckpoint(jobId, index, record.committed);
        Timestamp deadline = _deadline(record);
        if (currentTime() > deadline) revert DeadlinePassed(jobId, deadline);

        // Overwrites what an earlier attempt may have left there.
        _checkpoints[jobId][index] = Checkpoint({
            root: root, committedAt: currentTime(), openGames: 0, blockNumber: uint64(block.number)
        });
        record.committed = index + 1;
        record.since = currentTime();
        emit CheckpointCommitted(jobId, msg.sender, record.attempt, index, root);
    }

    /// @inheritdoc IJobMarket
    function settle(JobId jobId, uint64 index) external {
        Job storage record = _requireStatus(jobId, Status.Running);
        if (index != record.settled) revert WrongCheckpoint(jobId, index, record.settled);
        if (index >= record.committed) revert NotCommitted(jobId, index);
        Checkpoint storage its = _checkpoints[jobId][index];
        Timestamp closesAt = its.committedAt.plus(record.terms.challengeWindow);
        if (!(currentTime() > closesAt)) revert ChallengeWindowOpen(jobId, index, closesAt);
        if (its.openGames != 0) revert GameOpen(jobId, index, its.openGames);

        _settleOldest(jobId, record);
        if (record.settled == _count(record)) _finish(jobId, record, its.root);
    }

    /// @inheritdoc IJobMarket
    function reopen(JobId jobId) external {
        Job storage record = _requireStatus(jobId, Status.Running);
        // A job whose checkpoints are all committed has no deadline left to miss.
        if (record.settled != record.committed) {
            revert CommitmentsPending(jobId, record.settled, record.committed);
        }
        Timestamp deadline = _deadline(record);
        if (!(currentTime() > deadline)) revert DeadlineNotPassed(jobId, deadline);

        address solver = record.solver;
        uint128 bond = record.terms.solverBond;
        uint128 penalty = bond / DEADLINE_PENALTY_DIVISOR;
        emit DeadlineMissed(jobId, solver, penalty);
        _offerAgain(jobId, record);
        _credit(record.submitter, penalty);
        registry.slash(solver, penalty);
        registry.unlock(solver, bond - penalty);
    }

    // ---- disputes

    /// @inheritdoc IJobMarket
    function challenge(JobId jobId, uint64 index) external returns (GameId gameId) {
        return challengeFor(jobId, index, msg.sender);
    }

    /// @inheritdoc IJobMarket
    function challengeFor(JobId jobId, uint64 index, address player) public returns (GameId gameId) {
        (Job storage record, Checkpoint storage its) = _requireUnsettled(jobId, index);
        Timestamp closesAt = its.committedAt.plus(record.terms.challengeWindow);
        if (currentTime() > closesAt) revert ChallengeWindowClosed(jobId, index, closesAt);

        its.openGames += 1;
        gameId = _openGame(jobId, record, index, player, msg.sender);
        games.open(gameId, _claim(jobId, record, index, player));
        token.collect(msg.sender, record.terms.challengeBond);
    }

    /// @inheritdoc IVerdicts
    function verdict(GameId gameId, bool responderWon) external {
        if (msg.sender != address(games)) revert NotTheGame(msg.sender);
        Challenge memory its = _takeChallenge(gameId);
        Job storage record = _jobs[its.jobId];
        if (its.attempt != record.attempt) {
            _returnBond(gameId, its, record);
        } else if (responderWon) {
            _reject(gameId, its, record);
        } else {
            _uphold(gameId, its, record);
        }
    }

    /// @inheritdoc IJobMarket
    function releaseMoot(GameId gameId) external {
        Challenge memory its = _takeChallenge(gameId);
        Job storage record = _jobs[its.jobId];
        if (its.attempt == record.attempt) revert NotMoot(gameId);
        _returnBond(gameId, its, record);
        games.cancel(gameId);
    }

    // ---- the courts'

    /// @inheritdoc IJobMarket
    function hold(JobId jobId, uint64 index) external onlyCourt returns (uint32 attempt) {
        (Job storage record, Checkpoint storage its) = _requireUnsettled(jobId, index);
        its.openGames += 1;
        return record.attempt;
    }

    /// @inheritdoc IJobMarket
    function release(JobId jobId, uint32 attempt, uint64 index) external onlyCourt {
        if (_jobs[jobId].attempt == attempt) _checkpoints[jobId][index].openGames -= 1;
    }

    /// @inheritdoc IJobMarket
    function payAuditor(JobId jobId, uint32 attempt, uint64 index, address auditor) external onlyCourt {
        Job storage record = _jobs[jobId];
        if (record.attempt != attempt) return;
        _checkpoints[jobId][index].openGames -= 1;
        // What an earlier attempt's audits took, its lost bond may not have refilled in full.
        uint128 fee = uint128(Math.min(record.terms.auditFee, record.auditEscrow));
        record.auditEscrow -= fee;
        emit AuditorPaid(jobId, index, auditor, fee);
        _credit(auditor, fee);
    }

    /// @inheritdoc IJobMarket
    function convict(JobId jobId, uint32 attempt, address accuser) external onlyCourt {
        Job storage record = _jobs[jobId];
        if (record.attempt == attempt) _convict(jobId, record, accuser);
    }

    /// @inheritdoc IJobMarket
    function dispute(JobId jobId, uint64 index, address player, Disagreement calldata its)
        external
        onlyCourt
        returns (GameId gameId)
    {
        (Job storage record,) = _requireUnsettled(jobId, index);
        gameId = _openGame(jobId, record, index, player, player);
        Claim memory claim = _claim(jobId, record, index, player);
        (claim.lo, claim.hi, claim.rootLo, claim.rootHi) = (its.lo, its.hi, its.rootLo, its.rootHi);
        games.openAnswered(gameId, claim, its.traceRoot);
        token.collect(msg.sender, record.terms.challengeBond);
    }

    // ---- a job's life

    function _requireQualified(JobId jobId, Qualification storage needed) private view {
        NodeRecord memory its = registry.node(msg.sender);
        if (its.peerKey == 0) revert NotRegistered(msg.sender);
        _requireAtLeast(jobId, "memoryBytes", its.memoryBytes, needed.memoryBytes);
        _requireAtLeast(jobId, "speedClass", its.speedClass, needed.speedClass);
        if (needed.stake != 0) {
            Stake memory stake = registry.stake(msg.sender);
            _requireAtLeast(jobId, "stake", uint256(stake.free) + stake.locked, needed.stake);
        }
        if (needed.reputation != 0) {
            uint256 least = uint256(needed.reputation) * 1 ether;
            _requireAtLeast(jobId, "reputation", _accounts[msg.sender].reputation, least);
        }
    }

    function _requireAtLeast(JobId jobId, string memory rule, uint256 actual, uint256 needed) private pure {
        if (actual < needed) revert NotQualified(jobId, rule, actual, needed);
    }

    /// Of a running job, committed and not settled.
    function _requireUnsettled(JobId jobId, uint64 index)
        private
        view
        returns (Job storage record, Checkpoint storage its)
    {
        record = _requireStatus(jobId, Status.Running);
        if (index >= record.committed) revert NotCommitted(jobId, index);
        if (index < record.settled) revert AlreadySettled(jobId, index);
        its = _checkpoints[jobId][index];
    }

    function _canSettle(JobId jobId, Job storage record) private view returns (bool) {
        if (record.settled == record.committed) return false;
        Checkpoint storage its = _checkpoints[jobId][record.settled];
        return its.openGames == 0 && currentTime() > its.committedAt.plus(record.terms.challengeWindow);
    }

    /// Pays the solver for the oldest unsettled checkpoint. Requires that it can settle.
    function _settleOldest(JobId jobId, Job storage record) private {
        uint64 index = record.settled;
        uint256 segment = Schedule.segmentSteps(record.steps, record.interval, index);
        uint128 paid = uint128(uint256(record.price) * segment / record.steps);
        record.settled = index + 1;
        record.escrow -= paid;
        emit CheckpointSettled(jobId, record.solver, index, paid, _pay(record, paid));
    }

    function _finish(JobId jobId, Job storage record, Root result) private {
        record.status = Status.Settled;
        emit JobSettled(jobId, result, record.escrow + record.auditEscrow);
        _returnEscrow(record);
        registry.unlock(record.solver, record.terms.solverBond);
    }

    /// Drops what has not settled and begins another attempt. Claims of the last one are moot from here on.
    function _offerAgain(JobId jobId, Job storage record) private {
        uint64 dropped = record.committed;
        record.committed = record.settled;
        record.attempt += 1;
        record.status = Status.Open;
        record.solver = address(0);
        record.price = 0;
        record.since = currentTime();
        emit JobReopened(jobId, record.attempt, record.settled, dropped);
    }

    // ---- the end of a challenge

    /// Its bond is owed to somebody from here on, and no second verdict can be given.
    function _takeChallenge(GameId gameId) private returns (Challenge memory its) {
        its = _challenges[gameId];
        if (its.backer == address(0)) revert NoSuchChallenge(gameId);
        delete _challenges[gameId];
    }

    function _returnBond(GameId gameId, Challenge memory its, Job storage record) private {
        emit ChallengeMoot(its.jobId, gameId, its.backer);
        _credit(its.backer, record.terms.challengeBond);
    }

    function _reject(GameId gameId, Challenge memory its, Job storage record) private {
        _checkpoints[its.jobId][its.index].openGames -= 1;
        uint128 bond = record.terms.challengeBond;
        emit ChallengeRejected(its.jobId, gameId, its.backer);
        _credit(record.solver, bond / 2);
        _credit(treasury, bond - bond / 2);
    }

    function _uphold(GameId gameId, Challenge memory its, Job storage record) private {
        emit ChallengeUpheld(its.jobId, gameId, record.solver, record.terms.solverBond);
        _credit(its.backer, record.terms.challengeBond);
        _convict(its.jobId, record, its.backer);
    }

    /// Whoever the accuser is, its reward is at most rewardShare of the bond: a solver and its friend together lose the
    /// rest. Requires that the checkpoint in question counts a game or a hold, so that none from it on can settle here.
    function _convict(JobId jobId, Job storage record, address accuser) private {
        for (uint256 n = 0; n < SETTLED_BY_VERDICT_MAX && _canSettle(jobId, record); ++n) {
            _settleOldest(jobId, record);
        }
        address solver = record.solver;
        uint128 bond = record.terms.solverBond;
        uint128 reward = uint128(uint256(bond) * record.rewardShare / 10_000);
        uint128 refilled = _refillAudits(record, bond - reward);
        _accounts[solver].reputation = 0;
        emit SolverConvicted(jobId, solver, accuser, bond, reward, refilled);
        _offerAgain(jobId, record);
        _credit(accuser, reward);
        _credit(treasury, bond - reward - refilled);
        registry.slash(solver, bond);
    }

    /// The checkpoints that were dropped may be audited once more, at the cost of whom they were dropped for.
    function _refillAudits(Job storage record, uint128 available) private returns (uint128 refilled) {
        if (record.terms.auditRate == 0) return 0;
        uint128 audited = rules.auditsOf(_count(record) - record.settled, record.terms.auditRate);
        uint128 needed = record.terms.auditFee * audited;
        if (needed <= record.auditEscrow) return 0;
        refilled = uint128(Math.min(needed - record.auditEscrow, available));
        record.auditEscrow += refilled;
    }

    function _openGame(JobId jobId, Job storage record, uint64 index, address player, address backer)
        private
        returns (GameId gameId)
    {
        gameId = GameId.wrap(++gameCount);
        _challenges[gameId] = Challenge({jobId: jobId, index: index, attempt: record.attempt, backer: backer});
        emit CheckpointChallenged(jobId, gameId, player, record.attempt, index);
    }

    function _claim(JobId jobId, Job storage record, uint64 index, address player)
        private
        view
        returns (Claim memory)
    {
        (uint64 lo, uint64 hi) = Schedule.boundaries(record.steps, record.interval, index);
        return Claim({
            responder: record.solver,
            challenger: player,
            programRoot: record.programRoot,
            rootLo: index == 0 ? Root.wrap(0) : _checkpoints[jobId][index - 1].root,
            rootHi: _checkpoints[jobId][index].root,
            lo: lo,
            hi: hi,
            steps: record.steps,
            stepMillis: record.terms.stepMillis,
            moveBudget: record.terms.moveBudget
        });
    }
}
