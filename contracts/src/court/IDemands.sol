// SPDX-License-Identifier: Apache-2.0
// Availability: a root without its data is worth nothing to whom it was computed for. Anybody may demand a block of a
// committed checkpoint; the block is shown on the ledger, or the solver loses its bond. The asker pays for the showing,
// so who has the data does not ask. docs/protocol.md, section 8.
pragma solidity 0.8.37;

import {Root} from "src/dispute/Root.sol";
import {Timestamp} from "src/dispute/Timestamp.sol";
import {JobId} from "src/market/IJobMarket.sol";

/// Demands count from 1.
type DemandId is uint256;

/// @param root of the checkpoint's blob, `length` bytes long
/// @param blockIndex of the 16 KiB block that is wanted
/// @param bond of the asker, for whoever the solver is
struct Demand {
    JobId jobId;
    uint64 index;
    uint32 attempt;
    bool open;
    address asker;
    address solver;
    Root root;
    uint64 length;
    uint64 blockIndex;
    uint128 bond;
    Timestamp deadline;
}

interface IDemands {
    event Demanded(
        DemandId indexed demandId,
        JobId indexed jobId,
        address indexed solver,
        address asker,
        uint64 index,
        uint64 blockIndex,
        Timestamp deadline
    );
    /// The block stands in the transaction's input.
    event Answered(DemandId indexed demandId, address indexed solver);
    /// The solver lost its bond.
    event Forfeited(DemandId indexed demandId, address indexed solver);
    /// The claim was dropped before the demand was answered.
    event DemandMoot(DemandId indexed demandId);
    event Credited(address indexed account, uint128 amount);
    event Claimed(address indexed account, uint128 amount);

    error NotCommitted(JobId jobId, uint64 index);
    error WindowClosed(JobId jobId, uint64 index, Timestamp closedAt);
    error NotTheProgram(Root actual, Root programRoot);
    error BlockOutOfRange(uint64 blockIndex, uint64 count);
    error NoSuchDemand(DemandId demandId);
    error TimeIsUp(DemandId demandId, Timestamp deadline);
    error TimeIsNotUp(DemandId demandId, Timestamp deadline);
    error WrongBlockLength(uint256 actual, uint256 needed);
    error WrongPathLength(uint256 actual, uint256 needed);
    error NotInTree(Root computed, Root expected);
    error NothingToClaim(address account);

    /// Anybody, while the checkpoint's challenge window is open. Puts up the job's demandBond; needs an allowance.
    /// @param header of the program: says how long a state and the result are
    function demand(JobId jobId, uint64 index, uint64 blockIndex, bytes32[12] calldata header)
        external
        returns (DemandId demandId);

    /// Anybody, in time; the bond is the solver's, whoever sends it.
    /// @param path of the block in the checkpoint's tree, its sibling first
    function answer(DemandId demandId, bytes calldata data, bytes32[] calldata path) external;

    /// Anybody, once the time is up or the claim was dropped: the bond returns, and in the first case the solver's is
    /// lost as in a game.
    function expire(DemandId demandId) external;

    /// Anybody. Transfers to `account` all that was credited to it.
    function claim(address account) external;

    function market() external view returns (address account);
    function demandOf(DemandId demandId) external view returns (Demand memory record);
    function claimable(address account) external view returns (uint128 amount);
}
