// SPDX-License-Identifier: Apache-2.0
// The demands' one implementation. Its token balance is the bonds of open demands and what was credited and not claimed.
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Demand, DemandId, IDemands} from "src/court/IDemands.sol";
import {Merkle} from "src/dispute/Merkle.sol";
import {ProgramCodec} from "src/dispute/ProgramCodec.sol";
import {Root} from "src/dispute/Root.sol";
import {Timestamp, currentTime} from "src/dispute/Timestamp.sol";
import {Checkpoint, IJobMarket, Job, JobId} from "src/market/IJobMarket.sol";
import {Deposits} from "src/token/Deposits.sol";

contract Demands is IDemands {
    using Deposits for IERC20;
    using SafeERC20 for IERC20;

    IERC20 public immutable token;
    IJobMarket private immutable _market;

    uint256 public demandCount;
    mapping(DemandId => Demand) private _demands;
    /// @inheritdoc IDemands
    mapping(address account => uint128) public claimable;

    /// @param market_ the JobMarket, deployed later
    constructor(IERC20 token_, IJobMarket market_) {
        token = token_;
        _market = market_;
    }

    // ---- a demand, in its order

    /// @inheritdoc IDemands
    function demand(JobId jobId, uint64 index, uint64 blockIndex, bytes32[12] calldata header)
        external
        returns (DemandId demandId)
    {
        Job memory job = _market.job(jobId);
        Checkpoint memory its = _market.checkpoint(jobId, index);
        if (Timestamp.unwrap(its.committedAt) == 0) revert NotCommitted(jobId, index);
        Timestamp closesAt = its.committedAt.plus(job.terms.challengeWindow);
        if (currentTime() > closesAt) revert WindowClosed(jobId, index, closesAt);
        uint64 length = _length(jobId, job, index, header);
        uint64 count = Merkle.blockCount(length);
        if (blockIndex >= count) revert BlockOutOfRange(blockIndex, count);

        demandId = DemandId.wrap(++demandCount);
        Demand storage record = _demands[demandId];
        (record.jobId, record.index, record.attempt, record.open) = (jobId, index, job.attempt, true);
        (record.asker, record.solver, record.bond) = (msg.sender, job.solver, job.terms.demandBond);
        (record.root, record.length, record.blockIndex) = (its.root, length, blockIndex);
        record.deadline = currentTime().plus(job.terms.demandSeconds);
        emit Demanded(demandId, jobId, job.solver, msg.sender, index, blockIndex, record.deadline);
        _market.hold(jobId, index);
        token.collect(msg.sender, record.bond);
    }

    /// @inheritdoc IDemands
    function answer(DemandId demandId, bytes calldata data, bytes32[] calldata path) external {
        Demand storage record = _open(demandId);
        if (currentTime() > record.deadline) revert TimeIsUp(demandId, record.deadline);
        _requireBlock(record, data, path);

        record.open = false;
        emit Answered(demandId, record.solver);
        _credit(record.solver, record.bond);
        _market.release(record.jobId, record.attempt, record.index);
    }

    /// @inheritdoc IDemands
    function expire(DemandId demandId) external {
        Demand storage record = _open(demandId);
        bool moot = _market.job(record.jobId).attempt != record.attempt;
        if (!moot && !(currentTime() > record.deadline)) revert TimeIsNotUp(demandId, record.deadline);

        record.open = false;
        if (moot) emit DemandMoot(demandId);
        else emit Forfeited(demandId, record.solver);
        _credit(record.asker, record.bond);
        if (!moot) _market.convict(record.jobId, record.attempt, record.asker);
    }

    /// @inheritdoc IDemands
    function claim(address account) external {
        uint128 amount = claimable[account];
        if (amount == 0) revert NothingToClaim(account);
        claimable[account] = 0;
        emit Claimed(account, amount);
        token.safeTransfer(account, amount);
    }

    // ---- views

    /// @inheritdoc IDemands
    function market() external view returns (address account) {
        return address(_market);
    }

    /// @inheritdoc IDemands
    function demandOf(DemandId demandId) external view returns (Demand memory record) {
        return _demands[demandId];
    }

    // ---- of a demand

    function _open(DemandId demandId) private view returns (Demand storage record) {
        record = _demands[demandId];
        if (!record.open) revert NoSuchDemand(demandId);
    }

    /// The last checkpoint is the result, the others are states. What was posted has lengths below 2^48.
    function _length(JobId jobId, Job memory job, uint64 index, bytes32[12] calldata header)
        private
        view
        returns (uint64)
    {
        Root root = ProgramCodec.programRoot(header);
        if (root != job.programRoot) revert NotTheProgram(root, job.programRoot);
        bool last = index + 1 == _market.checkpointCount(jobId);
        return uint64(last ? ProgramCodec.resultLength(header) : ProgramCodec.stateLength(header));
    }

    function _requireBlock(Demand storage record, bytes calldata data, bytes32[] calldata path) private view {
        uint64 length = Merkle.blockLength(record.length, record.blockIndex);
        if (data.length != length) revert WrongBlockLength(data.length, length);
        uint8 depth = Merkle.depth(Merkle.blockCount(record.length));
        if (path.length != depth) revert WrongPathLength(path.length, depth);
        Root computed = Merkle.climb(sha256(data), record.blockIndex, path);
        if (computed != record.root) revert NotInTree(computed, record.root);
    }

    function _credit(address account, uint128 amount) private {
        claimable[account] += amount;
        emit Credited(account, amount);
    }
}
