// SPDX-License-Identifier: Apache-2.0
// The models' one implementation. It only reads the market, so anybody can deploy it. Its token balance is what owners
// have not claimed. A payment is kept as an amount per basis point; what does not divide by 10000 waits for the next one.
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ProgramCodec} from "src/dispute/ProgramCodec.sol";
import {Root} from "src/dispute/Root.sol";
import {IJobMarket, Job, JobId, Status} from "src/market/IJobMarket.sol";
import {IModelRegistry, Model, ModelId, Plan} from "src/model/IModelRegistry.sol";
import {Deposits} from "src/token/Deposits.sol";

contract ModelRegistry is IModelRegistry {
    using Deposits for IERC20;
    using SafeERC20 for IERC20;

    uint256 public constant WHOLE = 10_000;

    /// @param seen the earnings per basis point up to which `owed` counts
    struct Owner {
        uint16 share;
        uint256 seen;
        uint256 owed;
    }

    /// @param remainder of all payments, below WHOLE
    struct Earnings {
        uint256 perPoint;
        uint256 remainder;
    }

    IERC20 public immutable token;
    IJobMarket public immutable market;

    uint256 public modelCount;
    /// @inheritdoc IModelRegistry
    mapping(JobId => ModelId) public modelOf;
    mapping(ModelId => Model) private _models;
    mapping(ModelId => Earnings) private _earnings;
    mapping(ModelId => mapping(address owner => Owner)) private _owners;

    constructor(IERC20 token_, IJobMarket market_) {
        token = token_;
        market = market_;
    }

    // ---- a model's life

    /// @inheritdoc IModelRegistry
    function register(JobId jobId, bytes32[12] calldata header, Plan calldata plan)
        external
        returns (ModelId modelId)
    {
        Job memory job = market.job(jobId);
        if (job.status != Status.Settled) revert NotSettled(jobId);
        if (ModelId.unwrap(modelOf[jobId]) != 0) revert RegisteredBefore(jobId, modelOf[jobId]);
        bytes32 shown = keccak256(abi.encode(plan));
        if (shown != job.terms.model) revert NotThePlan(shown, job.terms.model);
        Root programRoot = ProgramCodec.programRoot(header);
        if (programRoot != job.programRoot) revert NotTheProgram(programRoot, job.programRoot);

        modelId = ModelId.wrap(++modelCount);
        modelOf[jobId] = modelId;
        Model storage record = _models[modelId];
        (record.jobId, record.programRoot, record.plan) = (jobId, programRoot, shown);
        record.root = market.checkpoint(jobId, job.committed - 1).root;
        record.length = uint64(ProgramCodec.resultLength(header));
        (record.submitter, record.solver, record.royalty) = (job.submitter, job.solver, plan.royalty);
        _share(modelId, job, plan);
        emit ModelRegistered(modelId, jobId, record.root, record.length, plan);
        for (uint256 i = 0; i < plan.bases.length; ++i) {
            _payTo(plan.bases[i], _existing(plan.bases[i]).royalty);
        }
    }

    /// @inheritdoc IModelRegistry
    function transfer(ModelId modelId, address to, uint16 share) external {
        if (to == address(0)) revert ZeroOwner();
        Owner storage from = _update(modelId, msg.sender);
        if (share > from.share) revert InsufficientShare(share, from.share);
        from.share -= share;
        _update(modelId, to).share += share;
        emit SharesTransferred(modelId, msg.sender, to, share);
    }

    /// @inheritdoc IModelRegistry
    function pay(ModelId modelId, uint128 amount) external {
        _existing(modelId);
        _payTo(modelId, amount);
    }

    /// @inheritdoc IModelRegistry
    function claim(ModelId modelId, address owner) external {
        Owner storage its = _update(modelId, owner);
        uint256 amount = its.owed;
        if (amount == 0) revert NothingToClaim(modelId, owner);
        its.owed = 0;
        emit Claimed(modelId, owner, amount);
        token.safeTransfer(owner, amount);
    }

    // ---- views

    /// @inheritdoc IModelRegistry
    function model(ModelId modelId) external view returns (Model memory record) {
        return _models[modelId];
    }

    /// @inheritdoc IModelRegistry
    function shareOf(ModelId modelId, address owner) external view returns (uint16 share) {
        return _owners[modelId][owner].share;
    }

    /// @inheritdoc IModelRegistry
    function claimable(ModelId modelId, address owner) external view returns (uint256 amount) {
        Owner storage its = _owners[modelId][owner];
        return its.owed + its.share * (_earnings[modelId].perPoint - its.seen);
    }

    // ---- shares and earnings

    function _existing(ModelId modelId) private view returns (Model storage record) {
        record = _models[modelId];
        if (JobId.unwrap(record.jobId) == 0) revert NoSuchModel(modelId);
    }

    /// One account may have several parts. Earnings begin at nothing, so nobody has missed any.
    function _share(ModelId modelId, Job memory job, Plan calldata plan) private {
        uint256 sum = uint256(plan.submitterShare) + plan.solverShare;
        for (uint256 i = 0; i < plan.data.length; ++i) {
            sum += plan.data[i].share;
        }
        if (sum != WHOLE) revert NotWhole(sum);
        _owners[modelId][job.submitter].share += plan.submitterShare;
        _owners[modelId][job.solver].share += plan.solverShare;
        for (uint256 i = 0; i < plan.data.length; ++i) {
            if (plan.data[i].owner == address(0)) revert ZeroOwner();
            _owners[modelId][plan.data[i].owner].share += plan.data[i].share;
        }
    }

    function _update(ModelId modelId, address owner) private returns (Owner storage its) {
        its = _owners[modelId][owner];
        uint256 perPoint = _earnings[modelId].perPoint;
        its.owed += its.share * (perPoint - its.seen);
        its.seen = perPoint;
    }

    function _payTo(ModelId modelId, uint128 amount) private {
        if (amount == 0) return;
        Earnings storage its = _earnings[modelId];
        uint256 sum = its.remainder + amount;
        its.perPoint += sum / WHOLE;
        its.remainder = sum % WHOLE;
        emit RoyaltyPaid(modelId, msg.sender, amount);
        token.collect(msg.sender, amount);
    }
}
