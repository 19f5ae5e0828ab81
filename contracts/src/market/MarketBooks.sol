// SPDX-License-Identifier: Apache-2.0
// What the market keeps and owes. Its token balance is the escrows of its jobs, the bonds of the challenges that are not
// over, and what was credited and not yet claimed. Money leaves by `claim` alone.
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {GameId, IDisputeGame} from "src/dispute/IDisputeGame.sol";
import {Timestamp, currentTime} from "src/dispute/Timestamp.sol";
import {IParameters} from "src/governance/IParameters.sol";
import {
    Challenge,
    Checkpoint,
    IJobMarket,
    IMarketPart,
    Job,
    JobId,
    Ring,
    Status,
    Terms
} from "src/market/IJobMarket.sol";
import {INodeRegistry} from "src/market/INodeRegistry.sol";
import {JobRules} from "src/market/JobRules.sol";
import {PriceIndex} from "src/market/PriceIndex.sol";
import {Schedule} from "src/market/Schedule.sol";

abstract contract MarketBooks is IJobMarket {
    using SafeERC20 for IERC20;

    /// What the market owes an account and knows of it.
    struct Account {
        uint128 claimable;
        uint128 reputation;
    }

    IERC20 public immutable token;
    INodeRegistry public immutable registry;
    JobRules public immutable rules;
    IDisputeGame public immutable games;
    IParameters public immutable parameters;
    address public immutable treasury;
    address public immutable audits;
    address public immutable demands;

    uint256 public jobCount;
    uint256 public gameCount;
    /// @inheritdoc IJobMarket
    uint128 public priceIndex = PriceIndex.START;

    mapping(JobId => Job) internal _jobs;
    mapping(JobId => mapping(uint64 index => Checkpoint)) internal _checkpoints;
    mapping(GameId => Challenge) internal _challenges;
    mapping(address account => Account) internal _accounts;

    /// @param ring deployed before, for the address at which this contract appears
    constructor(Ring memory ring) {
        if (ring.treasury == address(0)) revert ZeroTreasury();
        _requireMadeForThis(address(ring.registry), ring.registry.market());
        _requireMadeForThis(address(ring.games), address(ring.games.market()));
        _requireMadeForThis(ring.audits, IMarketPart(ring.audits).market());
        _requireMadeForThis(ring.demands, IMarketPart(ring.demands).market());
        token = ring.token;
        registry = ring.registry;
        rules = ring.rules;
        games = ring.games;
        parameters = ring.parameters;
        treasury = ring.treasury;
        audits = ring.audits;
        demands = ring.demands;
    }

    function _requireMadeForThis(address part, address itsMarket) private view {
        if (itsMarket != address(this)) revert DeployedForAnotherMarket(part, itsMarket);
    }

    // ---- views

    /// @inheritdoc IJobMarket
    function job(JobId jobId) external view returns (Job memory jobRecord) {
        return _jobs[jobId];
    }

    /// @inheritdoc IJobMarket
    function checkpoint(JobId jobId, uint64 index) external view returns (Checkpoint memory record) {
        if (index < _jobs[jobId].committed) record = _checkpoints[jobId][index];
    }

    /// @inheritdoc IJobMarket
    function checkpointCount(JobId jobId) external view returns (uint64 count) {
        return _count(_existing(jobId));
    }

    /// @inheritdoc IJobMarket
    function boundaries(JobId jobId, uint64 index) external view returns (uint64 lo, uint64 hi) {
        Job storage record = _existing(jobId);
        if (index >= _count(record)) revert WrongCheckpoint(jobId, index, _count(record) - 1);
        return Schedule.boundaries(record.steps, record.interval, index);
    }

    /// @inheritdoc IJobMarket
    function offer(JobId jobId) external view returns (uint128 price) {
        return _offer(_requireStatus(jobId, Status.Open));
    }

    /// @inheritdoc IJobMarket
    function challengeOf(GameId gameId) external view returns (Challenge memory record) {
        return _challenges[gameId];
    }

    /// @inheritdoc IJobMarket
    function claimable(address account) external view returns (uint128 amount) {
        return _accounts[account].claimable;
    }

    /// @inheritdoc IJobMarket
    function reputation(address account) external view returns (uint128 amount) {
        return _accounts[account].reputation;
    }

    // ---- a job's record

    function _existing(JobId jobId) private view returns (Job storage record) {
        record = _jobs[jobId];
        if (record.status == Status.None) revert NoSuchJob(jobId);
    }

    function _requireStatus(JobId jobId, Status needed) internal view returns (Job storage record) {
        record = _existing(jobId);
        if (record.status != needed) revert WrongStatus(jobId, record.status, needed);
    }

    function _count(Job storage record) internal view returns (uint64) {
        return Schedule.checkpointCount(record.steps, record.interval);
    }

    function _deadline(Job storage record) internal view returns (Timestamp) {
        return record.since.plus(record.terms.checkpointSeconds);
    }

    function _offer(Job storage record) internal view returns (uint128) {
        Terms storage terms = record.terms;
        uint256 elapsed = currentTime().secondsSince(record.since);
        if (elapsed >= terms.auctionSeconds) return terms.maxPrice;
        uint256 rise = uint256(terms.maxPrice - terms.minPrice) * elapsed / terms.auctionSeconds;
        return terms.minPrice + uint128(rise);
    }

    // ---- money

    /// Splits a payment for solved steps: the fee to the treasury, the rest and the reputation to the solver.
    function _pay(Job storage record, uint128 amount) internal returns (uint128 fee) {
        fee = uint128(uint256(amount) * record.feeShare / 10_000);
        _credit(record.solver, amount - fee);
        _accounts[record.solver].reputation += amount - fee;
        _credit(treasury, fee);
        priceIndex = PriceIndex.next(priceIndex, record.price, record.terms.workGflop, fee);
        emit PriceIndexMoved(priceIndex);
    }

    /// @inheritdoc IJobMarket
    function claim(address account) external {
        uint128 amount = _accounts[account].claimable;
        if (amount == 0) revert NothingToClaim(account);
        _accounts[account].claimable = 0;
        emit Claimed(account, amount);
        token.safeTransfer(account, amount);
    }

    function _returnEscrow(Job storage record) internal {
        uint128 amount = record.escrow + record.auditEscrow;
        record.escrow = 0;
        record.auditEscrow = 0;
        _credit(record.submitter, amount);
    }

    function _credit(address account, uint128 amount) internal {
        if (amount == 0) return;
        _accounts[account].claimable += amount;
        emit Credited(account, amount);
    }
}
