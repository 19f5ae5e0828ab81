// SPDX-License-Identifier: Apache-2.0
// Settled results as models that somebody owns: what a model was made from, who has which part of it, and what jobs that
// build on it pay. A job says all of that before it runs, by the hash of a plan in its terms, so that its solver and the
// owners of its data know their parts. docs/protocol.md, section 10.
pragma solidity 0.8.37;

import {Root} from "src/dispute/Root.sol";
import {JobId} from "src/market/IJobMarket.sol";

/// Models count from 1.
type ModelId is uint256;

/// Data that the job trains on, and what its owner gets for it.
struct Source {
    Root root;
    address owner;
    uint16 share;
}

/// Shares are in basis points and sum to 10000.
/// @param solverShare of the solver that settled the job
/// @param royalty what registering a model that builds on this one costs, in token units
/// @param bases models that this one builds on
struct Plan {
    uint16 submitterShare;
    uint16 solverShare;
    uint128 royalty;
    Source[] data;
    ModelId[] bases;
}

/// @param root, length of the result's file
/// @param plan hash of the plan; the plan itself stands in the event
struct Model {
    JobId jobId;
    Root root;
    uint64 length;
    Root programRoot;
    address submitter;
    address solver;
    uint128 royalty;
    bytes32 plan;
}

interface IModelRegistry {
    event ModelRegistered(
        ModelId indexed modelId, JobId indexed jobId, Root indexed root, uint64 length, Plan plan
    );
    event SharesTransferred(ModelId indexed modelId, address indexed from, address indexed to, uint16 share);
    event RoyaltyPaid(ModelId indexed modelId, address indexed payer, uint128 amount);
    event Claimed(ModelId indexed modelId, address indexed owner, uint256 amount);

    error NotSettled(JobId jobId);
    error RegisteredBefore(JobId jobId, ModelId modelId);
    error NotThePlan(bytes32 shown, bytes32 named);
    error NotTheProgram(Root actual, Root programRoot);
    /// The shares of a plan are of one whole.
    error NotWhole(uint256 sum);
    error NoSuchModel(ModelId modelId);
    error InsufficientShare(uint16 wanted, uint16 owned);
    error ZeroOwner();
    error NothingToClaim(ModelId modelId, address owner);

    /// Anybody, once the job has settled. Pays the royalty of each base from the caller (needs an allowance).
    /// @param header of the job's program
    /// @param plan whose hash, keccak256(abi.encode(plan)), the job's terms name
    function register(JobId jobId, bytes32[12] calldata header, Plan calldata plan)
        external
        returns (ModelId modelId);

    /// Moves a part of the caller's share. What it has earned until now stays the caller's.
    function transfer(ModelId modelId, address to, uint16 share) external;

    /// Anybody. Pays to the owners of a model; needs an allowance.
    function pay(ModelId modelId, uint128 amount) external;

    /// Anybody. Transfers to `owner` what its share has earned.
    function claim(ModelId modelId, address owner) external;

    function modelCount() external view returns (uint256 count);
    function model(ModelId modelId) external view returns (Model memory record);
    /// Zero if it is not registered.
    function modelOf(JobId jobId) external view returns (ModelId modelId);
    function shareOf(ModelId modelId, address owner) external view returns (uint16 share);
    function claimable(ModelId modelId, address owner) external view returns (uint256 amount);
}
