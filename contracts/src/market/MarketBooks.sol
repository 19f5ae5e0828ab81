// SPDX-License-Identifier: Apache-2.0
// What the market keeps and owes. Its token balance is the escrows of its jobs, the bonds of the challenges that are not
// over, and what was credited and not yet claimed. Money leaves by `claim` alone.
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {GameId, IDisputeGame} from "src/dispute/IDisputeGame.sol";
import {Timestamp, currentTime} from "src/dispute/Timestamp.sol";
import {Challenge, Checkpoint, IJobMarket, Job, JobId, Status, Terms} from "src/market/IJobMarket.sol";
import {INodeRegistry} from "src/market/INodeRegistry.sol";
import {Schedule} from "src/market/Schedule.sol";

abstract contract MarketBooks is IJobMarket {
    using SafeERC20 for IERC20;

    IERC20 public immutable token;
    INodeRegistry public immutable registry;
    IDisputeGame public immutable games;
    address public immutable treasury;

    uint256 public jobCount;
    uint256 public gameCount;

    mapping(JobId => Job) internal _jobs;
    mapping(JobId => mapping(uint64 index => Checkpoint)) internal _checkpoints;
    mapping(GameId => Challenge) internal _challenges;
    mapping(address account => uint128) public claimable;

    /// @param registry_, games_ deployed before, for the address at which this contract appears
    /// @param treasury_ receives the parts of lost bonds that reward nobody
    constructor(IERC20 token_, INodeRegistry registry_, IDisputeGame games_, address treasury_) {
        if (treasury_ == address(0)) revert ZeroTreasury();
        if (registry_.market() != address(this)) {
            revert DeployedForAnotherMarket(address(registry_), registry_.market());
        }
        if (address(games_.market()) != address(this)) {
            revert DeployedForAnotherMarket(address(games_), address(games_.market()));
        }
        token = token_;
        registry = registry_;
        games = games_;
        treasury = treasury_;
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

    /// @inheritdoc IJobMarket
    function claim(address account) external {
        uint128 amount = claimable[account];
        if (amount == 0) revert NothingToClaim(account);
        claimable[account] = 0;
        emit Claimed(account, amount);
        token.safeTransfer(account, amount);
    }

    function _returnEscrow(Job storage record) internal {
        uint128 amount = record.escrow;
        record.escrow = 0;
        _credit(record.submitter, amount);
    }

    function _credit(address account, uint128 amount) internal {
        if (amount == 0) return;
        claimable[account] += amount;
        emit Credited(account, amount);
    }
}
