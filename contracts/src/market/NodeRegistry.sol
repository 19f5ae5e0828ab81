// SPDX-License-Identifier: Apache-2.0
// The registry's one implementation. It has no administrator: the keepers, which may lock and slash, are fixed at
// deployment. Its token balance is the sum of all stakes (or more, if somebody sends it tokens directly).
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {currentTime} from "src/dispute/Timestamp.sol";
import {IParameters} from "src/governance/IParameters.sol";
import {INodeRegistry, NodeRecord, Stake} from "src/market/INodeRegistry.sol";
import {Deposits} from "src/token/Deposits.sol";

contract NodeRegistry is INodeRegistry {
    using Deposits for IERC20;
    using SafeERC20 for IERC20;

    uint256 public constant ENDPOINTS_LENGTH_MAX = 512;
    uint256 public constant POSSESSION_LENGTH = 64;

    IERC20 public immutable token;
    IParameters public immutable parameters;
    /// @inheritdoc INodeRegistry
    address public immutable market;
    /// @inheritdoc INodeRegistry
    address public immutable audits;

    mapping(address operator => NodeRecord) private _nodes;
    mapping(address operator => Stake) private _stakes;

    /// @param token_ a plain ERC-20: no fee on transfer, no rebasing
    /// @param market_, audits_ the keepers, deployed later
    constructor(IERC20 token_, IParameters parameters_, address market_, address audits_) {
        token = token_;
        parameters = parameters_;
        market = market_;
        audits = audits_;
    }

    modifier onlyKeeper() {
        if (msg.sender != market && msg.sender != audits) revert NotAKeeper(msg.sender);
        _;
    }

    // ---- the node

    /// @inheritdoc INodeRegistry
    function register(
        bytes32 peerKey,
        bytes calldata possession,
        string calldata endpoints,
        uint64 memoryBytes,
        uint32 speedClass
    ) external {
        if (peerKey == 0) revert ZeroPeerKey();
        if (possession.length != POSSESSION_LENGTH) revert BadPossessionLength(possession.length);
        if (bytes(endpoints).length > ENDPOINTS_LENGTH_MAX) {
            revert EndpointsTooLong(bytes(endpoints).length, ENDPOINTS_LENGTH_MAX);
        }
        _nodes[msg.sender] = NodeRecord({peerKey: peerKey, memoryBytes: memoryBytes, speedClass: speedClass});
        emit NodeRegistered(msg.sender, peerKey, possession, endpoints, memoryBytes, speedClass);
    }

    /// @inheritdoc INodeRegistry
    function possessionDigest(address operator) external view returns (bytes32 digest) {
        return keccak256(abi.encode("lydian peer", block.chainid, address(this), operator));
    }

    // ---- the stake

    /// @inheritdoc INodeRegistry
    function deposit(uint128 amount) external {
        if (amount == 0) revert ZeroAmount();
        _stakes[msg.sender].free += amount;
        emit StakeDeposited(msg.sender, amount);
        token.collect(msg.sender, amount);
    }

    /// @inheritdoc INodeRegistry
    function requestWithdrawal(uint128 amount) external {
        if (amount == 0) revert ZeroAmount();
        Stake storage own = _stakes[msg.sender];
        _takeFree(own, amount);
        own.leaving += amount;
        own.availableAt = currentTime().plus(parameters.values().withdrawalDelay);
        emit WithdrawalRequested(msg.sender, amount, own.availableAt);
    }

    /// @inheritdoc INodeRegistry
    function withdraw() external {
        Stake storage own = _stakes[msg.sender];
        uint128 amount = own.leaving;
        if (amount == 0) revert NothingToWithdraw(msg.sender);
        if (own.availableAt > currentTime()) revert WithdrawalNotYetAvailable(own.availableAt);
        own.leaving = 0;
        emit StakeWithdrawn(msg.sender, amount);
        token.safeTransfer(msg.sender, amount);
    }

    // ---- the keepers'

    /// @inheritdoc INodeRegistry
    function lock(address operator, uint128 amount) external onlyKeeper {
        Stake storage its = _stakes[operator];
        _takeFree(its, amount);
        its.locked += amount;
        emit StakeLocked(operator, amount);
    }

    /// @inheritdoc INodeRegistry
    function unlock(address operator, uint128 amount) external onlyKeeper {
        Stake storage its = _stakes[operator];
        _takeLocked(its, amount);
        its.free += amount;
        emit StakeUnlocked(operator, amount);
    }

    /// @inheritdoc INodeRegistry
    function slash(address operator, uint128 amount) external onlyKeeper {
        _takeLocked(_stakes[operator], amount);
        emit StakeSlashed(operator, amount);
        token.safeTransfer(msg.sender, amount);
    }

    // ---- views

    /// @inheritdoc INodeRegistry
    function node(address operator) external view returns (NodeRecord memory record) {
        return _nodes[operator];
    }

    /// @inheritdoc INodeRegistry
    function isRegistered(address operator) external view returns (bool registered) {
        return _nodes[operator].peerKey != 0;
    }

    /// @inheritdoc INodeRegistry
    function stake(address operator) external view returns (Stake memory stakeOfOperator) {
        return _stakes[operator];
    }

    // ---- accounting

    function _takeFree(Stake storage its, uint128 amount) private {
        if (amount > its.free) revert InsufficientFreeStake(amount, its.free);
        its.free -= amount;
    }

    function _takeLocked(Stake storage its, uint128 amount) private {
        if (amount > its.locked) revert InsufficientLockedStake(amount, its.locked);
        its.locked -= amount;
    }
}
