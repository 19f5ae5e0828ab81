// SPDX-License-Identifier: Apache-2.0
// Who offers machines, how to reach them, and the stake that stands behind them.
pragma solidity 0.8.37;

import {Timestamp} from "src/dispute/Timestamp.sol";

/// What an operator says about its node. Nothing but the stake is checked by the ledger.
/// @param peerKey the node's ed25519 public key in the swarm; zero means not registered
/// @param memoryBytes memory that a program may use
/// @param speedClass relative speed, in GFLOP/s of the reference executor
struct NodeRecord {
    bytes32 peerKey;
    uint64 memoryBytes;
    uint32 speedClass;
}

/// An operator's tokens in the registry. Their sum over all operators is the registry's balance.
/// @param free may be locked or asked back
/// @param locked stands behind accepted jobs and behind the answers of an auditor
/// @param leaving asked back; cannot be locked; paid out from `availableAt` on
struct Stake {
    uint128 free;
    uint128 locked;
    uint128 leaving;
    Timestamp availableAt;
}

interface INodeRegistry {
    // ---- what happened

    /// `possession` is an ed25519 signature by `peerKey` over `possessionDigest(operator)`. The EVM has no affordable
    /// ed25519, so the ledger only records it: whoever reads this event verifies it, and ignores the node otherwise.
    event NodeRegistered(
        address indexed operator,
        bytes32 indexed peerKey,
        bytes possession,
        string endpoints,
        uint64 memoryBytes,
        uint32 speedClass
    );
    event StakeDeposited(address indexed operator, uint128 amount);
    event WithdrawalRequested(address indexed operator, uint128 amount, Timestamp availableAt);
    event StakeWithdrawn(address indexed operator, uint128 amount);
    event StakeLocked(address indexed operator, uint128 amount);
    event StakeUnlocked(address indexed operator, uint128 amount);
    event StakeSlashed(address indexed operator, uint128 amount);

    // ---- what was refused

    error ZeroPeerKey();
    /// An ed25519 signature has 64 bytes.
    error BadPossessionLength(uint256 length);
    error EndpointsTooLong(uint256 length, uint256 lengthMax);
    error ZeroAmount();
    error InsufficientFreeStake(uint128 wanted, uint128 free);
    error InsufficientLockedStake(uint128 wanted, uint128 locked);
    error NothingToWithdraw(address operator);
    error WithdrawalNotYetAvailable(Timestamp availableAt);
    /// Only the two contracts fixed at deployment may lock, unlock and slash.
    error NotAKeeper(address caller);

    // ---- the node

    /// Registers the caller's node, or replaces what is known of it.
    /// @param possession see `NodeRegistered`
    /// @param endpoints hints where the node listens, at most 512 bytes, separated by spaces
    function register(
        bytes32 peerKey,
        bytes calldata possession,
        string calldata endpoints,
        uint64 memoryBytes,
        uint32 speedClass
    ) external;

    /// The 32 bytes that a peer key signs to prove that its holder and the operator agree:
    /// keccak256(abi.encode("lydian peer", chain id, registry, operator)).
    function possessionDigest(address operator) external view returns (bytes32 digest);

    // ---- the stake

    /// Moves `amount` tokens from the caller into its free stake; needs an allowance.
    function deposit(uint128 amount) external;

    /// Takes `amount` out of the free stake; it can be withdrawn after the withdrawal delay of this moment. A second
    /// request adds to the first and starts the delay anew for the sum.
    function requestWithdrawal(uint128 amount) external;

    /// Pays out what was requested, once its delay has passed.
    function withdraw() external;

    // ---- the keepers': the market and Audits

    /// Keepers only. Free becomes locked.
    function lock(address operator, uint128 amount) external;

    /// Keepers only, at most what they locked. Locked becomes free.
    function unlock(address operator, uint128 amount) external;

    /// Keepers only, at most what they locked. Takes `amount` of the locked stake and transfers it to the caller, which
    /// distributes it.
    function slash(address operator, uint128 amount) external;

    // ---- views

    /// The two contracts that may lock, unlock and slash.
    function market() external view returns (address account);
    function audits() external view returns (address account);
    function node(address operator) external view returns (NodeRecord memory record);
    function isRegistered(address operator) external view returns (bool registered);
    function stake(address operator) external view returns (Stake memory stakeOfOperator);
}
