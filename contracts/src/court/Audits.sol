// SPDX-License-Identifier: Apache-2.0
// The audits' one implementation. It holds no tokens: stake stays in the registry, fees come out of the job's escrow.
//
// The lot. An auditor with the weight w of the total W is drawn for a checkpoint where
//   keccak256(beacon, job, attempt, checkpoint, auditor) / 2^256 < auditRate / 10000 * w / W,
// each for itself: no list is walked, splitting a stake over several accounts gains nothing, and nobody can crowd out
// another. What could be chosen after the beacon is known does not help: stake added after the commitment does not count,
// and withdrawing other stake raises one's share by no more than what is withdrawn.
//
// The beacon is the hash of the block BEACON_DELAY after the commitment's. Who orders blocks (a rollup's sequencer) can
// try many such blocks, so a solver that is the sequencer, or pays it, can escape its audits or have an accomplice drawn.
// That does not pay, because it buys nothing but the absence of audits: the checkpoint stands open to everybody's
// challenge all the same, with the same bond behind it, and what a sequencer can do against challenges (keep them out until
// the first layer forces them in) it could do without audits. A window longer than that forcing is what a job needs.
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Answer, Audit, AuditId, Auditor, IAudits, Stage} from "src/court/IAudits.sol";
import {GameId} from "src/dispute/IDisputeGame.sol";
import {Root} from "src/dispute/Root.sol";
import {Timestamp, currentTime} from "src/dispute/Timestamp.sol";
import {Checkpoint, Disagreement, IJobMarket, Job, JobId} from "src/market/IJobMarket.sol";
import {INodeRegistry} from "src/market/INodeRegistry.sol";

contract Audits is IAudits {
    using SafeERC20 for IERC20;

    /// Blocks between a commitment and its beacon: a commitment does not get its own block's hash by reordering.
    uint64 public constant BEACON_DELAY = 4;
    /// An auditor that does not seal loses this part of the bond: it may have been away. One that sealed and does not
    /// reveal hides something, and loses all of it.
    uint128 public constant ABSENCE_DIVISOR = 10;

    IERC20 public immutable token;
    INodeRegistry public immutable registry;
    IJobMarket private immutable _market;
    address public immutable treasury;

    /// @inheritdoc IAudits
    uint256 public total;
    uint256 public auditCount;

    mapping(address account => Auditor) private _auditors;
    mapping(AuditId => Audit) private _audits;
    mapping(uint64 blockNumber => bytes32) private _beacons;
    mapping(bytes32 claim => bool) private _drawn;

    /// @param market_ the JobMarket, deployed later
    constructor(IERC20 token_, INodeRegistry registry_, IJobMarket market_, address treasury_) {
        token = token_;
        registry = registry_;
        _market = market_;
        treasury = treasury_;
    }

    // ---- the auditor's stake

    /// @inheritdoc IAudits
    function enlist(uint128 amount) external {
        if (amount == 0) revert ZeroAmount();
        Auditor storage own = _auditors[msg.sender];
        own.free += amount;
        own.since = currentTime();
        total += amount;
        emit Enlisted(msg.sender, amount);
        registry.lock(msg.sender, amount);
    }

    /// @inheritdoc IAudits
    function delist(uint128 amount) external {
        if (amount == 0) revert ZeroAmount();
        Auditor storage own = _auditors[msg.sender];
        if (amount > own.free) revert InsufficientFree(amount, own.free);
        own.free -= amount;
        total -= amount;
        emit Delisted(msg.sender, amount);
        registry.unlock(msg.sender, amount);
    }

    // ---- the lot

    /// @inheritdoc IAudits
    function keep(uint64 blockNumber) external {
        bytes32 beacon = _beacon(blockNumber);
        _beacons[blockNumber] = beacon;
        emit BeaconKept(blockNumber, beacon);
    }

    /// @inheritdoc IAudits
    function isDrawn(JobId jobId, uint64 index, address auditor_) external view returns (bool drawn) {
        Job memory job = _market.job(jobId);
        (uint256 lot,) = _lot(jobId, job, index, auditor_);
        return _wins(lot, job, auditor_);
    }

    /// @inheritdoc IAudits
    function draw(JobId jobId, uint64 index, address auditor_) external returns (AuditId auditId) {
        Job memory job = _market.job(jobId);
        (uint256 lot, Checkpoint memory its) = _lot(jobId, job, index, auditor_);
        _requireEligible(jobId, job, index, auditor_, its);
        if (!_wins(lot, job, auditor_)) revert NotDrawn(jobId, index, auditor_);

        (uint64 lo, uint64 hi) = _market.boundaries(jobId, index);
        // Another part of the same randomness; the modulo's bias is below 2^-190.
        uint64 transition = lo + uint64(uint256(keccak256(abi.encode(lot))) % (hi - lo));
        auditId = AuditId.wrap(++auditCount);
        Audit storage record = _audits[auditId];
        (record.jobId, record.index, record.attempt, record.stage) = (jobId, index, job.attempt, Stage.Drawn);
        (record.auditor, record.solver, record.bond) = (auditor_, job.solver, job.terms.challengeBond);
        (record.lo, record.hi, record.transition) = (lo, hi, transition);
        record.moveBudget = job.terms.moveBudget;
        record.executionSeconds = uint32((uint256(hi - lo) * job.terms.stepMillis + 999) / 1000);
        record.deadline = _executed(record);
        _reserve(auditor_, record.bond);
        emit AuditDrawn(auditId, jobId, auditor_, index, job.attempt, transition);
        _market.hold(jobId, index);
    }

    // ---- answers

    /// @inheritdoc IAudits
    function seal(AuditId auditId, bytes32 seal_) external {
        Audit storage record = _turn(auditId, Stage.Drawn);
        record.seal = seal_;
        record.stage = Stage.Sealed;
        record.deadline = _executed(record);
        emit AnswerSealed(auditId, seal_);
    }

    /// @inheritdoc IAudits
    function answer(AuditId auditId, Answer calldata its) external {
        Audit storage record = _turn(auditId, Stage.Sealed);
        if (record.transition == record.lo) _requireSame(its.before, _rootLo(record));
        if (record.transition + 1 == record.hi) _requireSame(its.next, _rootHi(record));
        record.answered = keccak256(abi.encode(its));
        record.stage = Stage.Answered;
        record.deadline = currentTime().plus(record.moveBudget);
        emit SolverAnswered(auditId, its);
    }

    /// @inheritdoc IAudits
    function reveal(AuditId auditId, Answer calldata own, bytes32 salt, Answer calldata solvers) external {
        Audit storage record = _turn(auditId, Stage.Answered);
        bytes32 revealed = keccak256(abi.encode(own, salt, msg.sender));
        if (revealed != record.seal) revert NotTheSeal(revealed, record.seal);
        bytes32 shown = keccak256(abi.encode(solvers));
        if (shown != record.answered) revert NotTheAnswer(shown, record.answered);

        record.stage = Stage.Over;
        if (!_isCurrent(record)) {
            _giveBack(record, record.bond);
            emit AuditMoot(auditId);
        } else if (keccak256(abi.encode(own)) == shown) {
            _giveBack(record, record.bond);
            emit Agreed(auditId);
            _market.payAuditor(record.jobId, record.attempt, record.index, record.auditor);
        } else {
            _disagree(auditId, record, own, solvers);
        }
    }

    /// @inheritdoc IAudits
    function expire(AuditId auditId) external {
        Audit storage record = _audits[auditId];
        Stage stage = record.stage;
        if (stage == Stage.None) revert NoSuchAudit(auditId);
        if (stage == Stage.Over) revert WrongStage(auditId, stage, Stage.Answered);
        bool moot = !_isCurrent(record);
        if (!moot && !(currentTime() > record.deadline)) revert TimeIsNotUp(auditId, record.deadline);

        record.stage = Stage.Over;
        if (moot) {
            _giveBack(record, record.bond);
            emit AuditMoot(auditId);
        } else if (stage == Stage.Sealed) {
            _giveBack(record, record.bond);
            emit SolverMissed(auditId, record.solver);
            _market.convict(record.jobId, record.attempt, record.auditor);
        } else {
            _punish(auditId, record, stage == Stage.Drawn ? record.bond / ABSENCE_DIVISOR : record.bond);
        }
    }

    // ---- views

    /// @inheritdoc IAudits
    function market() external view returns (address account) {
        return address(_market);
    }

    /// @inheritdoc IAudits
    function audit(AuditId auditId) external view returns (Audit memory record) {
        return _audits[auditId];
    }

    /// @inheritdoc IAudits
    function auditor(address account) external view returns (Auditor memory record) {
        return _auditors[account];
    }

    // ---- of the lot

    function _lot(JobId jobId, Job memory job, uint64 index, address auditor_)
        private
        view
        returns (uint256 lot, Checkpoint memory its)
    {
        its = _market.checkpoint(jobId, index);
        if (its.blockNumber == 0) revert NotCommitted(jobId, index);
        bytes32 beacon = _beacon(its.blockNumber + BEACON_DELAY);
        lot = uint256(keccak256(abi.encode(beacon, jobId, job.attempt, index, auditor_)));
    }

    function _beacon(uint64 blockNumber) private view returns (bytes32 beacon) {
        beacon = _beacons[blockNumber];
        if (beacon != 0) return beacon;
        if (block.number <= blockNumber) revert BeaconNotYet(blockNumber);
        beacon = blockhash(blockNumber);
        if (beacon == 0) revert BeaconGone(blockNumber);
    }

    /// lot / 2^256 < auditRate / 10000 * weight / total, in whole numbers; a rate above one in one is certain for who
    /// has all the weight.
    function _wins(uint256 lot, Job memory job, address auditor_) private view returns (bool) {
        uint256 weight = _auditors[auditor_].free;
        if (weight < job.terms.challengeBond || weight == 0) return false;
        uint256 chance = Math.mulDiv(weight * job.terms.auditRate, 1 << 128, total * 10_000);
        return lot >> 128 < chance;
    }

    function _requireEligible(
        JobId jobId,
        Job memory job,
        uint64 index,
        address auditor_,
        Checkpoint memory its
    ) private {
        Timestamp closesAt = its.committedAt.plus(job.terms.challengeWindow);
        if (currentTime() > closesAt) revert WindowClosed(jobId, index, closesAt);
        if (auditor_ == job.solver) revert IsTheSolver(jobId, auditor_);
        Timestamp since = _auditors[auditor_].since;
        if (!(its.committedAt > since)) revert EnlistedTooLate(auditor_, since, its.committedAt);
        bytes32 claim = keccak256(abi.encode(jobId, job.attempt, index, auditor_));
        if (_drawn[claim]) revert DrawnBefore(jobId, index, auditor_);
        _drawn[claim] = true;
    }

    // ---- of an audit

    function _turn(AuditId auditId, Stage needed) private view returns (Audit storage record) {
        record = _audits[auditId];
        if (record.stage != needed) revert WrongStage(auditId, record.stage, needed);
        address whose = needed == Stage.Sealed ? record.solver : record.auditor;
        if (msg.sender != whose) revert NotYours(auditId, msg.sender, whose);
        if (currentTime() > record.deadline) revert TimeIsUp(auditId, record.deadline);
    }

    /// Time to execute the segment and to send a transaction.
    function _executed(Audit storage record) private view returns (Timestamp) {
        return currentTime().plus(record.executionSeconds).plus(record.moveBudget);
    }

    function _isCurrent(Audit storage record) private view returns (bool) {
        return _market.job(record.jobId).attempt == record.attempt;
    }

    function _rootLo(Audit storage record) private view returns (Root) {
        return record.index == 0 ? Root.wrap(0) : _market.checkpoint(record.jobId, record.index - 1).root;
    }

    function _rootHi(Audit storage record) private view returns (Root) {
        return _market.checkpoint(record.jobId, record.index).root;
    }

    function _requireSame(Root answered, Root committed) private pure {
        if (answered != committed) revert NotAsCommitted(answered, committed);
    }

    /// The solver claims both ends of whatever is disputed, so where it is right it wins from its seat, and where it is
    /// not, the auditor from the other.
    function _disagree(AuditId auditId, Audit storage record, Answer calldata own, Answer calldata solvers)
        private
    {
        Disagreement memory its;
        if (own.before != solvers.before && record.transition > record.lo) {
            its = Disagreement({
                lo: record.lo,
                hi: record.transition,
                rootLo: _rootLo(record),
                rootHi: solvers.before,
                traceRoot: Root.wrap(0)
            });
        } else {
            its = Disagreement({
                lo: record.transition,
                hi: record.transition + 1,
                rootLo: solvers.before,
                rootHi: solvers.next,
                traceRoot: solvers.trace
            });
        }
        _spend(record, record.bond);
        registry.slash(record.auditor, record.bond);
        token.forceApprove(address(_market), record.bond);
        GameId gameId = _market.dispute(record.jobId, record.index, record.auditor, its);
        emit Disagreed(auditId, gameId, own);
    }

    function _punish(AuditId auditId, Audit storage record, uint128 penalty) private {
        _spend(record, penalty);
        _giveBack(record, record.bond - penalty);
        emit AuditorMissed(auditId, record.auditor, penalty);
        _market.release(record.jobId, record.attempt, record.index);
        registry.slash(record.auditor, penalty);
        token.safeTransfer(treasury, penalty);
    }

    // ---- the stake behind it

    function _reserve(address account, uint128 amount) private {
        Auditor storage its = _auditors[account];
        its.free -= amount;
        its.reserved += amount;
        total -= amount;
    }

    /// Counts in the draw again.
    function _giveBack(Audit storage record, uint128 amount) private {
        Auditor storage its = _auditors[record.auditor];
        its.reserved -= amount;
        its.free += amount;
        total += amount;
    }

    /// Leaves the auditor's stake for good.
    function _spend(Audit storage record, uint128 amount) private {
        _auditors[record.auditor].reserved -= amount;
    }
}
